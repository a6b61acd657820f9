//! What a control says about what happened: the edge at which its types become words.

use serde::Serialize;

use crate::{Change, Control, Finding, Found, Target, Walked};

/// How a control puts its own types into words. Nothing decides by these words.
pub trait Describe: Control {
    /// The findings, most severe first.
    fn findings(&self, assessment: &Self::Assessment) -> Vec<Finding>;

    /// The plan, a line a step, as in `revoke rule sgr-1 (tcp 22 from 0.0.0.0/0)`.
    fn steps(&self, plan: &Self::Plan) -> Vec<String>;

    /// A change that was made.
    fn change(&self, change: &Self::Change) -> Change;

    /// What a person should do now, a sentence a line, where no step failed.
    fn advice(&self, walked: &Walked<Self>) -> Vec<String>;

    /// What proves the findings, and how to put back what was changed.
    fn evidence(
        &self,
        target: &Target<'_, Self::Id>,
        found: &Found<Self>,
        walked: &Walked<Self>,
    ) -> Vec<Evidence>;

    /// The commands that carry `plan` out by hand, as a block of a mail: the same words for what is left of a plan and
    /// for what puts back.
    fn commands(&self, target: &Target<'_, Self::Id>, plan: &Self::Plan) -> String;
}

/// A titled block of a mail that shows something as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What it is, as in `The ACL as it was`.
    pub title: String,
    /// The thing itself: JSON, a command, a table.
    pub body: String,
}

impl Evidence {
    /// A block.
    #[must_use]
    pub fn new(title: &str, body: String) -> Self {
        Self { title: title.to_owned(), body }
    }
}
