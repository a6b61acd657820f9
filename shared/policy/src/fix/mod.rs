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
mod edit;
mod ground;
mod narrow;
mod patch;
mod restate;
mod services;
mod shut;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::change::{Change, lets_in, shuts_out};
use crate::documented::statement_is_public;
use crate::search::Budget;
use crate::{Asking, Policy, Statement, findings, words};
use candidate::{Candidate, Source};
pub use candidate::{ORGANIZATION_PLACEHOLDER, OWNER_PLACEHOLDER};
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
    if ground::speaks_of_organization(policy) {
        trust.organizations.push(ORGANIZATION_PLACEHOLDER.to_owned());
    }
    let asking = Asking { trust: &trust, ..asking };
    let mut budget = Budget::new(Budget::DEFAULT);
    let mut current = policy.clone();
    let mut summary = Vec::new();
    let by_everyone = public.iter().all(|statement| statement.principal.is_everyone());
    // From the last to the first: a statement that becomes two does not move those still to be done.
    for statement in public.into_iter().rev() {
        let index = statement.index;
        let (next, what) = Closing { policy: &current, index, asking }
            .run(&mut budget)
            .ok_or(NoFix::NotFound { statement: index })?;
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
    let patch = patch::between(policy.document(), current.document());
    let text = current.document().to_string();
    let placeholders = [OWNER_PLACEHOLDER, ORGANIZATION_PLACEHOLDER];
    let fill_in = placeholders.into_iter().filter(|placeholder| text.contains(placeholder)).collect();
    let (before, after) = (ground::ground(policy, &trust), ground::ground(&current, &trust));
    let shuts_out = shut::sentences(&before, &after, asking, by_everyone);
    let services: Vec<String> =
        findings::deputies(&current, asking, &|_| true).iter().map(|one| format!("`{one}`")).collect();
    let leaves = (!services.is_empty()).then(|| {
        format!(
            "{} may still act for any account: require by `aws:SourceAccount` for whom.",
            words::and(&services)
        )
    });
    let leaves = leaves.into_iter().collect();
    Ok(Fix { summary, patch, policy: current.document().clone(), shuts_out, leaves, fill_in })
}

/// A statement that is to be closed.
///
/// The proofs look at the statement and its successors alone, beside every `Deny`: what other statements allow, they
/// allow before and after.
struct Closing<'here> {
    policy: &'here Policy,
    index: usize,
    asking: Asking<'here>,
}

impl Closing<'_> {
    /// The policy with the first candidate for the statement that is sound, and what was done.
    fn run(&self, budget: &mut Budget) -> Option<(Policy, String)> {
        let grounded = ground::ground(self.policy, self.asking.trust);
        let before = grounded.only(self.index..self.index + 1);
        let json = self.policy.document().pointer(&self.policy.pointer(self.index))?.clone();
        let statement = self.policy.statements.get(self.index)?;
        let source =
            Source { policy: self.policy, grounded: &grounded, statement, json, trust: self.asking.trust };
        let delete = || Candidate { summary: "delete the statement".to_owned(), statements: Vec::new() };
        if shut::is_for_nobody(&before, self.asking, budget) {
            let why = "delete the statement: nobody gets in by it who is meant to".to_owned();
            return self.proven(&before, Candidate { summary: why, ..delete() }, budget).map(Proven::taken);
        }
        let mut candidates = if shut::is_for_services(&before, self.asking, budget) {
            restate::candidates(&source)
        } else {
            candidates(&source)
        };
        candidates.extend(services::pinned(&source));
        let mut second_best: Option<Proven> = None;
        let mut emptied = false;
        let mut meant = None;
        for candidate in candidates {
            let Some(proven) = self.proven(&before, candidate.clone(), budget) else { continue };
            if shut::is_for_nobody(&proven.after, self.asking, budget) {
                emptied = true;
                continue;
            }
            let meant = *meant.get_or_insert_with(|| shut::means_services(&before, self.asking, budget));
            if !meant || !shut::loses_services(&before, &proven.after, self.asking, budget) {
                return Some(proven.taken());
            }
            let beside = services::beside(&source, &candidate);
            if let Some(better) = beside.and_then(|candidate| self.proven(&before, candidate, budget)) {
                return Some(better.taken());
            }
            second_best.get_or_insert(proven);
        }
        if second_best.is_none() && emptied {
            let why = "delete the statement: narrowed to those who are meant, it lets nobody in".to_owned();
            second_best = self.proven(&before, Candidate { summary: why, ..delete() }, budget);
        }
        second_best.map(Proven::taken)
    }

    /// The candidate, if it closes the statement, keeps those who must be kept, and lets nobody in.
    fn proven(&self, before: &Policy, candidate: Candidate, budget: &mut Budget) -> Option<Proven> {
        let document = patch::with_statements(self.policy, self.index, &candidate.statements)?;
        let fixed = Policy::from_document(document).ok()?;
        let range = self.index..self.index + candidate.statements.len();
        if fixed.statements.get(range.clone())?.iter().any(statement_is_public) {
            return None;
        }
        let after = ground::ground(&fixed, self.asking.trust).only(range);
        let is_sound = shuts_out(before, &after, self.asking, budget) == Change::Nothing
            && lets_in(before, &after, self.asking, budget) == Change::Nothing;
        is_sound.then_some(Proven { fixed, after, summary: candidate.summary })
    }
}

/// A candidate that passed the proof.
struct Proven {
    fixed: Policy,
    /// The statement's successors alone, beside every `Deny`.
    after: Policy,
    summary: String,
}

impl Proven {
    fn taken(self) -> (Policy, String) {
        (self.fixed, self.summary)
    }
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
    for accounts in narrow::to_accounts_by_source(source).into_iter().chain(accounts) {
        candidates.push(accounts.clone());
        candidates.extend(narrow::to_trusted(source, accounts));
    }
    candidates.extend(narrow::by_pattern(source));
    candidates.extend(narrow::by_account(source));
    candidates
}
