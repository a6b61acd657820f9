//! Statements that are open to outsiders, or would be but for one thing.

use addresses::Addresses;

use super::Look;
use crate::address::parse_block;
use crate::documented::{NoLimit, is_anonymous, limit, statement_is_public};
use crate::finding::{Finding, FindingKind};
use crate::search::decide::{Question, ask};
use crate::search::model::Model;
use crate::search::{Budget, Found};
use crate::{Access, Policy, Statement, access, reason};

pub(super) fn look(look: &mut Look<'_>, statement: &Statement, findings: &mut Vec<Finding>) {
    if statement.principal.negated {
        let excluded = vec![
            "`NotPrincipal` with `Allow` lets in everybody who is not listed; list who may come in instead."
                .to_owned(),
        ];
        let principal = statement.principal.to_string();
        findings.push(Finding::about(statement, FindingKind::AllowNotPrincipal, principal, excluded));
    }
    covers_internet(statement, findings);
    if !statement_is_public(statement) {
        return;
    }
    let mut reasons = reason::why_open(statement);
    let kind = match kind(look, statement) {
        (kind, None) => kind,
        (kind, Some(why)) => {
            reasons.push(why);
            kind
        }
    };
    findings.push(Finding::about(statement, kind, statement.principal.to_string(), reasons));
    let open = matches!(
        kind,
        FindingKind::Public | FindingKind::PublicButForCallerKey | FindingKind::AnonymousByName
    );
    let powerful = |class: &Access| matches!(class, Access::Everything | Access::Permissions);
    if open && access::classes(&statement.action).iter().any(powerful) {
        let why = vec!["Outsiders can change who may do what, so they can take the bucket over.".to_owned()];
        let principal = statement.principal.to_string();
        findings.push(Finding::about(statement, FindingKind::PowerfulAccess, principal, why));
    }
}

fn kind(look: &mut Look<'_>, statement: &Statement) -> (FindingKind, Option<String>) {
    let only = |other: &Statement| other.index == statement.index;
    let found = if look.semantic.bounded {
        Found::Unknown
    } else if look.semantic.public {
        open_to(look.policy, &only, look.model, look.budget)
    } else {
        Found::None
    };
    match found {
        Found::One(()) if names_anonymous(statement) => (FindingKind::AnonymousByName, None),
        Found::One(()) => {
            let caller_key = statement.conditions.iter().find(|condition| {
                condition.key.is_chosen_by_caller()
                    && condition.operator.is_some_and(|operator| !operator.negated)
            });
            match caller_key {
                Some(condition) if condition.key.name() != "aws:securetransport" => {
                    (FindingKind::PublicButForCallerKey, None)
                }
                _ => (FindingKind::Public, None),
            }
        }
        Found::Unknown => {
            let why = "The policy is too intricate to follow to the end within the bound on work, so it counts as public.";
            (FindingKind::Public, Some(why.to_owned()))
        }
        Found::None => {
            let without = without_denies(look.policy);
            match open_to(&without, &only, look.model, look.budget) {
                Found::None => {
                    let why = "No outsider can match this statement, but S3 and AWS Config call it public.";
                    (FindingKind::PublicByText, Some(why.to_owned()))
                }
                _ => {
                    let why =
                        "Only a `Deny` keeps outsiders out; S3 and AWS Config do not take it into account.";
                    (FindingKind::PublicButForDeny, Some(why.to_owned()))
                }
            }
        }
    }
}

fn open_to(
    policy: &Policy,
    allows: &dyn Fn(&Statement) -> bool,
    model: &Model,
    budget: &mut Budget,
) -> Found<()> {
    match ask(&Question { policy, unless: None, allows }, model, &model.outside(), budget) {
        Found::One(_) => Found::One(()),
        Found::None => Found::None,
        Found::Unknown => Found::Unknown,
    }
}

/// The policy with every `Deny` made ineffective; the indices stay.
fn without_denies(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    for statement in policy.statements.iter_mut().filter(|statement| !statement.is_allow()) {
        statement.has_unknown_element = true;
    }
    policy
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
            let principal = statement.principal.to_string();
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
