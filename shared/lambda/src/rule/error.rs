//! Why an invocation of a custom rule fails.

use std::fmt;

use evaluations::{NotTaken, ParametersError};
use events::{AccountId, TriggerError};
use remediation::CallError;

use super::everything::All;
use super::look::Unevaluated;

/// How many failures are told one by one: the others are in the log.
const TOLD: usize = 3;

/// Why an invocation fails. The log says so already.
#[derive(Debug, thiserror::Error)]
pub enum NotEvaluated {
    /// It cannot be read.
    #[error("the invocation could not be read: {0}")]
    Unreadable(#[source] TriggerError),
    /// It is none of AWS Config's.
    #[error("this is no invocation of an AWS Config custom rule: nothing but a rule invokes this function")]
    NoRule,
    /// Nobody can tell which control it is about.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
    /// It has a time that is none.
    #[error("`invokingEvent.{field}` is not a time in RFC 3339: `{value}`")]
    NoTime {
        /// Where it stands.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// Lambda does not say where the function is.
    #[error("`{0}` is no ARN of a Lambda function, so that nobody knows whose resources it may judge")]
    NoHome(String),
    /// It is about another account.
    #[error(
        "it is about account {asked}, and this function evaluates the resources of its own account {own} alone: \
         a rule of an organization or another account needs Curfew deployed there"
    )]
    Foreign {
        /// That account.
        asked: AccountId,
        /// The function's.
        own: AccountId,
    },
    /// What there is could not be listed.
    #[error("nothing was evaluated, since what there is could not be listed: {0}")]
    NotListed(#[source] CallError),
    /// Not all of it could be done. What could be is.
    #[error(transparent)]
    Failures(#[from] Failures),
}

/// What of an invocation could not be done.
#[derive(Debug)]
pub struct Failures {
    sentences: Vec<String>,
    /// Whether it is all that AWS Config did not take evaluations.
    only_not_taken: bool,
}

impl NotEvaluated {
    /// A stable name for Lambda's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::NoRule | Self::NoTime { .. } => "Curfew.UnreadableTrigger",
            Self::Parameters(_) => "Curfew.UnusableParameters",
            Self::NoHome(_) | Self::Foreign { .. } => "Curfew.ForeignAccount",
            Self::Failures(failures) if failures.only_not_taken => "Curfew.EvaluationsNotTaken",
            Self::NotListed(_) | Self::Failures(_) => "Curfew.NotEvaluated",
        }
    }
}

impl Failures {
    /// The failures of a look at everything; `None` where there were none.
    pub(super) fn of(all: &All) -> Option<Self> {
        let unevaluated = all.unevaluated.iter().map(Unevaluated::to_string);
        let not_started = (all.not_started > 0).then(|| {
            format!("{} resources were not looked at, since too little time was left", all.not_started)
        });
        let past = all.past_unknown.iter().map(|error| {
            format!("what the rule said before of resources that are gone could not be listed: {error}")
        });
        let others: Vec<String> = not_started.into_iter().chain(past).chain(unevaluated).collect();
        Self::new(others, all.not_taken.iter())
    }

    /// The failure of one look.
    pub(super) fn one(unevaluated: &Unevaluated) -> Self {
        Self { sentences: vec![unevaluated.to_string()], only_not_taken: false }
    }

    /// That AWS Config did not take the one evaluation.
    pub(super) fn not_taken(not_taken: &NotTaken) -> Self {
        Self { sentences: vec![not_taken.to_string()], only_not_taken: true }
    }

    fn new<'a>(others: Vec<String>, not_taken: impl Iterator<Item = &'a NotTaken>) -> Option<Self> {
        let only_not_taken = others.is_empty();
        let sentences: Vec<String> = not_taken.map(NotTaken::to_string).chain(others).collect();
        (!sentences.is_empty()).then_some(Self { sentences, only_not_taken })
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<&str> = self.sentences.iter().take(TOLD).map(String::as_str).collect();
        f.write_str(&told.join("; "))?;
        let more = self.sentences.len() - told.len();
        if more > 0 { write!(f, "; and {more} more") } else { Ok(()) }
    }
}

impl std::error::Error for Failures {}

impl fmt::Display for Unevaluated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} could not be evaluated, and AWS Config is told nothing of it", self.resource)?;
        self.error.iter().try_for_each(|error| write!(f, ": {error}"))
    }
}
