//! Proposes the smallest edit that closes a policy to outsiders and shuts nobody out who should get in.
//!
//! For each statement that is public, candidates are tried from the smallest edit to the largest. A candidate is taken
//! when AWS's text no longer calls its statements public, when the search proves that no request of the own account,
//! of trusted accounts, organizations and networks, of networks and VPCs that the policy itself names, or of named
//! services is lost, when it proves that nobody new is let in, and when it finds somebody who still is. Services that
//! act for the own account and came in where anonymous callers did not were meant too: an edit that keeps them is
//! taken before one that does not. A statement by which nobody gets in who is meant is deleted.
//!
//! The own account and organization stand for themselves when the settings name them; otherwise placeholders do, and
//! the fix says that they must be filled in. Whom a fix shuts out of those whom the policy let in is found by the
//! search and said.

mod candidate;
mod closing;
mod edit;
mod ground;
mod losses;
mod narrow;
mod narrower;
mod organization;
mod patch;
mod restate;
mod services;
mod shut;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::documented::statement_is_public;
use crate::search::Budget;
use crate::search::model::Model;
use crate::{Asking, Policy, Statement, Trust, findings, words};
use candidate::{Candidate, Source};
pub use candidate::{ORGANIZATION_PLACEHOLDER, OWNER_PLACEHOLDER};
use closing::{Closed, Closing};
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
    /// Whom it shuts out who is no mere outsider, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shuts_out: Vec<String>,
    /// What it leaves open, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leaves: Vec<String>,
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

/// Proposes an edit of the statements that count; the others stay as they are. What was found out for a model of the
/// policy is not worked out again: most statements of a policy name the same parties.
///
/// # Errors
/// No statement that counts is public, or no edit passes the proof.
pub(crate) fn propose(
    policy: &Policy,
    asking: Asking<'_>,
    mut model: Option<Model>,
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
    if ground::speaks_of_organization(policy) {
        trust.organizations.push(ORGANIZATION_PLACEHOLDER.to_owned());
    }
    let asking = Asking { trust: &trust, ..asking };
    let mut budget = Budget::new(Budget::DEFAULT);
    let mut current = policy.clone();
    let mut document = policy.document().clone();
    let mut summary = Vec::new();
    let first = public.first().map_or(0, |statement| statement.index);
    let by_everyone = public.iter().all(|statement| statement.principal.is_everyone());
    let refusals = refusals(policy, &trust);
    // From the last to the first: a statement that becomes two does not move those still to be done.
    for statement in public.into_iter().rev() {
        let index = statement.index;
        let not_found = || NoFix::NotFound { statement: index };
        let pointer = policy.pointer(index);
        let json = document.pointer(&pointer).ok_or_else(not_found)?;
        let closing = Closing::of(&current, index, asking, &refusals, model.as_ref(), &mut budget)
            .ok_or_else(not_found)?;
        let Closed { policy: next, statements, what } =
            closing.run(json, &mut budget).ok_or_else(not_found)?;
        patch::put(&mut document, &pointer, statements).ok_or_else(not_found)?;
        model = Some(closing.into_model());
        summary.insert(0, format!("In {statement}, {what}."));
        current = next;
    }
    // INVARIANT: both verdicts of a fixed policy are "no", but for what is kept; semantic implies documented.
    if current.statements.iter().filter(|own| statement_is_public(own)).count() > kept.len() {
        return Err(NoFix::NotFound { statement: 0 });
    }
    if current.statements.is_empty() {
        summary.push("No statement is left, so delete the policy.".to_owned());
    }
    let patch = patch::between(policy.document(), &document);
    let fill_in = patch::mentioned(&document, &[OWNER_PLACEHOLDER, ORGANIZATION_PLACEHOLDER]);
    let (before, after) = (ground::ground(policy, &trust), ground::ground(&current, &trust));
    if ground::speaks_of_organization(policy)
        && !organization::keeps_whichever_it_is(&before, &after, asking, &mut budget)
    {
        return Err(NoFix::NotFound { statement: first });
    }
    let shuts_out = losses::sentences(&before, &after, asking, by_everyone, model.as_ref());
    let leaves = leaves(&current, asking);
    Ok(Fix { summary, patch, policy: document, shuts_out, leaves, fill_in })
}

/// Every Deny under the number that it has before any edit.
fn refusals(policy: &Policy, trust: &Trust) -> Vec<Statement> {
    let denies = policy.statements.iter().filter(|statement| !statement.is_allow());
    let numbers: Vec<usize> = denies.map(|statement| statement.index).collect();
    let grounded = ground::ground(&policy.only(0..0), trust).statements.into_iter();
    grounded.zip(numbers).map(|(statement, index)| Statement { index, ..statement }).collect()
}

/// The services that a policy leaves open to outside accounts.
fn leaves(policy: &Policy, asking: Asking<'_>) -> Vec<String> {
    let deputies = findings::deputies(policy, asking, &|_| true);
    let list = |services: &[String]| {
        words::and(&services.iter().map(|service| format!("`{service}`")).collect::<Vec<_>>())
    };
    let open = (!deputies.open.is_empty()).then(|| {
        format!(
            "{} may still act for any account: require by `aws:SourceAccount` for whom.",
            list(&deputies.open)
        )
    });
    let unsourced = (!deputies.unsourced.is_empty()).then(|| {
        format!(
            "{} may still act for an outside account by calls that do not say all about their source: require by \
             `aws:SourceAccount`, without `IfExists`, for whom.",
            list(&deputies.unsourced)
        )
    });
    open.into_iter().chain(unsourced).collect()
}

/// The ways in which a statement could be closed, smallest edit first. Whether one is sound is for the proof to say.
fn candidates(source: &Source<'_>) -> Vec<Candidate> {
    let mut candidates = restate::candidates(source);
    let limited: Vec<Candidate> = candidates.clone();
    let accounts = narrow::to_accounts(source);
    // An edit that limits the statement for outsiders may limit the own account too: then it gets its own statement.
    if let Some(accounts) = &accounts {
        for candidate in limited {
            let own = accounts.statements.iter().cloned();
            let own = own.map(|statement| with_sid_suffix(statement, "Accounts"));
            candidates.push(candidate.and("give the trusted accounts a statement of their own", own));
        }
    }
    for accounts in narrow::to_accounts_by_source(source).into_iter().chain(accounts) {
        candidates.push(accounts.clone());
        candidates.extend(narrow::to_trusted(source, accounts));
    }
    candidates.extend(narrow::by_pattern(source));
    candidates.extend(narrow::by_account(source));
    candidates
}
