//! The worlds in which a policy is tried: every kind of caller that it can tell apart.

use addresses::Addresses;

use super::Budget;
use super::names::Names;
use super::strangers::Strangers;
use super::world::{CallerKind, Reach, World};
use crate::{Asking, Policy, Trust};

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

/// How many of the VPCs and VPC endpoints that are let in get worlds of their own.
const MAX_VPCS: usize = 8;

impl Model {
    pub(crate) fn of(policies: &[&Policy], asking: Asking<'_>, budget: &mut Budget) -> Self {
        let names = Names::of(policies, asking.trust);
        let strangers = Strangers::accounts(&names, budget);
        let organizations = Strangers::organizations(&names, budget);
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
        if *networks != Addresses::default() {
            let reach = Reach::NotFrom(networks.complement());
            let mut visitors = self.worlds(&self.strangers, &[], &reach);
            visitors.retain(|world| world.caller != CallerKind::Service && !world.through_endpoint);
            worlds.extend(visitors);
        }
        for id in self.names.welcome_vpcs.iter().take(MAX_VPCS) {
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
}
