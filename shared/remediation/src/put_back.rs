//! A restore that is open when somebody comes to the resource: it was cut off, its mail got lost, or it only waits for this
//! look. Its plan opens something, so that only who is asked by a person goes on with it; but people hear of it.

use crate::clock::Clock;
use crate::ledger::{AttemptResult, End, Ledger, Record, Telling};
use crate::restore::{is_untold, late_report};
use crate::work::{Barred, Work};
use crate::{Notify, Outcome, Recount, Said, StepError, Told};

impl<C: Recount, K: Clock, N: Notify, L: Ledger> Work<'_, C, K, N, L> {
    /// Tells people where nobody has, and ends it, unless what it puts back is to be left alone and it may be gone on with.
    pub(crate) async fn end_restore(&mut self, open: Record) -> Result<(), Barred> {
        let open = self.tell_of_restore(open).await?;
        if open.end.is_some() {
            return Ok(());
        }
        let done = open.last().and_then(|last| last.result.as_ref()).filter(|_| open.only_waits_for_a_look());
        let outcome = done.map_or(Outcome::Failed, |done| done.outcome);
        let attempt = self.attempt_at(serde_json::Value::Null, Vec::new(), None)?;
        self.resume(open, vec![attempt], false).await?;
        self.earlier.clear();
        self.noted = 0;
        let Some(mut record) = self.record.take() else { return Ok(()) };
        let at = self.ports.clock.now();
        if let Some(last) = record.attempts.last_mut() {
            last.result = Some(AttemptResult::of_nothing(at, outcome));
        }
        record.end = Some(End { at, outcome });
        // It is not what somebody else did.
        self.heard.end = Some(at);
        Ok(self.ports.finish(record, at).await?)
    }

    /// Tells people of a restore of which nobody was told. One that is done is over then, unless it waits for a look.
    async fn tell_of_restore(&mut self, mut open: Record) -> Result<Record, Barred> {
        if !is_untold(&open) {
            return Ok(open);
        }
        let live = self.control.read(&self.target).await;
        let now = self.ports.clock.now();
        let Some(report) = late_report(self.control, &self.target, &open, live, now) else { return Ok(open) };
        let told = self.ports.notify.notify(&report).await.map_or_else(Told::Failed, |()| Told::Sent);
        let mut written: Result<(), StepError> = Ok(());
        if matches!(told, Told::Sent) {
            let (at, to) = (self.ports.clock.now(), self.ports.notify.place());
            open.told.push(Telling { at, to, situation: open.situation.clone() });
            let looks_again = open.restores.as_ref().is_some_and(|restores| restores.look_again);
            let outcome = open.last().and_then(|last| Some(last.result.as_ref()?.outcome));
            open.end = outcome.filter(|_| !looks_again).map(|outcome| End { at, outcome });
            if open.end.is_some() {
                self.heard.end = Some(at);
            }
            written = self.ports.finish(open.clone(), at).await.map_err(StepError::from);
        }
        let unwritten = written.as_ref().err().cloned();
        self.of_restore = Some(Box::new(Said { report, told, unwritten, of_restore: None }));
        written.map_err(Barred::Failed)?;
        Ok(open)
    }
}
