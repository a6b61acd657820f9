//! What a custom rule may do in AWS Config: answer, and see what it answered before.

use std::future::Future;
use std::time::SystemTime;

use events::Resource;
use remediation::CallError;

use crate::Verdict;

/// What a rule says about one resource, with all that AWS Config wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The resource's type, as AWS Config calls it.
    pub resource_type: String,
    /// The resource's id, as AWS Config calls it.
    pub resource_id: String,
    /// What the rule says.
    pub verdict: Verdict,
    /// When AWS Config recorded the resource, or asked about everything: of two evaluations the later one counts.
    pub ordered_at: SystemTime,
}

/// What an answer goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// The token of the invocation.
    pub text: &'a str,
    /// Whether the answer is only for trying the function out: then AWS Config keeps nothing of it.
    pub is_test: bool,
}

/// AWS Config, as a custom rule has it. Each method is one action, and errs when AWS Config does not answer.
pub trait Evaluations {
    /// `PutEvaluations`: answers with at most 100 evaluations. Says those that AWS Config did not take.
    fn put(
        &self,
        token: &Token<'_>,
        evaluations: &[Evaluation],
    ) -> impl Future<Output = Result<Vec<Evaluation>, CallError>>;

    /// `GetComplianceDetailsByConfigRule`: all resources of types that Curfew knows about which the rule has said that they
    /// comply, or that they do not.
    fn evaluated(&self, rule: &str) -> impl Future<Output = Result<Vec<Resource>, CallError>>;
}

impl<P: Evaluations> Evaluations for &P {
    async fn put(&self, token: &Token<'_>, evaluations: &[Evaluation]) -> Result<Vec<Evaluation>, CallError> {
        (*self).put(token, evaluations).await
    }

    async fn evaluated(&self, rule: &str) -> Result<Vec<Resource>, CallError> {
        (*self).evaluated(rule).await
    }
}
