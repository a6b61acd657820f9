//! Condition operators, as in `ForAllValues:StringNotLikeIfExists`.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

/// What a condition operator compares, without quantifier, negation and `IfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `StringEquals`, and `BinaryEquals`, which compares the same way: wildcards are ordinary characters.
    Equals,
    /// `StringEqualsIgnoreCase`.
    EqualsIgnoreCase,
    /// `StringLike`.
    Like,
    /// `ArnEquals` and `ArnLike`, which behave identically: each of the six segments is compared on its own.
    Arn,
    /// `IpAddress`.
    Address,
    /// `Numeric...`.
    Number(Order),
    /// `Date...`.
    Date(Order),
    /// `Bool`.
    Truth,
    /// `Null`: is the key absent?
    Absence,
}

/// How numbers and dates are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Equal; the negated operators are "not equal".
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
}

/// How the values of a key with several values are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// No prefix.
    One,
    /// `ForAllValues:`, true on an absent key.
    All,
    /// `ForAnyValue:`, false on an absent key.
    Any,
}

/// A condition operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// The `ForAllValues:` or `ForAnyValue:` prefix.
    pub quantifier: Quantifier,
    /// What is compared.
    pub comparison: Comparison,
    /// Whether the comparison must fail, as in `StringNotEquals`.
    pub negated: bool,
    /// Whether an absent key makes the condition true.
    pub if_exists: bool,
    /// Whether the operator is one of the `Binary` family, which AWS does not count as fixing a value.
    pub binary: bool,
}

impl Operator {
    /// Reads an operator's name in any case; `None` for a name that IAM does not know.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (quantifier, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Quantifier::All, rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Quantifier::Any, rest)
        } else {
            (Quantifier::One, lower.as_str())
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (comparison, negated) = comparison(base)?;
        if comparison == Comparison::Absence && (if_exists || quantifier != Quantifier::One) {
            return None;
        }
        Some(Self { quantifier, comparison, negated, if_exists, binary: base == "binaryequals" })
    }

    /// Whether the condition is true when the key is absent, `Null` aside.
    pub(crate) fn holds_when_absent(self) -> bool {
        self.if_exists
            || match self.quantifier {
                Quantifier::All => true,
                Quantifier::Any => false,
                Quantifier::One => self.negated,
            }
    }
}

fn comparison(base: &str) -> Option<(Comparison, bool)> {
    Some(match base {
        "stringequals" | "binaryequals" => (Comparison::Equals, false),
        "stringnotequals" => (Comparison::Equals, true),
        "stringequalsignorecase" => (Comparison::EqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Comparison::EqualsIgnoreCase, true),
        "stringlike" => (Comparison::Like, false),
        "stringnotlike" => (Comparison::Like, true),
        "arnequals" | "arnlike" => (Comparison::Arn, false),
        "arnnotequals" | "arnnotlike" => (Comparison::Arn, true),
        "ipaddress" => (Comparison::Address, false),
        "notipaddress" => (Comparison::Address, true),
        "bool" => (Comparison::Truth, false),
        "null" => (Comparison::Absence, false),
        _ => {
            let (order, negated) =
                order(base.strip_prefix("numeric").or_else(|| base.strip_prefix("date"))?)?;
            let comparison =
                if base.starts_with("numeric") { Comparison::Number(order) } else { Comparison::Date(order) };
            (comparison, negated)
        }
    })
}

fn order(name: &str) -> Option<(Order, bool)> {
    Some(match name {
        "equals" => (Order::Equal, false),
        "notequals" => (Order::Equal, true),
        "lessthan" => (Order::Less, false),
        "lessthanequals" => (Order::AtMost, false),
        "greaterthan" => (Order::Greater, false),
        "greaterthanequals" => (Order::AtLeast, false),
        _ => return None,
    })
}
