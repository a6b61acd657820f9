//! Reports to write about.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use events::{AccountId, BucketName, Cause, GroupId, Region, Resource, Subject};
use remediation::{
    CallError, Change, Denied, Evidence, Finding, Mode, Outcome, Remedy, Report, Severity, StepError, testing,
};
use serde_json::json;

pub(crate) fn bucket(name: &str, region: &str) -> Subject {
    subject(Resource::Bucket(BucketName::new(name).unwrap()), region)
}

fn group() -> Subject {
    subject(Resource::SecurityGroup(GroupId::new("sg-0a1b2c3d4e5f60718").unwrap()), "eu-west-1")
}

fn subject(resource: Resource, region: &str) -> Subject {
    Subject {
        resource,
        account: AccountId::new("210987654321").unwrap(),
        region: Region::new(region).unwrap(),
        cause: Cause::new("AWS Config rule")
            .with_rule(Some("restricted-ssh"))
            .with_time(Some("2026-11-20T09:30:00Z"))
            .with_event_id(Some("2f7c1d66-8a2f-4c9e-9b1e-7d0c1f3a5b70")),
    }
}

fn finding(summary: &str, severity: Severity, remedy: Remedy) -> Finding {
    Finding {
        kind: "open-ingress",
        severity,
        remedy,
        summary: summary.to_owned(),
        aside: String::new(),
        evidence: json!({ "id": "sgr-1" }),
    }
}

/// A security group whose rules were found open, and how that ended.
pub(crate) fn report(outcome: Outcome) -> Report {
    let mode = if outcome == Outcome::Observed { Mode::Observe } else { Mode::Enforce };
    let ssh = finding("Anyone on the internet may reach tcp 22", Severity::High, Remedy::Close);
    let icmp = finding("Anyone on the internet may reach all icmp", Severity::Low, Remedy::Report);
    let revoked = Change {
        action: "ec2:RevokeSecurityGroupIngress",
        summary: "revoked rule sgr-1 (tcp 22 from 0.0.0.0/0)".to_owned(),
        detail: json!({ "id": "sgr-1" }),
    };
    let base = Report {
        findings: vec![ssh.clone(), icmp.clone()],
        planned: vec!["revoke rule sgr-1 (tcp 22 from 0.0.0.0/0)".to_owned()],
        before: Some(json!({ "rules": ["sgr-1", "sgr-2"] })),
        advice: vec!["Find out who opened it.".to_owned()],
        evidence: vec![Evidence {
            title: "The rules as they were".to_owned(),
            body: "  rule sgr-1 (tcp 22 from 0.0.0.0/0)".to_owned(),
        }],
        ..testing::report("sg-ingress", group(), mode, outcome)
    };
    match outcome {
        Outcome::Remediated => Report { changes: vec![revoked], remaining: Some(vec![icmp]), ..base },
        Outcome::StillOpen => Report { changes: vec![revoked], remaining: Some(vec![ssh, icmp]), ..base },
        Outcome::Failed => Report {
            changes: vec![revoked],
            error: Some(StepError::Call(CallError::Denied(Denied {
                action: "ec2:CreateTags",
                message: "You are not authorized".to_owned(),
            }))),
            ..base
        },
        _ => base,
    }
}

/// A walk that failed before anything was read.
pub(crate) fn unread() -> Report {
    let error = CallError::Denied(Denied { action: "ec2:DescribeSecurityGroups", message: "no".to_owned() });
    Report {
        error: Some(error.into()),
        ..testing::report("sg-ingress", group(), Mode::Enforce, Outcome::Failed)
    }
}
