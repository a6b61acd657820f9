//! How the SDK behaves, and how it tries again: said here, so that a newer SDK changes neither by itself.

use std::time::Duration;

use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;

/// How long one attempt of a call to AWS may take; they answer within a tenth of this.
pub const ATTEMPT: Duration = Duration::from_secs(5);

/// How often a call is tried at most: the waits between them fit into half of a function's minute, whatever wait a
/// service asks for.
const ATTEMPTS: u32 = 6;

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// The version that every client behaves by. A newer one may change defaults and the timing of retries:
/// <https://docs.aws.amazon.com/sdk-for-rust/latest/dg/behavior-versions.html>
#[must_use]
pub fn behavior_version() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// How every client tries again what may pass; what is refused is asked once.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(LONGEST_WAIT)
}
