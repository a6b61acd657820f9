//! Condition keys: which ones fix a grant, and which are part of every request.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>

use std::fmt;

/// A condition key. Two spellings of different case are the same key.
#[derive(Debug, Clone, Eq)]
pub struct Key {
    lower: String,
    written: String,
}

/// The keys that make a grant non-public when their values are fixed.
const FIXING: [&str; 13] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

impl Key {
    /// A key in any spelling.
    #[must_use]
    pub fn new(written: &str) -> Self {
        Self { lower: written.to_ascii_lowercase(), written: written.to_owned() }
    }

    /// The key in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.lower
    }

    /// The key as the policy spells it.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether a fixed value of this key makes a grant non-public.
    #[must_use]
    pub fn is_fixing(&self) -> bool {
        FIXING.contains(&self.name())
    }

    /// Whether a fixed value of this key belongs to somebody, so that no outsider has it.
    #[must_use]
    pub fn names_somebody(&self) -> bool {
        self.is_fixing()
            || matches!(
                self.name(),
                "aws:ec2instancesourcevpc" | "s3:x-amz-server-side-encryption-aws-kms-key-id"
            )
    }

    /// Whether the key says for whom a service acts.
    #[must_use]
    pub fn names_source(&self) -> bool {
        matches!(
            self.name(),
            "aws:sourcearn"
                | "aws:sourceaccount"
                | "aws:sourceowner"
                | "aws:sourceorgid"
                | "aws:sourceorgpaths"
        )
    }

    /// Whether the value comes with the credentials or the signature of a request.
    #[must_use]
    pub fn comes_with_credentials(&self) -> bool {
        matches!(
            self.name(),
            "s3:accessgrantsinstancearn" | "s3:authtype" | "s3:signatureage" | "s3:signatureversion"
        )
    }

    /// Whether the key says what an identity provider says of its user: `accounts.google.com:aud`.
    #[must_use]
    pub fn is_of_provider(&self) -> bool {
        let namespace = self.name().split_once(':').map(|(namespace, _)| namespace);
        namespace.is_some_and(|namespace| namespace.contains('.') || namespace == "saml")
    }

    /// Whether the key is part of every request, an anonymous one too, so that `IfExists` changes nothing.
    #[must_use]
    pub fn is_on_every_request(&self) -> bool {
        matches!(self.name(), "aws:principalaccount" | "aws:userid")
    }

    /// Whether whoever sends the request chooses the value at will.
    #[must_use]
    pub fn is_chosen_by_caller(&self) -> bool {
        let name = self.name();
        matches!(name, "aws:referer" | "aws:useragent" | "aws:securetransport")
            || self.is_chosen_by_account()
            || name.starts_with("aws:requesttag/")
            || (name.starts_with("s3:")
                && !self.names_somebody()
                && !self.comes_with_credentials()
                && !self.describes_bucket()
                && !self.describes_access_point())
    }

    /// Whether whoever owns the caller's account chooses the value at will.
    #[must_use]
    pub fn is_chosen_by_account(&self) -> bool {
        self.name() == "aws:username" || self.name().starts_with("aws:principaltag/")
    }

    /// Whether the key says from where the access point takes requests by which a request comes.
    #[must_use]
    pub fn describes_access_point(&self) -> bool {
        matches!(self.name(), "s3:accesspointnetworkorigin" | "s3:dataaccesspointnetworkorigin")
    }

    /// Whether the key describes an object.
    #[must_use]
    pub fn describes_object(&self) -> bool {
        self.name().starts_with("s3:existingobjecttag/")
    }

    /// Whether the key describes the bucket, its owner or an object, and so says nothing about the caller.
    #[must_use]
    pub fn describes_bucket(&self) -> bool {
        let name = self.name();
        name.starts_with("aws:resource")
            || name == "s3:resourceaccount"
            || self.describes_object()
            || name.starts_with("s3:buckettag/")
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.lower == other.lower
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}
