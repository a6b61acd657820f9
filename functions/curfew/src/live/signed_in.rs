//! The credentials of whoever asks, found where the AWS CLI finds them, and the Region that is meant.

use aws_config::SdkConfig;
use aws_config::meta::region::RegionProviderChain;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use events::{AccountId, Region};
use remediation::Transport;

use super::refused::{LOG_IN, not_asked, refused};
use crate::arguments::Place;
use crate::trouble::Trouble;

/// Somebody whom AWS knows.
#[derive(Debug)]
pub(crate) struct SignedIn {
    /// The configuration of every client.
    pub(crate) sdk: SdkConfig,
    /// Where it is asked.
    pub(crate) region: Region,
}

/// Whose credentials they are.
#[derive(Debug)]
pub(crate) struct Identity {
    /// The account.
    pub(crate) account: AccountId,
    /// The user or session.
    pub(crate) arn: String,
}

impl SignedIn {
    /// Finds credentials and the Region: the one that is said, or `meant`, or the environment's or the profile's.
    ///
    /// # Errors
    /// There are no credentials, or nobody says which Region.
    pub(crate) async fn at(place: &Place, meant: Option<Region>) -> Result<Self, Trouble> {
        let said = place.region.clone().or(meant).map(|region| aws::sdk_region(&region));
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(aws::ATTEMPT).build();
        let mut loader = aws_config::defaults(aws::behavior_version())
            .http_client(https::client())
            .timeout_config(timeouts)
            // Somebody waits: what does not pass soon is said.
            .retry_config(aws::retries().with_max_attempts(3));
        if let Some(profile) = &place.profile {
            loader = loader.profile_name(profile);
        }
        if said.is_some() {
            loader = loader.region(RegionProviderChain::first_try(said));
        }
        let sdk = loader.load().await;
        check_credentials(&sdk).await?;
        let region = sdk.region().ok_or_else(|| {
            not_asked("nobody says which Region is meant")
                .with("Say it, as in --region eu-central-1, or by AWS_REGION or the profile.")
        })?;
        let named = Region::new(region.as_ref());
        let region = named.ok_or_else(|| {
            not_asked(format!("`{region}` is not {}", Region::EXPECTED))
                .with("Say it, as in --region eu-central-1.")
        })?;
        Ok(Self { sdk, region })
    }

    /// Asks AWS whose credentials they are, which needs no permission.
    ///
    /// # Errors
    /// AWS does not say.
    pub(crate) async fn identity(&self) -> Result<Identity, Trouble> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let answer = aws_sdk_sts::Client::new(&self.sdk).get_caller_identity().send().await;
        let answer = answer.map_err(|error| self.refused(&aws::failed(ACTION, error)))?;
        let account = answer.account().and_then(AccountId::new);
        match (account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Identity { account, arn }),
            _ => Err(not_asked(format!("`{ACTION}` does not say whose credentials these are"))),
        }
    }

    /// A call that did not succeed here.
    pub(crate) fn refused(&self, error: &remediation::CallError) -> Trouble {
        refused(error, self.region.as_str())
    }
}

/// Each call would say the same, in words about itself.
async fn check_credentials(sdk: &SdkConfig) -> Result<(), Trouble> {
    let none = || not_asked("there are no AWS credentials").with(LOG_IN);
    let provider = sdk.credentials_provider().ok_or_else(none)?;
    let Err(error) = provider.provide_credentials().await else { return Ok(()) };
    let is_nowhere = matches!(error, CredentialsError::CredentialsNotLoaded(_));
    let why = Transport::new(error).to_string();
    let why = if is_nowhere { of_profile(&why) } else { Some(why.as_str()) };
    Err(why.map_or_else(none, |why| not_asked(format!("there are no AWS credentials: {why}")).with(LOG_IN)))
}

/// What is wrong with the profile, where that is in the list of all places that were looked at.
fn of_profile(attempted: &str) -> Option<&str> {
    const PROFILE: &str = "Profile: the credential provider was not enabled: ";
    attempted.lines().find_map(|line| line.trim().strip_prefix(PROFILE))
}
