//! A group before the changes, after them, and now.

use std::collections::BTreeSet;

use events::{GroupId, VpcId};
use network::{Permission, Rule};
use remediation::Control;
use remediation::restore::Past;

use crate::state::{says_the_same, settable};
use crate::undo::is_of_interface;
use crate::{
    ChangedBy, Group, Interface, Part, Placement, PutBack, QUARANTINED_AT, QUARANTINED_RULES, Release,
    SgChange, Tags, words,
};

/// A group before the changes, after them, and now.
pub(super) struct Compared<'a, C: Control<State = Group>> {
    pub(super) past: &'a Past<C>,
    /// What takes all the changes back.
    pub(super) back: &'a Release,
    pub(super) live: &'a Group,
}

impl<C: Control<State = Group, Change = SgChange>> Compared<'_, C> {
    /// The rules that were revoked and that no rule stands for by now, but for those that somebody else has revoked since.
    pub(super) fn to_authorize(&self) -> Vec<Part> {
        let is_missing = |part: &&Part| !self.live.allows(&part.permission) && !self.was_back(part);
        self.back.authorize.iter().filter(is_missing).cloned().collect()
    }

    /// Whether this was there again since Curfew had revoked it.
    fn was_back(&self, part: &Part) -> bool {
        let is_it = |change: &SgChange| matches!(change, SgChange::Revoked(rule) if says_the_same(&rule.permission, &part.permission));
        self.past.again.iter().any(is_it)
    }

    /// Whether the interface had its groups again since Curfew had isolated it the last time.
    fn was_released(&self, placement: &Placement) -> bool {
        let is_of = |change: &&SgChange| is_of_interface(change, &placement.interface);
        self.past.done.iter().rfind(is_of).is_some_and(|last| self.past.again.contains(last))
    }

    /// What was put back in their place and is there still, by its id. What somebody changed since is his, and so is what
    /// was there before, and what he added although it says the same.
    pub(super) fn to_revoke(&self) -> Vec<PutBack> {
        self.parts().filter(|part| !self.stands_alone(part)).collect()
    }

    /// What was put back and is there still, whose rule does not come back: somebody else has taken that away.
    pub(super) fn parts_that_stay(&self) -> Vec<String> {
        let alone = self.parts().filter(|part| self.stands_alone(part));
        alone
            .map(|part| format!("{}, since somebody else revoked that rule", words::part(&part.part)))
            .collect()
    }

    fn parts(&self) -> impl Iterator<Item = PutBack> {
        self.back.revoke.iter().filter_map(|put_back| {
            let rule = self.live.inbound().find(|rule| self.is_own(put_back, rule))?;
            Some(PutBack { id: Some(rule.id.clone()), ..put_back.clone() })
        })
    }

    /// Whether the rule of a part is not there and does not come back.
    fn stands_alone(&self, put_back: &PutBack) -> bool {
        let rule = &put_back.part.part_of;
        let comes = |part: &Part| self.live.allows(&part.permission) || !self.was_back(part);
        let comes_back = self.back.authorize.iter().any(|part| part.part_of == *rule && comes(part));
        !comes_back && self.live.rule(rule).is_none()
    }

    /// Whether this rule is the one that was put back: by its id, as it was noted or as it was read after. Where nobody
    /// read it, it is one that is new since and says all that was to be put back, to the letter. With other tags it is not:
    /// somebody has made it his.
    fn is_own(&self, put_back: &PutBack, rule: &Rule) -> bool {
        let is_worded = |rule: &Rule| is_worded(rule, &put_back.part.permission);
        let was_there = self.past.before.rule(&rule.id).is_some();
        let is_it = match (&put_back.id, &self.past.after) {
            (Some(id), _) => rule.id == *id,
            (None, Some(after)) => !was_there && after.rule(&rule.id).is_some_and(is_worded),
            (None, None) => !was_there,
        };
        let read = self.past.after.as_ref().and_then(|after| after.rule(&rule.id));
        let tags = settable(&rule.tags);
        let is_tagged =
            tags == settable(&put_back.part.tags) || read.is_some_and(|read| tags == settable(&read.tags));
        is_it && is_worded(rule) && is_tagged
    }

    /// The inbound rules that were added, changed and removed since, where the changes were about rules. What is as it was
    /// before Curfew came is no change.
    pub(super) fn rules_of_others(&self) -> Vec<String> {
        if self.back.authorize.is_empty() && self.back.revoke.is_empty() {
            return Vec::new();
        }
        let new = self.live.inbound().filter(|rule| !self.is_known(rule)).map(|rule| self.since(rule));
        let left = self.past.after.as_ref().unwrap_or(&self.past.before).inbound();
        let missed = left.filter(|rule| self.is_missed(rule));
        let gone = self.back.authorize.iter().filter(|part| self.was_back(part));
        let gone = gone.filter(|part| !self.live.allows(&part.permission)).map(words::part);
        let missed = missed.map(words::rule).chain(gone);
        new.chain(missed.map(|rule| format!("{rule} was removed since"))).collect()
    }

    fn is_known(&self, rule: &Rule) -> bool {
        let is_as_before = |old: &Rule| {
            let is_tagged = rule.id == old.id || has_tags(rule, &settable(&old.tags));
            is_tagged && is_worded(rule, &old.permission)
        };
        let is_part = |old: &Rule| {
            self.back.revoke.iter().any(|one| says_the_same(&one.part.permission, &old.permission))
        };
        let before = self.past.before.inbound().any(is_as_before);
        let after = self.past.after.iter().flat_map(Group::inbound);
        let after = after.filter(|old| !is_part(old)).any(is_as_before);
        // What a later delivery closed was not there before the first one.
        let is_back =
            |part: &Part| is_worded(rule, &part.permission) && has_tags(rule, &settable(&part.tags));
        let is_own = self.back.revoke.iter().any(|one| self.is_own(one, rule));
        before || after || is_own || self.back.authorize.iter().any(is_back)
    }

    /// How a rule came to be there, in words.
    fn since(&self, rule: &Rule) -> String {
        let is_like = |old: &&Rule| old.id == rule.id || says_the_same(&old.permission, &rule.permission);
        let after = self.past.after.iter().flat_map(Group::inbound);
        let old = after.chain(self.past.before.inbound()).find(is_like);
        match old {
            Some(old) if old.id == rule.id => {
                let now = words::permission(&rule.permission);
                let tags = if is_worded(rule, &old.permission) { ", with other tags" } else { "" };
                format!("{} was changed since: {now}{tags}", words::rule(old))
            }
            Some(old) => {
                let tags = if is_worded(rule, &old.permission) { ", with other tags" } else { "" };
                format!("{} was added since in the place of {}{tags}", words::rule(rule), words::rule(old))
            }
            None => format!("{} was added since", words::rule(rule)),
        }
    }

    /// The tags that say that the group was closed: a restore may take no tags away.
    pub(super) fn tags_that_stay(&self) -> Option<String> {
        let is_new =
            |key: &&str| self.live.tag(key).is_some() && self.live.tag(key) != self.past.before.tag(key);
        let tags: Vec<String> = [QUARANTINED_AT, QUARANTINED_RULES]
            .into_iter()
            .filter(is_new)
            .map(|key| format!("`{key}`"))
            .collect();
        let plural = if tags.len() == 1 { "" } else { "s" };
        let last = "may be removed by hand: a restore takes no tags away";
        (!tags.is_empty())
            .then(|| format!("the tag{plural} {} of the group, which {last}", tags.join(" and ")))
    }

    /// The interfaces with the groups that they are to have: those before, without what others took away and with what others
    /// gave them since.
    pub(super) fn to_place(&self, placements: &[Placement], live: &[Interface]) -> Vec<Placement> {
        let place = |(placement, now): (&Placement, &Interface)| {
            let mut groups = groups_of(placement, now);
            if self.was_released(placement) {
                groups.retain(|group| now.groups.contains(group));
            }
            let is_to_change = groups != now.groups && !groups.is_empty();
            is_to_change.then(|| Placement { interface: now.clone(), groups })
        };
        pairs(placements, live).filter_map(place).collect()
    }

    /// The interfaces that got other groups since. Those that they had before, but for what does not exist any more, are none.
    pub(super) fn moved_by_others(
        &self,
        placements: &[Placement],
        live: &[Interface],
        gone: &[GroupId],
    ) -> Vec<String> {
        let moved = pairs(placements, live).filter_map(|(placement, now)| {
            let before = others(&placement.groups, gone);
            let was_released = self.was_released(placement);
            let left = if was_released { &before } else { &placement.interface.groups };
            (now.groups != before && now.groups != *left).then(|| {
                let (given, left) = (words::joined(&now.groups, ", "), words::joined(left, ", "));
                format!("{now} was given the groups {given} in place of {left} since")
            })
        });
        moved.collect()
    }

    /// Whether a rule that Curfew left is not there, and nothing stands in its place. What Curfew put back of a rule goes once
    /// that one is back: until then it is somebody else who took it away.
    fn is_missed(&self, rule: &Rule) -> bool {
        let is_to_come =
            self.back.authorize.iter().any(|part| says_the_same(&part.permission, &rule.permission));
        let missing = self.to_authorize();
        let is_back = |one: &PutBack| !missing.iter().any(|part| part.part_of == one.part.part_of);
        let mut parts = self.back.revoke.iter();
        let is_part = parts.any(|one| says_the_same(&one.part.permission, &rule.permission) && is_back(one));
        let is_there = self.live.allows(&rule.permission) || self.live.rule(&rule.id).is_some();
        !is_to_come && !is_part && !is_there
    }
}

/// Whether a rule says all of this, with its description.
fn is_worded(rule: &Rule, permission: &Permission) -> bool {
    says_the_same(&rule.permission, permission) && rule.permission.description == permission.description
}

/// Whether a rule has all these tags; it may have others beside them.
fn has_tags(rule: &Rule, tags: &Tags) -> bool {
    tags.iter().all(|(key, value)| rule.tags.get(key) == Some(value))
}

fn groups_of(placement: &Placement, now: &Interface) -> Vec<GroupId> {
    let (before, after) = (&placement.groups, &placement.interface.groups);
    // As far as anybody knows it is not in a quarantine group: what it has is of others.
    if placement.is_unknown() {
        return now.groups.clone();
    }
    if now.groups == *after {
        return before.clone();
    }
    let is_back = |group: &&GroupId| now.groups.contains(group) || !after.contains(group);
    let is_of_others = |group: &&GroupId| !before.contains(group) && !after.contains(group);
    let others = now.groups.iter().filter(is_of_others);
    before.iter().filter(is_back).chain(others).cloned().collect()
}

/// The placements without these groups, as far as they change something then.
pub(super) fn without(placements: Vec<Placement>, gone: &[GroupId]) -> Vec<Placement> {
    let placements = placements.into_iter().map(|one| Placement { groups: others(&one.groups, gone), ..one });
    placements.filter(|one| one.groups != one.interface.groups && !one.groups.is_empty()).collect()
}

fn others(groups: &[GroupId], gone: &[GroupId]) -> Vec<GroupId> {
    groups.iter().filter(|group| !gone.contains(group)).cloned().collect()
}

/// The quarantine groups that interfaces were in.
pub(super) fn quarantine_groups(placements: &[Placement]) -> Vec<String> {
    let is_new = |one: &Placement, group: &GroupId| !one.groups.contains(group);
    let new = placements.iter().flat_map(|one| {
        one.interface
            .groups
            .iter()
            .filter(|group| is_new(one, group))
            .map(|group| (group, &one.interface.vpc))
    });
    let groups: BTreeSet<_> = new.collect();
    let words = |(group, vpc): (&GroupId, &VpcId)| {
        format!("the quarantine group {group} of {vpc}, since others may be in it")
    };
    groups.into_iter().map(words).collect()
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
