//! The tags of a bucket, by either port.

use aws_sdk_s3::operation::get_bucket_tagging::{GetBucketTaggingError, GetBucketTaggingOutput};
use aws_sdk_s3::types::Tag;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use buckets::{BucketPolicies, ReadBucketAcls};
use remediation::testing::run;
use remediation::{CallError, Tags};

use super::{bucket, sdk_error};
use crate::clients::Clients;
use crate::{S3BucketAcls, S3BucketPolicies};

/// What both ports say, who ask the same.
fn read(rule: &Rule) -> Result<Tags, CallError> {
    let clients = || {
        let buckets = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [rule]);
        Clients::of(buckets, mock_client!(aws_sdk_s3control, []))
    };
    let bucket = bucket();
    let of_acls = run(ReadBucketAcls::tags(&S3BucketAcls(clients()), &bucket.target()));
    let of_policies = run(BucketPolicies::tags(&S3BucketPolicies(clients()), &bucket.target()));
    assert_eq!(of_acls, of_policies);
    of_acls
}

fn refusing(code: &'static str) -> Rule {
    mock!(aws_sdk_s3::Client::get_bucket_tagging)
        .then_error(move || GetBucketTaggingError::generic(sdk_error(code, "no")))
}

#[test]
fn tags_are_read_of_the_bucket_of_the_expected_owner() {
    let rule = mock!(aws_sdk_s3::Client::get_bucket_tagging)
        .match_requests(|request| {
            request.bucket() == Some("acme-reports")
                && request.expected_bucket_owner() == Some("210987654321")
        })
        .then_output(|| {
            let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
            let tags = vec![tag("curfew:exempt", "all"), tag("team", "")];
            GetBucketTaggingOutput::builder().set_tag_set(Some(tags)).build().unwrap()
        });
    let expected = [("curfew:exempt", "all"), ("team", "")];
    assert_eq!(read(&rule), Ok(expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into()));
    assert_eq!(rule.num_calls(), 2);
}

#[test]
fn a_bucket_without_tags_has_none() {
    assert_eq!(read(&refusing("NoSuchTagSet")), Ok(Tags::new()));
}

#[test]
fn what_cannot_be_read_is_no_bucket_without_tags() {
    let Err(CallError::Denied(denied)) = read(&refusing("AccessDenied")) else { panic!("it is denied") };
    assert_eq!(denied.action, "s3:GetBucketTagging");
    assert!(read(&refusing("SlowDown")).is_err_and(|error| error.is_passing()));
    assert!(read(&refusing("NoSuchBucket")).is_err_and(|error| !error.is_passing()));
}
