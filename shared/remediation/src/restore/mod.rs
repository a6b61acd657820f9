//! The way back: what a record says was changed is put back.
//!
//! ```text
//! record -> [ read -> compare -> undo -> record -> apply -> verify ] -> tell -> record
//! ```
//!
//! A person asks for it. The live state is compared with the record first: what is so already is left, what others changed
//! since is said and stays, and nothing is taken away but what Curfew itself put there.

mod late;
mod opened;
mod past;
mod report;
mod steps;
mod take;
mod untold;

use std::future::Future;
use std::time::{Duration, SystemTime};

use crate::clock::{Clock, rfc3339};
use crate::ledger::{Ledger, Record, RecordId};
use crate::{CallError, Control, Notify, Ports, Recount, Said, StepError, Target, Unread};

pub use late::Late;
pub use past::{NotReversible, Past};
pub use report::Restoration;

use steps::Steps;

pub(crate) use late::{is_untold, report as late_report};

/// A control whose changes can be put back long after they were made.
pub trait Reversible: Recount {
    /// Reads all that was changed then, and compares it with what it was before and after; `None` where the resource does
    /// not exist any more.
    ///
    /// # Errors
    /// When AWS does not answer, or not in full.
    fn look(
        &self,
        target: &Target<'_, Self::Id>,
        past: &Past<Self>,
    ) -> impl Future<Output = Result<Option<Look<Self>>, CallError>>;

    /// Whether a state shows that this change was made, where a look finds nothing left to do about it.
    fn shows(&self, _live: &Self::State, _change: &Self::Change) -> bool {
        true
    }

    /// Whether two plans do the same, whatever else they say.
    fn does_the_same(&self, one: &Self::Plan, other: &Self::Plan) -> bool {
        one == other
    }
}

/// How a resource is now, beside what a record says of it.
#[derive(Debug)]
pub struct Look<C: Control> {
    /// The live state, complete enough to take the restore back.
    pub live: C::State,
    /// What puts back what is not back yet, and changes nothing else; `None` where all is back.
    pub left: Option<C::Plan>,
    /// What others changed since, in words.
    pub changed_since: Vec<String>,
    /// Why AWS would refuse it by now, or why it would have no effect, in words.
    pub hindrances: Vec<String>,
    /// What cannot come back, since it does not exist any more, in words.
    pub lost: Vec<String>,
    /// What Curfew put there and a restore does not take away, in words.
    pub stays: Vec<String>,
    /// What could not be read, and can be done without.
    pub unread: Vec<Unread>,
}

/// What somebody asks for.
#[derive(Debug)]
pub struct Order<'a, Id> {
    /// The record whose changes are put back.
    pub record: &'a Record,
    /// The id of its resource, once its kind is known.
    pub id: &'a Id,
    /// Records of the same resource and control that are newer.
    pub newer: &'a [Record],
    /// Why, as it was said.
    pub reason: Option<&'a str>,
    /// Who it is, as it was said.
    pub claimed_by: Option<&'a str>,
    /// Whether it is only to be said what would be done.
    pub dry_run: bool,
    /// Whether it is put back although others changed something since.
    pub force: bool,
    /// For how long Curfew leaves alone what was put back.
    pub grace: Duration,
    /// Lambda's id of the request.
    pub request_id: &'a str,
    /// When Lambda ends the request.
    pub deadline: SystemTime,
    /// What limits all other work; a restore is limited by nothing.
    pub limits: crate::ledger::Limits,
    /// Which writing of the settings it goes by.
    pub settings_version: Option<i64>,
}

/// What came of an order.
#[derive(Debug)]
pub struct Back {
    /// The record whose changes were to be put back.
    pub record: RecordId,
    /// How it ended.
    pub ending: Ending,
    /// What is or would be done, a line a step.
    pub planned: Vec<String>,
    /// What others changed since.
    pub changed_since: Vec<String>,
    /// Why AWS would refuse it by now.
    pub hindrances: Vec<String>,
    /// What does not exist any more.
    pub lost: Vec<String>,
}

/// How an order ended.
#[derive(Debug)]
pub enum Ending {
    /// It was only asked what would be done.
    Planned,
    /// All is as it was before already, and left alone until then where that is so. Nothing was changed.
    AlreadySo(Option<SystemTime>),
    /// Others changed something since, or AWS would refuse it. Nothing was changed.
    Refused,
    /// Somebody else of Curfew's works on the resource, at the latest until then, or did while this was begun. Nothing was
    /// changed.
    Busy(Option<SystemTime>),
    /// What the second look found is not what the first had found: others changed it meanwhile. Nothing was changed.
    Changed,
    /// The resource does not exist any more. Nothing was changed.
    Gone,
    /// It was begun; the report says how that ended.
    Done(Box<Said>),
}

/// Why an order cannot be carried out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RestoreError {
    /// The record has nothing that could be put back.
    #[error(transparent)]
    NotReversible(#[from] NotReversible),
    /// A step before the first change could not be done.
    #[error("nothing was changed: {0}")]
    Step(#[from] StepError),
}

impl From<CallError> for RestoreError {
    fn from(error: CallError) -> Self {
        Self::Step(error.into())
    }
}

/// Puts back what a record says was changed, and says what came of it.
///
/// # Errors
/// When it cannot be begun. Nothing was changed then.
pub async fn restore<C: Reversible, K: Clock, N: Notify, L: Ledger>(
    control: &C,
    order: &Order<'_, C::Id>,
    ports: &Ports<K, N, L>,
) -> Result<Back, RestoreError> {
    let start = ports.clock.now();
    let past = Past::of(control, order.record, order.newer)?;
    let steps = Steps::new(control, order, ports, &past);
    let back = |ending| Back {
        record: order.record.id.clone(),
        ending,
        planned: Vec::new(),
        changed_since: Vec::new(),
        hindrances: Vec::new(),
        lost: Vec::new(),
    };
    let Some(mut look) = control.look(&steps.target, &past).await? else { return Ok(back(Ending::Gone)) };
    let newer = order.newer.iter().filter_map(|newer| changed_by(newer, order.record));
    look.changed_since.splice(0..0, newer);
    let planned = look.left.as_ref().map(|plan| control.steps(plan)).unwrap_or_default();
    let may_not = !look.hindrances.is_empty() || (!look.changed_since.is_empty() && !order.force);
    let mut back = Back {
        planned,
        changed_since: look.changed_since.clone(),
        hindrances: look.hindrances.clone(),
        lost: look.lost.clone(),
        ..back(Ending::AlreadySo(None))
    };
    back.ending = match &look.left {
        None if order.dry_run => steps.without_mark(&look).unwrap_or_else(|| {
            back.planned = vec![format!("leave it as it is until {}", rfc3339(start + order.grace))];
            Ending::Planned
        }),
        None => steps.already_back(&look, start).await?,
        Some(_) if may_not => Ending::Refused,
        Some(_) if order.dry_run => Ending::Planned,
        Some(plan) => steps.put_back(&look, plan, start).await?,
    };
    Ok(back)
}

/// What a newer record did to the resource, unless it is a try to put back the same.
fn changed_by(newer: &Record, record: &Record) -> Option<String> {
    let is_same = newer.restores.as_ref().is_some_and(|restores| restores.record == record.id);
    let how = newer.end.as_ref().map_or("not finished", |end| end.outcome.as_str());
    (newer.may_have_changed() && !is_same)
        .then(|| format!("Curfew changed it again: record {} ({how})", newer.id))
}
