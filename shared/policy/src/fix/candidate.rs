//! A way in which a statement could be closed.

use serde_json::Value;

use crate::{Policy, Statement, Trust};

/// Stands for the account that owns the bucket when the settings do not name it.
pub const OWNER_PLACEHOLDER: &str = "BUCKET_OWNER_ACCOUNT_ID";

/// A statement rewritten as one or more statements.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// What is done, as the end of a sentence.
    pub(super) summary: String,
    pub(super) statements: Vec<Value>,
}

/// What a candidate is made from.
pub(super) struct Source<'here> {
    pub(super) policy: &'here Policy,
    pub(super) statement: &'here Statement,
    /// The statement as the document has it.
    pub(super) json: Value,
    pub(super) trust: &'here Trust,
}
