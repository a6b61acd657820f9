//! The ports of `config-rule`, to AWS Config.
//!
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html>
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html>

use aws::OfAWalk;
use aws_sdk_config::Client;
use aws_sdk_config::config::Builder;
use aws_sdk_config::error::BuildError;
use aws_sdk_config::primitives::DateTime;
use aws_sdk_config::types::{self, ComplianceType, EvaluationResult};
use aws_types::SdkConfig;
use evaluations::{Annotation, Compliance, Evaluation, Evaluations, Token};
use events::Resource;
use remediation::{CallError, Transport};

/// The IAM actions.
mod action {
    pub(crate) const PUT: &str = "config:PutEvaluations";
    pub(crate) const DETAILS: &str = "config:GetComplianceDetailsByConfigRule";
}

/// How many results one page holds: the most that AWS Config allows.
const PAGE: i32 = 100;

/// AWS Config in the function's own Region: a rule answers where it is.
#[derive(Debug, Clone)]
pub struct ConfigEvaluations(Client);

impl ConfigEvaluations {
    /// AWS Config with this configuration.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(sdk).interceptor(OfAWalk).build()))
    }
}

impl Evaluations for ConfigEvaluations {
    async fn put(&self, token: &Token<'_>, evaluations: &[Evaluation]) -> Result<Vec<Evaluation>, CallError> {
        let written: Result<Vec<_>, _> = evaluations.iter().map(write).collect();
        let written = written.map_err(|error| CallError::Unanswered {
            action: action::PUT,
            failure: "request not sent",
            cause: Transport::new(error),
        })?;
        let request = self.0.put_evaluations().result_token(token.text).set_evaluations(Some(written));
        // Left out, it is an answer that counts.
        let request = request.set_test_mode(token.is_test.then_some(true));
        let answer = request.send().await.map_err(|error| aws::failed(action::PUT, error))?;
        let failed = answer.failed_evaluations();
        let is_failed = |one: &&Evaluation| {
            failed.iter().any(|failed| {
                failed.compliance_resource_type() == one.resource_type
                    && failed.compliance_resource_id() == one.resource_id
            })
        };
        let again: Vec<Evaluation> = evaluations.iter().filter(is_failed).cloned().collect();
        // What it names and was not sent, nobody can send again; and nobody knows what it did not take.
        if again.is_empty() && !failed.is_empty() {
            return Err(CallError::Incomplete { action: action::PUT, field: "FailedEvaluations" });
        }
        Ok(again)
    }

    async fn evaluated(&self, rule: &str) -> Result<Vec<Resource>, CallError> {
        let request = self
            .0
            .get_compliance_details_by_config_rule()
            .config_rule_name(rule)
            .compliance_types(ComplianceType::Compliant)
            .compliance_types(ComplianceType::NonCompliant)
            .limit(PAGE);
        let pages = request.into_paginator().stop_on_duplicate_token(false);
        let mut pages = pages.send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| aws::failed(action::DETAILS, error))?;
            for result in page.evaluation_results() {
                let (resource_type, id) = names(result)?;
                resources.extend(Resource::of_config(resource_type, id));
            }
        }
        Ok(resources)
    }
}

/// The type and the id of what a result is about.
fn names(result: &EvaluationResult) -> Result<(&str, &str), CallError> {
    let qualifier =
        result.evaluation_result_identifier().and_then(|identifier| identifier.evaluation_result_qualifier());
    let names = qualifier.and_then(|qualifier| Some((qualifier.resource_type()?, qualifier.resource_id()?)));
    names.ok_or(CallError::Incomplete { action: action::DETAILS, field: "EvaluationResultQualifier" })
}

fn write(evaluation: &Evaluation) -> Result<types::Evaluation, BuildError> {
    let Evaluation { resource_type, resource_id, verdict, ordered_at } = evaluation;
    types::Evaluation::builder()
        .compliance_resource_type(resource_type)
        .compliance_resource_id(resource_id)
        .compliance_type(match verdict.compliance {
            Compliance::Compliant => ComplianceType::Compliant,
            Compliance::NonCompliant => ComplianceType::NonCompliant,
            Compliance::NotApplicable => ComplianceType::NotApplicable,
        })
        .set_annotation(verdict.annotation.as_ref().map(Annotation::to_string))
        .ordering_timestamp(DateTime::from(*ordered_at))
        .build()
}

mod again;

#[cfg(test)]
mod tests;
