//! The resource that a trigger points at.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Cause, Partition, Region, Resource};

/// A resource, where it is, and what pointed at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What to look at.
    #[serde(flatten)]
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
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }

    /// The resource's ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        self.fill(self.resource.row().arn)
    }

    /// Where the AWS console shows the resource, `None` in a partition whose console has no public address.
    #[must_use]
    pub fn console_url(&self) -> Option<String> {
        let host = self.partition().console_host(&self.region)?;
        Some(format!("https://{host}/{}", self.fill(self.resource.row().console)))
    }

    /// Whether both point at the same resource, whatever their causes.
    #[must_use]
    pub fn same_resource(&self, other: &Self) -> bool {
        self.resource == other.resource && self.account == other.account && self.region == other.region
    }

    /// Between braces there are names of places alone, and nothing else is called like one.
    fn fill(&self, template: &str) -> String {
        let filled = template.split(['{', '}']).map(|piece| match piece {
            "partition" => self.partition().as_str(),
            "region" => self.region.as_str(),
            "account" => self.account.as_str(),
            "id" => self.resource.id(),
            text => text,
        });
        filled.collect()
    }
}
