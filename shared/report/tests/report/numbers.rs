//! Every number, and that each adds up.

use std::time::Duration;

use remediation::Outcome;
use report::{Ending, Kind, Report, Tally};
use serde_json::{Value, json};

use crate::made::{Made, at, json_of, record, report};

fn restore(name: &str, at: &str, of: &str) -> Made {
    record(name, at, "restored")
        .with("/attempts/0/findings", json!([]))
        .with("/restores", json!({ "record": format!("{of}.s3-acl.5f2c9a1e@arn:aws:s3:::{name}"), "reason": "a website", "claimed_by": "kim", "grace_until": "2026-11-30T00:00:00.000Z" }))
}

fn held(name: &str, at: &str) -> Made {
    record(name, at, "held").open().with("/attempts/0/result", Value::Null).with(
        "/held",
        json!({ "until": "2026-11-20T00:00:00.000Z", "by": { "kind": "feud", "times": 3, "opened_by": ["kim", "lee"] }, "tells": true }),
    )
}

fn of_group(made: Made, control: &str) -> Made {
    made.with("/control", json!(control))
        .with("/id", json!("2026-11-05T00:00:00.000Z.sg-ingress.5f2c9a1e@arn:aws:ec2:eu-west-1:210987654321:security-group/sg-1"))
        .with("/attempts/0/plan", Value::Null)
        .with("/attempts/0/result/changes", json!([{ "tagged": { "key": "curfew:quarantined-at", "value": "now" } }]))
}

fn all() -> Report {
    report(&[
        record("web", "2026-11-02T10:00:00.000Z", "remediated").opened("kim", "2026-11-02T09:59:02.000Z"),
        record("web", "2026-11-09T10:00:00.000Z", "remediated").opened("lee", "2026-11-09T09:58:02.000Z"),
        record("web", "2026-11-10T10:00:00.000Z", "remediated"),
        restore("web", "2026-11-09T12:00:00.000Z", "2026-11-09T10:00:00.000Z"),
        record("logs", "2026-11-09T10:00:00.000Z", "remediated").opened("kim", "2026-11-09T07:00:02.000Z"),
        record("cdn", "2026-11-10T10:00:00.000Z", "alerted").unchanged(),
        record("people", "2026-11-10T10:00:00.000Z", "observed").unchanged(),
        record("old", "2026-11-10T10:00:00.000Z", "exempt").unchanged(),
        record("gone", "2026-11-10T10:00:00.000Z", "gone").unchanged(),
        held("feud", "2026-11-12T10:00:00.000Z"),
        record("half", "2026-11-13T10:00:00.000Z", "still-open"),
        record("bad", "2026-11-13T10:00:00.000Z", "failed")
            .unchanged()
            .with("/attempts/0/result/error", json!({ "kind": "access-denied", "message": "no" })),
        of_group(record("sg-one", "2026-11-30T10:00:00.000Z", "remediated"), "sg-ingress"),
        record("now", "2026-11-29T23:59:59.000Z", "remediated")
            .with("/attempts/0/result", Value::Null)
            .open(),
    ])
}

#[test]
fn each_case_is_counted_once_everywhere() {
    let report = all();
    let tally = Tally::of(&report);
    assert_eq!(tally.total, 14);
    assert_eq!(report.read.records, 14);
    assert_eq!(tally.endings.iter().map(|(_, count)| count).sum::<usize>(), 14);
    let counts = [
        (Ending::Is(Outcome::Remediated), 5),
        (Ending::Is(Outcome::Restored), 1),
        (Ending::Is(Outcome::Alerted), 1),
        (Ending::Is(Outcome::Observed), 1),
        (Ending::Is(Outcome::Exempt), 1),
        (Ending::Is(Outcome::Held), 1),
        (Ending::Open, 1),
        (Ending::Is(Outcome::StillOpen), 1),
        (Ending::Is(Outcome::Failed), 1),
        (Ending::Is(Outcome::Gone), 1),
        (Ending::Is(Outcome::Compliant), 0),
    ];
    for (ending, count) in counts {
        assert_eq!(tally.ended(ending), count, "{ending}");
    }
    assert_eq!(Kind::ALL.map(|kind| tally.of_kind(kind)), [5, 1, 1, 1, 1, 2, 2, 1]);
    let controls: Vec<(&str, usize)> =
        tally.controls.iter().map(|(control, counts)| (control.as_str(), counts.iter().sum())).collect();
    assert_eq!(controls, [("s3-acl", 13), ("sg-ingress", 1)]);
    // All endings and all kinds are in the tables.
    for ending in Ending::ALL {
        assert!(Kind::ALL.contains(&ending.kind()));
    }
}

#[test]
fn over_time_each_is_on_the_day_on_which_it_ended_or_is_said_not_to_be_over() {
    let tally = Tally::of(&all());
    assert_eq!((tally.days.len(), tally.step, tally.not_over), (30, 1, 2));
    let on = |day: &str| tally.days.iter().find(|one| one.first == day).unwrap().kinds;
    assert_eq!(on("2026-11-09"), [2, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(on("2026-11-10"), [1, 0, 1, 1, 1, 0, 0, 1]);
    assert_eq!(on("2026-11-13"), [0, 0, 0, 0, 0, 0, 2, 0]);
    assert_eq!(on("2026-11-01"), [0; 8]);
    let all: usize = tally.days.iter().flat_map(|day| day.kinds).sum();
    assert_eq!(all + tally.not_over, tally.total);
}

#[test]
fn a_long_time_has_few_bars_and_loses_no_case() {
    for (since, until, step, bars) in [
        ("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z", 1, 61),
        ("2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z", 7, 13),
        ("2025-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 7, 57),
        ("2016-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 91, 41),
        ("1026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 5892, 62),
    ] {
        let mut report = all();
        report.period = report::Period { since: Some(at(since)), until: Some(at(until)) };
        let tally = Tally::of(&report);
        assert_eq!((tally.step, tally.days.len()), (step, bars), "{since}");
        assert_eq!(
            tally.days.iter().flat_map(|day| day.kinds).sum::<usize>() + tally.not_over,
            tally.total,
            "{since}"
        );
    }
}

#[test]
fn how_long_it_was_open_is_from_what_the_trigger_tells_to_the_read_that_found_it_closed() {
    let tally = Tally::of(&all());
    let seconds = Duration::from_secs;
    assert_eq!((tally.exposure.closed, tally.exposure.known), (5, 3));
    assert_eq!(tally.exposure.longest, Some(seconds(3 * 3_600)));
    // Of 60, 120 and 10,800 seconds.
    assert_eq!(tally.exposure.median, Some(seconds(120)));
    assert_eq!(tally.exposure.most, Some(seconds(3 * 3_600)));
    let report = all();
    let slowest: Vec<&str> = tally.slowest.iter().map(|place| report.cases[*place].name.as_str()).collect();
    assert_eq!(slowest, ["logs", "web", "web"]);
}

#[test]
fn what_curfew_closed_only_in_part_is_counted_apart_and_says_why() {
    let note = "somebody else closed a part of it at the same time";
    let in_part = record("web", "2026-11-02T10:00:00.000Z", "remediated")
        .with("/attempts/0/result/note", json!(note))
        .with("/attempts/0/result/is_in_part", json!(true));
    let report = report(&[in_part, record("logs", "2026-11-02T10:00:00.000Z", "remediated")]);
    let exposure = Tally::of(&report).exposure;
    assert_eq!((exposure.closed, exposure.in_part), (2, 1));
    let text = report::text(&report);
    for words in ["Curfew closed 2, 1 of them only in part, or nobody knows how much of it. Of 0", note] {
        assert!(text.contains(words), "{text}");
    }
    assert!(report::html(&report).unwrap().contains(note));
    let json = json_of(&report);
    let web = json["cases"].as_array().unwrap().iter().find(|case| case["resource"] == "web").unwrap();
    assert_eq!((&web["note"], &web["in_part"]), (&json!(note), &json!(true)));
    let mut csv = Vec::new();
    report::csv(&report, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.lines().next().unwrap().contains(",note,in_part,"), "{csv}");
    assert!(csv.contains(&format!(",{note},true,")) && csv.contains(",,false,"), "{csv}");
}

#[test]
fn what_was_open_before_it_was_looked_at_later_than_it_was_closed_is_unknown() {
    // A trigger that tells of a time after the read, by another clock.
    let made =
        record("web", "2026-11-02T10:00:00.000Z", "remediated").opened("kim", "2026-11-02T10:00:09.000Z");
    assert_eq!(report(&[made]).cases[0].exposed_for, None);
    // What is not closed was not open until then.
    let made =
        record("web", "2026-11-02T10:00:00.000Z", "still-open").opened("kim", "2026-11-02T09:00:00.000Z");
    assert_eq!(report(&[made]).cases[0].exposed_for, None);
}

#[test]
fn what_was_closed_more_than_once_is_named_with_who_opened_it() {
    let tally = Tally::of(&all());
    let [web] = tally.again.as_slice() else { panic!("{:?}", tally.again) };
    assert_eq!((web.resource.as_str(), web.control.as_str()), ("S3 bucket web", "s3-acl"));
    assert_eq!((web.closed, web.put_back, web.held, tally.again_others), (3, 1, 0, 0));
    assert_eq!(web.opened_by, ["lee", "kim"]);
    assert_eq!(web.last, at("2026-11-10T10:00:02.000Z"));
}

#[test]
fn who_opened_it_adds_up_to_what_was_found_open() {
    let report = all();
    let tally = Tally::of(&report);
    let known = |who: &str| Some(who.to_owned());
    // All but the restore were found open.
    assert_eq!(tally.opened_by, [(known("kim"), 2), (known("lee"), 1), (None, 10)]);
    assert_eq!(tally.opened_by_others, (0, 0));
    assert_eq!(report.cases.iter().filter(|case| case.was_open()).count(), 13);
}

#[test]
fn many_who_opened_something_are_summed_up() {
    let made: Vec<Made> = (10..32)
        .map(|who| {
            record(&format!("bucket-{who}"), "2026-11-02T10:00:00.000Z", "remediated")
                .opened(&format!("p{who}"), "2026-11-02T09:00:00.000Z")
        })
        .collect();
    let tally = Tally::of(&report(&made));
    assert_eq!((tally.opened_by.len(), tally.opened_by_others), (10, (12, 12)));
}

#[test]
fn a_restore_says_what_it_puts_back_and_that_says_by_what() {
    let report = all();
    let closed = report
        .cases
        .iter()
        .find(|case| {
            case.record
                .as_deref()
                .is_some_and(|id| id.starts_with("2026-11-09T10:00:00.000Z") && id.ends_with("web"))
        })
        .unwrap();
    let back = report.cases.iter().find(|case| case.is_restore()).unwrap();
    assert_eq!(closed.put_back, back.record);
    assert_eq!(back.restores.as_ref().unwrap().claimed_by.as_deref(), Some("kim"));
    assert_eq!(back.restore_command("curfew"), None);
    let others = report.cases.iter().filter(|case| case.put_back.is_some()).count();
    assert_eq!(others, 1);
}

#[test]
fn the_restore_command_names_the_record_where_something_was_changed() {
    let report = all();
    let command = |name: &str, prefix: &str| {
        report
            .cases
            .iter()
            .find(|case| case.name == name && case.ending != Ending::Is(Outcome::Restored))
            .unwrap()
            .restore_command(prefix)
    };
    let id = "2026-11-09T10:00:00.000Z.s3-acl.5f2c9a1e@arn:aws:s3:::logs";
    assert_eq!(command("logs", "curfew"), Some(format!("curfew restore --region eu-west-1 --record {id}")));
    assert_eq!(
        command("logs", "it's"),
        Some(format!(r"curfew restore --region eu-west-1 --prefix 'it'\''s' --record {id}"))
    );
    assert_eq!(command("cdn", "curfew"), None);
    assert_eq!(command("feud", "curfew"), None);
    // What was cut off may have changed something.
    assert!(command("now", "curfew").is_some());
}

#[test]
fn no_restore_is_offered_of_what_does_not_exist_any_more() {
    let command = |outcome| {
        let of = report(&[record("web", "2026-11-02T10:00:00.000Z", outcome)]);
        (of.cases[0].changes.len(), of.cases[0].restore_command("curfew").is_some())
    };
    assert_eq!([command("remediated"), command("gone")], [(1, true), (1, false)]);
}

#[test]
fn the_json_has_the_same_numbers_and_all_that_is_kept() {
    let json = json_of(&all());
    assert_eq!(json["total"], 14);
    assert_eq!(json["outcomes"]["remediated"], 5);
    assert_eq!(
        json["outcomes"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>(),
        14
    );
    assert_eq!(
        json["by_control"],
        json!({ "s3-acl": { "remediated": 4, "restored": 1, "alerted": 1, "observed": 1, "exempt": 1, "held": 1, "open": 1, "still-open": 1, "failed": 1, "gone": 1 }, "sg-ingress": { "remediated": 1 } })
    );
    assert_eq!(
        json["exposure"],
        json!({ "closed": 5, "in_part": 0, "known": 3, "median_ms": 120_000, "p95_ms": 10_800_000, "longest_ms": 10_800_000 })
    );
    let cases = json["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 14);
    let logs = cases.iter().find(|case| case["resource"] == "logs").unwrap();
    assert_eq!(logs["exposed_for_ms"], 10_800_000);
    assert_eq!(logs["changes"], json!(["removed grant READ to the group AllUsers"]));
    assert_eq!(logs["planned"], json!(["remove grant READ to the group AllUsers"]));
    assert_eq!(logs["attempts"][0]["before"]["Grants"][0]["Permission"], "READ");
    assert_eq!(logs["attempts"][0]["after"]["Grants"], json!([]));
    let feud = cases.iter().find(|case| case["resource"] == "feud").unwrap();
    assert_eq!(feud["held"], "the same was closed 3 times lately, and opened again, by kim and lee");
    assert_eq!((&feud["ended_at"], &feud["outcome"]), (&Value::Null, &json!("held")));
}
