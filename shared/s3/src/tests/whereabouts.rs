//! Where a bucket is.

use aws_sdk_s3::Client;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use events::Region;
use remediation::CallError;
use remediation::testing::run;

use super::bucket;
use crate::whereabouts::ask;

/// What an answer with this status says of the bucket, asked in eu-west-1.
fn answered(status: u16, region: Option<&'static str>) -> Result<Option<Region>, CallError> {
    let rule = mock!(Client::head_bucket)
        .match_requests(|request| request.bucket() == Some("acme-reports"))
        .then_http_response(move || {
            let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
            if let Some(region) = region {
                answer.headers_mut().insert("x-amz-bucket-region", region);
            }
            answer
        });
    let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&rule]);
    run(ask(&client, Some("eu-west-1"), &bucket().name))
}

#[test]
fn the_region_is_in_each_answer_that_there_is_such_a_bucket() {
    for status in [200, 301, 400, 403] {
        let region = answered(status, Some("us-gov-east-1")).unwrap();
        assert_eq!(region, Region::new("us-gov-east-1"), "{status}");
    }
}

#[test]
fn without_one_it_is_where_it_was_asked_or_nobody_knows() {
    assert_eq!(answered(200, None).unwrap(), Region::new("eu-west-1"));
    assert_eq!(answered(403, None).unwrap_err().kind(), "access-denied");
    assert!(answered(400, None).is_err());
}

#[test]
fn a_bucket_that_is_not_there_is_nowhere() {
    assert_eq!(answered(404, None).unwrap(), None);
}
