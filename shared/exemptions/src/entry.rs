//! An exemption as the settings write it.

use std::collections::BTreeSet;

use network::PortSet;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::text::Words;
use crate::{ArnPattern, Controls, Grantee, Scope, Sources, Until};

/// An exemption as the settings write it: one object of the list `exemptions`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Entry {
    /// Which resources it is for.
    pub resource: ArnPattern,
    /// Which controls it is for.
    pub controls: Controls,
    /// What of them is exempt.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Whose word that is.
    pub owner: Option<String>,
    /// Until when.
    pub until: Until,
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    resource: ArnPattern,
    controls: Controls,
    reason: Words,
    until: Until,
    #[serde(default, deserialize_with = "some")]
    owner: Option<Words>,
    #[serde(default, deserialize_with = "ports")]
    ports: Option<PortSet>,
    #[serde(default, deserialize_with = "some")]
    sources: Option<Sources>,
    #[serde(default, deserialize_with = "grantees")]
    grantees: Option<BTreeSet<Grantee>>,
    #[serde(default, deserialize_with = "sids")]
    sids: Option<BTreeSet<String>>,
}

impl TryFrom<Fields> for Entry {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let Fields { resource, controls, reason, until, owner, ports, sources, grantees, sids } = fields;
        if let Some(control) = controls.not_about(&resource) {
            return Err(format!(
                "`resource` is of no resource that the control `{control}` is about: name in `controls` only those that are \
                 about it"
            ));
        }
        let scope = Scope { ports, sources, grantees, sids };
        for narrower in scope.narrowers() {
            if let Some(control) = controls.cannot_narrow_by(narrower) {
                let key = narrower.key();
                return Err(format!(
                    "`{key}` means nothing to the control `{control}`: name in `controls` only those that it narrows"
                ));
            }
        }
        let owner = owner.map(|Words(owner)| owner);
        Ok(Self { resource, controls, scope, reason: reason.0, owner, until })
    }
}

/// What is written has to be something: `null` would be taken for what is left out.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn ports<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PortSet>, D::Error> {
    let ports = PortSet::deserialize(deserializer)?;
    if ports.as_set().is_empty() {
        return Err(D::Error::custom("an exemption of no port exempts nothing"));
    }
    Ok(Some(ports))
}

fn grantees<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeSet<Grantee>>, D::Error> {
    let all: Vec<Word<Grantee>> = Vec::deserialize(deserializer)?;
    if all.is_empty() {
        return Err(D::Error::custom("an exemption of no grantee exempts nothing"));
    }
    Ok(Some(all.into_iter().map(|Word(one)| one).collect()))
}

fn sids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeSet<String>>, D::Error> {
    let all: Vec<Words> = Vec::deserialize(deserializer)?;
    if all.is_empty() {
        return Err(D::Error::custom("an exemption of no statement exempts nothing"));
    }
    Ok(Some(all.into_iter().map(|Words(sid)| sid).collect()))
}

/// One of a few words.
#[derive(Deserialize)]
#[serde(transparent)]
struct Word<T: for<'a> Deserialize<'a>>(#[serde(deserialize_with = "strict::word")] T);
