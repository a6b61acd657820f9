//! Who judges: the controls, each by its name, with no way to change anything.

use std::future::Future;

use events::Resource;
use remediation::{Describe, Survey};

/// A control as a custom rule has it: it reads, judges, lists, and says what it found.
pub trait Judging: Survey<Id: Clone + Into<Resource>> + Describe {}

impl<J: Survey<Id: Clone + Into<Resource>> + Describe> Judging for J {}

/// What is done with the one control that a rule is about.
pub trait Work {
    /// What comes of it.
    type Output;

    /// Does it.
    fn with<J: Judging>(self, judge: &J) -> impl Future<Output = Self::Output>;
}

/// The controls of a rule's function.
pub trait Judges {
    /// What they are called.
    const NAMES: &'static [&'static str];

    /// Has the control of this name do some work; `None` where there is none.
    fn hand<W: Work>(&self, control: &str, work: W) -> impl Future<Output = Option<W::Output>>;
}

impl<A: Judging, B: Judging, C: Judging> Judges for (A, B, C) {
    const NAMES: &'static [&'static str] = &[A::NAME, B::NAME, C::NAME];

    async fn hand<W: Work>(&self, control: &str, work: W) -> Option<W::Output> {
        // On the heap, or each invocation would move room for all three.
        Some(match control {
            name if name == A::NAME => Box::pin(work.with(&self.0)).await,
            name if name == B::NAME => Box::pin(work.with(&self.1)).await,
            name if name == C::NAME => Box::pin(work.with(&self.2)).await,
            _ => return None,
        })
    }
}
