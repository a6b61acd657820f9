//! The mails, whole, and what holds for all of them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod support;

use std::time::{Duration, SystemTime};

use alerts::mail::mail;
use alerts::message::message;
use insta::assert_snapshot;
use proptest::prelude::*;
use remediation::ledger::{Held, Hold};
use remediation::{
    CallError, Denied, Evidence, Left, Mode, Outcome, Remedy, Report, Unknown, Unread, testing,
};
use serde_json::{Value, json};
use support::{bucket, report, unread};

fn written(report: &Report) -> String {
    let alert = mail(report, usize::MAX);
    format!("Subject: {}\n\n{}", alert.subject, alert.text)
}

#[test]
fn the_mail_about_a_remediated_subject() {
    assert_snapshot!(written(&report(Outcome::Remediated)));
}

#[test]
fn the_mail_about_an_alerted_subject() {
    assert_snapshot!(written(&report(Outcome::Alerted)));
}

#[test]
fn the_mail_about_an_observed_subject() {
    assert_snapshot!(written(&report(Outcome::Observed)));
}

#[test]
fn the_mail_about_a_subject_that_is_still_open() {
    assert_snapshot!(written(&report(Outcome::StillOpen)));
}

#[test]
fn what_waits_says_of_how_many_in_words_that_fit_one_too() {
    let said = |by: Held| {
        let until = SystemTime::UNIX_EPOCH + testing::NOW;
        let hold = Some(Hold { until, by, tells: true });
        mail(&Report { hold, ..report(Outcome::Held) }, usize::MAX).text
    };
    for (limit, words) in
        [(1, "has begun to change 1 resource in"), (30, "has begun to change 30 resources in")]
    {
        assert!(said(Held::Brake { limit }).contains(words), "{words}");
    }
    for (times, words) in [(1, "closed the same once within"), (3, "closed the same 3 times within")] {
        assert!(said(Held::Feud { times, opened_by: Vec::new() }).contains(words), "{words}");
    }
}

#[test]
fn where_a_delivery_that_was_cut_off_may_have_changed_something_no_mail_says_that_nothing_was_changed() {
    for outcome in [Outcome::Failed, Outcome::StillOpen, Outcome::Held] {
        for (is_reversible, words) in
            [(true, "  Nothing that it knows of.\n"), (false, "  It changed nothing.\n")]
        {
            let error = None;
            let said =
                mail(&Report { changes: Vec::new(), is_reversible, error, ..report(outcome) }, usize::MAX);
            assert!(said.text.contains(words), "{outcome}: {}", said.text);
        }
    }
}

#[test]
fn the_mail_about_a_failure_after_a_change() {
    assert_snapshot!(written(&report(Outcome::Failed)));
}

#[test]
fn the_mail_about_a_subject_that_could_not_be_read() {
    assert_snapshot!(written(&unread()));
}

#[test]
fn what_could_not_be_read_is_said_with_the_reason() {
    let unknown = Unknown::from(CallError::Denied(Denied {
        action: "ec2:DescribeNetworkInterfaces",
        message: "You are not authorized".to_owned(),
    }));
    let unread = vec![Unread { what: "which network interfaces have the group".to_owned(), unknown }];
    let message = message(&Report { unread, ..report(Outcome::Alerted) });
    let said = "\n\nWHAT CURFEW COULD NOT READ\n  - which network interfaces have the group: access denied: the \
                function's role may not call `ec2:DescribeNetworkInterfaces` here: You are not authorized\n\nWHAT CURFEW DID\n";
    assert!(message.mail.text.contains(said), "{}", message.mail.text);
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let facts: Value = serde_json::from_str(body["sqs"].as_str().unwrap()).unwrap();
    assert_eq!(facts["unread"][0]["kind"], "access-denied");
    assert!(!mail(&report(Outcome::Alerted), usize::MAX).text.contains("COULD NOT READ"));
}

#[test]
fn what_hinders_curfew_is_no_decision_of_a_persons() {
    let hindrance = "find out whom to isolate (`ec2:DescribeNetworkInterfaces` failed for now: Throttling)";
    let unknown = Unknown::from(CallError::Passing {
        action: "ec2:DescribeNetworkInterfaces",
        code: "Throttling".to_owned(),
        message: "Later.".to_owned(),
    });
    let unread = Unread { what: "which network interfaces have the group".to_owned(), unknown };
    for (to_read_again, end) in [(Some(unread), ", and tries again.\n"), (None, ".\n")] {
        let hindered =
            Report { hindrance: Some(hindrance.to_owned()), to_read_again, ..report(Outcome::Alerted) };
        let text = mail(&hindered, usize::MAX).text;
        assert!(text.contains(&format!(" Curfew could not {hindrance}{end}")), "{text}");
        assert!(!text.contains("for a person to decide"), "{text}");
    }
    assert!(mail(&report(Outcome::Alerted), usize::MAX).text.contains("for a person to decide"));
}

#[test]
fn what_is_left_to_a_person_is_still_open_and_what_is_new_is_said() {
    let mut open = report(Outcome::StillOpen);
    let mut left = open.findings[0].clone();
    left.remedy = Remedy::ByHand;
    left.summary = "The flags are off".to_owned();
    let mut new = open.findings[1].clone();
    new.summary = "Something else is open".to_owned();
    open.remaining = Some(vec![left, open.findings[1].clone(), new]);
    let text = mail(&open, usize::MAX).text;
    let did = text.split("WHAT CURFEW DID").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(
        did.ends_with(
            "Read again afterwards, this is still open:\n  - The flags are off (high, left to you)\n  \
             That read also found this, which stays as it is:\n  - Something else is open (low, reported only)"
        ),
        "{did}"
    );
}

#[test]
fn what_is_still_open_begins_with_what_the_last_read_found() {
    for outcome in [Outcome::StillOpen, Outcome::Failed] {
        let mut open = report(outcome);
        let mut left = open.findings[0].clone();
        left.summary = "Anyone may reach tcp 23".to_owned();
        open.remaining = Some(vec![left]);
        let text = mail(&open, usize::MAX).text;
        assert!(text.starts_with("Anyone may reach tcp 23. Curfew "), "{text}");
        assert_eq!(text.contains("STILL OPEN"), outcome == Outcome::StillOpen);
    }
}

#[test]
fn where_only_a_guard_is_missing_nothing_says_that_the_resource_is_open() {
    let mut open = report(Outcome::StillOpen);
    let mut left = open.findings[0].clone();
    left.remedy = Remedy::ByHand;
    left.summary = "The flags are off".to_owned();
    open.remaining = Some(vec![left]);
    open.left = Some(Left::Guards);
    let text = mail(&open, usize::MAX).text;
    let first = "The flags are off. Curfew closed what was open. A safeguard is missing or could not be checked, and that is left to you.\n";
    assert!(text.starts_with(first), "{text}");
    assert!(
        text.contains(
            "  Read again afterwards, what was open is closed. This is left to do:\n  - The flags are off (high, left to \
             you)\n"
        ),
        "{text}"
    );
    assert!(!text.contains("STILL OPEN") && !text.contains("still open"), "{text}");
}

#[test]
fn what_has_no_effect_is_not_called_open() {
    let mut open = report(Outcome::StillOpen);
    let left = open.findings[0].clone();
    open.remaining = Some(vec![left]);
    open.left = Some(Left::Idle);
    let text = mail(&open, usize::MAX).text;
    assert!(text.contains("Curfew changed something. What is left has no effect now.\n"), "{text}");
    assert!(text.contains("  Read again afterwards, this is left, and has no effect now:\n"), "{text}");
    assert!(!text.contains("STILL OPEN") && !text.contains("still open"), "{text}");
}

#[test]
fn where_an_answer_is_missing_nothing_says_that_nothing_was_changed() {
    let lost = CallError::Incomplete { action: "s3:PutBucketAcl", field: "an answer" };
    let denied = CallError::Denied(Denied { action: "s3:PutBucketAcl", message: "no".to_owned() });
    for (error, words) in [(lost, "Nothing that it knows of."), (denied, "It changed nothing.")] {
        let mut failed = report(Outcome::Failed);
        failed.changes = Vec::new();
        failed.planned = vec!["remove the grant".to_owned()];
        failed.error = Some(error.into());
        let text = mail(&failed, usize::MAX).text;
        assert!(text.contains(&format!("WHAT CURFEW DID\n  {words}\n")), "{text}");
    }
}

#[test]
fn programs_get_the_same_facts_by_each_protocol() {
    let message = message(&report(Outcome::Remediated));
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let facts: Vec<Value> = ["sqs", "lambda", "http", "https"]
        .map(|protocol| serde_json::from_str(body[protocol].as_str().unwrap()).unwrap())
        .to_vec();
    assert!(facts.windows(2).all(|pair| pair[0] == pair[1]));
    assert_snapshot!(serde_json::to_string_pretty(&facts[0]).unwrap());
    assert_eq!(body["email"], message.mail.text);
    assert!(body["default"].as_str().unwrap().len() < 400);
}

#[test]
fn the_console_is_the_partitions_own() {
    for (region, expected) in [
        ("eu-west-1", Some("https://eu-west-1.console.aws.amazon.com/s3/buckets/acme?")),
        ("cn-north-1", Some("https://console.amazonaws.cn/s3/buckets/acme?")),
        ("us-gov-west-1", Some("https://console.amazonaws-us-gov.com/s3/buckets/acme?")),
        ("us-iso-east-1", None),
    ] {
        let subject = bucket("acme", region);
        let text = mail(&testing::report("s3-acl", subject, Mode::Enforce, Outcome::Failed), usize::MAX).text;
        match expected {
            Some(link) => assert!(text.contains(link), "{text}"),
            None => assert!(!text.contains("Console"), "{text}"),
        }
    }
}

#[test]
fn an_alert_that_is_too_long_is_cut_and_says_so() {
    let policy = "\"statement\" \\ ".repeat(30_000);
    let long = Report {
        evidence: vec![Evidence { title: "The whole policy".to_owned(), body: policy.clone() }],
        before: Some(json!({ "document": policy })),
        ..report(Outcome::Alerted)
    };
    let message = message(&long);
    assert!(message.body.len() <= 250_000, "{}", message.body.len());
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let text = body["email"].as_str().unwrap();
    assert!(text.contains("[... cut to fit into the message; the function's log has the whole]"));
    let facts: Value = serde_json::from_str(body["sqs"].as_str().unwrap()).unwrap();
    assert_eq!(facts["cut"], json!(["before"]));
    assert_eq!(facts["findings"].as_array().unwrap().len(), 2);
    // What could not be published is logged, and is not cut.
    assert!(message.mail.text.contains(&policy));
}

#[test]
fn of_commands_that_are_cut_each_is_whole_or_not_there() {
    let command = |n| format!("  aws ec2 place --interface eni-{n:05} --groups sg-1 sg-2 sg-3");
    let body: Vec<String> = (0..9_000).map(command).collect();
    let evidence = Evidence { title: "How to finish by hand".to_owned(), body: body.join("\n") };
    let long = Report { evidence: vec![evidence], ..report(Outcome::Failed) };
    let message: Value = serde_json::from_str(&message(&long).body).unwrap();
    let email = message["email"].as_str().unwrap();
    let commands: Vec<&str> = email.lines().filter(|line| line.starts_with("  aws")).collect();
    assert!((100..9_000).contains(&commands.len()), "{}", commands.len());
    assert!(commands.iter().all(|line| line.ends_with("sg-3")));
}

proptest! {
    #[test]
    fn a_subject_is_ascii_short_and_on_one_line(name in "[A-Za-z0-9._-]{3,255}", region in "[a-z]{2}-[a-z]{4,20}-[1-9]") {
        prop_assume!(name.chars().any(|c| c != '.'));
        for outcome in [Outcome::StillOpen, Outcome::Failed] {
            let report = Report {
                subject: bucket(&name, &region),
                ..report(outcome)
            };
            let line = mail(&report, usize::MAX).subject;
            prop_assert!(line.len() < 100, "{}", line);
            prop_assert!(line.bytes().all(|b| b.is_ascii_graphic() || b == b' '), "{}", line);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_message_always_fits(
        findings in 0_usize..200,
        size in 0_usize..1_000,
        evidence in 0_usize..100_000,
    ) {
        let one = report(Outcome::StillOpen);
        let mut finding = one.findings[0].clone();
        finding.summary = "é\"\\".repeat(size / 4);
        let change = remediation::Change { summary: finding.summary.clone(), ..one.changes[0].clone() };
        let long = Report {
            findings: vec![finding.clone(); findings],
            remaining: Some(vec![finding; findings]),
            changes: vec![change; findings],
            planned: vec!["\u{1}".repeat(size); findings],
            evidence: vec![Evidence { title: "All of it".to_owned(), body: "\"\n".repeat(evidence) }],
            ..one
        };
        let message = message(&long);
        prop_assert!(message.body.len() <= 250_000, "{}", message.body.len());
        prop_assert!(serde_json::from_str::<Value>(&message.body).is_ok());
    }
}

#[test]
fn the_mail_says_how_long_after_the_event_it_was_found_closed() {
    let report = |seconds: u64| {
        let mut report = Report {
            exposed_for: Some(Duration::from_millis(seconds * 1_000 + 250)),
            ..report(Outcome::Remediated)
        };
        report.subject.cause = report.subject.cause.with_open_since(Some("2026-11-22T05:41:00Z"));
        mail(&report, usize::MAX).text
    };
    for (seconds, later) in
        [(41, "41.2 s"), (185, "3 min 5 s"), (12_000, "3 h 20 min"), (3 * 24 * 3_600, "3 days")]
    {
        let said = format!(
            "It was open since 2026-11-22T05:41:00.000Z at the latest, and was found closed {later} after that."
        );
        assert!(report(seconds).contains(&said), "{}", report(seconds));
    }
}
