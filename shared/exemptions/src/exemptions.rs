//! All that the settings say about exemptions.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::{Entry, Exemption, Flaw, Origin, Refused, Until, tags};

/// How many days ahead an exemption may end unless the settings say otherwise.
pub const MOST_DAYS: u32 = 400;

/// All that the settings say about exemptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemptions {
    /// Those of the settings.
    pub entries: Vec<Entry>,
    /// Whether tags of a resource count too.
    pub by_tag: bool,
    /// How many days ahead they may end.
    pub most_days: u32,
}

/// What is written for one resource and one control.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// What is in force.
    pub in_force: Vec<Exemption>,
    /// What is not.
    pub refused: Vec<Refused>,
}

impl Candidates {
    /// These and others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.in_force.extend(others.in_force);
        self.refused.extend(others.refused);
        self
    }
}

impl Default for Exemptions {
    fn default() -> Self {
        Self { entries: Vec::new(), by_tag: true, most_days: MOST_DAYS }
    }
}

impl Exemptions {
    /// What the settings say about this resource and this control.
    #[must_use]
    pub fn of_settings(&self, arn: &str, control: &str, now: SystemTime) -> Candidates {
        self.entries_that(|entry| entry.resource.matches(arn) && entry.controls.include(control), now)
    }

    /// The entries of the settings that exempt nothing now: their end is over, or further ahead than is allowed.
    #[must_use]
    pub fn not_in_force(&self, now: SystemTime) -> Vec<Refused> {
        self.entries_that(|_| true, now).refused
    }

    fn entries_that(&self, is_meant: impl Fn(&Entry) -> bool, now: SystemTime) -> Candidates {
        let mut candidates = Candidates::default();
        for (position, entry) in self.entries.iter().enumerate().filter(|(_, entry)| is_meant(entry)) {
            let Entry { scope, reason, owner, until, .. } = entry.clone();
            let exemption = Exemption { origin: Origin::Settings(position), scope, reason, owner, until };
            self.sort(exemption, "until", now, &mut candidates);
        }
        candidates
    }

    /// What the resource's tags say about this control: nothing where tags do not count.
    #[must_use]
    pub fn of_tags(&self, tags: &BTreeMap<String, String>, control: &str, now: SystemTime) -> Candidates {
        let mut candidates = Candidates::default();
        if self.by_tag {
            match tags::read(tags, control) {
                Ok(Some(exemption)) => self.sort(exemption, tags::UNTIL, now, &mut candidates),
                Ok(None) => {}
                Err(refused) => candidates.refused.extend(refused),
            }
        }
        candidates
    }

    /// Puts what was read where the time says that it belongs.
    fn sort(&self, exemption: Exemption, field: &str, now: SystemTime, candidates: &mut Candidates) {
        let until: Until = exemption.until;
        let flaw = if until.is_over(now) {
            Flaw::Over(until)
        } else if !until.is_within(self.most_days, now) {
            Flaw::TooFarAhead { until, most_days: self.most_days }
        } else {
            return candidates.in_force.push(exemption);
        };
        let Exemption { origin, scope, .. } = exemption;
        candidates.refused.push(Refused { origin, scope, field: field.to_owned(), flaw });
    }
}
