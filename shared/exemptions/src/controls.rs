//! Which controls an exemption is for.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::ArnPattern;

/// The controls that Curfew has.
pub const CONTROLS: [Known; 3] = [
    Known { name: "s3-acl", arns: BUCKETS, narrowers: &[Narrower::Grantees] },
    Known { name: "s3-policy", arns: BUCKETS, narrowers: &[Narrower::Sids] },
    Known { name: "sg-ingress", arns: GROUPS, narrowers: &[Narrower::Ports, Narrower::Sources] },
];

const BUCKETS: &str = "arn:{partition}:s3:::{bucket}";
const GROUPS: &str = "arn:{partition}:ec2:{region}:{account}:security-group/sg-{id}";

/// A control, as exemptions know it.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What the ARNs of its resources are like. `{id}` is what EC2 writes behind a kind's prefix, as in `sg-{id}`.
    pub arns: &'static str,
    /// What may narrow an exemption from it.
    pub narrowers: &'static [Narrower],
}

/// The word for every control.
pub(crate) const ALL: &str = "all";

/// What narrows an exemption, as the settings call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrower {
    /// `ports`
    Ports,
    /// `sources`
    Sources,
    /// `grantees`
    Grantees,
    /// `sids`
    Sids,
}

/// Which controls an exemption is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Controls {
    /// Every one.
    All,
    /// Those of these names.
    Only(BTreeSet<String>),
}

/// Why words are not the names of controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoControls {
    /// There are none.
    Empty,
    /// This one is no control.
    Unknown(String),
    /// `all` stands beside others.
    AllAndOthers,
}

impl Narrower {
    /// The key in the settings.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Ports => "ports",
            Self::Sources => "sources",
            Self::Grantees => "grantees",
            Self::Sids => "sids",
        }
    }
}

impl Controls {
    /// Reads names of controls, or the one word `all`. `asking` is a control that is known too.
    pub(crate) fn of<'a>(
        words: impl Iterator<Item = &'a str>,
        asking: Option<&str>,
    ) -> Result<Self, NoControls> {
        let names: BTreeSet<&str> = words.collect();
        let is_known = |name: &str| {
            name == ALL || Some(name) == asking || CONTROLS.iter().any(|known| known.name == name)
        };
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            return Err(NoControls::Unknown((*unknown).to_owned()));
        }
        match (names.contains(ALL), names.len()) {
            (_, 0) => Err(NoControls::Empty),
            (true, 1) => Ok(Self::All),
            (true, _) => Err(NoControls::AllAndOthers),
            (false, _) => Ok(Self::Only(names.into_iter().map(ToOwned::to_owned).collect())),
        }
    }

    /// Whether this control is among them.
    #[must_use]
    pub fn include(&self, control: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(control),
        }
    }

    /// One of those that are named which is not about resources of this pattern.
    pub(crate) fn not_about(&self, resource: &ArnPattern) -> Option<&'static str> {
        let misfits = |known: &&Known| self.include(known.name) && !resource.may_match(known.arns);
        let mut named = CONTROLS.iter().filter(|_| *self != Self::All);
        named.find(misfits).map(|known| known.name)
    }

    /// One of them that an exemption cannot be narrowed for in this way.
    pub(crate) fn cannot_narrow_by(&self, narrower: Narrower) -> Option<&'static str> {
        let misfits = |known: &&Known| self.include(known.name) && !known.narrowers.contains(&narrower);
        CONTROLS.iter().find(misfits).map(|known| known.name)
    }
}

impl fmt::Display for NoControls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = CONTROLS.iter().map(|known| known.name).collect();
        let names = names.join(", ");
        match self {
            Self::Empty => write!(f, "no control is named: name some of {names}, or write `{ALL}`"),
            Self::Unknown(name) => {
                write!(f, "`{name}` is no control: there are {names}, and `{ALL}` for every one")
            }
            Self::AllAndOthers => write!(f, "`{ALL}` stands alone"),
        }
    }
}

impl<'de> Deserialize<'de> for Controls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Controls;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of names of controls, or \"all\"")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Controls, E> {
        if word == ALL {
            return Ok(Controls::All);
        }
        Err(E::custom(format_args!("`{word}` is neither a list of names of controls nor \"{ALL}\"")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Controls, A::Error> {
        let mut names: Vec<String> = Vec::new();
        while let Some(name) = items.next_element()? {
            names.push(name);
        }
        Controls::of(names.iter().map(String::as_str), None).map_err(A::Error::custom)
    }
}
