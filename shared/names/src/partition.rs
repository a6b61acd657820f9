//! The partitions of AWS.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Region;

/// A partition of AWS: a group of Regions with its own ARNs, endpoints and consoles.
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition {
    name: &'static str,
    /// `None` where a Region belongs that no other partition claims.
    region_prefix: Option<&'static str>,
    /// The console's host, with `{region}` in the place of the Region, where it has a public one.
    console: Option<&'static str>,
}

const COMMERCIAL: Partition =
    Partition { name: "aws", region_prefix: None, console: Some("{region}.console.aws.amazon.com") };

const ALL: [Partition; 8] = [
    COMMERCIAL,
    Partition { name: "aws-cn", region_prefix: Some("cn-"), console: Some("console.amazonaws.cn") },
    Partition {
        name: "aws-us-gov",
        region_prefix: Some("us-gov-"),
        console: Some("console.amazonaws-us-gov.com"),
    },
    Partition { name: "aws-eusc", region_prefix: Some("eusc-"), console: Some("console.amazonaws-eusc.eu") },
    Partition { name: "aws-iso", region_prefix: Some("us-iso-"), console: None },
    Partition { name: "aws-iso-b", region_prefix: Some("us-isob-"), console: None },
    Partition { name: "aws-iso-e", region_prefix: Some("eu-isoe-"), console: None },
    Partition { name: "aws-iso-f", region_prefix: Some("us-isof-"), console: None },
];

impl Partition {
    /// What a valid name looks like, for error messages.
    pub const EXPECTED: &'static str = "the name of an AWS partition";

    /// Every partition, `aws` first.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &ALL
    }

    /// The partition of this name, as ARNs write it.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|partition| partition.name == name)
    }

    pub(crate) fn of_region(region: &Region) -> Self {
        let claims = |partition: &Self| {
            partition.region_prefix.is_some_and(|prefix| region.as_str().starts_with(prefix))
        };
        ALL.into_iter().find(claims).unwrap_or(COMMERCIAL)
    }

    /// The partition as ARNs write it, as in `aws-cn`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// How the names of its Regions begin; `None` where a Region belongs that no other partition claims.
    #[must_use]
    pub const fn region_prefix(self) -> Option<&'static str> {
        self.region_prefix
    }

    /// Where the console for a Region is, `None` where it has no public address.
    #[must_use]
    pub fn console_host(self, region: &Region) -> Option<String> {
        self.console.map(|host| host.replace("{region}", region.as_str()))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Partition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Partition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::checked(deserializer, Self::of_name, Self::EXPECTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_is_found_by_its_name_and_comes_back_from_json() {
        for partition in Partition::all() {
            assert_eq!(Partition::of_name(partition.as_str()), Some(*partition));
            let json = serde_json::to_string(partition).unwrap();
            assert_eq!(serde_json::from_str::<Partition>(&json).unwrap(), *partition);
        }
        assert_eq!(Partition::of_name("aws-mars"), None);
        let error = serde_json::from_str::<Partition>(r#""aws-mars""#).unwrap_err().to_string();
        assert!(error.starts_with("`aws-mars` is not the name of an AWS partition"), "{error}");
    }

    #[test]
    fn a_region_belongs_to_one_partition() {
        for (region, partition, host) in [
            ("us-east-1", "aws", Some("us-east-1.console.aws.amazon.com")),
            ("ap-southeast-7", "aws", Some("ap-southeast-7.console.aws.amazon.com")),
            ("cn-north-1", "aws-cn", Some("console.amazonaws.cn")),
            ("us-gov-west-1", "aws-us-gov", Some("console.amazonaws-us-gov.com")),
            ("eusc-de-east-1", "aws-eusc", Some("console.amazonaws-eusc.eu")),
            ("us-iso-east-1", "aws-iso", None),
            ("us-isob-east-1", "aws-iso-b", None),
            ("eu-isoe-west-1", "aws-iso-e", None),
            ("us-isof-south-1", "aws-iso-f", None),
        ] {
            let region = Region::new(region).unwrap();
            assert_eq!(region.partition().as_str(), partition);
            assert_eq!(region.partition().console_host(&region).as_deref(), host);
        }
    }
}
