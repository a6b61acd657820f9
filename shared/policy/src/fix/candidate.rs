//! A way in which a statement could be closed.

use serde_json::Value;

use crate::{Policy, Statement, Trust};

/// Stands for the account that owns the bucket when the settings do not name it.
pub const OWNER_PLACEHOLDER: &str = "BUCKET_OWNER_ACCOUNT_ID";

/// Stands for the organization that owns the bucket.
pub const ORGANIZATION_PLACEHOLDER: &str = "BUCKET_OWNER_ORGANIZATION_ID";

/// A statement rewritten as any number of statements.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// What is done, as the end of a sentence.
    pub(super) summary: String,
    pub(super) statements: Vec<Value>,
}

/// What a candidate is made from.
pub(super) struct Source<'here> {
    pub(super) policy: &'here Policy,
    /// The policy with the owner in the place of variables.
    pub(super) grounded: &'here Policy,
    pub(super) statement: &'here Statement,
    /// The statement as the document has it.
    pub(super) json: Value,
    pub(super) trust: &'here Trust,
}

impl Source<'_> {
    /// The accounts for which a statement is kept, in words.
    pub(super) fn owner(&self) -> String {
        let placeholder = self.trust.own_account.as_deref() == Some(OWNER_PLACEHOLDER);
        let owner = if placeholder {
            "the bucket's own account (fill in its id)"
        } else {
            "the bucket's own account"
        };
        let also = if self.trust.accounts.is_empty() { "" } else { " and the trusted accounts" };
        format!("{owner}{also}")
    }
}
