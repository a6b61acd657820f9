use exemptions::{Exemption, Flaw, Origin, Refused, Scope, Until};
use remediation::testing::{bucket, report};
use remediation::{Exempt, Finding, Mode, Outcome, Remedy, Report, Severity};
use serde_json::Value;

use crate::{Compliance, Verdict};

fn ended(outcome: Outcome) -> Report {
    report("s3-acl", bucket("acme"), Mode::Observe, outcome)
}

fn finding(summary: &str) -> Finding {
    Finding {
        kind: "public-grant",
        severity: Severity::High,
        remedy: Remedy::Close,
        summary: summary.to_owned(),
        aside: String::new(),
        evidence: Value::Null,
    }
}

fn exemption(reason: &str, until: &str) -> Exemption {
    Exemption {
        origin: Origin::Tags,
        scope: Scope::default(),
        reason: reason.to_owned(),
        owner: None,
        until: Until::parse(until).unwrap(),
    }
}

fn words(verdict: &Verdict) -> &str {
    verdict.annotation.as_ref().unwrap().as_str()
}

#[test]
fn whatever_curfew_would_close_or_mail_does_not_comply() {
    for outcome in [Outcome::Observed, Outcome::Alerted] {
        let report = Report { findings: vec![finding("anyone can list it")], ..ended(outcome) };
        let verdict = Verdict::of(&report, &[]).unwrap();
        assert_eq!((verdict.compliance, words(&verdict)), (Compliance::NonCompliant, "anyone can list it"));
    }
}

#[test]
fn what_is_clean_complies_without_a_word_and_what_is_gone_is_not_judged() {
    let clean = Verdict::of(&ended(Outcome::Compliant), &[]).unwrap();
    assert_eq!(clean, Verdict { compliance: Compliance::Compliant, annotation: None });
    let gone = Verdict::of(&ended(Outcome::Gone), &[]).unwrap();
    assert_eq!(gone.compliance, Compliance::NotApplicable);
    assert_eq!(words(&gone), "the resource does not exist any more");
}

#[test]
fn what_could_not_be_evaluated_is_told_in_no_way() {
    let report = Report { findings: vec![finding("anyone can list it")], ..ended(Outcome::Failed) };
    assert_eq!(Verdict::of(&report, &[]), None);
}

#[test]
fn what_is_exempt_complies_for_a_reason_and_until_then() {
    let applied = vec![exemption("our website", "2027-06-30"), exemption("a fair", "2026-12-31")];
    let exempt = Exempt { applied, ..Exempt::default() };
    let report = Report { findings: vec![finding("anyone can list it")], exempt, ..ended(Outcome::Exempt) };
    let verdict = Verdict::of(&report, &[]).unwrap();
    assert_eq!(verdict.compliance, Compliance::Compliant);
    let first = "exempt: everything, until the end of 2026-12-31 (UTC), by the resource's tags: a fair";
    assert!(words(&verdict).starts_with(first), "{verdict:?}");
    assert!(words(&verdict).contains("2027-06-30"), "{verdict:?}");
}

#[test]
fn an_end_stays_in_view_however_long_the_reason_is() {
    let exempt =
        Exempt { applied: vec![exemption(&"because ".repeat(60), "2026-12-31")], ..Exempt::default() };
    let verdict = Verdict::of(&Report { exempt, ..ended(Outcome::Exempt) }, &[]).unwrap();
    assert!(words(&verdict).contains("2026-12-31") && words(&verdict).ends_with("..."), "{verdict:?}");
}

#[test]
fn an_exemption_that_does_not_exempt_says_so() {
    let refused = Refused {
        origin: Origin::Tags,
        scope: Scope::default(),
        field: "curfew:exempt-until".to_owned(),
        flaw: Flaw::Missing,
    };
    let exempt = Exempt { refused: vec![refused], ..Exempt::default() };
    let report = Report { findings: vec![finding("anyone can list it")], exempt, ..ended(Outcome::Observed) };
    let verdict = Verdict::of(&report, &[]).unwrap();
    assert!(words(&verdict).starts_with("anyone can list it; not exempt: "), "{verdict:?}");
    assert!(words(&verdict).contains("curfew:exempt-until"), "{verdict:?}");
}

#[test]
fn what_was_judged_by_the_item_says_so_however_much_was_found() {
    let by_item = ["s3:GetBucketAcl"];
    let note = "judged by AWS Config's record: s3:GetBucketAcl is denied";
    assert_eq!(words(&Verdict::of(&ended(Outcome::Compliant), &by_item).unwrap()), note);
    let findings = vec![finding("anyone can list it"), finding(&"anyone can write to it ".repeat(20))];
    let verdict = Verdict::of(&Report { findings, ..ended(Outcome::Observed) }, &by_item).unwrap();
    assert_eq!(words(&verdict), format!("anyone can list it; and 1 more; {note}"));
}
