//! How far a sweep has come: what the message says that goes into its own queue.

use std::collections::BTreeMap;
use std::time::SystemTime;

use remediation::clock::stamp;
use serde::{Deserialize, Serialize};

use crate::Tally;

/// How often it is tried to list the resources of a control, where that fails for a reason that may pass.
pub const MOST_TRIES: u32 = 8;

/// How far a sweep has come. Its counts are those of all invocations before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The sweep's id: that of the message with which it began.
    pub sweep: String,
    /// When it began.
    #[serde(with = "stamp")]
    pub began: SystemTime,
    /// What is left, in order.
    pub rest: Vec<Stage>,
    /// What was found, by control.
    pub found: BTreeMap<String, Tally>,
    /// The controls of which not all resources were seen, since they could not be listed; and why.
    pub not_listed: BTreeMap<String, String>,
    /// How many invocations it took so far.
    pub invocations: u32,
    /// How many requests to AWS it took so far, retries included.
    pub api_calls: u64,
}

/// What is left of one control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The control.
    pub control: String,
    /// The last resource that was swept, by its id; `None` = none was.
    pub after: Option<String>,
    /// How often its resources could not be listed.
    pub tries: u32,
}

impl Progress {
    /// A sweep that begins, over these controls in this order.
    #[must_use]
    pub fn new(sweep: &str, began: SystemTime, controls: &[&str]) -> Self {
        Self {
            sweep: sweep.to_owned(),
            began,
            rest: controls.iter().map(|control| Stage::of(control)).collect(),
            found: BTreeMap::new(),
            not_listed: BTreeMap::new(),
            invocations: 0,
            api_calls: 0,
        }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was found of a control.
    #[must_use]
    pub fn of(&self, control: &str) -> Tally {
        self.found.get(control).cloned().unwrap_or_default()
    }

    /// Notes that the resources of a stage could not be listed, and gives it back where it is to be tried again later.
    pub(crate) fn could_not_list(&mut self, mut stage: Stage, why: &str, is_passing: bool) -> Option<Stage> {
        stage.tries = stage.tries.saturating_add(1);
        if is_passing && stage.tries < MOST_TRIES {
            return Some(stage);
        }
        self.not_listed.insert(stage.control, why.to_owned());
        None
    }
}

impl Stage {
    /// All of a control.
    fn of(control: &str) -> Self {
        Self { control: control.to_owned(), after: None, tries: 0 }
    }
}
