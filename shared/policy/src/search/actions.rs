//! What the actions of S3 are about: objects, or the bucket.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::domain::{Domain, shape};
use super::names::bucket_and_key;
use super::patterns::Patterns;
use crate::condition::is_literal;
use crate::pattern::{Pattern, Style};
use crate::template::Bindings;

/// The actions that are about objects, as patterns of their names.
const OF_OBJECTS: &[&str] = &[
    "s3:GetObject*",
    "s3:PutObject*",
    "s3:DeleteObject*",
    "s3:RestoreObject*",
    "s3:ReplicateObject*",
    "s3:RenameObject*",
    "s3:UpdateObject*",
    "s3:ObjectOwnerOverride*",
    "s3:ReplicateDelete",
    "s3:ReplicateTags",
    "s3:InitiateReplication",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:BypassGovernanceRetention",
];

/// The actions that are about the bucket.
const OF_BUCKETS: &[&str] = &[
    "s3:CreateBucket*",
    "s3:DeleteBucket*",
    "s3:GetBucket*",
    "s3:ListBucket*",
    "s3:PutBucket*",
    "s3:UpdateBucket*",
    "s3:GetAccelerate*",
    "s3:PutAccelerate*",
    "s3:GetAnalytics*",
    "s3:PutAnalytics*",
    "s3:GetEncryption*",
    "s3:PutEncryption*",
    "s3:GetIntelligentTiering*",
    "s3:PutIntelligentTiering*",
    "s3:GetInventory*",
    "s3:PutInventory*",
    "s3:GetLifecycle*",
    "s3:PutLifecycle*",
    "s3:GetMetrics*",
    "s3:PutMetrics*",
    "s3:GetReplicationConfiguration*",
    "s3:PutReplicationConfiguration*",
];

/// The keys that only requests which list objects carry, and these requests: the column "Condition keys" of the same page
/// names the keys for no other action. S3 refuses a statement that asks for one where no action of it lists. It takes one
/// that is about `s3:*`, and there the key is absent from what does not list.
const OF_LISTING: &[&str] = &["s3:prefix", "s3:delimiter", "s3:max-keys"];
const LISTING: &[&str] = &["s3:ListBucket", "s3:ListBucketVersions"];

/// How the keys begin that say what an object is tagged with: a request that is about the bucket has none of them.
const OBJECT_TAG: &str = "s3:existingobjecttag/";

/// The actions of S3 that a bucket's policy can grant: the usual ones first, so that a witness has these.
const KNOWN: &[&str] = &[
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:GetObjectVersion",
    "s3:GetBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutObjectAcl",
    "s3:GetBucketLocation",
    "s3:ListBucketMultipartUploads",
    "s3:AbortMultipartUpload",
    "s3:GetObjectTagging",
    "s3:ListBucketVersions",
    "s3:PutBucketAcl",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutObjectVersionAcl",
    "s3:DeleteObjectVersion",
    "s3:GetObjectAcl",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectRetention",
    "s3:GetObjectLegalHold",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersionTorrent",
    "s3:GetObjectVersionForReplication",
    "s3:ListMultipartUploadParts",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersionTagging",
    "s3:RestoreObject",
    "s3:ReplicateObject",
    "s3:ReplicateDelete",
    "s3:ReplicateTags",
    "s3:InitiateReplication",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:BypassGovernanceRetention",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketWebsite",
    "s3:GetBucketCORS",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketRequestPayment",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:GetEncryptionConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetAnalyticsConfiguration",
    "s3:GetAccelerateConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketWebsite",
    "s3:PutBucketCORS",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketRequestPayment",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutMetricsConfiguration",
    "s3:PutAnalyticsConfiguration",
    "s3:PutAccelerateConfiguration",
    "s3:PutIntelligentTieringConfiguration",
    "s3:DeleteBucketWebsite",
    "s3:DeleteBucket",
    "s3:CreateBucket",
    "s3:UpdateObjectEncryption",
    "s3:GetBucketAbac",
    "s3:PutBucketAbac",
    "s3:CreateBucketMetadataTableConfiguration",
    "s3:DeleteBucketMetadataTableConfiguration",
    "s3:GetBucketMetadataTableConfiguration",
    "s3:UpdateBucketMetadataInventoryTableConfiguration",
    "s3:UpdateBucketMetadataJournalTableConfiguration",
];

static LIST: LazyLock<Arc<[String]>> = LazyLock::new(|| KNOWN.iter().map(ToString::to_string).collect());

/// Which actions a request can be for, where the Allow statements name these by patterns. Somebody who writes the name of
/// an action that is not known, or a pattern that none of the known ones matches, knows one that is newer.
pub(crate) fn of_patterns<'text>(patterns: impl Iterator<Item = &'text str>) -> Arc<[String]> {
    let newer: BTreeSet<String> =
        patterns.filter(|pattern| !is_of_known(pattern)).flat_map(simplest_of).collect();
    if newer.is_empty() { Arc::clone(&LIST) } else { LIST.iter().cloned().chain(newer).collect() }
}

/// Whether a known action matches the pattern.
fn is_of_known(pattern: &str) -> bool {
    if is_literal(pattern) {
        return KNOWN.iter().any(|name| name.eq_ignore_ascii_case(pattern));
    }
    let pattern = Pattern::compile(pattern, Style::LikeIgnoreCase, false, &Bindings::default());
    pattern.is_some_and(|pattern| KNOWN.iter().any(|name| pattern.matches(name)))
}

/// Two names that the pattern of an action of S3 matches, or its one.
fn simplest_of(pattern: &str) -> Vec<String> {
    let is_of_s3 = pattern.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("s3:"));
    let filled = |filling: &str| pattern.replace('?', "x").replace('*', filling);
    if is_of_s3 { vec![filled("x"), filled("")] } else { Vec::new() }
}

/// Actions, and resources of a kind.
struct Kind {
    actions: Patterns,
    resources: Patterns,
}

impl Kind {
    fn of(actions: &[&str], resource: &str) -> Self {
        let compile =
            |text: &&str| Pattern::compile(text, Style::LikeIgnoreCase, false, &Bindings::default());
        Self {
            actions: actions.iter().filter_map(compile).collect(),
            resources: [shape(resource)].into_iter().collect(),
        }
    }
}

static OBJECTS: LazyLock<Kind> = LazyLock::new(|| Kind::of(OF_OBJECTS, "arn:<p>:s3:::<p>/<f>"));
static BUCKETS: LazyLock<Kind> = LazyLock::new(|| Kind::of(OF_BUCKETS, "arn:<p>:s3:::<p>"));

/// Whether S3 knows requests of this action about this resource: those of objects are about objects, those of the
/// bucket about the bucket. An action that is not known may be about either.
pub(crate) fn go_together(action: &str, resource: &str) -> bool {
    let Some((_, path)) = bucket_and_key(resource) else { return true };
    let others = if path.contains('/') { OF_BUCKETS } else { OF_OBJECTS };
    !others.iter().any(|pattern| is_named(action, pattern))
}

/// Whether a request for this action can carry the key, which is in lower case. What is newer than the list of actions may
/// carry any.
pub(crate) fn carries(action: &str, key: &str) -> bool {
    if key.starts_with(OBJECT_TAG) {
        return !OF_BUCKETS.iter().any(|pattern| is_named(action, pattern));
    }
    let is_among = |list: &[&str]| list.iter().any(|own| own.eq_ignore_ascii_case(action));
    !OF_LISTING.contains(&key) || is_among(LISTING) || !is_among(KNOWN)
}

/// The actions by which of these keys no request for them carries.
pub(crate) fn by_keys<'key>(actions: &Domain, keys: &'key [String]) -> Vec<(Domain, Vec<&'key str>)> {
    let Some(list) = actions.list() else { return vec![(actions.clone(), Vec::new())] };
    let lacking = |action: &str| -> Vec<&'key str> {
        keys.iter().map(String::as_str).filter(|key| !carries(action, key)).collect()
    };
    let mut all: Vec<Vec<&str>> = list.iter().map(|action| lacking(action)).collect();
    all.sort_unstable();
    all.dedup();
    let of = |own: Vec<&'key str>| Some((Domain::some_of(list, |action| lacking(action) == own)?, own));
    all.into_iter().filter_map(of).collect()
}

/// Whether a pattern of the lists above names an action, in any case.
fn is_named(action: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => action.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)),
        None => action.eq_ignore_ascii_case(pattern),
    }
}

/// The actions and resources of requests about objects, and of those about the bucket. Together these requests are all
/// that [go together](go_together).
pub(crate) fn kinds(actions: &Domain, resources: &Domain) -> impl Iterator<Item = (Domain, Domain)> {
    let left = |names: &[&str], others: &Kind| {
        let actions = match actions.list() {
            Some(list) => Domain::some_of(list, |own| !names.iter().any(|pattern| is_named(own, pattern))),
            None => actions.besides(&others.actions),
        };
        actions.zip(resources.besides(&others.resources))
    };
    [left(OF_BUCKETS, &BUCKETS), left(OF_OBJECTS, &OBJECTS)].into_iter().flatten()
}
