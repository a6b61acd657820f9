//! The kinds of resource that Curfew knows: one row a kind.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BucketName, GroupId, PrefixListId};

/// What is the same for all resources of a kind. The templates have `{partition}`, `{region}`, `{account}` and
/// `{id}` in them.
pub(crate) struct Kind {
    /// The kind in JSON and in log lines.
    name: &'static str,
    /// The kind in words.
    words: &'static str,
    /// AWS Config's type.
    pub(crate) config_type: &'static str,
    /// The template of the ARN.
    pub(crate) arn: &'static str,
    /// The template of the console's page, without the console's host.
    pub(crate) console: &'static str,
    /// What an id looks like.
    pub(crate) expected: &'static str,
    /// The resource of an id.
    pub(crate) resource: fn(&str) -> Option<Resource>,
}

macro_rules! resources {
    ($($(#[$doc:meta])* $variant:ident($id:ty) is $name:literal { $($row:tt)+ })+) => {
        /// A resource of a kind that Curfew knows.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "id")]
        pub enum Resource {
            $($(#[$doc])* #[serde(rename = $name)] $variant($id),)+
        }

        impl Resource {
            pub(crate) fn row(&self) -> &'static Kind {
                match self {
                    $(Self::$variant(_) => <$id as Identifies>::KIND,)+
                }
            }

            /// The name or id, without its kind.
            #[must_use]
            pub fn id(&self) -> &str {
                match self {
                    $(Self::$variant(id) => id.as_str(),)+
                }
            }
        }

        $(impl From<$id> for Resource {
            fn from(id: $id) -> Self {
                Self::$variant(id)
            }
        })+

        $(impl Identifies for $id {
            const KIND: &'static Kind = &Kind {
                name: $name,
                expected: <$id>::EXPECTED,
                resource: |id| <$id>::new(id).map(Resource::$variant),
                $($row)+
            };
        })+

        const KINDS: &[&Kind] = &[$(<$id as Identifies>::KIND),+];
    };
}

/// A type of id, which belongs to one kind of resource.
pub(crate) trait Identifies {
    /// That kind.
    const KIND: &'static Kind;
}

resources! {
    /// An S3 bucket.
    Bucket(BucketName) is "s3-bucket" {
        words: "S3 bucket",
        config_type: "AWS::S3::Bucket",
        arn: "arn:{partition}:s3:::{id}",
        console: "s3/buckets/{id}?region={region}&tab=permissions",
    }

    /// A VPC security group.
    SecurityGroup(GroupId) is "security-group" {
        words: "security group",
        config_type: "AWS::EC2::SecurityGroup",
        arn: "arn:{partition}:ec2:{region}:{account}:security-group/{id}",
        console: "ec2/home?region={region}#SecurityGroup:groupId={id}",
    }

    /// A managed prefix list: what its groups let in changes with it.
    PrefixList(PrefixListId) is "prefix-list" {
        words: "prefix list",
        config_type: "AWS::EC2::PrefixList",
        arn: "arn:{partition}:ec2:{region}:{account}:prefix-list/{id}",
        console: "vpcconsole/home?region={region}#ManagedPrefixLists:search={id}",
    }
}

impl Kind {
    /// The kind that AWS Config calls so, `None` where Curfew knows none.
    pub(crate) fn of_config_type(config_type: &str) -> Option<&'static Self> {
        KINDS.iter().copied().find(|kind| kind.config_type == config_type)
    }

    /// The same for a finding, which calls it `AwsS3Bucket` where AWS Config says `AWS::S3::Bucket`.
    pub(crate) fn of_finding_type(finding_type: &str) -> Option<&'static Self> {
        let folded = |text: &str| text.replace("::", "").to_ascii_lowercase();
        KINDS.iter().copied().find(|kind| folded(kind.config_type) == folded(finding_type))
    }

    /// The resource of this kind that an ARN names, by its service and its last part.
    fn of_arn(&self, arn: &str) -> Option<Resource> {
        let ((service, name), (own, form)) = (ends(arn)?, ends(self.arn)?);
        let id = name.strip_prefix(form.strip_suffix("{id}")?)?;
        if service == own { (self.resource)(id) } else { None }
    }
}

impl Resource {
    /// The resource that AWS Config calls so, `None` where Curfew knows no such type or the id cannot be one.
    #[must_use]
    pub fn of_config(config_type: &str, id: &str) -> Option<Self> {
        Kind::of_config_type(config_type).and_then(|kind| (kind.resource)(id))
    }

    /// The resource of this ARN, in any partition; `None` where Curfew knows no such kind, or the id cannot be one.
    #[must_use]
    pub fn of_arn(arn: &str) -> Option<Self> {
        KINDS.iter().find_map(|kind| kind.of_arn(arn))
    }

    /// Its type, as AWS Config calls it: `AWS::S3::Bucket`.
    #[must_use]
    pub fn config_type(&self) -> &'static str {
        self.row().config_type
    }

    /// The kind, as in `s3-bucket`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.row().name
    }

    /// The kind in words, as in `S3 bucket`.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        self.row().words
    }
}

/// An ARN's service, and its last part, which may have colons in it.
fn ends(arn: &str) -> Option<(&str, &str)> {
    arn.split(':').nth(2).zip(arn.splitn(6, ':').nth(5))
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind_name(), self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_share_a_name_or_a_type_of_aws_config() {
        for (index, kind) in KINDS.iter().enumerate() {
            for other in KINDS.iter().skip(index + 1) {
                assert_ne!(kind.name, other.name);
                assert_ne!(kind.config_type, other.config_type);
            }
        }
    }

    #[test]
    fn what_aws_config_calls_a_resource_finds_it_again() {
        for resource in [
            Resource::Bucket(BucketName::new("acme-reports").unwrap()),
            Resource::SecurityGroup(GroupId::new("sg-1a2b3c4d").unwrap()),
            Resource::PrefixList(PrefixListId::new("pl-1a2b3c4d").unwrap()),
        ] {
            assert_eq!(Resource::of_config(resource.config_type(), resource.id()), Some(resource));
        }
        assert_eq!(Resource::of_config("AWS::S3::Bucket", "no bucket"), None);
        assert_eq!(Resource::of_config("AWS::EC2::Instance", "i-1a2b3c4d"), None);
    }

    #[test]
    fn the_arn_of_a_resource_finds_it_again() {
        for (arn, resource) in [
            ("arn:aws:s3:::acme-reports", Resource::Bucket(BucketName::new("acme-reports").unwrap())),
            (
                "arn:aws-cn:ec2:cn-north-1:210987654321:security-group/sg-1a2b3c4d",
                Resource::SecurityGroup(GroupId::new("sg-1a2b3c4d").unwrap()),
            ),
            (
                "arn:aws:ec2:eu-west-1:210987654321:prefix-list/pl-1a2b3c4d",
                Resource::PrefixList(PrefixListId::new("pl-1a2b3c4d").unwrap()),
            ),
        ] {
            assert_eq!(Resource::of_arn(arn), Some(resource));
        }
        for none in [
            "acme-reports",
            "arn:aws:s3:::acme-reports/a-key",
            "arn:aws:sns:::acme-reports",
            "arn:aws:ec2:eu-west-1:210987654321:security-group/pl-1a2b3c4d",
        ] {
            assert_eq!(Resource::of_arn(none), None, "{none}");
        }
    }

    #[test]
    fn templates_have_only_places_that_are_filled() {
        for template in KINDS.iter().flat_map(|kind| [kind.arn, kind.console]) {
            let places = template.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0);
            for place in places {
                assert!(["partition", "region", "account", "id"].contains(&place), "{template}");
            }
            assert!(template.contains("{id}"), "{template}");
        }
    }
}
