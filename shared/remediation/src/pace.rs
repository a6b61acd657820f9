//! How soon people hear of what nobody has to act on at once.

use std::time::{Duration, SystemTime};

use serde::Deserialize;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How soon people hear of what nobody has to act on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// At once, by a mail of its own.
    #[default]
    Each,
    /// By the digest that each hourly tick sends.
    Hourly,
    /// By the digest that the first tick of a day sends, in UTC.
    Daily,
}

impl Pace {
    /// Whether a tick sends now what has waited `since` then.
    #[must_use]
    pub fn is_due(self, since: SystemTime, now: SystemTime) -> bool {
        match self {
            // What waits from before the settings were changed is sent as well.
            Self::Each | Self::Hourly => true,
            Self::Daily => day(since) < day(now),
        }
    }

    /// By when people have heard of what waits from `since` on, as ticks come once an hour.
    #[must_use]
    pub fn heard_by(self, since: SystemTime) -> SystemTime {
        match self {
            Self::Each => since,
            Self::Hourly => since + HOUR,
            Self::Daily => {
                SystemTime::UNIX_EPOCH + Duration::from_secs((day(since) + 1) * DAY.as_secs()) + HOUR
            }
        }
    }
}

fn day(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / DAY.as_secs()
}
