//! What is a case, what is none, and what cannot be read.

use remediation::Outcome;
use report::{Ending, Tally};
use serde_json::{Value, json};

use crate::made::{finish, gathering, json_of, line, record};

fn read(lines: &[String]) -> report::Report {
    let mut gathering = gathering();
    for (number, text) in (1..).zip(lines) {
        gathering.line(text, || format!("line {number}"));
    }
    finish(gathering)
}

#[test]
fn what_cannot_be_read_is_counted_and_named() {
    let report = read(&[
        "no JSON at all".to_owned(),
        r#"{"outcome": "remediated", "arn": "arn:aws:s3:::web", "timestamp"#.to_owned(),
        line("web", "2026-11-02T10:00:00Z", "vanished").line(),
        line("web", "yesterday", "failed").line(),
        record("web", "2026-11-02T10:00:00.000Z", "remediated").with("/attempts", json!("none")).line(),
        record("web", "2026-11-02T10:00:00.000Z", "remediated").line(),
    ]);
    let what: Vec<&str> = report.unreadable.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(what, ["line 1", "line 2", "line 3", "line 4", "line 5"]);
    assert!(report.unreadable[2].why.contains("`vanished`"), "{:?}", report.unreadable);
    assert_eq!(report.cases.len(), 1);
    assert_eq!(json_of(&report)["read"]["unreadable"], 5);
    assert!(
        report::text(&report)
            .contains("COULD NOT BE READ, and so stand in none of the numbers: 5\n  line 1: ")
    );
    assert!(report::html(&report).unwrap().contains("5 could not be read"));
}

#[test]
fn other_lines_of_a_log_are_no_cases() {
    let report = read(&[
        "START RequestId: 5f2c9a1e Version: 3".to_owned(),
        r#"{"time": "2026-11-02T10:00:00Z", "type": "platform.report", "record": {}}"#.to_owned(),
        r#"{"_aws": {"Timestamp": 1}, "Remediated": 1}"#.to_owned(),
        line("web", "2026-11-02T10:00:00Z", "compliant").line(),
        line("web", "2026-11-02T11:00:00Z", "gone").line(),
        line("web", "2026-11-02T11:00:00Z", "observed").with("/compliance", json!("NON_COMPLIANT")).line(),
        line("web", "2026-10-31T23:59:59.999Z", "failed").line(),
        format!("2026-11-02T12:00:00 {}", line("web", "2026-11-02T12:00:00Z", "failed").line()),
    ]);
    assert!(report.unreadable.is_empty(), "{:?}", report.unreadable);
    let read = report.read;
    assert_eq!((read.lines, read.clean_lines, read.evaluations, read.others, read.outside), (4, 2, 1, 3, 1));
    assert_eq!(report.cases.len() + read.clean_lines + read.outside, read.lines);
}

#[test]
fn lines_that_say_the_same_are_one_case_and_the_last_holds() {
    let failed = |at: &str, why: &str| {
        line("web", at, "failed").with("/error", json!({ "kind": "unavailable", "message": why })).line()
    };
    let id = "2026-11-02T10:00:00.000Z.s3-acl.5f2c9a1e@arn:aws:s3:::logs";
    let of_record = |at: &str, outcome: &str| line("logs", at, outcome).with("/record", json!(id)).line();
    let report = read(&[
        failed("2026-11-02T10:00:00Z", "the first"),
        failed("2026-11-02T12:00:00Z", "the last"),
        failed("2026-11-02T11:00:00Z", "the second"),
        of_record("2026-11-02T10:00:01Z", "still-open"),
        of_record("2026-11-02T10:05:00Z", "remediated"),
    ]);
    assert_eq!(report.cases.len(), 2);
    let [web, logs] = report.cases.as_slice() else { unreachable!() };
    assert_eq!((web.times, web.error.as_deref()), (3, Some("the last")));
    assert_eq!((logs.times, logs.ending), (2, Ending::Is(Outcome::Remediated)));
    assert_eq!(logs.began, crate::made::at("2026-11-02T10:00:00Z"));
}

#[test]
fn a_record_tells_more_than_a_line_about_the_same_whichever_comes_first() {
    let made =
        record("web", "2026-11-02T10:00:00.000Z", "remediated").opened("kim", "2026-11-02T09:00:00.000Z");
    let said = line("web", "2026-11-02T10:00:03Z", "remediated").with("/record", made.0["id"].clone()).line();
    for lines in [[made.line(), said.clone()], [said.clone(), made.line()]] {
        let report = read(&lines);
        assert_eq!((report.cases.len(), report.cases[0].opened_by.as_deref()), (1, Some("kim")));
        assert_eq!((report.read.records, report.read.lines), (1, 1));
    }
}

#[test]
fn a_record_that_was_open_when_it_was_read_first_and_ended_since_is_one() {
    let ended = record("web", "2026-11-02T10:00:00.000Z", "remediated");
    let report =
        crate::made::report(&[record("web", "2026-11-02T10:00:00.000Z", "remediated").open(), ended]);
    assert_eq!((report.cases.len(), report.read.records), (1, 1));
    assert_eq!(Tally::of(&report).not_over, 0);
}

#[test]
fn a_line_tells_how_long_and_what_and_who() {
    let report = read(&[line("web", "2026-11-02T10:00:00Z", "remediated")
        .with("/record", json!("2026-11-02T09:59:58.000Z.s3-acl.5f2c9a1e@arn:aws:s3:::web"))
        .with("/exposed_for_ms", json!(61_000))
        .with("/opened_by", json!("kim"))
        .with("/note", json!("somebody else closed a part"))
        .with("/in_part", json!(true))
        .with("/findings", json!([{ "summary": "Anyone may list", "severity": "high" }, { "summary": "Anyone may write", "severity": "critical" }]))
        .with("/changes", json!([{ "action": "s3:PutBucketAcl", "summary": "removed READ for AllUsers", "detail": {} }]))
        .line()]);
    let case = &report.cases[0];
    assert_eq!(case.exposed_for, Some(std::time::Duration::from_secs(61)));
    assert_eq!(case.severity, Some(remediation::Severity::Critical));
    assert_eq!(case.changes, ["removed READ for AllUsers"]);
    assert_eq!((case.opened_by.as_deref(), case.mails), (Some("kim"), None));
    assert_eq!((case.note.as_deref(), case.is_in_part), (Some("somebody else closed a part"), true));
    assert!(case.restore_command("curfew").is_some());
    assert!(report::html(&report).unwrap().contains("Log lines do not say what a resource was afterwards"));
}

#[test]
fn a_line_says_what_earlier_deliveries_found_as_a_record_does_first_the_worst_and_then_the_first() {
    let finding = |what: &str, severity: &str| json!({ "summary": what, "severity": severity });
    let report = read(&[line("web", "2026-11-02T10:00:00Z", "remediated")
        .with("/findings", json!([finding("tcp 22", "high"), finding("tcp 80", "medium")]))
        .with("/found_before", json!([finding("tcp 443", "high")]))
        .with("/begun_before", json!([finding("all", "critical")]))
        .line()]);
    let case = &report.cases[0];
    assert_eq!(case.findings, ["all", "tcp 443", "tcp 22", "tcp 80"]);
    assert_eq!(case.severity, Some(remediation::Severity::Critical));
}

#[test]
fn a_line_and_a_record_say_of_an_exemption_what_there_is_to_say() {
    let exemption = json!({ "by": "the resource's tags", "owner": null, "until": "2027-01-31T00:00:00.000Z", "reason": "ours" });
    let of_line =
        line("web", "2026-11-02T10:00:00Z", "exempt").with("/exemptions", json!([exemption])).line();
    let of_record = record("web", "2026-11-02T10:00:00.000Z", "exempt")
        .with("/attempts/0/result/exempt", json!({ "exemptions": [exemption] }));
    for report in [read(&[of_line]), crate::made::report(&[of_record])] {
        let expected = "by the resource's tags, until 2027-01-31T00:00:00.000Z, reason ours";
        assert_eq!(report.cases[0].exempt, [expected]);
    }
}

#[test]
fn what_would_have_been_done_is_what_was_planned() {
    let made = || record("web", "2026-11-02T10:00:00.000Z", "observed").unchanged();
    let plan = made().0.pointer("/attempts/0/plan").unwrap().clone();
    let planned = crate::made::report(&[made()]).cases.remove(0).planned;
    let watched = made().with("/attempts/0/plan", Value::Null).with("/attempts/0/result/foreseen", plan);
    let case = crate::made::report(&[watched]).cases.remove(0);
    assert_eq!(case.planned, planned);
    assert!(!planned.is_empty() && case.attempts[0].plan.is_some() && !case.is_reversible);
}

#[test]
fn what_was_going_to_be_done_is_what_each_delivery_was_going_to_do() {
    let step = |what: &str| json!({ "not of this version": what });
    let made = record("web", "2026-11-02T10:00:00.000Z", "still-open");
    let first = made.0.pointer("/attempts/0").unwrap().clone();
    let attempts = ["one", "two", "one"].map(|what| {
        let mut attempt = first.clone();
        attempt["plan"] = step(what);
        attempt
    });
    let case = crate::made::report(&[made.with("/attempts", json!(attempts))]).cases.remove(0);
    assert_eq!(case.planned, [step("one").to_string(), step("two").to_string()]);
}

#[test]
fn a_line_without_a_change_that_is_known_may_have_something_to_put_back() {
    let made = || {
        line("web", "2026-11-02T10:00:00Z", "closed-meanwhile")
            .with("/record", json!("2026-11-02T09:59:58.000Z.s3-acl.5f2c9a1e@arn:aws:s3:::web"))
    };
    let report = read(&[made().line()]);
    assert_eq!(report.cases[0].restore_command("curfew"), None);
    let report = read(&[made().with("/may_have_changed", json!(true)).line()]);
    assert!(report.cases[0].restore_command("curfew").is_some());
}

#[test]
fn what_is_not_in_the_controls_types_is_said_as_it_is_written() {
    let made = record("web", "2026-11-02T10:00:00.000Z", "remediated")
        .with("/attempts/0/result/changes", json!([{ "of another": "version" }]))
        .with("/attempts/0/plan", json!({ "of another": "version" }));
    let case = &crate::made::report(&[made]).cases[0];
    assert_eq!(case.changes, [r#"{"of another":"version"}"#]);
    assert_eq!(case.planned, [r#"{"of another":"version"}"#]);
}

#[test]
fn what_several_deliveries_found_counts_once_and_not_what_others_closed_before_curfew_did_anything() {
    let finding =
        |what: &str, severity: &str| json!({ "kind": "public-grant", "severity": severity, "summary": what });
    let attempts = |first: Value| {
        let made = record("web", "2026-11-02T10:00:00.000Z", "remediated");
        let mut second = made.0.pointer("/attempts/0").unwrap().clone();
        let mut before = second.clone();
        before["findings"] =
            json!([finding("anyone may list", "high"), finding("anyone may write", "critical")]);
        before["result"] = first;
        second["findings"] =
            json!([finding("anyone may list", "high"), finding("anyone may read the ACL", "medium")]);
        let made = made.with("/attempts", json!([before, second]));
        let case = crate::made::report(&[made]).cases.remove(0);
        (case.findings.join(", "), case.severity.unwrap().as_str())
    };
    let ended = |changes: Value, is_in_doubt: bool| {
        let at = "2026-11-02T10:00:01.000Z";
        json!({ "at": at, "outcome": "failed", "changes": changes, "is_in_doubt": is_in_doubt })
    };
    let both = ("anyone may write, anyone may list, anyone may read the ACL".to_owned(), "critical");
    assert_eq!(attempts(ended(json!([{ "removed": {} }]), false)), both);
    assert_eq!(attempts(ended(json!([]), true)), both);
    assert_eq!(attempts(Value::Null), both);
    assert_eq!(
        attempts(ended(json!([]), false)),
        ("anyone may list, anyone may read the ACL".to_owned(), "high")
    );
}

#[test]
fn a_time_without_a_case_says_so() {
    let report = read(&[]);
    assert!(report::text(&report).contains("Nothing: there is no case in this time."));
    let page = report::html(&report).unwrap();
    assert!(page.contains("Nothing: there is no case in this time.") && !page.contains("<script>"));
    let json = json_of(&report);
    assert_eq!(
        (&json["total"], &json["cases"], &json["exposure"]["median_ms"]),
        (&json!(0), &json!([]), &Value::Null)
    );
    let mut csv = Vec::new();
    report::csv(&report, &mut csv).unwrap();
    assert_eq!(String::from_utf8(csv).unwrap().lines().count(), 1);
}
