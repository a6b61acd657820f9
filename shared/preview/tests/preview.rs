//! What a preview says, for people and for programs.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::time::{Duration, SystemTime};

use events::Region;
use insta::assert_snapshot;
use preview::{Part, Preview, Would, html, json, text};
use remediation::testing::doors::{denied, throttled};
use remediation::testing::{NOW, bucket, report};
use remediation::{Finding, Mode, Outcome, Remedy, Report, Severity, StepError, Unknown, Unread};
use serde_json::json;

fn of(name: &str, outcome: Outcome, severity: Severity) -> Report {
    let finding = Finding {
        kind: "public-grant",
        severity,
        remedy: Remedy::Close,
        summary: format!("Anyone on the internet may list `{name}` <b>now</b>"),
        aside: "; the bucket serves a website".to_owned(),
        evidence: json!({}),
    };
    Report {
        findings: vec![finding],
        planned: vec!["remove READ for AllUsers".to_owned()],
        before: Some(json!({ "grants": [name] })),
        ..report("s3-acl", bucket(name), Mode::Observe, outcome)
    }
}

fn preview() -> Preview {
    let failed = |name, error| Report {
        error: Some(StepError::Call(error)),
        ..report("s3-acl", bucket(name), Mode::Observe, Outcome::Failed)
    };
    let mut unread = of("acme-cdn", Outcome::Observed, Severity::Medium);
    unread.unread = vec![Unread { what: "Block Public Access".to_owned(), unknown: Unknown::from(denied()) }];
    let region = Some(Region::new("eu-west-1").unwrap());
    let reports = vec![
        of("acme-web", Outcome::Alerted, Severity::High),
        failed("acme-hr", denied()),
        of("acme-logs", Outcome::Observed, Severity::High),
        unread,
        of("acme-open", Outcome::Observed, Severity::Critical),
        report("s3-acl", bucket("acme-closed"), Mode::Observe, Outcome::Compliant),
    ];
    let listed = Part {
        control: "s3-acl",
        noun: "bucket",
        region: region.clone(),
        seen: 9,
        reports,
        not_listed: None,
    };
    let not_listed = Part {
        control: "sg-ingress",
        noun: "security group",
        region,
        seen: 0,
        reports: Vec::new(),
        not_listed: Some(throttled()),
    };
    let made_at = SystemTime::UNIX_EPOCH + NOW + Duration::ZERO;
    Preview { made_at, of: "account 210987654321".to_owned(), parts: vec![listed, not_listed] }
}

#[test]
fn the_text_of_a_preview() {
    assert_snapshot!(text(&preview()));
}

#[test]
fn each_resource_is_counted_once_and_what_is_clean_is_the_rest() {
    let preview = preview();
    let part = &preview.parts[0];
    let counts = Would::ALL.map(|would| part.count(would));
    assert_eq!((counts, part.clean()), ([3, 1, 1, 0], 4));
    let json = json(&preview);
    assert_eq!(json["parts"][0]["close"], 3);
    assert_eq!(json["parts"][0]["clean"], 4);
    assert_eq!(json["parts"][1]["not_listed"]["kind"], "unavailable");
    let would: Vec<(&str, &str)> = json["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["resource"].as_str().unwrap(), one["would"].as_str().unwrap()))
        .collect();
    // The worst first.
    assert_eq!(
        would,
        [
            ("acme-open", "close"),
            ("acme-logs", "close"),
            ("acme-cdn", "close"),
            ("acme-web", "mail"),
            ("acme-hr", "unknown"),
        ]
    );
}

#[test]
fn the_page_needs_nothing_else_and_takes_no_markup_from_names() {
    let page = html(&preview()).unwrap();
    for outside in ["src=", "url(", "@import", "<link", "<img", "fetch("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("<b>now</b>"), "what is found is text");
    assert_eq!(page.matches("<tr data-would=").count(), 5);
}

#[test]
fn where_nothing_is_open_the_page_says_so() {
    let preview = Preview { parts: Vec::new(), ..preview() };
    assert!(html(&preview).unwrap().contains("Nothing is open."));
}

#[test]
fn a_name_cannot_move_the_cursor_of_a_terminal() {
    let mut preview = preview();
    preview.parts[0].reports[0].findings[0].summary = "red \u{1b}[31m alert".to_owned();
    assert!(!text(&preview).contains('\u{1b}'));
}
