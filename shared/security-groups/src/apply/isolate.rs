//! Putting the interfaces of an open group into the quarantine groups of their VPCs, and giving them their groups.

use std::collections::BTreeMap;

use events::{GroupId, InterfaceId, VpcId};
use futures_util::{StreamExt, join, stream};
use network::Rule;
use remediation::{CallError, Done};

use crate::port::{EVERYWHERE, QUARANTINE_GROUP_NAME, action};
use crate::state::readable;
use crate::{
    At, By, Created, Destination, Interface, Isolation, Placed, Placement, QUARANTINE_GROUP, QuarantineGroup,
    SecurityGroups, SgChange, SgIngress, commands, words,
};

/// How many interfaces are changed at the same time: EC2 lets an account change some five a second in the
/// long run.
const AT_ONCE: usize = 4;

/// How many interfaces are changed before the others are looked at again: what others give them meanwhile would be taken
/// back.
const OF_ONE_LOOK: usize = 5 * AT_ONCE;

impl<P: SecurityGroups> SgIngress<P> {
    /// Gives each interface of the plan the quarantine group of its VPC in the group's place. One that is gone, or has
    /// left the group, is passed over; an interface or a VPC that fails does not stop the others.
    pub(super) async fn isolate(
        &self,
        at: &At<'_>,
        plan: &Isolation,
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        // Read once more: the groups that an interface keeps are those that it has now.
        let by_tag = stream::iter(plan.destinations.keys())
            .map(|vpc| self.groups.quarantine_groups(at, vpc, By::Tag))
            .buffered(AT_ONCE);
        let (now, found) = join!(self.groups.interfaces(at), by_tag.collect::<Vec<_>>());
        let is_planned = |one: &Interface| plan.interfaces.iter().any(|planned| planned.id == one.id);
        let mut now: Vec<Interface> = now?.into_iter().filter(is_planned).collect();

        let (mut quarantines, mut failed) = (BTreeMap::new(), Ok(()));
        let mut is_fresh = true;
        for ((vpc, destination), found) in plan.destinations.iter().zip(found) {
            if !now.iter().any(|one| one.vpc == *vpc) {
                continue;
            }
            is_fresh = is_fresh && found.as_ref().is_ok_and(|found| is_ready(found));
            let quarantine = match found {
                Ok(found) => self.destination(at, vpc, destination, found, done).await,
                Err(error) => Err(error),
            };
            match quarantine {
                Ok(quarantine) => {
                    quarantines.insert(vpc, quarantine);
                }
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        now.retain(|one| quarantines.contains_key(&one.vpc));
        for some in now.chunks(OF_ONE_LOOK) {
            let live = if is_fresh { Ok(some.to_vec()) } else { self.as_they_are(at, some).await };
            is_fresh = false;
            let live = match live {
                Ok(live) => live.into_iter().filter(|one| one.groups.contains(at.id)),
                Err(error) => return failed.and(Err(error)),
            };
            let placement = |interface: Interface| {
                let quarantine = quarantines.get(&interface.vpc)?;
                let groups = interface.isolated(at.id, quarantine, plan.all_groups);
                Some(Placement { groups, interface })
            };
            let placements: Vec<Placement> = live.filter_map(placement).collect();
            failed = failed.and(self.place(at, &placements, done).await);
        }
        failed
    }

    /// Gives interfaces the groups that they had before, but for those that are gone, and those that others gave other groups
    /// since they were looked at: these stay so. One that fails does not stop the others.
    pub(super) async fn place_back(
        &self,
        at: &At<'_>,
        placements: &[Placement],
        mut is_fresh: bool,
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let mut failed = Ok(());
        for some in placements.chunks(OF_ONE_LOOK) {
            let interfaces: Vec<Interface> = some.iter().map(|one| one.interface.clone()).collect();
            let live = if is_fresh { Ok(interfaces) } else { self.as_they_are(at, &interfaces).await };
            is_fresh = false;
            let live = match live {
                Ok(live) => live,
                Err(error) => return failed.and(Err(error)),
            };
            let is_there = |one: &&Placement| live.iter().any(|now| now.id == one.interface.id);
            let is_as_it_was =
                |one: &&Placement| live.iter().any(|now| now.has_the_groups_of(&one.interface));
            let (same, changed): (Vec<&Placement>, Vec<&Placement>) =
                some.iter().filter(is_there).partition(is_as_it_was);
            let same: Vec<Placement> = same.into_iter().cloned().collect();
            failed = failed.and(self.place(at, &same, done).await);
            if let Some(one) = changed.first() {
                let message = format!("somebody gave {} other groups at the same time", one.interface);
                let error = CallError::Withheld { action: action::PLACE, code: "ChangedMeanwhile", message };
                failed = failed.and(Err(error));
            }
        }
        failed
    }

    async fn as_they_are(&self, at: &At<'_>, some: &[Interface]) -> Result<Vec<Interface>, CallError> {
        let ids: Vec<&InterfaceId> = some.iter().map(|one| &one.id).collect();
        self.groups.named_interfaces(at, &ids).await
    }

    /// Gives interfaces their groups, but for those that are gone. One that fails does not stop the others.
    async fn place(
        &self,
        at: &At<'_>,
        placements: &[Placement],
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let placed = stream::iter(placements).map(|placement| self.groups.place(at, placement));
        let placed: Vec<Result<Placed, CallError>> = placed.buffered(AT_ONCE).collect().await;
        let mut failed = Ok(());
        for (placement, placed) in placements.iter().zip(placed) {
            let change = || SgChange::Placed(placement.clone());
            match done.unless_answered(placed, || [change()]) {
                Ok(Placed::Done) => done.changes.push(change()),
                Ok(_) => {}
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed
    }

    /// The group that takes a VPC's interfaces in. One that the plan knows comes before others that were `found`; EC2
    /// may not show it yet.
    async fn destination(
        &self,
        at: &At<'_>,
        vpc: &VpcId,
        planned: &Destination,
        mut found: Vec<QuarantineGroup>,
        done: &mut Done<SgChange>,
    ) -> Result<GroupId, CallError> {
        match planned {
            Destination::Known { group, may_have_egress } => {
                found.retain(|one| one.id == *group);
                if !found.is_empty() {
                    return self.first_closed(at, vpc, found, done).await;
                }
                if *may_have_egress {
                    self.silence(at, group).await?;
                }
                Ok(group.clone())
            }
            Destination::ToBeFound if found.is_empty() => self.create(at, vpc, done).await,
            Destination::ToBeFound => self.first_closed(at, vpc, found, done).await,
        }
    }

    /// Creates the VPC's quarantine group, or finds the one that somebody else has just created.
    async fn create(
        &self,
        at: &At<'_>,
        vpc: &VpcId,
        done: &mut Done<SgChange>,
    ) -> Result<GroupId, CallError> {
        match self.groups.create_quarantine_group(at, vpc).await? {
            Created::Group(id) => {
                done.changes.push(SgChange::Created { group: id.clone(), vpc: vpc.clone() });
                self.silence(at, &id).await?;
                Ok(id)
            }
            Created::NameTaken => {
                let found = self.groups.quarantine_groups(at, vpc, By::Name).await?;
                let (tagged, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|group| group.is_tagged);
                if !tagged.is_empty() {
                    return self.first_closed(at, vpc, tagged, done).await;
                }
                let taker = others.first().map(|other| format!(" ({})", other.id)).unwrap_or_default();
                let tag = others.first().map(|other| commands::tag_as_quarantine(at, &other.id, vpc));
                let tag = tag.map(|command| format!(", with `{command}`")).unwrap_or_default();
                Err(CallError::Refused {
                    action: action::CREATE,
                    code: "InvalidGroup.Duplicate".to_owned(),
                    message: format!(
                        "{vpc} has a group `{QUARANTINE_GROUP_NAME}`{taker} that is not tagged \
                         `{QUARANTINE_GROUP}`: if it may serve as the quarantine group, tag it{tag}; if not, tag \
                         another one so"
                    ),
                })
            }
        }
    }

    /// The first of these quarantine groups of a VPC that is not open itself.
    async fn first_closed(
        &self,
        at: &At<'_>,
        vpc: &VpcId,
        found: Vec<QuarantineGroup>,
        done: &mut Done<SgChange>,
    ) -> Result<GroupId, CallError> {
        let mut refused = None;
        for group in found {
            match self.why_not(at, &group).await? {
                None => return self.silenced(at, vpc, group, done).await,
                Some((code, message)) => {
                    refused.get_or_insert(CallError::Withheld { action: action::PLACE, code, message });
                }
            }
        }
        Err(refused.unwrap_or(CallError::Incomplete { action: action::PLACE, field: "a quarantine group" }))
    }

    /// Why nobody may be put into this quarantine group. Prefix lists that it names are read: they may hold the
    /// world, or the addresses of those who look into what happened.
    async fn why_not(
        &self,
        at: &At<'_>,
        group: &QuarantineGroup,
    ) -> Result<Option<(&'static str, String)>, CallError> {
        let settings = &self.settings.network;
        let rules: Vec<Rule> = group.inbound.iter().cloned().map(Rule::unnamed).collect();
        let deciding = network::deciding_lists(&rules, settings);
        let (lists, passing) = self.lists.read(&self.groups, &at.place(), deciding).await;
        if let Some(error) = passing {
            return Err(error);
        }
        let assessment = network::assess(&rules, &readable(&lists), settings);
        let id = &group.id;
        if !assessment.is_closed() {
            let message = format!("the quarantine group {id} is open itself: close it first");
            return Ok(Some(("QuarantineGroupIsOpen", message)));
        }
        let unread = lists.iter().filter_map(|list| Some(words::unread(list, &list.blocks.unknown()?.why())));
        let unknown: Vec<String> = unread.collect();
        Ok((!unknown.is_empty()).then(|| {
            let message = format!(
                "nobody knows whom the quarantine group {id} lets in, which has to be known first: {}",
                unknown.join("; ")
            );
            ("QuarantineGroupIsUnknown", message)
        }))
    }

    /// A quarantine group that was there. Whoever created it may not have come to take its outbound rules
    /// away; other rules of it are somebody's decision, unless they open it.
    async fn silenced(
        &self,
        at: &At<'_>,
        vpc: &VpcId,
        found: QuarantineGroup,
        done: &mut Done<SgChange>,
    ) -> Result<GroupId, CallError> {
        for to in EVERYWHERE.into_iter().filter(|block| found.reaches(block)) {
            let revoked = || SgChange::EgressRevoked { group: found.id.clone(), vpc: vpc.clone(), to };
            done.unless_answered(self.groups.revoke_egress(at, &found.id, to).await, || [revoked()])?;
            done.changes.push(revoked());
        }
        Ok(found.id)
    }

    /// Takes the outbound rules away that EC2 gives to a new group.
    async fn silence(&self, at: &At<'_>, quarantine: &GroupId) -> Result<(), CallError> {
        for to in EVERYWHERE {
            self.groups.revoke_egress(at, quarantine, to).await?;
        }
        Ok(())
    }
}

/// Whether one of these can take interfaces in without any call before.
fn is_ready(found: &[QuarantineGroup]) -> bool {
    !found.is_empty() && !found.iter().any(|group| EVERYWHERE.iter().any(|block| group.reaches(block)))
}
