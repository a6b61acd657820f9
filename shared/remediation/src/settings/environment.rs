//! What the process's environment says: the only place that reads it.

use tracing::level_filters::LevelFilter;

use super::{Settings, SettingsError, VARIABLE};

/// The variables that Curfew reads; the AWS SDK and the Lambda runtime read their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub function_name: Option<String>,
    /// `AWS_LAMBDA_LOG_LEVEL`: set by Lambda where the function has its own log level.
    pub log_level: Option<String>,
    /// `CURFEW_SETTINGS`.
    pub settings: Option<String>,
    /// `TOPIC_ARN`.
    pub topic_arn: Option<String>,
}

impl Environment {
    /// Reads the process's environment. An empty variable counts as absent.
    pub fn read() -> Self {
        Self {
            function_name: variable("AWS_LAMBDA_FUNCTION_NAME"),
            log_level: variable("AWS_LAMBDA_LOG_LEVEL"),
            settings: variable(VARIABLE),
            topic_arn: variable("TOPIC_ARN"),
        }
    }

    /// The settings, or the defaults where there are none.
    ///
    /// # Errors
    /// As [`Settings::parse`].
    pub fn settings(&self) -> Result<Settings, SettingsError> {
        self.settings.as_deref().map_or_else(|| Ok(Settings::default()), Settings::parse)
    }

    /// From which level on lines are written; `info` where nothing or nonsense is set.
    pub fn level(&self) -> LevelFilter {
        let level = self.log_level.as_deref().map(str::to_ascii_lowercase);
        match level.as_deref() {
            Some("fatal") => LevelFilter::ERROR,
            Some(level) => level.parse().unwrap_or(LevelFilter::INFO),
            None => LevelFilter::INFO,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    // What is no text is not absent: it goes on, damaged, to be refused where it is used.
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    Some(value).filter(|value| !value.trim().is_empty())
}
