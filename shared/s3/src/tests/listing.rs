//! The list of buckets.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_buckets::{ListBucketsError, ListBucketsOutput};
use aws_sdk_s3::types;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use buckets::ListBuckets;
use events::BucketName;
use remediation::CallError;
use remediation::testing::run;

use super::{bucket, sdk_error};
use crate::S3BucketAcls;
use crate::clients::Clients;

fn list(rules: &[&Rule]) -> Result<Vec<BucketName>, CallError> {
    let buckets = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
    let acls = S3BucketAcls(Clients::of(buckets, mock_client!(aws_sdk_s3control, [])));
    run(acls.buckets(&bucket().target().place()))
}

fn page(token: Option<&'static str>, name: &'static str, next: Option<&'static str>) -> Rule {
    mock!(Client::list_buckets)
        .match_requests(move |request| {
            request.bucket_region() == Some("eu-west-1") && request.continuation_token() == token
        })
        .then_output(move || {
            let bucket = types::Bucket::builder().name(name).build();
            ListBucketsOutput::builder()
                .buckets(bucket)
                .set_continuation_token(next.map(ToOwned::to_owned))
                .build()
        })
}

#[test]
fn the_buckets_of_a_region_are_listed_page_by_page() {
    let all = list(&[&page(None, "acme-a", Some("more")), &page(Some("more"), "Acme_B", None)]).unwrap();
    assert_eq!(all.iter().map(BucketName::as_str).collect::<Vec<_>>(), ["acme-a", "Acme_B"]);
}

#[test]
fn a_list_that_breaks_off_is_no_list() {
    let broken = mock!(Client::list_buckets)
        .match_requests(|request| request.continuation_token().is_some())
        .then_error(|| ListBucketsError::generic(sdk_error("AccessDenied", "no")));
    let error = list(&[&page(None, "acme-a", Some("more")), &broken]).unwrap_err();
    assert!(error.to_string().contains("`s3:ListAllMyBuckets`"), "{error}");
}
