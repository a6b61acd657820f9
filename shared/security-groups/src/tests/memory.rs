//! EC2 in memory: one group in a VPC, its interfaces, prefix lists, and a quarantine group once there is one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use network::{IpNet, Permission, PrefixListId, Rule, parse_block};
use remediation::{CallError, Denied};

use super::GROUP;
use crate::port::{At, EVERYWHERE, QUARANTINE_GROUP_NAME};
use crate::{
    About, Authorized, By, Created, Interface, ListName, Placed, QUARANTINE_GROUP, QuarantineGroup, Revoked,
    SecurityGroups, Tags,
};

pub const QUARANTINE: &str = "sg-quarantine";

/// Something that somebody else does.
pub type Event = fn(&Memory);

/// Refuses what EC2 refuses, and whatever a test says.
pub struct Memory {
    pub about: RefCell<About>,
    pub rules: RefCell<Vec<Rule>>,
    pub room_for: Cell<usize>,
    pub lists: RefCell<BTreeMap<&'static str, (ListName, Vec<IpNet>)>>,
    pub interfaces: RefCell<Vec<Interface>>,
    pub quarantine: RefCell<Option<QuarantineGroup>>,
    /// Others that people have tagged, with lower ids.
    pub other_quarantines: RefCell<Vec<QuarantineGroup>>,
    /// What the quarantine group is called, and whether a look-up by tag shows it.
    pub quarantine_name: Cell<&'static str>,
    pub is_found: Cell<bool>,
    /// The actions that the role lacks, or that fail for one interface.
    pub denied: RefCell<Vec<&'static str>>,
    /// What EC2 refuses whenever a call names it: ids of rules, or permissions as they are written.
    pub refused: RefCell<Vec<&'static str>>,
    /// What happens just before the first call of an action.
    pub meanwhile: RefCell<Vec<(&'static str, Event)>>,
    pub calls: RefCell<Vec<&'static str>>,
    next_id: Cell<usize>,
}

impl Memory {
    pub fn of(rules: impl IntoIterator<Item = Rule>) -> Self {
        let about = About {
            name: "bastion".into(),
            description: "The way in".into(),
            vpc: Some("vpc-1".into()),
            tags: Tags::new(),
        };
        Self {
            about: RefCell::new(about),
            rules: RefCell::new(rules.into_iter().collect()),
            room_for: Cell::new(60),
            lists: RefCell::default(),
            interfaces: RefCell::default(),
            quarantine: RefCell::default(),
            other_quarantines: RefCell::default(),
            quarantine_name: Cell::new(QUARANTINE_GROUP_NAME),
            is_found: Cell::new(true),
            denied: RefCell::default(),
            refused: RefCell::default(),
            meanwhile: RefCell::default(),
            calls: RefCell::default(),
            next_id: Cell::new(0),
        }
    }

    pub fn with_list(self, id: &'static str, owner: &str, blocks: &[&str]) -> Self {
        let name = ListName { name: "offices".into(), owner: owner.into() };
        let blocks = blocks.iter().map(|block| parse_block(block).unwrap()).collect();
        self.lists.borrow_mut().insert(id, (name, blocks));
        self
    }

    pub fn with_interface(self, id: &str, kind: &str, groups: &[&str]) -> Self {
        self.interfaces.borrow_mut().push(Interface {
            id: id.into(),
            kind: kind.into(),
            description: None,
            instance: (kind == "interface").then(|| id.replace("eni", "i")),
            managed_by: None,
            groups: groups.iter().map(ToString::to_string).collect(),
        });
        self
    }

    pub fn with_quarantine(self, inbound: &[Permission]) -> Self {
        *self.quarantine.borrow_mut() = Some(QuarantineGroup {
            id: QUARANTINE.into(),
            is_tagged: true,
            inbound: inbound.to_vec(),
            outbound: Vec::new(),
        });
        self
    }

    /// The ids of the rules.
    pub fn ids(&self) -> Vec<String> {
        self.rules.borrow().iter().map(|rule| rule.id.to_string()).collect()
    }

    /// What the rules say, without their ids, in order.
    pub fn says(&self) -> Vec<String> {
        let mut says: Vec<String> =
            self.rules.borrow().iter().map(|rule| rule.permission.to_string()).collect();
        says.sort();
        says
    }

    pub fn groups_of(&self, interface: &str) -> Vec<String> {
        let interfaces = self.interfaces.borrow();
        interfaces.iter().find(|one| one.id == interface).map(|one| one.groups.clone()).unwrap_or_default()
    }

    pub fn count(&self, action: &str) -> usize {
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
        Ok(())
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

impl SecurityGroups for &Memory {
    async fn group(&self, _: &At<'_>) -> Result<Option<About>, CallError> {
        self.call("ec2:DescribeSecurityGroups")?;
        Ok(Some(self.about.borrow().clone()))
    }

    async fn rules(&self, _: &At<'_>) -> Result<Option<Vec<Rule>>, CallError> {
        self.call("ec2:DescribeSecurityGroupRules")?;
        Ok(Some(self.rules.borrow().clone()))
    }

    async fn list_entries(&self, _: &At<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.call("ec2:GetManagedPrefixListEntries")?;
        let lists = self.lists.borrow();
        let (_, blocks) = lists.get(id.as_str()).ok_or_else(|| CallError::Refused {
            action: "ec2:GetManagedPrefixListEntries",
            code: "InvalidPrefixListID.NotFound".into(),
            message: "no such list".into(),
        })?;
        Ok(blocks.clone())
    }

    async fn list_names(
        &self,
        _: &At<'_>,
        ids: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        self.call("ec2:DescribeManagedPrefixLists")?;
        let lists = self.lists.borrow();
        let name = |id: &&PrefixListId| Some(((*id).clone(), lists.get(id.as_str())?.0.clone()));
        Ok(ids.iter().filter_map(name).collect())
    }

    async fn interfaces(&self, at: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.call("ec2:DescribeNetworkInterfaces")?;
        let has_it = |one: &&Interface| one.groups.iter().any(|group| group == at.id.as_str());
        Ok(self.interfaces.borrow().iter().filter(has_it).cloned().collect())
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
        let bounds = |one: &Permission| (one.protocol.clone(), one.from_port, one.to_port);
        let is_there = |new: &&&Permission| {
            let same = |old: &Permission| bounds(old) == bounds(new) && old.source.is_same(&new.source);
            rules.iter().any(|rule| !rule.is_egress && same(&rule.permission))
        };
        if permissions.iter().any(|permission| is_there(&permission)) {
            return Ok(Authorized::AlreadyThere);
        }
        if rules.iter().filter(|rule| !rule.is_egress).count() + permissions.len() > self.room_for.get() {
            let (code, message) = ("RulesPerSecurityGroupLimitExceeded".into(), "full".into());
            return Ok(Authorized::NoRoom(CallError::Refused { action: ACTION, code, message }));
        }
        for permission in permissions {
            self.next_id.set(self.next_id.get() + 1);
            let id = format!("sgr-new-{}", self.next_id.get());
            let rule = Rule::unnamed((*permission).clone());
            rules.push(Rule { id: id.into(), tags: tags.clone(), ..rule });
        }
        Ok(Authorized::Done)
    }

    async fn revoke(&self, _: &At<'_>, ids: &[&str]) -> Result<Revoked, CallError> {
        self.call("ec2:RevokeSecurityGroupIngress")?;
        self.refuse("ec2:RevokeSecurityGroupIngress", ids.iter().map(ToString::to_string))?;
        let mut rules = self.rules.borrow_mut();
        if !ids.iter().all(|id| rules.iter().any(|rule| rule.id.as_str() == *id && !rule.is_egress)) {
            return Ok(Revoked::NotThere);
        }
        rules.retain(|rule| !ids.contains(&rule.id.as_str()));
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
        vpc: &str,
        by: By,
    ) -> Result<Vec<QuarantineGroup>, CallError> {
        self.call("find the quarantine group")?;
        assert_eq!(vpc, "vpc-1");
        let shown = match by {
            By::Tag => self.is_found.get(),
            By::Name => self.quarantine_name.get() == QUARANTINE_GROUP_NAME,
        };
        let others = self.other_quarantines.borrow();
        let all = others.iter().chain(self.quarantine.borrow().as_ref()).cloned().collect::<Vec<_>>();
        Ok(all.into_iter().filter(|_| shown).collect())
    }

    async fn create_quarantine_group(&self, _: &At<'_>, _: &str) -> Result<Created, CallError> {
        self.call("ec2:CreateSecurityGroup")?;
        let mut quarantine = self.quarantine.borrow_mut();
        if quarantine.is_some() {
            return Ok(Created::NameTaken);
        }
        let mut everything = super::rule("", "-1", "all", super::WORLD).permission;
        everything.source = EVERYWHERE[0].into();
        *quarantine = Some(QuarantineGroup {
            id: QUARANTINE.into(),
            is_tagged: true,
            inbound: Vec::new(),
            outbound: vec![everything],
        });
        Ok(Created::Group(QUARANTINE.into()))
    }

    async fn revoke_egress(&self, _: &At<'_>, quarantine: &str, to: IpNet) -> Result<(), CallError> {
        self.call("ec2:RevokeSecurityGroupEgress")?;
        let mut group = self.quarantine.borrow_mut();
        let group = group.as_mut().filter(|group| group.id == quarantine).unwrap();
        group.outbound.retain(|permission| permission.source != to.into());
        Ok(())
    }

    async fn place(&self, _: &At<'_>, interface: &str, groups: &[String]) -> Result<Placed, CallError> {
        self.call("ec2:ModifyNetworkInterfaceAttribute")?;
        let mut interfaces = self.interfaces.borrow_mut();
        let Some(found) = interfaces.iter_mut().find(|one| one.id == interface) else {
            return Ok(Placed::Gone);
        };
        if found.id.contains("refused") {
            return Err(CallError::Refused {
                action: "ec2:ModifyNetworkInterfaceAttribute",
                code: "OperationNotPermitted".into(),
                message: "not this one".into(),
            });
        }
        found.groups = groups.to_vec();
        Ok(Placed::Done)
    }
}

/// A group that an interface in memory may have.
pub const OTHER: &str = "sg-other";

/// A memory with one open rule and interfaces of the account's own.
pub fn in_use(interfaces: &[&str]) -> Memory {
    let memory = Memory::of([super::rule("sgr-1", "tcp", "22", super::WORLD)]);
    interfaces.iter().fold(memory, |memory, id| memory.with_interface(id, "interface", &[OTHER, GROUP]))
}

/// The tag of a quarantine group.
pub fn quarantine_tag() -> (String, String) {
    (QUARANTINE_GROUP.into(), "vpc-1".into())
}
