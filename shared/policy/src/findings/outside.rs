//! Parties that are let in by name, and that the settings do not name. Whether one is let in is for the search to say.

use super::party::{Callers, Party, of_statement};
use super::{Look, parties, powers};
use crate::finding::{Finding, FindingKind};
use crate::search::Found;
use crate::search::domain::Domain;
use crate::search::world::World;
use crate::{Statement, access};

/// How many kinds of callers are remembered.
const RECENT: usize = 4;

pub(super) fn look(look: &mut Look<'_, '_>, statement: &Statement, findings: &mut Vec<Finding>) {
    let mut outside = Vec::new();
    let mut powerful = Vec::new();
    let is_powerful = access::classes(&statement.action).iter().any(|class| class.is_powerful());
    let mut all: Vec<(Callers, Vec<World>)> = Vec::new();
    for party in of_statement(statement, look.trust) {
        let worlds = look.worlds_of(&party, &mut all);
        let reason = match look.by(statement, &worlds, &party.given) {
            Found::None => continue,
            Found::One(_) => format!("{} is let in{}", party.what, party.how),
            Found::Unknown => format!(
                "Whether {} is let in is too intricate to follow to the end within the bound on work, so it counts as if.",
                party.what.replacen("The ", "the ", 1)
            ),
        };
        if is_powerful && look.has_power(statement, &worlds, &party.given) {
            powerful.push(party.name.clone());
        }
        outside.push((party.kind, party.name, reason));
    }
    if !powerful.is_empty() {
        powerful.dedup();
        let parties = parties::listed(&powerful);
        let why = vec![format!("The statement allows {parties} to change who may do what.")];
        findings.push(Finding::about(statement, FindingKind::PowerfulAccess, parties, why));
    }
    for (kind, party, reasons) in parties::gather(outside) {
        findings.push(Finding::about(statement, kind, party, reasons));
    }
}

impl Look<'_, '_> {
    /// Whether some of the worlds can change who may do what by the statement.
    fn has_power(&mut self, statement: &Statement, worlds: &[World], given: &[(String, Domain)]) -> bool {
        let worlds: Vec<World> =
            worlds.iter().filter(|world| self.bucket.is_in_partition_of(world)).cloned().collect();
        powers(self.bucket).into_iter().any(|power| {
            let given: Vec<(String, Domain)> = given.iter().cloned().chain(power).collect();
            matches!(self.by(statement, &worlds, &given), Found::One(()))
        })
    }

    /// The worlds of those who belong to a party; those of the same callers share what was found out.
    fn worlds_of(&self, party: &Party, all: &mut Vec<(Callers, Vec<World>)>) -> Vec<World> {
        let model = self.model;
        let mut worlds = match all.iter().rev().take(RECENT).find(|(callers, _)| *callers == party.callers) {
            Some((_, worlds)) => worlds.clone(),
            None => {
                let worlds = self.worlds_by(&party.callers);
                all.push((party.callers.clone(), worlds.clone()));
                worlds
            }
        };
        for (part, domain) in party.given.iter().filter(|(part, _)| is_of_caller(part)) {
            let values = domain.list().unwrap_or_default();
            worlds.retain(|world| {
                let own = world.part(part, &model.names);
                values.iter().any(|value| own.admits(value))
            });
        }
        worlds
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
