//! A plan carried out, and what is to be seen then.

use crate::clock::{Clock, PAUSES};
use crate::earlier::beyond;
use crate::{
    Applied, Assessment, CallError, Control, Done, Exempting, Note, Outcome, Remedy, Seen, Target, Walked,
};

/// Applies the plan and looks again. `walked` may have changes of earlier attempts.
///
/// Where a call had no answer and the look finds done what it was to do, it was that call, as far as anybody knows: the
/// rest of the plan is done too, and the note says how much of this is known.
pub(crate) async fn carry_out<C: Control>(
    control: &C,
    target: &Target<'_, C::Id>,
    before: &C::Assessment,
    plan: &C::Plan,
    clock: &impl Clock,
    walked: Walked<C>,
    exempting: &mut Exempting<'_>,
) -> Walked<C> {
    let walked = apply(control, target, before, plan, clock, walked, exempting).await;
    let Some(rest) = rest_of_unanswered(control, target, plan, &walked) else { return walked };
    let note = Some(Note::Unanswered);
    let walked = Walked { outcome: Outcome::Failed, seen: None, left: None, error: None, note, ..walked };
    // Hardly any walk comes here, and the others need no room for it.
    Box::pin(apply(control, target, before, &rest, clock, walked, exempting)).await
}

/// What is left of the plan where a call that had no answer did what it was to do; `None` where nothing is, and where no
/// such call closes anything.
fn rest_of_unanswered<C: Control>(
    control: &C,
    target: &Target<'_, C::Id>,
    plan: &C::Plan,
    walked: &Walked<C>,
) -> Option<C::Plan> {
    let after = walked.seen.as_ref().map(|seen| &seen.assessment).filter(|after| !after.is_open())?;
    if !walked.may_have_closed(control) {
        return None;
    }
    let Done { changes, in_doubt } = &walked.done;
    let left = |done: &[C::Change]| control.unfinished(target, plan, done, Some(after));
    let rest = left(&[changes.as_slice(), in_doubt].concat())?;
    let is_news = walked.outcome == Outcome::ClosedMeanwhile || left(changes).as_ref() != Some(&rest);
    is_news.then_some(rest)
}

async fn apply<C: Control>(
    control: &C,
    target: &Target<'_, C::Id>,
    before: &C::Assessment,
    plan: &C::Plan,
    clock: &impl Clock,
    mut walked: Walked<C>,
    exempting: &mut Exempting<'_>,
) -> Walked<C> {
    let applied = control.apply(target, plan, &mut walked.done).await;
    let is_applied = matches!(applied, Ok(Applied::Done));
    match applied {
        Ok(Applied::Inert(why)) => {
            return Walked { outcome: Outcome::Compliant, note: Some(Note::Inert(why)), ..walked };
        }
        Ok(Applied::Done | Applied::Stopped) => {}
        Err(error) => {
            // What is refused for good may be refused because the resource is gone.
            let worth_a_look = !walked.done.changes.is_empty()
                || !walked.done.in_doubt.is_empty()
                || error.may_be_done()
                || matches!(error, CallError::Refused { .. } | CallError::Withheld { .. });
            walked.error = Some(error.into());
            if !worth_a_look {
                walked.left = control.unfinished(target, plan, &walked.done.changes, None);
                return walked;
            }
        }
    }

    let mut is_deleted = false;
    match verify(control, target, plan, before, clock, exempting).await {
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
        let in_doubt = after.map(|_| walked.done.in_doubt.as_slice()).unwrap_or_default();
        let done = [&walked.done.changes, in_doubt].concat();
        walked.left = control.unfinished(target, plan, &done, after);
    }
    if walked.outcome == Outcome::ClosedMeanwhile {
        walked.note = Some(by_whom(control, Some(plan), closed_meanwhile(control, &walked)));
    } else if matches!(walked.note, None | Some(Note::BegunBefore(_))) {
        let closed_by =
            closed_by_others(control, plan, &walked).map(|note| by_whom(control, Some(plan), note));
        walked.note = match walked.note.and(closed_by) {
            None => walked.note.or(closed_by),
            // Others closed some of it, and an earlier delivery may have closed more.
            doubt => walked.cut_off(control, plan).or(doubt),
        };
    }
    walked.outcome = walked.outcome_by_note();
    walked
}

/// What there is to say where it is closed and no change of this delivery is known.
pub(crate) fn closed_meanwhile<C: Control>(control: &C, walked: &Walked<C>) -> Note {
    let is_own = walked.done.changes.iter().any(|change| control.closes(change));
    if is_own || walked.may_have_closed(control) { Note::ClosedMeanwhile } else { Note::ClosedByOthers }
}

/// What there is to say of who closed what this plan was to close.
pub(crate) fn by_whom<C: Control>(control: &C, plan: Option<&C::Plan>, note: Note) -> Note {
    let may_be_besides = plan.is_some_and(|plan| control.may_be_closed_besides(plan));
    if may_be_besides { note.or_besides() } else { note }
}

/// What there is to say where it is closed, and what is to be closed by this plan is gone although no answer says so: a call
/// that had none did that, now or at an earlier delivery, or somebody else did.
fn closed_by_others<C: Control>(control: &C, plan: &C::Plan, walked: &Walked<C>) -> Option<Note> {
    let is_closed = walked.seen.as_ref().is_some_and(|seen| !seen.assessment.is_open());
    // What it found open, no earlier delivery had closed.
    let missed = unnoted(control, plan, walked.own_changes());
    if !is_closed || missed.is_empty() {
        return None;
    }
    if walked.may_have_closed(control) {
        return Some(Note::Unanswered);
    }
    let is_own = walked.done.changes.iter().any(|change| control.closes(change));
    Some(match is_own {
        true if unnoted(control, plan, &walked.done.changes).len() < missed.len() => Note::FoundOpenAfter,
        true => Note::ClosedInPart,
        false if walked.error.is_some() => Note::ClosedAfterFailure,
        false => Note::ClosedByOthers,
    })
}

/// What this plan closes and no answer told of.
pub(crate) fn unnoted<C: Control>(control: &C, plan: &C::Plan, done: &[C::Change]) -> Vec<C::Change> {
    let mut unnoted = beyond(control, &control.foreseen(plan, done), done);
    unnoted.retain(|change| control.closes(change));
    unnoted
}

/// Reads again: whatever the calls answered, only this says whether the resource is closed.
///
/// EC2 and S3 may show the old state for a moment after a change, so a read that still finds something is
/// repeated before it counts. What was left to a person from the beginning is not waited for.
pub(crate) async fn verify<C: Control>(
    control: &C,
    target: &Target<'_, C::Id>,
    plan: &C::Plan,
    before: &C::Assessment,
    clock: &impl Clock,
    exempting: &mut Exempting<'_>,
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
        let found = control.assess_after(&state, plan, clock.now());
        let assessment = exempting.rest_of(control, target, &state, found, clock.now()).await;
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
pub(crate) fn verdict<C: Control>(walked: &Walked<C>, is_deleted: bool) -> Outcome {
    let is_failed = walked.error.is_some();
    let is_changed = !walked.done.changes.is_empty();
    match &walked.seen {
        Some(seen) if seen.assessment.is_open() && (!is_failed || is_changed) => Outcome::StillOpen,
        // It was Curfew who had begun with it, and something of the plan is left.
        Some(_) if is_failed && matches!(walked.note, Some(Note::CutOff(_) | Note::Unanswered)) => {
            Outcome::Failed
        }
        Some(seen) if !seen.assessment.is_open() && !is_changed => Outcome::ClosedMeanwhile,
        Some(_) if !is_failed => Outcome::Remediated,
        None if is_deleted => Outcome::Gone,
        _ => Outcome::Failed,
    }
}
