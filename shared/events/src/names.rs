//! The names that AWS gives to accounts, Regions and resources, each its own type so that they cannot be
//! swapped, and each checked once, here, so that nothing odd reaches an API call, a link or a mail.

use std::fmt;

use serde::Serialize;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What a valid value looks like, for error messages.
            pub(crate) const EXPECTED: &'static str = $expected;

            /// Takes `text` if it is
            #[doc = concat!($expected, ".")]
            pub fn new(text: &str) -> Option<Self> {
                let valid: fn(&str) -> bool = $valid;
                valid(text).then(|| Self(text.to_owned()))
            }

            /// The name as AWS writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// An AWS account.
    AccountId, "a 12-digit account id",
    |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

name! {
    /// An AWS Region, of any partition.
    Region, "the name of an AWS Region",
    |text| {
        text.len() <= 32
            && text.contains('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.ends_with(|c: char| c.is_ascii_digit())
    }
}

name! {
    /// An S3 bucket. Old buckets in us-east-1 have longer names, with capitals and underscores.
    BucketName, "the name of an S3 bucket",
    |text| {
        (3..=255).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
            && text.bytes().any(|b| b != b'.')
    }
}

name! {
    /// A VPC security group.
    GroupId, "the id of a security group (sg-...)",
    |text| text.strip_prefix("sg-").is_some_and(|id| {
        (1..=61).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

impl Region {
    /// The partition that the Region belongs to.
    pub fn partition(&self) -> Partition {
        const PREFIXES: [(&str, Partition); 7] = [
            ("cn-", Partition("aws-cn")),
            ("us-gov-", Partition("aws-us-gov")),
            ("us-iso-", Partition("aws-iso")),
            ("us-isob-", Partition("aws-iso-b")),
            ("eu-isoe-", Partition("aws-iso-e")),
            ("us-isof-", Partition("aws-iso-f")),
            ("eusc-", Partition("aws-eusc")),
        ];
        PREFIXES
            .iter()
            .find(|(prefix, _)| self.0.starts_with(prefix))
            .map_or(Partition("aws"), |(_, partition)| *partition)
    }
}

/// A partition of AWS: a group of Regions with its own ARNs, endpoints and consoles.
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Partition(&'static str);

impl Partition {
    /// The partition as ARNs write it, as in `aws-cn`.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
