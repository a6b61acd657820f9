//! The mail about several subjects.

#![allow(dead_code, reason = "not all reports are in digests")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod support;

use std::time::{Duration, SystemTime};

use alerts::digest::digest;
use events::Cause;
use insta::assert_snapshot;
use proptest::prelude::*;
use remediation::ledger::RecordId;
use remediation::testing::NOW;
use remediation::{Brief, Note, Outcome, Report, Sentences, Severity};
use serde_json::{Value, json};
use support::{bucket, report};

fn at(minutes: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW + Duration::from_secs(minutes * 60)
}

fn brief(name: &str, outcome: Outcome, minutes: u64) -> Brief {
    let mut subject = bucket(name, "eu-west-1");
    if outcome == Outcome::Remediated {
        let call = Cause::new("CloudTrail AuthorizeSecurityGroupIngress");
        subject.cause = call.with_opened_by(Some("arn:aws:iam::210987654321:user/ann"));
    }
    let report = Report { subject: subject.clone(), ..report(outcome) };
    let record = RecordId::new(&subject, "sg-ingress", at(minutes), "r1");
    let is_reversible = outcome == Outcome::Remediated;
    Brief { is_reversible, ..Brief::of(&report, &record, at(minutes)) }
}

fn members(briefs: &[Brief]) -> (String, Value, Value) {
    let message = digest("sg-ingress", briefs);
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let facts = serde_json::from_str(body["sqs"].as_str().unwrap()).unwrap();
    (body["email"].as_str().unwrap().to_owned(), facts, json!(message.attributes))
}

#[test]
fn the_mail_about_several_subjects() {
    let mut low = brief("acme-low", Outcome::Remediated, 0);
    low.severity = Severity::Low;
    let briefs = [
        low,
        brief("acme-a", Outcome::Remediated, 20),
        brief("acme-b", Outcome::Observed, 10),
        brief("acme-c", Outcome::Alerted, 30),
    ];
    let message = digest("sg-ingress", &briefs);
    assert_snapshot!(format!("Subject: {}\n\n{}", message.mail.subject, message.mail.text));
}

#[test]
fn programs_get_the_same_as_a_list() {
    let (_, facts, attributes) = members(&[brief("acme", Outcome::Remediated, 0)]);
    assert_snapshot!(serde_json::to_string_pretty(&facts).unwrap());
    let wanted = json!({
        "account": "210987654321", "control": "sg-ingress", "outcome": "digest", "region": "eu-west-1", "severity": "high",
    });
    assert_eq!(attributes, wanted);
}

#[test]
fn the_headline_counts_what_is_there() {
    let several = |outcomes: &[(&str, Outcome)]| {
        let briefs: Vec<Brief> =
            outcomes.iter().map(|(name, outcome)| brief(&format!("acme-{name}"), *outcome, 0)).collect();
        let message = digest("sg-ingress", &briefs);
        let first = message.mail.text.lines().next().unwrap().to_owned();
        let when = "in eu-west-1 between 2026-11-22T05:41:07.120Z and 2026-11-22T05:41:07.120Z";
        (message.mail.subject, first.replace(when, "WHEN"))
    };
    let (closed, alerted) = (Outcome::Remediated, Outcome::Alerted);
    for (outcomes, subject, headline) in [
        (vec![("a", closed)], "1 resource closed", "Curfew closed 1 resource WHEN."),
        // The same resource twice is one resource.
        (vec![("a", closed), ("a", closed)], "1 resource closed", "Curfew closed 1 resource WHEN."),
        (
            vec![("a", closed), ("b", closed), ("c", alerted)],
            "2 resources closed, 1 other report",
            "Curfew closed 2 resources WHEN. It also reports: 1 alerted.",
        ),
        (
            vec![("a", alerted), ("b", Outcome::Gone), ("c", alerted)],
            "3 reports",
            "Curfew has 3 reports WHEN: 2 alerted, 1 gone.",
        ),
    ] {
        let (in_subject, first) = several(&outcomes);
        assert_eq!(first, headline);
        assert_eq!(in_subject, format!("[Curfew] digest, high: sg-ingress: {subject} (eu-west-1)"));
    }
}

#[test]
fn what_is_exempt_is_said_with_its_terms_and_what_is_not_with_the_reason() {
    let one = |sentence: &str| Sentences { first: vec![sentence.to_owned()], others: 0 };
    let said = Brief {
        exempt: one("everything, until the end of 2026-12-31 (UTC)"),
        refused: one("the resource's tags: `curfew:exempt-until` is missing"),
        ..brief("acme", Outcome::Exempt, 0)
    };
    let (mail, facts, _) = members(&[said]);
    for line in [
        "\n      Exempt: everything, until the end of 2026-12-31 (UTC)\n",
        "\n      Not exempt: the resource's tags: `curfew:exempt-until` is missing\n",
    ] {
        assert!(mail.contains(line), "{mail}");
    }
    let entry = &facts["entries"][0];
    assert!(entry["exemptions"]["first"].is_array() && entry["exemptions_refused"]["first"].is_array());
}

#[test]
fn what_somebody_else_had_a_part_in_is_not_counted_as_closed_by_curfew_and_its_note_is_told() {
    for note in [Note::ClosedInPart, Note::Unanswered, Note::CutOff(at(0))] {
        let words = note.words();
        let of = |note| {
            Brief::of(
                &Report { note, ..report(Outcome::Remediated) },
                &RecordId::new(&bucket("acme", "eu-west-1"), "sg-ingress", at(0), "r1"),
                at(0),
            )
        };
        let (mail, facts, _) = members(&[brief("web", Outcome::Remediated, 0), of(Some(note))]);
        let headline = mail.lines().next().unwrap();
        assert!(headline.starts_with("Curfew closed 1 resource in"), "{headline}");
        assert!(headline.ends_with("It also reports: 1 that it closed in part, or may have."), "{headline}");
        assert_eq!(mail.matches(&format!("\n      Note: {words}\n")).count(), 1, "{mail}");
        let notes: Vec<_> = facts["entries"].as_array().unwrap().iter().map(|entry| &entry["note"]).collect();
        assert!(notes.contains(&&json!(words)) && notes.contains(&&Value::Null), "{notes:?}");
        assert_eq!(facts["counts"], json!({ "remediated": 2 }));
        let in_part = facts["entries"].as_array().unwrap().iter().map(|entry| entry["in_part"] == true);
        assert_eq!(in_part.filter(|is_in_part| *is_in_part).count(), 1);
        let mail = members(&[of(Some(Note::BegunBefore(at(0))))]).0;
        assert!(mail.starts_with("Curfew closed 1 resource in"), "{mail}");
    }
}

#[test]
fn a_restore_is_offered_only_for_what_it_takes() {
    for (outcome, is_reversible) in
        [(Outcome::Remediated, true), (Outcome::ClosedMeanwhile, true), (Outcome::ClosedMeanwhile, false)]
    {
        let mail = members(&[Brief { is_reversible, ..brief("acme", outcome, 0) }]).0;
        assert_eq!(mail.contains("make restore REGION=eu-west-1 RECORD="), is_reversible, "{mail}");
    }
}

#[test]
fn what_was_open_when_it_was_observed_is_not_said_to_be_open_now() {
    let cases = [Outcome::Observed, Outcome::Remediated, Outcome::Exempt, Outcome::Alerted];
    let briefs: Vec<Brief> =
        cases.into_iter().zip(0..).map(|(outcome, minutes)| brief("acme", outcome, minutes)).collect();
    let mail = members(&briefs).0;
    assert!(!mail.contains("is still open"), "{mail}");
    let now = mail.split("WHAT YOU SHOULD DO NOW\n").nth(1).unwrap();
    let first: Vec<&str> = now.lines().filter_map(|line| line.split(": ").next()).collect();
    let looks = ["alerted", "observed", "exempt"].map(|outcome| format!("  - Look at what is `{outcome}`"));
    assert_eq!(first, looks, "nothing is left out for the sake of another");
}

#[test]
fn what_does_not_fit_is_counted_and_the_worst_is_there() {
    let mut briefs: Vec<Brief> =
        (0..1_000).map(|number| brief(&format!("acme-{number}"), Outcome::Alerted, number)).collect();
    briefs.push(Brief { severity: Severity::Critical, ..brief("worst", Outcome::Alerted, 2_000) });
    let (mail, facts, _) = members(&briefs);
    let listed = mail.matches("      Record: ").count();
    assert!(listed >= 75, "{listed}");
    let said = format!("  ... and {} more, which do not fit into a mail. All of them:", 1_001 - listed);
    assert!(mail.contains(&said), "{mail}");
    assert!(mail.contains("\n  make report REGION=eu-west-1 SINCE=2026-11-22 FORMAT=csv\n"));
    let entries = facts["entries"].as_array().unwrap();
    assert_eq!(entries.len() as u64 + facts["left_out"].as_u64().unwrap(), 1_001);
    assert_eq!((&facts["counts"]["alerted"], &entries[0]["resource"]), (&json!(1_001), &json!("worst")));
    assert_eq!(facts["severity"], "critical");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_digest_always_fits_and_has_a_plain_subject(
        many in 1_usize..1_000,
        letter in prop::sample::select(vec!["x", "é", "\"", "\u{1}", "\u{1F512}"]),
        length in 0_usize..301,
        outcome in prop::sample::select(vec![Outcome::Remediated, Outcome::Observed, Outcome::Alerted]),
    ) {
        let long = Sentences { first: vec![letter.repeat(length); 3], others: 9 };
        let brief = |number| Brief {
            findings: long.clone(),
            steps: long.clone(),
            exempt: long.clone(),
            refused: long.clone(),
            ..brief(&format!("acme-{number}"), outcome, number)
        };
        let briefs: Vec<Brief> = (0..many as u64).map(brief).collect();
        let message = digest("s3-policy", &briefs);
        prop_assert!(message.body.len() <= 250_000, "{}", message.body.len());
        prop_assert!(serde_json::from_str::<Value>(&message.body).is_ok());
        let subject = message.mail.subject;
        prop_assert!(subject.len() < 100 && subject.bytes().all(|b| b.is_ascii_graphic() || b == b' '), "{}", subject);
    }
}
