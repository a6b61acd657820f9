//! The configuration of every client, from the environment that Lambda gives.
//!
//! The SDK's own search through profiles, credential chains and metadata services is for other places: Lambda's
//! environment has all there is, and what is not searched for is neither read nor linked.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::endpoint_config::AccountIdEndpointMode;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

/// How long a call for no subject may take with its retries, such as reading the settings. One for a subject gets its share
/// of the time that is left.
const CALL: Duration = Duration::from_secs(12);

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(2);

/// The variable that names an endpoint in place of AWS's; with a service's name after it, that service's.
pub(crate) const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// The variables that choose among AWS's endpoints.
pub(crate) const FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
pub(crate) const DUAL_STACK: &str = "AWS_USE_DUALSTACK_ENDPOINT";

/// What the environment says to the SDK.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Surroundings {
    /// The function's Region.
    pub region: Option<String>,
    /// The credentials of the function's role. They hold as long as the process lives.
    pub credentials: Option<Credentials>,
    /// The variables that begin with [`ENDPOINT`].
    pub endpoints: BTreeMap<String, String>,
    /// [`FIPS`]: whether calls go to FIPS endpoints.
    pub use_fips: Option<String>,
    /// [`DUAL_STACK`]: whether calls go to endpoints that have IPv6 addresses too.
    pub use_dual_stack: Option<String>,
}

/// A variable says neither yes nor no. Calls would go where somebody may have meant that they should not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is `{value}`: it is `true` or `false`")]
pub(crate) struct SwitchError {
    variable: &'static str,
    value: String,
}

impl Surroundings {
    /// The configuration. Every call goes to its own resource's Region; `region` is only what the SDK asks for beforehand
    /// where nothing says which one it runs in.
    ///
    /// # Errors
    /// When a variable that is `true` or `false` is neither.
    pub(crate) fn configuration(self, region: Region) -> Result<SdkConfig, SwitchError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(aws::ATTEMPT)
            .operation_timeout(CALL)
            .build();
        let mut config = SdkConfig::builder()
            .behavior_version(aws::behavior_version())
            .region(self.region.map_or(region, Region::new))
            // The records of all accounts are behind one name, to which a connection is open.
            .account_id_endpoint_mode(AccountIdEndpointMode::Disabled)
            .http_client(https::client())
            .sleep_impl(TokioSleep::new())
            .timeout_config(timeouts)
            .retry_config(aws::retries());
        config.set_credentials_provider(self.credentials.map(SharedCredentialsProvider::new));
        config.set_endpoint_url(self.endpoints.get(ENDPOINT).cloned());
        config.set_use_fips(switch(FIPS, self.use_fips)?);
        config.set_use_dual_stack(switch(DUAL_STACK, self.use_dual_stack)?);
        Ok(config.service_config(Endpoints(self.endpoints)).build())
    }
}

fn switch(variable: &'static str, value: Option<String>) -> Result<Option<bool>, SwitchError> {
    let read = |value: String| {
        value.trim().to_ascii_lowercase().parse().map_err(|_| SwitchError { variable, value })
    };
    value.map(read).transpose()
}

/// The endpoints of single services.
#[derive(Debug)]
struct Endpoints(BTreeMap<String, String>);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_ascii_uppercase().replace([' ', '-'], "_");
        self.0.get(&format!("{}_{service}", key.env())).or_else(|| self.0.get(key.env())).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region() -> Region {
        Region::from_static("eu-west-1")
    }

    #[test]
    fn the_region_of_the_function_comes_before_that_of_its_topic() {
        let of =
            |region: Option<&str>| Surroundings { region: region.map(Into::into), ..Surroundings::default() };
        let named = |surroundings: Surroundings| {
            surroundings.configuration(region()).unwrap().region().unwrap().to_string()
        };
        assert_eq!(named(of(Some("eu-central-1"))), "eu-central-1");
        assert_eq!(named(of(None)), "eu-west-1");
    }

    #[test]
    fn an_endpoint_for_one_service_comes_before_that_for_all() {
        let endpoints = [("", "http://all"), ("_S3", "http://s3"), ("_S3_CONTROL", "http://control")];
        let endpoints = endpoints.map(|(service, url)| (format!("{ENDPOINT}{service}"), url.to_owned()));
        let surroundings = Surroundings { endpoints: endpoints.into(), ..Surroundings::default() };
        let sdk = surroundings.configuration(region()).unwrap();
        let of = |service| aws::own_endpoint(&sdk, service).unwrap();
        assert_eq!((of("s3"), of("s3 control")), ("http://s3".to_owned(), "http://control".to_owned()));
        assert_eq!((of("sns"), sdk.endpoint_url()), ("http://all".to_owned(), Some("http://all")));
    }

    #[test]
    fn endpoints_are_chosen_by_true_and_false_and_by_nothing_else() {
        let chosen = |value: &str| {
            let (fips, dual_stack) = (Some(value.to_owned()), Some("TRUE".to_owned()));
            let surroundings =
                Surroundings { use_fips: fips, use_dual_stack: dual_stack, ..Surroundings::default() };
            surroundings.configuration(region()).map(|sdk| (sdk.use_fips(), sdk.use_dual_stack()))
        };
        assert_eq!(chosen(" true "), Ok((Some(true), Some(true))));
        assert_eq!(chosen("False"), Ok((Some(false), Some(true))));
        let refused = chosen("yes").unwrap_err().to_string();
        assert_eq!(refused, "AWS_USE_FIPS_ENDPOINT is `yes`: it is `true` or `false`");
    }

    #[test]
    fn credentials_are_not_written_out() {
        let credentials =
            Credentials::new("AKIDEXAMPLE", "the-secret", Some("the-token".into()), None, "environment");
        let surroundings = Surroundings { credentials: Some(credentials), ..Surroundings::default() };
        let written = format!("{surroundings:?} {:?}", surroundings.clone().configuration(region()));
        assert!(!written.contains("the-secret") && !written.contains("the-token"), "{written}");
    }
}
