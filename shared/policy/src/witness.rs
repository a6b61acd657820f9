//! A request that shows what a policy allows.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::search::world::CallerKind;

/// One request that a policy allows, with all that the decision depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The position of the statement that allows it, from 0.
    pub statement: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Who sends the request.
    pub caller: Caller,
    /// The action.
    pub action: String,
    /// The ARN of the bucket or object.
    pub resource: String,
    /// The condition keys of the request that the policy reads, in lower case. A key that is not here is absent.
    pub context: BTreeMap<String, Vec<String>>,
}

/// The sender of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// What kind of caller it is.
    pub kind: CallerKind,
    /// The account of the caller, or the one that the service acts for; anonymous callers have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The ARN of the principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The service principal, for a service's call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The identity provider, for a web identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The canonical user id, where a statement speaks of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_user: Option<String>,
}

impl Caller {
    /// The caller in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let account = self.account.as_deref().unwrap_or("some account");
        match self.kind {
            CallerKind::Anonymous => "an anonymous caller".to_owned(),
            CallerKind::User => format!("an IAM user of the outside account {account}"),
            CallerKind::Role => format!("a role of the outside account {account}"),
            CallerKind::Root => format!("the root user of the outside account {account}"),
            CallerKind::FederatedUser => format!("a federated user of the outside account {account}"),
            CallerKind::WebIdentity => match &self.provider {
                Some(provider) => format!("anybody whom {provider} vouches for"),
                None => "anybody whom an identity provider vouches for".to_owned(),
            },
            CallerKind::Service => match &self.service {
                Some(service) => format!("the service {service}, acting for the outside account {account}"),
                None => format!("an AWS service, acting for the outside account {account}"),
            },
        }
    }
}
