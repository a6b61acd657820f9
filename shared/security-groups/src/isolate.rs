//! Putting the interfaces of an open group into the quarantine group of their VPC.

use futures_util::{StreamExt, stream, try_join};
use network::{Permission, PrefixLists, Rule, Settings};
use remediation::{CallError, Change};
use serde_json::json;

use crate::group::QUARANTINE_GROUP;
use crate::port::{At, EVERYWHERE, QUARANTINE_GROUP_NAME, action};
use crate::{By, Created, Interface, Isolation, Placed, QuarantineGroup, SecurityGroups, SgIngress};

/// How many interfaces are changed at the same time: EC2 lets an account change some five a second in the
/// long run.
const AT_ONCE: usize = 4;

impl<P: SecurityGroups> SgIngress<P> {
    /// Gives each interface of the plan the quarantine group in the group's place. One that is gone, or has
    /// left the group, is passed over; one that fails does not stop the others.
    pub(crate) async fn isolate(
        &self,
        at: &At<'_>,
        plan: &Isolation,
        done: &mut Vec<Change>,
    ) -> Result<(), CallError> {
        let _alone = self.isolating.lock().await;
        // Read once more: the groups that an interface keeps are those that it has now.
        let by_tag = self.groups.quarantine_group(at, &plan.vpc, By::Tag);
        let (now, found) = try_join!(self.groups.interfaces(at), by_tag)?;
        let is_planned = |one: &Interface| plan.interfaces.iter().any(|planned| planned.id == one.id);
        let interfaces: Vec<Interface> = now.into_iter().filter(is_planned).collect();
        if interfaces.is_empty() {
            return Ok(());
        }
        let quarantine = match found {
            Some(found) => self.closed(at, found, done).await?,
            None => self.create(at, &plan.vpc, done).await?,
        };
        let placed = stream::iter(&interfaces).map(|interface| async {
            let groups = interface.isolated(at.id.as_str(), &quarantine, plan.all_groups);
            let placed = self.groups.place(at, &interface.id, &groups).await?;
            Ok((placed == Placed::Done).then(|| isolated(interface, &groups)))
        });
        let mut failed = Ok(());
        for change in placed.buffered(AT_ONCE).collect::<Vec<Result<_, CallError>>>().await {
            match change {
                Ok(change) => done.extend(change),
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed
    }

    /// Creates the VPC's quarantine group, or finds the one that somebody else has just created.
    async fn create(&self, at: &At<'_>, vpc: &str, done: &mut Vec<Change>) -> Result<String, CallError> {
        match self.groups.create_quarantine_group(at, vpc).await? {
            Created::Group(id) => {
                done.push(Change {
                    action: action::CREATE,
                    summary: format!("created the quarantine group {id} of {vpc}"),
                    detail: json!({ "group": id, "name": QUARANTINE_GROUP_NAME, "vpc": vpc }),
                });
                for everywhere in EVERYWHERE {
                    self.groups.revoke_egress(at, &id, everywhere).await?;
                }
                Ok(id)
            }
            Created::NameTaken => match self.groups.quarantine_group(at, vpc, By::Name).await? {
                Some(found) if found.is_tagged => self.closed(at, found, done).await,
                _ => Err(CallError::Refused {
                    action: action::CREATE,
                    code: "InvalidGroup.Duplicate".to_owned(),
                    message: format!(
                        "{vpc} has a group `{QUARANTINE_GROUP_NAME}` that is not tagged `{QUARANTINE_GROUP}`: \
                         tag it, if it may serve as the quarantine group, or rename it"
                    ),
                }),
            },
        }
    }

    /// A quarantine group that was there. Whoever created it may not have come to take its outbound rules
    /// away; other rules of it are somebody's decision, unless they open it.
    async fn closed(
        &self,
        at: &At<'_>,
        found: QuarantineGroup,
        done: &mut Vec<Change>,
    ) -> Result<String, CallError> {
        if is_open(&found.inbound, &self.settings.network()) {
            return Err(CallError::Refused {
                action: action::PLACE,
                code: "QuarantineGroupIsOpen".to_owned(),
                message: format!("the quarantine group {} is open itself: close it first", found.id),
            });
        }
        for everywhere in EVERYWHERE.into_iter().filter(|block| found.reaches(block)) {
            self.groups.revoke_egress(at, &found.id, everywhere).await?;
            done.push(Change {
                action: action::REVOKE_EGRESS,
                summary: format!(
                    "revoked all traffic to {everywhere} from the quarantine group {}",
                    found.id
                ),
                detail: json!({ "group": found.id, "IpProtocol": "-1", "to": everywhere }),
            });
        }
        Ok(found.id)
    }
}

fn is_open(inbound: &[Permission], settings: &Settings) -> bool {
    let rules: Vec<Rule> = inbound.iter().cloned().map(Rule::unnamed).collect();
    let assessment = network::assess(&rules, &PrefixLists::default(), settings);
    !assessment.is_closed() || !assessment.unreadable.is_empty()
}

fn isolated(interface: &Interface, groups: &[String]) -> Change {
    Change {
        action: action::PLACE,
        summary: format!(
            "gave {interface} the groups {} in place of {}",
            groups.join(", "),
            interface.groups.join(", ")
        ),
        detail: json!({ "interface": interface.id, "before": interface.groups, "after": groups }),
    }
}
