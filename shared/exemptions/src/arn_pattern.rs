//! Patterns of ARNs.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::CONTROLS;
use crate::resources::may_match;

/// A pattern of ARNs: `*` stands for any characters, colons and slashes too, `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArnPattern(String);

impl ArnPattern {
    const EXPECTED: &'static str =
        "an ARN, or a pattern of ARNs with * and ?, of a bucket or a security group (arn:...)";

    /// Takes a text that an ARN of a resource may match that a control is about. A bucket's name alone matches none, and
    /// neither does the ARN of a bucket's objects.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let may_match = CONTROLS.iter().any(|control| may_match(control.arns, text));
        (text.starts_with("arn:") && may_match).then(|| Self(text.to_owned()))
    }

    /// Whether an ARN that is like this may be of it.
    pub(crate) fn may_match(&self, arns: &str) -> bool {
        may_match(arns, &self.0)
    }

    /// Whether it is a pattern of this ARN.
    #[must_use]
    pub fn matches(&self, arn: &str) -> bool {
        matches(self.0.as_bytes(), arn.as_bytes())
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Goes back to the last `*` only: what an earlier one could take, that one can take too.
fn matches(mut pattern: &[u8], mut text: &[u8]) -> bool {
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (Some((b'*', rest)), _) => {
                retry = Some((rest, text));
                pattern = rest;
            }
            (Some((own, rest)), Some((other, behind))) if *own == b'?' || own == other => {
                (pattern, text) = (rest, behind);
            }
            (None, None) => return true,
            _ => {
                let Some((behind_star, from)) = retry else { return false };
                let Some((_, behind)) = from.split_first() else { return false };
                retry = Some((behind_star, behind));
                (pattern, text) = (behind_star, behind);
            }
        }
    }
}

impl fmt::Display for ArnPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ArnPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::checked(deserializer, Self::new, Self::EXPECTED)
    }
}
