//! Going on with what somebody else began, where the live state has nothing that is to be closed: what was begun is seen
//! to its end and said once.

use crate::carry::{by_whom, carry_out, closed_meanwhile, unnoted, verdict, verify};
use crate::clock::Clock;
use crate::earlier::{Earlier, beyond, has, taking_away};
use crate::ledger::{Ledger, Record};
use crate::work::{Barred, Work, written};
use crate::{Assessment, Found, Mode, Note, Notify, Outcome, Recount, Seen, Walked};

impl<C: Recount, K: Clock, N: Notify, L: Ledger> Work<'_, C, K, N, L> {
    /// Ends what an earlier delivery left open; `outcome` is how the walk ends where there is no such thing.
    pub(crate) async fn nothing_left(&mut self, outcome: Outcome) -> Result<Walked<C>, Barred> {
        // What is exempt is open all the same.
        if outcome != Outcome::Exempt {
            self.ports.closed.note(&self.visit.subject.resource, self.ports.clock.now());
        }
        if !self.visit.delivery.may_be_repeated() && !self.has_let_go {
            return Ok(self.ended(outcome));
        }
        match self.pending().await? {
            Some(open) => Box::pin(self.end_what_is_open(open, outcome)).await,
            None => Ok(self.ended(outcome)),
        }
    }

    async fn end_what_is_open(&mut self, mut open: Record, outcome: Outcome) -> Result<Walked<C>, Barred> {
        if open.restores.is_some() {
            return match self.end_restore(open).await {
                Ok(()) | Err(Barred::Restored(_)) => Ok(self.ended(outcome)),
                Err(barred) => Err(barred),
            };
        }
        // Nothing is done of what has only waited.
        open.end_hold(self.ports.clock.now());
        self.earlier = Earlier::all(self.control, &open).map_err(Barred::Failed)?;
        let is_left_as_it_is = match outcome {
            Outcome::Gone => true,
            // All that was to be closed is exempt by now, and nothing of it is known to be closed.
            Outcome::Exempt => {
                let is_open = |found: Found<C>| found.assessment.is_open();
                self.noted_changes().is_empty() && !self.found_first().is_some_and(is_open)
            }
            _ => false,
        };
        match self.begun(&open) {
            Some(plan) if !is_left_as_it_is => self.see_to_its_end(open, &plan, outcome).await,
            plan => {
                self.left_as_it_is = plan;
                self.nothing_to_do(open, outcome).await
            }
        }
    }

    /// The same where the live state has something that is only to be said: it may be what others left on purpose.
    pub(crate) async fn go_on(&mut self, open: Record) -> Result<Walked<C>, Barred> {
        self.earlier = Earlier::all(self.control, &open).map_err(Barred::Failed)?;
        match self.begun(&open) {
            Some(plan) => self.see_to_its_end(open, &plan, Outcome::Compliant).await,
            None => self.nothing_to_do(open, Outcome::Compliant).await,
        }
    }

    /// Whether what others left open was to be closed, and may be.
    pub(crate) fn is_to_be_seen_to(&self, open: &Record) -> bool {
        let is_enforced = self.visit.mode == Mode::Enforce && open.mode == Mode::Enforce;
        is_enforced && open.attempts.iter().any(|attempt| attempt.plan.is_some())
    }

    fn begun(&self, open: &Record) -> Option<C::Plan> {
        let last = self.earlier.iter().rev().find_map(|earlier| earlier.plan.clone());
        last.filter(|_| self.is_to_be_seen_to(open))
    }

    /// Nothing is left but to say what happened.
    async fn nothing_to_do(&mut self, open: Record, outcome: Outcome) -> Result<Walked<C>, Barred> {
        // That it waits was said, and not that it is closed.
        let is_said = !open.told.is_empty() && open.held.is_none();
        let attempt = self.attempt_at(serde_json::Value::Null, Vec::new(), None)?;
        let found = self.found_first();
        let changes = self.noted_changes();
        self.resume(open, vec![attempt], false).await?;
        let outcome = match outcome {
            Outcome::Compliant if found.is_some() && !is_said => Outcome::ClosedMeanwhile,
            outcome => outcome,
        };
        Ok(self.noted(Walked { found, done: changes.into(), ..self.ended(outcome) }))
    }

    /// What of the plan may be left is done: a tag, a flag, what the live state does not show.
    async fn see_to_its_end(
        &mut self,
        open: Record,
        plan: &C::Plan,
        outcome: Outcome,
    ) -> Result<Walked<C>, Barred> {
        let Some(found) = self.found_first() else {
            return self.nothing_to_do(open, Outcome::Compliant).await;
        };
        // All that was to be closed is exempt by now: what is done of it closed nothing.
        if outcome == Outcome::Exempt && !found.assessment.is_open() {
            return self.nothing_to_do(open, outcome).await;
        }
        let (control, clock) = (self.control, &self.ports.clock);
        let Some(mut seen) =
            verify(control, &self.target, plan, &found.assessment, clock, &mut self.exempting).await?
        else {
            return self.nothing_to_do(open, Outcome::Gone).await;
        };
        let changes = self.noted_changes();
        let in_doubt: Vec<C::Change> =
            self.earlier.iter().flat_map(|earlier| &earlier.in_doubt).cloned().collect();
        let again: Vec<C::Change> =
            self.earlier.iter().flat_map(|earlier| &earlier.found_again).cloned().collect();
        let lasting = beyond(control, &changes, &again);
        let closes = |changes: &[C::Change]| changes.iter().any(|change| control.closes(change));
        let done = [changes.as_slice(), &in_doubt].concat();
        let left = control.unfinished(&self.target, plan, &done, Some(&seen.assessment));
        // What was denied, refused or throttled was not done: what others closed then, Curfew leaves as it is.
        let is_of_others = changes.is_empty() && !closes(&in_doubt);
        let plain = self.exempting.again(control, control.assess(&seen.state, clock.now()));
        let findings = control.findings(&plain);
        let left = if is_of_others && !plain.is_open() {
            seen.assessment = plain;
            None
        } else {
            left
        };
        // What is open now, nobody has closed.
        let open_now = left.as_ref().map(|left| unnoted(control, left, &[])).unwrap_or_default();
        let missed = beyond(control, &self.missed(&lasting, &seen.state), &open_now);
        let is_among = |some: &[C::Change]| missed.iter().any(|change| has(control, some, change));
        let closed_by = match missed.is_empty() {
            true => None,
            false if is_among(&in_doubt) => Some(Note::Unanswered),
            false if is_among(&again) => Some(Note::FoundOpenAfter),
            false if closes(&lasting) || !open_now.is_empty() => Some(Note::ClosedInPart),
            false => Some(Note::ClosedAfterFailure),
        };
        let before = written(&seen.state).map_err(Barred::Failed)?;
        // What is only missing after a change, nobody has found open.
        let attempt = self.attempt_at(before, findings, left.as_ref())?;
        let own = left.as_ref().map(|left| Earlier::at_work(&attempt, seen.state.clone(), left.clone()));
        // A tag that is missing is no change that a brake or a feud holds up.
        let closes = left.is_some() && seen.assessment.is_open();
        self.resume(open, vec![attempt], closes).await?;
        let turn = self.turn(left.as_ref()).await?;
        let closed_by = closed_by.map(|note| by_whom(control, Some(plan), note));
        let note = self.note(Outcome::Failed).or(closed_by);
        let walked = Walked { done: changes.into(), note, ..self.ended(Outcome::Failed) };
        let mut walked = match &left {
            Some(left) => {
                carry_out(control, &self.target, &found.assessment, left, clock, walked, &mut self.exempting)
                    .await
            }
            None => self.seen(walked, seen),
        };
        self.ports.end_turn(turn).await;
        // What it found itself beside what was found at first is to be said too.
        self.earlier.extend(own.map(|own| Earlier { changes: walked.own_changes().to_vec(), ..own }));
        walked = self.noted(Walked { found: Some(found), ..walked });
        walked.outcome = walked.outcome_by_note();
        Ok(walked)
    }

    /// What earlier deliveries were to close and are not known to have closed. Not what is open now although none of it is to
    /// be closed, as where it is exempt, nor what is there still and a later one was to close in another way.
    fn missed(&self, lasting: &[C::Change], now: &C::State) -> Vec<C::Change> {
        let (control, at) = (self.control, self.ports.clock.now());
        let mut spared = taking_away(control, now, at);
        let there = control.there(now, at);
        let mut missed = Vec::new();
        for earlier in self.earlier.iter().rev() {
            let Some(plan) = &earlier.plan else { continue };
            // As the call without an answer has it: another group's walk may have come between the plan and that.
            let known = [lasting, &earlier.in_doubt].concat();
            let mut own = beyond(control, &control.foreseen(plan, &known), lasting);
            own.retain(|change| control.closes(change));
            missed.extend(beyond(control, &own, &spared));
            let planned = unnoted(control, plan, &[]);
            let [first, _] = earlier.sights(control);
            let mut others = beyond(control, &first.map(|(_, found)| found).unwrap_or_default(), &planned);
            others.retain(|change| has(control, &there, change));
            spared.extend(others);
        }
        missed
    }

    fn seen(&self, walked: Walked<C>, seen: Seen<C>) -> Walked<C> {
        let walked = Walked { seen: Some(seen), ..walked };
        Walked { outcome: verdict(&walked, false), ..walked }
    }

    /// What the first look at all found, without what is exempt and what was exempt then.
    fn found_first(&self) -> Option<Found<C>> {
        let first = self.earlier.first()?;
        let state = first.state.clone()?;
        let assessment = self.exempting.again(self.control, first.found(self.control)?);
        Some(Found {
            unread: self.control.unread(&state, &assessment),
            assessment,
            written: first.written.clone(),
            plan: first.plan.clone(),
            state,
        })
    }

    /// All that is known to be changed before.
    pub(crate) fn noted_changes(&self) -> Vec<C::Change> {
        self.earlier.iter().flat_map(|earlier| earlier.changes.iter().cloned()).collect()
    }

    /// What there is to know of the way here.
    fn note(&self, outcome: Outcome) -> Option<Note> {
        let cut_off = self.earlier.iter().find(|one| one.is_cut_off && one.plan.is_some());
        match (outcome, cut_off) {
            (Outcome::Gone, _) => Some(Note::Deleted),
            (_, Some(earlier)) => Some(Note::CutOff(earlier.at)),
            (_, None) => None,
        }
    }

    /// With what others did before, and what there is to know of that.
    fn noted(&mut self, walked: Walked<C>) -> Walked<C> {
        let note = self.note(walked.outcome);
        let walked = Walked { earlier: std::mem::take(&mut self.earlier), ..walked };
        let plan = walked.found.as_ref().and_then(|found| found.plan.as_ref());
        let closed_by = (walked.outcome == Outcome::ClosedMeanwhile)
            .then(|| by_whom(self.control, plan, closed_meanwhile(self.control, &walked)));
        Walked { note: note.or(closed_by).or(walked.note), ..walked }
    }
}
