//! How much of the bucket an ability reaches.

use std::cell::OnceCell;

use super::{Answer, PREFIX, Seeker, Target};
use crate::abilities::sure::{self, Sure};
use crate::abilities::{Extent, Needs, Outsider};
use crate::search::decide::Hit;
use crate::search::domain::Domain;
use crate::search::inquiry::{Inquiry, Subject, holds_for_all};
use crate::search::world::World;
use crate::search::{Budget, Found, actions};

/// How many requests may each be good for what a variable stands for in it, before only a part counts as proven.
const MAX_TRIES: usize = 4;

/// Room for the policies that are sure for each kind of outsider and each target.
pub(super) fn sure_of_all() -> Vec<(Outsider, Target, OnceCell<Vec<Sure>>)> {
    let of = |caller| [Target::Bucket, Target::Objects].map(|target| (caller, target, OnceCell::new()));
    Outsider::ALL.into_iter().flat_map(of).collect()
}

impl Seeker<'_> {
    /// The policies that are sure for a kind of outsider and a target.
    fn sure(&self, caller: Outsider, target: Target) -> &[Sure] {
        if self.model.names.variables.is_empty() {
            return &[];
        }
        let find = || {
            let own: Vec<&World> =
                self.worlds.iter().filter(|world| Outsider::of(world.caller) == caller).collect();
            sure::policies(self.policy, &own, &self.model.names, target)
        };
        let own = self.sure.iter().find(|(who, of, _)| (*who, *of) == (caller, target));
        own.map_or(&[], |(_, _, known)| known.get_or_init(find))
    }

    /// What a caller can do of some actions, and of how much of the bucket.
    pub(super) fn ask(
        &self,
        caller: Outsider,
        target: Target,
        actions: &[&'static str],
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Found<Answer> {
        let given = vec![target.resource(self.bucket)];
        let (hit, mut parameter) = match self.find(caller, actions, &given, &[], inquiry, budget) {
            Found::One(found) => found,
            Found::None => return Found::None,
            Found::Unknown => return Found::Unknown,
        };
        let over = self.over(target, actions);
        let names: Vec<String> = over.iter().map(|(name, _)| name.clone()).collect();
        let own = self.sure(caller, target).iter();
        let subjects =
            own.map(|sure| (Subject::new(&sure.policy, inquiry.counts(), &self.model.names), sure));
        let subjects: Vec<(Subject<'_>, &Sure)> = subjects.collect();
        let inquiries =
            subjects.iter().map(|(subject, sure)| (Inquiry::new(subject, self.model, self.worlds), *sure));
        let sure: Vec<(Inquiry<'_>, &Sure)> = inquiries.collect();
        // Where a variable matters, each request may be good for one object.
        let mut tries = if sure.is_empty() { usize::MAX } else { MAX_TRIES };
        let all = holds_for_all(&over, budget, |given, budget| {
            let surely = sure.iter().find_map(|(inquiry, sure)| {
                let given: Vec<(String, Domain)> = given.iter().cloned().chain(sure.given()).collect();
                match self.find(caller, actions, &given, &names, inquiry, budget) {
                    Found::One(found) => Some(found),
                    Found::None | Found::Unknown => None,
                }
            });
            let (hit, needs) = match surely {
                Some(found) => found,
                None => {
                    tries = tries.checked_sub(1)?;
                    match self.find(caller, actions, given, &names, inquiry, budget) {
                        Found::One(found) => found,
                        Found::None | Found::Unknown => return None,
                    }
                }
            };
            parameter |= needs;
            Some(hit)
        });
        if !all {
            return Found::One(self.part(caller, actions, target, hit, parameter, inquiry, budget));
        }
        let needs = Needs { parameter, ..Needs::default() };
        Found::One(Answer { witness: hit.witness, extent: Extent::All, needs, places: Vec::new() })
    }

    /// Every target, and all that tells such targets apart.
    pub(super) fn over(&self, target: Target, asked: &[&str]) -> Vec<(String, Domain)> {
        let mut over = vec![target.resource(self.bucket)];
        match target {
            Target::Bucket => {
                if asked.iter().all(|action| actions::carries(action, PREFIX)) {
                    over.push((PREFIX.to_owned(), Domain::free()));
                }
            }
            Target::Objects => {
                let tag = || Domain::free().maybe();
                over.extend(self.tags.iter().map(|name| (name.clone(), tag())));
            }
        }
        over
    }

    /// The answer where only a part is proven.
    #[expect(clippy::too_many_arguments, reason = "a question is made of all of these")]
    fn part(
        &self,
        caller: Outsider,
        actions: &[&'static str],
        target: Target,
        hit: Hit,
        parameter: bool,
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Answer {
        let places = match target {
            Target::Objects => self.places(caller, actions, inquiry, budget),
            Target::Bucket => Vec::new(),
        };
        let needs = Needs { parameter, ..Needs::default() };
        Answer { witness: hit.witness, extent: Extent::Part, needs, places }
    }
}
