//! EC2 in memory: one group, its interfaces in one VPC or more, prefix lists, and quarantine groups once there are some.

mod change;
mod read;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use events::{GroupId, InterfaceId, VpcId};
use network::{IpNet, Permission, Rule, parse_block};
use remediation::{CallError, Denied};

use super::{GROUP, group_id};
use crate::{About, At, Interface, ListName, QUARANTINE_GROUP, QUARANTINE_GROUP_NAME, QuarantineGroup, Tags};

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
    /// The same of the first call that adds rules.
    pub(super) repeats_adding: Cell<Option<bool>>,
    /// What happens just before the first call of an action.
    pub(super) meanwhile: RefCell<Vec<(&'static str, Event)>>,
    /// The same just before a later one.
    pub(super) later: RefCell<Vec<(&'static str, usize, Event)>>,
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
            later: RefCell::default(),
            calls: RefCell::default(),
            failing: RefCell::default(),
            failing_from: RefCell::default(),
            repeats_revoking: Cell::default(),
            repeats_adding: Cell::default(),
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
        let number = self.count(action);
        let due = |(when, which, _): &(&'static str, usize, Event)| *when == action && *which == number;
        let now: Vec<_> = self.later.borrow_mut().extract_if(.., |one| due(one)).collect();
        for (_, _, happen) in now {
            happen(self);
        }
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
