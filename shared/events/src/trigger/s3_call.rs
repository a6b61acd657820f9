//! Calls of S3 through CloudTrail after which a bucket may be open.
//!
//! `PutObjectAcl` is a data event, which only a trail that selects these hands over. It says nothing about the bucket's
//! own ACL: it hints that somebody makes objects in it public.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html>

use document::Node;

use crate::resource::{Identifies, Kind};
use crate::trigger::cloudtrail::{Call, DETAIL_TYPE};
use crate::trigger::named::Named;
use crate::trigger::{Event, Reading, hint, origin};
use crate::{AccountId, BucketName, Region, TriggerError};

const CALLS: [&str; 8] = [
    "CreateBucket",
    "DeleteBucketOwnershipControls",
    "DeleteBucketPublicAccessBlock",
    "PutBucketAcl",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutObjectAcl",
];

const BUCKET: &Kind = BucketName::KIND;

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.s3", DETAIL_TYPE)
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let Some(call) = Call::read(event, &CALLS)? else { return Ok(Reading::default()) };
    let listed = buckets(&call)?;
    let named = Named::of(&bucket(&call, &listed)?, BUCKET)?;
    let mut origin = call.origin.clone();
    if let Some(owner) = owner(&named, &listed) {
        origin.account = owner;
    }
    if let Some(region) = location(&call)? {
        origin.region = region;
    }
    Ok(Reading::of(origin.subject(named, call.cause(event)?)?))
}

/// The buckets among the resources that the record lists, of which it has the accounts too.
fn buckets<'a>(call: &Call<'a>) -> Result<Vec<Node<'a>>, TriggerError> {
    let resources = call.record.items_of("resources")?;
    Ok(resources.into_iter().filter(|one| hint(one, &["type"]) == Some("AWS::S3::Bucket")).collect())
}

/// The bucket's name. A call through an access point has that one's name in its place.
fn bucket<'a>(call: &Call<'a>, listed: &[Node<'a>]) -> Result<Node<'a>, TriggerError> {
    let name = call.record.required("requestParameters")?.required("bucketName")?;
    let text = name.text()?;
    if !text.ends_with("-s3alias") && !text.contains(":accesspoint") {
        return Ok(name);
    }
    let bucket = listed.first().map(|bucket| bucket.field("ARN")).transpose()?.flatten();
    bucket.ok_or_else(|| TriggerError::invalid(name.place(), text, BUCKET.expected))
}

/// Whose bucket it is: a call from another account is recorded in both.
fn owner(named: &Named, listed: &[Node<'_>]) -> Option<AccountId> {
    let is_same = |one: &&Node<'_>| {
        let arn = hint(one, &["ARN"]).unwrap_or_default();
        arn.rsplit_once(":::").is_some_and(|(_, name)| name == named.resource.id())
    };
    listed.iter().find(is_same).and_then(|one| AccountId::new(hint(one, &["accountId"])?))
}

/// Where a bucket was created, which may be another Region than the call's.
fn location(call: &Call<'_>) -> Result<Option<Region>, TriggerError> {
    let request = call.record.required("requestParameters")?;
    let Some(configuration) = request.field("CreateBucketConfiguration")? else { return Ok(None) };
    let Some(location) = configuration.field("LocationConstraint")? else { return Ok(None) };
    match location.text()? {
        "" => Ok(None),
        // As the first buckets of eu-west-1 have it.
        "EU" => Ok(Region::new("eu-west-1")),
        _ => origin::region(&location).map(Some),
    }
}
