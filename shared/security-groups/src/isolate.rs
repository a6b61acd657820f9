//! Putting the interfaces of an open group into the quarantine group of their VPC.

use futures_util::{StreamExt, stream, try_join};
use network::Rule;
use remediation::{CallError, Change};
use serde_json::json;

use crate::group::QUARANTINE_GROUP;
use crate::port::{At, EVERYWHERE, QUARANTINE_GROUP_NAME, action};
use crate::prefix_lists::readable;
use crate::{
    By, Contents, Created, Interface, Isolation, Placed, PrefixList, QuarantineGroup, SecurityGroups,
    SgIngress, words,
};

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
        let by_tag = self.groups.quarantine_groups(at, &plan.vpc, By::Tag);
        let (now, found) = try_join!(self.groups.interfaces(at), by_tag)?;
        let is_planned = |one: &Interface| plan.interfaces.iter().any(|planned| planned.id == one.id);
        let interfaces: Vec<Interface> = now.into_iter().filter(is_planned).collect();
        if interfaces.is_empty() {
            return Ok(());
        }
        let quarantine = if found.is_empty() {
            self.create(at, &plan.vpc, done).await?
        } else {
            self.first_closed(at, found, done).await?
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
            Created::NameTaken => {
                let mut found = self.groups.quarantine_groups(at, vpc, By::Name).await?;
                found.retain(|group| group.is_tagged);
                if !found.is_empty() {
                    return self.first_closed(at, found, done).await;
                }
                Err(CallError::Refused {
                    action: action::CREATE,
                    code: "InvalidGroup.Duplicate".to_owned(),
                    message: format!(
                        "{vpc} has a group `{QUARANTINE_GROUP_NAME}` that is not tagged `{QUARANTINE_GROUP}`: \
                         tag it, if it may serve as the quarantine group, or rename it"
                    ),
                })
            }
        }
    }

    /// The first of these quarantine groups that is not open itself.
    async fn first_closed(
        &self,
        at: &At<'_>,
        found: Vec<QuarantineGroup>,
        done: &mut Vec<Change>,
    ) -> Result<String, CallError> {
        let mut refused = None;
        for group in found {
            match self.why_not(at, &group).await? {
                None => return self.silenced(at, group, done).await,
                Some((code, message)) => {
                    let code = code.to_owned();
                    refused.get_or_insert(CallError::Refused { action: action::PLACE, code, message });
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
        let settings = self.settings.network();
        let rules: Vec<Rule> = group.inbound.iter().cloned().map(Rule::unnamed).collect();
        let deciding = network::deciding_lists(&rules, &settings);
        let lists = self.lists.read(&self.groups, at, deciding).await?;
        let assessment = network::assess(&rules, &readable(&lists), &settings);
        let id = &group.id;
        if !assessment.is_closed() {
            let message = format!("the quarantine group {id} is open itself: close it first");
            return Ok(Some(("QuarantineGroupIsOpen", message)));
        }
        let unknown: Vec<String> = lists.iter().filter(|list| list.blocks().is_none()).map(unread).collect();
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
        found: QuarantineGroup,
        done: &mut Vec<Change>,
    ) -> Result<String, CallError> {
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

fn unread(list: &PrefixList) -> String {
    let why = match &list.contents {
        Contents::Unreadable(why) => why,
        Contents::Blocks(_) => "it was not read",
    };
    format!("{} could not be read ({why})", words::prefix_list(list))
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
