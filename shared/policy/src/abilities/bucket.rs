//! The bucket that a policy is about.

use crate::search::domain::Domain;
use crate::search::names::{Names, bucket_and_key, is_bucket_name};
use crate::search::world::World;
use crate::{Policy, Witness};

/// A bucket as its ARN names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket {
    arn: String,
}

impl Bucket {
    /// The bucket that the policy is known to be about; else the one that it names first; else any.
    pub(crate) fn of(policy: &Policy, names: &Names) -> Self {
        let resources = || {
            let allows = policy.statements.iter().filter(|statement| statement.is_allow());
            let denies = policy.statements.iter().filter(|statement| !statement.is_allow());
            allows.chain(denies).flat_map(|statement| &statement.resource.patterns)
        };
        let named = resources().find_map(|text| {
            let (partition, path) = bucket_and_key(text)?;
            let name = path.split('/').next()?;
            is_bucket_name(name).then_some((partition, name))
        });
        let own = names.partitions.first().map_or("aws", |partition| partition.as_str());
        let (partition, name) = named.unwrap_or((own, "bucket"));
        let name = names.bucket.as_deref().unwrap_or(name);
        Self { arn: format!("arn:{partition}:s3:::{name}") }
    }

    /// The same, or the bucket that a request is about, where that is another one.
    pub(crate) fn or_of(self, request: Option<&Witness>) -> Self {
        let resource = request.map(|request| request.resource.as_str());
        match resource.and_then(|arn| arn.split('/').next()) {
            Some(arn) if arn != self.arn => Self { arn: arn.to_owned() },
            _ => self,
        }
    }

    /// Whether the caller is one of the partition of the bucket.
    pub(crate) fn is_in_partition_of(&self, world: &World) -> bool {
        self.arn.split(':').nth(1) == Some(world.partition.as_str())
    }

    /// The bucket itself.
    pub(crate) fn itself(&self) -> Domain {
        Domain::texts([self.arn.clone()])
    }

    /// Every object.
    pub(crate) fn objects(&self) -> Domain {
        Domain::shaped([&format!("{}/<f>", self.arn)])
    }

    /// The objects that a pattern of the simplest kind names: a key, or the beginning of keys.
    pub(crate) fn objects_of(&self, pattern: &str) -> Option<(String, Domain)> {
        let (_, path) = bucket_and_key(pattern)?;
        let (bucket, key) = path.split_once('/')?;
        let start = key.strip_suffix('*').unwrap_or(key);
        let is_plain = |text: &str| !text.contains(['*', '?', '<', '$']);
        if start.is_empty()
            || !is_plain(start)
            || !is_plain(bucket)
            || !self.arn.ends_with(&format!(":{bucket}"))
        {
            return None;
        }
        let domain = if start == key {
            Domain::texts([format!("{}/{key}", self.arn)])
        } else {
            Domain::shaped([&format!("{}/{start}<f*>", self.arn)])
        };
        Some((path.to_owned(), domain))
    }
}
