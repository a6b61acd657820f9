//! EC2, S3 and SNS, each call of which takes its time.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use buckets::{
    Acl, AclWrite, BlockChange, Bucket, BucketAcls, Grant, Grantee, NewAcl, Owner, PublicAccessBlock,
    ReadBucketAcls, Written,
};
use events::{GroupId, InterfaceId, VpcId};
use network::{IpNet, Permission, PrefixListId, Protocol, Rule, RuleId, Traffic, parse_block};
use remediation::clock::Clock;
use remediation::testing::{Timeline, Topic};
use remediation::{Brief, CallError, Denied, Notify, Place, Report, Tags, Undelivered};
use security_groups::{
    About, At, Authorized, By, Created, Interface, ListName, Of, Placed, Placement, QuarantineGroup,
    ReadSecurityGroups, Revoked, Rules, SecurityGroups,
};

/// How long each call takes.
pub(crate) const ANSWER: Duration = Duration::from_millis(20);

/// What is there, and how many calls are made at the same time.
#[derive(Debug, Default)]
pub(crate) struct Slow {
    pub(crate) time: Timeline,
    pub(crate) groups: RefCell<BTreeMap<GroupId, Vec<Rule>>>,
    pub(crate) acls: RefCell<BTreeMap<String, Acl>>,
    pub(crate) told: Topic,
    under_way: Cell<usize>,
    /// The most calls that were under way at the same time.
    pub(crate) most: Cell<usize>,
    authorized: Cell<usize>,
}

impl Slow {
    /// Answers once the time of a call has passed.
    pub(crate) async fn answer<T>(&self, answer: impl FnOnce() -> T) -> T {
        self.under_way.set(self.under_way.get() + 1);
        self.most.set(self.most.get().max(self.under_way.get()));
        self.time.sleep(ANSWER).await;
        self.under_way.set(self.under_way.get() - 1);
        answer()
    }

    fn rules_of(&self, group: &GroupId) -> Option<Rules> {
        self.groups.borrow().get(group).map(|rules| Rules { read: rules.clone(), rest: None })
    }

    fn denied<T>(action: &'static str) -> Result<T, CallError> {
        Err(CallError::Denied(Denied { action, message: "nothing here needs it".to_owned() }))
    }
}

/// A rule that lets a block in on tcp ports.
pub(crate) fn rule(id: &str, ports: (i32, i32), from: &str) -> Rule {
    let traffic = Traffic { protocol: Protocol::Tcp, from_port: Some(ports.0), to_port: Some(ports.1) };
    let permission = traffic.permission(parse_block(from).unwrap().into(), None);
    Rule { id: id.into(), is_egress: false, permission, tags: Tags::new() }
}

fn about() -> About {
    let (name, description) = ("web".to_owned(), "what serves the shop".to_owned());
    About { name, description, vpc: VpcId::new("vpc-1"), tags: Tags::new() }
}

impl ReadSecurityGroups for &Slow {
    async fn group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        self.answer(|| Ok(self.groups.borrow().contains_key(at.id).then(about))).await
    }

    async fn rules(&self, at: &At<'_>) -> Result<Option<Rules>, CallError> {
        self.answer(|| Ok(self.rules_of(at.id))).await
    }

    async fn groups(&self, _: &Place<'_>, of: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        let is_asked = |id: &&GroupId| match of {
            Of::Account => true,
            Of::Groups(ids) => ids.contains(id),
        };
        let found = || self.groups.borrow().keys().filter(is_asked).map(|id| (id.clone(), about())).collect();
        self.answer(|| Ok(found())).await
    }

    async fn rules_by_group(
        &self,
        place: &Place<'_>,
        of: Of<'_>,
    ) -> Result<HashMap<GroupId, Rules>, CallError> {
        let groups = ReadSecurityGroups::groups(self, place, of).await?;
        Ok(groups.into_iter().filter_map(|(id, _)| Some((id.clone(), self.rules_of(&id)?))).collect())
    }

    async fn list_entries(&self, _: &Place<'_>, _: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.answer(|| Slow::denied("ec2:GetManagedPrefixListEntries")).await
    }

    async fn groups_naming(&self, _: &Place<'_>, _: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        self.answer(|| Slow::denied("ec2:DescribeSecurityGroups")).await
    }

    async fn list_is_changing(&self, _: &Place<'_>, _: &PrefixListId) -> Result<bool, CallError> {
        self.answer(|| Slow::denied("ec2:DescribeManagedPrefixLists")).await
    }

    async fn list_names(
        &self,
        _: &Place<'_>,
        _: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        self.answer(|| Slow::denied("ec2:DescribeManagedPrefixLists")).await
    }

    async fn interfaces(&self, _: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.answer(|| Slow::denied("ec2:DescribeNetworkInterfaces")).await
    }
}

impl SecurityGroups for &Slow {
    async fn authorize(
        &self,
        at: &At<'_>,
        permissions: &[&Permission],
        tags: &Tags,
    ) -> Result<Authorized, CallError> {
        let add = |permission: &&Permission| {
            self.authorized.set(self.authorized.get() + 1);
            let id = format!("sgr-new{}", self.authorized.get());
            Rule { id: id.into(), is_egress: false, permission: (*permission).clone(), tags: tags.clone() }
        };
        self.answer(|| {
            let new: Vec<Rule> = permissions.iter().map(add).collect();
            self.groups.borrow_mut().get_mut(at.id).unwrap().extend(new.iter().cloned());
            Ok(Authorized::Done(new))
        })
        .await
    }

    async fn revoke(&self, at: &At<'_>, rules: &[&RuleId]) -> Result<Revoked, CallError> {
        self.answer(|| {
            self.groups.borrow_mut().get_mut(at.id).unwrap().retain(|rule| !rules.contains(&&rule.id));
            Ok(Revoked::Done)
        })
        .await
    }

    async fn tag(&self, _: &At<'_>, _: &Tags) -> Result<(), CallError> {
        self.answer(|| Ok(())).await
    }

    async fn named_interfaces(&self, _: &At<'_>, _: &[&InterfaceId]) -> Result<Vec<Interface>, CallError> {
        self.answer(|| Slow::denied("ec2:DescribeNetworkInterfaces")).await
    }

    async fn quarantine_groups(
        &self,
        _: &At<'_>,
        _: &VpcId,
        _: By,
    ) -> Result<Vec<QuarantineGroup>, CallError> {
        self.answer(|| Slow::denied("ec2:DescribeSecurityGroups")).await
    }

    async fn create_quarantine_group(&self, _: &At<'_>, _: &VpcId) -> Result<Created, CallError> {
        self.answer(|| Slow::denied("ec2:CreateSecurityGroup")).await
    }

    async fn revoke_egress(&self, _: &At<'_>, _: &GroupId, _: IpNet) -> Result<(), CallError> {
        self.answer(|| Slow::denied("ec2:RevokeSecurityGroupEgress")).await
    }

    async fn place(&self, _: &At<'_>, _: &Placement) -> Result<Placed, CallError> {
        self.answer(|| Slow::denied("ec2:ModifyNetworkInterfaceAttribute")).await
    }
}

const OWNER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

/// The owner's ACL, with a grant to everybody where it `is_public`.
pub(crate) fn acl(is_public: bool) -> Acl {
    let grantee = |kind: &str, id: Option<&str>, uri: Option<&str>| Grantee {
        kind: kind.to_owned(),
        id: id.map(ToOwned::to_owned),
        display_name: None,
        email_address: None,
        uri: uri.map(ToOwned::to_owned),
    };
    let owner = grantee("CanonicalUser", Some(OWNER), None);
    let everybody = grantee("Group", None, Some("http://acs.amazonaws.com/groups/global/AllUsers"));
    let own = Grant { grantee: owner, permission: "FULL_CONTROL".to_owned() };
    let public = is_public.then(|| Grant { grantee: everybody, permission: "READ".to_owned() });
    Acl {
        owner: Owner { id: Some(OWNER.to_owned()), display_name: None },
        grants: [own].into_iter().chain(public).collect(),
    }
}

impl ReadBucketAcls for &Slow {
    async fn acl(&self, bucket: &Bucket<'_>) -> Result<Option<Acl>, CallError> {
        self.answer(|| Ok(self.acls.borrow().get(bucket.id.as_str()).cloned())).await
    }

    async fn public_access_block(&self, _: &Bucket<'_>) -> Result<Option<PublicAccessBlock>, CallError> {
        self.answer(|| Ok(None)).await
    }

    async fn account_block(&self, _: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        self.answer(|| Ok(PublicAccessBlock::default())).await
    }

    async fn serves_website(&self, _: &Bucket<'_>) -> Result<bool, CallError> {
        self.answer(|| Ok(false)).await
    }

    async fn acls_disabled(&self, _: &Bucket<'_>) -> Result<bool, CallError> {
        self.answer(|| Ok(false)).await
    }

    async fn tags(&self, _: &Bucket<'_>) -> Result<Tags, CallError> {
        self.answer(|| Ok(Tags::new())).await
    }
}

impl BucketAcls for &Slow {
    async fn write(&self, bucket: &Bucket<'_>, write: &AclWrite) -> Result<Written, CallError> {
        let new = match &write.acl {
            NewAcl::Grants(acl) => acl.clone(),
            NewAcl::Private => acl(false),
        };
        self.answer(|| {
            self.acls.borrow_mut().insert(bucket.id.to_string(), new);
            Ok(Written::Done)
        })
        .await
    }

    async fn block(&self, _: &Bucket<'_>, _: BlockChange) -> Result<(), CallError> {
        self.answer(|| Slow::denied("s3:PutBucketPublicAccessBlock")).await
    }
}

impl Notify for Slow {
    fn place(&self) -> String {
        self.told.place()
    }

    async fn notify(&self, report: &Report) -> Result<(), Undelivered> {
        self.answer(|| ()).await;
        self.told.notify(report).await
    }

    async fn notify_together(&self, control: &str, briefs: &[Brief]) -> Result<(), Undelivered> {
        self.answer(|| ()).await;
        self.told.notify_together(control, briefs).await
    }
}
