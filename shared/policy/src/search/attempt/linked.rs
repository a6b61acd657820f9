//! Parts of a request of which one says something about the other, and the same question asked again for each way in
//! which they can go together.

use super::Attempt;
use crate::search::decide::Within;
use crate::search::domain::{Domain, Presence, Values};
use crate::search::literal::{Literal, Slot, TIME, Test};
use crate::search::world::{LONGEST_SESSION, Way};
use crate::search::{Budget, Found, moment};

/// The keys that say whether a request is encrypted, and how.
const SECURE: &str = "aws:securetransport";
const TLS: &str = "s3:tlsversion";

/// When the credentials of a request were issued.
const ISSUED: &str = "aws:tokenissuetime";

/// How many times are tried for a request whose credentials are asked about.
const MAX_TIMES: usize = 96;

impl Attempt<'_> {
    /// The index of a statement that allows a request, and the parts of that request, where these go together.
    pub(super) fn linked(&self, within: &Within<'_>, budget: &mut Budget) -> Found<(usize, Vec<Slot>)> {
        let found = self.loosely(within, budget);
        let Found::One((_, slots)) = &found else { return found };
        if self.is_transport_apart(slots) {
            return self.first(self.with_one_transport(), false, within, budget);
        }
        if self.is_session_apart(slots) {
            let (attempts, is_all) = self.at_one_time();
            return self.first(attempts, !is_all, within, budget);
        }
        found
    }

    /// The first answer among those of some attempts, which are all that there are unless some were left out.
    fn first(
        &self,
        attempts: Vec<Self>,
        mut gave_up: bool,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<(usize, Vec<Slot>)> {
        for attempt in attempts {
            match attempt.linked(within, budget) {
                Found::One(found) => return Found::One(found),
                Found::None => {}
                Found::Unknown => gave_up = true,
            }
        }
        if gave_up { Found::Unknown } else { Found::None }
    }

    /// Whether a request has a version of TLS without TLS, or TLS without a version.
    fn is_transport_apart(&self, slots: &[Slot]) -> bool {
        if self.world.way == Way::Internal || self.number(TLS).is_none() {
            return false;
        }
        let has_version = !self.values(TLS, slots).is_empty();
        self.value(SECURE, slots).is_some_and(|secure| (secure == "true") != has_version)
    }

    fn with_one_transport(&self) -> Vec<Self> {
        let (Some(secure), Some(tls)) = (self.part(SECURE), self.part(TLS)) else { return Vec::new() };
        let mut attempts = Vec::new();
        if secure.admits("true") && tls.presence != Presence::Never {
            let version = tls.clone().with_presence(Presence::Always);
            attempts.push(self.with([(SECURE, Domain::listed(["true"])), (TLS, version)]));
        }
        if secure.admits("false") && tls.presence != Presence::Always {
            attempts.push(self.with([(SECURE, Domain::listed(["false"])), (TLS, Domain::never())]));
        }
        attempts
    }

    /// Whether credentials are used before they were issued, or when they have long expired.
    fn is_session_apart(&self, slots: &[Slot]) -> bool {
        let at = |part: &str| self.value(part, slots).and_then(|time| moment::parse(&time));
        at(ISSUED).zip(at(TIME)).is_some_and(|(issued, time)| !session(time).contains(&issued))
    }

    /// The same at each of the times on both sides of every bound on the time and on when the credentials were issued, and
    /// whether that is all that can matter.
    fn at_one_time(&self) -> (Vec<Self>, bool) {
        let (Some(time), Some(issued)) = (self.part(TIME), self.part(ISSUED)) else {
            return (Vec::new(), false);
        };
        let numbers = [self.number(TIME), self.number(ISSUED)];
        let compilation = self.compilation;
        let unless = compilation.unless.iter().flat_map(|unless| unless.allows.iter().chain(&unless.denies));
        let statements = compilation.allows.iter().chain(&compilation.denies).chain(unless);
        let literals: Vec<&Literal> = statements
            .flat_map(|statement| &statement.literals)
            .filter(|literal| numbers.contains(&Some(literal.slot)))
            .collect();
        let is_date = |literal: &&Literal| matches!(literal.test, Test::Date(..) | Test::Constant(_));
        let bounds = literals.iter().filter_map(|literal| match &literal.test {
            Test::Date(_, bounds) => Some(bounds),
            _ => None,
        });
        let beside = bounds.flatten().flat_map(|bound| {
            let late = bound.saturating_add(LONGEST_SESSION);
            [*bound, late].map(|at| [at.saturating_sub(1), at, at.saturating_add(1)])
        });
        let earliest = if let Values::Time(range) = &time.values { vec![*range.start()] } else { Vec::new() };
        let mut times: Vec<i64> = earliest.into_iter().chain(beside.flatten()).collect();
        times.sort_unstable();
        times.dedup();
        times.retain(|at| time.admits(&moment::format(*at)));
        let is_all = times.len() <= MAX_TIMES && literals.iter().all(is_date);
        let attempts = times.into_iter().take(MAX_TIMES).map(|at| {
            let mut issued = issued.clone();
            if let Values::Time(range) = &mut issued.values {
                let own = session(at);
                *range = *own.start().max(range.start())..=*own.end().min(range.end());
            }
            self.with([(TIME, Domain::texts([moment::format(at)])), (ISSUED, issued)])
        });
        (attempts.collect(), is_all)
    }
}

/// When the credentials of a request of this time can have been issued.
fn session(time: i64) -> std::ops::RangeInclusive<i64> {
    time.saturating_sub(LONGEST_SESSION)..=time
}
