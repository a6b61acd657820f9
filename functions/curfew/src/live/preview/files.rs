//! The same from files, without any credentials: what `aws ec2 describe-security-groups` printed, and bucket policies.

use std::collections::HashMap;
use std::path::Path;

use buckets::{Bucket, BucketPolicies, ListBuckets, PolicyAnswer, PublicAccessBlock, S3Policy};
use events::{AccountId, BucketName, GroupId, Region, VpcId};
use exposure::{SecurityGroup, prefix_lists};
use network::{IpNet, PrefixListId};
use preview::Preview;
use remediation::clock::{Clock, SystemClock};
use remediation::{CallError, Place, Tags};
use security_groups::{About, At, Interface, ListName, Of, ReadSecurityGroups, Rules, SgIngress};
use serde_json::Value;
use settings::Settings;

use super::look::part;
use crate::arguments::Preview as Asked;
use crate::console::Console;
use crate::trouble::Trouble;

/// What files say.
#[derive(Debug, Default)]
struct Files {
    groups: Vec<(GroupId, SecurityGroup)>,
    /// What there is to know of groups but their rules, by id.
    abouts: HashMap<String, About>,
    lists: HashMap<PrefixListId, Vec<IpNet>>,
    policies: Vec<(BucketName, String)>,
    /// Whether there are groups in them that could not be read.
    is_part: bool,
    account: Option<AccountId>,
    region: Option<Region>,
}

/// The Region that is said, where one is: files are of one.
fn one_region(asked: &Asked) -> Result<Option<Region>, Trouble> {
    match asked.regions.as_slice() {
        [] => Ok(None),
        [region] => Ok(Some(region.clone())),
        _ => Err(Trouble::unread("files are of one Region, and several are said".to_owned())
            .with("Say one, or look at one after the other.")),
    }
}

pub(super) async fn preview(
    asked: &Asked,
    settings: &Settings,
    console: &mut Console<'_>,
) -> Result<Preview, Trouble> {
    let made_at = SystemClock.now();
    let mut files = Files { account: asked.account.clone(), region: one_region(asked)?, ..Files::default() };
    for path in &asked.files {
        files.read(path, console)?;
    }
    let missing = |what: &str, option: &str| {
        Trouble::unread(format!("the files do not say {what}")).with(format!("Say it, as in {option}."))
    };
    let account = files.account.clone();
    let account = account.ok_or_else(|| missing("whose account it is", "--account 123456789012"))?;
    let region = files.region.clone();
    let region = region.ok_or_else(|| missing("which Region it is", "--region eu-central-1"))?;
    let place = Place { account: &account, region: &region };
    let exemptions = settings.exemptions();
    let mut tell = |note: String| console.note(&note);
    let mut parts = Vec::new();
    if !files.policies.is_empty() {
        let control = S3Policy::new(&files, settings.s3_policy.clone());
        parts.push(part(&control, "bucket", &place, &exemptions, &mut tell).await);
    }
    if !files.groups.is_empty() || files.is_part {
        let control = SgIngress::new(&files, settings.sg.clone());
        let mut groups = part(&control, "security group", &place, &exemptions, &mut tell).await;
        groups.not_listed = files.is_part.then(|| CallError::Withheld {
            action: "ec2:DescribeSecurityGroups",
            code: "NotReadable",
            message: "there are groups in the files that cannot be read".to_owned(),
        });
        parts.push(groups);
    }
    let names: Vec<String> = asked.files.iter().map(|path| path.display().to_string()).collect();
    Ok(Preview { made_at, of: format!("{} ({})", super::of(&account), names.join(", ")), parts })
}

impl Files {
    fn read(&mut self, path: &Path, console: &mut Console<'_>) -> Result<(), Trouble> {
        let told = |error: &dyn std::fmt::Display| Trouble::unread(format!("`{}`: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
        let text = text.trim_start_matches('\u{feff}');
        let document: Value = serde_json::from_str(text).map_err(|error| told(&error))?;
        if document.get("Statement").is_some() {
            let name = path.file_stem().and_then(|stem| stem.to_str()).and_then(BucketName::new);
            let name = name.ok_or_else(|| {
                told(&"a policy's file has to be called as its bucket is, as in my-bucket.json")
            })?;
            self.policies.push((name, text.to_owned()));
            return Ok(());
        }
        let lists = document.get("prefix_lists").and_then(Value::as_object).into_iter().flatten();
        prefix_lists(&document).map_err(|error| told(&error))?;
        for (id, blocks) in lists {
            let blocks = serde_json::from_value(blocks.clone()).map_err(|error| told(&error))?;
            self.lists.insert(id.as_str().into(), blocks);
        }
        for group in SecurityGroup::read_each(&document).map_err(|error| told(&error))? {
            match group {
                Ok(group) => match GroupId::new(&group.id) {
                    Some(id) => self.groups.push((id, group)),
                    None => return Err(told(&format!("`{}` is not {}", group.id, GroupId::EXPECTED))),
                },
                Err(unreadable) => {
                    self.is_part = true;
                    console.complain(&unreadable.to_string());
                }
            }
        }
        for group in document.get("SecurityGroups").and_then(Value::as_array).into_iter().flatten() {
            self.note(group);
        }
        Ok(())
    }

    /// What a group says of itself besides its rules. Where it is stands in its ARN.
    fn note(&mut self, group: &Value) {
        let text = |key: &str| group.get(key).and_then(Value::as_str);
        let mut arn = text("SecurityGroupArn").unwrap_or_default().split(':').skip(3);
        let (region, account) = (arn.next(), arn.next());
        self.region = self.region.take().or_else(|| region.and_then(Region::new));
        let account = account.or_else(|| text("OwnerId"));
        self.account = self.account.take().or_else(|| account.and_then(AccountId::new));
        let tags = group.get("Tags").and_then(Value::as_array).into_iter().flatten();
        let tag = |tag: &Value| {
            let text = |key| tag.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
            Some((text("Key")?, text("Value")?))
        };
        let about = About {
            name: text("GroupName").unwrap_or_default().to_owned(),
            description: text("Description").unwrap_or_default().to_owned(),
            vpc: text("VpcId").and_then(VpcId::new),
            tags: tags.filter_map(tag).collect(),
        };
        if let Some(id) = text("GroupId") {
            self.abouts.insert(id.to_owned(), about);
        }
    }

    fn about(&self, group: &SecurityGroup) -> About {
        let nothing = || About {
            name: group.name.clone().unwrap_or_default(),
            description: String::new(),
            vpc: None,
            tags: Tags::new(),
        };
        self.abouts.get(&group.id).cloned().unwrap_or_else(nothing)
    }

    fn group_of(&self, id: &GroupId) -> Option<&SecurityGroup> {
        self.groups.iter().find(|(known, _)| known == id).map(|(_, group)| group)
    }
}

/// What no file says.
fn not_there(action: &'static str) -> CallError {
    CallError::Withheld { action, code: "OnlyFiles", message: "the files do not say it".to_owned() }
}

fn rules(group: &SecurityGroup) -> Rules {
    Rules { read: group.rules.clone(), rest: None }
}

impl ReadSecurityGroups for &Files {
    async fn group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        Ok(self.group_of(at.id).map(|group| self.about(group)))
    }

    async fn rules(&self, at: &At<'_>) -> Result<Option<Rules>, CallError> {
        Ok(self.group_of(at.id).map(rules))
    }

    async fn groups(&self, _: &Place<'_>, _: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        Ok(self.groups.iter().map(|(id, group)| (id.clone(), self.about(group))).collect())
    }

    async fn rules_by_group(&self, _: &Place<'_>, _: Of<'_>) -> Result<HashMap<GroupId, Rules>, CallError> {
        Ok(self.groups.iter().map(|(id, group)| (id.clone(), rules(group))).collect())
    }

    async fn list_entries(&self, _: &Place<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.lists.get(id).cloned().ok_or_else(|| not_there("ec2:GetManagedPrefixListEntries"))
    }

    async fn list_names(
        &self,
        _: &Place<'_>,
        _: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        Ok(Vec::new())
    }

    async fn groups_naming(&self, _: &Place<'_>, _: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        Err(not_there("ec2:DescribeSecurityGroups"))
    }

    async fn list_is_changing(&self, _: &Place<'_>, _: &PrefixListId) -> Result<bool, CallError> {
        Err(not_there("ec2:DescribeManagedPrefixLists"))
    }

    async fn interfaces(&self, _: &At<'_>) -> Result<Vec<Interface>, CallError> {
        Err(not_there("ec2:DescribeNetworkInterfaces"))
    }
}

impl ListBuckets for &Files {
    async fn buckets(&self, _: &Place<'_>) -> Result<Vec<BucketName>, CallError> {
        Ok(self.policies.iter().map(|(name, _)| name.clone()).collect())
    }
}

impl BucketPolicies for &Files {
    async fn document(&self, bucket: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
        let policy = self.policies.iter().find(|(name, _)| name == bucket.id);
        Ok(policy.map_or(PolicyAnswer::NoBucket, |(_, text)| PolicyAnswer::Is(text.clone())))
    }

    async fn is_public(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
        Err(not_there("s3:GetBucketPolicyStatus"))
    }

    async fn public_access_block(
        &self,
        _: &Bucket<'_>,
    ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
        Err(not_there("s3:GetBucketPublicAccessBlock"))
    }

    async fn account_block(&self, _: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        Err(not_there("s3:GetAccountPublicAccessBlock"))
    }

    async fn tags(&self, _: &Bucket<'_>) -> Result<Tags, CallError> {
        Err(not_there("s3:GetBucketTagging"))
    }
}
