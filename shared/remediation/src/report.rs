//! What is said about one subject once its walk has ended.

use std::time::Duration;

use events::Subject;
use serde_json::{Map, Value, json};

use crate::advice::advice;
use crate::before;
use crate::earlier::{Earlier, beyond};
use crate::ledger::{Hold, Record, RecordId};
use crate::restore::Restoration;
use crate::{
    Assessment, Change, Done, Evidence, Exempt, Finding, Left, Mode, Note, Outcome, Recount, Remedy,
    Severity, StepError, Target, Unread, Walked,
};

/// The title of the commands that finish by hand what Curfew could not.
const BY_HAND: &str = "How to finish by hand";

/// The title of the commands that put back what was not changed yet.
const WOULD_PUT_BACK: &str = "How to put back what would be changed";

/// What is said about one subject.
#[derive(Debug, Clone)]
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
    /// What other deliveries of the same record had found and Curfew has closed.
    pub found_before: Vec<Finding>,
    /// What other deliveries of the same record had found and had begun to close, where it is closed, and nobody knows whether
    /// Curfew did that.
    pub begun_before: Vec<Finding>,
    /// What the plan was, a line a step.
    pub planned: Vec<String>,
    /// What was changed, in order.
    pub changes: Vec<Change>,
    /// What the read after the changes still found; `None` where there was no such read.
    pub remaining: Option<Vec<Finding>>,
    /// What of that counts as open comes to this.
    pub left: Option<Left>,
    /// Whether a restore takes its record: something was changed, or may have been, here or by who was at work on it before,
    /// and the resource is there.
    pub is_reversible: bool,
    /// The state before, as it was read, where there was something to find.
    pub before: Option<Value>,
    /// What finds the record of it, where there is one.
    pub record: Option<RecordId>,
    /// Why it has to wait, where that was the outcome.
    pub hold: Option<Hold>,
    /// All resources that wait, where people are told so.
    pub waiting: Vec<String>,
    /// What could not be read and may change the judgement.
    pub unread: Vec<Unread>,
    /// Of that, what the next delivery may read, where nothing else is left to do.
    pub to_read_again: Option<Unread>,
    /// What Curfew could not do and so changes nothing of what it would close, where that was the outcome.
    pub hindrance: Option<String>,
    /// What is exempt, and what is not though somebody wrote so.
    pub exempt: Exempt,
    /// Who owns the resource, where its tags were read and say so.
    pub owner: Option<String>,
    /// Why a step could not be done.
    pub error: Option<StepError>,
    /// What else there is to know.
    pub note: Option<Note>,
    /// What a person should do now.
    pub advice: Vec<String>,
    /// What there is to know of a restore, where it was one.
    pub restoration: Option<Restoration>,
    /// What proves it; first the commands for what is left undone, last those that put everything back.
    pub evidence: Vec<Evidence>,
    /// From the event that tells since when it was open to the read that found it closed.
    pub exposed_for: Option<Duration>,
    /// How long the walk took.
    pub duration: Duration,
}

impl Report {
    /// Puts what happened into the control's words.
    pub fn of<C: Recount>(
        control: &C,
        target: &Target<'_, C::Id>,
        walked: &Walked<C>,
        record: Option<&Record>,
    ) -> Self {
        let found = walked.found.as_ref();
        let findings = found.map(|found| control.findings(&found.assessment)).unwrap_or_default();
        let by_hand = walked.left.as_ref().map(|left| Evidence::new(BY_HAND, control.commands(target, left)));
        let evidence = found.map(|found| control.evidence(target, found)).unwrap_or_default();
        let is_reversible = is_reversible(walked, record);
        let put_back = put_back(control, target, walked, is_reversible);
        let begun = before::steps(control, walked);
        let found_before = before::found(control, walked, &findings);
        Self {
            control: C::NAME,
            subject: walked.subject.clone(),
            outcome: walked.outcome,
            mode: walked.mode,
            begun_before: before::begun(control, walked, &findings, &found_before),
            found_before,
            findings,
            planned: found
                .and_then(|found| found.plan.as_ref())
                .map(|plan| control.steps(plan))
                .unwrap_or_default(),
            changes: walked.done.changes.iter().map(|change| control.change(change)).collect(),
            remaining: walked.seen.as_ref().map(|seen| control.findings(&seen.assessment)),
            left: walked.seen.as_ref().and_then(|seen| seen.assessment.left()),
            is_reversible,
            before: found.map(|found| found.written.clone()),
            record: record.map(|record| record.id.clone()),
            hold: record.and_then(|record| record.held.clone()).filter(|_| walked.outcome == Outcome::Held),
            waiting: Vec::new(),
            unread: walked.unread().into_iter().cloned().collect(),
            to_read_again: walked.to_read_again().cloned(),
            hindrance: found
                .filter(|_| walked.outcome == Outcome::Alerted)
                .and_then(|found| control.hindrance(&found.assessment)),
            exempt: walked.exempt.clone(),
            owner: walked.owner.clone(),
            error: walked.error.clone(),
            note: walked.note,
            advice: advice(control, walked),
            restoration: None,
            evidence: by_hand.into_iter().chain(begun).chain(evidence).chain(put_back).collect(),
            exposed_for: walked.exposed_for.filter(|_| walked.outcome == Outcome::Remediated),
            duration: walked.duration,
        }
    }

    /// The severity of the worst that was found, now or before. A walk that failed counts as high, because nobody knows whether the
    /// resource is open, unless a read after it found nothing left to close. Where that read found only what lets nobody
    /// in, what was open before counts no more.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let worst_of = |findings: &[Finding]| findings.iter().map(|finding| finding.severity).max();
        let before = worst_of(&self.found_before).max(worst_of(&self.begun_before));
        let worst = worst_of(&self.findings).max(before);
        match self.outcome {
            Outcome::Failed if self.is_known_closed() => Severity::Medium,
            Outcome::Failed | Outcome::StillOpen if matches!(self.left, Some(Left::Guards | Left::Idle)) => {
                self.remaining.as_deref().and_then(worst_of).unwrap_or(Severity::Medium)
            }
            Outcome::Failed => worst.unwrap_or(Severity::High).max(Severity::High),
            _ => worst.unwrap_or(Severity::Low),
        }
    }

    /// Whether a read after the change found nothing at all any more.
    #[must_use]
    pub fn is_known_closed(&self) -> bool {
        self.remaining.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether Curfew may have changed something that it does not know of: of a call that changes, the answer got lost.
    #[must_use]
    pub fn may_have_changed(&self) -> bool {
        let is_lost = |error: &StepError| matches!(error, StepError::Call(error) if error.may_be_done());
        let is_tried = self.restoration.as_ref().is_none_or(|restoration| restoration.is_tried);
        is_tried && !self.planned.is_empty() && self.error.as_ref().is_some_and(is_lost)
    }

    /// Whether the same trigger should be handed out again.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::StillOpen) || self.to_read_again.is_some()
    }

    /// Whether people should hear of it at once: it is critical, or somebody has to act.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        let is_for_somebody = match self.outcome {
            Outcome::Held | Outcome::Restored | Outcome::StillOpen | Outcome::Failed => true,
            Outcome::Exempt => matches!(self.note, Some(Note::LeftHalfWay(_))),
            Outcome::Compliant
            | Outcome::Remediated
            | Outcome::Alerted
            | Outcome::Observed
            | Outcome::Gone
            | Outcome::ClosedMeanwhile => false,
        };
        is_for_somebody
            || self.severity() == Severity::Critical
            || self.is_unfinished()
            || self.error.is_some()
            || self.hindrance.is_some()
            || self.restoration.is_some()
            || self.is_left_to_a_person()
    }

    /// Whether Curfew was to close something and may not, and nothing was begun: what was begun ends as `still-open`.
    fn is_left_to_a_person(&self) -> bool {
        let is_by_hand = |finding: &Finding| finding.remedy == Remedy::ByHand;
        self.mode == Mode::Enforce && self.outcome == Outcome::Alerted && self.findings.iter().any(is_by_hand)
    }

    /// What there is to say, for programs: the same members in the log line and in the alert's JSON. The
    /// members are described in the crate `telemetry`.
    #[must_use]
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
        if let Some(who) = subject.cause.opened_by() {
            add("opened_by", who.into());
        }
        if let Some(owner) = &self.owner {
            add("owner", owner.as_str().into());
        }
        add("mode", self.mode.as_str().into());
        add("outcome", self.outcome.as_str().into());
        if !self.findings.is_empty() || self.outcome == Outcome::Failed {
            add("severity", self.severity().as_str().into());
        }
        if let Some(exposed_for) = self.exposed_for {
            add("exposed_for_ms", u64::try_from(exposed_for.as_millis()).unwrap_or(u64::MAX).into());
        }
        if let Some(record) = &self.record {
            add("record", record.to_string().into());
        }
        if let Some(hold) = &self.hold {
            add("hold", json!(hold));
        }
        if let Some(restoration) = &self.restoration {
            for (key, value) in restoration.facts() {
                add(&key, value);
            }
        }
        add("findings", json!(self.findings));
        if !self.found_before.is_empty() {
            add("found_before", json!(self.found_before));
        }
        if !self.begun_before.is_empty() {
            add("begun_before", json!(self.begun_before));
        }
        if !self.planned.is_empty() && self.outcome != Outcome::Remediated {
            add("planned", json!(self.planned));
        }
        add("changes", json!(self.changes));
        if self.is_reversible && self.changes.is_empty() {
            add("may_have_changed", true.into());
        }
        if let Some(before) = &self.before {
            add("before", before.clone());
        }
        if let Some(remaining) = &self.remaining {
            add("remaining", json!(remaining));
        }
        if !self.unread.is_empty() {
            add("unread", json!(self.unread));
        }
        for (key, value) in self.exempt.facts() {
            add(&key, value);
        }
        if let Some(error) = &self.error {
            add("error", error.facts());
        }
        if let Some(note) = self.note {
            add("note", note.words().into());
            if note.is_in_part() {
                add("in_part", true.into());
            }
        }
        facts
    }
}

fn is_reversible<C: Recount>(walked: &Walked<C>, record: Option<&Record>) -> bool {
    let Done { changes, in_doubt } = &walked.done;
    let is_changed = !changes.is_empty() || record.is_some_and(Record::may_have_changed_before);
    (is_changed || !in_doubt.is_empty()) && walked.outcome != Outcome::Gone
}

/// The commands that put back what all the plans changed, each thing once. Where the answer to a call got lost, that is not
/// only what was noted, and where nothing is changed yet, it is all of them.
fn put_back<C: Recount>(
    control: &C,
    target: &Target<'_, C::Id>,
    walked: &Walked<C>,
    is_reversible: bool,
) -> Option<Evidence> {
    let found = walked.found.as_ref()?;
    let plan = found.plan.as_ref()?;
    let is_to_come = match walked.outcome {
        Outcome::Observed | Outcome::Held => true,
        Outcome::Failed => !is_reversible,
        _ => false,
    };
    // What was found may be what an earlier delivery had found.
    let is_found = |state: &C::State, begun: &C::Plan| *state == found.state && begun == plan;
    // Who changed nothing saw what somebody else may have closed before Curfew did anything.
    let is_at_work = |one: &&Earlier<C>| is_to_come || !one.changes.is_empty() || !one.in_doubt.is_empty();
    let begun = walked.earlier.iter().filter(is_at_work);
    let begun = begun.filter_map(|one| Some((one.state.as_ref()?, one.plan.as_ref()?)));
    let mut plans: Vec<(&C::State, &C::Plan)> = begun.collect();
    if !plans.iter().any(|(state, begun)| is_found(state, begun)) {
        plans.push((&found.state, plan));
    }
    let in_doubt = walked.earlier.iter().flat_map(|earlier| &earlier.in_doubt).chain(&walked.done.in_doubt);
    let in_doubt = beyond(control, &in_doubt.cloned().collect::<Vec<_>>(), &walked.done.changes);
    // What went with closing is left where somebody else closed: it may stand for what he took away.
    let is_of_others = matches!(
        walked.note,
        Some(
            Note::ClosedByOthers
                | Note::ClosedBesides
                | Note::ClosedAfterFailure
                | Note::ClosedInPart
                | Note::ClosedBesidesInPart
        )
    );
    let mut done: Vec<C::Change> = Vec::new();
    for &(_, begun) in &plans {
        let changes = &walked.done.changes;
        let done_of_it = match is_to_come {
            true => control.foreseen(begun, changes),
            false => control.may_be_done(begun, changes, &in_doubt),
        };
        for change in done_of_it {
            if !done.contains(&change) && (!is_of_others || control.takes_away(&change)) {
                done.push(change);
            }
        }
    }
    let &(state, first) = plans.first()?;
    let back = control.undo(state, first, &done)?;
    let title = if is_to_come { WOULD_PUT_BACK } else { control.put_back(plan) };
    Some(Evidence::new(title, control.commands(target, &back)))
}
