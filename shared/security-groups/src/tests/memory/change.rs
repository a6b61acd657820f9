//! What EC2 in memory does and refuses.

use network::RuleId;

use super::*;
use crate::state::says_the_same;
use crate::{Authorized, By, Created, EVERYWHERE, Placed, Placement, Revoked, SecurityGroups, all_traffic};

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
        let is_repeated = self.repeats_adding.take();
        let mut rules = self.rules.borrow_mut();
        let is_there = |new: &&&Permission| {
            rules.iter().any(|rule| !rule.is_egress && says_the_same(&rule.permission, new))
        };
        if is_repeated != Some(true) && permissions.iter().any(|permission| is_there(&permission)) {
            return Ok(if is_repeated.is_some() { Authorized::MayBeDone } else { Authorized::AlreadyThere });
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
        if is_repeated == Some(true) {
            return Ok(Authorized::MayBeDone);
        }
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
        Placement { interface, groups }: &Placement,
    ) -> Result<Placed, CallError> {
        let interface = &interface.id;
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
