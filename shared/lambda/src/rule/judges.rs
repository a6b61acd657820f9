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

/// The controls of a rule's function: one in a pair with the others, as in `(acls, (groups, ()))`.
pub trait Judges {
    /// What they are called.
    fn names() -> Vec<&'static str>;

    /// Has the control of this name do some work; `None` where there is none.
    fn hand<W: Work>(&self, control: &str, work: W) -> impl Future<Output = Option<W::Output>>;
}

/// None.
impl Judges for () {
    fn names() -> Vec<&'static str> {
        Vec::new()
    }

    async fn hand<W: Work>(&self, _: &str, _: W) -> Option<W::Output> {
        None
    }
}

/// A control, and the others.
impl<J: Judging, Others: Judges> Judges for (J, Others) {
    fn names() -> Vec<&'static str> {
        [vec![J::NAME], Others::names()].concat()
    }

    async fn hand<W: Work>(&self, control: &str, work: W) -> Option<W::Output> {
        if control == J::NAME {
            // On the heap, or each invocation would move room for all of them.
            return Some(Box::pin(work.with(&self.0)).await);
        }
        self.1.hand(control, work).await
    }
}
