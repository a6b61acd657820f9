//! What Lambda is told once an invocation is over.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse};
use events::{Message, Reading, Subject};
use serde_json::{Value, json};

use crate::{Outcome, Report, Undelivered};

/// Why a subject has to be delivered again.
#[derive(Debug)]
pub(super) enum Failure {
    /// There was no time to begin.
    NotStarted,
    /// A step failed, or the resource is still open.
    Unfinished(Report),
    /// The work is done, and nobody was told.
    NotTold(Report, Undelivered),
}

/// How one message ended.
#[derive(Debug, Default)]
pub(super) struct Done {
    outcomes: Vec<(String, Outcome)>,
    failures: Vec<HandleError>,
}

impl Done {
    /// Picks what concerns one message out of everything that the invocation walked.
    pub(super) fn of(reading: &Reading, ended: &[(&Subject, Result<Report, Failure>)]) -> Self {
        let mut done = Self::default();
        for error in &reading.unreadable {
            done.failures.push(HandleError::Unreadable(error.to_string()));
        }
        let mine = |subject: &Subject| reading.subjects.iter().any(|own| own.same_resource(subject));
        for (subject, result) in ended.iter().filter(|(subject, _)| mine(subject)) {
            let resource = subject.resource.to_string();
            match result {
                Ok(report) => done.outcomes.push((resource, report.outcome)),
                Err(failure) => done.failures.push(HandleError::of(resource, failure)),
            }
        }
        done
    }
}

/// Why an invocation is answered with an error. Each of these is in the log already, once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// The trigger, or a part of it, could not be read.
    #[error("the trigger could not be read: {0}")]
    Unreadable(String),
    /// There was no time left to begin with a subject.
    #[error("{0}: not started, too little time was left")]
    NotStarted(String),
    /// A step failed.
    #[error("{0}")]
    Failed(String),
    /// The resource is still open after the change.
    #[error("{0}: still open after the change")]
    StillOpen(String),
    /// The work is done, and the alert about it did not get through.
    #[error("{0}")]
    NotTold(String),
    /// Several of these.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<HandleError>),
}

impl HandleError {
    fn of(resource: String, failure: &Failure) -> Self {
        match failure {
            Failure::NotStarted => Self::NotStarted(resource),
            Failure::NotTold(report, undelivered) => {
                Self::NotTold(format!("{resource}: {}, and {undelivered}", report.outcome))
            }
            Failure::Unfinished(Report { error: Some(error), .. }) => {
                Self::Failed(format!("{resource}: {error}"))
            }
            Failure::Unfinished(_) => Self::StillOpen(resource),
        }
    }

    /// A stable name for Lambda's `errorType`.
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "Curfew.UnreadableTrigger",
            Self::NotStarted(_) => "Curfew.NotStarted",
            Self::Failed(_) => "Curfew.Failed",
            Self::StillOpen(_) => "Curfew.StillOpen",
            Self::NotTold(_) => "Curfew.AlertNotDelivered",
            Self::Several(_) => "Curfew.SeveralFailures",
        }
    }
}

/// The answer to a single event.
pub(super) fn event(done: Vec<Done>) -> Result<Value, HandleError> {
    let mut outcomes = Vec::new();
    let mut failures = Vec::new();
    for message in done {
        outcomes.extend(message.outcomes);
        failures.extend(message.failures);
    }
    match (failures.pop(), failures.is_empty()) {
        (None, _) => Ok(json!({
            "subjects": outcomes
                .iter()
                .map(|(resource, outcome)| json!({ "resource": resource, "outcome": outcome }))
                .collect::<Vec<_>>(),
        })),
        (Some(only), true) => Err(only),
        (Some(last), false) => {
            failures.push(last);
            Err(HandleError::Several(failures))
        }
    }
}

/// The partial batch response: the messages that SQS shall hand out again.
pub(super) fn batch(messages: &[Message], done: &[Done]) -> Value {
    let mut response = SqsBatchResponse::default();
    for (message, done) in messages.iter().zip(done) {
        if !done.failures.is_empty() {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier.clone_from(&message.id);
            response.batch_item_failures.push(failure);
        }
    }
    json!(response)
}
