//! What is to be said about one subject once its walk has ended.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use events::Subject;
use serde_json::{Map, Value, json};

use crate::{CallError, Change, Evidence, Finding, Mode, Outcome, Severity};

/// The title of the commands that finish by hand what Curfew could not.
const BY_HAND: &str = "How to finish by hand";

/// What is to be said about one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The control that walked.
    pub control: &'static str,
    /// What it looked at.
    pub subject: Subject,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether Curfew may change things.
    pub mode: Mode,
    /// What was found, most severe first.
    pub findings: Vec<Finding>,
    /// What the plan was, a line a step.
    pub planned: Vec<String>,
    /// What was changed, in order.
    pub changes: Vec<Change>,
    /// What the read after the changes still found; `None` where there was no such read.
    pub remaining: Option<Vec<Finding>>,
    /// The state before, as it was read, where there was something to find.
    pub before: Option<Value>,
    /// The state that the read after the changes found.
    pub after: Option<Value>,
    /// Why a step could not be done.
    pub error: Option<CallError>,
    /// Anything else worth saying, in one sentence.
    pub note: Option<String>,
    /// What a person should do now.
    pub advice: Vec<String>,
    /// What proves it.
    pub evidence: Vec<Evidence>,
    /// How long the walk took.
    pub duration: Duration,
}

impl Report {
    /// A report with nothing in it but how it ended.
    pub fn new(control: &'static str, subject: &Subject, mode: Mode, outcome: Outcome) -> Self {
        Self {
            control,
            subject: subject.clone(),
            outcome,
            mode,
            findings: Vec::new(),
            planned: Vec::new(),
            changes: Vec::new(),
            remaining: None,
            before: None,
            after: None,
            error: None,
            note: None,
            advice: Vec::new(),
            evidence: Vec::new(),
            duration: Duration::ZERO,
        }
    }

    /// The worst finding's severity. A walk that failed counts as high, because nobody knows whether the
    /// resource is open, unless a read after it found nothing left to close.
    pub fn severity(&self) -> Severity {
        let worst = self.findings.iter().map(|finding| finding.severity).max();
        match self.outcome {
            Outcome::Failed if self.is_known_closed() => Severity::Medium,
            Outcome::Failed => worst.unwrap_or(Severity::High).max(Severity::High),
            _ => worst.unwrap_or(Severity::Low),
        }
    }

    /// Whether a read after the change found nothing at all any more.
    pub fn is_known_closed(&self) -> bool {
        self.remaining.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether a person should hear of this: what was changed, what needs a decision, what failed for good.
    /// `last_chance` is false while a queue will hand the same trigger out again.
    pub fn concerns_a_person(&self, last_chance: bool) -> bool {
        match self.outcome {
            Outcome::Compliant => !self.findings.is_empty(),
            Outcome::Gone => !self.changes.is_empty(),
            Outcome::Remediated | Outcome::StillOpen | Outcome::Alerted | Outcome::Observed => true,
            Outcome::Failed => {
                let for_good = !self.error.as_ref().is_some_and(CallError::is_passing);
                for_good || last_chance || !self.changes.is_empty()
            }
        }
    }

    /// Whether the same trigger should be handed out again.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::StillOpen)
    }

    /// Puts the commands that do what is left undone before all other evidence.
    pub(crate) fn leave_to_people(&mut self, commands: Option<String>) {
        let title = BY_HAND.to_owned();
        self.evidence.splice(0..0, commands.map(|body| Evidence { title, body }));
    }

    /// Whether something is left undone, so that the evidence begins with the commands for it.
    pub(crate) fn is_left_to_people(&self) -> bool {
        self.evidence.first().is_some_and(|evidence| evidence.title == BY_HAND)
    }

    /// What there is to say, for programs: the same members in the log line and in the alert's JSON. The
    /// members are described in [`crate::log`].
    pub fn facts(&self) -> Map<String, Value> {
        let subject = &self.subject;
        let mut facts = Map::new();
        let mut add = |key: &str, value: Value| facts.insert(key.to_owned(), value);
        add("control", self.control.into());
        add("resource", subject.resource.id().into());
        add("arn", subject.arn().into());
        add("account", subject.account.as_str().into());
        add("region", subject.region.as_str().into());
        add("cause", subject.cause.to_string().into());
        add("mode", self.mode.as_str().into());
        add("outcome", self.outcome.as_str().into());
        if !self.findings.is_empty() || self.outcome == Outcome::Failed {
            add("severity", self.severity().as_str().into());
        }
        add("findings", json!(self.findings));
        if !self.planned.is_empty() && self.outcome != Outcome::Remediated {
            add("planned", json!(self.planned));
        }
        add("changes", json!(self.changes));
        if let Some(before) = &self.before {
            add("before", before.clone());
        }
        if let Some(remaining) = &self.remaining {
            add("remaining", json!(remaining));
        }
        if let Some(error) = &self.error {
            add("error", error.facts());
        }
        if let Some(note) = &self.note {
            add("note", note.as_str().into());
        }
        facts
    }

    /// What tells the situation in which the resource is left from another one: equal for a repeated delivery
    /// that finds the same and has nothing to change. What the services write in their own words may differ
    /// from call to call and does not count.
    pub(crate) fn situation(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for finding in self.remaining.as_ref().unwrap_or(&self.findings) {
            (finding.summary.as_str(), finding.evidence.to_string()).hash(&mut hasher);
        }
        self.after.as_ref().or(self.before.as_ref()).map(Value::to_string).hash(&mut hasher);
        self.error.as_ref().map(|error| (error.kind(), error.action())).hash(&mut hasher);
        hasher.finish()
    }
}
