//! A way in which a statement could be closed.

use serde_json::Value;

use crate::{Statement, Trust};

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
    /// The Deny whose demand it takes over.
    pub(super) demand: Option<Demand>,
}

/// What a Deny demands by denying what does not meet it.
#[derive(Debug, Clone)]
pub(super) struct Demand {
    /// Which of the Deny statements it is.
    pub(super) deny: usize,
    /// How many of the candidate's statements say it.
    pub(super) statements: usize,
    /// What is done, where the Deny demands it of all that the statement allows.
    pub(super) of_all: String,
}

impl Candidate {
    pub(super) fn new(summary: String, statements: Vec<Value>) -> Self {
        Self { summary, statements, demand: None }
    }

    /// The same, with something done besides.
    pub(super) fn and(&self, also: &str, statements: impl Iterator<Item = Value>) -> Self {
        let with = |summary: &String| format!("{summary}, and {also}");
        let demand = self.demand.as_ref();
        Self {
            summary: with(&self.summary),
            statements: self.statements.iter().cloned().chain(statements).collect(),
            demand: demand.map(|demand| Demand { of_all: with(&demand.of_all), ..demand.clone() }),
        }
    }
}

/// A Deny as the policy has it before any edit, with the owner in the place of variables.
pub(super) struct Refusal<'here> {
    pub(super) statement: &'here Statement,
    /// Whether it takes something of the statement that is to be closed from outsiders.
    pub(super) takes: bool,
}

/// What a candidate is made from.
pub(super) struct Source<'here> {
    /// Whether `${...}` is a policy variable.
    pub(super) has_variables: bool,
    /// Every Deny, in order.
    pub(super) refusals: &'here [Refusal<'here>],
    pub(super) statement: &'here Statement,
    /// The statement as the document has it.
    pub(super) json: &'here Value,
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
