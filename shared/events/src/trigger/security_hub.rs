//! `Security Hub Findings - Imported`: findings of Security Hub CSPM and of what reports to it, in the AWS Security Finding
//! Format.
//!
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html>
//!
//! `Details` of a resource are as old as the finding, and are not read.

use document::Node;

use crate::resource::Kind;
use crate::trigger::named::Named;
use crate::trigger::{Event, Reading, findings, hint, origin};
use crate::{AccountId, Cause, Region, TriggerError};

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.securityhub", "Security Hub Findings - Imported")
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    findings::read::<Finding<'_>>(event)
}

/// A finding that is in force.
struct Finding<'a> {
    node: Node<'a>,
    resources: Vec<Node<'a>>,
}

impl<'a> findings::Finding<'a> for Finding<'a> {
    fn read(node: &Node<'a>) -> Result<Option<Self>, TriggerError> {
        let resources = node.required("Resources")?.items()?;
        Ok(is_in_force(node).then(|| Self { node: node.clone(), resources }))
    }

    fn resources(&self) -> &[Node<'a>] {
        &self.resources
    }

    /// The control that failed, or else what made the finding.
    fn cause(&self, cause: Cause) -> Cause {
        let control = hint(&self.node, &["Compliance", "SecurityControlId"])
            .or_else(|| hint(&self.node, &["ProductFields", "ControlId"]))
            .or_else(|| hint(&self.node, &["GeneratorId"]));
        let since = hint(&self.node, &["FirstObservedAt"]).or_else(|| hint(&self.node, &["CreatedAt"]));
        cause.with_rule(control).with_open_since(since)
    }

    fn named(&self, resource: &Node<'a>) -> Result<Option<Named>, TriggerError> {
        let Some(kind) = Kind::of_finding_type(resource.required("Type")?.text()?) else { return Ok(None) };
        Named::of(&resource.required("Id")?, kind).map(Some)
    }

    fn account(&self, _resource: &Node<'a>) -> Result<AccountId, TriggerError> {
        origin::account(&self.node.required("AwsAccountId")?)
    }

    fn region(&self, resource: &Node<'a>) -> Result<Region, TriggerError> {
        match resource.field("Region")? {
            Some(region) => origin::region(&region),
            None => origin::region(&self.node.required("Region")?),
        }
    }
}

/// Whether something is wrong by the finding, and nobody has put it aside. A warning says that Security Hub lacks something
/// to decide, so that somebody has to look; what is not available could not be checked, or does not apply: mostly what is
/// gone. What is no check has no compliance, and says by being there that something is wrong.
/// <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Compliance.html>
fn is_in_force(finding: &Node<'_>) -> bool {
    let is_over = matches!(hint(finding, &["RecordState"]), Some("ARCHIVED"))
        || matches!(hint(finding, &["Workflow", "Status"]), Some("SUPPRESSED" | "RESOLVED"));
    let is_fine = matches!(hint(finding, &["Compliance", "Status"]), Some("PASSED" | "NOT_AVAILABLE"));
    let is_sample = finding
        .field("Sample")
        .is_ok_and(|sample| sample.is_some_and(|sample| sample.flag() == Ok(true)))
        || hint(finding, &["ProductFields", "aws/guardduty/service/additionalInfo/sample"]) == Some("true");
    !is_over && !is_fine && !is_sample
}
