//! Parties that a statement names, and that the settings do not.

use std::sync::LazyLock;

use addresses::Addresses;

use crate::address::parse_block;
use crate::documented::limit;
use crate::finding::FindingKind;
use crate::key::Key;
use crate::search::domain::Domain;
use crate::search::world::Way;
use crate::{Condition, Principal, PrincipalKind, Statement, Trust};

/// A party that a statement names, and the requests that come from it.
pub(super) struct Party<'policy> {
    pub(super) kind: FindingKind,
    pub(super) name: &'policy str,
    named: Named<'policy>,
    pub(super) callers: Callers,
    pub(super) given: Vec<(String, Domain)>,
}

/// By what a statement names a party.
enum Named<'policy> {
    /// By a principal that is a canonical user.
    CanonicalUser,
    /// By a principal of this account.
    Account(&'policy str),
    /// By the value of a key, and what the value is of.
    Key(&'policy Key, &'static str),
}

impl Party<'_> {
    /// That it is let in, in words; `false` where that was too much work to prove.
    pub(super) fn sentence(&self, is_proven: bool) -> String {
        let name = self.name;
        let (the, who) = match self.named {
            Named::CanonicalUser => ("The ", format!("canonical user `{name}`")),
            Named::Account(account) => ("", format!("Account {account}")),
            Named::Key(_, what) => ("The ", format!("{what} `{name}`")),
        };
        if !is_proven {
            let the = the.to_ascii_lowercase();
            return format!(
                "Whether {the}{who} is let in is too intricate to follow to the end within the bound on work, so it counts \
                 as if."
            );
        }
        match self.named {
            Named::CanonicalUser => format!("{the}{who} is let in; nothing shows whose it is."),
            Named::Account(_) => format!("{the}{who} is let in, and the settings do not name it."),
            Named::Key(key, _) => {
                format!("{the}{who} is let in by `{key}`, and the settings do not name it.")
            }
        }
    }
}

/// Who belongs to a party.
#[derive(Clone, PartialEq)]
pub(super) enum Callers {
    /// The principals of an account.
    Account(String),
    /// Members of an organization.
    Organization(String),
    /// Whoever is nobody whom the settings name.
    Anyone,
    /// The same, where they come by this way.
    By(Way),
    /// The same, where they come through an access point.
    ThroughAccessPoint,
    /// Services that act for an account.
    ServicesFor(String),
}

/// Whether a statement may name parties that are outside.
pub(super) fn names_parties(statement: &Statement, trust: &Trust) -> bool {
    let is_outside = |own: &Principal| match own.kind {
        PrincipalKind::CanonicalUser => true,
        PrincipalKind::Aws | PrincipalKind::Federated => {
            own.account().is_some_and(|account| !is_trusted(account, trust))
        }
        PrincipalKind::Service => false,
    };
    let mut limits = statement.conditions.iter().filter(|condition| limit(condition).is_ok());
    (!statement.principal.negated && statement.principal.principals.iter().any(is_outside))
        || (!statement.principal.is_fixed() && limits.next().is_some())
}

/// The parties that a statement names and the settings do not.
pub(super) fn of_statement<'policy>(statement: &'policy Statement, trust: &Trust) -> Vec<Party<'policy>> {
    let networks: Addresses = trust.networks.iter().filter_map(|text| parse_block(text)).collect();
    let principals = statement.principal.principals.iter().filter(|_| !statement.principal.negated);
    let by_principal = principals.filter(|own| own.is_fixed()).filter_map(|own| of_principal(own, trust));
    let conditions = statement.conditions.iter().filter(|_| !statement.principal.is_fixed());
    let limits = conditions.filter(|condition| limit(condition).is_ok());
    let by_condition = limits.flat_map(|condition| {
        condition.values.iter().filter_map(|value| of_condition(condition, value, trust, &networks))
    });
    by_principal.chain(by_condition).collect()
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_trusted(account: &str, trust: &Trust) -> bool {
    trust.all_accounts().any(|own| own == account)
}

fn given(part: &str, value: &str) -> (String, Domain) {
    (part.to_owned(), Domain::texts([value.to_owned()]))
}

fn of_principal<'policy>(principal: &'policy Principal, trust: &Trust) -> Option<Party<'policy>> {
    let value = &principal.value;
    let (kind, named, callers, given) = match principal.kind {
        PrincipalKind::CanonicalUser => (
            FindingKind::OutsideCanonicalUser,
            Named::CanonicalUser,
            Callers::Anyone,
            vec![given("canonicaluser", value)],
        ),
        PrincipalKind::Aws | PrincipalKind::Federated => {
            let account = principal.account().filter(|account| !is_trusted(account, trust))?;
            let part = match principal.kind {
                PrincipalKind::Federated => Some("aws:federatedprovider"),
                _ if value == account || value.ends_with(":root") => None,
                _ => Some("aws:principalarn"),
            };
            (
                FindingKind::OutsideAccount,
                Named::Account(account),
                Callers::Account(account.to_owned()),
                part.map(|part| given(part, value)).into_iter().collect(),
            )
        }
        PrincipalKind::Service => return None,
    };
    Some(Party { kind, name: value, named, callers, given })
}

fn of_condition<'policy>(
    condition: &'policy Condition,
    value: &'policy str,
    trust: &Trust,
    networks: &Addresses,
) -> Option<Party<'policy>> {
    let key = condition.key.name();
    let (kind, callers, given, what) = match key {
        "aws:principalorgid" | "aws:principalorgpaths" => {
            let organization = value.split('/').next().unwrap_or(value);
            if !is_organization(organization) || trust.organizations.iter().any(|own| own == organization) {
                return None;
            }
            let path = (key == "aws:principalorgpaths")
                .then(|| (key.to_owned(), Domain::texts([value.to_owned()]).many()));
            let callers = Callers::Organization(organization.to_owned());
            (FindingKind::OutsideOrganization, callers, path.into_iter().collect(), "organization")
        }
        "aws:sourceip" => {
            let address = Domain::address_in(addresses_outside(value, networks)?);
            let given = vec![(key.to_owned(), address)];
            (FindingKind::OutsideNetwork, Callers::By(Way::Internet), given, "network")
        }
        "aws:sourcevpc" | "aws:sourcevpce" => {
            let front = if key == "aws:sourcevpc" { "vpc-" } else { "vpce-" };
            if !value.starts_with(front) || trust.vpcs.iter().any(|own| own == value) {
                return None;
            }
            let given = vec![given(key, value)];
            (FindingKind::OutsideNetwork, Callers::By(Way::Endpoint), given, "VPC or endpoint")
        }
        _ => {
            let names_arn = key.ends_with("arn");
            let account = if names_arn { value.split(':').nth(4)? } else { value };
            if !is_account(account) || is_trusted(account, trust) {
                return None;
            }
            let callers = match key {
                "aws:principalaccount" | "aws:principalarn" => Callers::Account(account.to_owned()),
                "aws:sourceaccount" | "aws:sourceowner" | "aws:sourcearn" => {
                    Callers::ServicesFor(account.to_owned())
                }
                "s3:dataaccesspointaccount" | "s3:dataaccesspointarn" => Callers::ThroughAccessPoint,
                _ => return None,
            };
            let what = if names_arn { "account of" } else { "account" };
            (FindingKind::OutsideAccount, callers, of_account(key, value, account), what)
        }
    };
    Some(Party { kind, name: value, named: Named::Key(&condition.key, what), callers, given })
}

/// What a request says that has this value for a key that names an account.
fn of_account(key: &str, value: &str, account: &str) -> Vec<(String, Domain)> {
    match key {
        "aws:principalaccount" => Vec::new(),
        "s3:dataaccesspointaccount" | "s3:dataaccesspointarn" => {
            let access_points = if key == "s3:dataaccesspointarn" {
                value.replace('*', "<p*>").replace('?', "<p1>")
            } else {
                format!("arn:<p>:s3:<p>:{account}:accesspoint/<p>")
            };
            vec![
                given("s3:dataaccesspointaccount", account),
                ("s3:dataaccesspointarn".to_owned(), Domain::shaped([&access_points])),
            ]
        }
        _ => vec![given(key, value)],
    }
}

/// Whether a text can be the id of an organization.
fn is_organization(text: &str) -> bool {
    let id = text.strip_prefix("o-").unwrap_or_default();
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

static NOT_PUBLIC: LazyLock<Addresses> = LazyLock::new(|| Addresses::public().complement());

/// The public addresses of a block that are not in trusted networks. `None` where that is all of the block.
fn addresses_outside(block: &str, trusted: &Addresses) -> Option<Addresses> {
    let block = parse_block(block)?;
    if trusted.covers_block(block) {
        return None;
    }
    Some([block].into_iter().collect::<Addresses>().without(&NOT_PUBLIC).without(trusted))
}
