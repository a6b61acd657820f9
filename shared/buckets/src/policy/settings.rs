//! Settings of the control `s3-policy`: whom bucket policies may let in, and what is worth a mail.

use policy::{FindingKind, Trust};
use remediation::Mode;
use serde::Deserialize;
use serde::de::Deserializer;

/// Settings of the control `s3-policy`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct S3PolicySettings {
    /// Which mode is said of this control, which changes nothing in either; `None` = what holds for all controls.
    #[serde(deserialize_with = "strict::word_if_any")]
    pub mode: Option<Mode>,
    /// Accounts that may be let in.
    #[serde(deserialize_with = "accounts")]
    pub trusted_accounts: Vec<String>,
    /// Organizations that may be let in.
    #[serde(deserialize_with = "organizations")]
    pub trusted_organizations: Vec<String>,
    /// Networks that may be let in.
    #[serde(deserialize_with = "networks")]
    pub trusted_networks: Vec<String>,
    /// VPCs and VPC endpoints that may be let in.
    #[serde(deserialize_with = "vpcs")]
    pub trusted_vpcs: Vec<String>,
    /// The kinds of finding that are mailed; `None` for the default.
    pub alert_on: Option<Vec<FindingKind>>,
}

impl S3PolicySettings {
    /// Whom the operator trusts, for a bucket of this account.
    #[must_use]
    pub fn trust(&self, own_account: &str) -> Trust {
        Trust {
            own_account: Some(own_account.to_owned()),
            accounts: self.trusted_accounts.clone(),
            organizations: self.trusted_organizations.clone(),
            networks: self.trusted_networks.clone(),
            vpcs: self.trusted_vpcs.clone(),
        }
    }

    /// Whether a finding of this kind is worth a mail.
    #[must_use]
    pub fn alerts_on(&self, kind: FindingKind) -> bool {
        self.alert_on.as_ref().map_or_else(|| kind.alerts_by_default(), |kinds| kinds.contains(&kind))
    }
}

fn accounts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let is_account = |text: &str| events::AccountId::new(text).is_some();
    strict::list(deserializer, is_account, "a 12-digit account id")
}

fn organizations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    strict::list(deserializer, |text| is_id(text, "o-"), "an organization's id (o-...)")
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    strict::list(deserializer, policy::is_network, "a CIDR block")
}

fn vpcs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let is_vpc = |text: &str| is_id(text, "vpc-") || is_id(text, "vpce-");
    strict::list(deserializer, is_vpc, "the id of a VPC or a VPC endpoint (vpc-..., vpce-...)")
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
