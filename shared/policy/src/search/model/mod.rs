//! The worlds in which a policy is tried: every kind of caller that it can tell apart.

mod worlds;

use std::rc::Rc;

use addresses::Addresses;

use super::Budget;
use super::names::Names;
use super::strangers::Strangers;
use super::world::{CallerKind, KnownParts, Reach, Source, Way, World};
use crate::asking::seconds;
use crate::{Asking, Policy, Trust};

/// The worlds and the names that they depend on.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) names: Names,
    /// Accounts that nobody names.
    strangers: Strangers,
    /// Organizations that nobody names.
    strange_organizations: Strangers,
    /// When it is asked, in seconds since 1970.
    now: i64,
    /// Whether some ways were left out.
    incomplete: bool,
    /// The parts of requests of outsiders, and of anyone.
    known: Rc<KnownParts>,
}

/// The callers that are principals of an account.
const PRINCIPALS: [CallerKind; 5] = [
    CallerKind::Role,
    CallerKind::User,
    CallerKind::Root,
    CallerKind::FederatedUser,
    CallerKind::WebIdentity,
];

/// The callers that come from a network.
const VISITORS: [CallerKind; 6] = [
    CallerKind::Anonymous,
    CallerKind::Role,
    CallerKind::User,
    CallerKind::Root,
    CallerKind::FederatedUser,
    CallerKind::WebIdentity,
];

/// The keys that say whose the endpoint or the access point is by which a request comes.
const OF_OWNERS: [&str; 5] = [
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorg*",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
];

/// How many of the VPCs and VPC endpoints that are let in get worlds of their own.
const MAX_VPCS: usize = 8;

impl Model {
    pub(crate) fn of(policies: &[&Policy], asking: Asking<'_>, budget: &mut Budget) -> Self {
        Self::about(policies, None, asking, None, budget)
    }

    /// The same for the bucket of this name. It shares with another model what both would find out.
    pub(crate) fn about(
        policies: &[&Policy],
        bucket: Option<&str>,
        asking: Asking<'_>,
        other: Option<&Self>,
        budget: &mut Budget,
    ) -> Self {
        let mut names = Names::of(policies, bucket, asking.trust, budget);
        let strangers = Strangers::accounts(&names, other.map(|own| &own.strangers), budget);
        let known = other.map(|own| &own.strange_organizations);
        let strange_organizations = Strangers::organizations(&names, known, budget);
        let incomplete = strangers.incomplete || strange_organizations.incomplete;
        names.strangers.clone_from(&strangers.found);
        let now = seconds(asking.now);
        let alike = other.filter(|own| own.now == now && are_alike(&names, &own.names));
        let known = alike.map_or_else(Rc::default, |own| Rc::clone(&own.known));
        Self { names, strangers, strange_organizations, now, incomplete, known }
    }

    /// Whether ways were left out in which callers like these may be told apart. Of whoever is anonymous only the owner of an
    /// endpoint or of an access point is an account.
    pub(crate) fn is_incomplete_among<'world>(
        &self,
        worlds: impl IntoIterator<Item = &'world World>,
    ) -> bool {
        let mut callers = worlds.into_iter().map(|world| world.caller).peekable();
        self.incomplete
            && (callers.peek().is_none()
                || callers.any(|caller| caller != CallerKind::Anonymous)
                || self.names.speaks_of(&OF_OWNERS))
    }

    /// The worlds of outsiders.
    pub(crate) fn outside(&self) -> Vec<World> {
        self.worlds(
            &CallerKind::ALL,
            &self.names.strangers,
            &self.strange_organizations.found,
            &Reach::Outside,
        )
    }

    /// The worlds of services that act for outsiders.
    pub(crate) fn deputies(&self, source: Source) -> Vec<World> {
        let organizations = &self.strange_organizations.found;
        let mut worlds =
            self.worlds(&[CallerKind::Service], &self.names.strangers, organizations, &Reach::Outside);
        worlds.iter_mut().for_each(|world| world.source = source);
        worlds
    }

    /// Whether this stranger is like most: it is the one that matches as few patterns as can be.
    pub(crate) fn is_any_stranger(&self, account: &str) -> bool {
        self.names.strangers.first().is_some_and(|usual| usual == account)
    }

    /// The worlds of everybody.
    pub(crate) fn everyone(&self) -> Vec<World> {
        let accounts: Vec<String> =
            self.names.strangers.iter().chain(&self.names.accounts).cloned().collect();
        self.worlds(&CallerKind::ALL, &accounts, &self.organizations(), &Reach::Anyone)
    }

    /// The worlds of those who must keep their access.
    pub(crate) fn inside(&self, trust: &Trust) -> Vec<World> {
        let own: Vec<String> = trust.all_accounts().map(str::to_owned).collect();
        let mut worlds = self.principals(&own);
        worlds.extend(self.members(&trust.organizations));
        if !self.names.services.is_empty() {
            let services = Reach::Services(self.names.services.iter().cloned().collect());
            worlds.extend(self.worlds(&[CallerKind::Service], &own, &self.organizations(), &services));
        }
        worlds.extend(self.visitors());
        worlds
    }

    /// The worlds of whoever comes from a network, VPC or VPC endpoint that is welcome.
    pub(crate) fn visitors(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        let networks = &self.names.welcome_networks;
        if *networks != Addresses::default() {
            let reach = Reach::NotFrom(networks.complement());
            let mut visitors = self.worlds(&VISITORS, &self.names.strangers, &[], &reach);
            visitors.retain(|world| world.way == Way::Internet);
            worlds.extend(visitors);
        }
        for id in self.names.welcome_vpcs.iter().take(MAX_VPCS) {
            let mut visitors = self.worlds(&VISITORS, &self.names.strangers, &[], &Reach::Vpc(id.clone()));
            visitors.retain(|world| world.way == Way::Endpoint);
            worlds.extend(visitors);
        }
        worlds
    }

    /// The worlds of whoever comes through a VPC endpoint of somebody who is named.
    pub(crate) fn behind_endpoints(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        for owner in self.names.endpoint_owners.iter().take(MAX_VPCS) {
            let reach = Reach::Behind(owner.clone());
            let mut visitors = self.worlds(&VISITORS, &self.names.strangers, &[], &reach);
            visitors.retain(|world| world.way == Way::Endpoint);
            worlds.extend(visitors);
        }
        worlds
    }

    /// The worlds of services that act for accounts. Which organization these are in is not known.
    pub(crate) fn services(&self, accounts: &[String], source: Source) -> Vec<World> {
        self.services_among(accounts, &self.organizations(), source)
    }

    /// The worlds of services that act for accounts that nobody names, in organizations that are named.
    pub(crate) fn services_of_members(&self, organizations: &[String], source: Source) -> Vec<World> {
        let mut worlds = self.services_among(&self.names.strangers, organizations, source);
        worlds.retain(|world| world.organization.is_some());
        worlds
    }

    fn services_among(&self, accounts: &[String], organizations: &[String], source: Source) -> Vec<World> {
        let mut worlds = self.worlds(&[CallerKind::Service], accounts, organizations, &Reach::Anyone);
        worlds.iter_mut().for_each(|world| world.source = source);
        worlds
    }

    /// The organizations that are told apart.
    fn organizations(&self) -> Vec<String> {
        self.strange_organizations.found.iter().chain(&self.names.organizations).cloned().collect()
    }

    /// The worlds of the members of organizations.
    pub(crate) fn members(&self, organizations: &[String]) -> Vec<World> {
        let memberships: Vec<Option<&String>> = organizations.iter().map(Some).collect();
        self.worlds_of(&PRINCIPALS, &self.names.strangers, &memberships, &Reach::Anyone)
    }

    /// The worlds of the principals of accounts. Which organization these are in is not known.
    pub(crate) fn principals(&self, accounts: &[String]) -> Vec<World> {
        self.worlds(&PRINCIPALS, accounts, &self.organizations(), &Reach::Anyone)
    }

    /// The worlds of the principals of an account, which are in no trusted organization.
    pub(crate) fn principals_outside(&self, account: &str, trust: &Trust) -> Vec<World> {
        let organizations = self.organizations_outside(trust);
        self.worlds(&PRINCIPALS, &[account.to_owned()], &organizations, &Reach::Anyone)
    }

    /// The worlds of the members of an organization, which are of no trusted account.
    pub(crate) fn members_outside(&self, organization: &str, trust: &Trust) -> Vec<World> {
        let organization = organization.to_owned();
        self.worlds_of(&PRINCIPALS, &self.accounts_outside(trust), &[Some(&organization)], &Reach::Anyone)
    }

    /// The worlds of services that act for an account, which is in no trusted organization.
    pub(crate) fn services_outside(&self, account: &str, trust: &Trust) -> Vec<World> {
        let organizations = self.organizations_outside(trust);
        self.worlds(&[CallerKind::Service], &[account.to_owned()], &organizations, &Reach::Anyone)
    }

    /// The worlds of everybody who is neither of a trusted account nor of a trusted organization.
    pub(crate) fn anyone_outside(&self, trust: &Trust) -> Vec<World> {
        let organizations = self.organizations_outside(trust);
        self.worlds(&CallerKind::ALL, &self.accounts_outside(trust), &organizations, &Reach::Anyone)
    }

    fn accounts_outside(&self, trust: &Trust) -> Vec<String> {
        let untrusted = self.untrusted_accounts(trust);
        self.names.strangers.iter().cloned().chain(untrusted).collect()
    }

    fn organizations_outside(&self, trust: &Trust) -> Vec<String> {
        let untrusted = self.untrusted_organizations(trust);
        self.strange_organizations.found.iter().cloned().chain(untrusted).collect()
    }

    /// The organizations that are named and not trusted.
    pub(crate) fn untrusted_organizations(&self, trust: &Trust) -> Vec<String> {
        let is_trusted = |own: &&String| !trust.organizations.contains(own);
        self.names.organizations.iter().filter(is_trusted).cloned().collect()
    }

    /// The accounts that are named and not trusted.
    pub(crate) fn untrusted_accounts(&self, trust: &Trust) -> Vec<String> {
        let is_trusted = |own: &&String| trust.all_accounts().all(|account| account != own.as_str());
        self.names.accounts.iter().filter(is_trusted).cloned().collect()
    }

    /// The time of asking, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.now
    }
}

/// Whether requests have the same parts with the same values by these names as by others, whoever is welcome.
fn are_alike(names: &Names, other: &Names) -> bool {
    let Names {
        accounts,
        strangers,
        organizations,
        closed_networks,
        endpoint_owners,
        services,
        all_services,
        values,
        account_patterns,
        organization_patterns,
        partitions,
        owner,
        bucket,
        actions,
        foreign_services,
        speaks_of_sessions,
        keys,
        variables,
        tells_principals_apart,
        welcome_networks: _,
        welcome_vpcs: _,
    } = names;
    *accounts == other.accounts
        && *strangers == other.strangers
        && *organizations == other.organizations
        && *closed_networks == other.closed_networks
        && *endpoint_owners == other.endpoint_owners
        && *services == other.services
        && *all_services == other.all_services
        && *values == other.values
        && *account_patterns == other.account_patterns
        && *organization_patterns == other.organization_patterns
        && *partitions == other.partitions
        && *owner == other.owner
        && *bucket == other.bucket
        && *actions == other.actions
        && *foreign_services == other.foreign_services
        && *speaks_of_sessions == other.speaks_of_sessions
        && *keys == other.keys
        && *variables == other.variables
        && *tells_principals_apart == other.tells_principals_apart
}
