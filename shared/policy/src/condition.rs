//! One condition of a statement: an operator, a key, and the values of which one must match.

use crate::address::{is_narrow, parse_block};
use crate::template::may_hold_variable;
use crate::{Key, Operator, Texts};

/// A condition. The conditions of a statement are ANDed, the values of one condition are ORed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The operator as the policy spells it.
    pub operator_name: String,
    /// The operator; `None` when IAM has none of that name, and then the condition holds for no request.
    pub operator: Option<Operator>,
    /// The key.
    pub key: Key,
    /// The values; numbers and booleans as JSON writes them.
    pub values: Texts,
}

/// Whether a value stands for itself: no wildcard and no policy variable.
pub(crate) fn is_literal(value: &str) -> bool {
    !value.bytes().any(|byte| matches!(byte, b'*' | b'?')) && !may_hold_variable(value)
}

/// Whether S3 counts a value of this key as fixed.
pub(crate) fn is_fixed(key: &Key, value: &str) -> bool {
    match key.name() {
        "aws:sourceip" => parse_block(value).is_some_and(is_narrow),
        "s3:dataaccesspointarn" => is_literal(value) || names_account_of_access_point(value),
        _ if key.is_on_every_request() => is_literal(value) && value != ANONYMOUS,
        _ => is_literal(value),
    }
}

impl Condition {
    /// The first value that S3 does not count as fixed.
    pub(crate) fn first_open(&self) -> Option<&String> {
        if self.key.name() == "aws:sourceip" {
            let mut blocks = self.values.iter().zip(self.values.blocks());
            return blocks.find(|(_, block)| !block.is_some_and(is_narrow)).map(|(value, _)| value);
        }
        self.values.iter().find(|value| !is_fixed(&self.key, value))
    }
}

/// The account and the user id of everyone who does not sign in.
pub(crate) const ANONYMOUS: &str = "anonymous";

/// In a bucket policy, the name of an access point may be a wildcard while the rest of its ARN is fixed.
fn names_account_of_access_point(value: &str) -> bool {
    let mut segments = value.splitn(6, ':');
    let fixed = segments.by_ref().take(5).filter(|segment| is_literal(segment)).count() == 5;
    fixed
        && !may_hold_variable(value)
        && segments.next().and_then(|resource| resource.strip_prefix("accesspoint/")).is_some()
        && value.split(':').nth(4).is_some_and(|account| !account.is_empty())
}
