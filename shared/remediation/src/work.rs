//! One subject on its way through one control, and the record of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::clock::Clock;
use crate::earlier::Earlier;
use crate::ledger::{
    Attempt, AttemptResult, Begun, Heard, Ledger, Limits, Pending, Record, RecordId, Terms, lease_until,
};
use crate::tell::offence;
use crate::turn::Turn;
use crate::{
    CallError, Control, Delivery, Done, Exempting, Found, Looked, Mode, Notify, Outcome, Ports, Recount,
    Said, StepError, Target, Visit, Walked,
};

/// How many attempts at what came by no queue are made before people are told: Lambda makes as many.
const DIRECT_ATTEMPTS: usize = 3;

/// How long after the look the live state is taken to be as it was seen.
pub(crate) const FRESH: Duration = Duration::from_secs(1);

/// One subject on its way through one control.
pub(crate) struct Work<'a, C: Control, K, N, L> {
    pub(crate) control: &'a C,
    pub(crate) visit: &'a Visit<'a, C::Id>,
    pub(crate) ports: &'a Ports<K, N, L>,
    pub(crate) target: Target<'a, C::Id>,
    /// What is exempt of it.
    pub(crate) exempting: Exempting<'a>,
    /// For how long people are not told again, where it is not what the settings say.
    pub(crate) remind_after: Option<Duration>,
    /// Its record, once it is taken or has to wait.
    pub(crate) record: Option<Record>,
    /// What others did before about the same record.
    pub(crate) earlier: Vec<Earlier<C>>,
    /// How many changes these noted.
    pub(crate) noted: usize,
    /// What somebody has seen before the walk, until it is used.
    pub(crate) looked: Option<Looked<C::State>>,
    /// When the look at the live state began.
    pub(crate) looked_at: SystemTime,
    /// What was heard of others before it.
    pub(crate) heard: Heard,
    /// Whether a record was begun and left open.
    pub(crate) has_let_go: bool,
    /// What others were going to do, where it is not gone on with.
    pub(crate) left_as_it_is: Option<C::Plan>,
    /// What was said of a restore of which nobody had told.
    pub(crate) of_restore: Option<Box<Said>>,
}

/// Why nobody may go on.
#[derive(Debug)]
pub(crate) enum Barred {
    /// Somebody else works on it, at the latest until then.
    Busy(SystemTime),
    /// People know, and there is nothing to change.
    Known,
    /// It has to wait; the record says why.
    Held,
    /// A person put it back, and it is left alone until then.
    Restored(SystemTime),
    /// Somebody has begun to close it, and that comes before anything is said.
    Begun(Box<Record>),
    /// The live state may be another one by now.
    Stale,
    /// The ledger could not be asked, or could not be understood.
    Failed(StepError),
}

impl From<CallError> for Barred {
    fn from(error: CallError) -> Self {
        Self::Failed(error.into())
    }
}

impl<'a, C: Recount, K: Clock, N: Notify, L: Ledger> Work<'a, C, K, N, L> {
    pub(crate) fn new(control: &'a C, visit: &'a Visit<'a, C::Id>, ports: &'a Ports<K, N, L>) -> Self {
        let target = Target::of(visit.subject, visit.id);
        let exempting = Exempting::new(visit.subject, visit.exemptions);
        Self {
            control,
            visit,
            ports,
            target,
            exempting,
            remind_after: None,
            record: None,
            earlier: Vec::new(),
            noted: 0,
            looked: None,
            looked_at: ports.clock.now(),
            heard: Heard { end: ports.ended.when(&visit.subject.resource), grace: None },
            has_let_go: false,
            left_as_it_is: None,
            of_restore: None,
        }
    }

    /// A walk that ended so, and nothing else.
    pub(crate) fn ended(&self, outcome: Outcome) -> Walked<C> {
        Walked { noted: self.noted, ..Walked::new(self.visit.subject, self.visit.mode, outcome) }
    }

    /// A walk of which this could not be done.
    pub(crate) fn failed(&self, error: impl Into<StepError>) -> Walked<C> {
        Walked { error: Some(error.into()), ..self.ended(Outcome::Failed) }
    }

    /// Whether people have to be told now, since it may not come again.
    pub(crate) fn is_last_chance(&self) -> bool {
        match (self.visit.delivery, &self.record) {
            (Delivery::First | Delivery::Again, _) => false,
            (Delivery::Direct, Some(record)) => record.attempts.len() >= DIRECT_ATTEMPTS,
            (Delivery::Direct, None) | (Delivery::Last, _) => true,
        }
    }

    /// Writes down what is found and what is going to be done about it, and takes the subject.
    pub(crate) async fn begin(
        &mut self,
        found: Option<&Found<C>>,
        situation: String,
        changes: bool,
    ) -> Result<(), Barred> {
        let attempt = self.attempt(found)?;
        let Visit { subject, mode, request_id, .. } = *self.visit;
        let record = Record {
            id: RecordId::new(subject, C::NAME, attempt.at, request_id),
            control: C::NAME.to_owned(),
            subject: subject.clone(),
            mode,
            situation,
            offence: found.filter(|_| changes).map(offence),
            attempts: vec![attempt],
            told: Vec::new(),
            held: None,
            end: None,
            restores: None,
        };
        let begun = self.ports.ledger.begin(&record, &self.terms(changes)).await?;
        match begun {
            Begun::Open(open) if open.restores.is_some() => {
                let over = self.see_to_restore(*open, true).await?;
                let begun = self.ports.replace(over, &record, &self.terms(changes)).await?;
                self.enter(begun, record)
            }
            Begun::Open(open) if !changes && open.is_unfinished() && self.is_to_be_seen_to(&open) => {
                Err(Barred::Begun(open))
            }
            Begun::Open(open) => self.resume(*open, record.attempts, changes).await,
            begun => self.enter(begun, record),
        }
    }

    /// Goes on with a record that somebody else has left open.
    pub(crate) async fn resume(
        &mut self,
        open: Record,
        attempts: Vec<Attempt>,
        changes: bool,
    ) -> Result<(), Barred> {
        let mut record = open;
        record.end_hold(self.ports.clock.now());
        let before = record.attempts.len();
        record.attempts.extend(attempts);
        // What is found open now, nobody has closed before.
        self.earlier = Earlier::all(self.control, &record).map_err(Barred::Failed)?;
        self.earlier.truncate(before);
        self.noted = self.noted_changes().len();
        let begun = self.ports.ledger.resume(&record, &self.terms(changes)).await?;
        self.enter(begun, record)
    }

    fn enter(&mut self, begun: Begun, record: Record) -> Result<(), Barred> {
        match begun {
            Begun::Taken => {
                self.record = Some(Record { held: None, ..record });
                Ok(())
            }
            Begun::Held { record } => {
                // The last attempt is the one that waits. What was done before it, nobody may call nothing.
                let mut before = (*record).clone();
                before.attempts.pop();
                self.earlier = Earlier::all(self.control, &before).map_err(Barred::Failed)?;
                self.noted = self.noted_changes().len();
                self.record = Some(*record);
                Err(Barred::Held)
            }
            Begun::Busy { until } => Err(Barred::Busy(until)),
            // Somebody was faster, and has let go again.
            Begun::Open(_) => Err(Barred::Busy(self.ports.clock.now())),
            Begun::Known => Err(Barred::Known),
            Begun::Restored(left_alone) => {
                self.heard.grace = Some(left_alone.until);
                self.exempting.leave_alone(left_alone);
                Err(Barred::Stale)
            }
            Begun::Stale(ended) => {
                self.heard.end = Some(ended);
                Err(Barred::Stale)
            }
        }
    }

    /// Waits for the turn to carry this plan out, where it takes turns. Where that takes too long, the next delivery goes on
    /// with what was begun.
    pub(crate) async fn turn(&mut self, plan: Option<&C::Plan>) -> Result<Option<Turn>, Barred> {
        let Some(of) = plan.and_then(|plan| self.control.turn(plan)) else { return Ok(None) };
        let holder = format!("{} {}", self.visit.request_id, self.visit.subject.arn());
        if let Some(turn) = self.ports.turn(of, &holder, self.visit.deadline).await? {
            return Ok(Some(turn));
        }
        self.let_go(AttemptResult::not_its_turn).await?;
        Err(Barred::Busy(lease_until(self.visit.deadline, self.ports.clock.now())))
    }

    /// Whether the live state was looked at so long ago that it may be another one by now.
    pub(crate) fn is_late(&self) -> bool {
        self.ports.clock.now().duration_since(self.looked_at).is_ok_and(|passed| passed > FRESH)
    }

    /// Lets go what was begun, with nothing changed, for this reason.
    pub(crate) async fn let_go(&mut self, why: fn(SystemTime) -> AttemptResult) -> Result<(), Barred> {
        let Some(mut record) = self.record.take() else { return Ok(()) };
        let now = self.ports.clock.now();
        if let Some(last) = record.attempts.last_mut() {
            last.result = Some(why(now));
        }
        self.has_let_go = true;
        self.earlier.clear();
        self.noted = 0;
        self.finish(record).await.map_err(Barred::Failed)
    }

    /// Until when what a person is putting back is left alone, although that is not finished.
    pub(crate) fn grace(&self, open: &Record) -> Option<SystemTime> {
        let until = open.restores.as_ref().filter(|_| !open.only_waits_for_a_look())?.grace_until;
        (until > self.ports.clock.now()).then_some(until)
    }

    /// What an earlier delivery left open.
    pub(crate) async fn pending(&self) -> Result<Option<Record>, Barred> {
        let now = self.ports.clock.now();
        match self.ports.ledger.pending(self.visit.subject, C::NAME, now).await? {
            Pending::Nothing => Ok(None),
            Pending::Busy { until } => Err(Barred::Busy(until)),
            Pending::Open(open) => Ok(Some(*open)),
        }
    }

    /// Writes a record as it is now.
    pub(crate) async fn finish(&self, record: Record) -> Result<(), StepError> {
        Ok(self.ports.finish(record, self.ports.clock.now()).await?)
    }

    /// What is written down before anything is done.
    fn attempt(&self, found: Option<&Found<C>>) -> Result<Attempt, Barred> {
        let findings = found.map(|found| self.control.findings(&found.assessment));
        // What is only watched has no plan that somebody could go on with.
        let plan = found.and_then(|found| found.plan.as_ref()).filter(|_| self.visit.mode == Mode::Enforce);
        let before = found.map(|found| found.written.clone());
        self.attempt_at(before.unwrap_or_default(), findings.unwrap_or_default(), plan)
    }

    /// The same for a state and a plan of any kind.
    pub(crate) fn attempt_at(
        &self,
        before: Value,
        findings: Vec<crate::Finding>,
        plan: Option<&C::Plan>,
    ) -> Result<Attempt, Barred> {
        Ok(Attempt {
            at: self.ports.clock.now(),
            request_id: self.visit.request_id.to_owned(),
            curfew: env!("CARGO_PKG_VERSION").to_owned(),
            settings_version: self.visit.settings_version,
            mode: self.visit.mode,
            lease_until: lease_until(self.visit.deadline, self.ports.clock.now()),
            findings: written(&findings).map_err(Barred::Failed)?,
            before,
            plan: plan.map(written).transpose().map_err(Barred::Failed)?,
            result: None,
        })
    }

    fn terms(&self, changes: bool) -> Terms {
        let now = self.ports.clock.now();
        let limits = Limits {
            remind_after: self.remind_after.unwrap_or(self.visit.limits.remind_after),
            ..self.visit.limits
        };
        Terms {
            now,
            lease_until: lease_until(self.visit.deadline, now),
            changes,
            looked_at: self.looked_at,
            heard: self.heard,
            seen_closed: self.ports.closed.when(&self.visit.subject.resource),
            limits,
        }
    }
}

/// A value as it is written down.
pub(crate) fn written(value: &impl serde::Serialize) -> Result<Value, StepError> {
    serde_json::to_value(value).map_err(|error| StepError::Unwritable(Arc::new(error)))
}

/// What may have been changed besides, where there is such, as it is written down.
pub(crate) fn in_doubt<T: serde::Serialize>(done: &Done<T>) -> Result<Option<Vec<Value>>, StepError> {
    let all = || done.in_doubt.iter().map(written).collect();
    (!done.in_doubt.is_empty()).then(all).transpose()
}
