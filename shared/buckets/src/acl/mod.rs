//! `s3-acl`: a bucket's ACL grants nothing to the public.

mod port;
mod state;

use std::time::SystemTime;

use events::{BucketName, Resource};
use remediation::settings::{AclStyle, S3AclSettings};
use remediation::{
    Applied, CallError, Change, Control, Evidence, Finding, Outcome, Remedy, Severity, Target,
};
use serde::Serialize;
use serde_json::json;

pub use port::{BucketAcls, NewAcl, S3BucketAcls, Written};
use state::PublicGroup;
pub use state::{Acl, Grant, Grantee, Owner};

/// The control: grants to `AllUsers` and `AuthenticatedUsers` go, everything else stays.
#[derive(Debug, Clone)]
pub struct S3Acl<P> {
    acls: P,
    settings: S3AclSettings,
}

/// What is going to be written, and what that removes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AclPlan {
    #[serde(skip)]
    write: NewAcl,
    removed: Vec<Grant>,
}

impl<P> S3Acl<P> {
    /// The control over the ACLs that `acls` reaches.
    pub fn new(acls: P, settings: S3AclSettings) -> Self {
        Self { acls, settings }
    }
}

impl<P: BucketAcls> Control for S3Acl<P> {
    const NAME: &'static str = "s3-acl";
    type Id = BucketName;
    type State = Acl;
    type Plan = AclPlan;

    fn id(resource: &Resource) -> Option<&BucketName> {
        match resource {
            Resource::Bucket(name) => Some(name),
            _ => None,
        }
    }

    async fn read(&self, bucket: &Target<'_, BucketName>) -> Result<Option<Acl>, CallError> {
        self.acls.read(bucket).await
    }

    fn assess(&self, acl: &Acl) -> Vec<Finding> {
        let mut findings: Vec<Finding> = acl
            .grants
            .iter()
            .filter_map(|grant| Some(finding(grant, grant.grantee.public_group()?)))
            .collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    fn plan(&self, acl: &Acl, _findings: &[Finding], _now: SystemTime) -> Option<AclPlan> {
        let kept = acl.without_public_grants();
        let is_owners = |grant: &Grant| acl.owner.id.is_some() && grant.grantee.id == acl.owner.id;
        let removed = |goes: &dyn Fn(&Grant) -> bool| {
            acl.grants.iter().filter(|grant| goes(grant)).cloned().collect::<Vec<_>>()
        };
        if kept.grants.len() == acl.grants.len() {
            return None;
        }
        Some(match self.settings.style {
            AclStyle::Grants => AclPlan {
                write: NewAcl::Grants(kept),
                removed: removed(&|grant| grant.grantee.public_group().is_some()),
            },
            AclStyle::Private => {
                AclPlan { write: NewAcl::Private, removed: removed(&|grant| !is_owners(grant)) }
            }
        })
    }

    fn steps(&self, plan: &AclPlan) -> Vec<String> {
        let how = match plan.write {
            NewAcl::Private => "write the canned ACL `private`, which removes",
            NewAcl::Grants(_) => "remove",
        };
        plan.removed.iter().map(|grant| format!("{how} {}", grant.words())).collect()
    }

    async fn apply(
        &self,
        bucket: &Target<'_, BucketName>,
        plan: &AclPlan,
        done: &mut Vec<Change>,
    ) -> Result<Applied, CallError> {
        match self.acls.write(bucket, &plan.write).await? {
            Written::AclsDisabled => Ok(Applied::Inert(
                "ACLs are disabled on this bucket (BucketOwnerEnforced), so nothing is public by ACL",
            )),
            Written::Done => {
                done.extend(plan.removed.iter().map(|grant| Change {
                    action: "s3:PutBucketAcl",
                    summary: format!("removed {}", grant.words()),
                    detail: json!(grant),
                }));
                Ok(Applied::Done)
            }
        }
    }

    fn advice(&self, outcome: Outcome, _findings: &[Finding]) -> Vec<String> {
        let objects = "Objects keep ACLs of their own, which Curfew does not change: objects that were \
                       uploaded as public still are. Blocking public ACLs on the bucket (IgnorePublicAcls) \
                       closes those too.";
        let advice: &[&str] = match outcome {
            Outcome::Remediated => &[
                "Find out who made the bucket public, and whether somebody relied on it.",
                objects,
                "If it has to be public after all, the command below puts the ACL back; Curfew will close \
                 it again at the next trigger.",
            ],
            Outcome::Observed => &[
                "Decide whether the bucket has to be public. In `enforce` mode Curfew would have made the \
                 change above.",
                objects,
            ],
            Outcome::StillOpen => &[
                "Make the bucket private by hand now: somebody or something keeps changing its ACL.",
                objects,
            ],
            Outcome::Failed => &[
                "Look at the error above: a missing permission belongs into the function's role.",
                "Until then look at the bucket by hand: it may be public.",
            ],
            Outcome::Compliant | Outcome::Alerted | Outcome::Gone => &[],
        };
        advice.iter().map(ToString::to_string).collect()
    }

    fn evidence(&self, bucket: &Target<'_, BucketName>, acl: &Acl, _plan: Option<&AclPlan>) -> Vec<Evidence> {
        let grants = acl.grants.iter().map(|grant| format!("  {}", grant.words()));
        let list = json!(acl).to_string().replace('\'', r"'\''");
        vec![
            Evidence { title: "The ACL as it was".to_owned(), body: grants.collect::<Vec<_>>().join("\n") },
            Evidence {
                title: "How to put it back".to_owned(),
                body: format!(
                    "  aws s3api put-bucket-acl --region {} --bucket {} --expected-bucket-owner {} \
                     --access-control-policy '{list}'",
                    bucket.region, bucket.id, bucket.account
                ),
            },
        ]
    }
}

fn finding(grant: &Grant, group: PublicGroup) -> Finding {
    let who = match group {
        PublicGroup::AllUsers => "Anyone on the internet",
        PublicGroup::AuthenticatedUsers => "Anyone with any AWS account",
    };
    let (what, severity) = match grant.permission.as_str() {
        "READ" => ("list the bucket's objects", Severity::High),
        "WRITE" => ("create, overwrite and delete objects in the bucket", Severity::Critical),
        "READ_ACP" => ("read the bucket's ACL", Severity::Medium),
        "WRITE_ACP" => ("change the bucket's ACL, and so take everything", Severity::Critical),
        "FULL_CONTROL" => ("list, write and delete objects and change the bucket's ACL", Severity::Critical),
        _ => ("use the bucket", Severity::Critical),
    };
    Finding {
        kind: "public-grant",
        severity,
        remedy: Remedy::Close,
        summary: format!("{who} may {what} ({})", grant.words()),
        evidence: json!(grant),
    }
}

impl Grant {
    /// The grant in words, as in `grant READ to the group AllUsers`.
    fn words(&self) -> String {
        let Grantee { kind, id, display_name, email_address, uri } = &self.grantee;
        let who = match (uri, id.as_ref().or(display_name.as_ref()).or(email_address.as_ref())) {
            (Some(uri), _) => format!("the group {}", uri.rsplit('/').next().unwrap_or(uri)),
            (None, Some(user)) => format!("the user {user}"),
            (None, None) => format!("a grantee of type {kind}"),
        };
        format!("grant {} to {who}", self.permission)
    }
}

#[cfg(test)]
mod tests;
