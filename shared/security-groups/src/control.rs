//! `sg-ingress`: no inbound rule lets the whole world in, but on the ports that the settings authorize.

use std::cmp::Reverse;
use std::time::SystemTime;

use events::{GroupId, Resource};
use remediation::clock::rfc3339;
use remediation::settings::SgSettings;
use remediation::{Applied, CallError, Change, Control, Evidence, Finding, Outcome, Remedy, Target};
use serde::Serialize;
use serde_json::{Value, json};

use crate::open::open;
use crate::{Group, Revoked, Rule, SecurityGroups, Source};

/// The tag that a group gets when rules of it are revoked; its value is the time, RFC 3339 in UTC.
pub const QUARANTINED_AT: &str = "curfew:quarantined-at";

/// The control: rules open to the world go by their ids, every other rule stays.
#[derive(Debug, Clone)]
pub struct SgIngress<P> {
    groups: P,
    settings: SgSettings,
}

/// Which rules go, and what the group is tagged with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quarantine {
    /// The rules to revoke.
    pub revoke: Vec<Rule>,
    /// The time that the tag tells.
    pub tagged_at: String,
}

impl<P> SgIngress<P> {
    /// The control over the groups that `groups` reaches.
    pub fn new(groups: P, settings: SgSettings) -> Self {
        Self { groups, settings }
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

    async fn read(&self, group: &Target<'_, GroupId>) -> Result<Option<Group>, CallError> {
        self.groups.read(group).await
    }

    fn assess(&self, group: &Group) -> Vec<Finding> {
        let mut findings: Vec<Finding> = group.rules.iter().filter_map(|rule| self.finding(rule)).collect();
        findings.sort_by_key(|finding| Reverse(finding.severity));
        findings
    }

    fn plan(&self, group: &Group, _findings: &[Finding], now: SystemTime) -> Option<Quarantine> {
        let closes =
            |rule: &&Rule| open(rule, &self.settings).is_some_and(|open| open.remedy == Remedy::Close);
        let revoke: Vec<Rule> = group.rules.iter().filter(closes).cloned().collect();
        (!revoke.is_empty()).then(|| Quarantine { revoke, tagged_at: rfc3339(now) })
    }

    fn steps(&self, plan: &Quarantine) -> Vec<String> {
        let revoke = plan.revoke.iter().map(|rule| format!("revoke {}", rule.words()));
        revoke.chain([format!("tag the group `{QUARANTINED_AT}` = {}", plan.tagged_at)]).collect()
    }

    async fn apply(
        &self,
        group: &Target<'_, GroupId>,
        plan: &Quarantine,
        done: &mut Vec<Change>,
    ) -> Result<Applied, CallError> {
        self.revoke(group, &plan.revoke, done).await?;
        if !done.is_empty() {
            self.groups.tag(group, QUARANTINED_AT, &plan.tagged_at).await?;
            done.push(Change {
                action: "ec2:CreateTags",
                summary: format!("tagged the group `{QUARANTINED_AT}` = {}", plan.tagged_at),
                detail: json!({ "key": QUARANTINED_AT, "value": plan.tagged_at }),
            });
        }
        Ok(Applied::Done)
    }

    fn advice(&self, outcome: Outcome, findings: &[Finding]) -> Vec<String> {
        let tracked = "Connections that were open before live on while they are tracked. Look at who is \
                       connected, and cut what should not be.";
        let advice: &[&str] = match outcome {
            Outcome::Remediated => &[
                "Find out who opened it, and whether somebody outside used it.",
                tracked,
                "If somebody needs this access, give it to the addresses that need it. The command below \
                 puts the rules back as they were; Curfew will revoke them again at the next trigger.",
            ],
            Outcome::Observed => {
                &["Decide whether the world has to get in. In `enforce` mode Curfew would have made the \
                 change above."]
            }
            Outcome::Alerted => &["Decide whether the world has to get in; if not, revoke the rule."],
            Outcome::StillOpen => {
                &["Close the rest by hand now: somebody or something keeps opening the group.", tracked]
            }
            Outcome::Failed => &[
                "Look at the error above: a missing permission belongs into the function's role.",
                "Until then look at the group by hand: it may be open.",
            ],
            Outcome::Compliant | Outcome::Gone => &[],
        };
        let icmp = "World-open ICMP stays: Curfew revokes it only where `sg.icmp` is \"revoke\".";
        let reported = findings.iter().any(|finding| finding.remedy == Remedy::Report);
        let icmp = reported.then_some(icmp);
        advice.iter().copied().chain(icmp).map(ToOwned::to_owned).collect()
    }

    fn evidence(
        &self,
        target: &Target<'_, GroupId>,
        group: &Group,
        plan: Option<&Quarantine>,
    ) -> Vec<Evidence> {
        let inbound = group.rules.iter().filter(|rule| !rule.is_egress);
        let table = inbound.map(|rule| format!("  {}", rule.words())).collect::<Vec<_>>().join("\n");
        let vpc = group.vpc.as_deref().unwrap_or("none");
        let mut evidence = vec![Evidence {
            title: "The group's inbound rules as they were".to_owned(),
            body: format!("  group {} ({}), VPC {}\n{}", target.id, group.name, vpc, table),
        }];
        if let Some(plan) = plan {
            evidence.push(Evidence {
                title: "How to put the revoked rules back".to_owned(),
                body: put_back(target, &plan.revoke),
            });
        }
        evidence
    }
}

impl<P: SecurityGroups> SgIngress<P> {
    fn finding(&self, rule: &Rule) -> Option<Finding> {
        let open = open(rule, &self.settings)?;
        let who = match rule.source {
            Source::Ipv6(_) => "Anyone on the IPv6 internet",
            _ => "Anyone on the internet",
        };
        Some(Finding {
            kind: "open-ingress",
            severity: open.severity,
            remedy: open.remedy,
            summary: format!("{who} may reach {} ({}, rule {})", rule.traffic(), rule.source, rule.id),
            evidence: json!(rule),
        })
    }

    /// Revokes all at once; where one of them is gone already, EC2 refuses the lot, and they go one by one.
    async fn revoke(
        &self,
        group: &Target<'_, GroupId>,
        rules: &[Rule],
        done: &mut Vec<Change>,
    ) -> Result<(), CallError> {
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        if self.groups.revoke(group, &ids).await? == Revoked::Done {
            done.extend(rules.iter().map(revoked));
            return Ok(());
        }
        if rules.len() > 1 {
            for rule in rules {
                if self.groups.revoke(group, &[&rule.id]).await? == Revoked::Done {
                    done.push(revoked(rule));
                }
            }
        }
        Ok(())
    }
}

fn revoked(rule: &Rule) -> Change {
    Change {
        action: "ec2:RevokeSecurityGroupIngress",
        summary: format!("revoked {}", rule.words()),
        detail: json!(rule),
    }
}

/// The command that puts rules back. Quotes in a description must not end the shell's.
fn put_back(target: &Target<'_, GroupId>, rules: &[Rule]) -> String {
    let permissions: Vec<Value> = rules.iter().map(Rule::ip_permission).collect();
    let permissions = Value::Array(permissions).to_string().replace('\'', r"'\''");
    format!(
        "  aws ec2 authorize-security-group-ingress --region {} --group-id {} --ip-permissions '{permissions}'",
        target.region, target.id
    )
}
