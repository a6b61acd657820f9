//! Parties that are let in by name, and that the settings do not name.

use addresses::Addresses;

use super::parties;
use crate::address::parse_block;
use crate::documented::limit;
use crate::finding::{Finding, FindingKind};
use crate::{Condition, PrincipalKind, Statement, Trust, access};

pub(super) fn look(statement: &Statement, trust: &Trust, findings: &mut Vec<Finding>) {
    let limits: Vec<&Condition> =
        statement.conditions.iter().filter(|condition| limit(condition).is_ok()).collect();
    let mut outside = Vec::new();
    if !statement.principal.negated {
        by_principal(statement, trust, &limits, &mut outside);
    }
    if !statement.principal.is_fixed() {
        for condition in &limits {
            by_condition(condition, trust, &mut outside);
        }
    }
    let parties: Vec<String> = outside.iter().map(|(_, party, _)| party.clone()).collect();
    let is_powerful = access::classes(&statement.action).iter().any(|class| class.is_powerful());
    if is_powerful && !parties.is_empty() {
        let parties = parties::listed(&parties);
        let why = vec![format!("The statement allows {parties} to change who may do what.")];
        findings.push(Finding::about(statement, FindingKind::PowerfulAccess, parties, why));
    }
    for (kind, party, reasons) in parties::gather(outside) {
        findings.push(Finding::about(statement, kind, party, reasons));
    }
}

fn by_principal(
    statement: &Statement,
    trust: &Trust,
    limits: &[&Condition],
    outside: &mut Vec<(FindingKind, String, String)>,
) {
    let trusted = |account: &str| trust.all_accounts().any(|own| own == account);
    for principal in statement.principal.principals.iter().filter(|principal| principal.is_fixed()) {
        let value = &principal.value;
        match principal.kind {
            PrincipalKind::CanonicalUser => outside.push((
                FindingKind::OutsideCanonicalUser,
                value.clone(),
                format!("The canonical user `{value}` is let in; nothing shows whose it is."),
            )),
            PrincipalKind::Aws | PrincipalKind::Federated => {
                let Some(account) = principal.account().filter(|account| !trusted(account)) else { continue };
                if limits.iter().any(|condition| is_trusted_organization(condition, trust)) {
                    continue;
                }
                outside.push((
                    FindingKind::OutsideAccount,
                    value.clone(),
                    format!("Account {account} is let in, and the settings do not name it."),
                ));
            }
            PrincipalKind::Service => {}
        }
    }
}

fn is_trusted_organization(condition: &Condition, trust: &Trust) -> bool {
    condition.key.name() == "aws:principalorgid"
        && condition.values.iter().all(|value| trust.organizations.contains(value))
}

fn by_condition(condition: &Condition, trust: &Trust, outside: &mut Vec<(FindingKind, String, String)>) {
    let key = &condition.key;
    for value in &condition.values {
        let (kind, trusted, what) = match key.name() {
            "aws:principalorgid" | "aws:principalorgpaths" => {
                let organization = value.split('/').next().unwrap_or(value);
                let trusted = trust.organizations.iter().any(|own| own == organization);
                (FindingKind::OutsideOrganization, trusted, "organization")
            }
            "aws:sourceip" => (FindingKind::OutsideNetwork, within(value, &trust.networks), "network"),
            "aws:sourcevpc" | "aws:sourcevpce" => {
                (FindingKind::OutsideNetwork, trust.vpcs.contains(value), "VPC or endpoint")
            }
            "aws:principalaccount"
            | "aws:sourceaccount"
            | "aws:sourceowner"
            | "s3:dataaccesspointaccount" => {
                (FindingKind::OutsideAccount, trust.all_accounts().any(|own| own == value), "account")
            }
            "aws:principalarn" | "aws:sourcearn" | "s3:dataaccesspointarn" => {
                let account = value.split(':').nth(4).unwrap_or_default();
                let trusted = account.is_empty() || trust.all_accounts().any(|own| own == account);
                (FindingKind::OutsideAccount, trusted, "account of")
            }
            _ => continue,
        };
        if !trusted {
            let why = format!("The {what} `{value}` is let in by `{key}`, and the settings do not name it.");
            outside.push((kind, value.clone(), why));
        }
    }
}

/// Whether a block lies within the trusted networks.
fn within(value: &str, networks: &[String]) -> bool {
    let trusted: Addresses = networks.iter().filter_map(|text| parse_block(text)).collect();
    parse_block(value).is_some_and(|block| trusted.covers_block(block))
}
