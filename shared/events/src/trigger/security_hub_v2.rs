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
use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, Reading, hint};
use crate::{AccountId, Cause, Region, Subject, TriggerError};

const COMPLIANCE_FINDING: i64 = 2003;
const DETECTION_FINDING: i64 = 2004;

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.securityhub", "Findings Imported V2")
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let own = event.account()?;
    let cause = event.cause("Security Hub")?;
    let mut found = Vec::new();
    for finding in event.detail()?.required("findings")?.items()? {
        match Finding::read(&finding) {
            Ok(Some(finding)) => found.extend(finding.subjects(own.as_ref(), &cause)),
            Ok(None) => {}
            Err(error) => found.push(Err(error)),
        }
    }
    Ok(found.into_iter().collect())
}

/// A finding about AWS that is in force.
struct Finding<'a> {
    node: Node<'a>,
    resources: Vec<Node<'a>>,
}

impl<'a> Finding<'a> {
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

    fn subjects(&self, own: Option<&AccountId>, cause: &Cause) -> Vec<Result<Subject, TriggerError>> {
        let control = hint(&self.node, &["compliance", "control"])
            .or_else(|| hint(&self.node, &["finding_info", "analytic", "name"]));
        let since = self.first_seen();
        let cause = cause.clone().with_rule(control).with_open_since(since.as_deref());
        let subject = |resource| self.subject(resource, own, &cause).transpose();
        self.resources.iter().filter_map(subject).collect()
    }

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

    fn subject(
        &self,
        resource: &Node<'_>,
        own: Option<&AccountId>,
        cause: &Cause,
    ) -> Result<Option<Subject>, TriggerError> {
        let Some(named) = named(resource)? else { return Ok(None) };
        let account = match &named.account {
            Some(account) => account.clone(),
            None => self.account(resource)?,
        };
        if own.is_some_and(|own| *own != account) {
            return Ok(None);
        }
        let region = self.region(resource, &named)?;
        Origin { account, region }.subject(named, cause.clone()).map(Some)
    }

    /// Whose the resource is, or else whom the finding is about.
    fn account(&self, resource: &Node<'_>) -> Result<AccountId, TriggerError> {
        let of_owner = resource.field("owner")?.map(|owner| owner.field("account")).transpose()?.flatten();
        let account = match of_owner {
            Some(account) => account,
            None => self.node.required("cloud")?.required("account")?,
        };
        origin::account(&account.required("uid")?)
    }

    fn region(&self, resource: &Node<'_>, named: &Named) -> Result<Region, TriggerError> {
        if let Some(region) = &named.region {
            return Ok(region.clone());
        }
        match resource.field("region")? {
            Some(region) => origin::region(&region),
            None => origin::region(&self.node.required("cloud")?.required("region")?),
        }
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
