//! Putting back what was changed, long after: the rules and interfaces that Curfew changed, and nothing of others.

mod compare;

use events::{GroupId, InterfaceId};
use futures_util::join;
use remediation::restore::{Look, Past, Reversible};
use remediation::{CallError, Fact};

use crate::undo::released;
use crate::{
    At, By, Group, Interface, Placement, Quarantine, Release, Rules, SecurityGroups, SgChange, SgIngress,
};
use compare::Compared;

impl<P: SecurityGroups> Reversible for SgIngress<P> {
    /// Others may have deleted an interface at the same time, or given it other groups: what was to be given is there, and what
    /// was to be taken away is not.
    fn shows(&self, live: &Group, change: &SgChange) -> bool {
        let SgChange::Placed(Placement { interface, groups }) = change else { return true };
        let mut interfaces = live.known_interfaces().into_iter().flatten();
        let now = interfaces.find(|now| now.id == interface.id);
        now.is_some_and(|now| {
            let mut taken = interface.groups.iter().filter(|group| !groups.contains(group));
            groups.iter().all(|group| now.groups.contains(group))
                && !taken.any(|group| now.groups.contains(group))
        })
    }

    async fn look(&self, at: &At<'_>, past: &Past<Self>) -> Result<Option<Look<Self>>, CallError> {
        let back = released(&past.plan, &past.done);
        let Some(live) = self.read_all(at, &back).await? else { return Ok(None) };
        let interfaces = live.known_interfaces().cloned().unwrap_or_default();
        let place = self.as_it_was_left(at, past, back.place.clone(), &interfaces).await?;
        let compared = Compared { past, back: &back, live: &live };
        let mut left = Release {
            authorize: compared.to_authorize(),
            revoke: compared.to_revoke(),
            place: compared.to_place(&place, &interfaces),
        };
        let mut lost = compare::lost_interfaces(&place, &interfaces);
        let gone = self.gone_groups(at, &left.place).await?;
        left.place = compare::without(left.place, &gone);
        lost.extend(
            gone.iter()
                .map(|group| format!("the group {group}, which interfaces had, does not exist any more")),
        );
        let mut stays: Vec<String> = compared.tags_that_stay().into_iter().collect();
        stays.extend(compared.parts_that_stay());
        stays.extend(compare::quarantine_groups(&place));
        let mut changed_since = compared.rules_of_others();
        changed_since.extend(compared.moved_by_others(&place, &interfaces, &gone));
        Ok(Some(Look {
            changed_since,
            hindrances: compare::hindrances(&left.place),
            left: (left != Release::default()).then_some(Quarantine::Release(left)),
            lost,
            stays,
            unread: live.unread(),
            live,
        }))
    }
}

impl<P: SecurityGroups> SgIngress<P> {
    /// The group with all its rules and the interfaces that were placed, whichever groups these have by now.
    async fn read_all(&self, at: &At<'_>, back: &Release) -> Result<Option<Group>, CallError> {
        let ids: Vec<&InterfaceId> = back.place.iter().map(|one| &one.interface.id).collect();
        let placed = async {
            if ids.is_empty() { Ok(Vec::new()) } else { self.groups.named_interfaces(at, &ids).await }
        };
        let (about, rules, placed) = join!(self.groups.group(at), self.groups.rules(at), placed);
        let (Some(about), Some(rules)) = (about?, rules?) else { return Ok(None) };
        let Rules { read: rules, rest: None } = rules else { return Err(rules.rest.unwrap_or(unread())) };
        let deciding = network::deciding_lists(&rules, &self.settings.network);
        let (prefix_lists, _) = self.lists.read(&self.groups, &at.place(), deciding).await;
        let interfaces = if ids.is_empty() { None } else { Some(Fact::Known(placed?)) };
        let about = Fact::Known(about);
        Ok(Some(Group { about, rules, unread_rules: None, prefix_lists, interfaces }))
    }

    /// The placements, each with the groups that Curfew left: of one that was cut off only the tag of the quarantine group
    /// tells whether it was Curfew who put the interface there. One that was in the quarantine group before, since another
    /// of its groups was open, may have left it with that one. What others gave it or took from it besides is theirs.
    async fn as_it_was_left(
        &self,
        at: &At<'_>,
        past: &Past<Self>,
        mut placements: Vec<Placement>,
        live: &[Interface],
    ) -> Result<Vec<Placement>, CallError> {
        let alone = matches!(&past.plan, Quarantine::Isolate(plan) if plan.all_groups);
        for placement in placements.iter_mut().filter(|one| one.is_unknown()) {
            let Some(now) = live.iter().find(|one| one.id == placement.interface.id) else { continue };
            if now.groups.contains(at.id) {
                continue;
            }
            let known = self.groups.quarantine_groups(at, &now.vpc, By::Tag).await?;
            let is_quarantine = |group: &&GroupId| known.iter().any(|one| one.id == **group);
            let mut groups = now.groups.iter().chain(&placement.groups);
            if let Some(quarantine) = groups.find(is_quarantine) {
                placement.interface.groups = placement.interface.isolated(at.id, quarantine, alone);
            }
        }
        Ok(placements)
    }

    /// The groups that interfaces are to get and that do not exist any more.
    async fn gone_groups(&self, at: &At<'_>, placements: &[Placement]) -> Result<Vec<GroupId>, CallError> {
        let is_new =
            |one: &Placement, group: &GroupId| !one.interface.groups.contains(group) && group != at.id;
        let mut new: Vec<&GroupId> =
            placements.iter().flat_map(|one| one.groups.iter().filter(|group| is_new(one, group))).collect();
        new.sort();
        new.dedup();
        let mut gone = Vec::new();
        for group in new {
            if self.groups.group(&At { id: group, ..*at }).await?.is_none() {
                gone.push(group.clone());
            }
        }
        Ok(gone)
    }
}

fn unread() -> CallError {
    CallError::Incomplete { action: "ec2:DescribeSecurityGroupRules", field: "rules" }
}
