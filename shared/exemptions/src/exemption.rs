//! Exemptions of one resource from one control: those in force, and those that are not.

use std::fmt;

use crate::{Scope, Until};

/// An exemption that is in force for one resource and one control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Where it stands.
    pub origin: Origin,
    /// What is exempt.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Whose word that is, where it says so.
    pub owner: Option<String>,
    /// Until when.
    pub until: Until,
}

/// Where an exemption stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the settings, at this place of the list, counted from 0.
    Settings(usize),
    /// In the tags of the resource.
    Tags,
}

/// An exemption that does not count for a resource and a control that it is written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands.
    pub origin: Origin,
    /// What it would exempt.
    pub scope: Scope,
    /// Which field or tag it fails by.
    pub field: String,
    /// What is wrong with that.
    pub flaw: Flaw,
}

/// What is wrong with a field of an exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It is not there.
    Missing,
    /// It cannot be right, for this reason.
    Malformed(String),
    /// It was over then.
    Over(Until),
    /// It is further ahead than the settings allow.
    TooFarAhead {
        /// The end.
        until: Until,
        /// How many days ahead the settings allow.
        most_days: u32,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(position) => write!(f, "`exemptions[{position}]` of the settings"),
            Self::Tags => f.write_str("the resource's tags"),
        }
    }
}

impl fmt::Display for Exemption {
    /// As in `everything, until the end of 2026-12-31 (UTC), by the resource's tags: our website`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, scope, reason, owner, until } = self;
        write!(f, "{scope}, until {until}, by {origin}")?;
        owner.iter().try_for_each(|owner| write!(f, ", owner {owner}"))?;
        write!(f, ": {reason}")
    }
}

impl fmt::Display for Refused {
    /// As in `the resource's tags: "curfew:exempt-until" was over at the end of 2026-01-31 (UTC)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, field, flaw, .. } = self;
        write!(f, "{origin}: `{field}` {flaw}")
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Malformed(why) => write!(f, "cannot be right: {why}"),
            Self::Over(until) => write!(f, "is over since {until}"),
            Self::TooFarAhead { until, most_days } => {
                let days = counts::counted(*most_days, "day");
                write!(f, "is too far ahead: {until}, where `exempt_max_days` allows {days}")
            }
        }
    }
}

impl Flaw {
    /// A stable name for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed(_) => "malformed",
            Self::Over(_) => "over",
            Self::TooFarAhead { .. } => "too-far-ahead",
        }
    }
}
