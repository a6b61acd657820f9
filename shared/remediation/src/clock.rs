//! The only place that asks what time it is, or waits.

use std::future::Future;
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How long to wait before each repeated read after a change: EC2 and S3 may show the old state for a moment.
pub const PAUSES: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1_500)];

/// Tells the time.
pub trait Clock {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Returns once `pause` has passed.
    fn sleep(&self, pause: Duration) -> impl Future<Output = ()>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port that the others go through")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}

/// `at` as RFC 3339 in UTC, to the millisecond: `2026-11-22T05:41:07.120Z`.
#[must_use]
pub fn rfc3339(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    let at = at.replace_millisecond(at.millisecond()).unwrap_or(at);
    let mut text = at.format(&Rfc3339).unwrap_or_else(|_| at.unix_timestamp().to_string());
    // The standard form leaves trailing zeros out; a column of times reads better with a fixed width.
    if let Some(stem) = text.strip_suffix('Z') {
        let (seconds, fraction) = stem.split_once('.').unwrap_or((stem, ""));
        text = format!("{seconds}.{fraction:0<3}Z");
    }
    text
}

/// The time that a text in RFC 3339 says.
#[must_use]
pub fn parse(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(SystemTime::from)
}

/// A time as JSON: as [`rfc3339`] writes it.
pub mod stamp {
    use std::time::SystemTime;

    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    /// Writes a time.
    ///
    /// # Errors
    /// Never by itself.
    pub fn serialize<S: Serializer>(at: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::rfc3339(*at))
    }

    /// Reads a time.
    ///
    /// # Errors
    /// For what is no time.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no time in RFC 3339")))
    }
}
