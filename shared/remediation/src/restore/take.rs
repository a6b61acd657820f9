//! Taking the subject: what others have left open is ended first.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::{Order, RestoreError, Reversible};
use crate::clock::Clock;
use crate::ledger::{Asked, Attempt, AttemptResult, Begun, End, Heard, Ledger, Record, Terms, lease_until};
use crate::restore::steps::Steps;
use crate::turn::Turn;
use crate::{CallError, Notify, Outcome};

/// The record as it was taken, or until when somebody else works on the subject, where that is known.
type Taken = Result<Record, Option<SystemTime>>;

impl<C: Reversible, K: Clock, N: Notify, L: Ledger> Steps<'_, C, K, N, L> {
    /// Writes the record and takes its subject. A restore of the same that was cut off is gone on with.
    pub(super) async fn take(&self, mut record: Record) -> Result<Taken, RestoreError> {
        let open = match self.ports.ledger.begin(&record, &self.terms()).await? {
            Begun::Taken => return Ok(Ok(record)),
            Begun::Open(open) | Begun::Held { record: open } => *open,
            Begun::Busy { until } => return Ok(Err(self.busy(until))),
            Begun::Known | Begun::Restored(_) | Begun::Stale(_) => return Ok(Err(None)),
        };
        if self.is_of_the_same(&open) {
            let [attempt] = &record.attempts[..] else { return Ok(Err(None)) };
            return self.resume(open, attempt.clone()).await;
        }
        if let Some(restores) = record.restores.as_mut() {
            // What a record was going to close of its own comes back with it.
            restores.look_again = open.id != restores.record;
        }
        match self.supersede(open, &record).await? {
            Ok(()) => Ok(Ok(record)),
            Err(until) => Ok(Err(until)),
        }
    }

    /// Waits for the turn to carry this plan out, where it takes turns; until when somebody else may have it, where that takes
    /// too long.
    pub(super) async fn turn(&self, plan: &C::Plan) -> Result<Result<Option<Turn>, SystemTime>, CallError> {
        let Some(of) = self.control.turn(plan) else { return Ok(Ok(None)) };
        let Order { request_id, record, deadline, .. } = self.order;
        let turn = self.ports.turn(of, &format!("{request_id} {}", record.id), *deadline).await?;
        Ok(turn.map(Some).ok_or_else(|| lease_until(*deadline, self.ports.clock.now())))
    }

    /// Goes on with a restore of the same record.
    pub(super) async fn resume(&self, open: Record, attempt: Attempt) -> Result<Taken, RestoreError> {
        let mut restores = self.restores();
        if let (Some(before), Some(last)) = (&open.restores, open.last_asked()) {
            let (reason, claimed_by) = (before.reason.clone(), before.claimed_by.clone());
            restores.before.clone_from(&before.before);
            restores.look_again = before.look_again;
            restores.before.push(Asked { at: last.at, reason, claimed_by });
        }
        let mut record = Record { held: None, restores: Some(restores), ..open };
        record.attempts.push(attempt);
        self.resumed(record).await
    }

    /// Ends what somebody else has left open, and begins the restore in its place: what a person asks for comes before it.
    /// The mail of the restore says what nobody was told of.
    async fn supersede(
        &self,
        open: Record,
        restore: &Record,
    ) -> Result<Result<(), Option<SystemTime>>, RestoreError> {
        let outcome = match (&open.held, open.last().and_then(|last| last.result.as_ref())) {
            (Some(_), _) => Outcome::Held,
            (None, Some(result)) => result.outcome,
            (None, None) => Outcome::Failed,
        };
        let mut record = open;
        record.end_hold(self.ports.clock.now());
        record.held = None;
        record.attempts.push(self.attempt_at(Value::Null, None)?);
        let mut record = match self.resumed(record).await? {
            Ok(record) => record,
            Err(until) => return Ok(Err(until)),
        };
        let now = self.ports.clock.now();
        let why = format!(
            "a person had the record {} put back before this was finished; the mail of the record {} says what \
             nobody had been told of",
            self.order.record.id, restore.id
        );
        if let Some(attempt) = record.attempts.last_mut() {
            let error = Some(json!({ "kind": "superseded", "message": why }));
            attempt.result = Some(AttemptResult { error, ..AttemptResult::of_nothing(now, outcome) });
        }
        record.end = Some(End { at: now, outcome });
        Ok(self.taken(self.ports.replace(record, restore, &self.terms()).await?))
    }

    async fn resumed(&self, record: Record) -> Result<Taken, RestoreError> {
        let resumed = self.ports.ledger.resume(&record, &self.terms()).await?;
        Ok(self.taken(resumed).map(|()| record))
    }

    /// Whether it was taken; until when somebody else works on the subject, where not.
    fn taken(&self, begun: Begun) -> Result<(), Option<SystemTime>> {
        match begun {
            Begun::Taken => Ok(()),
            Begun::Busy { until } => Err(self.busy(until)),
            // Somebody was faster, and has let go again.
            _ => Err(None),
        }
    }

    /// Until when somebody else works on the subject; `None` where he has let go by now.
    pub(super) fn busy(&self, until: SystemTime) -> Option<SystemTime> {
        (until > self.ports.clock.now()).then_some(until)
    }

    fn terms(&self) -> Terms {
        let now = self.ports.clock.now();
        Terms {
            now,
            lease_until: lease_until(self.order.deadline, now),
            changes: true,
            looked_at: now,
            heard: Heard::default(),
            seen_closed: None,
            limits: self.order.limits,
        }
    }
}
