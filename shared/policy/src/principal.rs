//! Who a statement speaks about.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html>

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::Shared;
use crate::condition::is_literal;
use crate::search::compile::Named;

/// The `Principal` or `NotPrincipal` element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalElement {
    /// Whether it is `NotPrincipal`: everyone but these.
    pub negated: bool,
    /// The principals, in the order of the policy. Empty when the element is missing, and then nobody matches.
    pub principals: Principals,
}

/// Principals, and what they ask of a caller.
pub type Principals = Shared<Principal, Parties>;

/// What principals ask of a caller, once somebody has asked.
#[derive(Debug, Default)]
pub struct Parties(pub(crate) OnceLock<Arc<Named>>);

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What kind of identity it names.
    pub kind: PrincipalKind,
    /// The value as the policy spells it.
    pub value: String,
}

/// The kinds of principal that a bucket policy knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// An account, user, role or session; also the bare `"*"`.
    Aws,
    /// An identity provider.
    Federated,
    /// An AWS service.
    Service,
    /// The canonical user id of an account, or of a CloudFront origin access identity.
    CanonicalUser,
}

impl PrincipalKind {
    /// The member of the `Principal` map.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Federated => "Federated",
            Self::Service => "Service",
            Self::CanonicalUser => "CanonicalUser",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Aws, Self::Federated, Self::Service, Self::CanonicalUser]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

impl Principal {
    /// Whether the principal is a fixed one: no wildcard, and no identity provider that takes in anybody.
    ///
    /// A web identity provider is named by its host; a SAML or OIDC provider of an account by its ARN.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        is_literal(&self.value) && (self.kind != PrincipalKind::Federated || self.value.starts_with("arn:"))
    }

    /// Whether this is everyone, anonymous callers too.
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        self.kind == PrincipalKind::Aws
            && !self.value.is_empty()
            && self.value.bytes().all(|byte| byte == b'*')
    }

    /// The account in an ARN or the account id itself.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        let account = match self.value.split(':').nth(4) {
            Some(account) => account,
            None => &self.value,
        };
        (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PrincipalKind::Aws => formatter.write_str(&self.value),
            kind => write!(formatter, "{} {}", kind.name(), self.value),
        }
    }
}

impl PrincipalElement {
    /// Whether the element names only fixed principals, and at least one.
    pub fn is_fixed(&self) -> bool {
        !self.negated && !self.principals.is_empty() && self.principals.iter().all(Principal::is_fixed)
    }

    /// The principals, where they are many the first and how many more there are.
    pub(crate) fn brief(&self) -> String {
        const MOST: usize = 3;
        if self.principals.len() <= MOST + 1 {
            return self.to_string();
        }
        let but = if self.negated { "everyone but " } else { "" };
        let named: Vec<String> = self.principals.iter().take(MOST).map(ToString::to_string).collect();
        format!("{but}{} and {} more", named.join(", "), self.principals.len() - MOST)
    }

    /// Whether AWS services are named.
    pub(crate) fn names_service(&self) -> bool {
        !self.negated && self.principals.iter().any(|principal| principal.kind == PrincipalKind::Service)
    }

    /// Whether everyone matches.
    pub fn is_everyone(&self) -> bool {
        !self.negated && self.principals.iter().any(Principal::is_everyone)
    }
}

impl fmt::Display for PrincipalElement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            formatter.write_str("everyone but ")?;
        }
        if self.principals.is_empty() {
            return formatter.write_str("nobody");
        }
        for (index, principal) in self.principals.iter().enumerate() {
            if index > 0 {
                formatter.write_str(", ")?;
            }
            principal.fmt(formatter)?;
        }
        Ok(())
    }
}
