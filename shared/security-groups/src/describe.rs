//! The control's types in words.

use events::GroupId;
use remediation::{Change, Describe, Evidence, Finding, Found, Recount, Walked};
use serde_json::json;

use crate::port::{QUARANTINE_GROUP_NAME, action};
use crate::{
    At, GroupAssessment, Placement, Quarantine, ReadSecurityGroups, SecurityGroups, SgChange, SgIngress,
    Tags, advice, commands, evidence, findings, words,
};

impl<P: ReadSecurityGroups> Describe for SgIngress<P> {
    fn findings(&self, assessment: &GroupAssessment) -> Vec<Finding> {
        findings::findings(assessment)
    }

    fn steps(&self, plan: &Quarantine) -> Vec<String> {
        plan.in_words()
    }

    fn hindrance(&self, found: &GroupAssessment) -> Option<String> {
        let hindrances = found.hindrances();
        let whom = hindrances.interfaces.map(|unknown| format!("whom to isolate ({})", unknown.why()));
        let what = hindrances.about.map(|unknown| {
            format!("whether this is a quarantine group, which would lose its open rules ({})", unknown.why())
        });
        let all: Vec<String> = whom.into_iter().chain(what).collect();
        (!all.is_empty()).then(|| format!("find out {}", all.join(", nor ")))
    }

    fn evidence(&self, at: &At<'_>, found: &Found<Self>) -> Vec<Evidence> {
        evidence::evidence(at, found, self.settings.quarantine)
    }

    fn commands(&self, at: &At<'_>, plan: &Quarantine) -> String {
        commands::of(at, plan)
    }
}

impl<P: SecurityGroups> Recount for SgIngress<P> {
    fn change(&self, change: &SgChange) -> Change {
        change.in_words()
    }

    fn advice(&self, walked: &Walked<Self>) -> Vec<String> {
        advice::advice(self.settings.quarantine, walked)
    }

    fn put_back(&self, plan: &Quarantine) -> &'static str {
        match plan {
            Quarantine::Revoke(_) => "How to put the revoked rules back",
            Quarantine::Isolate(_) => "How to give the interfaces their groups back",
            Quarantine::Release(_) => "How to take it back",
        }
    }
}

impl Quarantine {
    /// A line a step, as in `revoke rule sgr-1 (tcp 22 from 0.0.0.0/0)`.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        match self {
            Self::Revoke(plan) => {
                let restore = plan.restore.iter().map(|part| format!("put back {}", words::part(part)));
                let cut = plan.cut.iter().map(words::cut).chain(words::portless_of(plan));
                let cut = cut.map(|cut| format!("do not put back {cut}"));
                let revoke = plan.revoke.iter().map(|rule| format!("revoke {}", words::rule(rule)));
                restore.chain(cut).chain(revoke).chain(tag(&plan.tags)).collect()
            }
            Self::Isolate(plan) => {
                let place = if plan.all_groups { "all its groups" } else { "this group" };
                let isolate = plan.interfaces.iter().map(|interface| {
                    format!("give {interface} the quarantine group of {} in place of {place}", interface.vpc)
                });
                isolate.chain(tag(&plan.tags)).collect()
            }
            Self::Release(plan) => {
                let authorize = plan.authorize.iter().map(|part| format!("put back {}", words::part(part)));
                let revoke = plan.revoke.iter().map(|one| format!("revoke {}", words::part(&one.part)));
                let place = plan.place.iter().map(|one| format!("give {}", placement(one)));
                authorize.chain(revoke).chain(place).collect()
            }
        }
    }
}

fn tag(tags: &Tags) -> impl Iterator<Item = String> {
    tags.iter().map(|(key, value)| format!("tag the group `{key}` = {value}"))
}

impl SgChange {
    /// What was changed, in words, with all of it beside them.
    #[must_use]
    pub fn in_words(&self) -> Change {
        match self {
            Self::Authorized(put_back) => Change {
                action: action::AUTHORIZE,
                summary: format!("put back {}", words::part(&put_back.part)),
                detail: json!(put_back),
            },
            Self::Revoked(rule) => Change {
                action: action::REVOKE,
                summary: format!("revoked {}", words::rule(rule)),
                detail: json!(rule),
            },
            Self::Created { group, vpc } => Change {
                action: action::CREATE,
                summary: format!("created the quarantine group {group} of {vpc}"),
                detail: json!({ "group": group, "name": QUARANTINE_GROUP_NAME, "vpc": vpc }),
            },
            Self::EgressRevoked { group, vpc, to } => Change {
                action: action::REVOKE_EGRESS,
                summary: format!("revoked all traffic to {to} from the quarantine group {group}"),
                detail: json!({ "group": group, "vpc": vpc, "IpProtocol": "-1", "to": to }),
            },
            Self::Placed(one) => Change {
                action: action::PLACE,
                summary: format!("gave {}", placement(one)),
                detail: json!({
                    "interface": one.interface.id,
                    "before": one.interface.groups,
                    "after": one.groups,
                }),
            },
            Self::Tagged { key, value } => Change {
                action: action::TAG,
                summary: format!("tagged the group `{key}` = {value}"),
                detail: json!({ "key": key, "value": value }),
            },
        }
    }
}

/// Such as `eni-1 of instance i-1 the groups sg-2 in place of sg-1`.
fn placement(Placement { interface, groups }: &Placement) -> String {
    let joined = |groups: &[GroupId]| words::joined(groups, ", ");
    format!("{interface} the groups {} in place of {}", joined(groups), joined(&interface.groups))
}
