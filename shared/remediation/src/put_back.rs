//! A restore that is open when somebody comes to the resource: it was cut off, its mail got lost, or it only waits for this
//! look. Its plan opens something, so that only who is asked by a person goes on with it; but people hear of it.

use std::time::SystemTime;

use crate::clock::Clock;
use crate::ledger::{AttemptResult, End, Ledger, Record, Telling, is_same_moment};
use crate::restore::{is_untold, late_report};
use crate::work::{Barred, Work};
use crate::{CallError, Notify, Outcome, Recount, Said, Told};

impl<C: Recount, K: Clock, N: Notify, L: Ledger> Work<'_, C, K, N, L> {
    /// Tells people where nobody has, and ends it, unless what it puts back is to be left alone and it may be gone on with.
    pub(crate) async fn end_restore(&mut self, open: Record) -> Result<(), Barred> {
        let over = self.see_to_restore(open, false).await?;
        self.finish(over).await.map_err(Barred::Failed)
    }

    /// The same, but for the writing of its end: it is taken, and handed out with its end. Where something `is_beside` what
    /// is left alone, it is ended for that.
    ///
    /// It is taken before people are told, so that of two who come at the same moment one tells them.
    pub(crate) async fn see_to_restore(&mut self, open: Record, is_beside: bool) -> Result<Record, Barred> {
        let is_heard =
            |until: &SystemTime| self.heard.grace.is_some_and(|heard| is_same_moment(heard, *until));
        let grace = self.grace(&open).filter(|until| !is_beside || !is_heard(until));
        let (is_untold, was_tried) = (is_untold(&open), self.was_tried(&open));
        if let Some(until) = grace.filter(|_| !is_untold) {
            return Err(Barred::Restored(until));
        }
        let attempt = self.attempt_at(serde_json::Value::Null, Vec::new(), None)?;
        self.resume(open, vec![attempt], false).await?;
        self.earlier.clear();
        self.noted = 0;
        let Some(mut record) = self.record.take() else { return Err(Barred::Stale) };
        let lost = if is_untold { self.tell_of_restore(&mut record).await } else { None };
        let done = record.last_asked().and_then(|last| Some(last.result.as_ref()?.outcome));
        let outcome = done.unwrap_or(Outcome::Failed);
        let at = self.ports.clock.now();
        if let Some(last) = record.attempts.last_mut() {
            last.result = Some(AttemptResult::of_nothing(at, outcome));
        }
        let is_over = match &lost {
            None => done.is_some() || grace.is_none(),
            // What is open is closed all the same, though not before it was tried to tell people again.
            Some(_) => grace.is_none() && self.is_last_chance() && was_tried,
        };
        if is_over {
            record.end = Some(End { at, outcome });
            // It is not what somebody else did.
            self.heard.end = Some(at);
            return Ok(record);
        }
        self.finish(record).await.map_err(Barred::Failed)?;
        Err(match (grace, lost) {
            (Some(until), _) => Barred::Restored(until),
            (None, Some(error)) => error.into(),
            (None, None) => Barred::Stale,
        })
    }

    /// Whether another request has tried already to tell people of it.
    fn was_tried(&self, open: &Record) -> bool {
        let is_of_another = |request_id: &str| request_id != self.visit.request_id;
        open.attempts.iter().any(|one| one.before.is_null() && is_of_another(&one.request_id))
    }

    /// Tells people of a restore of which nobody was told; why they could not be told, where that is so.
    async fn tell_of_restore(&mut self, record: &mut Record) -> Option<CallError> {
        let live = self.control.read(&self.target).await;
        let report = late_report(self.control, &self.target, record, live, self.ports.clock.now())?;
        let told = self.ports.notify.notify(&report).await.map_or_else(Told::Failed, |()| Told::Sent);
        let lost = match &told {
            Told::Failed(undelivered) => Some(undelivered.error.clone()),
            _ => {
                let (at, to) = (self.ports.clock.now(), self.ports.notify.place());
                record.told.push(Telling { at, to, situation: record.situation.clone(), brief: None });
                None
            }
        };
        self.of_restore = Some(Box::new(Said { report, told, unwritten: None, of_restore: None }));
        lost
    }
}
