//! `GuardDuty Finding` of the types `Policy:S3/...`: somebody made a bucket public, or took its Block Public Access away.
//!
//! <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-s3.html>

use document::Node;

use crate::resource::{Identifies, Kind};
use crate::trigger::named::Named;
use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, Reading, hint};
use crate::{BucketName, TriggerError};

const BUCKET: &Kind = BucketName::KIND;

const ORIGIN: origin::Keys = origin::Keys { account: "accountId", region: "region" };

/// It is about the account, and names no bucket.
const OF_ACCOUNT: &str = "Policy:S3/AccountBlockPublicAccessDisabled";

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.guardduty", "GuardDuty Finding")
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let detail = event.detail()?;
    let finding_type = detail.required("type")?.text()?;
    if !finding_type.starts_with("Policy:S3/") || finding_type == OF_ACCOUNT || !is_in_force(&detail)? {
        return Ok(Reading::default());
    }
    let resource = detail.required("resource")?;
    let buckets = resource.required("s3BucketDetails")?.items()?;
    let origin = Origin::read(&event.root, &detail, &ORIGIN)?;
    let who = |name| hint(&resource, &["accessKeyDetails", name]);
    let cause = event
        .cause("GuardDuty")?
        .with_rule(Some(finding_type))
        .with_opened_by(who("userName").or_else(|| who("principalId")))
        .with_open_since(hint(&detail, &["service", "eventFirstSeen"]));
    let subject = |bucket: &Node<'_>| origin.subject(Named::of(&name(bucket)?, BUCKET)?, cause.clone());
    Ok(buckets.iter().map(subject).collect())
}

fn name<'a>(bucket: &Node<'a>) -> Result<Node<'a>, TriggerError> {
    match bucket.field("name")? {
        Some(name) => Ok(name),
        None => bucket.field("arn")?.ok_or_else(|| bucket.missing("name").into()),
    }
}

/// Whether the finding is neither archived nor made up to try things out.
fn is_in_force(detail: &Node<'_>) -> Result<bool, TriggerError> {
    let Some(service) = detail.field("service")? else { return Ok(true) };
    let is_archived = service.field("archived")?.is_some_and(|archived| is_true(&archived));
    let Some(additional) = service.field("additionalInfo")? else { return Ok(!is_archived) };
    let is_sample = additional.field("sample")?.is_some_and(|sample| is_true(&sample));
    // GuardDuty's API has the same as text inside the text `value`.
    let said = hint(&additional, &["value"]).and_then(|text| serde_json::from_str(text).ok());
    let is_sample_inside = said.is_some_and(|said: serde_json::Value| {
        Node::root(&said).field("sample").is_ok_and(|sample| sample.is_some_and(|sample| is_true(&sample)))
    });
    Ok(!is_archived && !is_sample && !is_sample_inside)
}

fn is_true(node: &Node<'_>) -> bool {
    node.flag().unwrap_or(false) || node.text() == Ok("true")
}
