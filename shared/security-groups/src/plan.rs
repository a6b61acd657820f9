//! The smallest change that closes a group, as data.

use std::time::SystemTime;

use network::{Cut, Permission, Plan, Rule, RuleId};
use remediation::clock::rfc3339;
use remediation::settings::{QuarantineStyle, SgSettings};
use serde::Serialize;

use crate::group::{QUARANTINED_AT, QUARANTINED_RULES, settable};
use crate::{Group, Interface, Tags, words};

/// How an open group is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quarantine {
    /// The offending rules go.
    Revoke(Revocation),
    /// The interfaces go elsewhere.
    Isolate(Isolation),
}

/// First everything in `restore` is authorized, then `revoke` is revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// What the revoked rules let in rightly.
    pub restore: Vec<Part>,
    /// What is not put back, since that takes too many rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<Cut>,
    /// The rules that go.
    pub revoke: Vec<Rule>,
    /// What the group is tagged with.
    pub tags: Tags,
}

/// A part of a rule that is put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The rule of which it is a part.
    pub part_of: RuleId,
    /// What is put back, with the source and the description of that rule.
    pub permission: Permission,
    /// The tags of that rule, as far as EC2 takes them.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// The interfaces get the VPC's quarantine group in this group's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Isolation {
    /// The VPC.
    pub vpc: String,
    /// The interfaces, with their groups as they were.
    pub interfaces: Vec<Interface>,
    /// Whether they lose their other groups too.
    pub all_groups: bool,
    /// What the group is tagged with.
    pub tags: Tags,
}

/// Plans what closes a group; `None` where there is nothing that Curfew changes.
pub(crate) fn plan(
    group: &Group,
    style: QuarantineStyle,
    settings: &SgSettings,
    now: SystemTime,
) -> Option<Quarantine> {
    match style {
        QuarantineStyle::Revoke => revocation(group, now).map(Quarantine::Revoke),
        QuarantineStyle::Isolate => isolation(group, settings, now).map(Quarantine::Isolate),
        QuarantineStyle::Alert => None,
    }
}

/// The rules that have to go and the parts of them that have to stay; `None` where no rule has to go.
pub(crate) fn revocation(group: &Group, now: SystemTime) -> Option<Revocation> {
    let plan = Plan::new(&group.rules, &group.assessment);
    let part = |part: network::Restoration| Part {
        tags: group.rule(&part.part_of).map(|rule| settable(&rule.tags)).unwrap_or_default(),
        part_of: part.part_of,
        permission: part.permission,
    };
    (!plan.is_empty()).then(|| Revocation {
        revoke: group.rules.iter().filter(|rule| plan.revoke.contains(&rule.id)).cloned().collect(),
        restore: plan.restore.into_iter().map(part).collect(),
        cut: plan.cut,
        tags: Tags::from([(QUARANTINED_AT.to_owned(), rfc3339(now))]),
    })
}

/// The interfaces that have to go elsewhere; `None` where none has to.
pub(crate) fn isolation(group: &Group, settings: &SgSettings, now: SystemTime) -> Option<Isolation> {
    let interfaces = group.interfaces.iter().flatten();
    let interfaces: Vec<Interface> = interfaces.filter(|one| !one.is_managed()).cloned().collect();
    let open = !interfaces.is_empty() && !group.assessment.is_closed();
    group.vpc.clone().filter(|_| open).map(|vpc| Isolation {
        vpc,
        interfaces,
        all_groups: settings.isolate_all_groups,
        tags: Tags::from([
            (QUARANTINED_AT.to_owned(), rfc3339(now)),
            (QUARANTINED_RULES.to_owned(), group.digest()),
        ]),
    })
}

impl Quarantine {
    /// What the group is tagged with once something is closed.
    pub(crate) fn tags(&self) -> &Tags {
        match self {
            Self::Revoke(plan) => &plan.tags,
            Self::Isolate(plan) => &plan.tags,
        }
    }

    /// The plan in words, a line a step.
    pub(crate) fn steps(&self) -> Vec<String> {
        let tags = self.tags().iter().map(|(key, value)| format!("tag the group `{key}` = {value}"));
        match self {
            Self::Revoke(plan) => {
                let restore = plan.restore.iter().map(|part| format!("put back {}", part.words()));
                let cut = plan.cut.iter().map(|cut| format!("do not put back {}", words::cut(cut)));
                let revoke = plan.revoke.iter().map(|rule| format!("revoke {}", words::rule(rule)));
                restore.chain(cut).chain(revoke).chain(tags).collect()
            }
            Self::Isolate(plan) => {
                let place = if plan.all_groups { "all its groups" } else { "this group" };
                let isolate = plan.interfaces.iter().map(|interface| {
                    format!("give {interface} the quarantine group of {} in place of {place}", plan.vpc)
                });
                isolate.chain(tags).collect()
            }
        }
    }
}

impl Part {
    /// Such as `tcp 80 from 0.0.0.0/0 (part of rule sgr-1)`.
    pub(crate) fn words(&self) -> String {
        format!("{} (part of rule {})", words::permission(&self.permission), self.part_of)
    }
}
