//! A group before the changes, after them, and now.

use events::GroupId;
use network::{Permission, Rule};
use remediation::Control;
use remediation::restore::Past;

use crate::state::says_the_same;
use crate::{ChangedBy, Group, Interface, Part, Placement, PutBack, Release, words};

/// A group before the changes, after them, and now.
pub(super) struct Compared<'a, C: Control<State = Group>> {
    pub(super) past: &'a Past<C>,
    /// What takes all the changes back.
    pub(super) back: &'a Release,
    pub(super) live: &'a Group,
}

impl<C: Control<State = Group>> Compared<'_, C> {
    /// The rules that were revoked and that no rule stands for by now.
    pub(super) fn to_authorize(&self) -> Vec<Part> {
        let is_missing = |part: &&Part| !self.live.allows(&part.permission);
        self.back.authorize.iter().filter(is_missing).cloned().collect()
    }

    /// What was put back in their place and is there still, by its id. What somebody changed since is his, and so is what
    /// was there before.
    pub(super) fn to_revoke(&self) -> Vec<PutBack> {
        let there = |put_back: &PutBack| {
            let own = |rule: &&Rule| {
                put_back.is(rule) && says_the_same(&rule.permission, &put_back.part.permission)
            };
            let rule = self.live.inbound().find(own)?;
            let was_there = put_back.id.is_none() && self.stood_before(&put_back.part.permission);
            (!was_there).then(|| PutBack { id: Some(rule.id.clone()), ..put_back.clone() })
        };
        self.back.revoke.iter().filter_map(there).collect()
    }

    /// Whether a rule that stayed said the same before.
    fn stood_before(&self, permission: &Permission) -> bool {
        let stays = |rule: &&Rule| !self.back.authorize.iter().any(|part| part.part_of == rule.id);
        self.past.before.inbound().filter(stays).any(|rule| says_the_same(&rule.permission, permission))
    }

    /// The inbound rules that others added and removed since, where the changes were about rules. What is as it was before
    /// Curfew came is no change.
    pub(super) fn rules_of_others(&self) -> impl Iterator<Item = String> {
        let is_about_rules = !self.back.authorize.is_empty() || !self.back.revoke.is_empty();
        let added = self.live.inbound().filter(move |rule| is_about_rules && !self.is_known(rule));
        let left = self.past.after.as_ref().unwrap_or(&self.past.before).inbound();
        let removed = left.filter(move |rule| is_about_rules && self.is_missed(rule));
        let added = added.map(|rule| format!("somebody added {}", words::rule(rule)));
        added.chain(removed.map(|rule| format!("somebody removed {}", words::rule(rule))))
    }

    fn is_known(&self, rule: &Rule) -> bool {
        let before = self.past.before.allows(&rule.permission);
        let after = self.past.after.as_ref().is_some_and(|after| after.allows(&rule.permission));
        before || after || self.is_own(rule)
    }

    /// Whether a rule that Curfew left is not there, and nothing says the same.
    fn is_missed(&self, rule: &Rule) -> bool {
        let is_to_come =
            self.back.authorize.iter().any(|part| says_the_same(&part.permission, &rule.permission));
        !is_to_come && !self.is_own(rule) && !self.live.allows(&rule.permission)
    }

    /// Whether Curfew added it in the place of what it revoked.
    fn is_own(&self, rule: &Rule) -> bool {
        let is_part = |one: &PutBack| says_the_same(&one.part.permission, &rule.permission);
        self.back.revoke.iter().any(is_part)
    }
}

/// The interfaces with the groups that they are to have: those before, without what others took away and with what others
/// gave them since.
pub(super) fn to_place(placements: &[Placement], live: &[Interface]) -> Vec<Placement> {
    let place = |(placement, now): (&Placement, &Interface)| {
        let groups = groups_of(placement, now);
        (groups != now.groups).then(|| Placement { interface: now.clone(), groups })
    };
    pairs(placements, live).filter_map(place).collect()
}

fn groups_of(placement: &Placement, now: &Interface) -> Vec<GroupId> {
    let (before, after) = (&placement.groups, &placement.interface.groups);
    if now.groups == *after {
        return before.clone();
    }
    let is_back = |group: &&GroupId| now.groups.contains(group) || !after.contains(group);
    let is_of_others = |group: &&GroupId| !before.contains(group) && !after.contains(group);
    let others = now.groups.iter().filter(is_of_others);
    before.iter().filter(is_back).chain(others).cloned().collect()
}

/// The interfaces that others gave other groups since.
pub(super) fn moved_by_others(placements: &[Placement], live: &[Interface]) -> Vec<String> {
    let is_moved = |(placement, now): &(&Placement, &Interface)| {
        now.groups != placement.groups && now.groups != placement.interface.groups
    };
    let words = |(placement, now): (&Placement, &Interface)| {
        let joined = |groups: &[GroupId]| words::joined(groups, ", ");
        let (given, left) = (joined(&now.groups), joined(&placement.interface.groups));
        format!("somebody gave {now} the groups {given} in place of {left}")
    };
    pairs(placements, live).filter(is_moved).map(words).collect()
}

/// The interfaces that do not exist any more.
pub(super) fn lost_interfaces(placements: &[Placement], live: &[Interface]) -> Vec<String> {
    let is_lost = |one: &&Placement| !live.iter().any(|now| now.id == one.interface.id);
    let words = |one: &Placement| format!("the network interface {} does not exist any more", one.interface);
    placements.iter().filter(is_lost).map(words).collect()
}

/// Why EC2 would refuse to give interfaces their groups.
pub(super) fn hindrances(placements: &[Placement]) -> Vec<String> {
    let why = |one: &Placement| match one.interface.changed_by() {
        ChangedBy::Curfew => None,
        ChangedBy::Service => {
            Some(format!("only the AWS service that manages it may give {} other groups", one.interface))
        }
        ChangedBy::Owner => {
            Some(format!("only the account that owns it may give {} other groups", one.interface))
        }
    };
    placements.iter().filter_map(why).collect()
}

fn pairs<'a>(
    placements: &'a [Placement],
    live: &'a [Interface],
) -> impl Iterator<Item = (&'a Placement, &'a Interface)> {
    placements.iter().filter_map(|one| Some((one, live.iter().find(|now| now.id == one.interface.id)?)))
}
