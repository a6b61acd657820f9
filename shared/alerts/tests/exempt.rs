//! What mails say of exemptions.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

#[expect(dead_code, reason = "the rest is for the other mails")]
mod support;

use std::time::SystemTime;

use alerts::mail::mail;
use alerts::message::message;
use exemptions::{Exemption, Flaw, Origin, Refused, Scope, Until};
use remediation::{CallError, Denied, Exempt, Note, Outcome, Report, Unread, testing};
use serde_json::{Value, json};
use support::report;

fn exemption(origin: Origin, scope: Scope, until: &str) -> Exemption {
    let owner = Some("web@example.com".to_owned());
    let until = Until::parse(until).unwrap();
    Exemption { origin, scope, reason: "our jump host".to_owned(), owner, until }
}

fn ending() -> Exempt {
    let ports = Scope { ports: Some([22].into()), ..Scope::default() };
    let applied = vec![
        exemption(Origin::Tags, Scope::default(), "2026-12-05"),
        exemption(Origin::Settings(2), ports, "2026-12-01T12:00:00Z"),
    ];
    Exempt { applied, ends_soon: true, ..Exempt::default() }
}

fn facts(report: &Report) -> Value {
    let body: Value = serde_json::from_str(&message(report).body).unwrap();
    serde_json::from_str(body["sqs"].as_str().unwrap()).unwrap()
}

#[test]
fn what_was_begun_before_it_was_exempt_is_not_said_to_be_unchanged() {
    let at = SystemTime::UNIX_EPOCH + testing::NOW;
    let changes = report(Outcome::Remediated).changes;
    assert!(!changes.is_empty());
    for changes in [changes, Vec::new()] {
        let note = Some(Note::LeftHalfWay(at));
        let text =
            mail(&Report { note, changes, exempt: ending(), ..report(Outcome::Exempt) }, usize::MAX).text;
        let first = text.lines().next().unwrap();
        assert!(
            first.ends_with("Curfew had begun to close it before, and what was done by then stays."),
            "{first}"
        );
        for claim in ["nothing was changed", "It changed nothing", "could NOT read"] {
            assert!(!text.contains(claim), "{text}");
        }
    }
}

#[test]
fn an_exemption_that_ends_soon_is_mailed_with_its_first_end_its_reasons_and_its_owners() {
    let report = Report { exempt: ending(), ..report(Outcome::Exempt) };
    let text = mail(&report, usize::MAX).text;
    assert!(
        text.starts_with(
            "Anyone on the internet may reach tcp 22 (the first of 2 findings). It is exempt until \
             2026-12-01T12:00:00Z, and nothing was changed.\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "\nWHAT IS EXEMPT\n  - everything, until the end of 2026-12-05 (UTC), by the resource's tags, owner \
             web@example.com: our jump host\n  - ports 22, until 2026-12-01T12:00:00Z, by `exemptions[2]` of the \
             settings, owner web@example.com: our jump host\n\nWHAT CURFEW DID\n"
        ),
        "{text}"
    );
    assert_eq!(
        facts(&report)["exemptions"][1],
        json!({
            "by": "`exemptions[2]` of the settings",
            "scope": "ports 22",
            "reason": "our jump host",
            "owner": "web@example.com",
            "until": "2026-12-01T12:00:00.000Z",
        })
    );
}

#[test]
fn where_the_rest_is_closed_what_is_exempt_is_said_to_stay() {
    let closed = Report { exempt: ending(), ..report(Outcome::Remediated) };
    let text = mail(&closed, usize::MAX).text;
    assert!(text.lines().next().unwrap().ends_with(" What is exempt is left as it is."), "{text}");
    assert!(text.contains("\nWHAT IS EXEMPT\n"), "{text}");
    let text = mail(&report(Outcome::Remediated), usize::MAX).text;
    assert!(!text.to_lowercase().contains("exempt"), "{text}");
}

#[test]
fn what_does_not_exempt_though_it_is_written_is_said_with_its_flaw() {
    let refused = Refused {
        origin: Origin::Tags,
        scope: Scope::default(),
        field: "curfew:exempt-until".to_owned(),
        flaw: Flaw::Over(Until::parse("2026-11-20").unwrap()),
    };
    let denied = CallError::Denied(Denied { action: "s3:GetBucketTagging", message: "no".to_owned() });
    let what = "the tags of the resource, which may exempt it".to_owned();
    let unread = Some(Unread { what, unknown: denied.into() });
    let exempt = Exempt { refused: vec![refused], unread, ..Exempt::default() };
    let report = Report { exempt, ..report(Outcome::Remediated) };
    let text = mail(&report, usize::MAX).text;
    assert!(
        text.contains(
            "\nEXEMPTIONS THAT DO NOT HOLD\n  - the resource's tags: `curfew:exempt-until` is over since \
             the end of 2026-11-20 (UTC)\n  - the tags of the resource, which may exempt it, could not be read: the \
             function's role may not call `s3:GetBucketTagging`\n"
        ),
        "{text}"
    );
    let facts = facts(&report);
    assert_eq!(facts["exemptions_refused"][0]["flaw"], "over");
    assert_eq!(facts["exemptions_refused"][0]["field"], "curfew:exempt-until");
    assert_eq!(facts["exemptions_refused"][1]["flaw"], "unread");
    assert_eq!(facts.get("exemptions"), None);
}
