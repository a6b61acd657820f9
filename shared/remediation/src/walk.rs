//! The one way through the house.

use std::time::{Duration, SystemTime};

use events::Subject;
use exemptions::Exemptions;

use crate::carry::{carry_out, unnoted};
use crate::clock::Clock;
use crate::earlier::beyond;
use crate::ledger::{AttemptResult, Ledger, Limits};
use crate::tell::situation_of;
use crate::work::{Barred, FRESH, Work, written};
use crate::{
    Assessment, Found, Mode, Note, Notify, Outcome, Pace, Ports, Recount, Report, StepError, Told, Unread,
    Walked,
};

/// A subject, and how it is walked.
#[derive(Debug)]
pub struct Visit<'a, Id> {
    /// The subject.
    pub subject: &'a Subject,
    /// Its id, once its kind is known.
    pub id: &'a Id,
    /// Whether Curfew may change things.
    pub mode: Mode,
    /// How the trigger came.
    pub delivery: Delivery,
    /// Lambda's id of the request.
    pub request_id: &'a str,
    /// When Lambda ends the request: nobody else works on the subject until then.
    pub deadline: SystemTime,
    /// What limits the work.
    pub limits: Limits,
    /// How soon people hear of what is not urgent.
    pub pace: Pace,
    /// What is to be left alone.
    pub exemptions: &'a Exemptions,
    /// Which writing of the settings the control goes by.
    pub settings_version: Option<i64>,
}

/// How a trigger came, that which asks for least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// From a queue, for the first time, and it will be handed out again.
    First,
    /// From a queue, not for the first time, and it will be handed out again.
    Again,
    /// Not from a queue. Whether it came before, and whether it comes again, nobody says.
    Direct,
    /// Nobody will hand it out again.
    Last,
}

/// How a walk ended.
#[derive(Debug)]
pub enum Ended {
    /// The subject was walked.
    Walked(Box<Said>),
    /// Somebody else works on the subject, at the latest until then.
    Busy {
        /// Until when.
        until: SystemTime,
    },
}

/// What is to be said about a subject that was walked, and who was told.
#[derive(Debug)]
pub struct Said {
    /// What is to be said about it.
    pub report: Report,
    /// Whether people were told.
    pub told: Told,
    /// Why it could not be written down that the work is over, where that is so.
    pub unwritten: Option<StepError>,
    /// What was said before of a restore of the same resource, since nobody else had told of it.
    pub of_restore: Option<Box<Said>>,
}

impl Delivery {
    /// Whether the same trigger may have come before.
    #[must_use]
    pub fn may_be_repeated(self) -> bool {
        self != Self::First
    }
}

/// A resource as it was seen before its walk.
#[derive(Debug)]
pub struct Looked<S> {
    /// When the look began.
    pub at: SystemTime,
    /// What was seen.
    pub state: S,
}

/// Takes one subject through one control: read, assess, exempt, plan, record, apply, verify, tell, record.
///
/// Never fails: a step that could not be done is the outcome [`Outcome::StillOpen`] where others were and left
/// something open, and else [`Outcome::Failed`]; either has the error and everything that was changed.
pub async fn walk<C: Recount, K: Clock, N: Notify, L: Ledger>(
    control: &C,
    visit: &Visit<'_, C::Id>,
    ports: &Ports<K, N, L>,
) -> Ended {
    walk_from(control, visit, ports, None).await
}

/// The same, where somebody has looked already: it counts as the first look, with the time that it was made.
pub async fn walk_from<C: Recount, K: Clock, N: Notify, L: Ledger>(
    control: &C,
    visit: &Visit<'_, C::Id>,
    ports: &Ports<K, N, L>,
    looked: Option<Looked<C::State>>,
) -> Ended {
    let start = ports.clock.now();
    let mut work = Work::new(control, visit, ports);
    work.looked = looked.filter(|looked| {
        // What this process has changed since then, nobody has seen.
        let is_before = work.heard.end.is_none_or(|end| end < looked.at);
        let is_fresh = start.duration_since(looked.at).is_ok_and(|age| age <= FRESH);
        is_before && (is_fresh || control.assess(&looked.state, start).is_compliant())
    });
    for _ in 0..LOOKS {
        work.looked_at = work.looked.as_ref().map_or_else(|| ports.clock.now(), |looked| looked.at);
        work.exempting.forget();
        let mut walked = match work.take().await {
            Ok(walked) => walked,
            Err(Barred::Stale) => continue,
            Err(Barred::Busy(until)) => return Ended::Busy { until },
            Err(barred) => work.barred(barred),
        };
        walked.exempt = work.exempting.outcome();
        walked.owner = work.exempting.owner().map(ToOwned::to_owned);
        let now = ports.clock.now();
        walked.duration = now.duration_since(start).unwrap_or_default();
        walked.exposed_for = exposed_for(visit.subject, walked.outcome, now);
        if let Some(mut ended) = Box::pin(work.tell(walked)).await {
            if let Ended::Walked(said) = &mut ended {
                said.of_restore = work.of_restore.take();
            }
            return ended;
        }
    }
    Ended::Busy { until: ports.clock.now() }
}

/// How long a subject that was closed `now` had been open, as far as its trigger tells.
fn exposed_for(subject: &Subject, outcome: Outcome, now: SystemTime) -> Option<Duration> {
    let since = subject.cause.open_since().filter(|_| outcome == Outcome::Remediated)?;
    now.duration_since(since).ok()
}

/// How often the live state is looked at where others change it each time before the work on it can begin.
const LOOKS: usize = 4;

impl<C: Recount, K: Clock, N: Notify, L: Ledger> Work<'_, C, K, N, L> {
    /// All but what is said.
    async fn take(&mut self) -> Result<Walked<C>, Barred> {
        self.ports.catch_up(&self.visit.subject.arn()).await?;
        let (control, clock) = (self.control, &self.ports.clock);
        let looked = self.looked.take().map(|looked| Ok(Some(looked.state)));
        let read = match looked {
            Some(read) => read,
            None => control.read(&self.target).await,
        };
        let state = match read {
            Ok(Some(state)) => state,
            Ok(None) => return self.nothing_left(Outcome::Gone).await,
            Err(error) => return Ok(self.failed(error)),
        };
        let assessment = control.assess(&state, clock.now());
        if assessment.is_compliant() {
            return self.nothing_left(Outcome::Compliant).await;
        }
        // Most subjects come no further, and need no room for what others need.
        Box::pin(self.take_open(state, assessment)).await
    }

    /// What is not as it should be.
    async fn take_open(&mut self, state: C::State, assessment: C::Assessment) -> Result<Walked<C>, Barred> {
        let (control, clock) = (self.control, &self.ports.clock);
        let all = assessment.clone();
        let assessment = self.exempting.rest_of(control, &self.target, &state, assessment, clock.now()).await;
        if assessment.is_compliant() {
            return self.all_exempt(state, all).await;
        }
        // What may be exempt is not closed as long as another delivery may know.
        if let Some(unread) = self.exempting.waits_for().filter(|_| !self.is_last_chance()) {
            return Ok(self.failed(StepError::Unread(unread.clone())));
        }
        let written = written(&state).map_err(Barred::Failed)?;
        let unread = control.unread(&state, &assessment);
        let plan = control.plan(&assessment, clock.now());
        let found = Found { state, written, assessment, plan, unread };
        let waits_for = self.waits_for(&found).cloned();
        if let Some(unread) = waits_for {
            return Ok(Walked { found: Some(found), ..self.failed(StepError::Unread(unread)) });
        }
        let Some(plan) = &found.plan else {
            return Ok(Walked { found: Some(found), ..self.ended(Outcome::Alerted) });
        };
        if self.visit.mode == Mode::Observe {
            return Ok(Walked { found: Some(found), ..self.ended(Outcome::Observed) });
        }
        let walked = match self.close(&found, plan).await {
            Err(barred @ (Barred::Busy(_) | Barred::Stale)) => return Err(barred),
            Err(barred @ (Barred::Held | Barred::Failed(_))) => {
                let done = self.noted_changes().into();
                let earlier = std::mem::take(&mut self.earlier);
                Walked { left: Some(plan.clone()), done, earlier, ..self.barred(barred) }
            }
            Err(barred) => self.barred(barred),
            Ok(walked) => walked,
        };
        // What has no effect is nothing to report.
        let found = (walked.outcome != Outcome::Compliant).then_some(found);
        Ok(Walked { found, ..walked })
    }

    /// What has to be read before anything is said of what was found. Where it may be read at the next delivery, what keeps
    /// Curfew from closing something, or from saying what is open, is no news yet.
    fn waits_for<'f>(&self, found: &'f Found<C>) -> Option<&'f Unread> {
        let Found { assessment, plan, unread, .. } = found;
        let may_be_said_better = |finding| assessment.may_be_said_better(finding);
        let is_early = plan.is_none() && self.control.hindrance(assessment).is_some()
            || assessment.findings().iter().all(may_be_said_better);
        let waits = assessment.only_waits() || is_early && !self.is_last_chance();
        unread.iter().find(|unread| waits && unread.unknown.is_passing())
    }

    /// What was found is exempt, all of it: nothing of it is changed.
    async fn all_exempt(&mut self, state: C::State, assessment: C::Assessment) -> Result<Walked<C>, Barred> {
        let written = written(&state).map_err(Barred::Failed)?;
        let unread = self.control.unread(&state, &assessment);
        let found = Found { state, written, assessment, plan: None, unread };
        let mut walked = self.nothing_left(Outcome::Exempt).await?;
        if walked.outcome == Outcome::Exempt {
            let left_alone = self.exempting.grace().filter(|_| self.exempting.outcome().applied.is_empty());
            walked.note = self.left_half_way(&walked, &found).or(left_alone.map(Note::Restored));
        }
        // What was closed before is what there is to say, and else what is exempt.
        let first = walked.found.take().filter(|_| walked.outcome != Outcome::Exempt);
        Ok(Walked { found: first.or(Some(found)), ..walked })
    }

    /// That others had begun with what is exempt by now, where they may have done some of it.
    fn left_half_way(&self, walked: &Walked<C>, found: &Found<C>) -> Option<Note> {
        match walked.note {
            // Where all that was to be closed is open, nobody had closed anything before it was exempt.
            Some(Note::CutOff(at)) => {
                (!self.is_untouched(&found.assessment)).then_some(Note::LeftHalfWay(at))
            }
            _ => {
                let first = self.record.as_ref().and_then(|record| record.attempts.first());
                first.filter(|_| !walked.done.changes.is_empty()).map(|first| Note::LeftHalfWay(first.at))
            }
        }
    }

    /// Whether nothing is done of what others were going to do: all of it is open still.
    fn is_untouched(&self, all: &C::Assessment) -> bool {
        let Some(plan) = &self.left_as_it_is else { return true };
        let left = self.control.unfinished(&self.target, plan, &[], Some(all));
        let left = left.map(|left| unnoted(self.control, &left, &[])).unwrap_or_default();
        beyond(self.control, &unnoted(self.control, plan, &[]), &left).is_empty()
    }

    /// Carries the plan out, once it is written down.
    async fn close(&mut self, found: &Found<C>, plan: &C::Plan) -> Result<Walked<C>, Barred> {
        self.begin(Some(found), situation_of(self.control, found), true).await?;
        let turn = self.turn(Some(plan)).await?;
        let closed = self.close_in_turn(found, plan).await;
        self.ports.end_turn(turn).await;
        closed
    }

    async fn close_in_turn(&mut self, found: &Found<C>, plan: &C::Plan) -> Result<Walked<C>, Barred> {
        if self.is_late() && !self.is_as_it_was(found).await? {
            self.let_go(AttemptResult::stale).await?;
            return Err(Barred::Stale);
        }
        let begun = self.earlier.iter().find(|earlier| earlier.has_begun_more(self.control, plan));
        let walked = Walked {
            note: begun.map(|earlier| Note::BegunBefore(earlier.at)),
            done: self.noted_changes().into(),
            earlier: std::mem::take(&mut self.earlier),
            ..self.ended(Outcome::Failed)
        };
        let clock = &self.ports.clock;
        Ok(carry_out(self.control, &self.target, &found.assessment, plan, clock, walked, &mut self.exempting)
            .await)
    }

    /// Whether another look finds the same.
    async fn is_as_it_was(&mut self, found: &Found<C>) -> Result<bool, Barred> {
        let (control, now) = (self.control, self.ports.clock.now());
        let Some(state) = control.read(&self.target).await?.filter(|state| *state == found.state) else {
            return Ok(false);
        };
        self.exempting.forget();
        let assessment = control.assess(&state, now);
        let rest = self.exempting.rest_of(control, &self.target, &state, assessment, now).await;
        Ok(rest.findings() == found.assessment.findings())
    }

    /// A walk that could not go on.
    pub(crate) fn barred(&self, barred: Barred) -> Walked<C> {
        match barred {
            Barred::Failed(error) => self.failed(error),
            Barred::Held => {
                let hold = self.record.as_ref().and_then(|record| record.held.as_ref());
                Walked { hold: hold.map(|hold| hold.by.clone()), ..self.ended(Outcome::Held) }
            }
            Barred::Restored(until) => {
                Walked { note: Some(Note::Restored(until)), ..self.ended(Outcome::Exempt) }
            }
            // Nothing is to be changed.
            Barred::Known | Barred::Busy(_) | Barred::Begun(_) | Barred::Stale => {
                self.ended(Outcome::Compliant)
            }
        }
    }
}
