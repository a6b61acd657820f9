//! `sg-ingress`: no port is open to the world but those that the settings authorize.

use std::time::SystemTime;

use events::{GroupId, Resource, Subject};
use exemptions::Scope;
use futures_util::join;
use remediation::{Applied, CallError, Control, Done, Fact, Judge, Place, Tags, Unknown, Unread};

use crate::assess::judge;
use crate::judgements::Judgements;
use crate::lists::{self, KnownLists};
use crate::plan::plan;
use crate::state::says_the_same;
use crate::together;
use crate::undo::{foreseen, undo};
use crate::unfinished::unfinished;
use crate::{
    At, Group, GroupAssessment, Placement, Quarantine, QuarantineStyle, ReadSecurityGroups, Rules,
    SecurityGroups, SgChange, SgFinding, SgSettings,
};

/// The control: what opens a group goes, in the style that the settings ask for, and everything else stays.
#[derive(Debug)]
pub struct SgIngress<P> {
    pub(crate) groups: P,
    pub(crate) settings: SgSettings,
    pub(crate) lists: KnownLists,
    pub(crate) judgements: Judgements,
}

impl<P> SgIngress<P> {
    /// The control over the groups that `groups` reaches.
    pub fn new(groups: P, settings: SgSettings) -> Self {
        Self { groups, settings, lists: KnownLists::default(), judgements: Judgements::default() }
    }

    /// What is done about this group. A quarantine group cannot be isolated from itself: what opens it goes.
    pub(crate) fn style(&self, group: &Group) -> QuarantineStyle {
        match self.settings.quarantine {
            QuarantineStyle::Isolate if group.is_quarantine_group() => QuarantineStyle::Revoke,
            style => style,
        }
    }
}

/// Why parts of a group could not be read.
#[derive(Debug)]
struct Failed {
    about: Option<CallError>,
    rules: Option<CallError>,
    /// The first of those that may pass.
    lists: Option<CallError>,
    interfaces: Option<CallError>,
}

impl<P: ReadSecurityGroups> SgIngress<P> {
    /// Reads what can be read of a group; nothing of it decides without its rules.
    async fn look(&self, at: &At<'_>) -> Result<Option<(Group, Failed)>, CallError> {
        let (about, rules) = join!(self.groups.group(at), self.groups.rules(at));
        let (about, rules) = (about.transpose(), rules?);
        let (Some(about), Some(Rules { read: rules, rest })) = (about, rules) else { return Ok(None) };
        let deciding = network::deciding_lists(&rules, &self.settings.network);
        let (prefix_lists, lists) = self.lists.read(&self.groups, &at.place(), deciding).await;
        let mut failed =
            Failed { about: about.as_ref().err().cloned(), rules: rest, lists, interfaces: None };
        let mut group = Group {
            about: Fact::of(about),
            rules,
            unread_rules: failed.rules.clone().map(Unknown::from),
            prefix_lists,
            interfaces: None,
        };
        let isolates = self.style(&group) == QuarantineStyle::Isolate;
        if isolates && !self.judgements.is_closed(&group, &self.settings.network) {
            let interfaces = self.groups.interfaces(at).await;
            failed.interfaces = interfaces.as_ref().err().cloned();
            group.interfaces = Some(Fact::of(interfaces));
        }
        Ok(Some((group, failed)))
    }
}

impl<P: ReadSecurityGroups> Judge for SgIngress<P> {
    const NAME: &'static str = "sg-ingress";
    type Id = GroupId;
    type State = Group;
    type Assessment = GroupAssessment;
    type Plan = Quarantine;

    fn id(resource: &Resource) -> Option<&GroupId> {
        if let Resource::SecurityGroup(id) = resource { Some(id) } else { None }
    }

    async fn behind(&self, subject: &Subject) -> Result<Vec<Resource>, CallError> {
        let Resource::PrefixList(id) = &subject.resource else { return Ok(Vec::new()) };
        let place = Place { account: &subject.account, region: &subject.region };
        let groups = lists::groups_behind(&self.groups, &place, &id.as_str().into()).await?;
        Ok(groups.into_iter().map(Resource::SecurityGroup).collect())
    }

    /// Reads the group and its rules; prefix lists only where they decide, interfaces only where an open
    /// group is to be isolated.
    ///
    /// What opens the group in the rules that were read is said whatever else cannot be read. That nothing opens it is
    /// known once all of its rules were read: its name and tags decide nothing then.
    async fn read(&self, at: &At<'_>) -> Result<Option<Group>, CallError> {
        let Some((group, failed)) = self.look(at).await? else { return Ok(None) };
        match failed.rules {
            Some(error) if judge(&group, &self.settings.network).is_closed() => Err(error),
            _ => Ok(Some(group)),
        }
    }

    async fn read_together(&self, targets: &[At<'_>]) -> Vec<Option<Group>> {
        together::read(self, targets).await
    }

    fn unread(&self, group: &Group, _: &GroupAssessment) -> Vec<Unread> {
        group.unread()
    }

    fn assess(&self, group: &Group, _now: SystemTime) -> GroupAssessment {
        let network = &self.settings.network;
        let judgement = self.judgements.take(group, network);
        GroupAssessment::of(group, self.style(group), network, judgement)
    }

    /// They were read with the group.
    async fn tags(&self, _at: &At<'_>, group: &Group) -> Fact<Tags> {
        match &group.about {
            Fact::Known(about) => Fact::Known(about.tags.clone()),
            Fact::Unknown(unknown) => Fact::Unknown(unknown.clone()),
        }
    }

    fn exempt(&self, assessment: GroupAssessment, scope: &Scope) -> GroupAssessment {
        assessment.exempt(scope)
    }

    fn take_out(
        &self,
        assessment: GroupAssessment,
        stays: impl FnMut(SgFinding) -> Option<SgFinding>,
    ) -> GroupAssessment {
        assessment.take_out(stays)
    }

    fn plan(&self, assessment: &GroupAssessment, now: SystemTime) -> Option<Quarantine> {
        plan(assessment, &self.settings, now)
    }
}

impl<P: SecurityGroups> Control for SgIngress<P> {
    type Change = SgChange;

    /// A read after a change proves that the group is closed, or fails: whoever uses it, and whom its lists let in, has
    /// to be known then, and by its tags whether it was isolated.
    async fn read_after(&self, at: &At<'_>, _plan: &Quarantine) -> Result<Option<Group>, CallError> {
        let Some((group, failed)) = self.look(at).await? else { return Ok(None) };
        let isolates = self.settings.quarantine == QuarantineStyle::Isolate;
        let about = failed.about.filter(|_| isolates);
        match failed.rules.or(failed.lists).or(failed.interfaces).or(about) {
            Some(error) => Err(error),
            None => Ok(Some(group)),
        }
    }

    async fn apply(
        &self,
        at: &At<'_>,
        plan: &Quarantine,
        done: &mut Done<SgChange>,
    ) -> Result<Applied, CallError> {
        self.carry_out(at, plan, done).await.map(|()| Applied::Done)
    }

    /// Where interfaces were to be isolated, the findings name those that are not.
    fn assess_after(&self, group: &Group, plan: &Quarantine, now: SystemTime) -> GroupAssessment {
        let assessment = self.assess(group, now);
        if let Quarantine::Isolate(_) = plan { assessment.after_isolation() } else { assessment }
    }

    fn unfinished(
        &self,
        _at: &At<'_>,
        plan: &Quarantine,
        done: &[SgChange],
        after: Option<&GroupAssessment>,
    ) -> Option<Quarantine> {
        unfinished(plan, done, after)
    }

    /// One at a time gives interfaces their groups: one in two open groups would get one of them back.
    fn turn(&self, plan: &Quarantine) -> Option<&'static str> {
        let places = match plan {
            Quarantine::Isolate(plan) => !plan.interfaces.is_empty(),
            Quarantine::Release(plan) => !plan.place.is_empty(),
            Quarantine::Revoke(_) => false,
        };
        places.then_some("network-interfaces")
    }

    /// An interface that loses all its groups since one of them is open has left the others too.
    fn may_be_closed_besides(&self, plan: &Quarantine) -> bool {
        matches!(plan, Quarantine::Isolate(plan) if plan.all_groups)
    }

    fn foreseen(&self, plan: &Quarantine, done: &[SgChange]) -> Vec<SgChange> {
        foreseen(plan, done)
    }

    fn closes(&self, change: &SgChange) -> bool {
        change.closes()
    }

    /// A rule keeps its id whatever becomes of its description and its tags, and an interface whatever groups it gets. One
    /// that was in the quarantine group when it was closed again was closed before.
    fn closes_the_same(&self, one: &SgChange, other: &SgChange) -> bool {
        match (one, other) {
            (SgChange::Revoked(one), SgChange::Revoked(other)) => one.id == other.id,
            (SgChange::Placed(one), SgChange::Placed(other)) => {
                one.interface.id == other.interface.id && !one.was_after(other)
            }
            _ => one == other,
        }
    }

    /// Every rule that lets something in, and every interface, whether or not it is open by now.
    fn there(&self, group: &Group, _at: SystemTime) -> Vec<SgChange> {
        let interfaces = group.known_interfaces().into_iter().flatten();
        let placed = interfaces.map(|one| Placement { interface: one.clone(), groups: one.groups.clone() });
        let revoked = group.inbound().cloned().map(SgChange::Revoked);
        revoked.chain(placed.map(SgChange::Placed)).collect()
    }

    /// A rule that somebody adds again has a new id, and says the same. An interface is back once it has all the groups that
    /// it lost; a restore, which looks at it too, may have found it without them.
    fn is_there_again(&self, change: &SgChange, seen: &SgChange) -> bool {
        match (change, seen) {
            (SgChange::Revoked(one), SgChange::Revoked(other)) => {
                says_the_same(&one.permission, &other.permission)
            }
            (SgChange::Placed(one), SgChange::Placed(other)) => one.is_back_in(&other.interface),
            _ => false,
        }
    }

    /// The interfaces of a group that is deleted are where they were put.
    fn outlives_the_resource(&self, change: &SgChange) -> bool {
        matches!(change, SgChange::Placed(_))
    }

    fn undo(&self, _before: &Group, plan: &Quarantine, done: &[SgChange]) -> Option<Quarantine> {
        undo(plan, done)
    }
}
