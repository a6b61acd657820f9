//! Calls of EC2 through CloudTrail after which a security group may be open: those that change the group, and those that
//! change a prefix list that its rules may name.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html>

use document::Node;

use crate::resource::{Identifies, Kind};
use crate::trigger::cloudtrail::{Call, DETAIL_TYPE};
use crate::trigger::named::Named;
use crate::trigger::{Event, Reading};
use crate::{GroupId, PrefixListId, TriggerError};

/// A call, and where it names what it changed.
struct Known {
    name: &'static str,
    kind: &'static Kind,
    /// The way through the record to the id.
    path: Path,
    /// Other ways, where that one leads nowhere. A list on the way stands for each of its items.
    elsewhere: &'static [Path],
}

type Path = &'static [&'static str];

const GROUP: &Kind = GroupId::KIND;
const LIST: &Kind = PrefixListId::KIND;

const CALLS: [Known; 6] = [
    Known {
        name: "AuthorizeSecurityGroupIngress",
        kind: GROUP,
        path: &["requestParameters", "groupId"],
        // The request may have the mere name of a group in the default VPC. The rules that came of it have the id.
        elsewhere: &[&["responseElements", "securityGroupRuleSet", "items", "groupId"]],
    },
    Known {
        name: "CreateSecurityGroup",
        kind: GROUP,
        path: &["responseElements", "groupId"],
        elsewhere: &[],
    },
    Known {
        name: "ModifySecurityGroupRules",
        kind: GROUP,
        path: &["requestParameters", "ModifySecurityGroupRulesRequest", "GroupId"],
        elsewhere: &[&["requestParameters", "groupId"]],
    },
    Known {
        name: "AssociateSecurityGroupVpc",
        kind: GROUP,
        path: &["requestParameters", "AssociateSecurityGroupVpcRequest", "GroupId"],
        elsewhere: &[&["requestParameters", "groupId"]],
    },
    Known {
        name: "ModifyManagedPrefixList",
        kind: LIST,
        path: &["requestParameters", "ModifyManagedPrefixListRequest", "PrefixListId"],
        elsewhere: &[&["requestParameters", "prefixListId"]],
    },
    Known {
        name: "RestoreManagedPrefixListVersion",
        kind: LIST,
        path: &["requestParameters", "RestoreManagedPrefixListVersionRequest", "PrefixListId"],
        elsewhere: &[&["requestParameters", "prefixListId"]],
    },
];

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.ec2", DETAIL_TYPE)
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let names = CALLS.map(|known| known.name);
    let Some(call) = Call::read(event, &names)? else { return Ok(Reading::default()) };
    let Some(known) = CALLS.iter().find(|known| known.name == call.name) else {
        return Ok(Reading::default());
    };
    let cause = call.cause(event)?;
    let subject = |node: &Node<'_>| call.origin.subject(Named::of(node, known.kind)?, cause.clone());
    Ok(ids(&call.record, known)?.iter().map(subject).collect())
}

/// Where the record names what was changed.
///
/// # Errors
/// Names the field that should have been there, if none is.
fn ids<'a>(record: &Node<'a>, known: &Known) -> Result<Vec<Node<'a>>, TriggerError> {
    for path in [known.path].iter().chain(known.elsewhere) {
        let found = at(record, path)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let node = known.path.iter().try_fold(record.clone(), |node, step| node.required(step))?;
    Ok(vec![node])
}

/// What stands at the end of a path; nothing where the way ends early.
fn at<'a>(node: &Node<'a>, path: &[&str]) -> Result<Vec<Node<'a>>, TriggerError> {
    let Some((step, rest)) = path.split_first() else { return Ok(vec![node.clone()]) };
    if node.value().is_array() {
        let mut all = Vec::new();
        for item in node.items()? {
            all.extend(at(&item, path)?);
        }
        return Ok(all);
    }
    node.field(step)?.map_or_else(|| Ok(Vec::new()), |next| at(&next, rest))
}
