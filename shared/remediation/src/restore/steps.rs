//! The steps of a restore, from the record that is written first to the one that is written last.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::report::Seen;
use super::{Ending, Look, Order, Past, RestoreError, Reversible};
use crate::clock::{Clock, PAUSES};
use crate::earlier::Earlier;
use crate::ledger::{
    Attempt, AttemptResult, End, Ledger, Pending, Record, RecordId, Restores, Telling, lease_until,
};
use crate::work::{in_doubt, written};
use crate::{
    Applied, CallError, Done, Mode, Notify, Outcome, Ports, Report, Said, StepError, Target, Told, Unread,
};

/// One order on its way.
pub(super) struct Steps<'a, C: Reversible, K, N, L> {
    pub(super) control: &'a C,
    pub(super) order: &'a Order<'a, C::Id>,
    pub(super) ports: &'a Ports<K, N, L>,
    pub(super) past: &'a Past<C>,
    pub(super) target: Target<'a, C::Id>,
}

/// What applying came to, and what the read after it found.
pub(super) struct Applying<C: Reversible> {
    pub(super) done: Done<C::Change>,
    pub(super) error: Option<StepError>,
    pub(super) seen: Seen<C>,
    /// What the read found done of all that was to be done, although no answer told this request so: the answer got lost, or
    /// an earlier request for the same did it and could tell nobody.
    pub(super) unnoted: Vec<C::Change>,
    /// Whether any call was made that changes something.
    pub(super) is_tried: bool,
}

impl<C: Reversible> Applying<C> {
    /// Nothing was tried, for this reason, where there is one.
    fn of_nothing(error: Option<StepError>, seen: Seen<C>) -> Self {
        Self { done: Done::default(), error, seen, unnoted: Vec::new(), is_tried: false }
    }
}

impl<'a, C: Reversible, K: Clock, N: Notify, L: Ledger> Steps<'a, C, K, N, L> {
    pub(super) fn new(
        control: &'a C,
        order: &'a Order<'a, C::Id>,
        ports: &'a Ports<K, N, L>,
        past: &'a Past<C>,
    ) -> Self {
        let target = Target::of(&order.record.subject, order.id);
        Self { control, order, ports, past, target }
    }

    /// Puts back what is left, once it is written down and seen to be left still: now nobody else of Curfew's is at work.
    pub(super) async fn put_back(
        &self,
        look: &Look<C>,
        plan: &C::Plan,
        start: SystemTime,
    ) -> Result<Ending, RestoreError> {
        let attempt = self.attempt(&look.live, Some(plan))?;
        let record = match self.take(self.record(attempt)).await? {
            Ok(record) => record,
            Err(until) => return Ok(Ending::Busy(until)),
        };
        let turn = match self.turn(plan).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(until)) => {
                self.let_go(record, AttemptResult::not_its_turn).await?;
                return Ok(Ending::Busy(Some(until)));
            }
            Err(error) => {
                let seen = Seen::of(self.control.look(&self.target, self.past).await);
                let applying = Applying::of_nothing(Some(error.into()), seen);
                return Ok(self.end(record, look, Some(plan), applying, start).await);
            }
        };
        let ending = self.put_back_in_turn(record, look, plan, start).await;
        self.ports.end_turn(turn).await;
        ending
    }

    async fn put_back_in_turn(
        &self,
        record: Record,
        look: &Look<C>,
        plan: &C::Plan,
        start: SystemTime,
    ) -> Result<Ending, RestoreError> {
        let seen = Seen::of(self.control.look(&self.target, self.past).await);
        let applying = match why_not(look, &seen) {
            Some(error) => Applying::of_nothing(Some(error), seen),
            None if matches!(seen, Seen::Gone) => Applying::of_nothing(None, seen),
            None if self.is_left(plan, &seen) => match hindered(&seen) {
                Some(error) => Applying::of_nothing(Some(error), seen),
                None => self.apply(plan).await,
            },
            // The plan has what is to be there as a whole: it would take back what others changed since.
            None => {
                self.let_go(record, AttemptResult::stale).await?;
                return Ok(Ending::Changed);
            }
        };
        Ok(self.end(record, look, Some(plan), applying, start).await)
    }

    /// Whether what is left to do is what was planned.
    fn is_left(&self, plan: &C::Plan, seen: &Seen<C>) -> bool {
        let left = seen.look().and_then(|again| again.left.as_ref());
        left.is_some_and(|left| self.control.does_the_same(left, plan))
    }

    /// Ends what was begun, with nothing changed, for this reason.
    async fn let_go(
        &self,
        mut record: Record,
        why: fn(SystemTime) -> AttemptResult,
    ) -> Result<(), RestoreError> {
        let (at, outcome) = (self.ports.clock.now(), Outcome::Failed);
        if let Some(last) = record.attempts.last_mut() {
            last.result = Some(why(at));
        }
        if let Some(restores) = record.restores.as_mut() {
            restores.grace_until = at;
        }
        let looks_again = record.restores.as_ref().is_some_and(|restores| restores.look_again);
        record.end = (!looks_again).then_some(End { at, outcome });
        Ok(self.ports.ledger.finish(&record, at).await?)
    }

    /// Writes down that all is back already and is to be left alone. A restore of the same record that was cut off once all
    /// was back is ended by that.
    pub(super) async fn already_back(
        &self,
        look: &Look<C>,
        start: SystemTime,
    ) -> Result<Ending, RestoreError> {
        let subject = &self.order.record.subject;
        let attempt = self.attempt(&look.live, None)?;
        let taken = match self.ports.ledger.pending(subject, C::NAME, self.ports.clock.now()).await? {
            Pending::Busy { until } => Err(self.busy(until)),
            Pending::Open(open) if self.is_of_the_same(&open) => self.resume(*open, attempt).await?,
            Pending::Open(_) | Pending::Nothing => match self.without_mark(look) {
                Some(ending) => return Ok(ending),
                None => self.take(self.record(attempt)).await?,
            },
        };
        let record = match taken {
            Ok(record) => record,
            Err(until) => return Ok(Ending::Busy(until)),
        };
        let seen = Seen::of(self.control.look(&self.target, self.past).await);
        Ok(self.end(record, look, None, Applying::of_nothing(None, seen), start).await)
    }

    /// How it ends where all is back and nothing is written: it is left alone already, or not as it was before.
    pub(super) fn without_mark(&self, look: &Look<C>) -> Option<Ending> {
        let is_as_before = look.changed_since.is_empty() && look.lost.is_empty();
        match self.left_alone(look) {
            Some(until) => Some(Ending::AlreadySo(Some(until))),
            None if is_as_before || self.order.force => None,
            None if look.changed_since.is_empty() => Some(Ending::AlreadySo(None)),
            None => Some(Ending::Refused),
        }
    }

    /// Carries the plan out and looks until all is back, or will not be.
    async fn apply(&self, plan: &C::Plan) -> Applying<C> {
        let mut done = Done::default();
        let error = match self.control.apply(&self.target, plan, &mut done).await {
            Ok(Applied::Done | Applied::Stopped) => None,
            Ok(Applied::Inert(why)) => Some(StepError::NoEffect(why)),
            Err(error) => Some(error.into()),
        };
        // EC2 and S3 may show the old state for a moment after a change.
        let mut pauses = PAUSES.into_iter().take(if done.changes.is_empty() { 0 } else { PAUSES.len() });
        loop {
            let look = self.control.look(&self.target, self.past).await;
            let is_left = matches!(&look, Ok(Some(look)) if look.left.is_some());
            match pauses.next() {
                Some(pause) if is_left => self.ports.clock.sleep(pause).await,
                _ => {
                    let seen = Seen::of(look);
                    return Applying { done, error, seen, unnoted: Vec::new(), is_tried: true };
                }
            }
        }
    }

    /// Tells people, and writes down how it ended.
    async fn end(
        &self,
        mut record: Record,
        look: &Look<C>,
        plan: Option<&C::Plan>,
        mut applying: Applying<C>,
        start: SystemTime,
    ) -> Ending {
        let now = self.ports.clock.now();
        let outcome = applying.seen.outcome();
        let earlier = earlier(self.control, &record);
        applying.unnoted = self.unnoted(&earlier, &applying);
        // What was not changed is not left alone either, unless it was before.
        if let Some(restores) = record.restores.as_mut()
            && outcome != Outcome::Restored
            && applying.done.changes.is_empty()
            && applying.unnoted.is_empty()
        {
            let look = applying.seen.look().unwrap_or(look);
            restores.grace_until = self.left_alone(look).unwrap_or(now);
        }
        if let (Some(restores), Some(look)) = (record.restores.as_mut(), applying.seen.look())
            && let Some(opened) = self.opened(look, now)
        {
            restores.opened = Some(opened);
        }
        let mut report = self.report(&record, look, plan, &earlier, &applying);
        report.duration = now.duration_since(start).unwrap_or_default();
        let told = self.ports.notify.notify(&report).await.map_or_else(Told::Failed, |()| Told::Sent);
        let unwritten = self.write_down(record, &report, &told, &applying).await.err();
        Ending::Done(Box::new(Said { report, told, unwritten, of_restore: None }))
    }

    async fn write_down(
        &self,
        mut record: Record,
        report: &Report,
        told: &Told,
        applying: &Applying<C>,
    ) -> Result<(), StepError> {
        let now = self.ports.clock.now();
        let (done, seen) = (&applying.done, applying.seen.look());
        let left =
            seen.map(|look| look.left.as_ref().map(|left| self.control.steps(left)).unwrap_or_default());
        if let Some(attempt) = record.attempts.last_mut() {
            attempt.result = Some(AttemptResult {
                at: now,
                outcome: report.outcome,
                changes: done.changes.iter().map(written).collect::<Result<_, _>>()?,
                foreseen: None,
                exempt: serde_json::Map::new(),
                note: None,
                is_in_part: false,
                after: seen.map(|look| written(&look.live)).transpose()?,
                remaining: left.map(|left| json!(left)),
                error: report.error.as_ref().map(StepError::facts),
                is_in_doubt: !done.in_doubt.is_empty(),
                in_doubt: in_doubt(done)?,
            });
        }
        if matches!(told, Told::Sent) {
            let (to, situation) = (self.ports.notify.place(), record.situation.clone());
            record.told.push(Telling { at: now, to, situation, brief: None });
        }
        // Nobody delivers an order again: who wants it finished asks again, and gets a record of its own. Who could not be
        // told is told then. Where others' work was ended for it, the record stays open, and the tick comes for that.
        let looks_again = record.restores.as_ref().is_some_and(|restores| restores.look_again);
        if !looks_again && !matches!(told, Told::Failed(_)) {
            record.end = Some(End { at: now, outcome: report.outcome });
        }
        Ok(self.ports.finish(record, now).await?)
    }

    /// What a read found done of what earlier requests changed or may have, and of what calls of this one were to do and gave
    /// no answer about.
    fn unnoted(&self, earlier: &[Earlier<C>], applying: &Applying<C>) -> Vec<C::Change> {
        let Some(seen) = applying.seen.look() else { return Vec::new() };
        let left = seen.left.as_ref().map(|left| self.control.foreseen(left, &[])).unwrap_or_default();
        let before = earlier.iter().flat_map(|one| one.changes.iter().chain(&one.in_doubt));
        let mut unnoted: Vec<C::Change> = Vec::new();
        for change in before.chain(&applying.done.in_doubt) {
            let is_known = [&left, &applying.done.changes, &unnoted].iter().any(|list| list.contains(change));
            if !is_known && self.control.shows(&seen.live, change) {
                unnoted.push(change.clone());
            }
        }
        unnoted
    }

    /// Whether it is a restore of the same that is to be gone on with.
    pub(super) fn is_of_the_same(&self, open: &Record) -> bool {
        !open.only_waits_for_a_look()
            && open.restores.as_ref().is_some_and(|restores| restores.record == self.order.record.id)
    }

    pub(super) fn restores(&self) -> Restores {
        let now = self.ports.clock.now();
        Restores {
            record: self.order.record.id.clone(),
            reason: self.order.reason.map(ToOwned::to_owned),
            claimed_by: self.order.claimed_by.map(ToOwned::to_owned),
            grace_until: now + self.order.grace,
            opened: Some(self.may_be_opened(now)),
            before: Vec::new(),
            look_again: false,
        }
    }

    fn record(&self, attempt: Attempt) -> Record {
        let mut subject = self.order.record.subject.clone();
        subject.cause = events::Cause::new("restore, asked for by hand");
        Record {
            id: RecordId::new(&subject, C::NAME, attempt.at, self.order.request_id),
            control: C::NAME.to_owned(),
            subject,
            mode: Mode::Enforce,
            situation: format!("restore of {}", self.order.record.id),
            offence: None,
            attempts: vec![attempt],
            told: Vec::new(),
            held: None,
            end: None,
            restores: Some(self.restores()),
        }
    }

    fn attempt(&self, live: &C::State, plan: Option<&C::Plan>) -> Result<Attempt, StepError> {
        self.attempt_at(written(live)?, plan.map(written).transpose()?)
    }

    pub(super) fn attempt_at(&self, before: Value, plan: Option<Value>) -> Result<Attempt, StepError> {
        Ok(Attempt {
            at: self.ports.clock.now(),
            request_id: self.order.request_id.to_owned(),
            curfew: env!("CARGO_PKG_VERSION").to_owned(),
            settings_version: self.order.settings_version,
            mode: Mode::Enforce,
            lease_until: lease_until(self.order.deadline, self.ports.clock.now()),
            findings: Value::Array(Vec::new()),
            before,
            plan,
            result: None,
        })
    }
}

/// Why nothing may be changed after the second look: it could not be taken, or lacks what the first had. What was read then
/// may be another by now.
fn why_not<C: Reversible>(first: &Look<C>, second: &Seen<C>) -> Option<StepError> {
    let was_read = |unread: &&Unread| !first.unread.iter().any(|before| before.what == unread.what);
    match second {
        Seen::Look(again) => again.unread.iter().find(was_read).cloned().map(StepError::Unread),
        Seen::Unread(error) => Some(error.clone().into()),
        Seen::Gone => None,
    }
}

/// That AWS would refuse it by now, or that it would have no effect.
fn hindered<C: Reversible>(seen: &Seen<C>) -> Option<StepError> {
    let hindrances = &seen.look()?.hindrances;
    let message = hindrances.join("; ");
    (!hindrances.is_empty())
        .then(|| CallError::Withheld { action: C::NAME, code: "Hindered", message }.into())
}

/// The earlier requests of a restore: each was cut off, or its mail got lost.
fn earlier<C: Reversible>(control: &C, record: &Record) -> Vec<Earlier<C>> {
    let mut attempts = Earlier::all(control, record).unwrap_or_default();
    attempts.pop();
    attempts
}
