//! Statements that are open to outsiders, or would be but for one thing.

use addresses::Addresses;

use crate::abilities::Bucket;
use crate::address::parse_block;
use crate::documented::{NoLimit, is_anonymous, limit, statement_is_public};
use crate::finding::{Finding, FindingKind};
use crate::search::decide::Within;
use crate::search::domain::Domain;
use crate::search::inquiry::Inquiry;
use crate::search::{Budget, Found};
use crate::{Outsider, Semantic, Statement, Witness, access, reason};

pub(super) fn look(
    statement: &Statement,
    has_variables: bool,
    semantic: &Semantic,
    bucket: &Bucket,
    inquiry: Option<&mut Inquiry<'_>>,
    budget: &mut Budget,
    findings: &mut Vec<Finding>,
) {
    if statement.principal.negated {
        let why = "`NotPrincipal` with `Allow` speaks of everybody who is not listed; list who may come in instead.";
        let principal = statement.principal.brief();
        findings.push(Finding::about(
            statement,
            FindingKind::AllowNotPrincipal,
            principal,
            vec![why.to_owned()],
        ));
    }
    covers_internet(statement, findings);
    let Some(inquiry) = inquiry.filter(|_| statement_is_public(statement)) else { return };
    let mut reasons = reason::why_open(statement, has_variables);
    let (kind, callers, why) = kind(statement, semantic, inquiry, budget);
    reasons.extend(why.map(str::to_owned));
    let principal = statement.principal.brief();
    let is_open = !callers.is_empty();
    findings.push(Finding::about(statement, kind, principal.clone(), reasons).by(callers));
    if is_open && let Some(witness) = power(statement, bucket, inquiry, budget) {
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

/// What kind of opening the statement is, which outsiders get in by it, and why it is of that kind.
fn kind(
    statement: &Statement,
    semantic: &Semantic,
    inquiry: &mut Inquiry<'_>,
    budget: &mut Budget,
) -> (FindingKind, Vec<Outsider>, Option<&'static str>) {
    let only = |index: usize| index == statement.index;
    let mut callers = Vec::new();
    let mut gave_up = semantic.bounded;
    for (number, caller) in Outsider::ALL.into_iter().enumerate() {
        if !semantic.public || semantic.bounded {
            break;
        }
        let within = Within { allows: &only, ..Within::WHOLE };
        let find = |budget: &mut Budget| inquiry.find(&|kind| Outsider::of(kind) == caller, &within, budget);
        match budget.share(Outsider::ALL.len() - number, find) {
            Found::One(_) => callers.push(caller),
            Found::None => {}
            Found::Unknown => gave_up = true,
        }
    }
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
    let within = Within { allows: &only, denies: false, ..Within::WHOLE };
    match inquiry.find(&|_| true, &within, budget) {
        Found::None => {
            let why = "No outsider can match this statement, but by AWS's documentation it is public.";
            (FindingKind::PublicByText, callers, Some(why))
        }
        Found::One(_) | Found::Unknown => {
            let why = "Only a `Deny` keeps outsiders out; S3 and AWS Config do not take it into account.";
            (FindingKind::PublicButForDeny, callers, Some(why))
        }
    }
}

/// A request by an outsider that the statement allows and that changes who may do what.
fn power(
    statement: &Statement,
    bucket: &Bucket,
    inquiry: &mut Inquiry<'_>,
    budget: &mut Budget,
) -> Option<Witness> {
    if !access::classes(&statement.action).iter().any(|class| class.is_powerful()) {
        return None;
    }
    let only = |index: usize| index == statement.index;
    let targets =
        [(access::BUCKET_PERMISSIONS, bucket.itself()), (access::OBJECT_PERMISSIONS, bucket.objects())];
    targets.into_iter().find_map(|(actions, resource)| {
        let actions = Domain::texts(actions.iter().map(ToString::to_string));
        let given = [("action".to_owned(), actions), ("resource".to_owned(), resource)];
        let within = Within { allows: &only, given: &given, ..Within::WHOLE };
        match inquiry.find(&|_| true, &within, budget) {
            Found::One(hit) => Some(hit.witness),
            Found::None | Found::Unknown => None,
        }
    })
}

fn covers_internet(statement: &Statement, findings: &mut Vec<Finding>) {
    for condition in &statement.conditions {
        if condition.key.name() != "aws:sourceip" || limit(condition).is_err() {
            continue;
        }
        let networks: Addresses = condition.values.iter().filter_map(|value| parse_block(value)).collect();
        if networks.covers_internet() {
            let why = format!(
                "The {} blocks for `{}` are each narrow enough for S3, but together they cover the internet.",
                condition.values.len(),
                condition.key
            );
            let principal = statement.principal.brief();
            findings.push(Finding::about(
                statement,
                FindingKind::NetworksCoverInternet,
                principal,
                vec![why],
            ));
        }
    }
}

/// Whether a condition would limit the statement if it did not name everyone who does not sign in.
fn names_anonymous(statement: &Statement) -> bool {
    statement.conditions.iter().any(
        |condition| matches!(limit(condition), Err(NoLimit::Value(value)) if is_anonymous(condition, &value)),
    )
}
