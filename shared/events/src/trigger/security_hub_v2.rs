//! `Findings Imported V2`: findings of Security Hub, in the Open Cybersecurity Schema Framework. Compliance findings (class
//! 2003) and detection findings (class 2004) are read; those about other clouds and about other accounts are not ours.
//!
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-v2-cwe-event-types.html>
//! <https://schema.ocsf.io/1.6.0/classes/compliance_finding>

use document::Node;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::resource::Kind;
use crate::trigger::named::Named;
use crate::trigger::{Event, Reading, findings, hint, origin};
use crate::{AccountId, Cause, Region, TriggerError};

const COMPLIANCE_FINDING: i64 = 2003;
const DETECTION_FINDING: i64 = 2004;

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.securityhub", "Findings Imported V2")
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    findings::read::<Finding<'_>>(event)
}

/// A finding about AWS that is in force.
struct Finding<'a> {
    node: Node<'a>,
    resources: Vec<Node<'a>>,
}

impl<'a> findings::Finding<'a> for Finding<'a> {
    fn read(node: &Node<'a>) -> Result<Option<Self>, TriggerError> {
        let is_wrong = match node.required("class_uid")?.number::<i64>()? {
            COMPLIANCE_FINDING => is_failed(node),
            DETECTION_FINDING => true,
            _ => false,
        };
        let is_of_aws =
            hint(node, &["cloud", "provider"]).is_none_or(|provider| provider.eq_ignore_ascii_case("aws"));
        if !is_wrong || !is_of_aws || is_over(node) || is_sample(node) {
            return Ok(None);
        }
        Ok(Some(Self { node: node.clone(), resources: node.required("resources")?.items()? }))
    }

    fn resources(&self) -> &[Node<'a>] {
        &self.resources
    }

    fn cause(&self, cause: Cause) -> Cause {
        let control = hint(&self.node, &["compliance", "control"])
            .or_else(|| hint(&self.node, &["finding_info", "analytic", "name"]));
        cause.with_rule(control).with_open_since(self.first_seen().as_deref())
    }

    fn named(&self, resource: &Node<'a>) -> Result<Option<Named>, TriggerError> {
        named(resource)
    }

    /// Whose the resource is, or else whom the finding is about.
    fn account(&self, resource: &Node<'a>) -> Result<AccountId, TriggerError> {
        let of_owner = resource.field("owner")?.map(|owner| owner.field("account")).transpose()?.flatten();
        let account = match of_owner {
            Some(account) => account,
            None => self.node.required("cloud")?.required("account")?,
        };
        origin::account(&account.required("uid")?)
    }

    fn region(&self, resource: &Node<'a>) -> Result<Region, TriggerError> {
        match resource.field("region")? {
            Some(region) => origin::region(&region),
            None => origin::region(&self.node.required("cloud")?.required("region")?),
        }
    }
}

impl Finding<'_> {
    /// As text where it is there as text, else in milliseconds since 1970.
    fn first_seen(&self) -> Option<String> {
        let info = self.node.field("finding_info").ok()??;
        if let Some(text) = hint(&info, &["first_seen_time_dt"]) {
            return Some(text.to_owned());
        }
        let milliseconds = info.field("first_seen_time").ok()??.number::<i64>().ok()?;
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()?;
        at.format(&Rfc3339).ok()
    }
}

/// What a resource is named by: its ARN, which may stand in either member, or else its id.
fn named(resource: &Node<'_>) -> Result<Option<Named>, TriggerError> {
    let kind = hint(resource, &["type"]).and_then(Kind::of_finding_type);
    let Some(kind) = kind else { return Ok(None) };
    let mut names = Vec::new();
    for member in ["uid_alt", "uid"] {
        names.extend(resource.field(member)?);
    }
    let arn = names.iter().find(|name| name.text().is_ok_and(|text| text.starts_with("arn:")));
    match arn.or(names.last()) {
        Some(name) => Named::of(name, kind).map(Some),
        None => Err(resource.missing("uid").into()),
    }
}

/// Whether a compliance finding says that something is wrong.
fn is_failed(finding: &Node<'_>) -> bool {
    matches!(hint(finding, &["compliance", "status"]), Some("Fail" | "Warning"))
        || number(finding, &["compliance", "status_id"]).is_some_and(|status| [2, 3].contains(&status))
}

/// Whether it is suppressed, resolved, archived or deleted, or is just being closed.
fn is_over(finding: &Node<'_>) -> bool {
    matches!(hint(finding, &["status"]), Some("Suppressed" | "Resolved" | "Archived" | "Deleted"))
        || number(finding, &["status_id"]).is_some_and(|status| (3..=6).contains(&status))
        || number(finding, &["activity_id"]) == Some(3)
}

/// Whether GuardDuty made it up to try things out, which the title says.
fn is_sample(finding: &Node<'_>) -> bool {
    hint(finding, &["finding_info", "title"]).is_some_and(|title| title.starts_with("[SAMPLE]"))
}

fn number(node: &Node<'_>, path: &[&str]) -> Option<i64> {
    match path.split_first() {
        None => node.number().ok(),
        Some((step, rest)) => number(&node.field(step).ok()??, rest),
    }
}
