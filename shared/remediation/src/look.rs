//! What is said about one subject that somebody only looked at.

use std::time::Duration;

use events::Subject;

use crate::{Describe, Exempt, Found, Inspected, Mode, Note, Outcome, Report, StepError};

impl Report {
    /// Puts what a look came to into the judge's words: what a walk that changes nothing would say.
    ///
    /// Whether something is exempt that has tags which another look may read, nobody can say either.
    pub fn of_look<J: Describe>(
        judge: &J,
        subject: &Subject,
        inspected: Inspected<J>,
        duration: Duration,
    ) -> Self {
        let note = match inspected {
            Inspected::Restored { until, .. } => Some(Note::Restored(until)),
            _ => None,
        };
        let (outcome, found, exempt, error) = match inspected {
            Inspected::Gone => (Outcome::Gone, None, Exempt::default(), None),
            Inspected::Compliant => (Outcome::Compliant, None, Exempt::default(), None),
            Inspected::Exempt { found, exempt } => (Outcome::Exempt, Some(found), exempt, None),
            Inspected::Restored { found, .. } => (Outcome::Exempt, Some(found), Exempt::default(), None),
            Inspected::Found { found, exempt } => {
                let waits_for = exempt.unread.clone().filter(|unread| unread.unknown.is_passing());
                let outcome = match (&waits_for, &found.plan) {
                    (Some(_), _) => Outcome::Failed,
                    (None, Some(_)) => Outcome::Observed,
                    (None, None) => Outcome::Alerted,
                };
                (outcome, Some(found), exempt, waits_for.map(StepError::Unread))
            }
            Inspected::Unknown(error) => (Outcome::Failed, None, Exempt::default(), Some(error)),
        };
        let found = found.as_ref();
        let words = |found: &Found<J>| judge.findings(&found.assessment);
        let plan = found.and_then(|found| found.plan.as_ref());
        Self {
            control: J::NAME,
            subject: subject.clone(),
            outcome,
            mode: Mode::Observe,
            findings: found.map(words).unwrap_or_default(),
            planned: plan.map(|plan| judge.steps(plan)).unwrap_or_default(),
            changes: Vec::new(),
            remaining: None,
            left: None,
            is_reversible: false,
            before: found.map(|found| found.written.clone()),
            record: None,
            hold: None,
            waiting: Vec::new(),
            found_before: Vec::new(),
            begun_before: Vec::new(),
            unread: found.map(|found| found.unread.clone()).unwrap_or_default(),
            to_read_again: None,
            hindrance: found
                .filter(|_| outcome == Outcome::Alerted)
                .and_then(|found| judge.hindrance(&found.assessment)),
            exempt,
            owner: None,
            error,
            note,
            advice: Vec::new(),
            restoration: None,
            evidence: Vec::new(),
            exposed_for: None,
            duration,
        }
    }
}
