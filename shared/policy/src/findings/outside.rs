//! Parties that are let in by name, and that the settings do not name. Whether one is let in is for the search to say.

use std::rc::Rc;

use super::parties::{LetIn, gather, listed};
use super::party::{Callers, Party, of_statement};
use super::{Look, powers};
use crate::finding::{Finding, FindingKind};
use crate::search::domain::Domain;
use crate::search::inquiry::Scene;
use crate::search::literal::Literal;
use crate::search::settle::settle;
use crate::search::world::World;
use crate::search::{Budget, Found};
use crate::{Statement, access};

/// How many kinds of callers are remembered.
const RECENT: usize = 4;

pub(super) fn look(look: &mut Look<'_, '_>, statement: &Statement, findings: &mut Vec<Finding>) {
    let mut outside = Vec::new();
    let mut powerful = Vec::new();
    let is_powerful = access::classes(&statement.action).iter().any(|class| class.is_powerful());
    let mut all: Vec<(Callers, Rc<[Scene<'_>]>)> = Vec::new();
    let mut known = None;
    let parties = of_statement(statement, look.trust);
    for party in &parties {
        let scenes = look.scenes_of(party, &mut all);
        let scenes: Vec<&Scene<'_>> =
            scenes.iter().filter(|scene| look.may_be_of(&scene.world, party)).collect();
        let is_proven = match look.lets_in(statement, &scenes, party, &mut known) {
            Found::None => continue,
            Found::One(()) => true,
            Found::Unknown => false,
        };
        if is_powerful && look.has_power(statement, &scenes, &party.given) {
            powerful.push(party.name);
        }
        outside.push(LetIn { kind: party.kind, name: party.name, why: move || party.sentence(is_proven) });
    }
    if !powerful.is_empty() {
        powerful.dedup();
        let parties = listed(&powerful);
        let why = vec![format!("The statement allows {parties} to change who may do what.")];
        findings.push(Finding::about(statement, FindingKind::PowerfulAccess, parties, why));
    }
    for (kind, party, reasons) in gather(outside) {
        findings.push(Finding::about(statement, kind, party, reasons));
    }
}

/// The parts that the parties of a long list differ in, and on which no other part depends.
const APART: [&str; 2] = ["aws:sourceip", "aws:sourcevpce"];

/// A request that was let in, and what another value of the one part that was given must meet to be let in too.
struct Known {
    callers: Callers,
    part: String,
    demands: Vec<(Literal, bool)>,
}

impl Known {
    /// Whether the request, with one of the values that a party gives, is let in.
    fn lets_in(&self, party: &Party<'_>, budget: &mut Budget) -> bool {
        let [(part, values)] = party.given.as_slice() else { return false };
        let demands: Vec<(&Literal, bool)> =
            self.demands.iter().map(|(literal, wanted)| (literal, *wanted)).collect();
        self.callers == party.callers
            && self.part == *part
            && matches!(settle(values, &demands, budget), Found::One(_))
    }
}

impl<'policy> Look<'_, 'policy> {
    /// Whether a party is let in by the statement, in some of the worlds.
    fn lets_in(
        &mut self,
        statement: &Statement,
        scenes: &[&Scene<'policy>],
        party: &Party<'_>,
        known: &mut Option<Known>,
    ) -> Found<()> {
        let [(part, _)] = party.given.as_slice() else { return self.by(statement, scenes, &party.given) };
        if !APART.contains(&part.as_str()) {
            return self.by(statement, scenes, &party.given);
        }
        if known.as_ref().is_some_and(|known| known.lets_in(party, self.budget)) {
            return Found::One(());
        }
        match self.hit_by(statement, scenes, &party.given, std::slice::from_ref(part)) {
            Found::One(hit) => {
                let demands = hit.frame.into_iter().map(|(_, literal, wanted)| (literal, wanted));
                let (callers, part) = (party.callers.clone(), part.clone());
                *known = Some(Known { callers, part, demands: demands.collect() });
                Found::One(())
            }
            Found::None => Found::None,
            Found::Unknown => Found::Unknown,
        }
    }

    /// Whether some of the worlds can change who may do what by the statement.
    fn has_power(
        &mut self,
        statement: &Statement,
        scenes: &[&Scene<'policy>],
        given: &[(String, Domain)],
    ) -> bool {
        let is_near = |scene: &&Scene<'_>| self.bucket.is_in_partition_of(&scene.world);
        let scenes: Vec<&Scene<'policy>> = scenes.iter().copied().filter(is_near).collect();
        powers(self.bucket).into_iter().any(|power| {
            let given: Vec<(String, Domain)> = given.iter().cloned().chain(power).collect();
            matches!(self.by(statement, &scenes, &given), Found::One(()))
        })
    }

    /// The worlds of the callers of a party; those of the same callers share what was found out.
    fn scenes_of(
        &self,
        party: &Party<'_>,
        all: &mut Vec<(Callers, Rc<[Scene<'policy>]>)>,
    ) -> Rc<[Scene<'policy>]> {
        if let Some((_, scenes)) = all.iter().rev().take(RECENT).find(|(own, _)| *own == party.callers) {
            return Rc::clone(scenes);
        }
        let scenes: Rc<[Scene<'policy>]> =
            self.worlds_by(&party.callers).into_iter().map(Scene::from).collect();
        all.push((party.callers.clone(), Rc::clone(&scenes)));
        scenes
    }

    /// Whether callers of a world can be of a party.
    fn may_be_of(&self, world: &World, party: &Party<'_>) -> bool {
        party.given.iter().filter(|(part, _)| is_of_caller(part)).all(|(part, domain)| {
            let own = world.part(part, &self.model.names);
            domain.list().unwrap_or_default().iter().any(|value| own.admits(value))
        })
    }

    fn worlds_by(&self, callers: &Callers) -> Vec<World> {
        let model = self.model;
        match callers {
            Callers::Account(account) => model.principals_outside(account, self.trust),
            Callers::Organization(organization) => model.members_outside(organization, self.trust),
            Callers::Anyone => model.anyone_outside(self.trust),
            Callers::By(way) => {
                let mut worlds = model.anyone_outside(self.trust);
                worlds.retain(|world| world.way == *way);
                worlds
            }
            Callers::ThroughAccessPoint => {
                let mut worlds = model.anyone_outside(self.trust);
                worlds.retain(|world| world.through_access_point);
                worlds
            }
            Callers::ServicesFor(account) => model.services_outside(account, self.trust),
        }
    }
}

/// Whether the values that a part can have tell kinds of callers apart.
fn is_of_caller(part: &str) -> bool {
    matches!(part, "aws:principalarn" | "aws:federatedprovider" | "canonicaluser")
}
