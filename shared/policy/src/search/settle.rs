//! Finds a value of one part of a request that meets all demands on it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::sync::Arc;

use addresses::Addresses;

use super::automaton::{self, Demand};
use super::domain::{Domain, Presence, Values, shape};
use super::likeness::arn_like;
use super::literal::{Literal, Slot, Test};
use super::moment;
use super::patterns::Patterns;
use super::{Budget, Found};

/// Demands on one part of a request: what is asked, and whether it must hold or fail.
pub(crate) type Demands<'goal> = Vec<(&'goal Literal, bool)>;

/// A value in the domain that meets all demands; `None` is a proof that there is none.
pub(crate) fn settle(domain: &Domain, demands: &[(&Literal, bool)], budget: &mut Budget) -> Found<Slot> {
    if !budget.spend_steps(16 + 16 * demands.len()) {
        return Found::Unknown;
    }
    let absent = Slot::Absent;
    if domain.presence != Presence::Always
        && demands.iter().all(|(literal, wanted)| literal.can_be(*wanted, &absent))
    {
        return Found::One(absent);
    }
    if domain.presence == Presence::Never {
        return Found::None;
    }
    let mut every = Vec::new();
    let mut some = Vec::new();
    for (literal, wanted) in demands {
        let (all_values, matching) = literal.reading(*wanted);
        let demand = (&literal.test, matching);
        if all_values || !domain.many { every.push(demand) } else { some.push(demand) }
    }
    if some.len() < 2 {
        every.append(&mut some);
        return match one(domain, &every, budget) {
            Found::One(value) => Found::One(Slot::Values(Rc::from([value]))),
            Found::None => Found::None,
            Found::Unknown => Found::Unknown,
        };
    }
    let mut values = Vec::new();
    for demand in some {
        every.push(demand);
        match one(domain, &every, budget) {
            Found::One(value) => values.push(value),
            Found::None => return Found::None,
            Found::Unknown => return Found::Unknown,
        }
        every.pop();
    }
    values.dedup();
    Found::One(Slot::Values(values.into()))
}

/// One value that meets every demand.
fn one(domain: &Domain, demands: &[(&Test, bool)], budget: &mut Budget) -> Found<String> {
    if let Some(reduced) = without_refused_variables(demands) {
        let reduced: Vec<(&Test, bool)> =
            reduced.iter().map(|(test, wanted)| (test.as_ref(), *wanted)).collect();
        return among(domain, &reduced, budget);
    }
    among(domain, demands, budget)
}

/// The demands without the undecided variables that one of them wants and another refuses: whatever such a variable
/// stands for, no value can meet both by it. `None` where there are none.
fn without_refused_variables<'set>(demands: &[(&'set Test, bool)]) -> Option<Vec<(Cow<'set, Test>, bool)>> {
    let open = |(test, wanted): &(&'set Test, bool), mark: bool| match test {
        Test::Text(patterns) if *wanted == mark && patterns.is_open() => Some(patterns.as_ref()),
        _ => None,
    };
    let refused: Vec<&Patterns> = demands.iter().filter_map(|demand| open(demand, false)).collect();
    if refused.is_empty() || !demands.iter().any(|demand| open(demand, true).is_some()) {
        return None;
    }
    let reduced = demands.iter().map(|demand| match open(demand, true) {
        Some(patterns) => (Cow::Owned(Test::Text(Arc::new(patterns.without_variables_of(&refused)))), true),
        None => (Cow::Borrowed(demand.0), demand.1),
    });
    Some(reduced.collect())
}

fn among(domain: &Domain, demands: &[(&Test, bool)], budget: &mut Budget) -> Found<String> {
    let meets = |value: &str| demands.iter().all(|(test, wanted)| test.matches(value, *wanted) == *wanted);
    if demands.iter().any(|(test, wanted)| matches!(test, Test::Constant(outcome) if outcome != wanted)) {
        return Found::None;
    }
    // What holds of every value asks for none.
    let demands: Vec<(&Test, bool)> =
        demands.iter().filter(|(test, _)| !matches!(test, Test::Constant(_))).copied().collect();
    let demands = demands.as_slice();
    match &domain.values {
        Values::Listed(values) => {
            values.iter().find(|value| meets(value)).map_or(Found::None, |value| Found::One(value.clone()))
        }
        Values::Address(all) => address(demands, all, budget),
        Values::Time(range) => time(demands, range, budget),
        Values::Text(shape, excluded) => {
            let typed = demands.iter().filter(|(test, _)| !matches!(test, Test::Text(_))).count();
            let in_domain = |value: &str| shape.matches(value, true) && !excluded.matches(value, true);
            let is_free = |hint: &str| typed == 0 && meets(hint) && in_domain(hint);
            let hints = domain.hints.iter().copied().chain(domain.usual.iter().map(String::as_str));
            if let Some(hint) = hints.into_iter().find(|hint| is_free(hint)) {
                return Found::One(hint.to_owned());
            }
            let texts: Vec<Demand<'_>> = demands.iter().filter_map(text).collect();
            let usual = domain.usual.first();
            if let Some(arn) = usual.and_then(|usual| arns_like(&texts, usual).find(|arn| is_free(arn))) {
                return Found::One(arn);
            }
            if typed > 0 {
                let candidate =
                    candidates(demands).into_iter().find(|value| in_domain(value) && meets(value));
                // The candidates hold every literal.
                let is_listed = texts.iter().any(|(patterns, wanted)| *wanted && patterns.finite().is_some());
                return match candidate {
                    Some(value) => Found::One(value),
                    None if is_listed || (texts.is_empty() && same_family(demands)) => Found::None,
                    None => Found::Unknown,
                };
            }
            let bounds = [(shape.as_ref(), true), (excluded.as_ref(), false)];
            let all: Vec<Demand<'_>> = texts.into_iter().chain(bounds).filter(is_real).collect();
            automaton::find(&all, budget)
        }
    }
}

fn text<'set>((test, wanted): &(&'set Test, bool)) -> Option<Demand<'set>> {
    match test {
        Test::Text(patterns) => Some((patterns, *wanted)),
        _ => None,
    }
}

/// How many patterns are followed to find a value that looks like a usual one.
const MAX_LIKE: usize = 8;

/// Texts of the wanted patterns that look like a usual ARN.
fn arns_like<'set>(demands: &'set [Demand<'_>], usual: &'set str) -> impl Iterator<Item = String> + 'set {
    let wanted = demands.iter().filter(|(_, wanted)| *wanted);
    let patterns = wanted.flat_map(|(patterns, _)| patterns.rest().iter().take(MAX_LIKE));
    patterns.filter_map(|pattern| arn_like(pattern, usual))
}

fn is_real((patterns, wanted): &Demand<'_>) -> bool {
    *wanted || !patterns.is_empty()
}

fn same_family(demands: &[(&Test, bool)]) -> bool {
    let mut kinds = demands.iter().map(|(test, _)| std::mem::discriminant(*test));
    kinds.next().is_none_or(|first| kinds.all(|kind| kind == first))
}

/// Addresses that a request should rather have than any other.
const USUAL: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
    IpAddr::V4(Ipv4Addr::new(5, 6, 7, 8)),
    IpAddr::V6(Ipv6Addr::new(0x2600, 0x1f18, 0, 0, 0, 0, 0, 7)),
    IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    IpAddr::V6(Ipv6Addr::UNSPECIFIED),
];

/// An address of a set that meets every demand.
fn address(demands: &[(&Test, bool)], all: &Addresses, budget: &mut Budget) -> Found<String> {
    let meets = |address: &IpAddr| {
        demands.iter().all(|(test, wanted)| match test {
            Test::Address(set) => set.contains(*address) == *wanted,
            _ => test.matches(&address.to_string(), *wanted) == *wanted,
        })
    };
    let sets = || demands.iter().filter_map(|(test, wanted)| Some((test.addresses()?, *wanted)));
    if sets().count() < demands.len() {
        return match addresses(demands, all).find(meets) {
            Some(address) => Found::One(address.to_string()),
            None => address_by_text(demands, all, budget),
        };
    }
    let first = || {
        let left = sets().fold(Cow::Borrowed(all), |left, (set, wanted)| {
            Cow::Owned(if wanted { left.intersection(set) } else { left.without(set) })
        });
        left.first()
    };
    usual_in(all).find(meets).or_else(first).map_or(Found::None, |address| Found::One(address.to_string()))
}

fn usual_in(all: &Addresses) -> impl Iterator<Item = IpAddr> {
    USUAL.into_iter().filter(|address| all.contains(*address))
}

/// Those of these addresses that are on either side of a boundary, or usually on none.
fn addresses<'set>(
    demands: &'set [(&Test, bool)],
    all: &'set Addresses,
) -> impl Iterator<Item = IpAddr> + 'set {
    let sets = demands.iter().filter_map(|(test, _)| test.addresses());
    let cuts = sets.chain([all]).flat_map(|set| set.boundaries_in(all));
    usual_in(all).chain(cuts)
}

/// Text demands on an address: looks among the dotted quads.
fn address_by_text(demands: &[(&Test, bool)], all: &Addresses, budget: &mut Budget) -> Found<String> {
    let quads = ["<d>.<d>.<d>.<d>"].iter().map(|text| shape(text)).collect();
    let texts = demands.iter().filter_map(text).chain([(&quads, true)]);
    match automaton::find(&texts.collect::<Vec<_>>(), budget) {
        Found::One(value) => {
            let meets = value.parse().is_ok_and(|address| all.contains(address))
                && demands.iter().all(|(test, wanted)| test.matches(&value, *wanted) == *wanted);
            if meets { Found::One(value) } else { Found::Unknown }
        }
        Found::None => Found::None,
        Found::Unknown => Found::Unknown,
    }
}

/// The earliest time, and those on both sides of every bound.
fn time(demands: &[(&Test, bool)], range: &RangeInclusive<i64>, budget: &mut Budget) -> Found<String> {
    let meets = |value: &str| {
        moment::parse(value).is_some_and(|time| range.contains(&time))
            && demands.iter().all(|(test, wanted)| test.matches(value, *wanted) == *wanted)
    };
    let bounds = demands
        .iter()
        .filter_map(|(test, _)| if let Test::Date(_, bounds) = test { Some(bounds) } else { None });
    let beside =
        bounds.flatten().flat_map(|bound| [*bound, bound.saturating_add(1), bound.saturating_sub(1)]);
    if let Some(value) =
        [*range.start()].into_iter().chain(beside).map(moment::format).find(|value| meets(value))
    {
        return Found::One(value);
    }
    let mut texts: Vec<Demand<'_>> = demands.iter().filter_map(text).collect();
    if texts.is_empty() {
        return Found::None;
    }
    let written = ["<d>-<d>-<d>T<d>:<d>:<d>Z"].iter().map(|text| shape(text)).collect();
    texts.push((&written, true));
    match automaton::find(&texts, budget) {
        Found::One(value) if !meets(&value) => Found::Unknown,
        found => found,
    }
}

/// Values on both sides of every bound.
fn candidates(demands: &[(&Test, bool)]) -> Vec<String> {
    let mut values = Vec::new();
    for (test, _) in demands {
        match test {
            Test::Number(_, bounds) => {
                let mut bounds = bounds.clone();
                bounds.sort_by(f64::total_cmp);
                let between =
                    bounds.iter().zip(bounds.iter().skip(1)).map(|(low, high)| f64::midpoint(*low, *high));
                let beside = bounds.iter().flat_map(|bound| [*bound, bound + 1.0, bound - 1.0]);
                // Whole numbers, which some parts are.
                let beside = beside.flat_map(|value| [value, value.floor(), value.ceil()]);
                values.extend(beside.chain(between).map(|value| value.to_string()));
            }
            Test::Date(_, bounds) => {
                let beside = bounds
                    .iter()
                    .flat_map(|bound| [*bound, bound.saturating_add(1), bound.saturating_sub(1)]);
                values.extend(beside.flat_map(|seconds| [moment::format(seconds), seconds.to_string()]));
            }
            Test::Truth(_) => values.extend(["true", "false"].map(str::to_owned)),
            Test::Address(_) | Test::Text(_) | Test::Constant(_) => {}
        }
    }
    values.extend(addresses(demands, &Addresses::default().complement()).map(|address| address.to_string()));
    values.extend(["0", "x"].map(str::to_owned));
    for (test, _) in demands {
        if let Test::Text(patterns) = test {
            values.extend(patterns.sorted_literals().map(str::to_owned));
        }
    }
    values
}
