//! Statements that are open to outsiders, or would be but for one thing.

use super::powers;
use crate::abilities::{Bucket, lets_in_outsiders};
use crate::address;
use crate::documented::{NoLimit, is_anonymous, limit, statement_is_public};
use crate::finding::{Finding, FindingKind};
use crate::search::decide::Within;
use crate::search::inquiry::Inquiry;
use crate::search::world::World;
use crate::search::{Budget, Found};
use crate::{Condition, Outsider, Policy, Semantic, Statement, Witness, access, reason};

/// What a look at a statement that may let outsiders in needs beside it.
pub(super) struct Look<'here, 'policy> {
    pub(super) policy: &'here Policy,
    pub(super) semantic: &'here Semantic,
    pub(super) bucket: &'here Bucket,
    pub(super) inquiry: &'here Inquiry<'policy>,
    pub(super) budget: &'here mut Budget,
}

/// The outsiders, from those who are the least work to ask about.
const BY_WORK: [Outsider; 3] = [Outsider::Anonymous, Outsider::Service, Outsider::Account];

/// An `Allow` with `NotPrincipal`.
pub(super) fn negated(statement: &Statement) -> Finding {
    let why =
        "`NotPrincipal` with `Allow` speaks of everybody who is not listed; list who may come in instead.";
    let principal = statement.principal.brief();
    Finding::about(statement, FindingKind::AllowNotPrincipal, principal, vec![why.to_owned()])
}

impl Look<'_, '_> {
    pub(super) fn look(&mut self, statement: &Statement, findings: &mut Vec<Finding>) {
        if !statement_is_public(statement) {
            if lets_in_outsiders(statement) {
                findings.extend(self.covers_internet(statement));
            }
            return;
        }
        let mut reasons = reason::why_open(statement, self.policy.has_variables);
        let (kind, callers, why) = self.kind(statement);
        reasons.extend(why.map(str::to_owned));
        let principal = statement.principal.brief();
        let is_open = !callers.is_empty();
        findings.push(Finding::about(statement, kind, principal.clone(), reasons).by(callers));
        if is_open && let Some(witness) = self.power(statement) {
            let takes_over =
                if witness.action == "s3:PutBucketPolicy" { ": so to take the bucket over" } else { "" };
            let why = format!(
                "Outsiders can change who may do what{takes_over}. For example, {} may call `{}` on `{}`.",
                witness.caller.describe(),
                witness.action,
                witness.resource
            );
            let caller = vec![Outsider::of(witness.caller.kind)];
            let finding = Finding::about(statement, FindingKind::PowerfulAccess, principal, vec![why]);
            findings.push(finding.by(caller));
        }
    }

    /// Which outsiders get in by the statement, and whether that is not known of some. Each kind has its share of the
    /// work; that of accounts is the most, so it has what the others leave.
    fn callers(&mut self, statement: &Statement) -> (Vec<Outsider>, bool) {
        let only = |index: usize| index == statement.index;
        let within = Within { allows: &only, alone: true, ..Within::WHOLE };
        let mut callers = Vec::new();
        let mut gave_up = false;
        for (number, caller) in BY_WORK.into_iter().enumerate() {
            let of_caller = |world: &World| Outsider::of(world.caller) == caller;
            let find = |budget: &mut Budget| self.inquiry.find(&of_caller, &within, budget);
            match self.budget.share(BY_WORK.len() - number, find) {
                Found::One(_) => callers.push(caller),
                Found::None => {}
                Found::Unknown => gave_up = true,
            }
        }
        callers.sort_unstable();
        (callers, gave_up)
    }

    /// What kind of opening the statement is, which outsiders get in by it, and why it is of that kind.
    fn kind(&mut self, statement: &Statement) -> (FindingKind, Vec<Outsider>, Option<&'static str>) {
        let (callers, gave_up) = match self.semantic {
            Semantic { bounded: true, .. } => (Vec::new(), true),
            Semantic { public: true, .. } => self.callers(statement),
            _ => (Vec::new(), false),
        };
        if !callers.is_empty() {
            let caller_key = statement.conditions.iter().find(|condition| {
                condition.key.is_chosen_by_caller()
                    && condition.operator.is_some_and(|operator| !operator.negated)
            });
            let kind = match caller_key {
                _ if names_anonymous(statement) => FindingKind::AnonymousByName,
                Some(condition) if condition.key.name() != "aws:securetransport" => {
                    FindingKind::PublicButForCallerKey
                }
                _ => FindingKind::Public,
            };
            return (kind, callers, None);
        }
        if gave_up {
            let why = "The policy is too intricate to follow to the end within the bound on work, so it counts as public.";
            return (FindingKind::Public, callers, Some(why));
        }
        let (kind, why) = match self.without_denies(statement) {
            Found::One(()) => (
                FindingKind::PublicButForDeny,
                "Only a `Deny` keeps outsiders out; S3 and AWS Config do not take it into account.",
            ),
            Found::None => (
                FindingKind::PublicByText,
                "No outsider can match this statement, but by AWS's documentation it is public.",
            ),
            Found::Unknown => (
                FindingKind::PublicByText,
                "No outsider gets in by this statement, but by AWS's documentation it is public.",
            ),
        };
        (kind, callers, Some(why))
    }

    /// Whether outsiders would get in by a statement by which they do not if there were no Deny.
    fn without_denies(&mut self, statement: &Statement) -> Found<()> {
        if self.policy.statements.iter().all(Statement::is_allow) {
            return Found::None;
        }
        let only = |index: usize| index == statement.index;
        let within = Within { allows: &only, denies: false, alone: true, ..Within::WHOLE };
        match self.inquiry.find(&|_| true, &within, self.budget) {
            Found::One(_) => Found::One(()),
            Found::None => Found::None,
            Found::Unknown => Found::Unknown,
        }
    }

    /// A request by an outsider that the statement allows and that changes who may do what.
    fn power(&mut self, statement: &Statement) -> Option<Witness> {
        if !access::classes(&statement.action).iter().any(|class| class.is_powerful()) {
            return None;
        }
        let only = |index: usize| index == statement.index;
        let bucket = self.bucket;
        powers(bucket).into_iter().find_map(|given| {
            let within = Within { allows: &only, given: &given, ..Within::WHOLE };
            match self.inquiry.find(&|world| bucket.is_in_partition_of(world), &within, self.budget) {
                Found::One(hit) => Some(hit.witness),
                Found::None | Found::Unknown => None,
            }
        })
    }

    /// That outsiders get in by blocks which S3 counts as fixed, though together they cover the internet.
    fn covers_internet(&mut self, statement: &Statement) -> Option<Finding> {
        let is_cover =
            |condition: &&Condition| limit(condition).is_ok() && address::covers_internet(condition);
        let condition = statement.conditions.iter().find(is_cover)?;
        let (callers, gave_up) = self.callers(statement);
        if callers.is_empty() && !gave_up {
            return None;
        }
        let why = format!(
            "The {} blocks for `{}` are each narrow enough for S3, but together they cover the internet.",
            condition.values.len(),
            condition.key
        );
        let principal = statement.principal.brief();
        let kind = FindingKind::NetworksCoverInternet;
        Some(Finding::about(statement, kind, principal, vec![why]).by(callers))
    }
}

/// Whether a condition would limit the statement if it did not name everyone who does not sign in.
fn names_anonymous(statement: &Statement) -> bool {
    statement.conditions.iter().any(
        |condition| matches!(limit(condition), Err(NoLimit::Value(value)) if is_anonymous(condition, &value)),
    )
}
