//! Edits that say who may come in.

use serde_json::{Map, Value, json};

use super::candidate::{Candidate, Source};
use super::edit::{compact, with_condition, with_principal, with_sid_suffix};
use crate::address::{is_narrow, parse_block};
use crate::search::world::sources;
use crate::words::and;
use crate::{Principal, PrincipalKind};

/// The statement for the own and the trusted accounts, beside the principals that were fixed already.
pub(super) fn to_accounts(source: &Source<'_>) -> Option<Candidate> {
    let element = &source.statement.principal;
    // A bare account id is right in every partition.
    let mut aws: Vec<String> = source.trust.all_accounts().map(str::to_owned).collect();
    let mut others: Vec<(PrincipalKind, Vec<String>)> = Vec::new();
    if !element.negated {
        for principal in element.principals.iter().filter(|principal| principal.is_fixed()) {
            match others.iter_mut().find(|(kind, _)| *kind == principal.kind) {
                _ if principal.kind == PrincipalKind::Aws => {
                    if !aws.contains(&principal.value) {
                        aws.push(principal.value.clone());
                    }
                }
                Some((_, values)) => values.push(principal.value.clone()),
                None => others.push((principal.kind, vec![principal.value.clone()])),
            }
        }
    }
    let mut map = Map::new();
    map.insert("AWS".to_owned(), compact(&aws));
    for (kind, values) in others {
        map.insert(kind.name().to_owned(), compact(&values));
    }
    let mut statement = with_principal(source.json, Value::Object(map))?;
    if element.negated {
        statement = excluding(source, statement)?;
    }
    Some(Candidate::new(format!("narrow the principal to {}", source.owner()), vec![statement]))
}

/// The same, with a statement of its own for the services that are named: only for the own and the trusted accounts.
/// `None` where not each of them is known to say for which account it acts.
pub(super) fn to_accounts_by_source(source: &Source<'_>) -> Option<Candidate> {
    let element = &source.statement.principal;
    let principals = element.principals.iter().filter(|principal| principal.kind == PrincipalKind::Service);
    let services: Vec<String> = principals.map(|principal| principal.value.clone()).collect();
    let is_exact = !element.negated && services.iter().all(|service| sources::says_account(service));
    if services.is_empty() || !is_exact {
        return None;
    }
    let Candidate { summary, mut statements, .. } = to_accounts(source)?;
    let kind = PrincipalKind::Service.name();
    statements.first_mut()?.get_mut("Principal")?.as_object_mut()?.shift_remove(kind)?;
    let own = with_principal(source.json, json!({ kind: compact(&services) }))?;
    let accounts: Vec<String> = source.trust.all_accounts().map(str::to_owned).collect();
    let own = with_condition(&own, "StringEquals", "aws:SourceAccount", &accounts)?;
    statements.push(with_sid_suffix(own, "Services"));
    let names: Vec<String> = services.iter().map(|service| format!("`{service}`")).collect();
    let verb = if services.len() == 1 { "acts" } else { "act" };
    Some(Candidate::new(
        format!(
            "{summary}, and require by `aws:SourceAccount`, in a statement of its own, that {} {verb} for the same",
            and(&names)
        ),
        statements,
    ))
}

/// What `NotPrincipal` left out, as conditions.
fn excluding(source: &Source<'_>, mut statement: Value) -> Option<Value> {
    let excluded = &source.statement.principal.principals;
    let of_aws = excluded.iter().filter(|principal| principal.kind == PrincipalKind::Aws);
    let (accounts, arns): (Vec<String>, Vec<String>) = of_aws
        .map(|principal| principal.value.clone())
        .partition(|value| !value.contains(':') || value.ends_with(":root"));
    let ids: Vec<String> =
        accounts.iter().map(|value| value.split(':').nth(4).unwrap_or(value).to_owned()).collect();
    if !ids.is_empty() {
        statement = with_condition(&statement, "StringNotEquals", "aws:PrincipalAccount", &ids)?;
    }
    if !arns.is_empty() {
        statement = with_condition(&statement, "ArnNotLike", "aws:PrincipalArn", &arns)?;
    }
    Some(statement)
}

/// The statement for every kind of trusted party, each in a statement of its own.
pub(super) fn to_trusted(source: &Source<'_>, accounts: Candidate) -> Option<Candidate> {
    let trust = source.trust;
    let own = |prefix: &str| -> Vec<String> {
        trust.vpcs.iter().filter(|id| id.split('-').next() == Some(prefix)).cloned().collect()
    };
    let networks = trust.networks.iter().filter(|text| parse_block(text).is_some_and(is_narrow));
    let parties = [
        ("StringEquals", "aws:PrincipalOrgID", trust.organizations.clone(), "Organization"),
        ("IpAddress", "aws:SourceIp", networks.cloned().collect(), "Network"),
        ("StringEquals", "aws:SourceVpc", own("vpc"), "Vpc"),
        ("StringEquals", "aws:SourceVpce", own("vpce"), "VpcEndpoint"),
    ];
    let everyone =
        with_principal(source.json, json!("*")).filter(|_| source.statement.principal.is_everyone());
    let mut statements = accounts.statements;
    for (operator, key, values, suffix) in parties.iter().filter(|(_, _, values, _)| !values.is_empty()) {
        let statement = with_condition(everyone.as_ref()?, operator, key, values)?;
        statements.push(with_sid_suffix(statement, suffix));
    }
    let summary = format!("{}, and give each other trusted party a statement of its own", accounts.summary);
    (statements.len() > 1).then(|| Candidate::new(summary, statements))
}

/// The statement for those principals of the own and the trusted accounts whom its patterns name.
pub(super) fn by_pattern(source: &Source<'_>) -> Option<Candidate> {
    let element = &source.statement.principal;
    let is_pattern = |principal: &Principal| {
        principal.kind == PrincipalKind::Aws && !principal.is_everyone() && principal.value.contains(':')
    };
    if element.negated || element.principals.is_empty() || !element.principals.iter().all(is_pattern) {
        return None;
    }
    let accounts: Vec<String> = source.trust.all_accounts().map(str::to_owned).collect();
    let patterns: Vec<String> = element.principals.iter().map(|own| own.value.clone()).collect();
    let narrowed = with_principal(source.json, json!({ "AWS": compact(&accounts) }))?;
    Some(Candidate::new(
        format!(
            "narrow the principal to {} and keep what it said as a condition on `aws:PrincipalArn`",
            source.owner()
        ),
        vec![with_condition(&narrowed, "StringLike", "aws:PrincipalArn", &patterns)?],
    ))
}

/// The statement for its own principals, as far as they are callers of the own and the trusted accounts.
pub(super) fn by_account(source: &Source<'_>) -> Option<Candidate> {
    let element = &source.statement.principal;
    if element.negated || element.is_everyone() {
        return None;
    }
    let accounts: Vec<String> = source.trust.all_accounts().map(str::to_owned).collect();
    let statement = with_condition(source.json, "StringEquals", "aws:PrincipalAccount", &accounts)?;
    Some(Candidate::new(
        format!("require by `aws:PrincipalAccount` that callers are of {}", source.owner()),
        vec![statement],
    ))
}
