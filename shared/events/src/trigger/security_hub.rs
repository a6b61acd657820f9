//! `Security Hub Findings - Imported`: findings of Security Hub CSPM and of what reports to it, in the AWS Security Finding
//! Format.
//!
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html>
//!
//! The account that administers Security Hub gets the findings of its members too: those are theirs. `Details` of a
//! resource are as old as the finding, and are not read.

use document::Node;

use crate::resource::Kind;
use crate::trigger::named::Named;
use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, Reading, hint};
use crate::{AccountId, Cause, Region, Subject, TriggerError};

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.securityhub", "Security Hub Findings - Imported")
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

/// A finding that is in force.
struct Finding<'a> {
    node: Node<'a>,
    resources: Vec<Node<'a>>,
}

impl<'a> Finding<'a> {
    fn read(node: &Node<'a>) -> Result<Option<Self>, TriggerError> {
        let resources = node.required("Resources")?.items()?;
        Ok(is_in_force(node).then(|| Self { node: node.clone(), resources }))
    }

    fn subjects(&self, own: Option<&AccountId>, cause: &Cause) -> Vec<Result<Subject, TriggerError>> {
        let cause = cause.clone().with_rule(self.control()).with_open_since(
            hint(&self.node, &["FirstObservedAt"]).or_else(|| hint(&self.node, &["CreatedAt"])),
        );
        let subject = |resource| self.subject(resource, own, &cause).transpose();
        self.resources.iter().filter_map(subject).collect()
    }

    /// The control that failed, or else what made the finding.
    fn control(&self) -> Option<&'a str> {
        hint(&self.node, &["Compliance", "SecurityControlId"])
            .or_else(|| hint(&self.node, &["ProductFields", "ControlId"]))
            .or_else(|| hint(&self.node, &["GeneratorId"]))
    }

    fn subject(
        &self,
        resource: &Node<'_>,
        own: Option<&AccountId>,
        cause: &Cause,
    ) -> Result<Option<Subject>, TriggerError> {
        let Some(kind) = Kind::of_finding_type(resource.required("Type")?.text()?) else { return Ok(None) };
        let named = Named::of(&resource.required("Id")?, kind)?;
        let account = match &named.account {
            Some(account) => account.clone(),
            None => origin::account(&self.node.required("AwsAccountId")?)?,
        };
        if own.is_some_and(|own| *own != account) {
            return Ok(None);
        }
        let region = self.region(resource, &named)?;
        Origin { account, region }.subject(named, cause.clone()).map(Some)
    }

    fn region(&self, resource: &Node<'_>, named: &Named) -> Result<Region, TriggerError> {
        if let Some(region) = &named.region {
            return Ok(region.clone());
        }
        match resource.field("Region")? {
            Some(region) => origin::region(&region),
            None => origin::region(&self.node.required("Region")?),
        }
    }
}

/// Whether something is wrong by the finding, and nobody has put it aside.
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
