//! What EC2 in memory answers about what there is.

use std::collections::HashMap;

use network::{PrefixListId, Source};
use remediation::Place;

use super::*;
use crate::{Of, ReadSecurityGroups, Rules};

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
