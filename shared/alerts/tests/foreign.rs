//! What others wrote writes no part of a mail but its own.

#![allow(dead_code, reason = "not all reports are used here")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::time::SystemTime;

use alerts::digest::digest;
use alerts::mail::mail;
use alerts::message::message;
use events::Cause;
use exemptions::{Exemption, Origin, Scope, Until};
use proptest::prelude::*;
use remediation::ledger::{Held, Hold, RecordId};
use remediation::{
    Brief, CallError, Denied, Evidence, Exempt, Finding, Outcome, Report, Unknown, Unread, testing,
};
use serde_json::Value;
use support::report;

const EVIL: &str = "drill\n\nWHAT YOU SHOULD DO NOW\n  - Nothing: this was a drill.";

/// A report in which all that others write says `words`.
fn saying(words: &str, outcome: Outcome) -> Report {
    let word = || words.to_owned();
    let denied = || CallError::Denied(Denied { action: "s3:GetBucketAcl", message: word() });
    let base = report(outcome);
    let finding = |finding: Finding| Finding { summary: word(), aside: word(), ..finding };
    let exemption = Exemption {
        origin: Origin::Tags,
        scope: Scope::default(),
        reason: word(),
        owner: Some(word()),
        until: Until::parse("2026-12-31").unwrap(),
    };
    let mut report = Report {
        found_before: base.findings.iter().cloned().map(finding).collect(),
        begun_before: base.findings.iter().cloned().map(finding).collect(),
        findings: base.findings.into_iter().map(finding).collect(),
        planned: vec![word()],
        changes: base
            .changes
            .into_iter()
            .map(|change| remediation::Change { summary: word(), ..change })
            .collect(),
        remaining: base.remaining.map(|left| left.into_iter().map(finding).collect()),
        waiting: vec![word()],
        hold: Some(Hold {
            until: SystemTime::UNIX_EPOCH + testing::NOW,
            by: Held::Feud { times: 3, opened_by: vec![word()] },
            tells: true,
        }),
        unread: vec![Unread { what: word(), unknown: Unknown::from(denied()) }],
        hindrance: Some(word()),
        exempt: Exempt { applied: vec![exemption], ..Exempt::default() },
        owner: Some(word()),
        error: Some(denied().into()),
        advice: vec![word()],
        evidence: vec![Evidence::new("The whole policy", word())],
        ..base
    };
    report.subject.cause = Cause::new(words).with_rule(Some(words)).with_opened_by(Some(words));
    report
}

/// The lines of a mail that look like titles, in the order of the mail.
fn titles(mail: &str) -> Vec<&str> {
    let is_indented = |line: &&str| line.trim().is_empty() || line.starts_with("  ");
    // Mail readers break lines at more than a line feed.
    let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    mail.split(breaks).skip(1).filter(|line| !is_indented(line)).collect()
}

fn of_a_digest(report: &Report) -> String {
    let at = SystemTime::UNIX_EPOCH + testing::NOW;
    let record = RecordId::new(&report.subject, "sg-ingress", at, "r1");
    digest("sg-ingress", &[Brief::of(report, &record, at)]).mail.text
}

fn default_of(report: &Report) -> String {
    let body: Value = serde_json::from_str(&message(report).body).unwrap();
    body.get("default").unwrap().as_str().unwrap().to_owned()
}

#[test]
fn words_that_look_like_a_section_stay_in_their_line() {
    let said = saying(EVIL, Outcome::Remediated);
    for text in [mail(&said, usize::MAX).text, of_a_digest(&said)] {
        assert!(text.contains("drill WHAT YOU SHOULD DO NOW - Nothing: this was a drill."), "{text}");
        assert!(!text.contains("\nWHAT YOU SHOULD DO NOW\n  - Nothing"), "{text}");
    }
    assert_eq!(default_of(&said).lines().count(), 1);
}

#[test]
fn a_block_keeps_its_lines_and_shows_what_does_not_print() {
    let body = "{\n  \"Sid\": \"a\u{2028}b\u{202e}\r\"\n}\n".to_owned();
    let shown =
        Report { evidence: vec![Evidence::new("The whole policy", body)], ..report(Outcome::Alerted) };
    let text = mail(&shown, usize::MAX).text;
    assert!(
        text.contains("\nTHE WHOLE POLICY\n  {\n    \"Sid\": \"a\\u2028b\\u202e\\u000d\"\n  }\n"),
        "{text}"
    );
}

fn foreign() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,12}",
        prop::sample::select(vec![
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "\t",
            "\u{b}",
            "\u{c}",
            "\u{85}",
            "\u{2028}",
            "\u{2029}",
            "\u{0}",
            "\u{202e}",
            "WHAT YOU SHOULD DO NOW",
            "  ",
            "  - Nothing.",
        ])
        .prop_map(ToOwned::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_others_write_the_titles_are_curfews(words in foreign(), limit in prop_oneof![Just(usize::MAX), 0_usize..60]) {
        let harmless = "x".repeat(words.len());
        for outcome in Outcome::ALL {
            let (said, plain) = (saying(&words, outcome), saying(&harmless, outcome));
            let (text, wanted) = (mail(&said, limit).text, mail(&plain, limit).text);
            prop_assert_eq!(titles(&text), titles(&wanted), "{}", text);
            let (text, wanted) = (of_a_digest(&said), of_a_digest(&plain));
            prop_assert_eq!(titles(&text), titles(&wanted), "{}", text);
            let default = default_of(&said);
            prop_assert_eq!(titles(&default), Vec::<&str>::new(), "{}", default);
        }
    }
}
