//! The worlds in which a policy is tried: every kind of caller that it can tell apart.

use super::automaton;
use super::domain::{Presence, Values, shape};
use super::names::Names;
use super::patterns::Patterns;
use super::world::{CallerKind, Reach, World};
use super::{Budget, Found};
use crate::address::AddressSet;
use crate::pattern::{Pattern, Style};
use crate::template::Bindings;
use crate::{Policy, Trust};

/// The worlds and the names that they depend on.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) names: Names,
    /// Accounts that nobody names: one for each way in which the policy can tell accounts apart.
    strangers: Vec<String>,
    /// Organizations that nobody names.
    strange_organizations: Vec<String>,
    /// Whether some ways were left out.
    pub(crate) incomplete: bool,
}

/// How many kinds of account or organization are told apart.
const MAX_STRANGERS: usize = 8;

/// How many patterns of accounts or organizations are told apart.
const MAX_PATTERNS: usize = 32;

impl Model {
    pub(crate) fn of(policies: &[&Policy], trust: &Trust, budget: &mut Budget) -> Self {
        let names = Names::of(policies, trust);
        let mut strangers = Strangers::new("<d>", names.accounts.iter(), names.account_patterns.iter());
        strangers.usual = vec!["444455556666", "777788889999", "222233334444"];
        strangers.length = Some(12);
        strangers.explore(budget);
        let mut organizations =
            Strangers::new("o-<a>", names.organizations.iter(), names.organization_patterns.iter());
        organizations.usual = vec!["o-outsider00", "o-stranger00"];
        organizations.explore(budget);
        let incomplete = strangers.incomplete || organizations.incomplete;
        Self { names, strangers: strangers.found, strange_organizations: organizations.found, incomplete }
    }

    /// The worlds of outsiders.
    pub(crate) fn outside(&self) -> Vec<World> {
        self.worlds(&self.strangers, &self.strange_organizations, &Reach::Outside)
    }

    /// The worlds of everybody.
    pub(crate) fn everyone(&self) -> Vec<World> {
        let accounts: Vec<String> = self.strangers.iter().chain(&self.names.accounts).cloned().collect();
        let organizations: Vec<String> =
            self.strange_organizations.iter().chain(&self.names.organizations).cloned().collect();
        self.worlds(&accounts, &organizations, &Reach::Anyone)
    }

    /// The worlds of those who must keep their access.
    pub(crate) fn inside(&self, trust: &Trust) -> Vec<World> {
        let own: Vec<String> = trust.all_accounts().map(str::to_owned).collect();
        let organizations: Vec<String> =
            self.strange_organizations.iter().chain(&trust.organizations).cloned().collect();
        let mut worlds = self.worlds(&own, &organizations, &Reach::Anyone);
        worlds.retain(|world| world.caller.has_account());
        let mut members = self.worlds(&self.strangers, &trust.organizations, &Reach::Anyone);
        members.retain(|world| world.caller.has_account() && world.organization.is_some());
        worlds.extend(members);
        let services = Reach::Services(self.names.services.iter().cloned().collect());
        let mut calls = self.worlds(&own, &organizations, &services);
        calls.retain(|world| world.caller == CallerKind::Service && !self.names.services.is_empty());
        worlds.extend(calls);
        let networks = &self.names.welcome_networks;
        if *networks != AddressSet::default() {
            let reach = Reach::NotFrom(networks.complement());
            let mut visitors = self.worlds(&self.strangers, &[], &reach);
            visitors.retain(|world| world.caller != CallerKind::Service && !world.through_endpoint);
            worlds.extend(visitors);
        }
        for id in self.names.welcome_vpcs.iter().take(MAX_STRANGERS) {
            let mut visitors = self.worlds(&self.strangers, &[], &Reach::Vpc(id.clone()));
            visitors.retain(|world| world.caller != CallerKind::Service && world.through_endpoint);
            worlds.extend(visitors);
        }
        worlds
    }

    fn worlds(&self, accounts: &[String], organizations: &[String], reach: &Reach) -> Vec<World> {
        let both = |keys: &[&str]| if self.names.speaks_of(keys) { vec![false, true] } else { vec![false] };
        let endpoints = both(&["aws:sourceip", "aws:sourcevpc*", "aws:vpc*"]);
        let access_points = both(&["s3:dataaccesspoint*", "s3:accesspointnetworkorigin"]);
        let sources = if self.names.speaks_of(&["aws:source*"]) { vec![true, false] } else { vec![true] };
        let mut memberships = vec![None];
        if self.names.keys.iter().any(|key| key.contains("org")) {
            memberships.extend(organizations.iter().cloned().map(Some));
        }
        let fine = self.names.tells_principals_apart
            || self.names.speaks_of(&[
                "aws:principalarn",
                "aws:principaltype",
                "aws:userid",
                "aws:username",
                "aws:multifactor*",
                "aws:tokenissuetime",
                "aws:principaltag/*",
                "aws:federatedprovider",
            ]);
        let mut worlds = Vec::new();
        for caller in CallerKind::ALL {
            if !fine && !matches!(caller, CallerKind::Anonymous | CallerKind::Role | CallerKind::Service) {
                continue;
            }
            let accounts = if caller == CallerKind::Anonymous {
                accounts.get(..1).unwrap_or(accounts)
            } else {
                accounts
            };
            let sources = if caller == CallerKind::Service { sources.as_slice() } else { &[true] };
            for account in accounts {
                for organization in &memberships {
                    for through_endpoint in &endpoints {
                        for through_access_point in &access_points {
                            worlds.extend(sources.iter().map(|has_source| World {
                                caller,
                                account: account.clone(),
                                organization: organization.clone(),
                                through_endpoint: *through_endpoint,
                                has_source: *has_source,
                                through_access_point: *through_access_point,
                                reach: reach.clone(),
                            }));
                        }
                    }
                }
            }
        }
        worlds
    }

    /// The values of a key that a caller cannot have.
    pub(crate) fn taken(&self, key: &str, reach: &Reach) -> Patterns {
        match reach {
            Reach::Outside => self.names.taken(key),
            _ => Patterns::default(),
        }
    }

    /// The addresses that a caller cannot have.
    pub(crate) fn closed_networks(&self, reach: &Reach) -> AddressSet {
        match reach {
            Reach::Outside => self.names.networks.clone(),
            Reach::NotFrom(set) => set.clone(),
            _ => AddressSet::default(),
        }
    }

    /// Who cannot own the bucket.
    pub(crate) fn not_owner(&self, outsider: &str, reach: &Reach) -> Patterns {
        match reach {
            Reach::Outside => [Pattern::exactly(outsider)].into_iter().collect(),
            _ => Patterns::default(),
        }
    }
}

/// Looks for one stranger for each way in which patterns can tell strangers apart.
struct Strangers {
    shape: Patterns,
    named: Patterns,
    patterns: Vec<Patterns>,
    usual: Vec<&'static str>,
    length: Option<usize>,
    found: Vec<String>,
    incomplete: bool,
}

impl Strangers {
    fn new<'text>(
        text: &str,
        named: impl Iterator<Item = &'text String>,
        patterns: impl Iterator<Item = &'text String>,
    ) -> Self {
        let like = |text: &String| {
            Pattern::compile(text, Style::Like, false, &Bindings::default()).into_iter().collect::<Patterns>()
        };
        Self {
            shape: [shape(text)].into_iter().collect(),
            named: named.map(|text| Pattern::exactly(text)).collect(),
            patterns: patterns.map(like).collect(),
            usual: Vec::new(),
            length: None,
            found: Vec::new(),
            incomplete: false,
        }
    }

    fn explore(&mut self, budget: &mut Budget) {
        if let Some(length) = self.length {
            let digits = vec![crate::pattern::Token::One(crate::pattern::Class::Digit); length];
            self.shape = [Pattern::new(digits)].into_iter().collect();
        }
        let mut patterns = std::mem::take(&mut self.patterns);
        self.incomplete = patterns.len() > MAX_PATTERNS;
        patterns.truncate(MAX_PATTERNS);
        let mut chosen = Vec::new();
        self.split(&patterns, &mut chosen, budget);
        self.incomplete |= self.found.is_empty();
    }

    fn split<'here>(
        &mut self,
        rest: &'here [Patterns],
        chosen: &mut Vec<(&'here Patterns, bool)>,
        budget: &mut Budget,
    ) {
        if self.found.len() >= MAX_STRANGERS {
            self.incomplete = true;
            return;
        }
        let Some(stranger) = self.stranger(chosen, budget) else { return };
        let Some((pattern, rest)) = rest.split_first() else {
            self.found.push(stranger);
            return;
        };
        for wanted in [false, true] {
            chosen.push((pattern, wanted));
            self.split(rest, chosen, budget);
            chosen.pop();
        }
    }

    fn stranger(&mut self, chosen: &[(&Patterns, bool)], budget: &mut Budget) -> Option<String> {
        let meets =
            |value: &&&str| chosen.iter().all(|(patterns, wanted)| patterns.matches(value, true) == *wanted);
        let unnamed = |value: &&&str| !self.named.matches(value, true);
        if let Some(usual) = self.usual.iter().filter(unnamed).find(meets) {
            return Some((*usual).to_owned());
        }
        let mut demands = chosen.to_vec();
        demands.extend([(&self.shape, true), (&self.named, false)]);
        match automaton::find(&demands, budget) {
            Found::One(value) => Some(value),
            Found::None => None,
            Found::Unknown => {
                self.incomplete = true;
                None
            }
        }
    }
}

/// Whether a part has one value at most, so that a variable of it is decided.
pub(crate) fn is_decided(domain: &super::domain::Domain) -> bool {
    match (&domain.presence, &domain.values) {
        (Presence::Never, _) => true,
        (Presence::Always, Values::Listed(values)) => values.len() == 1 && !domain.many,
        _ => false,
    }
}
