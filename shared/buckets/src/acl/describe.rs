//! Findings, plans and changes of the control `s3-acl` in words.

use std::cmp::Reverse;

use remediation::clock::Clock;
use remediation::{Assessment, Change, Describe, Evidence, Fact, Finding, Found, Recount, Severity, Walked};
use serde_json::json;

use super::around::{Around, Effect};
use super::assess::{AclAssessment, AclFinding, PublicGrant};
use super::plan::{AclChange, AclPlan, AclStep};
use super::port::{BucketAcls, NewAcl, ReadBucketAcls};
use super::state::{Grant, Grantee, PublicGroup};
use super::{S3Acl, advice, commands, evidence};
use crate::Bucket;

impl<P: ReadBucketAcls, T: Clock> Describe for S3Acl<P, T> {
    fn findings(&self, assessment: &AclAssessment) -> Vec<Finding> {
        let around = assessment.state.around.as_ref();
        let mut findings: Vec<Finding> =
            assessment.findings().iter().map(|finding| words(assessment, finding)).collect();
        findings.sort_by_key(|finding| Reverse(finding.severity));
        let serves_website = around.is_some_and(|around| around.serves_website == Some(Fact::Known(true)));
        // Once, with the worst: it is what the alert begins with.
        if let (true, Some(worst)) = (serves_website, findings.first_mut()) {
            worst.aside.push_str("; the bucket serves a website");
        }
        findings
    }

    fn steps(&self, plan: &AclPlan) -> Vec<String> {
        plan.in_words()
    }

    fn evidence(&self, bucket: &Bucket<'_>, found: &Found<Self>) -> Vec<Evidence> {
        evidence::blocks(bucket, &found.state, found.plan.as_ref())
    }

    fn commands(&self, bucket: &Bucket<'_>, plan: &AclPlan) -> String {
        commands::commands(bucket, plan)
    }
}

impl<P: BucketAcls, T: Clock> Recount for S3Acl<P, T> {
    fn change(&self, change: &AclChange) -> Change {
        change.in_words()
    }

    fn advice(&self, walked: &Walked<Self>) -> Vec<String> {
        advice::advice(walked, self.settings.block_public_acls)
    }

    fn put_back(&self, _plan: &AclPlan) -> &'static str {
        "How to put it back"
    }
}

impl AclPlan {
    /// A line a step, as in `remove READ for AllUsers`.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        self.steps.iter().flat_map(step).collect()
    }
}

impl AclChange {
    /// What was changed, in words, with all of it beside them.
    #[must_use]
    pub fn in_words(&self) -> Change {
        let of_acl = |verb: &str, grant: &Grant| Change {
            action: "s3:PutBucketAcl",
            summary: format!("{verb} {}", grant.words()),
            detail: json!(grant),
        };
        match self {
            Self::Removed(grant) => of_acl("removed", grant),
            Self::Added(grant) => of_acl("added", grant),
            Self::Blocked(change) => Change {
                action: "s3:PutBucketPublicAccessBlock",
                summary: match change.turned_on().join(" and ") {
                    flags if flags.is_empty() => "put back Block Public Access of the bucket".to_owned(),
                    flags => format!("turned on {flags} of the bucket"),
                },
                detail: json!(change),
            },
        }
    }
}

/// What the flags would have closed beside the bucket's own ACL.
const OBJECTS: &str = "; objects that were uploaded as public may still be";

fn words(assessment: &AclAssessment, finding: &AclFinding) -> Finding {
    let flags = || json!(assessment.state.around.as_ref().map(|around| &around.public_access_block));
    let is_ignoring = matches!(assessment.effect, Effect::Ignored(_));
    match finding {
        AclFinding::Grant(public) => of_grant(assessment, public),
        AclFinding::NotBlocked => Finding {
            kind: "public-acls-not-blocked",
            severity: Severity::Medium,
            remedy: assessment.remedy(finding),
            summary: format!(
                "A second read found no public grant any more, but BlockPublicAcls and IgnorePublicAcls of the \
                 bucket are not both on: turn them on by hand{}",
                if is_ignoring { "" } else { OBJECTS }
            ),
            aside: String::new(),
            evidence: flags(),
        },
        AclFinding::BlockUnknown(unknown) => Finding {
            kind: "public-acls-block-unknown",
            severity: Severity::Medium,
            remedy: assessment.remedy(finding),
            summary: format!(
                "A second read found no public grant any more, but whether BlockPublicAcls and IgnorePublicAcls of \
                 the bucket are on is not known ({}): look by hand, and turn on what is off, Curfew does not come \
                 back to a bucket without public grants{OBJECTS}",
                unknown.why()
            ),
            aside: String::new(),
            evidence: flags(),
        },
    }
}

fn of_grant(assessment: &AclAssessment, public: &PublicGrant) -> Finding {
    let who = match public.group {
        PublicGroup::AllUsers => "Anyone on the internet",
        PublicGroup::AuthenticatedUsers => "Anyone with any AWS account",
    };
    let (what, severity) = match public.grant.permission.as_str() {
        "READ" => ("list the bucket's objects", Severity::High),
        "WRITE" => ("create, overwrite and delete objects in the bucket", Severity::Critical),
        "READ_ACP" => ("read the bucket's ACL", Severity::Medium),
        "WRITE_ACP" => ("change the bucket's ACL, and so take everything", Severity::Critical),
        "FULL_CONTROL" => ("list, write and delete objects and change the bucket's ACL", Severity::Critical),
        _ => ("use the bucket", Severity::Critical),
    };
    let grants = public.grant.words();
    let mut aside = String::new();
    let (kind, severity, summary) = match assessment.effect {
        Effect::Now => ("public-grant", severity, format!("{who} may {what} ({grants})")),
        Effect::Unknown => {
            let unknowns = assessment.state.around.as_ref().map(Around::unknowns).unwrap_or_default();
            aside = format!(", unless what could not be read stops it: {}", unknowns.join(" and "));
            ("public-grant", severity, format!("{who} may {what} ({grants})"))
        }
        Effect::Ignored(by) => (
            "ignored-public-grant",
            if severity > Severity::Medium { Severity::Medium } else { Severity::Low },
            format!(
                "By ACL, {} may {what} ({grants}), but this has no effect now: IgnorePublicAcls of {by} is on",
                who.replacen('A', "a", 1)
            ),
        ),
    };
    let remedy = assessment.remedy(&AclFinding::Grant(public.clone()));
    Finding { kind, severity, remedy, summary, aside, evidence: json!(public.grant) }
}

fn step(step: &AclStep) -> Vec<String> {
    match step {
        AclStep::Write(write) => {
            let how = match write.acl {
                NewAcl::Private => "write the canned ACL `private`, which removes",
                NewAcl::Grants(_) => "remove",
            };
            let removed = write.removed.iter().map(|grant| format!("{how} {}", grant.words()));
            let added = write.added.iter().map(|grant| format!("add {}", grant.words()));
            removed.chain(added).collect()
        }
        AclStep::Block(change) => vec![match change.turned_on().join(" and ") {
            flags if flags.is_empty() => "put back Block Public Access of the bucket".to_owned(),
            flags => turn_on(&flags),
        }],
        AclStep::BlockOnceRead => vec![turn_on("BlockPublicAcls and IgnorePublicAcls")],
    }
}

fn turn_on(flags: &str) -> String {
    format!(
        "turn on {flags} of the bucket, and leave BlockPublicPolicy and RestrictPublicBuckets as they are"
    )
}

impl Grant {
    /// The grant in words, as in `grant READ to the group AllUsers`.
    pub(super) fn words(&self) -> String {
        let Grantee { kind, id, display_name, email_address, uri } = &self.grantee;
        let who = match (uri, id.as_ref().or(display_name.as_ref()).or(email_address.as_ref())) {
            (Some(uri), _) => format!("the group {}", uri.rsplit('/').next().unwrap_or(uri)),
            (None, Some(user)) => format!("the user {user}"),
            (None, None) => format!("a grantee of type {kind}"),
        };
        format!("grant {} to {who}", self.permission)
    }
}
