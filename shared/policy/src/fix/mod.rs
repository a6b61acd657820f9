//! Proposes the smallest edit that closes a policy to outsiders and shuts nobody out who should get in.
//!
//! For each statement that is public, candidates are tried from the smallest edit to the largest. A candidate is taken
//! when AWS's text no longer calls its statements public, when the search proves that no request of the own account,
//! of trusted accounts, organizations and networks, of networks and VPCs that the policy itself names, or of named
//! services is lost, and when it proves that nobody new is let in. The own account stands for itself when the settings
//! name it; otherwise a placeholder does, and the fix says that it must be filled in.

mod candidate;
mod edit;
mod narrow;
mod patch;
mod restate;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::change::{Change, lets_in, shuts_out};
use crate::documented::statement_is_public;
use crate::search::Budget;
use crate::{Asking, Policy, Statement, Trust};
pub use candidate::OWNER_PLACEHOLDER;
use candidate::{Candidate, Source};
use edit::with_sid_suffix;

/// An edit that closes a policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fix {
    /// What is done, one sentence for each statement.
    pub summary: Vec<String>,
    /// The edit, as a JSON Patch (RFC 6902).
    pub patch: Vec<Value>,
    /// The policy after the edit.
    pub policy: Value,
    /// What the operator must fill in first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fill_in: Vec<&'static str>,
}

/// Why there is no fix.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoFix {
    /// The policy is not public.
    #[error("the policy is not public")]
    NotPublic,
    /// No candidate passes the proof.
    #[error("no edit of statement {} was found that closes it and provably shuts nobody out; rewrite it by hand", statement + 1)]
    NotFound {
        /// The position of the statement, from 0.
        statement: usize,
    },
    /// More statements are public than are worked on.
    #[error("{public} statements are public; the policy is better written anew")]
    TooMany {
        /// How many statements are public.
        public: usize,
    },
}

/// How many public statements are worked on.
const MAX_STATEMENTS: usize = 12;

/// Proposes an edit of the statements that count; the others stay as they are.
///
/// # Errors
/// No statement that counts is public, or no edit passes the proof.
pub(crate) fn propose(
    policy: &Policy,
    asking: Asking<'_>,
    counts: &dyn Fn(&Statement) -> bool,
) -> Result<Fix, NoFix> {
    let (public, kept): (Vec<&Statement>, Vec<&Statement>) =
        policy.statements.iter().filter(|own| statement_is_public(own)).partition(|own| counts(own));
    match public.len() {
        0 => return Err(NoFix::NotPublic),
        count if count > MAX_STATEMENTS => return Err(NoFix::TooMany { public: count }),
        _ => {}
    }
    let mut trust = asking.trust.clone();
    trust.own_account.get_or_insert_with(|| OWNER_PLACEHOLDER.to_owned());
    let asking = Asking { trust: &trust, ..asking };
    let mut budget = Budget::new(Budget::DEFAULT);
    let mut current = policy.clone();
    let mut summary = Vec::new();
    // From the last to the first: a statement that becomes two does not move those still to be done.
    for statement in public.into_iter().rev() {
        let index = statement.index;
        let (next, what) =
            close(&current, index, asking, &mut budget).ok_or(NoFix::NotFound { statement: index })?;
        summary.insert(0, format!("In {statement}, {what}."));
        current = next;
    }
    // INVARIANT: both verdicts of a fixed policy are "no", but for what is kept; semantic implies documented.
    if current.statements.iter().filter(|own| statement_is_public(own)).count() > kept.len() {
        return Err(NoFix::NotFound { statement: 0 });
    }
    let patch = patch::between(policy.document(), current.document());
    let text = current.document().to_string();
    let fill_in = if text.contains(OWNER_PLACEHOLDER) { vec![OWNER_PLACEHOLDER] } else { Vec::new() };
    Ok(Fix { summary, patch, policy: current.document().clone(), fill_in })
}

/// The first candidate for a statement that passes the proof.
///
/// The proof looks at the statement and its successors alone, beside every `Deny`: what other statements allow, they
/// allow before and after.
fn close(policy: &Policy, index: usize, asking: Asking<'_>, budget: &mut Budget) -> Option<(Policy, String)> {
    let before = policy.only(index..index + 1);
    let mut passes = |candidate: Candidate| {
        let fixed =
            Policy::from_document(patch::with_statements(policy, index, &candidate.statements)?).ok()?;
        let range = index..index + candidate.statements.len();
        let closed = !fixed.statements.get(range.clone())?.iter().any(statement_is_public);
        let after = fixed.only(range);
        let proven = closed
            && shuts_out(&before, &after, asking, budget) == Change::Nothing
            && lets_in(&before, &after, asking.now, budget) == Change::Nothing;
        proven.then_some((fixed, candidate.summary))
    };
    candidates(policy, index, asking.trust).into_iter().find_map(&mut passes)
}

/// The ways in which a statement could be closed, smallest edit first. Whether one is sound is for the proof to say.
fn candidates(policy: &Policy, index: usize, trust: &Trust) -> Vec<Candidate> {
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
