//! How calls are tried again, by the timing of the SDK as it is and by the one that is announced.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_s3::config::retry::RetryPartition;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{AsyncSleep, IdentityCache, Sleep, StalledStreamProtectionConfig};
use aws_sdk_s3::operation::get_public_access_block::GetPublicAccessBlockOutput;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetrySpec;
use buckets::{PublicAccessBlock, ReadBucketAcls};
use remediation::CallError;
use remediation::testing::run;

use super::acls::{all_off, with_buckets};
use super::bucket;

/// How often a call is tried at most, and how long the waits between may be together.
const ATTEMPTS: usize = 6;
const HALF_A_MINUTE: Duration = Duration::from_secs(30);

/// Waits no time, and notes for how long it should have.
#[derive(Debug, Clone, Default)]
struct Noted(Arc<Mutex<Vec<Duration>>>);

impl AsyncSleep for Noted {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().unwrap().push(duration);
        Sleep::new(std::future::ready(()))
    }
}

/// Both timings, each with a name of its own.
fn timings() -> [(&'static str, RetrySpec); 2] {
    [("2.0", RetrySpec::v2_0()), ("2.1", RetrySpec::v2_1())]
}

/// Asks once with the functions' own retries; says also how long was waited between the attempts. The clients of one
/// service share what they may spend on retries: `test` has its own.
fn ask(
    test: &'static str,
    spec: RetrySpec,
    rule: &Rule,
) -> (Result<Option<PublicAccessBlock>, CallError>, Vec<Duration>) {
    let noted = Noted::default();
    let as_functions = |config: aws_sdk_s3::config::Builder| {
        config
            .behavior_version(aws::behavior_version())
            .retry_config(aws::retries().with_retry_spec(spec.clone()))
            .retry_partition(RetryPartition::new(test))
            .sleep_impl(noted.clone())
            // So that nothing else sleeps.
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
    };
    let acls = with_buckets(mock_client!(aws_sdk_s3, RuleMode::Sequential, [rule], as_functions));
    let answer = run(acls.public_access_block(&bucket().target()));
    let waits = noted.0.lock().unwrap().clone();
    (answer, waits)
}

/// An answer of S3's that is an error; `retry_after` asks for a wait in milliseconds.
fn error(status: u16, code: &'static str, retry_after: Option<&'static str>) -> HttpResponse {
    let body = format!("<Error><Code>{code}</Code><Message>m</Message></Error>");
    let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    if let Some(milliseconds) = retry_after {
        response.headers_mut().insert("x-amz-retry-after", milliseconds);
    }
    response
}

const PASSING: [(u16, &str); 3] = [(503, "SlowDown"), (500, "InternalError"), (503, "ServiceUnavailable")];

#[test]
fn what_passes_at_the_last_attempt_is_not_noticed() {
    for (timing, spec) in timings() {
        for (status, code) in PASSING {
            let rule = mock!(aws_sdk_s3::Client::get_public_access_block)
                .sequence()
                .http_response(move || error(status, code, None))
                .times(ATTEMPTS - 1)
                .output(|| {
                    GetPublicAccessBlockOutput::builder().public_access_block_configuration(all_off()).build()
                })
                .build();
            let (answer, waits) = ask("what passes", spec.clone(), &rule);
            assert_eq!(answer, Ok(Some(PublicAccessBlock::default())), "{timing} {code}");
            assert_eq!((rule.num_calls(), waits.len()), (ATTEMPTS, ATTEMPTS - 1), "{timing} {code}");
        }
    }
}

#[test]
fn what_lasts_may_pass_later_and_is_given_up_in_time() {
    for (timing, spec) in timings() {
        for (status, code) in PASSING {
            let rule = mock!(aws_sdk_s3::Client::get_public_access_block)
                .sequence()
                .http_response(move || error(status, code, None))
                .repeatedly()
                .build();
            let (answer, waits) = ask("what lasts", spec.clone(), &rule);
            assert!(answer.as_ref().unwrap_err().is_passing(), "{timing} {code}: {answer:?}");
            assert_eq!(rule.num_calls(), ATTEMPTS, "{timing} {code}");
            assert!(waits.iter().sum::<Duration>() < HALF_A_MINUTE, "{timing} {code}: {waits:?}");
        }
    }
}

#[test]
fn what_is_denied_is_asked_once() {
    for (timing, spec) in timings() {
        let rule = mock!(aws_sdk_s3::Client::get_public_access_block)
            .sequence()
            .http_response(|| error(403, "AccessDenied", None))
            .repeatedly()
            .build();
        let (answer, waits) = ask("what is denied", spec, &rule);
        assert!(matches!(answer, Err(CallError::Denied(_))), "{timing}: {answer:?}");
        assert_eq!((rule.num_calls(), waits.len()), (1, 0), "{timing}");
    }
}

#[test]
fn a_service_that_asks_for_an_hour_is_not_waited_for_longer_than_a_call_takes() {
    for (timing, spec) in timings() {
        let rule = mock!(aws_sdk_s3::Client::get_public_access_block)
            .sequence()
            .http_response(|| error(503, "SlowDown", Some("3600000")))
            .times(1)
            .output(|| {
                GetPublicAccessBlockOutput::builder().public_access_block_configuration(all_off()).build()
            })
            .build();
        let (answer, waits) = ask("what asks for an hour", spec, &rule);
        assert_eq!(answer, Ok(Some(PublicAccessBlock::default())), "{timing}");
        assert!(waits.len() == 1 && waits[0] < HALF_A_MINUTE, "{timing}: {waits:?}");
    }
}
