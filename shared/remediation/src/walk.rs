//! The one way through the house.

use std::time::Duration;

use events::Subject;
use serde::Serialize;
use serde_json::Value;

use crate::clock::Clock;
use crate::failure::after_failure;
use crate::{Applied, CallError, Control, Finding, Mode, Outcome, Remedy, Report, Target};

/// How long to wait before each repeated read after a change.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1_500)];

/// Takes one subject through one control: read, assess, plan, apply, verify.
///
/// Never fails: a step that could not be done is the outcome [`Outcome::StillOpen`] where others were and left
/// something open, and else [`Outcome::Failed`]; either has the error and everything that was changed.
pub async fn walk<C: Control>(
    control: &C,
    subject: &Subject,
    id: &C::Id,
    mode: Mode,
    clock: &impl Clock,
) -> Report {
    let start = clock.now();
    let mut report = take(control, subject, id, mode, clock).await;
    report.advice = match report.outcome {
        Outcome::Failed => after_failure(&report),
        Outcome::StillOpen if report.error.is_some() => after_failure(&report),
        Outcome::Compliant if !report.findings.is_empty() => vec![
            "Find out who closed it. If it should be as it was, the evidence below has all that was there."
                .to_owned(),
        ],
        _ => control.advice(&report),
    };
    report.duration = clock.now().duration_since(start).unwrap_or_default();
    report
}

async fn take<C: Control>(
    control: &C,
    subject: &Subject,
    id: &C::Id,
    mode: Mode,
    clock: &impl Clock,
) -> Report {
    let target = Target::of(subject, id);
    let ended = |outcome| Report::new(C::NAME, subject, mode, outcome);

    let state = match control.read(&target).await {
        Ok(Some(state)) => state,
        Ok(None) => return ended(Outcome::Gone),
        Err(error) => return Report { error: Some(error), ..ended(Outcome::Failed) },
    };
    let findings = control.assess(&state);
    if findings.is_empty() {
        return ended(Outcome::Compliant);
    }

    // An exemption is looked up here: after the finding, so that it can name what it exempts.

    let plan = control.plan(&state, &findings, clock.now());
    let mut report = Report {
        planned: plan.as_ref().map(|plan| control.steps(plan)).unwrap_or_default(),
        evidence: control.evidence(&target, &state, plan.as_ref()),
        before: Some(snapshot(&state)),
        findings,
        ..ended(Outcome::Alerted)
    };
    let Some(plan) = plan else { return report };
    if mode == Mode::Observe {
        report.outcome = Outcome::Observed;
        return report;
    }

    // The ledger's entry is written here: no change without a record of what was there before.

    match control.apply(&target, &plan, &mut report.changes).await {
        Ok(Applied::Inert(why)) => {
            return Report { note: Some(why.to_owned()), ..ended(Outcome::Compliant) };
        }
        Ok(Applied::Done) => {}
        Err(error) => {
            // Nothing was changed, and what is refused for good may be refused because the resource is gone.
            let worth_a_look = !report.changes.is_empty() || matches!(error, CallError::Refused { .. });
            report.error = Some(error);
            if !worth_a_look {
                report.outcome = Outcome::Failed;
                report.leave_to_people(control.unfinished(&target, &plan, &report.changes, None));
                return report;
            }
        }
    }

    let is_applied = report.error.is_none();
    let mut last = None;
    match verify(control, &target, &plan, &report.findings, clock).await {
        Ok(Some((after, remaining))) => {
            report.after = Some(snapshot(&after));
            report.remaining = Some(remaining);
            last = Some(after);
        }
        Ok(None) => {
            report.error = None;
            report.note = Some("the resource was deleted while Curfew was at work".to_owned());
        }
        Err(error) => report.error = report.error.or(Some(error)),
    }
    report.outcome = verdict(&report);
    // Where every call was answered with success and only the read failed, nothing is known to be undone.
    if report.is_unfinished() && (last.is_some() || !is_applied) {
        report.leave_to_people(control.unfinished(&target, &plan, &report.changes, last.as_ref()));
    }
    if report.outcome == Outcome::Compliant {
        // The answer to a call may get lost, and its repetition find the work done: all that was there
        // before is kept and told.
        report.note = Some(
            "it was closed between Curfew's two reads, by somebody else or by a call of Curfew's whose answer \
             got lost"
                .to_owned(),
        );
    }
    report
}

/// Reads again: whatever the calls answered, only this says whether the resource is closed.
///
/// EC2 and S3 may show the old state for a moment after a change, so a read that still finds something is
/// repeated before it counts. What was left to a person from the beginning is not waited for.
async fn verify<C: Control>(
    control: &C,
    target: &Target<'_, C::Id>,
    plan: &C::Plan,
    before: &[Finding],
    clock: &impl Clock,
) -> Result<Option<(C::State, Vec<Finding>)>, CallError> {
    let may_pass =
        |left: &Finding| left.is_open() && !(left.remedy == Remedy::ByHand && before.contains(left));
    let mut pauses = PAUSES.into_iter();
    loop {
        let Some(after) = control.read_after(target, plan).await? else { return Ok(None) };
        let remaining = control.assess(&after);
        match pauses.next() {
            Some(pause) if remaining.iter().any(may_pass) => clock.sleep(pause).await,
            _ => return Ok(Some((after, remaining))),
        }
    }
}

fn snapshot(state: &impl Serialize) -> Value {
    serde_json::to_value(state).unwrap_or_else(|error| error.to_string().into())
}

/// INVARIANT: `remediated` only after a change and a read that found nothing left to close, with no step
/// failed.
fn verdict(report: &Report) -> Outcome {
    let is_failed = report.error.is_some();
    match &report.remaining {
        Some(remaining)
            if remaining.iter().any(Finding::is_open) && (!is_failed || !report.changes.is_empty()) =>
        {
            Outcome::StillOpen
        }
        _ if is_failed => Outcome::Failed,
        None => Outcome::Gone,
        Some(_) if report.changes.is_empty() => Outcome::Compliant,
        Some(_) => Outcome::Remediated,
    }
}
