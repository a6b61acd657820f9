//! EC2 in memory: one group, its interfaces in one VPC or more, prefix lists, and quarantine groups once there are some.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

use events::{GroupId, InterfaceId, VpcId};
use network::{IpNet, Permission, PrefixListId, Rule, RuleId, Source, parse_block};
use remediation::{CallError, Denied, Place};

use super::{GROUP, group_id};
use crate::state::says_the_same;
use crate::{
    About, At, Authorized, By, Created, EVERYWHERE, Interface, ListName, Of, Placed, QUARANTINE_GROUP,
    QUARANTINE_GROUP_NAME, QuarantineGroup, ReadSecurityGroups, Revoked, Rules, SecurityGroups, Tags,
    all_traffic,
};

/// The VPC of the group, and its quarantine group.
const VPC: &str = "vpc-1";
pub(super) const QUARANTINE: &str = "sg-quarantine";

/// Something that somebody else does.
pub(super) type Event = fn(&Memory);

/// Refuses what EC2 refuses, and whatever a test says.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) about: RefCell<About>,
    pub(super) rules: RefCell<Vec<Rule>>,
    pub(super) room_for: Cell<usize>,
    pub(super) lists: RefCell<BTreeMap<&'static str, (ListName, Vec<IpNet>)>>,
    pub(super) interfaces: RefCell<Vec<Interface>>,
    pub(super) quarantine: RefCell<Option<QuarantineGroup>>,
    /// Those of other VPCs.
    pub(super) elsewhere: RefCell<BTreeMap<VpcId, QuarantineGroup>>,
    /// Others that people have tagged, with lower ids.
    pub(super) other_quarantines: RefCell<Vec<QuarantineGroup>>,
    /// What the quarantine group is called, and whether a look-up by tag shows it.
    pub(super) quarantine_name: Cell<&'static str>,
    pub(super) is_found: Cell<bool>,
    /// The actions that the role lacks, or that fail for one interface.
    pub(super) denied: RefCell<Vec<&'static str>>,
    /// What EC2 refuses whenever a call names it: ids of rules or of VPCs, or permissions as they are written.
    pub(super) refused: RefCell<Vec<&'static str>>,
    /// Whether the first call that revokes has to be tried again, and whether it took effect before.
    pub(super) repeats_revoking: Cell<Option<bool>>,
    /// What happens just before the first call of an action.
    pub(super) meanwhile: RefCell<Vec<(&'static str, Event)>>,
    pub(super) calls: RefCell<Vec<&'static str>>,
    /// How calls of an action fail that are not denied.
    pub(super) failing: RefCell<BTreeMap<&'static str, CallError>>,
    /// From which of its calls on an action does not go through.
    pub(super) failing_from: RefCell<BTreeMap<&'static str, usize>>,
    /// Why the rules are not all that there are.
    pub(super) rest: RefCell<Option<CallError>>,
    /// Groups that do not exist any more.
    pub(super) gone: RefCell<Vec<GroupId>>,
    /// The prefix lists that EC2 is at work on.
    pub(super) changing: RefCell<Vec<&'static str>>,
    /// Of how many new rules the answer to a call tells that adds them.
    pub(super) tells_of: Cell<usize>,
    next_id: Cell<usize>,
}

impl Memory {
    pub(super) fn of(rules: impl IntoIterator<Item = Rule>) -> Self {
        let about = About {
            name: "bastion".into(),
            description: "The way in".into(),
            vpc: VpcId::new(VPC),
            tags: Tags::new(),
        };
        Self {
            about: RefCell::new(about),
            rules: RefCell::new(rules.into_iter().collect()),
            room_for: Cell::new(60),
            lists: RefCell::default(),
            interfaces: RefCell::default(),
            quarantine: RefCell::default(),
            elsewhere: RefCell::default(),
            other_quarantines: RefCell::default(),
            quarantine_name: Cell::new(QUARANTINE_GROUP_NAME),
            is_found: Cell::new(true),
            denied: RefCell::default(),
            refused: RefCell::default(),
            meanwhile: RefCell::default(),
            calls: RefCell::default(),
            failing: RefCell::default(),
            failing_from: RefCell::default(),
            repeats_revoking: Cell::default(),
            rest: RefCell::default(),
            gone: RefCell::default(),
            changing: RefCell::default(),
            tells_of: Cell::new(usize::MAX),
            next_id: Cell::new(0),
        }
    }

    pub(super) fn with_list(self, id: &'static str, owner: &str, blocks: &[&str]) -> Self {
        let name = ListName { name: "offices".into(), owner: owner.into() };
        let blocks = blocks.iter().map(|block| parse_block(block).unwrap()).collect();
        self.lists.borrow_mut().insert(id, (name, blocks));
        self
    }

    pub(super) fn with_interface(self, id: &str, kind: &str, groups: &[&str]) -> Self {
        self.interfaces.borrow_mut().push(Interface {
            id: InterfaceId::new(id).unwrap(),
            kind: kind.into(),
            description: None,
            instance: (kind == "interface").then(|| id.replace("eni", "i")),
            managed_by: None,
            owner: None,
            vpc: VpcId::new(VPC).unwrap(),
            groups: groups.iter().map(|group| group_id(group)).collect(),
        });
        self
    }

    /// Says more about the interface that was added last.
    pub(super) fn that(self, is: impl FnOnce(&mut Interface)) -> Self {
        is(self.interfaces.borrow_mut().last_mut().unwrap());
        self
    }

    pub(super) fn with_quarantine(self, inbound: &[Permission]) -> Self {
        *self.quarantine.borrow_mut() = Some(QuarantineGroup {
            id: group_id(QUARANTINE),
            is_tagged: true,
            inbound: inbound.to_vec(),
            outbound: Vec::new(),
        });
        self
    }

    /// The ids of the rules.
    pub(super) fn ids(&self) -> Vec<String> {
        self.rules.borrow().iter().map(|rule| rule.id.to_string()).collect()
    }

    /// What the rules say, without their ids, in order.
    pub(super) fn says(&self) -> Vec<String> {
        let mut says: Vec<String> =
            self.rules.borrow().iter().map(|rule| rule.permission.to_string()).collect();
        says.sort();
        says
    }

    pub(super) fn groups_of(&self, interface: &str) -> Vec<String> {
        let interfaces = self.interfaces.borrow();
        let found = interfaces.iter().find(|one| one.id.as_str() == interface).unwrap();
        found.groups.iter().map(ToString::to_string).collect()
    }

    /// Gives an interface other groups, as somebody else does.
    pub(super) fn give(&self, interface: usize, groups: &[&str]) {
        self.interfaces.borrow_mut()[interface].groups = groups.iter().map(|group| group_id(group)).collect();
    }

    pub(super) fn count(&self, action: &str) -> usize {
        self.calls.borrow().iter().filter(|call| **call == action).count()
    }

    fn call(&self, action: &'static str) -> Result<(), CallError> {
        let due = |(when, _): &(&'static str, Event)| *when == action;
        let now: Vec<_> = self.meanwhile.borrow_mut().extract_if(.., |one| due(one)).collect();
        for (_, happen) in now {
            happen(self);
        }
        self.calls.borrow_mut().push(action);
        if self.denied.borrow().contains(&action) {
            return Err(CallError::Denied(Denied { action, message: "no".into() }));
        }
        if self.failing_from.borrow().get(action).is_some_and(|first| self.count(action) >= *first) {
            let (code, message) = ("Unavailable".into(), "later".into());
            return Err(CallError::Passing { action, code, message });
        }
        match self.failing.borrow().get(action) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    fn refuse(&self, action: &'static str, named: impl Iterator<Item = String>) -> Result<(), CallError> {
        let refused = self.refused.borrow();
        let mut named = named.filter(|name| name == "aws:" || refused.contains(&name.as_str()));
        match named.next() {
            Some(message) => {
                Err(CallError::Refused { action, code: "OperationNotPermitted".into(), message })
            }
            None => Ok(()),
        }
    }
}

impl ReadSecurityGroups for &Memory {
    async fn group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        self.call("ec2:DescribeSecurityGroups")?;
        if self.gone.borrow().contains(at.id) {
            return Ok(None);
        }
        Ok(Some(self.about.borrow().clone()))
    }

    async fn rules(&self, _: &At<'_>) -> Result<Option<Rules>, CallError> {
        self.call("ec2:DescribeSecurityGroupRules")?;
        Ok(Some(Rules { read: self.rules.borrow().clone(), rest: self.rest.borrow().clone() }))
    }

    async fn list_entries(&self, _: &Place<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.call("ec2:GetManagedPrefixListEntries")?;
        let lists = self.lists.borrow();
        let (_, blocks) = lists.get(id.as_str()).ok_or_else(|| CallError::Refused {
            action: "ec2:GetManagedPrefixListEntries",
            code: "InvalidPrefixListID.NotFound".into(),
            message: "no such list".into(),
        })?;
        Ok(blocks.clone())
    }

    async fn groups(&self, _: &Place<'_>, of: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        self.call("ec2:DescribeSecurityGroups")?;
        let ids: Vec<GroupId> = match of {
            Of::Account => vec![group_id(GROUP)],
            Of::Groups(ids) => ids.iter().map(|id| (*id).clone()).collect(),
        };
        let gone = self.gone.borrow();
        let there = ids.into_iter().filter(|id| !gone.contains(id));
        Ok(there.map(|id| (id, self.about.borrow().clone())).collect())
    }

    async fn rules_by_group(&self, _: &Place<'_>, of: Of<'_>) -> Result<HashMap<GroupId, Rules>, CallError> {
        self.call("ec2:DescribeSecurityGroupRules")?;
        let rules = || Rules { read: self.rules.borrow().clone(), rest: self.rest.borrow().clone() };
        Ok(match of {
            Of::Account => HashMap::from([(group_id(GROUP), rules())]),
            Of::Groups(ids) => ids.iter().map(|id| ((*id).clone(), rules())).collect(),
        })
    }

    async fn list_names(
        &self,
        _: &Place<'_>,
        ids: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        self.call("ec2:DescribeManagedPrefixLists")?;
        let lists = self.lists.borrow();
        let name = |id: &&PrefixListId| Some(((*id).clone(), lists.get(id.as_str())?.0.clone()));
        Ok(ids.iter().filter_map(name).collect())
    }

    async fn groups_naming(&self, _: &Place<'_>, list: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        self.call("ec2:DescribeSecurityGroups")?;
        let is_named = self
            .rules
            .borrow()
            .iter()
            .any(|rule| !rule.is_egress && rule.permission.source == Source::PrefixList(list.clone()));
        Ok(if is_named { vec![group_id(GROUP)] } else { Vec::new() })
    }

    async fn list_is_changing(&self, _: &Place<'_>, list: &PrefixListId) -> Result<bool, CallError> {
        self.call("ec2:DescribeManagedPrefixLists")?;
        Ok(self.changing.borrow().contains(&list.as_str()))
    }

    async fn interfaces(&self, at: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.call("ec2:DescribeNetworkInterfaces")?;
        let has_it = |one: &&Interface| one.groups.contains(at.id);
        Ok(self.interfaces.borrow().iter().filter(has_it).cloned().collect())
    }
}

impl SecurityGroups for &Memory {
    async fn named_interfaces(&self, _: &At<'_>, ids: &[&InterfaceId]) -> Result<Vec<Interface>, CallError> {
        self.call("ec2:DescribeNetworkInterfaces")?;
        Ok(self.interfaces.borrow().iter().filter(|one| ids.contains(&&one.id)).cloned().collect())
    }

    async fn authorize(
        &self,
        _: &At<'_>,
        permissions: &[&Permission],
        tags: &Tags,
    ) -> Result<Authorized, CallError> {
        const ACTION: &str = "ec2:AuthorizeSecurityGroupIngress";
        self.call(ACTION)?;
        let is_reserved = |key: &String| key.starts_with("aws:");
        let named = permissions.iter().map(|permission| permission.to_string());
        self.refuse(
            ACTION,
            named.chain(tags.keys().filter(|key| is_reserved(key)).map(|_| "aws:".to_owned())),
        )?;
        let mut rules = self.rules.borrow_mut();
        let is_there = |new: &&&Permission| {
            rules.iter().any(|rule| !rule.is_egress && says_the_same(&rule.permission, new))
        };
        if permissions.iter().any(|permission| is_there(&permission)) {
            return Ok(Authorized::AlreadyThere);
        }
        if rules.iter().filter(|rule| !rule.is_egress).count() + permissions.len() > self.room_for.get() {
            let (code, message) = ("RulesPerSecurityGroupLimitExceeded".into(), "full".into());
            return Ok(Authorized::NoRoom(CallError::Refused { action: ACTION, code, message }));
        }
        let new = permissions.iter().map(|permission| {
            self.next_id.set(self.next_id.get() + 1);
            let id = format!("sgr-new-{}", self.next_id.get());
            Rule { id: id.into(), tags: tags.clone(), ..Rule::unnamed((*permission).clone()) }
        });
        let new: Vec<Rule> = new.collect();
        rules.extend(new.iter().cloned());
        // In an order of EC2's own.
        Ok(Authorized::Done(new.into_iter().rev().take(self.tells_of.get()).collect()))
    }

    async fn revoke(&self, _: &At<'_>, ids: &[&RuleId]) -> Result<Revoked, CallError> {
        self.call("ec2:RevokeSecurityGroupIngress")?;
        self.refuse("ec2:RevokeSecurityGroupIngress", ids.iter().map(ToString::to_string))?;
        let is_repeated = self.repeats_revoking.take();
        let mut rules = self.rules.borrow_mut();
        if is_repeated == Some(true) {
            rules.retain(|rule| !ids.contains(&&rule.id));
        }
        if !ids.iter().all(|id| rules.iter().any(|rule| rule.id == **id && !rule.is_egress)) {
            return Ok(if is_repeated.is_some() { Revoked::MayBeDone } else { Revoked::NotThere });
        }
        rules.retain(|rule| !ids.contains(&&rule.id));
        Ok(Revoked::Done)
    }

    async fn tag(&self, _: &At<'_>, tags: &Tags) -> Result<(), CallError> {
        self.call("ec2:CreateTags")?;
        self.about.borrow_mut().tags.extend(tags.clone());
        Ok(())
    }

    async fn quarantine_groups(
        &self,
        _: &At<'_>,
        vpc: &VpcId,
        by: By,
    ) -> Result<Vec<QuarantineGroup>, CallError> {
        self.call("find the quarantine group")?;
        if vpc.as_str() != VPC {
            return Ok(self.elsewhere.borrow().get(vpc).cloned().into_iter().collect());
        }
        let shown = match by {
            By::Tag => self.is_found.get(),
            By::Name => self.quarantine_name.get() == QUARANTINE_GROUP_NAME,
        };
        let others = self.other_quarantines.borrow();
        let all = others.iter().chain(self.quarantine.borrow().as_ref()).cloned().collect::<Vec<_>>();
        Ok(all.into_iter().filter(|_| shown).collect())
    }

    async fn create_quarantine_group(&self, _: &At<'_>, vpc: &VpcId) -> Result<Created, CallError> {
        self.call("ec2:CreateSecurityGroup")?;
        self.refuse("ec2:CreateSecurityGroup", [vpc.to_string()].into_iter())?;
        let new = |id: &GroupId| QuarantineGroup {
            id: id.clone(),
            is_tagged: true,
            inbound: Vec::new(),
            outbound: vec![all_traffic(EVERYWHERE[0])],
        };
        if vpc.as_str() != VPC {
            let id = group_id(&format!("sg-quarantine{}", vpc.as_str().replace("vpc-", "")));
            let before = self.elsewhere.borrow_mut().insert(vpc.clone(), new(&id));
            assert_eq!(before, None, "nobody creates two");
            return Ok(Created::Group(id));
        }
        let mut quarantine = self.quarantine.borrow_mut();
        if quarantine.is_some() {
            return Ok(Created::NameTaken);
        }
        let id = group_id(QUARANTINE);
        *quarantine = Some(new(&id));
        Ok(Created::Group(id))
    }

    async fn revoke_egress(&self, _: &At<'_>, quarantine: &GroupId, to: IpNet) -> Result<(), CallError> {
        self.call("ec2:RevokeSecurityGroupEgress")?;
        let (mut own, mut elsewhere) = (self.quarantine.borrow_mut(), self.elsewhere.borrow_mut());
        let mut all = own.as_mut().into_iter().chain(elsewhere.values_mut());
        let group = all.find(|group| group.id == *quarantine).unwrap();
        group.outbound.retain(|permission| permission.source != to.into());
        Ok(())
    }

    async fn place(
        &self,
        _: &At<'_>,
        interface: &InterfaceId,
        groups: &[GroupId],
    ) -> Result<Placed, CallError> {
        self.call("ec2:ModifyNetworkInterfaceAttribute")?;
        let mut interfaces = self.interfaces.borrow_mut();
        let Some(found) = interfaces.iter_mut().find(|one| one.id == *interface) else {
            return Ok(Placed::Gone);
        };
        let refused = |code: &str, message: &str| {
            let action = "ec2:ModifyNetworkInterfaceAttribute";
            Err(CallError::Refused { action, code: code.into(), message: message.into() })
        };
        if found.id.as_str().contains("refused") || found.owner.is_some() {
            return refused("OperationNotPermitted", "not this one");
        }
        let elsewhere = self.elsewhere.borrow();
        let own = self.quarantine.borrow().as_ref().map(|group| (group.id.clone(), VPC.to_owned()));
        let mut all = elsewhere.iter().map(|(vpc, group)| (group.id.clone(), vpc.to_string())).chain(own);
        if all.any(|(id, vpc)| groups.contains(&id) && vpc != found.vpc.as_str()) {
            return refused(
                "InvalidParameterValue",
                "a group and the interface belong to different networks",
            );
        }
        found.groups = groups.to_vec();
        Ok(Placed::Done)
    }
}

/// A group that an interface in memory may have.
pub(super) const OTHER: &str = "sg-other";

/// A memory with one open rule and interfaces of the account's own.
pub(super) fn in_use(interfaces: &[&str]) -> Memory {
    let memory = Memory::of([super::rule("sgr-1", "tcp", "22", super::WORLD)]);
    interfaces.iter().fold(memory, |memory, id| memory.with_interface(id, "interface", &[OTHER, GROUP]))
}

/// The tag of a quarantine group.
pub(super) fn quarantine_tag() -> (String, String) {
    (QUARANTINE_GROUP.into(), "vpc-1".into())
}
