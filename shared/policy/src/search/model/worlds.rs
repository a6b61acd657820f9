//! Worlds, made of what callers can be and of the ways that they can come.

use std::rc::Rc;

use names::Partition;

use super::Model;
use crate::Key;
use crate::search::world::{CallerKind, Reach, Session, Source, Way, World};

impl Model {
    /// The worlds of some callers in each of the organizations, and in none.
    pub(super) fn worlds(
        &self,
        callers: &[CallerKind],
        accounts: &[String],
        organizations: &[String],
        reach: &Reach,
    ) -> Vec<World> {
        let mut memberships = vec![None];
        if self.names.keys.iter().any(|key| key.contains("org")) {
            memberships.extend(organizations.iter().map(Some));
        }
        self.worlds_of(callers, accounts, &memberships, reach)
    }

    /// The same with these memberships.
    pub(super) fn worlds_of(
        &self,
        callers: &[CallerKind],
        accounts: &[String],
        memberships: &[Option<&String>],
        reach: &Reach,
    ) -> Vec<World> {
        let access_points: &[bool] =
            if self.names.speaks_of(&["s3:dataaccesspoint*", "s3:accesspointnetworkorigin"]) {
                &[false, true]
            } else {
                &[false]
            };
        let fine = self.tells_principals_apart();
        let known = match reach {
            Reach::Outside | Reach::Anyone => Rc::clone(&self.known),
            _ => Rc::default(),
        };
        let reach = Rc::new(reach.clone());
        let memberships: Vec<Option<Rc<str>>> =
            memberships.iter().map(|own| own.map(|own| Rc::from(own.as_str()))).collect();
        let mut worlds = Vec::new();
        for caller in callers.iter().copied() {
            let is_anonymous = caller == CallerKind::Anonymous;
            if !fine && caller.has_account() && caller != CallerKind::Role {
                continue;
            }
            // Only the endpoint of an anonymous request belongs to somebody.
            let is_nobodys = is_anonymous && !self.names.speaks_of(&["aws:vpceaccount", "aws:sourcevpcarn"]);
            let accounts = if is_nobodys { accounts.get(..1).unwrap_or(accounts) } else { accounts };
            let memberships: &[Option<Rc<str>>] = match memberships.get(..1) {
                Some(nobody) if is_anonymous && !self.names.speaks_of(&["aws:vpceorg*"]) => nobody,
                _ => &memberships,
            };
            let (ways, sessions) = (self.ways(caller), self.sessions(caller));
            for account in accounts {
                let account: Rc<str> = Rc::from(account.as_str());
                for organization in memberships {
                    for (way, session) in
                        ways.iter().flat_map(|way| sessions.iter().map(move |session| (*way, *session)))
                    {
                        let of = |partition: &Partition, through_access_point: bool| World {
                            caller,
                            account: Rc::clone(&account),
                            organization: organization.clone(),
                            way,
                            session,
                            source: Source::Any,
                            through_access_point,
                            partition: *partition,
                            now: self.now,
                            reach: Rc::clone(&reach),
                            known: Rc::clone(&known),
                        };
                        worlds.extend(access_points.iter().flat_map(|through| {
                            self.names.partitions.iter().map(move |partition| of(partition, *through))
                        }));
                    }
                }
            }
        }
        worlds
    }

    /// Whether the policy can tell the kinds of principal of one account apart.
    fn tells_principals_apart(&self) -> bool {
        self.names.tells_principals_apart
            || self.names.keys.iter().any(|key| Key::new(key).is_of_provider())
            || self.names.speaks_of(&[
                "aws:principalarn",
                "aws:principaltype",
                "aws:userid",
                "aws:username",
                "aws:multifactor*",
                "aws:tokenissuetime",
                "aws:principaltag/*",
                "aws:federatedprovider",
            ])
    }

    /// The ways of a caller that the policy can tell apart.
    fn ways(&self, caller: CallerKind) -> Vec<Way> {
        if caller == CallerKind::Service {
            return vec![Way::Internal];
        }
        let mut ways = vec![Way::Internet];
        let speaks_of_network = self.names.speaks_of(&["aws:sourceip", "aws:sourcevpc*", "aws:vpc*"]);
        if speaks_of_network {
            ways.push(Way::Endpoint);
        }
        let speaks_of_services = self.names.speaks_of(&["aws:viaawsservice", "aws:calledvia*"]);
        if caller.has_account() && (speaks_of_network || speaks_of_services) {
            ways.push(Way::Forwarded);
        }
        ways
    }

    /// The kinds of credentials of a caller that the policy can tell apart.
    fn sessions(&self, caller: CallerKind) -> &'static [Session] {
        match caller {
            _ if !self.names.speaks_of(&["aws:multifactor*", "aws:tokenissuetime"]) => &[Session::Temporary],
            CallerKind::User | CallerKind::Root => {
                &[Session::LongTerm, Session::Temporary, Session::Verified]
            }
            CallerKind::Role => &[Session::Temporary, Session::Verified],
            _ => &[Session::Temporary],
        }
    }
}
