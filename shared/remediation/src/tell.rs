//! Who hears of a walk, and what is written down of it.

use std::collections::BTreeSet;

use crate::clock::Clock;
use crate::digest::Digest;
use crate::ledger::{AttemptResult, End, Ledger, Record, Telling};
use crate::work::{Barred, Work, in_doubt, written};
use crate::{
    Assessment, Brief, CallError, Control, Ended, Finding, Found, Note, Notify, Outcome, Pace, Recount,
    Report, SOON, Said, Severity, StepError, Undelivered, Walked,
};

/// What became of the alert about a subject.
#[derive(Debug)]
pub enum Told {
    /// Nobody needs to know.
    Nobody,
    /// It was published.
    Sent,
    /// It is left to the next mail about several subjects.
    Later,
    /// People know already.
    Repeated,
    /// It did not get through.
    Failed(Undelivered),
}

impl<C: Recount, K: Clock, N: Notify, L: Ledger> Work<'_, C, K, N, L> {
    /// Tells people what they do not know yet, and writes down how the work ended.
    ///
    /// `None` where the live state has to be looked at again before.
    pub(crate) async fn tell(&mut self, mut walked: Walked<C>) -> Option<Ended> {
        let mut report = self.report(&walked);
        let is_last_chance = self.is_last_chance();
        if self.record.is_none() && !self.concerns_a_person(&walked, is_last_chance) {
            return Some(said(report, Told::Nobody, None));
        }
        let mut situation = situation_after(self.control, &walked);
        let mut unwritten = None;
        if walked.outcome == Outcome::Exempt {
            // Of an end people hear once.
            self.remind_after = Some(SOON);
        }
        if self.record.is_none() {
            match self.begin(walked.found.as_ref(), situation.clone(), false).await {
                Ok(()) => {
                    walked.earlier = std::mem::take(&mut self.earlier);
                    report = self.report(&walked);
                }
                Err(Barred::Begun(open)) => {
                    walked = match self.go_on(*open).await {
                        Err(Barred::Stale) => return None,
                        Err(Barred::Busy(until)) => return Some(Ended::Busy { until }),
                        Err(barred) => self.barred(barred),
                        Ok(others) => Walked { duration: walked.duration, ..others },
                    };
                    report = self.report(&walked);
                    situation = situation_after(self.control, &walked);
                }
                Err(Barred::Stale) => return None,
                Err(Barred::Busy(until)) => return Some(Ended::Busy { until }),
                Err(Barred::Known | Barred::Held) => return Some(said(report, Told::Repeated, None)),
                Err(Barred::Restored(until)) => {
                    let note = Some(Note::Restored(until));
                    let walked = Walked { outcome: Outcome::Exempt, note, ..walked };
                    return Some(said(self.report(&walked), Told::Nobody, None));
                }
                Err(Barred::Failed(error)) if !is_last_chance => {
                    return Some(said(report, Told::Nobody, Some(error)));
                }
                // An alert that is lost would be worse than one that comes twice.
                Err(Barred::Failed(error)) => unwritten = Some(error),
            }
        }

        if walked.outcome == Outcome::Held && !self.waits_in_silence(&walked) {
            match self.ports.ledger.waiting(C::NAME).await {
                Ok(waiting) => report.waiting = waiting.iter().map(|one| one.resource.to_string()).collect(),
                Err(error) => unwritten = Some(error.into()),
            }
        }
        let told = if !self.concerns_a_person(&walked, is_last_chance) || self.waits_in_silence(&walked) {
            Told::Nobody
        } else if walked.own_changes().is_empty() && self.was_told(&walked, &situation) {
            Told::Repeated
        } else if self.may_wait(&report) {
            Told::Later
        } else {
            self.ports.notify.notify(&report).await.map_or_else(Told::Failed, |()| Told::Sent)
        };
        if let Some(record) = self.record.take() {
            let is_over = is_last_chance || !report.is_unfinished();
            let closed = self.write_down(record, &walked, &report, &told, situation, is_over);
            unwritten = closed.await.err().or(unwritten);
        }
        Some(said(report, told, unwritten))
    }

    fn report(&self, walked: &Walked<C>) -> Report {
        Report::of(self.control, &self.target, walked, self.record.as_ref())
    }

    /// Whether a person should hear of it. What Curfew may have changed beside a resource that is gone is there still.
    fn concerns_a_person(&self, walked: &Walked<C>, is_last_chance: bool) -> bool {
        let in_doubt = walked.earlier.iter().flat_map(|earlier| &earlier.in_doubt);
        let mut in_doubt = in_doubt.chain(&walked.done.in_doubt);
        let is_left = in_doubt.any(|change| self.control.outlives_the_resource(change));
        walked.concerns_a_person(is_last_chance) || walked.outcome == Outcome::Gone && is_left
    }

    /// Whether people know of this already by this record. The list of what waits is sent each time that it is due.
    fn was_told(&self, walked: &Walked<C>, situation: &str) -> bool {
        self.record.as_ref().is_some_and(|record| match walked.outcome {
            Outcome::Held => record.last_was_told(),
            _ => record.was_told(situation),
        })
    }

    /// Whether people were told in this hour that some resources wait.
    fn waits_in_silence(&self, walked: &Walked<C>) -> bool {
        let hold = self.record.as_ref().and_then(|record| record.held.as_ref());
        walked.outcome == Outcome::Held && hold.is_some_and(|hold| !hold.tells)
    }

    /// Whether the next mail about several subjects is soon enough. What is not written down cannot wait, and that an
    /// exemption ends is no news once it has ended.
    fn may_wait(&self, report: &Report) -> bool {
        let pace = self.visit.pace;
        let heard_by = pace.heard_by(self.ports.clock.now());
        let ends_before = report.exempt.first_end().is_some_and(|end| end <= heard_by);
        pace != Pace::Each && self.record.is_some() && !report.is_urgent() && !ends_before
    }

    /// Writes down what came of it, and lets the subject go.
    async fn write_down(
        &self,
        mut record: Record,
        walked: &Walked<C>,
        report: &Report,
        told: &Told,
        situation: String,
        is_over: bool,
    ) -> Result<(), StepError> {
        let now = self.ports.clock.now();
        let is_at_work = walked.outcome != Outcome::Held;
        if let Some(attempt) = record.attempts.last_mut().filter(|_| is_at_work) {
            let own = walked.own_changes();
            let plan = walked.found.as_ref().and_then(|found| found.plan.as_ref());
            let foreseen = plan.filter(|_| walked.outcome == Outcome::Observed);
            attempt.result = Some(AttemptResult {
                at: now,
                outcome: walked.outcome,
                changes: own.iter().map(written).collect::<Result<_, _>>()?,
                after: walked.seen.as_ref().map(|seen| written(&seen.state)).transpose()?,
                remaining: report.remaining.as_ref().map(written).transpose()?,
                error: report.error.as_ref().map(StepError::facts),
                is_in_doubt: !walked.done.in_doubt.is_empty(),
                in_doubt: in_doubt(&walked.done)?,
                foreseen: foreseen.map(written).transpose()?,
                exempt: report.exempt.facts(),
                note: walked.note.map(Note::words),
                is_in_part: walked.note.is_some_and(Note::is_in_part),
            });
        }
        if matches!(told, Told::Sent | Told::Later) {
            let brief = matches!(told, Told::Later).then(|| Box::new(Brief::of(report, &record.id, now)));
            record.told.push(Telling { at: now, to: self.ports.notify.place(), situation, brief });
        }
        if is_at_work && is_over && !matches!(told, Told::Failed(_)) {
            record.end = Some(End { at: now, outcome: walked.outcome });
            // What is as open as it was, for all that anybody has seen, was closed by nobody: it is no time of a feud.
            record.offence = record.offence.filter(|_| walked.may_be_closed_by_curfew(self.control));
        } else if !is_at_work && !matches!(told, Told::Sent) {
            // It is written already that it waits.
            return Ok(());
        }
        self.finish(record).await
    }
}

fn said(report: Report, told: Told, unwritten: Option<StepError>) -> Ended {
    Ended::Walked(Box::new(Said { report, told, unwritten, of_restore: None }))
}

/// What tells the situation in which the resource is left from another one: equal for a repeated delivery that finds the
/// same and has nothing to change. What could not be read, and is read at another time, does not count, and neither do
/// the services' own words, which may differ from call to call.
fn situation_after<C: Recount>(control: &C, walked: &Walked<C>) -> String {
    if walked.outcome == Outcome::Exempt {
        return walked.exempt.situation();
    }
    // What was found at first and is closed by now is not left.
    let is_there = walked.outcome != Outcome::ClosedMeanwhile;
    let found = || walked.found.as_ref().map(|found| &found.assessment).filter(|_| is_there);
    let left = walked.seen.as_ref().map(|seen| &seen.assessment).or_else(found);
    let left = left.map(|left| in_words(control, left));
    // Where it is over although a call failed, that is no news to who finds the same again.
    let failed = walked.error.as_ref().filter(|_| is_there);
    let action = walked.failed_call().filter(|_| is_there).map(CallError::action);
    let error = (failed.map(StepError::kind), action);
    Digest::of(&(left, error, walked.exempt.refusals())).to_string()
}

/// The same before anything is changed.
pub(crate) fn situation_of<C: Recount>(control: &C, found: &Found<C>) -> String {
    Digest::of(&in_words(control, &found.assessment)).to_string()
}

/// What is to be closed, as a digest: equal where the same was closed before, although its ids are new.
pub(crate) fn offence<C: Control>(found: &Found<C>) -> String {
    let assessment = &found.assessment;
    let open = assessment.findings().iter().filter(|finding| assessment.remedy(finding).is_open());
    let signatures: BTreeSet<String> = open.map(|finding| assessment.signature(finding)).collect();
    Digest::of(&signatures).to_string()
}

/// What people are told of a judgement. Where there is more to say, that something could not be read and may be read at
/// another time is no news.
fn in_words<C: Recount>(control: &C, judged: &C::Assessment) -> Vec<(Severity, String, String)> {
    let lasts = |finding| (!judged.may_pass(&finding)).then_some(finding);
    let lasting = if judged.only_waits() { judged.clone() } else { judged.clone().without(lasts) };
    let words = |finding: Finding| (finding.severity, finding.summary, finding.evidence.to_string());
    control.findings(&lasting).into_iter().map(words).collect()
}
