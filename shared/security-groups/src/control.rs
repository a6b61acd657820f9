//! `sg-ingress`: no port is open to the world but those that the settings authorize.

use std::time::SystemTime;

use events::{GroupId, Resource};
use futures_util::lock::Mutex;
use futures_util::try_join;
use remediation::settings::{QuarantineStyle, SgSettings};
use remediation::{Applied, CallError, Change, Control, Evidence, Finding, Report, Target};
use serde_json::json;

use crate::port::action;
use crate::prefix_lists::{KnownLists, readable};
use crate::{Group, Quarantine, SecurityGroups, Tags, advice, evidence, findings, finish, plan};

/// The control: what opens a group goes, in the style that the settings ask for, and everything else stays.
#[derive(Debug)]
pub struct SgIngress<P> {
    pub(crate) groups: P,
    pub(crate) settings: SgSettings,
    pub(crate) lists: KnownLists,
    /// One isolation at a time: an interface in two open groups would get one of them back.
    pub(crate) isolating: Mutex<()>,
}

impl<P> SgIngress<P> {
    /// The control over the groups that `groups` reaches.
    pub fn new(groups: P, settings: SgSettings) -> Self {
        Self { groups, settings, lists: KnownLists::default(), isolating: Mutex::new(()) }
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
    type Plan = Quarantine;

    fn id(resource: &Resource) -> Option<&GroupId> {
        match resource {
            Resource::SecurityGroup(id) => Some(id),
            _ => None,
        }
    }

    /// Reads the group and its rules; prefix lists only where they decide, interfaces only where an open
    /// group is to be isolated.
    async fn read(&self, at: &Target<'_, GroupId>) -> Result<Option<Group>, CallError> {
        let (about, rules) = try_join!(self.groups.group(at), self.groups.rules(at))?;
        let Some((about, rules)) = about.zip(rules) else { return Ok(None) };
        let settings = self.settings.network();
        let deciding = network::deciding_lists(&rules, &settings);
        let prefix_lists = self.lists.read(&self.groups, at, deciding).await?;
        let mut group = Group {
            name: about.name,
            description: about.description,
            vpc: about.vpc,
            tags: about.tags,
            assessment: network::assess(&rules, &readable(&prefix_lists), &settings),
            rules,
            prefix_lists,
            interfaces: None,
        };
        let isolate = self.style(&group) == QuarantineStyle::Isolate;
        if isolate && !group.assessment.is_closed() {
            group.interfaces = Some(self.groups.interfaces(at).await?);
        }
        Ok(Some(group))
    }

    fn assess(&self, group: &Group) -> Vec<Finding> {
        findings::findings(group, self.style(group))
    }

    fn plan(&self, group: &Group, _findings: &[Finding], now: SystemTime) -> Option<Quarantine> {
        plan::plan(group, self.style(group), &self.settings, now)
    }

    fn steps(&self, plan: &Quarantine) -> Vec<String> {
        plan.steps()
    }

    async fn apply(
        &self,
        at: &Target<'_, GroupId>,
        plan: &Quarantine,
        done: &mut Vec<Change>,
    ) -> Result<Applied, CallError> {
        let quarantined = match plan {
            Quarantine::Revoke(plan) => self.revoke(at, plan, done).await,
            Quarantine::Isolate(plan) => self.isolate(at, plan, done).await,
        };
        // What was closed before a step failed is a quarantine too.
        let tagged =
            if done.iter().any(action::closes) { self.tag(at, plan.tags(), done).await } else { Ok(()) };
        quarantined.and(tagged).map(|()| Applied::Done)
    }

    fn advice(&self, report: &Report) -> Vec<String> {
        advice::advice(self.settings.quarantine, report)
    }

    fn evidence(&self, at: &Target<'_, GroupId>, group: &Group, plan: Option<&Quarantine>) -> Vec<Evidence> {
        evidence::evidence(at, group, plan, &self.settings)
    }

    fn unfinished(
        &self,
        at: &Target<'_, GroupId>,
        plan: &Quarantine,
        done: &[Change],
        after: Option<&Group>,
    ) -> Option<String> {
        let commands = finish::commands(at, plan, done, after, &self.settings);
        (!commands.is_empty()).then(|| commands.join("\n"))
    }
}

impl<P: SecurityGroups> SgIngress<P> {
    async fn tag(
        &self,
        at: &Target<'_, GroupId>,
        tags: &Tags,
        done: &mut Vec<Change>,
    ) -> Result<(), CallError> {
        self.groups.tag(at, tags).await?;
        done.extend(tags.iter().map(|(key, value)| Change {
            action: action::TAG,
            summary: format!("tagged the group `{key}` = {value}"),
            detail: json!({ "key": key, "value": value }),
        }));
        Ok(())
    }
}
