//! AWS, which shows some things and denies all others.

use std::collections::HashMap;

use buckets::{Acl, Bucket, BucketPolicies, PolicyAnswer, PublicAccessBlock, ReadBucketAcls};
use events::GroupId;
use network::{IpNet, PrefixListId};
use remediation::{CallError, Denied, Place, Tags};
use security_groups::{About, At, Interface, ListName, Of, ReadSecurityGroups, Rules};

#[derive(Debug, Clone, Default)]
pub(super) struct Aws {
    pub(super) acl: Option<Acl>,
    pub(super) policy: Option<&'static str>,
    pub(super) rules: Option<Rules>,
    /// What it says in place of what it does not show.
    pub(super) says: Option<CallError>,
}

impl Aws {
    fn shown<T: Clone>(&self, part: &Option<T>, action: &'static str) -> Result<T, CallError> {
        let denied = || CallError::Denied(Denied { action, message: "no".to_owned() });
        part.clone().ok_or_else(|| self.says.clone().unwrap_or_else(denied))
    }

    fn nothing<T: Clone>(&self, action: &'static str) -> Result<T, CallError> {
        self.shown(&None, action)
    }
}

impl ReadBucketAcls for Aws {
    async fn acl(&self, _: &Bucket<'_>) -> Result<Option<Acl>, CallError> {
        self.shown(&self.acl, "s3:GetBucketAcl").map(Some)
    }

    async fn public_access_block(&self, _: &Bucket<'_>) -> Result<Option<PublicAccessBlock>, CallError> {
        self.nothing("s3:GetBucketPublicAccessBlock")
    }

    async fn account_block(&self, _: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        Ok(PublicAccessBlock::default())
    }

    async fn serves_website(&self, _: &Bucket<'_>) -> Result<bool, CallError> {
        Ok(false)
    }

    async fn acls_disabled(&self, _: &Bucket<'_>) -> Result<bool, CallError> {
        Ok(false)
    }

    async fn tags(&self, _: &Bucket<'_>) -> Result<Tags, CallError> {
        self.nothing("s3:GetBucketTagging")
    }
}

impl BucketPolicies for Aws {
    async fn document(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
        let document = self.policy.map(ToOwned::to_owned);
        self.shown(&document, "s3:GetBucketPolicy").map(PolicyAnswer::Is)
    }

    async fn is_public(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
        let verdict = self.policy.map(|_| false);
        self.shown(&verdict, "s3:GetBucketPolicyStatus").map(PolicyAnswer::Is)
    }

    async fn public_access_block(
        &self,
        _: &Bucket<'_>,
    ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
        self.nothing::<PublicAccessBlock>("s3:GetBucketPublicAccessBlock").map(PolicyAnswer::Is)
    }

    async fn account_block(&self, _: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        Ok(PublicAccessBlock::default())
    }

    async fn tags(&self, _: &Bucket<'_>) -> Result<Tags, CallError> {
        self.nothing("s3:GetBucketTagging")
    }
}

impl ReadSecurityGroups for Aws {
    async fn group(&self, _: &At<'_>) -> Result<Option<About>, CallError> {
        self.nothing("ec2:DescribeSecurityGroups")
    }

    async fn rules(&self, _: &At<'_>) -> Result<Option<Rules>, CallError> {
        self.shown(&self.rules, "ec2:DescribeSecurityGroupRules").map(Some)
    }

    async fn groups(&self, _: &Place<'_>, _: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        self.nothing("ec2:DescribeSecurityGroups")
    }

    async fn rules_by_group(&self, _: &Place<'_>, _: Of<'_>) -> Result<HashMap<GroupId, Rules>, CallError> {
        self.nothing("ec2:DescribeSecurityGroupRules")
    }

    async fn list_entries(&self, _: &Place<'_>, _: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.nothing("ec2:GetManagedPrefixListEntries")
    }

    async fn list_names(
        &self,
        _: &Place<'_>,
        _: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        Ok(Vec::new())
    }

    async fn groups_naming(&self, _: &Place<'_>, _: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        self.nothing("ec2:DescribeSecurityGroups")
    }

    async fn list_is_changing(&self, _: &Place<'_>, _: &PrefixListId) -> Result<bool, CallError> {
        self.nothing("ec2:DescribeManagedPrefixLists")
    }

    async fn interfaces(&self, _: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.nothing("ec2:DescribeNetworkInterfaces")
    }
}
