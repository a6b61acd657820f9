//! The control `s3-acl`: what it decides, what it calls, what it says.

mod account;
mod alert;
mod block;
mod exempt;
mod grants;
mod memory;
mod putting_back;
mod records;
mod unfinished;
mod unread;

use events::Subject;
use proptest::prelude::*;
use remediation::ledger::Memory as Ledger;
use remediation::testing::{self, Still, Topic, run};
use remediation::{CallError, Control, Delivery, Judge, Mode, Outcome, Ports, Report, Target, Told, walk};
use serde_json::json;

use super::*;
use crate::PublicAccessBlock;
use memory::Memory;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

fn group(permission: &str, uri: &str) -> Grant {
    let grantee = Grantee {
        kind: "Group".into(),
        id: None,
        display_name: None,
        email_address: None,
        uri: Some(uri.into()),
    };
    Grant { grantee, permission: permission.into() }
}

fn user(permission: &str, id: &str) -> Grant {
    let grantee = Grantee {
        kind: "CanonicalUser".into(),
        id: Some(id.into()),
        display_name: Some(format!("name of {id}")),
        email_address: None,
        uri: None,
    };
    Grant { grantee, permission: permission.into() }
}

fn acl(grants: Vec<Grant>) -> Acl {
    Acl { owner: Owner { id: Some("owner".into()), display_name: None }, grants }
}

/// An ACL with one public grant, which lets anyone list.
fn listable() -> Acl {
    acl(vec![user("FULL_CONTROL", "owner"), group("READ", ALL_USERS)])
}

fn flags(block: bool, ignore: bool, policy: bool, restrict: bool) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: block,
        ignore_public_acls: ignore,
        block_public_policy: policy,
        restrict_public_buckets: restrict,
    }
}

const COMMANDS: &str = "How to finish by hand";

const PLAIN: S3AclSettings =
    S3AclSettings { mode: None, changes_per_hour: 30, style: AclStyle::Grants, block_public_acls: false };
const PRIVATE: S3AclSettings = S3AclSettings { style: AclStyle::Private, ..PLAIN };
const BLOCKING: S3AclSettings = S3AclSettings { block_public_acls: true, ..PLAIN };

fn subject() -> Subject {
    testing::bucket("acme-reports")
}

/// Takes the bucket in memory through the whole walk, once, and says whether anybody was told.
fn told(memory: &Memory, settings: S3AclSettings, mode: Mode) -> (Report, bool) {
    let control = S3Acl::new(memory, settings, mode);
    let (subject, clock, topic, ledger) = (subject(), Still::default(), Topic::default(), Ledger::default());
    let visit = testing::visit::<S3Acl<&Memory>>(&subject, mode, Delivery::First, &clock);
    let said = testing::said(run(walk(&control, &visit, &Ports::new(&clock, &topic, &ledger))));
    (said.report, matches!(said.told, Told::Sent))
}

fn take(memory: &Memory, settings: S3AclSettings, mode: Mode) -> Report {
    told(memory, settings, mode).0
}

fn close(memory: &Memory, settings: S3AclSettings) -> Report {
    take(memory, settings, Mode::Enforce)
}

/// A second delivery finds nothing, changes nothing, tells nobody.
fn says_again_nothing(memory: &Memory, settings: S3AclSettings) {
    let before = memory.snapshot();
    memory.calls.borrow_mut().clear();
    let (report, is_told) = told(memory, settings, Mode::Enforce);
    assert_eq!(report.outcome, Outcome::Compliant);
    assert!(report.changes.is_empty() && !is_told);
    assert_eq!(*memory.calls.borrow(), ["GetBucketAcl"]);
    assert_eq!(memory.snapshot(), before);
}

/// The call that failed.
fn failed(report: &Report) -> Option<&CallError> {
    match &report.error {
        Some(remediation::StepError::Call(error)) => Some(error),
        _ => None,
    }
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let permission = proptest::sample::select(vec!["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"]);
    let who = proptest::sample::select(vec![ALL_USERS, AUTHENTICATED, LOG_DELIVERY, "owner", "friend"]);
    (permission, who).prop_map(|(permission, who)| {
        if who.starts_with("http") { group(permission, who) } else { user(permission, who) }
    })
}

fn any_block() -> impl Strategy<Value = Option<PublicAccessBlock>> {
    let some = any::<[bool; 4]>()
        .prop_map(|[block, ignore, policy, restrict]| flags(block, ignore, policy, restrict));
    proptest::option::of(some)
}
