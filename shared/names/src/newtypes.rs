//! Accounts, Regions and resources.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::Partition;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What a valid value looks like, for error messages.
            pub const EXPECTED: &'static str = $expected;

            /// Takes `text` if it is
            #[doc = concat!($expected, ".")]
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                let valid: fn(&str) -> bool = $valid;
                valid(text).then(|| Self(text.to_owned()))
            }

            /// The name as AWS writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                strict::checked(deserializer, Self::new, Self::EXPECTED)
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
    |text| is_ec2_id(text, "sg-")
}

name! {
    /// A VPC.
    VpcId, "the id of a VPC (vpc-...)",
    |text| is_ec2_id(text, "vpc-")
}

name! {
    /// A network interface.
    InterfaceId, "the id of a network interface (eni-...)",
    |text| is_ec2_id(text, "eni-")
}

name! {
    /// A list of address blocks that rules name by its id.
    PrefixListId, "the id of a prefix list (pl-...)",
    |text| is_ec2_id(text, "pl-")
}

/// EC2's ids have had 8 and 17 digits, and AWS does not promise that it stays so.
fn is_ec2_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|id| {
        (1..=61).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

impl Region {
    /// The partition that the Region belongs to.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of_region(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_its_prefix_and_something_behind_it() {
        let longest = format!("vpc-{}", "a".repeat(61));
        for good in ["vpc-1a2b3c4d", "vpc-0123456789abcdef0", "vpc-z", &longest] {
            assert_eq!(VpcId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "vpc-", "vpc-A", "vpc-1/2", "eni-1a2b3c4d", "1a2b3c4d", &format!("{longest}a")] {
            assert_eq!(VpcId::new(bad), None, "{bad}");
        }
        assert!(InterfaceId::new("eni-1a2b3c4d").is_some());
        assert!(GroupId::new("sg-1a2b3c4d").is_some());
        assert!(PrefixListId::new("pl-1a2b3c4d").is_some());
    }

    #[test]
    fn a_name_comes_back_from_json() {
        let region = Region::new("eu-west-1").unwrap();
        let json = serde_json::to_string(&region).unwrap();
        assert_eq!(json, r#""eu-west-1""#);
        assert_eq!(serde_json::from_str::<Region>(&json).unwrap(), region);
        assert_eq!(serde_json::from_value::<Region>("eu-west-1".into()).unwrap(), region);
    }

    #[test]
    fn json_is_checked_as_text_is() {
        let error = serde_json::from_str::<AccountId>(r#""21098765432""#).unwrap_err().to_string();
        assert!(error.starts_with("`21098765432` is not a 12-digit account id"), "{error}");
        let error = serde_json::from_str::<AccountId>("210987654321").unwrap_err().to_string();
        assert!(error.starts_with("invalid type: integer `210987654321`, expected a 12-digit"), "{error}");
    }
}
