//! The one way through the house.

use std::sync::Arc;

use events::Subject;

use crate::clock::{Clock, PAUSES};
use crate::{
    Applied, Assessment, CallError, Control, Describe, Found, Mode, Note, Notify, Outcome, Recent, Remedy,
    Report, Seen, StepError, Target, Told, Walked,
};

/// What every walk needs besides its control.
#[derive(Debug)]
pub struct Ports<K, N> {
    /// The time.
    pub clock: K,
    /// Who tells people.
    pub notify: N,
    /// What people were told lately.
    pub recent: Recent,
}

/// A subject, and how it is walked.
#[derive(Debug)]
pub struct Visit<'a, Id> {
    /// The subject.
    pub subject: &'a Subject,
    /// Its id, once its kind is known.
    pub id: &'a Id,
    /// Whether Curfew may change things.
    pub mode: Mode,
    /// Whether nobody will hand the same trigger out again.
    pub is_last_chance: bool,
}

/// How a walk ended, and who was told.
#[derive(Debug)]
pub struct Ended {
    /// What is to be said about it.
    pub report: Report,
    /// Whether people were told.
    pub told: Told,
}

impl<K: Clock, N> Ports<K, N> {
    /// Ports with nothing told yet.
    pub fn new(clock: K, notify: N) -> Self {
        Self { clock, notify, recent: Recent::default() }
    }
}

/// Takes one subject through one control: read, assess, plan, apply, verify, tell.
///
/// Never fails: a step that could not be done is the outcome [`Outcome::StillOpen`] where others were and left
/// something open, and else [`Outcome::Failed`]; either has the error and everything that was changed.
pub async fn walk<C: Describe, K: Clock, N: Notify>(
    control: &C,
    visit: &Visit<'_, C::Id>,
    ports: &Ports<K, N>,
) -> Ended {
    let start = ports.clock.now();
    let mut walked = take(control, visit, &ports.clock).await;
    walked.duration = ports.clock.now().duration_since(start).unwrap_or_default();
    let report = Report::of(control, &Target::of(visit.subject, visit.id), &walked);
    let told = crate::tell::tell(&walked, &report, visit.is_last_chance, ports).await;
    Ended { report, told }
}

async fn take<C: Control>(control: &C, visit: &Visit<'_, C::Id>, clock: &impl Clock) -> Walked<C> {
    let Visit { subject, id, mode, .. } = visit;
    let target = Target::of(subject, *id);
    let ended = |outcome| Walked::new(subject, *mode, outcome);

    let state = match control.read(&target).await {
        Ok(Some(state)) => state,
        Ok(None) => return ended(Outcome::Gone),
        Err(error) => return Walked { error: Some(error.into()), ..ended(Outcome::Failed) },
    };
    let assessment = control.assess(&state, clock.now());
    if assessment.is_compliant() {
        return ended(Outcome::Compliant);
    }
    let written = match serde_json::to_value(&state) {
        Ok(written) => written,
        Err(error) => {
            return Walked { error: Some(StepError::Unwritable(Arc::new(error))), ..ended(Outcome::Failed) };
        }
    };
    let unread = control.unread(&state, &assessment);
    let waits_for =
        unread.iter().find(|unread| assessment.only_waits() && unread.unknown.is_passing()).cloned();
    let plan = control.plan(&assessment, clock.now());
    let found = Found { state, written, assessment, plan, unread };
    if let Some(unread) = waits_for {
        return Walked {
            found: Some(found),
            error: Some(StepError::Unread(unread)),
            ..ended(Outcome::Failed)
        };
    }
    match &found.plan {
        None => Walked { found: Some(found), ..ended(Outcome::Alerted) },
        Some(_) if *mode == Mode::Observe => Walked { found: Some(found), ..ended(Outcome::Observed) },
        Some(plan) => {
            let walked = carry_out(control, &target, &found, plan, clock, ended(Outcome::Failed)).await;
            // What has no effect is nothing to report.
            let found = (walked.outcome != Outcome::Compliant).then_some(found);
            Walked { found, ..walked }
        }
    }
}

/// Applies the plan and looks again.
async fn carry_out<C: Control>(
    control: &C,
    target: &Target<'_, C::Id>,
    found: &Found<C>,
    plan: &C::Plan,
    clock: &impl Clock,
    mut walked: Walked<C>,
) -> Walked<C> {
    let applied = control.apply(target, plan, &mut walked.changes).await;
    let is_applied = matches!(applied, Ok(Applied::Done));
    match applied {
        Ok(Applied::Inert(why)) => {
            return Walked { outcome: Outcome::Compliant, note: Some(Note::Inert(why)), ..walked };
        }
        Ok(Applied::Done | Applied::Stopped) => {}
        Err(error) => {
            // What is refused for good may be refused because the resource is gone.
            let worth_a_look = !walked.changes.is_empty()
                || error.may_be_done()
                || matches!(error, CallError::Refused { .. } | CallError::Withheld { .. });
            walked.error = Some(error.into());
            if !worth_a_look {
                walked.left = control.unfinished(target, plan, &walked.changes, None);
                return walked;
            }
        }
    }

    let mut is_deleted = false;
    match verify(control, target, plan, &found.assessment, clock).await {
        Ok(Some(seen)) => walked.seen = Some(seen),
        Ok(None) => {
            is_deleted = true;
            walked.error = None;
            walked.note = Some(Note::Deleted);
        }
        Err(error) => walked.error = walked.error.or(Some(error.into())),
    }
    walked.outcome = verdict(&walked, is_deleted);
    // Where every step was done and only the read failed, nothing is known to be undone.
    let is_unfinished = match walked.outcome {
        Outcome::Failed | Outcome::StillOpen => true,
        // It may have been the call whose answer is missing.
        Outcome::ClosedMeanwhile => walked.error.is_some(),
        _ => false,
    };
    if is_unfinished && (walked.seen.is_some() || !is_applied) {
        let after = walked.seen.as_ref().map(|seen| &seen.assessment);
        walked.left = control.unfinished(target, plan, &walked.changes, after);
    }
    if walked.outcome == Outcome::ClosedMeanwhile {
        walked.note = Some(Note::ClosedMeanwhile);
    }
    walked
}

/// Reads again: whatever the calls answered, only this says whether the resource is closed.
///
/// EC2 and S3 may show the old state for a moment after a change, so a read that still finds something is
/// repeated before it counts. What was left to a person from the beginning is not waited for.
async fn verify<C: Control>(
    control: &C,
    target: &Target<'_, C::Id>,
    plan: &C::Plan,
    before: &C::Assessment,
    clock: &impl Clock,
) -> Result<Option<Seen<C>>, CallError> {
    let may_pass = |left: &C::Assessment| {
        left.findings().iter().any(|finding| match left.remedy(finding) {
            Remedy::Close => true,
            Remedy::ByHand => !before.findings().contains(finding),
            Remedy::Report => false,
        })
    };
    let mut pauses = PAUSES.into_iter();
    loop {
        let Some(state) = control.read_after(target, plan).await? else { return Ok(None) };
        let assessment = control.assess_after(&state, plan, clock.now());
        match pauses.next() {
            Some(pause) if may_pass(&assessment) => clock.sleep(pause).await,
            _ => {
                let unread = control.unread(&state, &assessment);
                return Ok(Some(Seen { state, assessment, unread }));
            }
        }
    }
}

/// INVARIANT: `remediated` only after a change and a read that found nothing left to close, with no step
/// failed.
fn verdict<C: Control>(walked: &Walked<C>, is_deleted: bool) -> Outcome {
    let is_failed = walked.error.is_some();
    let is_changed = !walked.changes.is_empty();
    match &walked.seen {
        Some(seen) if seen.assessment.is_open() && (!is_failed || is_changed) => Outcome::StillOpen,
        Some(seen) if !seen.assessment.is_open() && !is_changed => Outcome::ClosedMeanwhile,
        Some(_) if !is_failed => Outcome::Remediated,
        None if is_deleted => Outcome::Gone,
        _ => Outcome::Failed,
    }
}
