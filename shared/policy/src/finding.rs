//! What is wrong with a policy, for a person and for the settings to choose from.

use serde::{Deserialize, Serialize};

use crate::{Access, Outsider, Statement, access, words};

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
    /// Everyone who does not sign in is let in, by the account or the id that they all have.
    AnonymousByName,
    /// `Allow` with `NotPrincipal`.
    AllowNotPrincipal,
    /// Everything, or changing permissions, for somebody outside.
    PowerfulAccess,
    /// A service that may act for any account.
    ConfusedDeputy,
    /// A service whose calls are limited only where they say for whom it acts.
    UnsourcedService,
    /// A service under a condition that no service can meet.
    ServiceShutOut,
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

/// What is fixed for a kind of finding.
struct Row {
    severity: Severity,
    /// The order of kinds of the same severity.
    rank: u8,
    alerts_by_default: bool,
    name: &'static str,
    title: &'static str,
}

impl Row {
    const fn of(
        severity: Severity,
        rank: u8,
        alerts_by_default: bool,
        name: &'static str,
        title: &'static str,
    ) -> Self {
        Self { severity, rank, alerts_by_default, name, title }
    }
}

impl FindingKind {
    /// The table of the kinds: severity, rank, whether it alerts by default, name, title.
    #[rustfmt::skip]
    const fn row(self) -> Row {
        use Severity::{Critical, High, Low, Medium};
        match self {
            Self::Public => Row::of(Critical, 0, true, "public", "public"),
            Self::PublicButForCallerKey => Row::of(Critical, 1, true, "public-but-for-caller-key",
                "public to whoever chooses the right header, parameter or name"),
            Self::NetworksCoverInternet => Row::of(Critical, 2, true, "networks-cover-internet",
                "address blocks that cover the internet"),
            Self::AnonymousByName => Row::of(Critical, 3, true, "anonymous-by-name",
                "anonymous callers, by the account or id that they all have"),
            Self::PublicButForDeny => Row::of(High, 0, true, "public-but-for-deny", "public but for a Deny"),
            Self::PublicByText => Row::of(High, 1, true, "public-by-text",
                "public by AWS's text, though no outsider gets in"),
            Self::AllowNotPrincipal => Row::of(High, 2, true, "allow-not-principal",
                "Allow with NotPrincipal"),
            Self::PowerfulAccess => Row::of(High, 3, true, "powerful-access",
                "everything or permissions for somebody outside"),
            Self::OutsideAccount => Row::of(Medium, 0, false, "outside-account", "an outside account"),
            Self::OutsideOrganization => Row::of(Medium, 1, false, "outside-organization",
                "an outside organization"),
            Self::OutsideCanonicalUser => Row::of(Medium, 2, false, "outside-canonical-user",
                "a canonical user"),
            Self::OutsideNetwork => Row::of(Medium, 3, false, "outside-network", "an outside network"),
            Self::ConfusedDeputy => Row::of(Medium, 4, true, "confused-deputy",
                "a service may act for any account"),
            Self::UnsourcedService => Row::of(Low, 1, false, "unsourced-service",
                "a service whose calls need not say for whom it acts"),
            Self::ServiceShutOut => Row::of(Low, 2, false, "service-shut-out",
                "a service under a condition that none of its calls can meet"),
            Self::Refused => Row::of(Low, 0, true, "refused", "S3 refuses the policy"),
        }
    }

    /// The kind as settings, logs and alerts write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The kind in a few words, as in "an outside account".
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.row().severity
    }

    /// The order of kinds of the same severity, gravest first.
    pub(crate) const fn rank(self) -> u8 {
        self.row().rank
    }

    /// Whether it says that AWS's text calls the statement public. A statement that it calls so has one such finding.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(
            self,
            Self::Public
                | Self::PublicButForCallerKey
                | Self::AnonymousByName
                | Self::PublicButForDeny
                | Self::PublicByText
        )
    }

    /// Whether an alert should be sent for it when the settings say nothing else.
    #[must_use]
    pub const fn alerts_by_default(self) -> bool {
        self.row().alerts_by_default
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
    /// Which classes of actions the statement speaks of, gravest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<Access>,
    /// Which outsiders get in by the statement, where it is looked at for that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<Outsider>,
    /// What the statement grants, as it says itself.
    #[serde(skip)]
    pub(crate) grant: String,
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
            access: access::classes(&statement.action),
            callers: Vec::new(),
            grant: words::grant(statement),
            reasons,
        }
    }

    /// Whether AWS services that act for outside accounts get in.
    #[must_use]
    pub fn admits_services(&self) -> bool {
        matches!(self.kind, FindingKind::ConfusedDeputy | FindingKind::UnsourcedService)
            || self.callers.contains(&Outsider::Service)
    }

    /// Whether AWS services that act for outside accounts get in, and no other outsider.
    #[must_use]
    pub fn is_way_of_services(&self) -> bool {
        self.admits_services() && self.callers.iter().all(|caller| *caller == Outsider::Service)
    }

    /// The same with the outsiders who get in by the statement.
    pub(crate) fn by(mut self, callers: Vec<Outsider>) -> Self {
        self.callers = callers;
        self
    }
}
