//! What is wrong with a policy, for a person and for the settings to choose from.

use serde::{Deserialize, Serialize};

use crate::{Access, Statement};

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// An outsider is let in.
    Public,
    /// An outsider who sends the right header or parameter is let in.
    PublicButForCallerKey,
    /// Only a `Deny` keeps outsiders out.
    PublicButForDeny,
    /// AWS's text calls the statement public, but no outsider can match it.
    PublicByText,
    /// Fixed address blocks that together cover the internet.
    NetworksCoverInternet,
    /// A fixed value that every anonymous caller has.
    AnonymousByName,
    /// `Allow` with `NotPrincipal`.
    AllowNotPrincipal,
    /// Everything, or changing permissions, for somebody outside.
    PowerfulAccess,
    /// A service that may act for any account.
    ConfusedDeputy,
    /// An account that the settings do not name.
    OutsideAccount,
    /// An organization that the settings do not name.
    OutsideOrganization,
    /// The canonical id of some account.
    OutsideCanonicalUser,
    /// A network or VPC that the settings do not name.
    OutsideNetwork,
    /// A part that S3 refuses.
    Refused,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look.
    Medium,
    /// One mistake away from harm, or S3 says "public".
    High,
    /// Outsiders get in.
    Critical,
}

impl FindingKind {
    /// The kind as settings, logs and alerts write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::PublicButForCallerKey => "public-but-for-caller-key",
            Self::PublicButForDeny => "public-but-for-deny",
            Self::PublicByText => "public-by-text",
            Self::NetworksCoverInternet => "networks-cover-internet",
            Self::AnonymousByName => "anonymous-by-name",
            Self::AllowNotPrincipal => "allow-not-principal",
            Self::PowerfulAccess => "powerful-access",
            Self::ConfusedDeputy => "confused-deputy",
            Self::OutsideAccount => "outside-account",
            Self::OutsideOrganization => "outside-organization",
            Self::OutsideCanonicalUser => "outside-canonical-user",
            Self::OutsideNetwork => "outside-network",
            Self::Refused => "refused",
        }
    }

    /// How bad it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Public
            | Self::PublicButForCallerKey
            | Self::NetworksCoverInternet
            | Self::AnonymousByName => Severity::Critical,
            Self::PublicButForDeny | Self::PublicByText | Self::AllowNotPrincipal | Self::PowerfulAccess => {
                Severity::High
            }
            Self::ConfusedDeputy
            | Self::OutsideAccount
            | Self::OutsideOrganization
            | Self::OutsideCanonicalUser
            | Self::OutsideNetwork => Severity::Medium,
            Self::Refused => Severity::Low,
        }
    }

    /// Whether an alert should be sent for it when the settings say nothing else.
    pub const fn alerts_by_default(self) -> bool {
        matches!(self.severity(), Severity::Critical | Severity::High)
            || matches!(self, Self::ConfusedDeputy | Self::Refused)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// How bad it is.
    pub severity: Severity,
    /// The position of the statement, from 0; a finding about the whole document has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<usize>,
    /// The statement's `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Who is let in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub principal: String,
    /// What they may do, gravest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<Access>,
    /// What is wrong, one sentence each.
    pub reasons: Vec<String>,
}

impl Finding {
    /// A finding about a statement.
    pub(crate) fn about(
        statement: &Statement,
        kind: FindingKind,
        principal: String,
        reasons: Vec<String>,
    ) -> Self {
        Self {
            kind,
            severity: kind.severity(),
            statement: Some(statement.index),
            sid: statement.sid.clone(),
            principal,
            access: crate::access::classes(&statement.action),
            reasons,
        }
    }
}
