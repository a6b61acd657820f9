//! Questions to a function itself, which are no triggers.

use serde_json::{Value, json};

/// What somebody who looks after a deployment asks of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Whether it is at work: `{"probe": true}`.
    Probe,
    /// For one mail that is marked as a test: `{"test_alert": true}`.
    TestAlert,
}

/// How many bytes a question has at most, with all blanks that somebody may put in. Every trigger has more.
const LONGEST: usize = 256;

/// What the payload asks, where it asks one thing and nothing beside it.
pub(crate) fn asked(payload: &str) -> Option<Asked> {
    if payload.len() > LONGEST {
        return None;
    }
    let payload: Value = serde_json::from_str(payload).ok()?;
    let questions =
        [(json!({ "probe": true }), Asked::Probe), (json!({ "test_alert": true }), Asked::TestAlert)];
    questions.into_iter().find_map(|(question, asked)| (question == payload).then_some(asked))
}
