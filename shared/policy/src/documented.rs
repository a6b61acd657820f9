//! The verdict by AWS's own text: what S3 and AWS Config will say.
//!
//! S3 starts from "public". A policy is not public only when every statement that allows grants access only to fixed
//! values of a principal or of one of a list of condition keys. A `Deny` changes nothing.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>
//!
//! Where that text is silent:
//! - An empty list of principals or values fixes nothing.
//! - `aws:SourceIp` is read as an address block under every operator; a value that is none fixes nothing.
//! - `anonymous` is no fixed value of `aws:PrincipalAccount` and `aws:userid`: it is everyone who does not sign in.
//! - An identity provider named by an ARN (SAML, or an account's own OIDC provider) is fixed, one named by its host
//!   is public.

use crate::condition::{ANONYMOUS, is_fixed};
use crate::operator::{Comparison, Quantifier};
use crate::{Condition, Policy, Statement};

/// Whether AWS's text calls the policy public.
pub fn is_public(policy: &Policy) -> bool {
    policy.statements.iter().any(statement_is_public)
}

/// Whether AWS's text calls this statement public.
#[must_use]
pub fn statement_is_public(statement: &Statement) -> bool {
    statement.is_allow()
        && !statement.principal.is_fixed()
        && !statement.conditions.iter().any(|condition| limit(condition).is_ok())
}

/// Why a condition does not limit a grant to fixed values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLimit {
    /// IAM has no such operator.
    UnknownOperator,
    /// The operator excludes values, or compares numbers, dates or truth; neither fixes a value.
    Operator,
    /// The key is not one of those that fix a grant.
    Key,
    /// The operator is true when the key is absent, and requests can lack this key.
    AbsentKey,
    /// There are no values.
    NoValues,
    /// This value is a wildcard, a variable or too broad; the others do not matter, because values are ORed.
    Value(String),
}

/// Whether a condition limits a grant to fixed values.
///
/// # Errors
/// The reason why it does not.
pub fn limit(condition: &Condition) -> Result<(), NoLimit> {
    let operator = condition.operator.ok_or(NoLimit::UnknownOperator)?;
    let compares_values = matches!(
        operator.comparison,
        Comparison::Equals
            | Comparison::EqualsIgnoreCase
            | Comparison::Like
            | Comparison::Arn
            | Comparison::Address
    );
    if operator.negated || operator.binary || !compares_values {
        return Err(NoLimit::Operator);
    }
    if !condition.key.is_fixing() {
        return Err(NoLimit::Key);
    }
    let optional = operator.if_exists || operator.quantifier == Quantifier::All;
    if optional && !condition.key.is_on_every_request() {
        return Err(NoLimit::AbsentKey);
    }
    if condition.values.is_empty() {
        return Err(NoLimit::NoValues);
    }
    let is_open = |value: &&String| !is_fixed(&condition.key, value) || is_anonymous(condition, value);
    let may_be_anonymous = condition.key.is_on_every_request();
    let open = if may_be_anonymous { condition.values.iter().find(is_open) } else { condition.first_open() };
    match open {
        Some(value) => Err(NoLimit::Value(value.clone())),
        None => Ok(()),
    }
}

/// Whether a value is the one that every unsigned request has for this key.
pub(crate) fn is_anonymous(condition: &Condition, value: &str) -> bool {
    let folds =
        condition.operator.is_some_and(|operator| operator.comparison == Comparison::EqualsIgnoreCase);
    condition.key.is_on_every_request()
        && (value == ANONYMOUS || (folds && value.eq_ignore_ascii_case(ANONYMOUS)))
}
