//! What is said of a restore.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::steps::{Applying, Steps};
use super::untold::untold;
use super::{Late, Look, Reversible};
use crate::clock::{Clock, rfc3339};
use crate::earlier::Earlier;
use crate::ledger::{Ledger, Record, Restores};
use crate::{CallError, Change, Evidence, Exempt, Mode, Notify, Outcome, Report, StepError};

/// The title of the commands that take a restore back.
pub(super) const TAKE_BACK: &str = "How to take this back";

/// How one finds who asked.
pub(super) const FIND_OUT: &str =
    "find out who invoked the function `restore`: CloudTrail has that call by the request id of the record.";

/// What becomes of others' work that a restore has ended.
const LOOK_AGAIN: &str = "What Curfew was at work on before, or had to wait with, was ended by this: Curfew looks at the \
                          resource again within two hours.";

/// What a report says of a restore beside what it says of all work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    /// What was put back, who asked for it, and until when Curfew leaves it alone.
    pub restores: Restores,
    /// What was changed before, which was seen.
    pub changed_since: Vec<String>,
    /// What of that, or of the like, is so still.
    pub still_changed: Vec<String>,
    /// What could not come back, since it does not exist any more.
    pub lost: Vec<String>,
    /// What Curfew put there and does not take away.
    pub stays: Vec<String>,
    /// What is not back yet, a line a step.
    pub left: Vec<String>,
    /// What is done although no answer told this request so, as far as a read afterwards shows: an answer got lost, or an
    /// earlier request for the same did it and could tell nobody.
    pub unnoted: Vec<String>,
    /// What was changed before that nobody was told of.
    pub untold: Vec<String>,
    /// Whether it could be read afterwards.
    pub is_read: bool,
    /// Whether any call was made that changes something, as far as is known.
    pub is_tried: bool,
    /// Where it is told by who came next, why. What was read then is what is found by now.
    pub late: Option<Late>,
}

/// What the read after a restore found.
pub(super) enum Seen<C: Reversible> {
    Look(Look<C>),
    Gone,
    Unread(CallError),
}

impl<C: Reversible> Seen<C> {
    pub(super) fn of(look: Result<Option<Look<C>>, CallError>) -> Self {
        match look {
            Ok(Some(look)) => Self::Look(look),
            Ok(None) => Self::Gone,
            Err(error) => Self::Unread(error),
        }
    }

    pub(super) fn look(&self) -> Option<&Look<C>> {
        if let Self::Look(look) = self { Some(look) } else { None }
    }

    /// INVARIANT: `restored` only after a read that found all back.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Look(look) if look.left.is_none() => Outcome::Restored,
            Self::Look(_) | Self::Unread(_) => Outcome::Failed,
            Self::Gone => Outcome::Gone,
        }
    }
}

impl Restoration {
    /// The same for programs.
    #[must_use]
    pub fn facts(&self) -> Map<String, Value> {
        let Restores { record, reason, claimed_by, grace_until, opened: _, before, look_again: _ } =
            &self.restores;
        let mut facts = Map::new();
        facts.insert("restores".to_owned(), record.to_string().into());
        facts.insert("reason".to_owned(), json!(reason));
        facts.insert("claimed_by".to_owned(), json!(claimed_by));
        facts.insert("left_alone_until".to_owned(), rfc3339(*grace_until).into());
        if !before.is_empty() {
            facts.insert("asked_before".to_owned(), json!(before));
        }
        if let Some(late) = &self.late {
            let why = if late.is_cut_off { "cut-off" } else { "mail-lost" };
            facts.insert("late".to_owned(), why.into());
        }
        let lists = [
            ("unnoted", &self.unnoted),
            ("untold", &self.untold),
            ("changed_since", &self.changed_since),
            ("lost", &self.lost),
            ("stays", &self.stays),
            ("left", &self.left),
        ];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            facts.insert(key.to_owned(), json!(list));
        }
        facts
    }
}

impl<C: Reversible, K: Clock, N: Notify, L: Ledger> Steps<'_, C, K, N, L> {
    /// What is said of it.
    pub(super) fn report(
        &self,
        record: &Record,
        before: &Look<C>,
        plan: Option<&C::Plan>,
        earlier: &[Earlier<C>],
        applying: &Applying<C>,
    ) -> Report {
        let (control, outcome) = (self.control, applying.seen.outcome());
        let seen = applying.seen.look();
        let assessed = |look: &Look<C>| control.assess(&look.live, self.ports.clock.now());
        let assess = |look: &Look<C>| control.findings(&assessed(look));
        let unread_of = |look: &Look<C>| control.unread(&look.live, &assessed(look));
        let unread = match &applying.seen {
            Seen::Unread(error) => Some(StepError::from(error.clone())),
            Seen::Look(_) | Seen::Gone => None,
        };
        let left = seen.and_then(|look| look.left.as_ref());
        // Where all is back, an answer got lost that said so.
        let error = applying.error.clone().or(unread).filter(|_| outcome == Outcome::Failed);
        let restoration = Restoration {
            restores: record.restores.clone().unwrap_or_else(|| self.restores()),
            changed_since: before.changed_since.clone(),
            still_changed: seen.map(|look| look.changed_since.clone()).unwrap_or_default(),
            lost: seen.map_or_else(|| before.lost.clone(), |look| look.lost.clone()),
            stays: seen.map(|look| look.stays.clone()).unwrap_or_default(),
            left: left.map(|left| control.steps(left)).unwrap_or_default(),
            unnoted: applying.unnoted.iter().map(|change| control.change(change).summary).collect(),
            untold: untold(control, self.order),
            is_read: seen.is_some(),
            is_tried: applying.is_tried,
            late: None,
        };
        let evidence = self.commands(before, plan, earlier, applying);
        let changes: Vec<Change> =
            applying.done.changes.iter().map(|change| control.change(change)).collect();
        let advice = advice(outcome, &restoration, !changes.is_empty(), is_undone(&evidence));
        Report {
            control: C::NAME,
            subject: record.subject.clone(),
            outcome,
            mode: Mode::Enforce,
            findings: seen.map(assess).unwrap_or_default(),
            planned: plan.map(|plan| control.steps(plan)).unwrap_or_default(),
            changes,
            remaining: None,
            left: None,
            is_reversible: false,
            before: record.last().map(|attempt| attempt.before.clone()),
            record: Some(record.id.clone()),
            hold: None,
            waiting: Vec::new(),
            found_before: Vec::new(),
            begun_before: Vec::new(),
            unread: seen.map(unread_of).unwrap_or_default(),
            to_read_again: None,
            hindrance: None,
            exempt: Exempt::default(),
            owner: None,
            error,
            note: None,
            advice,
            evidence,
            restoration: Some(restoration),
            exposed_for: None,
            duration: Duration::ZERO,
        }
    }

    /// What finishes it by hand, and what takes it back.
    fn commands(
        &self,
        before: &Look<C>,
        plan: Option<&C::Plan>,
        earlier: &[Earlier<C>],
        applying: &Applying<C>,
    ) -> Vec<Evidence> {
        let (control, target) = (self.control, &self.target);
        let left = applying.seen.look().and_then(|look| look.left.as_ref());
        let by_hand = left.map(|left| Evidence::new("How to finish by hand", control.commands(target, left)));
        // What was there before the first request.
        let first = earlier.iter().find_map(|one| Some((one.state.as_ref()?, one.plan.as_ref()?)));
        let first = first.or_else(|| Some((&before.live, plan?)));
        let done: Vec<C::Change> = applying.unnoted.iter().chain(&applying.done.changes).cloned().collect();
        let back = first.filter(|_| !done.is_empty()).and_then(|(state, plan)| {
            let undo = control.undo(state, plan, &done)?;
            Some(Evidence::new(TAKE_BACK, control.commands(target, &undo)))
        });
        by_hand.into_iter().chain(back).collect()
    }
}

/// Whether there are commands that take it back.
fn is_undone(evidence: &[Evidence]) -> bool {
    evidence.iter().any(|one| one.title == TAKE_BACK)
}

/// What becomes of what is open now.
pub(super) fn leaves_alone(until: &str) -> String {
    format!(
        "Curfew leaves what is back alone until {until}; the next trigger after that closes it again. What is open beside \
         it, Curfew treats as ever."
    )
}

fn advice(outcome: Outcome, restoration: &Restoration, is_changed: bool, is_undone: bool) -> Vec<String> {
    let until = rfc3339(restoration.restores.grace_until);
    let is_changed = is_changed || !restoration.unnoted.is_empty();
    let look_again = restoration.restores.look_again.then_some(LOOK_AGAIN);
    match outcome {
        Outcome::Restored => {
            let closes = leaves_alone(&until);
            let exempt = "If it has to stay open longer, exempt it, with a reason and an end.".to_owned();
            let how = if is_undone { "take it back with the commands below" } else { "close it by hand" };
            let undo = format!("If nobody of yours asked for this, {how}, and {FIND_OUT}");
            [closes].into_iter().chain(look_again.map(ToOwned::to_owned)).chain([exempt, undo]).collect()
        }
        Outcome::Gone => vec!["Nothing: the resource does not exist any more.".to_owned()],
        _ => {
            let again = "Ask for the same again, once the reason is gone: it goes on with what is left.";
            let look = match (restoration.is_read, is_changed) {
                (false, _) if !restoration.is_tried => None,
                (false, _) => Some("Look at the resource by hand: it could not be read afterwards."),
                (true, true) => {
                    Some("Look at the resource by hand: a part of it is back, and a part is not.")
                }
                (true, false) => None,
            };
            [Some(again), look, look_again].into_iter().flatten().map(ToOwned::to_owned).collect()
        }
    }
}
