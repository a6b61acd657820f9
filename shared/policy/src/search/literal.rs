//! What a statement asks of one part of a request, compiled.

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use addresses::Addresses;

use super::moment;
use super::patterns::Patterns;
use crate::Condition;
use crate::address::parse_block;
use crate::operator::{Comparison, Order, Quantifier};
use crate::pattern::{Pattern, Style};
use crate::template::Bindings;

/// The value of one part of a request: absent, or present with one or more values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slot {
    Absent,
    Values(Rc<[String]>),
}

impl Slot {
    /// One value.
    pub(crate) fn of(value: &str) -> Self {
        Self::Values(Rc::from([value.to_owned()]))
    }
}

/// A demand on one part of a request.
#[derive(Debug, Clone)]
pub(crate) struct Literal {
    /// Which part.
    pub(crate) slot: usize,
    pub(crate) test: Test,
    pub(crate) negated: bool,
    pub(crate) quantifier: Quantifier,
    /// Whether it holds when the part is absent.
    pub(crate) absent: bool,
}

/// What a present value is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Text(Arc<Patterns>),
    Address(Arc<Addresses>),
    Number(Order, Vec<f64>),
    Date(Order, Vec<i64>),
    Truth(Vec<bool>),
    /// Holds for every present value, or for none.
    Constant(bool),
}

impl Literal {
    /// A demand that the part matches one of the patterns.
    pub(crate) fn text(slot: usize, patterns: impl Into<Arc<Patterns>>, negated: bool) -> Self {
        let patterns = patterns.into();
        Self { slot, test: Test::Text(patterns), negated, quantifier: Quantifier::One, absent: negated }
    }

    /// A demand that the part has this value, or none.
    pub(crate) fn exactly(slot: usize, value: Option<&str>) -> Self {
        match value {
            Some(value) => Self::text(slot, Patterns::from_iter([Pattern::exactly(value)]), false),
            None => {
                let test = Test::Constant(false);
                Self { slot, test, negated: false, quantifier: Quantifier::One, absent: true }
            }
        }
    }

    /// The demand of a condition.
    pub(crate) fn condition(
        slot: usize,
        condition: &Condition,
        variables: bool,
        bindings: &Bindings,
    ) -> Self {
        let Some(operator) = condition.operator else {
            let test = Test::Constant(false);
            return Self { slot, test, negated: false, quantifier: Quantifier::One, absent: false };
        };
        let resolved = || {
            let resolve = |value: &String| Pattern::compile(value, Style::Exact, variables, bindings);
            condition.values.iter().filter_map(resolve)
        };
        let has_variables = variables && condition.values.have_variables();
        let is_open = || has_variables && resolved().any(|pattern| pattern.is_open());
        let patterns = |style| Test::Text(condition.values.patterns(style, variables, bindings));
        let texts = || resolved().filter_map(|pattern| pattern.literal().map(str::to_owned));
        let test = match operator.comparison {
            Comparison::Absence => {
                let absent = condition.values.iter().any(|value| value.eq_ignore_ascii_case("true"));
                let present = condition.values.iter().any(|value| value.eq_ignore_ascii_case("false"));
                let test = Test::Constant(present);
                return Self { slot, test, negated: false, quantifier: Quantifier::One, absent };
            }
            Comparison::Equals => patterns(Style::Exact),
            Comparison::EqualsIgnoreCase => patterns(Style::IgnoreCase),
            Comparison::Like => patterns(Style::Like),
            Comparison::Arn => patterns(Style::Arn),
            // A variable in a place where text is converted is left to the bindings that decide it.
            _ if is_open() => patterns(Style::Exact),
            Comparison::Address if has_variables => {
                Test::Address(Arc::new(texts().filter_map(|text| parse_block(&text)).collect()))
            }
            Comparison::Address => Test::Address(condition.values.addresses()),
            Comparison::Number(order) if condition.key.name() == EPOCH => {
                Test::Date(order, texts().filter_map(|text| whole(order, &text)).collect())
            }
            Comparison::Number(order) => {
                Test::Number(order, texts().filter_map(|text| text.trim().parse().ok()).collect())
            }
            Comparison::Date(order) => {
                Test::Date(order, texts().filter_map(|text| moment::parse(&text)).collect())
            }
            Comparison::Truth => Test::Truth(texts().filter_map(|text| truth(&text)).collect()),
        };
        Self {
            slot,
            test,
            negated: operator.negated,
            quantifier: operator.quantifier,
            absent: operator.holds_when_absent(),
        }
    }

    /// Whether the demand can have this outcome on this value. Both outcomes can be possible while a variable is
    /// undecided.
    pub(crate) fn can_be(&self, wanted: bool, slot: &Slot) -> bool {
        let Slot::Values(values) = slot else { return self.absent == wanted };
        let (every, matching) = self.reading(wanted);
        let mut outcomes = values.iter().map(|value| self.test.matches(value, matching) == matching);
        if every { outcomes.all(|met| met) } else { outcomes.any(|met| met) }
    }

    /// Whether an undecided variable is part of the demand.
    pub(crate) fn is_open(&self) -> bool {
        matches!(&self.test, Test::Text(patterns) if patterns.is_open())
    }

    /// Whether it is seen at a glance that the other one is the same demand.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let own = (self.slot, self.negated, self.quantifier, self.absent);
        own == (other.slot, other.negated, other.quantifier, other.absent)
            && match (&self.test, &other.test) {
                (Test::Text(own), Test::Text(other)) => Arc::ptr_eq(own, other),
                (Test::Address(own), Test::Address(other)) => Arc::ptr_eq(own, other),
                (Test::Number(own, numbers), Test::Number(other, others)) => {
                    own == other && numbers == others
                }
                (Test::Date(own, dates), Test::Date(other, others)) => own == other && dates == others,
                (Test::Truth(own), Test::Truth(other)) => own == other,
                (Test::Constant(own), Test::Constant(other)) => own == other,
                _ => false,
            }
    }

    /// How much work it is to look at a value.
    pub(crate) fn weight(&self) -> usize {
        match &self.test {
            Test::Text(patterns) => 1 + patterns.rest().len(),
            _ => 1,
        }
    }

    /// How an outcome reads on the values of a present part: whether every value or just one must, and whether it
    /// must match or must not.
    pub(crate) fn reading(&self, wanted: bool) -> (bool, bool) {
        let (every, matching) = match (self.quantifier, self.negated) {
            (Quantifier::One | Quantifier::Any, false) => (false, true),
            (Quantifier::All, false) => (true, true),
            (Quantifier::One | Quantifier::All, true) => (true, false),
            (Quantifier::Any, true) => (false, false),
        };
        if wanted { (every, matching) } else { (!every, !matching) }
    }
}

impl Test {
    /// The addresses that a value is compared with, where it is compared with such.
    pub(crate) fn addresses(&self) -> Option<&Addresses> {
        match self {
            Self::Address(set) => Some(set),
            _ => None,
        }
    }

    /// Whether a value matches; an undecided variable matches if `open` says so.
    pub(crate) fn matches(&self, value: &str, open: bool) -> bool {
        match self {
            Self::Text(patterns) => patterns.matches(value, open),
            Self::Address(set) => value.parse::<IpAddr>().is_ok_and(|address| set.contains(address)),
            Self::Number(order, bounds) => value
                .trim()
                .parse::<f64>()
                .is_ok_and(|value| bounds.iter().any(|bound| order.holds(&value, bound))),
            Self::Date(order, bounds) => moment::parse(value)
                .is_some_and(|value| bounds.iter().any(|bound| order.holds(&value, bound))),
            Self::Truth(truths) => truth(value).is_some_and(|value| truths.contains(&value)),
            Self::Constant(outcome) => *outcome,
        }
    }
}

impl Order {
    fn holds<T: PartialOrd>(self, value: &T, bound: &T) -> bool {
        match self {
            Self::Equal => value == bound,
            Self::Less => value < bound,
            Self::AtMost => value <= bound,
            Self::Greater => value > bound,
            Self::AtLeast => value >= bound,
        }
    }
}

/// The key of the time as a date.
pub(crate) const TIME: &str = "aws:currenttime";

/// The key of the time as a number. It is compared as what it is.
pub(crate) const EPOCH: &str = "aws:epochtime";

/// The whole number that whole seconds compare with as they do with this number.
fn whole(order: Order, text: &str) -> Option<i64> {
    let bound: f64 = text.trim().parse().ok()?;
    let rounded = match order {
        Order::Equal => (bound.fract() == 0.0).then_some(bound)?,
        Order::Less | Order::AtLeast => bound.ceil(),
        Order::AtMost | Order::Greater => bound.floor(),
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "beyond what fits, the largest compares in the same way"
    )]
    (!rounded.is_nan()).then_some(rounded as i64)
}

fn truth(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
