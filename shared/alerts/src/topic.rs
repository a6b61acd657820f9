//! The SNS topic that alerts go to.

use aws::OfAWalk;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_sns::config::{Builder, Region};
use aws_sdk_sns::types::MessageAttributeValue;
use aws_types::SdkConfig;
use remediation::{Brief, CallError, Mode, Notify, Report, Undelivered};

use crate::digest::digest;
use crate::message::{Message, message};

/// The ARN of a standard topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn {
    arn: String,
    region: String,
}

/// An ARN that is not a standard topic's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicArnError {
    /// It is not there at all.
    #[error("TOPIC_ARN is not set: it names the SNS topic that alerts go to")]
    Absent,
    /// It is something else.
    #[error("TOPIC_ARN is `{0}`, which is not the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME)")]
    Invalid(String),
    /// It is a FIFO topic's, which cannot send e-mail.
    #[error("TOPIC_ARN is `{0}`, a FIFO topic, which cannot send e-mail: name a standard topic")]
    Fifo(String),
}

impl TopicArn {
    /// Takes the value of `TOPIC_ARN`.
    ///
    /// # Errors
    /// When it is absent or not the ARN of a standard topic.
    pub fn parse(arn: Option<&str>) -> Result<Self, TopicArnError> {
        let arn = arn.ok_or(TopicArnError::Absent)?.trim();
        let invalid = || TopicArnError::Invalid(arn.to_owned());
        let [prefix, partition, service, region, account, name] =
            arn.split(':').collect::<Vec<_>>()[..].try_into().map_err(|_| invalid())?;
        if name.ends_with(".fifo") {
            return Err(TopicArnError::Fifo(arn.to_owned()));
        }
        let name_is_valid = (1..=256).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let is_topic = prefix == "arn"
            && partition.starts_with("aws")
            && service == "sns"
            && events::Region::new(region).is_some()
            && events::AccountId::new(account).is_some()
            && name_is_valid;
        if is_topic { Ok(Self { arn: arn.to_owned(), region: region.to_owned() }) } else { Err(invalid()) }
    }

    /// The Region that the topic is in.
    #[must_use]
    pub fn region(&self) -> Region {
        Region::new(self.region.clone())
    }

    /// Where SNS is reached in that Region.
    #[must_use]
    pub fn endpoint(&self, sdk: &SdkConfig) -> Option<String> {
        let params = Params::builder()
            .region(self.region.clone())
            .set_use_fips(sdk.use_fips())
            .set_use_dual_stack(sdk.use_dual_stack())
            .set_endpoint(aws::own_endpoint(sdk, "sns"))
            .build();
        aws::endpoint(DefaultResolver::new().resolve_endpoint(&params.ok()?))
    }
}

/// Publishes alerts to one topic.
#[derive(Debug, Clone)]
pub struct Topic {
    arn: TopicArn,
    client: Client,
}

impl Topic {
    /// A topic, reached in its own Region, whichever Region the function runs in.
    #[must_use]
    pub fn new(sdk: &SdkConfig, arn: TopicArn) -> Self {
        let config = Builder::from(sdk).region(arn.region()).interceptor(OfAWalk).build();
        Self { arn, client: Client::from_conf(config) }
    }

    /// Publishes one mail that is marked as a test and says what a function in this mode does.
    ///
    /// # Errors
    /// When it was not accepted for delivery.
    pub async fn test(&self, control: &str, mode: Mode) -> Result<(), CallError> {
        let does = match mode {
            Mode::Enforce => "closes what is open, and mails what it did",
            Mode::Observe => "changes nothing, and mails what it would have done",
        };
        let text = format!(
            "This is a test, which somebody asked for: mails of Curfew reach you.\n\n\
             The control {control} is in the mode {mode}. For each resource that an event names, it {does}. \
             When its rules are created, AWS Config names all that is open already.\n",
            mode = mode.as_str(),
        );
        let publish = self
            .client
            .publish()
            .topic_arn(&self.arn.arn)
            .subject("[Curfew] test: mails reach you")
            .message(text);
        publish.send().await.map(|_| ()).map_err(|error| aws::failed("sns:Publish", error))
    }

    #[cfg(test)]
    pub(crate) fn with_client(client: Client, arn: TopicArn) -> Self {
        Self { arn, client }
    }
}

impl Notify for Topic {
    fn place(&self) -> String {
        self.arn.arn.clone()
    }

    async fn notify(&self, report: &Report) -> Result<(), Undelivered> {
        self.publish(message(report)).await
    }

    async fn notify_together(&self, control: &str, briefs: &[Brief]) -> Result<(), Undelivered> {
        self.publish(digest(control, briefs)).await
    }
}

impl Topic {
    async fn publish(&self, message: Message) -> Result<(), Undelivered> {
        let mut request = self
            .client
            .publish()
            .topic_arn(&self.arn.arn)
            .subject(&message.mail.subject)
            .message_structure("json")
            .message(&message.body);
        for (name, value) in &message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            match value {
                Ok(value) => request = request.message_attributes(*name, value),
                Err(_) => {
                    let error = CallError::Incomplete { action: "sns:Publish", field: "data_type" };
                    return Err(Undelivered { error, alert: message.mail });
                }
            }
        }
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = aws::failed("sns:Publish", error);
                Err(Undelivered { error, alert: message.mail })
            }
        }
    }
}

#[cfg(test)]
#[path = "topic_tests.rs"]
mod tests;
