//! What is swept.

use std::future::Future;

use remediation::Survey;
use remediation::clock::Clock;

use crate::stage::{Reached, Stop, sweep};
use crate::{Leg, Post, Stage, Tally, Waiting};

/// A control, as far as it looks, and the function whose work it is.
#[derive(Debug)]
pub struct Surveyed<J> {
    /// Lists and judges.
    pub(crate) judge: J,
    /// The function that is handed what needs work, by its name without the deployment's prefix.
    pub(crate) function: &'static str,
}

impl<J> Surveyed<J> {
    /// What `function` works on.
    pub fn new(function: &'static str, judge: J) -> Self {
        Self { judge, function }
    }
}

/// All that is swept: what one control is about, in a pair with the rest, as in `(acls, (groups, ()))`.
pub trait Surveys {
    /// The controls, in the order in which they are swept.
    fn controls(&self) -> Vec<&'static str>;

    /// Sweeps one stage as far as there is time, and counts what it finds. `None` where there is no such control.
    ///
    /// # Errors
    /// When its resources cannot be listed, or what was found cannot be sent.
    fn stage<K: Clock, P: Post, W: Waiting>(
        &self,
        leg: &Leg<'_, K, P, W>,
        stage: &mut Stage,
        tally: &mut Tally,
    ) -> impl Future<Output = Option<Result<Reached, Stop>>>;
}

/// Nothing.
impl Surveys for () {
    fn controls(&self) -> Vec<&'static str> {
        Vec::new()
    }

    async fn stage<K: Clock, P: Post, W: Waiting>(
        &self,
        _: &Leg<'_, K, P, W>,
        _: &mut Stage,
        _: &mut Tally,
    ) -> Option<Result<Reached, Stop>> {
        None
    }
}

/// What one control is about, and then the rest.
impl<J: Survey, Rest: Surveys> Surveys for (Surveyed<J>, Rest) {
    fn controls(&self) -> Vec<&'static str> {
        [vec![J::NAME], self.1.controls()].concat()
    }

    async fn stage<K: Clock, P: Post, W: Waiting>(
        &self,
        leg: &Leg<'_, K, P, W>,
        stage: &mut Stage,
        tally: &mut Tally,
    ) -> Option<Result<Reached, Stop>> {
        if stage.control == J::NAME {
            // On the heap: the compiler gives up on a future of so many others.
            return Some(Box::pin(sweep(&self.0, leg, stage, tally)).await);
        }
        self.1.stage(leg, stage, tally).await
    }
}
