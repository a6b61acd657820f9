//! Ways in which a statement could be closed, smallest edit first.

use serde_json::Value;

use super::edit::with_sid_suffix;
use super::{narrow, restate};
use crate::{Policy, Statement, Trust};

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

/// All candidates for a statement. Whether one is sound is for the proof to say.
pub(super) fn candidates(policy: &Policy, index: usize, trust: &Trust) -> Vec<Candidate> {
    let json = policy.document().pointer(&policy.pointer(index));
    let (Some(statement), Some(json)) = (policy.statements.get(index), json) else { return Vec::new() };
    let source = Source { policy, statement, json: json.clone(), trust };
    let mut candidates = restate::candidates(&source);
    let limited: Vec<Candidate> = candidates.clone();
    let accounts = narrow::to_accounts(&source);
    // An edit that limits the statement for outsiders may limit the own account too: then it gets its own statement.
    if let Some(accounts) = &accounts {
        for candidate in limited {
            let own = accounts.statements.iter().cloned();
            let own = own.map(|statement| with_sid_suffix(statement, "Accounts"));
            let statements = candidate.statements.into_iter().chain(own);
            candidates.push(Candidate {
                summary: format!(
                    "{}, and give the trusted accounts a statement of their own",
                    candidate.summary
                ),
                statements: statements.collect(),
            });
        }
    }
    candidates.extend(accounts);
    candidates.extend(narrow::to_trusted(&source));
    candidates
}
