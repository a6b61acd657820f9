//! `sg-ingress`: no port is open to the world but those that the settings authorize.

use std::time::SystemTime;

use events::{GroupId, Resource};
use futures_util::lock::Mutex;
use futures_util::try_join;
use remediation::{Applied, CallError, Control};

use crate::judgements::Judgements;
use crate::lists::KnownLists;
use crate::plan::plan;
use crate::undo::{foreseen, undo};
use crate::unfinished::unfinished;
use crate::{At, Group, GroupAssessment, Quarantine, QuarantineStyle, SecurityGroups, SgChange, SgSettings};

/// The control: what opens a group goes, in the style that the settings ask for, and everything else stays.
#[derive(Debug)]
pub struct SgIngress<P> {
    pub(crate) groups: P,
    pub(crate) settings: SgSettings,
    pub(crate) lists: KnownLists,
    judgements: Judgements,
    /// One isolation at a time: an interface in two open groups would get one of them back.
    pub(crate) isolating: Mutex<()>,
}

impl<P> SgIngress<P> {
    /// The control over the groups that `groups` reaches.
    pub fn new(groups: P, settings: SgSettings) -> Self {
        Self {
            groups,
            settings,
            lists: KnownLists::default(),
            judgements: Judgements::default(),
            isolating: Mutex::new(()),
        }
    }

    /// What is done about this group. A quarantine group cannot be isolated from itself: what opens it goes.
    fn style(&self, group: &Group) -> QuarantineStyle {
        match self.settings.quarantine {
            QuarantineStyle::Isolate if group.is_quarantine_group() => QuarantineStyle::Revoke,
            style => style,
        }
    }
}

impl<P: SecurityGroups> Control for SgIngress<P> {
    const NAME: &'static str = "sg-ingress";
    type Id = GroupId;
    type State = Group;
    type Assessment = GroupAssessment;
    type Plan = Quarantine;
    type Change = SgChange;

    fn id(resource: &Resource) -> Option<&GroupId> {
        if let Resource::SecurityGroup(id) = resource { Some(id) } else { None }
    }

    /// Reads the group and its rules; prefix lists only where they decide, interfaces only where an open
    /// group is to be isolated.
    async fn read(&self, at: &At<'_>) -> Result<Option<Group>, CallError> {
        let (about, rules) = try_join!(self.groups.group(at), self.groups.rules(at))?;
        let Some((about, rules)) = about.zip(rules) else { return Ok(None) };
        let deciding = network::deciding_lists(&rules, &self.settings.network);
        let prefix_lists = self.lists.read(&self.groups, at, deciding).await?;
        let mut group = Group {
            name: about.name,
            description: about.description,
            vpc: about.vpc,
            tags: about.tags,
            rules,
            prefix_lists,
            interfaces: None,
        };
        let isolates = self.style(&group) == QuarantineStyle::Isolate;
        if isolates && !self.judgements.is_closed(&group, &self.settings.network) {
            group.interfaces = Some(self.groups.interfaces(at).await?);
        }
        Ok(Some(group))
    }

    fn assess(&self, group: &Group) -> GroupAssessment {
        let network = &self.settings.network;
        let judgement = self.judgements.take(group, network);
        GroupAssessment::of(group, self.style(group), network, judgement)
    }

    fn plan(&self, assessment: &GroupAssessment, now: SystemTime) -> Option<Quarantine> {
        plan(assessment, &self.settings, now)
    }

    async fn apply(
        &self,
        at: &At<'_>,
        plan: &Quarantine,
        done: &mut Vec<SgChange>,
    ) -> Result<Applied, CallError> {
        self.carry_out(at, plan, done).await.map(|()| Applied::Done)
    }

    /// Where interfaces were to be isolated, the findings name those that are not.
    fn assess_after(&self, group: &Group, plan: &Quarantine) -> GroupAssessment {
        let assessment = self.assess(group);
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

    fn foreseen(&self, plan: &Quarantine, done: &[SgChange]) -> Vec<SgChange> {
        foreseen(plan, done)
    }

    fn undo(&self, _before: &Group, _plan: &Quarantine, done: &[SgChange]) -> Option<Quarantine> {
        undo(done)
    }
}
