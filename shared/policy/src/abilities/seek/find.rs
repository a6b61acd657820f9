//! Requests of one kind of caller for some actions, where these reach, and when.

use super::Seeker;
use crate::Witness;
use crate::abilities::{Ability, Outsider};
use crate::search::decide::{Hit, Within};
use crate::search::domain::Domain;
use crate::search::inquiry::Inquiry;
use crate::search::literal::TIME;
use crate::search::world::{Way, World};
use crate::search::{Budget, Found, moment};

/// What kind of request is looked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'here> {
    pub(super) caller: Outsider,
    /// For one of these actions; without them, for any.
    pub(super) actions: Option<&'here [&'static str]>,
    /// The values that some parts have.
    pub(super) given: &'here [(String, Domain)],
    /// See [`Within::over`].
    pub(super) over: &'here [String],
    /// By which ways.
    pub(super) by: &'here dyn Fn(Way) -> bool,
}

/// How many patterns say where objects are that an ability reaches.
const MAX_PLACES: usize = 3;

impl Seeker<'_> {
    /// The patterns of the statements that allow the actions, where they are few and simple and each reaches something.
    pub(super) fn places(
        &self,
        caller: Outsider,
        actions: &[&'static str],
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Vec<String> {
        let counting = self.counting(caller);
        let mut places: Vec<(String, Domain)> = Vec::new();
        let about = self.actions.about(actions);
        let asked = counting.iter().zip(about).map(|(counts, holds)| *counts && holds);
        for (statement, _) in self.policy.statements.iter().zip(asked).filter(|(_, is_asked)| *is_asked) {
            let patterns = &statement.resource.patterns;
            if places.len() + patterns.len() > MAX_PLACES {
                return Vec::new();
            }
            let simple = patterns.iter().map(|pattern| self.bucket.objects_of(pattern));
            let Some(simple) = simple.collect::<Option<Vec<_>>>().filter(|_| !statement.resource.negated)
            else {
                return Vec::new();
            };
            places.extend(simple);
        }
        places.dedup_by(|one, other| one.0 == other.0);
        let mut reaches = |domain: &Domain| {
            let given = [("resource".to_owned(), domain.clone())];
            self.find(caller, actions, &given, &[], inquiry, budget)
        };
        let mut reached = Vec::new();
        for (place, domain) in places {
            match reaches(&domain) {
                Found::One(_) => reached.push(place),
                Found::None => {}
                // Not to name one that may be reached is to say that it is not.
                Found::Unknown => return Vec::new(),
            }
        }
        reached
    }

    /// A request for one of the actions, and whether it needs a header or parameter.
    pub(super) fn find(
        &self,
        caller: Outsider,
        actions: &[&'static str],
        given: &[(String, Domain)],
        over: &[String],
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Found<(Hit, bool)> {
        let asked = Asked { caller, actions: Some(actions), given, over, by: &|_| true };
        self.find_by(&asked, inquiry, budget)
    }

    /// The same of more that is asked.
    pub(super) fn find_by(
        &self,
        asked: &Asked<'_>,
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Found<(Hit, bool)> {
        let Asked { caller, given, over, .. } = *asked;
        let counting = self.counting(caller);
        let allows = |index: usize| counting.get(index).copied().unwrap_or_default();
        let is_caller = self.callers(caller);
        let callers = |world: &World| (asked.by)(world.way) && is_caller(world);
        let plainly: Vec<(String, Domain)> =
            self.chosen.iter().map(|key| (key.clone(), Domain::never())).collect();
        let without: &[&[(String, Domain)]] = if plainly.is_empty() { &[&[]] } else { &[&plainly, &[]] };
        let action = asked.actions.map(|actions| {
            let actions = actions.iter().map(ToString::to_string);
            ("action".to_owned(), Domain::texts(actions))
        });
        let mut gave_up = false;
        for (number, absent) in without.iter().enumerate() {
            let given: Vec<(String, Domain)> =
                given.iter().chain(absent.iter()).chain(&action).cloned().collect();
            let within = Within { allows: &allows, denies: true, given: &given, over, alone: false };
            match inquiry.find(&callers, &within, budget) {
                Found::One(hit) => return Found::One((hit, number > 0)),
                Found::None => gave_up = false,
                Found::Unknown => gave_up = true,
            }
        }
        if gave_up { Found::Unknown } else { Found::None }
    }

    /// A request for whatever action, and whether it needs a header or parameter.
    pub(super) fn anything(
        &self,
        caller: Outsider,
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Found<(Hit, bool)> {
        let asked = Asked { caller, actions: None, given: &[], over: &[], by: &|_| true };
        self.find_by(&asked, inquiry, budget)
    }

    /// Whether the ability is one of a time to come: there is a proof that nobody has it now.
    pub(super) fn is_to_come(&self, ability: &Ability, inquiry: &Inquiry<'_>, budget: &mut Budget) -> bool {
        let kind = ability.ability;
        let targets =
            [(kind.bucket_actions(), self.bucket.itself()), (kind.object_actions(), self.bucket.objects())];
        targets.into_iter().filter(|(actions, _)| !actions.is_empty()).all(|(actions, resource)| {
            let actions = Domain::texts(actions.iter().map(ToString::to_string));
            let given = [("action".to_owned(), actions), ("resource".to_owned(), resource)];
            self.is_all_to_come(ability.caller, &given, &ability.witness, inquiry, budget)
        })
    }

    /// Whether there is a proof that no such request passes now, where the one that was found is of a later time.
    pub(super) fn is_all_to_come(
        &self,
        caller: Outsider,
        given: &[(String, Domain)],
        found: &Witness,
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> bool {
        let now = self.model.now();
        let time = found.context.get(TIME).and_then(|values| moment::parse(values.first()?));
        if time.is_none_or(|time| time <= now) {
            return false;
        }
        let counting = self.counting(caller);
        let allows = |index: usize| counting.get(index).copied().unwrap_or_default();
        let at_once = (TIME.to_owned(), Domain::texts([moment::format(now)]));
        let given: Vec<(String, Domain)> = given.iter().cloned().chain([at_once]).collect();
        let within = Within { allows: &allows, denies: true, given: &given, over: &[], alone: false };
        matches!(inquiry.find(&self.callers(caller), &within, budget), Found::None)
    }

    /// The worlds of callers of this kind that the bucket can be asked from.
    fn callers(&self, caller: Outsider) -> impl Fn(&World) -> bool {
        move |world| Outsider::of(world.caller) == caller && self.bucket.is_in_partition_of(world)
    }

    pub(super) fn counting(&self, caller: Outsider) -> &[bool] {
        if caller == Outsider::Service { &self.services } else { &self.outsiders }
    }
}
