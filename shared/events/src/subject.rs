//! The resource that a trigger points at.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::{AccountId, BucketName, Cause, GroupId, Partition, Region};

/// A resource of a kind that Curfew knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Resource {
    /// An S3 bucket.
    Bucket(BucketName),
    /// A VPC security group.
    SecurityGroup(GroupId),
}

impl Resource {
    /// The kind, as in `s3-bucket`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bucket(_) => "s3-bucket",
            Self::SecurityGroup(_) => "security-group",
        }
    }

    /// The kind in words, as in `S3 bucket`.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Bucket(_) => "S3 bucket",
            Self::SecurityGroup(_) => "security group",
        }
    }

    /// The name or id, without its kind.
    pub fn id(&self) -> &str {
        match self {
            Self::Bucket(name) => name.as_str(),
            Self::SecurityGroup(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind_name(), self.id())
    }
}

/// A resource, where it is, and what pointed at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What to look at.
    pub resource: Resource,
    /// The account that owns it.
    pub account: AccountId,
    /// The Region that it is in.
    pub region: Region,
    /// Which trigger pointed at it.
    pub cause: Cause,
}

impl Subject {
    /// The partition of the subject's Region.
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }

    /// The resource's ARN.
    pub fn arn(&self) -> String {
        let Self { resource, account, region, .. } = self;
        match resource {
            Resource::Bucket(name) => format!("arn:{}:s3:::{name}", self.partition()),
            Resource::SecurityGroup(id) => {
                format!("arn:{}:ec2:{region}:{account}:security-group/{id}", self.partition())
            }
        }
    }

    /// Whether both point at the same resource, whatever their causes.
    pub fn same_resource(&self, other: &Self) -> bool {
        self.resource == other.resource && self.account == other.account && self.region == other.region
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Subject", 6)?;
        object.serialize_field("kind", self.resource.kind())?;
        object.serialize_field("id", self.resource.id())?;
        object.serialize_field("account", &self.account)?;
        object.serialize_field("region", &self.region)?;
        object.serialize_field("partition", &self.partition())?;
        object.serialize_field("cause", &self.cause)?;
        object.end()
    }
}
