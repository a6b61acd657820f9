//! The mails of restores, and the command in the mails of changes that asks for one.

#![allow(dead_code, reason = "not all reports are of restores")]

mod support;

use std::time::{Duration, SystemTime};

use alerts::mail::mail;
use alerts::message::message;
use insta::assert_snapshot;
use remediation::ledger::{RecordId, Restores};
use remediation::restore::Restoration;
use remediation::testing::NOW;
use remediation::{Outcome, Report};
use serde_json::Value;
use support::report;

fn id(moment: &str) -> RecordId {
    let resource = "arn:aws:ec2:eu-west-1:210987654321:security-group/sg-0a1b2c3d4e5f60718".to_owned();
    RecordId { resource, key: format!("2026-11-22T{moment}Z.sg-ingress.5f2c9a1e") }
}

fn restored(outcome: Outcome) -> Report {
    let restores = Restores {
        record: id("05:41:07.120"),
        reason: Some("the shop is down".to_owned()),
        claimed_by: Some("ann".to_owned()),
        grace_until: SystemTime::UNIX_EPOCH + NOW + Duration::from_secs(24 * 60 * 60),
        opened: None,
        before: Vec::new(),
    };
    let restoration = Restoration {
        restores,
        changed_since: vec!["somebody added rule sgr-9 (tcp 443 from 10.0.0.0/8)".to_owned()],
        lost: vec!["the network interface eni-1 does not exist any more".to_owned()],
        left: if outcome == Outcome::Restored { Vec::new() } else { vec!["put back rule sgr-1".to_owned()] },
    };
    Report { restoration: Some(restoration), record: Some(id("06:00:00.000")), ..report(outcome) }
}

#[test]
fn the_mail_about_what_was_put_back() {
    let alert = mail(&restored(Outcome::Restored), usize::MAX);
    assert_snapshot!(format!("Subject: {}\n\n{}", alert.subject, alert.text));
}

#[test]
fn a_restore_that_failed_says_so_first_and_what_is_not_back() {
    let text = mail(&restored(Outcome::Failed), usize::MAX).text;
    assert!(text.lines().next().unwrap().contains("FAILED to finish: it is not as it was before"), "{text}");
    assert!(text.contains("this is not back yet:\n  - put back rule sgr-1\n"), "{text}");
    assert!(!text.contains("all is as it was before"), "{text}");
}

#[test]
fn programs_get_who_asked_and_until_when_it_is_left_alone() {
    let message = message(&restored(Outcome::Restored));
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let facts: Value = serde_json::from_str(body["sqs"].as_str().unwrap()).unwrap();
    assert_eq!((facts["outcome"].as_str(), facts["claimed_by"].as_str()), (Some("restored"), Some("ann")));
    assert_eq!(facts["restores"], id("05:41:07.120").to_string());
    assert_eq!(facts["left_alone_until"], "2026-11-23T05:41:07.120Z");
}

#[test]
fn each_mail_of_a_change_ends_with_the_command_that_has_it_put_back() {
    let of = |outcome| Report { record: Some(id("05:41:07.120")), ..report(outcome) };
    let command = format!("  make restore REGION=eu-west-1 RECORD={}\n", id("05:41:07.120"));
    for outcome in [Outcome::Remediated, Outcome::StillOpen, Outcome::ClosedMeanwhile] {
        let text = mail(&of(outcome), usize::MAX).text;
        let (_, last) = text.rsplit_once("\n\n").unwrap();
        assert!(last.starts_with("HOW TO HAVE CURFEW PUT IT BACK\n") && last.contains(&command), "{text}");
    }
    let without = Report { record: None, ..report(Outcome::Remediated) };
    for report in
        [of(Outcome::Alerted), of(Outcome::Observed), of(Outcome::Held), without, restored(Outcome::Restored)]
    {
        assert!(!mail(&report, usize::MAX).text.contains("make restore"), "{:?}", report.outcome);
    }
}
