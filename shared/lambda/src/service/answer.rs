//! What Lambda is told once an invocation is over.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse};
use events::{Message, Reading, Subject, TriggerError};
use remediation::{CallError, NotMailed, Outcome, Said, StepError, Told, Undelivered, Unread};
use serde_json::{Value, json};

/// How far an invocation came with a subject.
#[derive(Debug)]
pub(super) enum Handled {
    /// It was walked.
    Walked(Box<Said>),
    /// Somebody else is at work on it.
    Busy,
    /// There was no time to begin.
    NotStarted,
}

impl Handled {
    /// Whether people were to be told that it waits, and were not: in this hour nobody else tells them.
    fn waits_untold(&self) -> bool {
        matches!(self, Self::Walked(said)
            if said.report.outcome == Outcome::Held && matches!(said.told, Told::Failed(_)))
    }
}

/// How far an invocation came.
#[derive(Debug, Default)]
pub(super) struct AllHandled {
    /// With each subject.
    pub(super) subjects: Vec<(Subject, Handled)>,
    /// Why it could not be listed what is due, where that was asked for.
    pub(super) not_listed: Option<CallError>,
    /// Why the digest was not sent, or may be sent again, where it was due.
    pub(super) not_mailed: Option<NotMailed>,
}

/// How one delivery ended.
#[derive(Debug, Default)]
pub(super) struct Done {
    outcomes: Vec<(String, Outcome)>,
    failures: Vec<HandleError>,
}

impl Done {
    /// Picks what concerns one delivery out of everything that the invocation handled; `failures` it has already.
    pub(super) fn of(reading: &Reading, failures: Vec<HandleError>, handled: &AllHandled) -> Self {
        let mut done = Self { failures, ..Self::default() };
        for error in &reading.unreadable {
            done.failures.push(HandleError::Unreadable(error.clone()));
        }
        if let Some(error) = handled.not_listed.as_ref().filter(|_| reading.is_tick) {
            done.failures.push(HandleError::NotListed(error.clone()));
        }
        if let Some(error) = handled.not_mailed.as_ref().filter(|_| reading.is_tick) {
            done.failures.push(HandleError::NotMailed(error.clone()));
        }
        let mine = |(subject, handled): &&(Subject, Handled)| {
            reading.subjects.iter().any(|own| own.same_resource(subject))
                || reading.is_tick && handled.waits_untold()
        };
        for (subject, handled) in handled.subjects.iter().filter(mine) {
            let resource = subject.resource.to_string();
            match handled {
                Handled::Busy => done.failures.push(HandleError::Busy(resource)),
                Handled::NotStarted => done.failures.push(HandleError::NotStarted(resource)),
                Handled::Walked(said) => match HandleError::of(resource.clone(), said) {
                    Some(failure) => done.failures.push(failure),
                    None => done.outcomes.push((resource, said.report.outcome)),
                },
            }
        }
        done
    }
}

/// Why an invocation is answered with an error. Each of these is in the log already, once.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The trigger, or a part of it, could not be read.
    #[error("the trigger could not be read: {0}")]
    Unreadable(#[source] TriggerError),
    /// It could not be listed what is due.
    #[error("what is due could not be listed: {0}")]
    NotListed(#[source] CallError),
    /// The digest was not sent, or may be sent again.
    #[error(transparent)]
    NotMailed(#[from] NotMailed),
    /// It is not known which resources a subject stands for.
    #[error("what {resource} stands for is not known: {error}")]
    NotBehind {
        /// The subject.
        resource: String,
        /// Why.
        #[source]
        error: CallError,
    },
    /// Somebody else is at work on a subject.
    #[error("{0}: another invocation is at work on it")]
    Busy(String),
    /// There was no time left to begin with a subject.
    #[error("{0}: not started, too little time was left")]
    NotStarted(String),
    /// A step failed.
    #[error("{resource}: {error}")]
    Failed {
        /// The resource.
        resource: String,
        /// Why.
        #[source]
        error: Box<StepError>,
    },
    /// The resource is still open after the change.
    #[error("{0}: still open after the change")]
    StillOpen(String),
    /// The work is done as far as it goes without something that could not be read.
    #[error("{resource}: {outcome}, but {unread}")]
    Unread {
        /// The resource.
        resource: String,
        /// How the work ended.
        outcome: Outcome,
        /// What could not be read.
        unread: Box<Unread>,
    },
    /// The work is done, and the alert about it did not get through.
    #[error("{resource}: {outcome}, and {undelivered}")]
    NotTold {
        /// The resource.
        resource: String,
        /// How the work ended.
        outcome: Outcome,
        /// The alert, and why it did not get through.
        #[source]
        undelivered: Box<Undelivered>,
    },
    /// The work is done, and it could not be written down that it is.
    #[error("{resource}: {outcome}, and the record of it could not be finished: {error}")]
    NotRecorded {
        /// The resource.
        resource: String,
        /// How the work ended.
        outcome: Outcome,
        /// Why.
        #[source]
        error: Box<StepError>,
    },
    /// Several of these.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<HandleError>),
}

impl HandleError {
    /// Why a subject that was walked has to be delivered again; `None` where it has not.
    fn of(resource: String, said: &Said) -> Option<Self> {
        let report = &said.report;
        match (&said.told, &report.error) {
            (Told::Failed(undelivered), _) => {
                let undelivered = Box::new(undelivered.clone());
                Some(Self::NotTold { resource, outcome: report.outcome, undelivered })
            }
            _ if !report.is_unfinished() => said.unwritten.clone().map(|error| Self::NotRecorded {
                resource,
                outcome: report.outcome,
                error: Box::new(error),
            }),
            (_, Some(error)) => Some(Self::Failed { resource, error: Box::new(error.clone()) }),
            (_, None) => match report.to_read_again.clone().map(Box::new) {
                Some(unread) => Some(Self::Unread { resource, outcome: report.outcome, unread }),
                None => Some(Self::StillOpen(resource)),
            },
        }
    }

    /// A stable name for Lambda's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "Curfew.UnreadableTrigger",
            Self::NotListed(_) | Self::NotBehind { .. } => "Curfew.NotListed",
            Self::NotMailed(_) => "Curfew.DigestNotSent",
            Self::Busy(_) => "Curfew.Busy",
            Self::NotStarted(_) => "Curfew.NotStarted",
            Self::Failed { .. } => "Curfew.Failed",
            Self::StillOpen(_) => "Curfew.StillOpen",
            Self::Unread { .. } => "Curfew.NotAllRead",
            Self::NotRecorded { .. } => "Curfew.NotRecorded",
            Self::NotTold { .. } => "Curfew.AlertNotDelivered",
            Self::Several(_) => "Curfew.SeveralFailures",
        }
    }
}

/// The answer to a single event.
pub(super) fn event(done: Done) -> Result<Value, HandleError> {
    let Done { outcomes, mut failures } = done;
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
