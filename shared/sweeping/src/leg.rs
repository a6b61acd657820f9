//! What one invocation does of a sweep.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use events::{Queue, SweepOrder, SweepStep};
use exemptions::Exemptions;
use remediation::clock::Clock;
use remediation::{CallError, Place};
use serde_json::json;

use crate::stage::{Reached, Stop};
use crate::{Post, Progress, Surveys, Waiting};

/// How long a sweep waits before it tries again to list what it could not list.
pub const PAUSE: Duration = Duration::from_secs(5 * 60);

/// How long after its end it is asked what became of what was sent: as long as SQS lets a message wait.
pub const AFTERWARDS: Duration = Duration::from_secs(15 * 60);

/// What one invocation does of a sweep, and with what.
#[derive(Debug)]
pub struct Leg<'a, K, P, W> {
    /// The time.
    pub clock: &'a K,
    /// What sends.
    pub post: &'a P,
    /// What knows of work that waits.
    pub ledger: &'a W,
    /// The queue that the order came from. What is swept is its account in its Region.
    pub own: &'a Queue,
    /// What that queue's own function is called, without the deployment's prefix.
    pub name: &'static str,
    /// What is left alone.
    pub exemptions: &'a Exemptions,
    /// After what time nothing more is begun; `None` where there is time.
    pub until: Option<SystemTime>,
    /// Which sweep it is.
    pub sweep: String,
    /// When that began.
    pub began: SystemTime,
    /// What else there is to say.
    pub notices: RefCell<Vec<Notice>>,
}

/// What there is to say besides what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The resources of a control could not be listed.
    NotListed {
        /// The control.
        control: String,
        /// Why.
        why: String,
        /// Whether it is tried again.
        again: bool,
    },
    /// It could not be listed which resources of a control wait: none is counted so.
    WaitingUnknown {
        /// The control.
        control: &'static str,
        /// Why.
        error: CallError,
    },
}

impl<K: Clock, P: Post, W: Waiting> Leg<'_, K, P, W> {
    /// Where it sweeps.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place { account: &self.own.account, region: &self.own.region }
    }

    /// Whether nothing more should be begun.
    pub(crate) fn is_late(&self) -> bool {
        self.until.is_some_and(|until| self.clock.now() >= until)
    }

    /// Goes on from where `progress` is, as far as there is time. What cannot be listed is left for later, so that it keeps
    /// nothing else waiting.
    ///
    /// # Errors
    /// When what was found cannot be sent. Then `progress` says nothing: go on from where it was before.
    pub async fn go(&self, surveys: &impl Surveys, progress: &mut Progress) -> Result<(), CallError> {
        progress.invocations = progress.invocations.saturating_add(1);
        let mut todo = std::mem::take(&mut progress.rest).into_iter();
        let mut later = Vec::new();
        for mut stage in todo.by_ref() {
            let tally = progress.found.entry(stage.control.clone()).or_default();
            match surveys.stage(self, &mut stage, tally).await {
                Some(Ok(Reached::End)) => {}
                Some(Ok(Reached::Here)) => {
                    progress.rest.push(stage);
                    break;
                }
                Some(Err(Stop::NotListed(error))) => {
                    let control = stage.control.clone();
                    let (why, is_passing) = (error.to_string(), error.is_passing());
                    let again =
                        progress.could_not_list(stage, &why, is_passing).map(|stage| later.push(stage));
                    let again = again.is_some();
                    self.notices.borrow_mut().push(Notice::NotListed { control, why, again });
                }
                Some(Err(Stop::NotSent(error))) => return Err(error),
                None => {
                    let control = stage.control.clone();
                    let why = "this version of Curfew has no such control".to_owned();
                    progress.could_not_list(stage, &why, false);
                    self.notices.borrow_mut().push(Notice::NotListed { control, why, again: false });
                }
            }
        }
        progress.rest.extend(todo.chain(later));
        Ok(())
    }

    /// Hands what is left over to a later invocation: once all is swept, to ask what became of what was sent.
    ///
    /// # Errors
    /// When it cannot be sent: nobody would go on.
    pub async fn hand_over(&self, progress: &Progress) -> Result<(), CallError> {
        let waits = progress.rest.first().is_some_and(|stage| stage.tries > 0);
        // Once it is over, what is left is to ask what became of it.
        let delay = match (progress.is_over(), waits) {
            (true, _) => AFTERWARDS,
            (false, true) => PAUSE,
            (false, false) => Duration::ZERO,
        };
        let order = SweepOrder { queue: self.own.clone(), step: SweepStep::GoOn(json!(progress)) };
        self.post.send(self.own, &[order.to_json().to_string()], delay).await
    }
}
