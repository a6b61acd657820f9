//! What the process's environment says: the only place that reads it.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use events::OwnRoles;
use settings::{Settings, SettingsError};
use tracing::level_filters::LevelFilter;

use crate::sdk::{DUAL_STACK, ENDPOINT, FIPS, Surroundings};

/// Holds the settings themselves.
const SETTINGS: &str = "CURFEW_SETTINGS";

/// Names the parameter that holds them.
const PARAMETER: &str = "CURFEW_SETTINGS_PARAMETER";

/// Names the table that holds the records.
pub(crate) const LEDGER: &str = "LEDGER_TABLE";

/// The variables that Curfew reads; the Lambda runtime reads its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Environment {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub function_name: Option<String>,
    /// `AWS_LAMBDA_LOG_LEVEL`: set by Lambda where the function has its own log level.
    pub log_level: Option<String>,
    /// `CURFEW_SETTINGS`.
    pub settings: Option<String>,
    /// `CURFEW_SETTINGS_PARAMETER`.
    pub settings_parameter: Option<String>,
    /// `TOPIC_ARN`.
    pub topic_arn: Option<String>,
    /// `LEDGER_TABLE`.
    pub ledger_table: Option<String>,
    /// `OWN_ROLES`: how the names of the roles begin that Curfew's functions work with, with commas between.
    pub own_roles: Option<String>,
    /// What the AWS SDK goes by.
    pub surroundings: Surroundings,
}

/// Where the settings come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From the environment, or else they are the defaults: they hold as long as the process lives.
    Fixed(Box<Settings>),
    /// From the parameter of this name or ARN in Parameter Store.
    Parameter(String),
}

/// Why it cannot be said where the settings come from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OriginError {
    /// Nobody could tell which ones count.
    #[error("{SETTINGS} and {PARAMETER} are both set: leave one of them out")]
    Both,
    /// They are in the environment, and cannot be right.
    #[error(transparent)]
    Unusable(#[from] SettingsError),
}

impl Environment {
    /// Reads the process's environment. An empty variable counts as absent.
    pub(crate) fn read() -> Self {
        Self {
            function_name: variable("AWS_LAMBDA_FUNCTION_NAME"),
            log_level: variable("AWS_LAMBDA_LOG_LEVEL"),
            settings: variable(SETTINGS),
            settings_parameter: variable(PARAMETER),
            topic_arn: variable("TOPIC_ARN"),
            ledger_table: variable(LEDGER),
            own_roles: variable("OWN_ROLES"),
            surroundings: surroundings(),
        }
    }

    /// Where the settings come from; the defaults where nothing is said.
    ///
    /// # Errors
    /// When two places are named, or the settings of the environment cannot be right.
    pub(crate) fn origin(&self) -> Result<Origin, OriginError> {
        match (self.settings.as_deref(), &self.settings_parameter) {
            (Some(_), Some(_)) => Err(OriginError::Both),
            (None, Some(name)) => Ok(Origin::Parameter(name.clone())),
            (Some(json), None) => Ok(Origin::Fixed(Box::new(Settings::parse(SETTINGS, json)?))),
            (None, None) => Ok(Origin::Fixed(Box::default())),
        }
    }

    /// The roles whose calls are no reason to look; none where nothing is said.
    pub(crate) fn own_roles(&self) -> OwnRoles {
        OwnRoles::beginning(self.own_roles.as_deref().unwrap_or_default().split(',').map(str::trim))
    }

    /// From which level on lines are written; `info` where nothing or nonsense is set.
    pub(crate) fn level(&self) -> LevelFilter {
        let level = self.log_level.as_deref().map(str::to_ascii_lowercase);
        match level.as_deref() {
            Some("fatal") => LevelFilter::ERROR,
            Some(level) => level.parse().unwrap_or(LevelFilter::INFO),
            None => LevelFilter::INFO,
        }
    }
}

/// The variables by which AWS's SDKs are told the same in each language.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>
fn surroundings() -> Surroundings {
    let credentials = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
    Surroundings {
        region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
        credentials: credentials.map(|(id, secret)| {
            Credentials::new(id, secret, variable("AWS_SESSION_TOKEN"), None, "environment")
        }),
        endpoints: endpoints(),
        use_fips: variable(FIPS),
        use_dual_stack: variable(DUAL_STACK),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
fn endpoints() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, value)| name.starts_with(ENDPOINT) && !value.trim().is_empty())
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    // What is no text is not absent: it goes on, damaged, to be refused where it is used.
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    Some(value).filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_settings_the_defaults_hold() {
        assert_eq!(Environment::default().origin(), Ok(Origin::Fixed(Box::default())));
    }

    #[test]
    fn a_log_level_that_makes_no_sense_is_info() {
        let level =
            |level: &str| Environment { log_level: Some(level.into()), ..Environment::default() }.level();
        assert_eq!(level("DEBUG").to_string(), "debug");
        assert_eq!(level("WARN").to_string(), "warn");
        assert_eq!(level("FATAL").to_string(), "error");
        assert_eq!(level("loud").to_string(), "info");
        assert_eq!(Environment::default().level().to_string(), "info");
    }

    #[test]
    fn own_roles_are_listed_with_commas_between() {
        assert_eq!(Environment::default().own_roles(), OwnRoles::none());
        let roles = Environment { own_roles: Some("curfew-, audit-,".into()), ..Environment::default() };
        assert_eq!(roles.own_roles(), OwnRoles::beginning(["curfew-", "audit-"]));
    }

    #[test]
    fn settings_come_from_one_place_only() {
        let named =
            Environment { settings_parameter: Some("/curfew/settings".into()), ..Environment::default() };
        assert_eq!(named.origin(), Ok(Origin::Parameter("/curfew/settings".to_owned())));
        let both = Environment { settings: Some("{}".into()), ..named };
        assert_eq!(both.origin(), Err(OriginError::Both));
        let bad = Environment { settings: Some(r#"{"mode": "off"}"#.into()), ..Environment::default() };
        let complaint = bad.origin().unwrap_err().to_string();
        assert!(complaint.starts_with("CURFEW_SETTINGS cannot be used: `mode`: "), "{complaint}");
    }
}
