//! Reports to write about.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

use events::{Subject, Trigger};
use remediation::{CallError, Change, Denied, Evidence, Finding, Mode, Outcome, Remedy, Report, Severity};
use serde_json::json;

pub fn subject(kind: &str, id: &str, region: &str) -> Subject {
    let event = json!({
        "id": "2f7c1d66-8a2f-4c9e-9b1e-7d0c1f3a5b70",
        "time": "2026-11-20T09:30:00Z",
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "account": "210987654321",
        "region": region,
        "detail": {
            "resourceType": kind,
            "resourceId": id,
            "configRuleName": "restricted-ssh",
            "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
        },
    });
    match events::read(&event.to_string()) {
        Ok(Trigger::Event(mut reading)) => reading.subjects.remove(0),
        other => panic!("no subject: {other:?}"),
    }
}

fn finding(summary: &str, severity: Severity, remedy: Remedy) -> Finding {
    Finding {
        kind: "open-ingress",
        severity,
        remedy,
        summary: summary.to_owned(),
        evidence: json!({ "id": "sgr-1" }),
    }
}

/// A security group whose rules were found open, and how that ended.
pub fn report(outcome: Outcome) -> Report {
    let mode = if outcome == Outcome::Observed { Mode::Observe } else { Mode::Enforce };
    let ssh = finding("Anyone on the internet may reach tcp 22", Severity::High, Remedy::Close);
    let icmp = finding("Anyone on the internet may reach all icmp", Severity::Low, Remedy::Report);
    let revoked = Change {
        action: "ec2:RevokeSecurityGroupIngress",
        summary: "revoked rule sgr-1 (tcp 22 from 0.0.0.0/0)".to_owned(),
        detail: json!({ "id": "sgr-1" }),
    };
    let subject = subject("AWS::EC2::SecurityGroup", "sg-0a1b2c3d4e5f60718", "eu-west-1");
    let base = Report {
        findings: vec![ssh.clone(), icmp.clone()],
        planned: vec!["revoke rule sgr-1 (tcp 22 from 0.0.0.0/0)".to_owned()],
        before: Some(json!({ "rules": ["sgr-1", "sgr-2"] })),
        advice: vec!["Find out who opened it.".to_owned()],
        evidence: vec![Evidence {
            title: "The rules as they were".to_owned(),
            body: "  rule sgr-1 (tcp 22 from 0.0.0.0/0)".to_owned(),
        }],
        ..Report::new("sg-ingress", &subject, mode, outcome)
    };
    match outcome {
        Outcome::Remediated => Report { changes: vec![revoked], remaining: Some(vec![icmp]), ..base },
        Outcome::StillOpen => Report { changes: vec![revoked], remaining: Some(vec![ssh, icmp]), ..base },
        Outcome::Failed => Report {
            changes: vec![revoked],
            error: Some(CallError::Denied(Denied {
                action: "ec2:CreateTags",
                message: "You are not authorized".to_owned(),
            })),
            ..base
        },
        _ => base,
    }
}

/// A walk that failed before anything was read.
pub fn unread() -> Report {
    let error = CallError::Denied(Denied { action: "ec2:DescribeSecurityGroups", message: "no".to_owned() });
    let subject = subject("AWS::EC2::SecurityGroup", "sg-0a1b2c3d4e5f60718", "eu-west-1");
    Report { error: Some(error), ..Report::new("sg-ingress", &subject, Mode::Enforce, Outcome::Failed) }
}
