//! What a control says about what it found and what happened: the edge at which its types become words.

use serde::Serialize;

use crate::{Change, Control, Finding, Found, Judge, Target, Walked};

/// How a control puts what it found and would do into words. Nothing decides by these words.
pub trait Describe: Judge {
    /// The findings, most severe first.
    fn findings(&self, assessment: &Self::Assessment) -> Vec<Finding>;

    /// The plan, a line a step, as in `revoke rule sgr-1 (tcp 22 from 0.0.0.0/0)`.
    fn steps(&self, plan: &Self::Plan) -> Vec<String>;

    /// What Curfew could not do and so changes nothing of what it would close, as in `find out whom to isolate (why)`.
    fn hindrance(&self, _found: &Self::Assessment) -> Option<String> {
        None
    }

    /// What proves the findings.
    fn evidence(&self, target: &Target<'_, Self::Id>, found: &Found<Self>) -> Vec<Evidence>;

    /// The commands that carry `plan` out by hand, as a block of a mail: the same words for what is left of a plan and
    /// for what puts back.
    fn commands(&self, target: &Target<'_, Self::Id>, plan: &Self::Plan) -> String;
}

/// How a control puts what was done into words. Nothing decides by these words.
pub trait Recount: Control + Describe {
    /// A change that was made.
    fn change(&self, change: &Self::Change) -> Change;

    /// What a person should do now, a sentence a line, where no step failed.
    fn advice(&self, walked: &Walked<Self>) -> Vec<String>;

    /// What the commands are called that put back what `plan` changes, as in `How to put it back`.
    fn put_back(&self, plan: &Self::Plan) -> &'static str;
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
