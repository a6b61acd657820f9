//! Parts of a request that were found one by one and do not go together, and the same question asked again for some
//! that do.

use super::Attempt;
use crate::search::decide::{Hit, Within};
use crate::search::domain::{Domain, Presence, shape};
use crate::search::literal::Slot;
use crate::search::patterns::Patterns;
use crate::search::world::{CallerKind, sources};
use crate::search::{Budget, Found, actions};

/// The keys that say which user it is.
const ARN: &str = "aws:principalarn";
const USER_NAME: &str = "aws:username";

/// The keys that say which service it is, and for which source it acts.
const SERVICE: &str = "aws:principalservicename";
const SERVICES: &str = "aws:principalservicenameslist";
const SOURCE: &str = "aws:sourcearn";

/// What is asked for, and of what.
const ACTION: &str = "action";
const RESOURCE: &str = "resource";

impl Attempt<'_> {
    /// Whether an action of objects is asked for on a bucket, or one of buckets on an object, or with a key that no request
    /// for it carries.
    pub(super) fn is_request_apart(&self, slots: &[Slot]) -> bool {
        let Some(action) = self.values(ACTION, slots).first() else { return false };
        let resource = self.values(RESOURCE, slots).first();
        let mut parts = self.compilation.parts.names().iter().zip(slots);
        resource.is_some_and(|resource| !actions::go_together(action, resource))
            || parts.any(|(key, slot)| *slot != Slot::Absent && !actions::carries(action, key))
    }

    /// Asks again for what may be about an object, and then for what may be about a bucket, each time for what carries
    /// which keys.
    pub(super) fn with_one_kind(
        &self,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<(usize, Vec<Slot>)> {
        let (Some(all), Some(of)) = (self.part(ACTION), self.part(RESOURCE)) else { return Found::Unknown };
        let mut gave_up = false;
        let keys = self.compilation.parts.names();
        for (actions, resource) in actions::kinds(all, of) {
            for (action, lacking) in actions::by_keys(&actions, keys) {
                let must_carry =
                    |key: &&str| self.part(key).is_some_and(|own| own.presence == Presence::Always);
                if lacking.iter().any(must_carry) {
                    continue;
                }
                let attempt = self.with([(ACTION, action), (RESOURCE, resource.clone())]);
                let attempt = lacking.iter().fold(attempt, |own, key| own.with([(*key, Domain::never())]));
                match attempt.linked(within, budget) {
                    Found::One(found) => return Found::One(found),
                    Found::None => {}
                    Found::Unknown => gave_up = true,
                }
            }
        }
        if gave_up { Found::Unknown } else { Found::None }
    }

    /// The ARN and the name of a user, where they are not of the same one.
    pub(super) fn name_apart(&self, slots: &[Slot]) -> Option<(String, String)> {
        if self.world.caller != CallerKind::User {
            return None;
        }
        let (arn, name) = (self.value(ARN, slots)?, self.value(USER_NAME, slots)?);
        (arn.rsplit('/').next() != Some(name.as_str())).then_some((arn, name))
    }

    /// Asks again for a user of this name, and then for one of this ARN. That there is neither is a proof where every
    /// user has that name.
    pub(super) fn with_one_name(
        &self,
        arn: &str,
        name: &str,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        let own = arn.rsplit('/').next().unwrap_or_default();
        let named = [
            ((ARN, self.world.users_called(name)), self.other_names(name)),
            ((USER_NAME, Domain::texts([own.to_owned()])), self.other_arns(own)),
        ];
        for ((part, domain), others) in named {
            let is_bound = self.compilation.bindings.decided.iter().any(|(key, _)| key == part);
            if is_bound || self.number(part).is_none() {
                continue;
            }
            let attempt = self.with([(part, domain)]);
            let found = match attempt.slots(within, budget) {
                Found::One((_, slots)) if attempt.name_apart(&slots).is_some() => Found::Unknown,
                Found::One((index, slots)) => attempt.tied(index, slots, within, budget),
                Found::None => Found::None,
                Found::Unknown => Found::Unknown,
            };
            match found {
                Found::One(hit) => return Found::One(hit),
                Found::None
                    if others
                        .is_some_and(|others| self.with([others]).slots(within, budget) == Found::None) =>
                {
                    return Found::None;
                }
                _ => {}
            }
        }
        Found::Unknown
    }

    /// All other names of users.
    fn other_names(&self, name: &str) -> Option<(&'static str, Domain)> {
        Some((USER_NAME, self.part(USER_NAME)?.without(std::iter::once(name))?))
    }

    /// The ARNs of users of all other names.
    fn other_arns(&self, name: &str) -> Option<(&'static str, Domain)> {
        let shapes = [format!("arn:<l>:user/{name}"), format!("arn:<l>:user/<g>/{name}")];
        let named = shapes.iter().map(|text| shape(text)).collect();
        let is_plain = !name.contains('<');
        Some((ARN, self.part(ARN).filter(|_| is_plain)?.besides(&named)?))
    }

    /// The services to ask about, where the one that was found goes neither with the list of its names nor with the
    /// source that the call names.
    pub(super) fn service_apart(&self, slots: &[Slot]) -> Option<Vec<String>> {
        if self.world.caller != CallerKind::Service {
            return None;
        }
        let (service, names) = (self.value(SERVICE, slots)?, self.values(SERVICES, slots));
        let source = self.value(SOURCE, slots);
        let is_own = source.as_ref().is_none_or(|arn| sources::is_own(&service, arn));
        if is_own && (names.is_empty() || names.contains(&service)) {
            return None;
        }
        let owner = source.map(|arn| sources::owner(&arn));
        let named = names.iter().chain(&self.compilation.services).cloned();
        let all: Vec<String> = std::iter::once(service).chain(owner).chain(named).collect();
        let known = sources::related(&all);
        Some(all.into_iter().chain(known).collect())
    }

    /// Asks again for one service at a time, with its own names and sources. A service that is not known may name any
    /// source; that there is nothing else is a proof where no other service gets in.
    pub(super) fn with_one_service(
        &self,
        services: Vec<String>,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        let Some(by) = self.part(SERVICE) else { return Found::Unknown };
        let mut tried: Vec<String> = Vec::new();
        let mut gave_up = false;
        for name in services {
            if tried.contains(&name) || !by.admits(&name) {
                continue;
            }
            for attempt in self.of_service(&name) {
                match attempt.of_this_service(&name, within, budget) {
                    Found::One(hit) => return Found::One(hit),
                    Found::None => {}
                    Found::Unknown => gave_up = true,
                }
            }
            tried.push(name);
        }
        let Some(others) = self.of_others(by, &tried) else {
            return if gave_up { Found::Unknown } else { Found::None };
        };
        match others.slots(within, budget) {
            Found::One((_, slots)) => others.with_service_of(&slots, within, budget),
            Found::None if !gave_up => Found::None,
            _ => Found::Unknown,
        }
    }

    /// Asks again for the service that was found, with its own names and sources. That there is nothing is no proof.
    fn with_service_of(&self, slots: &[Slot], within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        let Some(name) = self.value(SERVICE, slots) else { return Found::Unknown };
        for attempt in self.of_service(&name) {
            if let Found::One(hit) = attempt.of_this_service(&name, within, budget) {
                return Found::One(hit);
            }
        }
        Found::Unknown
    }

    /// The same for the calls of all services but those that were tried. Where the list of its names is spoken of, none of
    /// these is a name of another service.
    fn of_others(&self, by: &Domain, tried: &[String]) -> Option<Self> {
        let others = by.without(tried.iter().map(String::as_str))?;
        let Some(names) = self.part(SERVICES) else { return Some(self.with([(SERVICE, others)])) };
        let own: Patterns = tried.iter().flat_map(|name| sources::names_like(name)).collect();
        Some(self.with([(SERVICE, others.besides(&own)?), (SERVICES, names.besides(&own)?)]))
    }

    /// The same for the calls of one service: by the one name, then by the others that it has too; with a source of its
    /// own, then with any where it is not known which these are.
    fn of_service(&self, name: &str) -> Vec<Self> {
        let of = self.part(SOURCE);
        let own = of.map(|of| of.narrowed(&self.world.sources(&sources::own(name))).unwrap_or(of.clone()));
        let any = of.filter(|_| !sources::is_known(name)).cloned();
        let sources: Vec<Domain> = match own {
            Some(own) => std::iter::once(own).chain(any).collect(),
            None => vec![Domain::never()],
        };
        let services = self.compilation.services.iter();
        let others: Vec<String> =
            services.filter(|other| *other != name && sources::is_same(name, other)).cloned().collect();
        let mut names = vec![Domain::texts([name.to_owned()]).many()];
        if self.part(SERVICES).is_some() && !others.is_empty() {
            names.push(Domain::texts(std::iter::once(name.to_owned()).chain(others)).many());
        }
        let of_names = |names: &Domain| {
            let given = |source: &Domain| {
                let service = Domain::texts([name.to_owned()]);
                self.with([(SERVICE, service), (SERVICES, names.clone()), (SOURCE, source.clone())])
            };
            sources.iter().map(given).collect::<Vec<_>>()
        };
        names.iter().flat_map(of_names).collect()
    }

    /// Asks for calls that can be of the service, where no other part goes against another.
    fn of_this_service(&self, name: &str, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        match self.slots(within, budget) {
            Found::One((index, slots)) if self.is_of_service(name, &slots) => {
                self.tied(index, slots, within, budget)
            }
            Found::None => Found::None,
            Found::One(_) | Found::Unknown => Found::Unknown,
        }
    }

    /// The request that was found again, where the keys of one thing go together; else one in which they do.
    fn tied(&self, index: usize, slots: Vec<Slot>, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        match self.tie_apart(&slots) {
            Some(tie) => self.with_tie(tie, slots, within, budget),
            None => Found::One(self.hit(index, &slots, within)),
        }
    }

    /// Whether a call of the service can be like this.
    fn is_of_service(&self, name: &str, slots: &[Slot]) -> bool {
        self.value(SOURCE, slots).is_none_or(|arn| sources::may_name(name, &arn))
            && self.values(SERVICES, slots).iter().all(|other| sources::is_same(name, other))
    }
}
