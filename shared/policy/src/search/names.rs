//! What a policy names: the parties that its author knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use addresses::Addresses;
use names::Partition;

use crate::address::parse_block;
use crate::condition::{is_fixed, is_literal};
use crate::pattern::{Pattern, Style};
use crate::search::patterns::Patterns;
use crate::search::{Budget, actions, place};
use crate::template::{Bindings, Piece, pieces};
use crate::{Comparison, Key, Operator, Policy, PrincipalKind, Scope, Texts, Trust};

/// The parties that policies and settings name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) accounts: BTreeSet<String>,
    /// Accounts that nobody names: one for each way in which the policy can tell accounts apart.
    pub(crate) strangers: Vec<String>,
    pub(crate) organizations: BTreeSet<String>,
    /// The networks that an outsider does not send from: those that are named, and what is not public.
    pub(crate) closed_networks: Addresses,
    /// The networks that an Allow lets in, or a Deny leaves out, and those that are trusted.
    pub(crate) welcome_networks: Addresses,
    /// The VPCs and VPC endpoints that an Allow lets in, or a Deny leaves out, and those that are trusted.
    pub(crate) welcome_vpcs: BTreeSet<String>,
    /// The accounts and organizations that a condition names as those of a VPC endpoint or its VPC.
    pub(crate) endpoint_owners: BTreeSet<String>,
    /// The services that an Allow names.
    pub(crate) services: BTreeSet<String>,
    /// All services that are named.
    pub(crate) all_services: BTreeSet<String>,
    /// Fixed values by key, for keys whose values are neither accounts nor organizations nor addresses.
    pub(crate) values: BTreeMap<String, BTreeSet<String>>,
    /// Texts that some but not all accounts match, such as `1234*`.
    pub(crate) account_patterns: BTreeSet<String>,
    /// Texts that some but not all organizations match.
    pub(crate) organization_patterns: BTreeSet<String>,
    /// The partitions that the bucket can be in.
    pub(crate) partitions: Vec<Partition>,
    /// The account that owns the bucket, where it is told.
    pub(crate) owner: Option<String>,
    /// The name of the bucket, where the policies or whoever asks tell it.
    pub(crate) bucket: Option<String>,
    /// The actions of S3 that a request can be for.
    pub(crate) actions: Arc<[String]>,
    /// The services other than S3 whose actions an Allow names.
    pub(crate) foreign_services: BTreeSet<String>,
    /// Whether a principal element speaks of sessions of roles.
    pub(crate) speaks_of_sessions: bool,
    /// The keys that are spoken of, in lower case.
    pub(crate) keys: BTreeSet<String>,
    /// The keys of variables, in lower case.
    pub(crate) variables: BTreeSet<String>,
    /// Whether a principal element tells principals of one account apart.
    pub(crate) tells_principals_apart: bool,
}

/// What is in the ARN of a session of a role.
const SESSIONS: &str = "assumed-role";

/// The partition and the path of the ARN of a bucket or object.
pub(crate) fn bucket_and_key(arn: &str) -> Option<(&str, &str)> {
    let body = arn.strip_prefix("arn:")?;
    // Most often the service follows at once.
    let usual = body.split_once(':').and_then(|(own, rest)| Some((own, rest.strip_prefix("s3:::")?)));
    let (partition, path) = usual.or_else(|| body.split_once(":s3:::"))?;
    let partition = if partition.contains(['*', '?', '$']) { "aws" } else { partition };
    Some((partition, path))
}

/// Whether a text names one bucket in full.
pub(crate) fn is_bucket_name(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !text.is_empty() && text.bytes().all(is_name)
}

/// What stands between characters that are part of no account id and of no pattern of one.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_ascii_digit() || matches!(character, '*' | '?')))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Account ids, wherever they stand.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    runs(text).filter(|run| run.len() == 12 && is_digits(run))
}

/// Patterns of accounts, where an ARN has its account.
fn patterns(text: &str) -> impl Iterator<Item = &str> {
    let place = if text.matches(':').count() >= 5 { text.split(':').nth(4) } else { Some(text) };
    runs(place.unwrap_or_default()).filter(|run| {
        !is_digits(run) && run.contains(|character: char| character.is_ascii_digit() || character == '?')
    })
}

/// What stands where the id of a federated user has its account. What follows the colon is a name, which holds none.
fn front_of_id(text: &str) -> &str {
    if text.contains("${") { text } else { text.split(':').next().unwrap_or(text) }
}

/// The accounts in some texts, and the patterns where an account may stand.
#[derive(Debug)]
pub(crate) struct Accounts {
    ids: Vec<String>,
    patterns: Vec<String>,
}

impl Accounts {
    pub(crate) fn of(texts: &[String]) -> Self {
        let ids: BTreeSet<&str> = texts.iter().flat_map(|text| ids(text)).collect();
        let patterns: BTreeSet<&str> = texts.iter().flat_map(|text| patterns(text)).collect();
        let owned = |texts: BTreeSet<&str>| texts.into_iter().map(str::to_owned).collect();
        Self { ids: owned(ids), patterns: owned(patterns) }
    }
}

/// What was read of the policies that a model is about.
#[derive(Default)]
struct Read {
    /// The values of conditions, and their keys.
    values: Vec<(Texts, String)>,
    networks: Vec<Arc<Addresses>>,
}

impl Read {
    /// Whether these values were read before. An edited policy shares most of them with the one before the edit.
    fn knows(&mut self, values: &Texts, key: &str) -> bool {
        let is_known = self.values.iter().any(|(own, name)| own.is(values) && name == key);
        if !is_known {
            self.values.push((values.clone(), key.to_owned()));
        }
        is_known
    }
}

fn trusted_networks(trust: &Trust) -> Arc<Addresses> {
    Arc::new(trust.networks.iter().filter_map(|text| parse_block(text)).collect())
}

/// Whether what a request says by this key depends on an account. What is not known may.
fn speaks_of_accounts(key: &str) -> bool {
    let is_free = Key::new(key).is_chosen_by_caller();
    let is_told = matches!(
        key,
        "aws:sourceip"
            | "aws:vpcsourceip"
            | "aws:sourcevpc"
            | "aws:sourcevpce"
            | "aws:currenttime"
            | "aws:epochtime"
            | "aws:tokenissuetime"
            | "aws:principaltype"
            | "aws:principalservicename"
            | "aws:principalservicenameslist"
            | "aws:requestedregion"
            | "aws:multifactorauthage"
    );
    let is_of_organization = key.contains("org");
    !is_free && !is_told && !is_of_organization && !key.starts_with("s3:existingobjecttag/")
}

impl Names {
    pub(crate) fn of(policies: &[&Policy], bucket: Option<&str>, trust: &Trust, budget: &mut Budget) -> Self {
        let mut names = Self {
            partitions: place::partitions(policies),
            bucket: place::bucket(policies, bucket, budget),
            owner: trust.own_account.clone().filter(|account| account.len() == 12 && is_digits(account)),
            ..Self::default()
        };
        names.accounts.extend(trust.all_accounts().map(str::to_owned));
        names.organizations.extend(trust.organizations.iter().cloned());
        for key in ["aws:sourcevpc", "aws:sourcevpce"] {
            names.values.entry(key.to_owned()).or_default().extend(trust.vpcs.iter().cloned());
        }
        let mut read = Read::default();
        for policy in policies {
            names.read(policy, &mut read);
        }
        names.welcome(policies, trust);
        let named = policies.iter().flat_map(|policy| &policy.statements).filter(|own| own.is_allow());
        let named = named.map(|statement| &statement.action).filter(|action| !action.negated);
        names.actions = actions::of_patterns(named.flat_map(|action| &action.patterns).map(String::as_str));
        if names.speaks_of(&["aws:sourceip"]) {
            let trusted = trusted_networks(trust);
            let networks =
                Addresses::union_of(&read.networks.into_iter().chain([trusted]).collect::<Vec<_>>());
            let named = if networks.covers_internet() { Addresses::default() } else { networks };
            names.closed_networks = Addresses::union_of(&[named, Addresses::public().complement()]);
        }
        names
    }

    /// Lets nobody else be welcome than whom these policies let in or leave out, and who is trusted.
    pub(crate) fn welcome(&mut self, policies: &[&Policy], trust: &Trust) {
        let mut networks = vec![trusted_networks(trust)];
        self.welcome_vpcs = trust.vpcs.iter().cloned().collect();
        for policy in policies {
            self.read_welcome(policy, &mut networks);
        }
        self.welcome_networks = Addresses::union_of(&networks);
    }

    fn read(&mut self, policy: &Policy, read: &mut Read) {
        for statement in &policy.statements {
            let is_let_in = statement.is_allow() && !statement.principal.negated;
            for principal in &statement.principal.principals {
                self.accounts.extend(ids(&principal.value).map(str::to_owned));
                self.account_patterns.extend(patterns(&principal.value).map(str::to_owned));
                self.speaks_of_sessions |= principal.value.contains(SESSIONS);
                if principal.kind == PrincipalKind::Service && is_literal(&principal.value) {
                    self.all_services.insert(principal.value.clone());
                }
                match principal.kind {
                    PrincipalKind::Aws => {
                        self.tells_principals_apart |= !principal.is_everyone();
                    }
                    PrincipalKind::Service if is_literal(&principal.value) && is_let_in => {
                        self.services.insert(principal.value.clone());
                    }
                    PrincipalKind::CanonicalUser if is_literal(&principal.value) => {
                        self.name("canonicaluser", &principal.value);
                    }
                    PrincipalKind::Federated => {
                        self.keys.insert("aws:federatedprovider".to_owned());
                    }
                    _ => {}
                }
            }
            if statement.is_allow() && !statement.action.negated {
                self.read_actions(&statement.action);
            }
            self.read_variables(&statement.resource.patterns, policy.has_variables);
            for condition in &statement.conditions {
                let key = condition.key.name();
                self.keys.insert(key.to_owned());
                // Whether a key is there names nobody.
                let is_absence = |operator: Operator| operator.comparison == Comparison::Absence;
                if condition.operator.is_some_and(is_absence) {
                    continue;
                }
                if read.knows(&condition.values, key) {
                    continue;
                }
                self.read_variables(&condition.values, policy.has_variables);
                let accounts = condition.values.accounts();
                self.accounts.extend(accounts.ids.iter().cloned());
                if key == "aws:userid" {
                    let fronts = condition.values.iter().flat_map(|value| patterns(front_of_id(value)));
                    self.account_patterns.extend(fronts.map(str::to_owned));
                } else if speaks_of_accounts(key) {
                    self.account_patterns.extend(accounts.patterns.iter().cloned());
                }
                if key == "aws:sourceip" {
                    read.networks.push(condition.values.fixed_networks());
                    continue;
                }
                for value in &condition.values {
                    if key.starts_with("aws:principalservicename") && is_literal(value) {
                        self.all_services.insert(value.clone());
                    }
                    if key.contains("org") {
                        self.read_organization(value);
                    }
                    let owner = match key {
                        "aws:vpceaccount" | "aws:vpceorgid" => Some(value.as_str()),
                        "aws:vpceorgpaths" => value.split('/').next(),
                        "aws:sourcevpcarn" => value.split(':').nth(4),
                        _ => None,
                    };
                    let owner = owner.filter(|owner| !owner.is_empty() && is_literal(owner));
                    self.endpoint_owners.extend(owner.map(str::to_owned));
                    if !condition.key.names_somebody() || !is_fixed(&condition.key, value) {
                        self.name_unique_id(key, value);
                    } else {
                        self.name(key, value);
                        self.name_unique_id(key, value);
                    }
                }
            }
        }
    }

    fn read_welcome(&mut self, policy: &Policy, networks: &mut Vec<Arc<Addresses>>) {
        for statement in &policy.statements {
            for condition in &statement.conditions {
                let Some(operator) = condition.operator else { continue };
                let names_values = operator.comparison != Comparison::Absence && condition.key.is_fixing();
                if operator.negated == statement.is_allow() || !names_values {
                    continue;
                }
                match condition.key.name() {
                    "aws:sourceip" => networks.push(condition.values.fixed_networks()),
                    "aws:sourcevpc" | "aws:sourcevpce" => {
                        let fixed = condition.values.iter().filter(|value| is_fixed(&condition.key, value));
                        self.welcome_vpcs.extend(fixed.cloned());
                    }
                    _ => {}
                }
            }
        }
    }

    fn read_actions(&mut self, actions: &Scope) {
        for pattern in &actions.patterns {
            let service = pattern.split_once(':').map_or("s3", |(service, _)| service).to_ascii_lowercase();
            if service != "s3" && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
                self.foreign_services.insert(service);
            }
        }
    }

    fn name(&mut self, key: &str, value: &str) {
        self.values.entry(key.to_owned()).or_default().insert(value.to_owned());
    }

    /// `AROAEXAMPLE:*` names the role with that id.
    fn name_unique_id(&mut self, key: &str, value: &str) {
        let id = value.split(':').next().unwrap_or(value);
        if key == "aws:userid" && is_literal(id) && !id.is_empty() {
            self.name(key, id);
        }
    }

    fn read_organization(&mut self, value: &str) {
        let organization = value.split('/').next().unwrap_or(value);
        if organization.is_empty() {
            return;
        }
        if is_literal(organization) {
            self.organizations.insert(organization.to_owned());
        } else if !organization.contains("${") {
            self.organization_patterns.insert(organization.to_owned());
        }
    }

    fn read_variables(&mut self, texts: &Texts, variables: bool) {
        if !(variables && texts.have_variables()) {
            return;
        }
        for piece in texts.iter().flat_map(|text| pieces(text, variables)) {
            if let Piece::Variable { key, .. } = piece {
                self.keys.insert(key.clone());
                self.variables.insert(key);
            }
        }
    }

    /// The values of a key that belong to somebody. The source or access point whose ARN holds a named account between
    /// colons is that account's: a name holds no colons.
    pub(crate) fn taken(&self, key: &str) -> Patterns {
        let of_account = |account: &String| {
            Pattern::compile(&format!("*:{account}:*"), Style::Like, false, &Bindings::default())
        };
        let holds_account = matches!(key, "aws:sourcearn" | "s3:dataaccesspointarn");
        let accounts = holds_account.then_some(&self.accounts).into_iter().flatten();
        let values = self.values.get(key).into_iter().flatten();
        values
            .flat_map(|value| {
                let session = (key == "aws:userid").then(|| format!("{value}:*"));
                let exact = Pattern::compile(value, Style::IgnoreCase, false, &Bindings::default());
                exact.into_iter().chain(session.and_then(|text| {
                    Pattern::compile(&text, Style::LikeIgnoreCase, false, &Bindings::default())
                }))
            })
            .chain(accounts.filter_map(of_account))
            .collect()
    }

    /// Whether one of these keys is spoken of.
    pub(crate) fn speaks_of(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| match key.strip_suffix('*') {
            Some(prefix) => self.keys.iter().any(|name| name.starts_with(prefix)),
            None => self.keys.contains(*key),
        })
    }
}
