//! Settings that may change while the process lives.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use remediation::clock::Clock;
use settings::{Settings, SettingsSource};
use telemetry::metrics;

/// For how long settings are gone by before they are read again.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Reads settings again once they are five minutes old, and keeps the last good ones.
#[derive(Debug)]
pub struct Renewal<S, K> {
    source: S,
    clock: K,
    control: &'static str,
    held: RefCell<Held>,
}

#[derive(Debug)]
struct Held {
    settings: Settings,
    read_at: SystemTime,
}

impl<S: SettingsSource, K: Clock> Renewal<S, K> {
    /// Starts with settings that have just been read from the source, for a function with this control.
    pub fn new(source: S, clock: K, control: &'static str, settings: Settings) -> Self {
        let read_at = clock.now();
        Self { source, clock, control, held: RefCell::new(Held { settings, read_at }) }
    }

    /// New settings, where it was time to read them again and they were written anew. Where they cannot be read, or
    /// cannot be right, the log and a metric say so and the last good ones stay for another five minutes.
    pub async fn renewed(&self) -> Option<Settings> {
        let now = self.clock.now();
        // A clock that was set back says nothing about their age.
        let is_young = |read_at: SystemTime| now.duration_since(read_at).is_ok_and(|age| age < LIFETIME);
        if is_young(self.held.borrow().read_at) {
            return None;
        }
        let read = self.source.settings().await;
        let mut held = self.held.borrow_mut();
        held.read_at = now;
        match read {
            Ok(settings) if settings == held.settings => None,
            Ok(settings) => {
                tracing::info!(
                    target: telemetry::TARGET,
                    control = self.control,
                    mode = settings.mode_of(self.control).as_str(),
                    settings_version = settings.written,
                    "the settings were written anew and hold from now on",
                );
                held.settings = settings.clone();
                Some(settings)
            }
            Err(error) => {
                tracing::error!(
                    target: telemetry::TARGET,
                    control = self.control,
                    mode = held.settings.mode_of(self.control).as_str(),
                    "the last good settings stay: {error}",
                );
                metrics::settings_not_read(self.control);
                None
            }
        }
    }
}
