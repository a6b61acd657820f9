//! By which ways a kind of caller gets in.

use addresses::Addresses;

use super::{Asked, Seeker};
use crate::abilities::{Ability, Extent, Outsider, Route};
use crate::search::domain::Domain;
use crate::search::inquiry::{Inquiry, holds_for_all};
use crate::search::world::Way;
use crate::search::{Budget, Found};
const ADDRESS: &str = "aws:sourceip";

/// The keys that tell the ways of a person's request apart.
const OF_WAYS: [&str; 5] =
    ["aws:sourceip", "aws:sourcevpc*", "aws:vpc*", "aws:viaawsservice", "aws:calledvia*"];

impl Seeker<'_> {
    /// By which ways an ability is there. What is not proven of all networks is said of some.
    pub(super) fn route(&self, ability: &Ability, inquiry: &Inquiry<'_>, budget: &mut Budget) -> Route {
        let kind = ability.ability;
        let (actions, target) = if ability.is_of_bucket() {
            (kind.bucket_actions(), super::Target::Bucket)
        } else {
            (kind.object_actions(), super::Target::Objects)
        };
        // Where a variable ties what is asked for to other parts, one request need not be good for all.
        let of_all = ability.scope == Extent::All && self.model.names.variables.is_empty();
        let (given, over) = if of_all {
            (Vec::new(), self.over(target, actions))
        } else {
            (vec![target.resource(self.bucket)], Vec::new())
        };
        self.route_of(ability.caller, Some(actions), &given, &over, inquiry, budget)
    }

    /// By which ways requests of a kind of caller for some actions, or for any, come that are good for all values of some
    /// parts.
    pub(super) fn route_of(
        &self,
        caller: Outsider,
        actions: Option<&[&'static str]>,
        given: &[(String, Domain)],
        over: &[(String, Domain)],
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Route {
        if !self.tells_ways(caller) {
            return Route::Any;
        }
        let of_all: Vec<(String, Domain)> = over.iter().cloned().chain([self.addresses()]).collect();
        let names: Vec<String> = of_all.iter().map(|(name, _)| name.clone()).collect();
        let is_from_all = holds_for_all(&of_all, budget, |values, budget| {
            let by = |way| way == Way::Internet;
            let given: Vec<(String, Domain)> = given.iter().chain(values).cloned().collect();
            let asked = Asked { caller, actions, given: &given, over: &names, by: &by };
            match self.find_by(&asked, inquiry, budget) {
                Found::One((hit, _)) => Some(hit),
                Found::None | Found::Unknown => None,
            }
        });
        if is_from_all {
            return Route::Any;
        }
        let by = |way| way != Way::Forwarded;
        let given: Vec<(String, Domain)> = given.iter().chain(over).cloned().collect();
        let asked = Asked { caller, actions, given: &given, over: &[], by: &by };
        match self.find_by(&asked, inquiry, budget) {
            Found::None => Route::Forwarded,
            Found::One(_) | Found::Unknown => Route::Network,
        }
    }

    /// Whether the policy can tell the ways of a kind of caller apart.
    pub(super) fn tells_ways(&self, caller: Outsider) -> bool {
        caller != Outsider::Service && self.model.names.speaks_of(&OF_WAYS)
    }

    /// The addresses that nobody in particular has, of the family that everybody has one of.
    fn addresses(&self) -> (String, Domain) {
        let others = Addresses { v6: Addresses::default().complement().v6, ..Addresses::default() };
        let closed = Addresses::union_of(&[&self.model.names.closed_networks, &others]);
        (ADDRESS.to_owned(), Domain::address(&closed))
    }
}
