//! The smallest change that closes a group, and what takes it back, as data.

use std::collections::BTreeMap;
use std::time::SystemTime;

use events::{GroupId, VpcId};
use network::{Cut, Permission, Plan, Rule, RuleId};
use remediation::clock::rfc3339;
use serde::{Deserialize, Serialize};

use crate::state::{says_the_same, settable};
use crate::{
    GroupAssessment, Interface, QUARANTINED_AT, QUARANTINED_RULES, QuarantineStyle, SgSettings, Tags,
};

/// What is to be done about a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quarantine {
    /// The offending rules go.
    Revoke(Revocation),
    /// The interfaces go elsewhere.
    Isolate(Isolation),
    /// The group and its interfaces are as they were before.
    Release(Release),
}

/// First everything in `restore` is authorized, then `revoke` is revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// What the revoked rules let in rightly.
    pub restore: Vec<Part>,
    /// What is not put back, since that takes too many rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<Cut>,
    /// The rules that go.
    pub revoke: Vec<Rule>,
    /// What the group is tagged with.
    pub tags: Tags,
}

/// What is put back of a rule, by a new rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The rule of which it is a part.
    pub part_of: RuleId,
    /// Whether it is all of that rule.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_whole: bool,
    /// What is put back, with the source and the description of that rule.
    pub permission: Permission,
    /// The tags of that rule, as far as EC2 takes them.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A part that was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBack {
    /// What was put back.
    #[serde(flatten)]
    pub part: Part,
    /// The new rule, where EC2 told its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RuleId>,
}

/// The interfaces get the quarantine group of their VPC in this group's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isolation {
    /// Where those of each VPC go.
    pub destinations: BTreeMap<VpcId, Destination>,
    /// The interfaces, with their groups as they were.
    pub interfaces: Vec<Interface>,
    /// Whether they lose their other groups too.
    pub all_groups: bool,
    /// What the group is tagged with.
    pub tags: Tags,
}

/// Where isolated interfaces go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// Into the quarantine group that is found by its tag, or is created.
    ToBeFound,
    /// Into this one.
    Known {
        /// The group.
        group: GroupId,
        /// Whether it may let everything out still, as a new group does.
        may_have_egress: bool,
    },
}

/// First everything in `authorize` is authorized, then `revoke` is revoked, then the interfaces get their groups.
/// Nothing is tagged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The rules that were revoked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorize: Vec<Part>,
    /// What was put back in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoke: Vec<PutBack>,
    /// The interfaces that were isolated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub place: Vec<Placement>,
}

/// An interface that gets other groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The interface, with its groups as they were before.
    pub interface: Interface,
    /// Exactly the groups that it gets.
    pub groups: Vec<GroupId>,
}

/// Plans what closes a group; `None` where there is nothing that Curfew changes.
pub(crate) fn plan(group: &GroupAssessment, settings: &SgSettings, now: SystemTime) -> Option<Quarantine> {
    let mut tags = Tags::from([(QUARANTINED_AT.to_owned(), rfc3339(now))]);
    match group.style {
        QuarantineStyle::Revoke => revocation(group, tags).map(Quarantine::Revoke),
        QuarantineStyle::Isolate => {
            tags.extend(group.digest.clone().map(|digest| (QUARANTINED_RULES.to_owned(), digest)));
            isolation(group, settings.isolate_all_groups, tags).map(Quarantine::Isolate)
        }
        QuarantineStyle::Alert => None,
    }
}

/// The rules that have to go and the parts of them that have to stay; `None` where no rule has to go.
pub(crate) fn revocation(assessment: &GroupAssessment, tags: Tags) -> Option<Revocation> {
    let group = &assessment.group;
    let plan = Plan::clearing(&group.rules, assessment.open(), &assessment.authorized_protocols);
    let by_id = group.by_id();
    let part = |part: network::Restoration| Part {
        tags: by_id.get(&part.part_of).map(|rule| settable(&rule.tags)).unwrap_or_default(),
        part_of: part.part_of,
        is_whole: false,
        permission: part.permission,
    };
    (!plan.is_empty()).then(|| Revocation {
        revoke: group.rules.iter().filter(|rule| plan.revoke.contains(&rule.id)).cloned().collect(),
        restore: plan.restore.into_iter().map(part).collect(),
        cut: plan.cut,
        tags,
    })
}

/// The interfaces that have to go elsewhere; `None` where none has to.
pub(crate) fn isolation(assessment: &GroupAssessment, all_groups: bool, tags: Tags) -> Option<Isolation> {
    let interfaces: Vec<Interface> = assessment.own_interfaces().cloned().collect();
    let destinations = interfaces.iter().map(|one| (one.vpc.clone(), Destination::ToBeFound)).collect();
    assessment.isolates().then_some(Isolation { destinations, interfaces, all_groups, tags })
}

impl Isolation {
    /// Those of the interfaces that are in this VPC.
    pub(crate) fn interfaces_in<'a>(&'a self, vpc: &'a VpcId) -> impl Iterator<Item = &'a Interface> {
        self.interfaces.iter().filter(move |one| one.vpc == *vpc)
    }
}

impl Part {
    /// The whole of a rule.
    pub(crate) fn whole(rule: &Rule) -> Self {
        Self {
            part_of: rule.id.clone(),
            is_whole: true,
            permission: rule.permission.clone(),
            tags: settable(&rule.tags),
        }
    }
}

impl PutBack {
    /// The new rule, where its id is known.
    pub(crate) fn rule(&self) -> Option<Rule> {
        let (permission, tags) = (self.part.permission.clone(), self.part.tags.clone());
        Some(Rule { id: self.id.clone()?, is_egress: false, permission, tags })
    }

    /// Whether this rule is what was put back: by its id, or by what it says where the id is not known.
    pub(crate) fn is(&self, rule: &Rule) -> bool {
        match &self.id {
            Some(id) => rule.id == *id,
            None => !rule.is_egress && says_the_same(&rule.permission, &self.part.permission),
        }
    }
}

impl Placement {
    /// Whether nobody knows which groups it gets: it is foreseen, or who gave them was cut off.
    pub(crate) fn is_unknown(&self) -> bool {
        self.groups == self.interface.groups
    }

    /// Whether the interface had got by then what `earlier` was to give it.
    pub(crate) fn was_after(&self, earlier: &Self) -> bool {
        let known = [earlier, self].into_iter().find(|one| !one.is_unknown());
        let has = |one: &Self, group| one.interface.groups.contains(group);
        let quarantine = known.and_then(|known| known.groups.first());
        quarantine.is_some_and(|group| has(self, group) && !has(earlier, group))
    }

    /// Whether the interface has again, or still, all that this took from it. Where nobody knows what that is, it is all
    /// that it had.
    pub(crate) fn is_back_in(&self, now: &Interface) -> bool {
        let is_lost = |group: &&GroupId| self.is_unknown() || !self.groups.contains(group);
        let mut lost = self.interface.groups.iter().filter(is_lost);
        self.interface.id == now.id && lost.all(|group| now.groups.contains(group))
    }

    /// What takes this back.
    pub(crate) fn reversed(&self) -> Self {
        let Self { interface, groups } = self;
        Self {
            interface: Interface { groups: groups.clone(), ..interface.clone() },
            groups: interface.groups.clone(),
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
