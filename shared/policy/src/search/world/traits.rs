//! What tells the values of one part of a request apart: most parts are the same for many worlds.

use std::cell::{OnceCell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use names::Partition;

use crate::search::domain::{Domain, Presence};
use crate::search::hashing::Table;
use crate::search::part::Part;
use crate::search::world::{CallerKind, Reach, Session, Source, Way, World};

/// Which traits of a world the values of a part depend on.
#[derive(Clone, Copy, Default)]
struct Depends {
    caller: bool,
    account: bool,
    organization: bool,
    way: bool,
    source: bool,
    partition: bool,
    reach: bool,
    /// On what else there is.
    rest: bool,
}

impl Depends {
    const NOTHING: Self = Self {
        caller: false,
        account: false,
        organization: false,
        way: false,
        source: false,
        partition: false,
        reach: false,
        rest: false,
    };
    const EVERYTHING: Self = Self {
        caller: true,
        account: true,
        organization: true,
        way: true,
        source: true,
        partition: true,
        reach: true,
        rest: true,
    };
    const CALLER: Self = Self { caller: true, ..Self::NOTHING };
    const PRINCIPAL: Self = Self { account: true, ..Self::CALLER };
    const WAY: Self = Self { way: true, ..Self::NOTHING };
    const NETWORK: Self = Self { reach: true, ..Self::WAY };

    /// What the values of a part depend on: all that there is, where nobody says that it is less.
    fn of(part: &str) -> Self {
        match part {
            "action" | "aws:referer" | "aws:useragent" | "aws:currenttime" | "s3:prefix" => Self::NOTHING,
            "resource" | "aws:requestedregion" => Self { partition: true, ..Self::NOTHING },
            "aws:principalarn" | "aws:federatedprovider" => Self { partition: true, ..Self::PRINCIPAL },
            "aws:principalaccount" | "aws:userid" => Self { reach: true, ..Self::PRINCIPAL },
            "aws:principalorgid" | "aws:principalorgpaths" => Self { organization: true, ..Self::CALLER },
            "aws:principalservicename" => Self { partition: true, reach: true, ..Self::CALLER },
            "aws:principaltype" | "aws:username" | "aws:principalisawsservice" => Self::CALLER,
            "aws:sourceaccount" => Self { source: true, reach: true, ..Self::PRINCIPAL },
            "aws:sourcearn" => Self { source: true, reach: true, partition: true, ..Self::PRINCIPAL },
            "aws:sourceip" | "aws:sourcevpc" | "aws:sourcevpce" => Self::NETWORK,
            "aws:securetransport" | "aws:viaawsservice" => Self::WAY,
            _ if part.starts_with("aws:principaltag/") => Self::CALLER,
            _ if part.starts_with("s3:existingobjecttag/") => Self::NOTHING,
            _ => Self::EVERYTHING,
        }
    }
}

/// Those traits of a world that tell the values of a part apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traits {
    caller: Option<CallerKind>,
    account: Option<Rc<str>>,
    organization: Option<Rc<str>>,
    way: Option<Way>,
    source: Option<Source>,
    partition: Option<Partition>,
    is_outside: Option<bool>,
    rest: Option<(Session, bool)>,
}

impl Hash for Traits {
    /// By what most often differs.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let caller = self.caller.map_or(0, |caller| 1 + caller as u32);
        let way = self.way.map_or(0, |way| 1 + way as u32);
        let source = self.source.map_or(0, |source| 1 + source as u32);
        state.write_u32(caller << 16 | way << 8 | source);
        self.account.iter().chain(&self.organization).for_each(|name| state.write(name.as_bytes()));
    }
}

impl World {
    pub(super) fn traits_of(&self, part: &str) -> Traits {
        let depends = Depends::of(part);
        Traits {
            caller: depends.caller.then_some(self.caller),
            account: depends.account.then(|| Rc::clone(&self.account)),
            organization: self.organization.as_ref().filter(|_| depends.organization).cloned(),
            way: depends.way.then_some(self.way),
            source: depends.source.then_some(self.source),
            partition: depends.partition.then_some(self.partition),
            is_outside: depends.reach.then_some(matches!(*self.reach, Reach::Outside)),
            rest: depends.rest.then_some((self.session, self.through_access_point)),
        }
    }
}

/// Parts of requests by their names and what tells their values apart.
///
/// INVARIANT: all worlds that share it are of one model and of one reach, or of a reach that is [`Reach::Outside`] or
/// [`Reach::Anyone`].
#[derive(Debug, Default)]
pub(crate) struct KnownParts {
    numbers: RefCell<Table<String, usize>>,
    /// By the numbers of their names.
    parts: RefCell<Table<(usize, Traits), Part>>,
    /// What no request has, whatever it is called.
    absent: OnceCell<Part>,
}

impl KnownParts {
    /// The part of this name of worlds with these traits, which `make` makes where it was not asked for before.
    pub(super) fn part(&self, name: &str, traits: Traits, make: impl FnOnce() -> Domain) -> Part {
        let asked = (self.number(name), traits);
        if let Some(known) = self.parts.borrow().get(&asked) {
            return known.clone();
        }
        let domain = make();
        let is_absent = domain.presence == Presence::Never;
        let part = if is_absent {
            self.absent.get_or_init(|| Domain::never().into()).clone()
        } else {
            domain.into()
        };
        self.parts.borrow_mut().insert(asked, part.clone());
        part
    }

    fn number(&self, name: &str) -> usize {
        if let Some(known) = self.numbers.borrow().get(name) {
            return *known;
        }
        let mut numbers = self.numbers.borrow_mut();
        let number = numbers.len();
        numbers.insert(name.to_owned(), number);
        number
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::UNIX_EPOCH;

    use crate::search::Budget;
    use crate::search::model::Model;
    use crate::{Asking, Policy, Trust};

    const KEYS: [&str; 31] = [
        "action",
        "resource",
        "aws:currenttime",
        "aws:federatedprovider",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:principaltag/team",
        "aws:principaltype",
        "aws:referer",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:tokenissuetime",
        "aws:useragent",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "s3:dataaccesspointaccount",
        "s3:existingobjecttag/team",
        "s3:prefix",
    ];

    /// A policy that tells apart whatever can be told apart.
    fn policy() -> Policy {
        let keys: HashMap<&str, &str> = KEYS.into_iter().skip(2).map(|key| (key, "x")).collect();
        let statement = |principal: &str, organization: &str, account: &str| {
            let own =
                HashMap::from([("aws:PrincipalOrgID", organization), ("aws:PrincipalAccount", account)]);
            serde_json::json!({
                "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "s3:*", "Resource": "*",
                "Condition": { "StringLike": own, "StringNotEquals": keys },
            })
        };
        let statements =
            [statement("*", "o-*", "1*"), statement("111111111111", "o-aaaaaaaaaa", "2222????????")];
        let document = serde_json::json!({ "Version": "2012-10-17", "Statement": statements });
        Policy::from_document(document).expect("a policy")
    }

    #[test]
    fn worlds_of_the_same_traits_have_parts_of_the_same_values() {
        let policy = policy();
        let trust = Trust::default();
        let asking = Asking { trust: &trust, now: UNIX_EPOCH };
        let model = Model::of(&[&policy], asking, &mut Budget::new(Budget::DEFAULT));
        let worlds: Vec<_> = model.outside().into_iter().chain(model.everyone()).collect();
        assert!(worlds.len() > 100);
        for key in KEYS {
            let mut known = HashMap::new();
            for world in &worlds {
                let domain = format!("{:?}", world.domain(key, &model.names));
                let first = known.entry(world.traits_of(key)).or_insert_with(|| domain.clone());
                assert_eq!(*first, domain, "{key} {world:?}");
            }
        }
    }
}
