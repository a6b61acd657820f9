//! What the control `sg-ingress` may do in EC2: read a group with what decides about it, change its inbound
//! rules, put interfaces into the quarantine group, tag.

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use events::{GroupId, InterfaceId, VpcId};
use network::{IpNet, Permission, PrefixListId, Protocol, Rule, RuleId};
use remediation::{CallError, Place, Target};

use crate::{About, Interface, ListName, Placement, Tags};

/// A security group, and where it is.
pub type At<'a> = Target<'a, GroupId>;

/// The IAM actions of the calls that change something.
pub mod action {
    /// Adds inbound rules.
    pub const AUTHORIZE: &str = "ec2:AuthorizeSecurityGroupIngress";
    /// Creates a quarantine group.
    pub const CREATE: &str = "ec2:CreateSecurityGroup";
    /// Gives groups to an interface.
    pub const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";
    /// Takes inbound rules away.
    pub const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
    /// Takes outbound rules of a quarantine group away.
    pub const REVOKE_EGRESS: &str = "ec2:RevokeSecurityGroupEgress";
    /// Tags a group.
    pub const TAG: &str = "ec2:CreateTags";
}

/// What a VPC's quarantine group is called.
pub const QUARANTINE_GROUP_NAME: &str = "curfew-quarantine";

/// What a quarantine group says about itself.
pub const QUARANTINE_GROUP_TEXT: &str =
    "Network interfaces that Curfew has isolated. No inbound and no outbound rules.";

/// To where the outbound rules lead that EC2 gives to a new group; the second where the VPC has IPv6.
pub const EVERYWHERE: [IpNet; 2] = [
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0),
];

/// The rules of a group, inbound and outbound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Those that could be read.
    pub read: Vec<Rule>,
    /// Why there may be others.
    pub rest: Option<CallError>,
}

/// Which groups are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// All of the account in the Region.
    Account,
    /// These.
    Groups(&'a [&'a GroupId]),
}

/// How authorizing one or more rules went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorized {
    /// EC2 added them all. The new rules, in any order, as far as its answer tells of them.
    Done(Vec<Rule>),
    /// At least one of them is there already, so EC2 added none.
    AlreadyThere,
    /// The same, where an earlier try of this call, whose answer got lost, may have added them all.
    MayBeDone,
    /// The group is full, so EC2 added none.
    NoRoom(CallError),
}

/// How revoking one or more rules went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// EC2 took them all away.
    Done,
    /// At least one of them is not there (any more), so EC2 took none away.
    NotThere,
    /// The same, where an earlier try of this call, whose answer got lost, may have taken them all away.
    MayBeDone,
}

/// How giving groups to an interface went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It has them.
    Done,
    /// There is no such interface (any more).
    Gone,
}

/// By what a VPC's quarantine group is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By its tag, whatever it is called.
    Tag,
    /// By its name, which may be somebody else's group.
    Name,
}

/// A group found in the place of the quarantine group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineGroup {
    /// Its id.
    pub id: GroupId,
    /// Whether it has the tag of a quarantine group.
    pub is_tagged: bool,
    /// What it lets in.
    pub inbound: Vec<Permission>,
    /// What it lets out.
    pub outbound: Vec<Permission>,
}

/// How creating a quarantine group went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// This is it.
    Group(GroupId),
    /// The VPC has a group of this name.
    NameTaken,
}

/// Security groups, to read. Each method is one EC2 action, asked for page by page where there are pages; each errs
/// when EC2 does not answer, or not in full.
pub trait ReadSecurityGroups {
    /// `DescribeSecurityGroups`: `None` where the group does not exist.
    fn group(&self, at: &At<'_>) -> impl Future<Output = Result<Option<About>, CallError>>;

    /// `DescribeSecurityGroupRules`: every rule, inbound and outbound; `None` where there is no group. Errs where none
    /// could be read.
    fn rules(&self, at: &At<'_>) -> impl Future<Output = Result<Option<Rules>, CallError>>;

    /// `DescribeSecurityGroups`: those of the account among these, or all that it has; no others, and each once.
    fn groups(
        &self,
        place: &Place<'_>,
        of: Of<'_>,
    ) -> impl Future<Output = Result<Vec<(GroupId, About)>, CallError>>;

    /// `DescribeSecurityGroupRules`: every rule of these groups, or of all that the account has, by group.
    fn rules_by_group(
        &self,
        place: &Place<'_>,
        of: Of<'_>,
    ) -> impl Future<Output = Result<HashMap<GroupId, Rules>, CallError>>;

    /// `GetManagedPrefixListEntries`: the blocks of a prefix list.
    fn list_entries(
        &self,
        place: &Place<'_>,
        id: &PrefixListId,
    ) -> impl Future<Output = Result<Vec<IpNet>, CallError>>;

    /// `DescribeManagedPrefixLists`: the names of those that EC2 knows.
    fn list_names(
        &self,
        place: &Place<'_>,
        ids: &[&PrefixListId],
    ) -> impl Future<Output = Result<Vec<(PrefixListId, ListName)>, CallError>>;

    /// `DescribeSecurityGroups`: those of the account of which an inbound rule names this list.
    fn groups_naming(
        &self,
        place: &Place<'_>,
        list: &PrefixListId,
    ) -> impl Future<Output = Result<Vec<GroupId>, CallError>>;

    /// `DescribeManagedPrefixLists`: whether EC2 is still at work on a change of this list, so that it shows the entries
    /// before.
    fn list_is_changing(
        &self,
        place: &Place<'_>,
        list: &PrefixListId,
    ) -> impl Future<Output = Result<bool, CallError>>;

    /// `DescribeNetworkInterfaces`: those that have the group, in whichever VPC, those of AWS services and of other
    /// accounts too.
    fn interfaces(&self, at: &At<'_>) -> impl Future<Output = Result<Vec<Interface>, CallError>>;
}

/// Security groups, to change. The same goes for its methods.
pub trait SecurityGroups: ReadSecurityGroups {
    /// `DescribeNetworkInterfaces`: those of these ids that there are.
    fn named_interfaces(
        &self,
        at: &At<'_>,
        ids: &[&InterfaceId],
    ) -> impl Future<Output = Result<Vec<Interface>, CallError>>;

    /// `AuthorizeSecurityGroupIngress`: adds inbound rules with these tags, all of them or none.
    fn authorize(
        &self,
        at: &At<'_>,
        permissions: &[&Permission],
        tags: &Tags,
    ) -> impl Future<Output = Result<Authorized, CallError>>;

    /// `RevokeSecurityGroupIngress`: takes away inbound rules by their ids, all of them or none.
    fn revoke(&self, at: &At<'_>, rules: &[&RuleId]) -> impl Future<Output = Result<Revoked, CallError>>;

    /// `CreateTags`: sets these tags on the group, all of them or none.
    fn tag(&self, at: &At<'_>, tags: &Tags) -> impl Future<Output = Result<(), CallError>>;

    /// `DescribeSecurityGroups`: the account's quarantine groups of a VPC, by id; one, unless people tagged others.
    fn quarantine_groups(
        &self,
        at: &At<'_>,
        vpc: &VpcId,
        by: By,
    ) -> impl Future<Output = Result<Vec<QuarantineGroup>, CallError>>;

    /// `CreateSecurityGroup`: the quarantine group of a VPC, tagged, with the outbound rules that EC2 gives.
    fn create_quarantine_group(
        &self,
        at: &At<'_>,
        vpc: &VpcId,
    ) -> impl Future<Output = Result<Created, CallError>>;

    /// `RevokeSecurityGroupEgress`: takes all traffic to a block away from a quarantine group, if it is there.
    fn revoke_egress(
        &self,
        at: &At<'_>,
        quarantine: &GroupId,
        to: IpNet,
    ) -> impl Future<Output = Result<(), CallError>>;

    /// `ModifyNetworkInterfaceAttribute`: gives an interface exactly these groups. Where it is tried again, the interface is
    /// looked at before; errs where it has other groups by then.
    fn place(&self, at: &At<'_>, placement: &Placement) -> impl Future<Output = Result<Placed, CallError>>;
}

/// A rule for all traffic to this block, as EC2 gives one to a new group.
#[must_use]
pub fn all_traffic(to: IpNet) -> Permission {
    Permission {
        protocol: Protocol::All,
        from_port: None,
        to_port: None,
        source: to.into(),
        description: None,
    }
}

impl QuarantineGroup {
    /// Whether it lets all traffic out to the whole of this block.
    #[must_use]
    pub fn reaches(&self, block: &IpNet) -> bool {
        self.outbound
            .iter()
            .any(|permission| permission.protocol == Protocol::All && permission.source == (*block).into())
    }
}
