//! What is said of a restore by who comes next, since who put back told nobody: it was cut off, or its mail got lost.

use std::time::{Duration, SystemTime};

use super::Restoration;
use super::report::{FIND_OUT, TAKE_BACK, leaves_alone};
use crate::clock::rfc3339;
use crate::earlier::Earlier;
use crate::ledger::{AttemptResult, Record, Restores};
use crate::{CallError, Evidence, Exempt, Mode, Outcome, Recount, Report, Target};

/// How it came that nobody was told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// When it was begun.
    pub begun_at: SystemTime,
    /// Whether it was cut off, so that nobody knows how far it came. Else its mail got lost.
    pub is_cut_off: bool,
    /// Why it could not finish, where that is known.
    pub error: Option<String>,
}

/// Whether people are to be told of a restore by who comes next: nobody was, and more was done than to give up at once.
pub(crate) fn is_untold(record: &Record) -> bool {
    let gave_up =
        record.last_asked().and_then(|last| last.result.as_ref()).is_some_and(AttemptResult::has_given_up);
    record.restores.is_some() && !record.last_was_told() && !gave_up
}

/// The report of such a restore. `live` is what a look at the resource found now.
pub(crate) fn report<C: Recount>(
    control: &C,
    target: &Target<'_, C::Id>,
    record: &Record,
    live: Result<Option<C::State>, CallError>,
    now: SystemTime,
) -> Option<Report> {
    let (restores, last) = (record.restores.as_ref()?, record.last_asked()?);
    let result = last.result.as_ref();
    let earlier = Earlier::all(control, record);
    let error = earlier.as_ref().err().cloned();
    let earlier = earlier.ok().and_then(|all| all.into_iter().rfind(|one| one.state.is_some()));
    let plan = earlier.as_ref().and_then(|one| one.plan.as_ref());
    let changes = earlier.iter().flat_map(|one| &one.changes).cloned().collect::<Vec<_>>();
    let in_doubt = earlier.iter().flat_map(|one| &one.in_doubt).cloned();
    let done: Vec<C::Change> = changes.iter().cloned().chain(in_doubt).collect();
    let undo = earlier.as_ref().and_then(|one| control.undo(one.state.as_ref()?, one.plan.as_ref()?, &done));
    let evidence = undo.map(|undo| Evidence::new(TAKE_BACK, control.commands(target, &undo)));
    let is_read = live.is_ok();
    let (findings, unread) = match live {
        Ok(Some(live)) => {
            let judged = control.assess(&live, now);
            (control.findings(&judged), control.unread(&live, &judged))
        }
        Ok(None) | Err(_) => (Vec::new(), Vec::new()),
    };
    let late = Late {
        begun_at: last.at,
        is_cut_off: result.is_none(),
        error: result
            .and_then(|result| result.error.as_ref()?.get("message")?.as_str())
            .map(ToOwned::to_owned),
    };
    let left = result.and_then(|result| serde_json::from_value(result.remaining.clone()?).ok());
    let advice = advice(restores, &late, evidence.is_some(), now);
    Some(Report {
        control: C::NAME,
        subject: record.subject.clone(),
        outcome: result.map_or(Outcome::Failed, |result| result.outcome),
        mode: Mode::Enforce,
        findings,
        planned: plan.map(|plan| control.steps(plan)).unwrap_or_default(),
        changes: changes.iter().map(|change| control.change(change)).collect(),
        remaining: None,
        left: None,
        is_reversible: false,
        before: Some(last.before.clone()),
        record: Some(record.id.clone()),
        hold: None,
        waiting: Vec::new(),
        found_before: Vec::new(),
        begun_before: Vec::new(),
        unread,
        to_read_again: None,
        hindrance: None,
        exempt: Exempt::default(),
        owner: None,
        error,
        note: None,
        advice,
        restoration: Some(Restoration {
            restores: restores.clone(),
            changed_since: Vec::new(),
            still_changed: Vec::new(),
            lost: Vec::new(),
            stays: Vec::new(),
            left: left.unwrap_or_default(),
            unnoted: Vec::new(),
            untold: Vec::new(),
            is_read,
            is_tried: true,
            late: Some(late),
        }),
        evidence: evidence.into_iter().collect(),
        exposed_for: None,
        duration: Duration::ZERO,
    })
}

fn advice(restores: &Restores, late: &Late, is_undone: bool, now: SystemTime) -> Vec<String> {
    let until = rfc3339(restores.grace_until);
    let again = "Look at what is open now. If it is not all that should be back, ask for the same again: it goes on with \
                 what is left.";
    let how = if is_undone { "take it back with the commands below" } else { "close it by hand" };
    let who = format!("If nobody of yours asked for this, {how}, and {FIND_OUT}");
    let closes = if restores.grace_until > now {
        leaves_alone(&until)
    } else {
        format!("Curfew left it alone until {until}: what is open is treated like anything else by now.")
    };
    let again = (late.is_cut_off || late.error.is_some()).then(|| again.to_owned());
    again.into_iter().chain([closes, who]).collect()
}
