//! What takes changes back.

use events::GroupId;
use network::Rule;

use crate::state::says_the_same;
use crate::{Interface, Part, Placement, PutBack, Quarantine, Release, SgChange};

/// The plan that takes these changes back; `None` where there is nothing to take back. Tags stay, and so does the
/// quarantine group: others may be in it.
///
/// What was changed more than once comes back as it was at first: a part that was put back and revoked again is gone.
pub(crate) fn undo(plan: &Quarantine, done: &[SgChange]) -> Option<Quarantine> {
    let release = released(plan, done);
    (release != Release::default()).then_some(Quarantine::Release(release))
}

/// What takes these changes back, which may be nothing.
pub(crate) fn released(plan: &Quarantine, done: &[SgChange]) -> Release {
    let alone = matches!(plan, Quarantine::Isolate(plan) if plan.all_groups);
    let mut release = Release::default();
    for change in done {
        match change {
            SgChange::Authorized(put_back) => release.take_away(put_back),
            SgChange::Revoked(rule) => release.put_back(rule),
            SgChange::Placed(placement) => release.place_back(placement, alone),
            SgChange::Created { .. } | SgChange::EgressRevoked { .. } | SgChange::Tagged { .. } => {}
        }
    }
    release
}

impl Release {
    fn take_away(&mut self, put_back: &PutBack) {
        match self.revoke.iter_mut().find(|known| known.part == put_back.part) {
            Some(known) => known.id = put_back.id.clone().or(known.id.take()),
            None => self.revoke.push(put_back.clone()),
        }
    }

    fn put_back(&mut self, rule: &Rule) {
        let own = self.revoke.iter().position(|put_back| put_back.is(rule));
        let is_known = self.authorize.iter().any(|part| says_the_same(&part.permission, &rule.permission));
        match own {
            Some(index) => drop(self.revoke.remove(index)),
            None if is_known => {}
            None => self.authorize.push(Part::whole(rule)),
        }
    }

    /// What others gave the interface or took from it between two changes is theirs: it is in what Curfew left, and in
    /// what the interface gets. Who was cut off may have left less, where he was to leave it `alone` in a quarantine group.
    fn place_back(&mut self, placement: &Placement, alone: bool) {
        let Some(known) = self.place.iter_mut().find(|known| known.interface.id == placement.interface.id)
        else {
            return self.place.push(placement.reversed());
        };
        let found = &placement.interface.groups;
        let (is_sure, was_sure) = (!placement.is_unknown(), !known.is_unknown());
        let left = known.interface.groups.clone();
        let is_taken = |group: &GroupId| was_sure && left.contains(group) && !found.contains(group);
        let is_quarantine = |group: &GroupId| is_sure && placement.groups.first() == Some(group);
        let is_known = |group: &GroupId| left.contains(group) || known.groups.contains(group);
        let is_given = |group: &&GroupId| !is_known(group) && !is_quarantine(group);
        let given: Vec<GroupId> = found.iter().filter(is_given).cloned().collect();
        known.groups.retain(|group| !is_taken(group));
        known.groups.extend(given.iter().cloned());
        known.interface.groups = match (was_sure, is_sure) {
            (_, true) => placement.groups.clone(),
            (false, false) => known.groups.clone(),
            (true, false) => {
                let given = given.into_iter().filter(|_| !alone);
                left.iter().filter(|group| !is_taken(group)).cloned().chain(given).collect()
            }
        };
    }
}

/// The changes that can be taken back once all of `plan` is carried out: as they were noted in `done`, and else as
/// they are foreseen. Of an interface that was not placed it is foreseen that it has its groups.
pub(crate) fn foreseen(plan: &Quarantine, done: &[SgChange]) -> Vec<SgChange> {
    match plan {
        Quarantine::Revoke(plan) => {
            let noted = |part: &Part| done.iter().find(|change| is_of_part(change, part)).cloned();
            let put_back = |part: &Part| {
                noted(part).unwrap_or_else(|| SgChange::Authorized(PutBack { part: part.clone(), id: None }))
            };
            let revoked = plan.revoke.iter().cloned().map(SgChange::Revoked);
            plan.restore.iter().map(put_back).chain(revoked).collect()
        }
        Quarantine::Isolate(plan) => {
            let placed = |interface: &Interface| {
                let noted = done.iter().find(|change| is_of_interface(change, interface)).cloned();
                noted.unwrap_or_else(|| {
                    let groups = interface.groups.clone();
                    SgChange::Placed(Placement { interface: interface.clone(), groups })
                })
            };
            plan.interfaces.iter().map(placed).collect()
        }
        Quarantine::Release(plan) => {
            let authorized = |part: &Part| {
                let noted = done.iter().find(|change| is_of_part(change, part)).cloned();
                noted.unwrap_or_else(|| SgChange::Authorized(PutBack { part: part.clone(), id: None }))
            };
            let placed = |one: &Placement| {
                let noted = done.iter().find(|change| is_of_interface(change, &one.interface)).cloned();
                noted.unwrap_or_else(|| SgChange::Placed(one.clone()))
            };
            let revoked = plan.revoke.iter().filter_map(PutBack::rule).map(SgChange::Revoked);
            let authorized = plan.authorize.iter().map(authorized);
            authorized.chain(revoked).chain(plan.place.iter().map(placed)).collect()
        }
    }
}

/// Whether the change put this part back.
pub(crate) fn is_of_part(change: &SgChange, part: &Part) -> bool {
    matches!(change, SgChange::Authorized(put_back) if put_back.part == *part)
}

/// Whether the change gave this interface its groups.
pub(crate) fn is_of_interface(change: &SgChange, interface: &Interface) -> bool {
    matches!(change, SgChange::Placed(placement) if placement.interface.id == interface.id)
}
