//! The bucket that a policy is about.

use super::AbilityKind;
use crate::search::domain::Domain;
use crate::search::names::{bucket_and_key, is_bucket_name};
use crate::template::{Piece, pieces};
use crate::{Policy, Witness};

/// A bucket as its ARN names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket {
    arn: String,
}

impl Bucket {
    /// The bucket of this name, in the partition of the policy's resources; without a name, the one that the policy
    /// names first. Where it names none in full, a name that its first pattern matches.
    pub(crate) fn of(policy: &Policy, name: Option<&str>) -> Self {
        let resources = || {
            let allows = policy.statements.iter().filter(|statement| statement.is_allow());
            let denies = policy.statements.iter().filter(|statement| !statement.is_allow());
            allows.chain(denies).flat_map(|statement| &statement.resource.patterns)
        };
        let named = |text: &String| {
            let (partition, path) = bucket_and_key(text)?;
            let name = path.split('/').next()?;
            is_bucket_name(name).then(|| (partition.to_owned(), name.to_owned()))
        };
        let matching = |text: &String| {
            let (partition, path) = bucket_and_key(text)?;
            Some((partition.to_owned(), simplest(path, policy.has_variables)))
        };
        let found = resources().find_map(named).or_else(|| resources().find_map(matching));
        let (partition, own) = found.unwrap_or_else(|| ("aws".to_owned(), "bucket".to_owned()));
        Self { arn: format!("arn:{partition}:s3:::{}", name.unwrap_or(&own)) }
    }

    /// The bucket itself.
    pub(crate) fn itself(&self) -> Domain {
        Domain::texts([self.arn.clone()])
    }

    /// Every object.
    pub(crate) fn objects(&self) -> Domain {
        Domain::shaped([&format!("{}/<f>", self.arn)])
    }

    /// Whether a request of this kind is possible, as far as its action is one of the abilities': what is about objects
    /// names one, and what is about the bucket names it.
    pub(crate) fn takes(&self, request: &Witness) -> bool {
        let (action, resource) = (request.action.as_str(), request.resource.as_str());
        AbilityKind::ALL.into_iter().all(|kind| {
            (!kind.object_actions().contains(&action) || self.objects().admits(resource))
                && (!kind.bucket_actions().contains(&action) || self.itself().admits(resource))
        })
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

/// A bucket's name that the front of a path matches.
fn simplest(path: &str, variables: bool) -> String {
    let mut name = String::new();
    for piece in pieces(path, variables) {
        match piece {
            Piece::Text(text) => {
                let front = text.split('/').next().unwrap_or_default();
                let at_end = front.len() < text.len();
                name.extend(front.chars().map(|character| if character == '?' { 'x' } else { character }));
                if at_end {
                    break;
                }
            }
            Piece::Escaped(_) => {}
            Piece::Variable { .. } => name.push('x'),
        }
    }
    name.replace('*', "bucket")
}
