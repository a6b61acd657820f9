//! One time that somebody worked on a subject, and what came of it.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::stamp;
use crate::{Mode, Outcome};

/// One time that somebody worked on it. State, plan and changes are the control's own, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    #[serde(with = "stamp")]
    pub at: SystemTime,
    /// Lambda's id of the request.
    pub request_id: String,
    /// The version of Curfew.
    pub curfew: String,
    /// Which writing of the settings it went by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings_version: Option<i64>,
    /// Whether Curfew might change things then.
    pub mode: Mode,
    /// Until when nobody else worked on it, unless it was over before.
    #[serde(with = "stamp")]
    pub lease_until: SystemTime,
    /// What was found, in words.
    pub findings: Value,
    /// The state before; null where it could not be read.
    pub before: Value,
    /// What was going to be done; `None` where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Value>,
    /// What came of it; `None` while it is at work, and where it was cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<AttemptResult>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptResult {
    /// When it was over.
    #[serde(with = "stamp")]
    pub at: SystemTime,
    /// How the walk ended.
    pub outcome: Outcome,
    /// What was changed, in order, as far as the answers told.
    pub changes: Vec<Value>,
    /// The state after; `None` where it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// What was still found, in words; `None` where it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<Value>,
    /// Why a step could not be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    /// Whether more may have been changed than `changes` says, since a call had no answer. One that was denied, refused or
    /// throttled is not done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_in_doubt: bool,
    /// What that is; `None` where it may be all of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_doubt: Option<Vec<Value>>,
    /// What would have been done, where Curfew only watches: nobody goes on with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreseen: Option<Value>,
    /// What exempts it, and what does not though somebody wrote so: `exemptions` and `exemptions_refused` of the log line.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub exempt: Map<String, Value>,
    /// What else there is to know, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether Curfew closed only a part of what is closed, or nobody knows how much of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_in_part: bool,
}

/// The kind of the error of what was not done, since the resource was changed meanwhile.
const CHANGED_MEANWHILE: &str = "changed-meanwhile";

/// The same, since somebody else was at it.
const NOT_ITS_TURN: &str = "not-its-turn";

impl AttemptResult {
    /// Nothing was changed, and nothing read.
    pub(crate) fn of_nothing(at: SystemTime, outcome: Outcome) -> Self {
        Self {
            at,
            outcome,
            changes: Vec::new(),
            after: None,
            remaining: None,
            error: None,
            is_in_doubt: false,
            in_doubt: None,
            foreseen: None,
            exempt: Map::new(),
            note: None,
            is_in_part: false,
        }
    }

    /// The same, because what was looked at was not so any more once it was written down.
    pub(crate) fn stale(at: SystemTime) -> Self {
        let why = "the resource was not as it had been read any more, once this was written down";
        let error = json!({ "kind": CHANGED_MEANWHILE, "message": why });
        Self { error: Some(error), ..Self::of_nothing(at, Outcome::Failed) }
    }

    /// The same, because somebody else was changing for long what takes turns.
    pub(crate) fn not_its_turn(at: SystemTime) -> Self {
        let why = "another invocation was changing for long what only one may change at a time";
        let error = json!({ "kind": NOT_ITS_TURN, "message": why });
        Self { error: Some(error), ..Self::of_nothing(at, Outcome::Failed) }
    }

    /// Whether that was all.
    pub(crate) fn has_given_up(&self) -> bool {
        let gives_up =
            |error: &Value| [CHANGED_MEANWHILE, NOT_ITS_TURN].iter().any(|kind| error["kind"] == *kind);
        self.error.as_ref().is_some_and(gives_up)
    }
}
