//! Settings that are kept in Systems Manager's Parameter Store, where an operator changes them without a new
//! deployment.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>

use aws_sdk_ssm::Client;
use aws_types::SdkConfig;
use remediation::CallError;
use settings::{Settings, SettingsNotRead, SettingsSource};

const ACTION: &str = "ssm:GetParameter";

/// One parameter that holds settings as JSON.
#[derive(Debug, Clone)]
pub struct SettingsParameter {
    client: Client,
    name: String,
}

impl SettingsParameter {
    /// The parameter of this name, in the Region of the configuration; or of this ARN, where it is another
    /// account's.
    #[must_use]
    pub fn new(sdk: &SdkConfig, name: String) -> Self {
        Self { client: Client::new(sdk), name }
    }

    #[cfg(test)]
    fn with_client(client: Client, name: &str) -> Self {
        Self { client, name: name.to_owned() }
    }
}

impl SettingsSource for SettingsParameter {
    async fn settings(&self) -> Result<Settings, SettingsNotRead> {
        let answer = self.client.get_parameter().name(&self.name).with_decryption(true).send().await;
        let answer = answer.map_err(|error| aws::failed(ACTION, error))?;
        let (json, version) = answer
            .parameter
            .and_then(|parameter| Some((parameter.value?, parameter.version)))
            .ok_or(CallError::Incomplete { action: ACTION, field: "Parameter.Value" })?;
        let settings = Settings::parse(&format!("the parameter `{}`", self.name), &json)
            .map_err(|error| error.of_writing(version))?;
        Ok(Settings { written: Some(version), ..settings })
    }
}

#[cfg(test)]
mod tests;
