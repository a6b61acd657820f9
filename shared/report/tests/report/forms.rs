//! The page and the table for spreadsheets.

use report::{Report, html};
use serde_json::json;

use crate::made::{Made, record, report};

/// What a page must take for words.
const HOSTILE: &str = "\"><b onclick=x>'&lt;";

fn hostile() -> Report {
    report(&[
        record("web", "2026-11-02T10:00:00.000Z", "remediated")
            .opened(HOSTILE, "2026-11-02T09:00:00.000Z")
            .with("/subject/cause/rule", json!(HOSTILE))
            .with("/attempts/0/findings", json!([{ "summary": HOSTILE, "severity": "high" }]))
            .with("/attempts/0/before", json!({ "tag": HOSTILE }))
            .with("/attempts/0/result/changes", json!([{ "name": HOSTILE }])),
        record("web", "2026-11-03T10:00:00.000Z", "remediated").opened(HOSTILE, "2026-11-03T09:00:00.000Z"),
    ])
}

#[test]
fn the_page_needs_nothing_else_and_takes_no_markup_from_anything() {
    let page = html(&hostile()).unwrap();
    for outside in ["src=", "url(", "@import", "<link", "<img", "fetch(", "onclick=x>", "<b "] {
        let escaped = page.replace("onclick=x&#62;", "").replace("onclick=x&gt;", "");
        assert!(!escaped.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains(r#"<html lang="en">"#));
}

#[test]
fn the_page_has_a_row_a_case_a_table_behind_each_chart_and_what_is_kept_of_each() {
    let page = html(&report(&[
        record("web", "2026-11-02T10:00:00.000Z", "remediated"),
        record("logs", "2026-11-03T10:00:00.000Z", "failed"),
    ]))
    .unwrap();
    assert_eq!(page.matches("<tbody id=\"case-").count(), 2);
    assert_eq!(page.matches("role=\"img\"").count(), 2);
    assert!(page.contains("Over time") && page.contains("The same as a table"));
    for words in [
        "Before:",
        "Plan:",
        "After:",
        "curfew restore --region eu-west-1 --record",
        "AllUsers",
        "removed grant READ to the group AllUsers",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // The newest first, and what failed is named before all.
    assert!(page.find("<tbody id=\"case-0\" data-last=\"2026-11-03").is_some());
    assert!(page.contains(r##"<a href="#case-0">S3 bucket logs</a>"##));
}

#[test]
fn a_spreadsheet_takes_nothing_for_a_formula() {
    let made: Vec<Made> = ["=1+1", "+1", "-1", "@a"]
        .into_iter()
        .map(|who| {
            record("web", "2026-11-02T10:00:00.000Z", "remediated")
                .opened(who, "2026-11-02T09:00:00.000Z")
                .with(
                    "/id",
                    json!(format!(
                        "2026-11-02T10:00:00.000Z.{}@arn:aws:s3:::web",
                        who.trim_start_matches('@')
                    )),
                )
        })
        .collect();
    let mut csv = Vec::new();
    report::csv(&report(&made), &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv.split("\r\n").count(), 6, "{csv}");
    for who in ["=1+1", "+1", "-1", "@a"] {
        assert!(csv.contains(&format!(",\"'{who}\",")), "{csv}");
    }
}

#[test]
fn a_name_cannot_move_the_cursor_of_a_terminal() {
    let made = record("web", "2026-11-02T10:00:00.000Z", "remediated")
        .opened("red \u{1b}[31m", "2026-11-02T09:00:00.000Z");
    assert!(!report::text(&report(&[made])).contains('\u{1b}'));
}

#[test]
fn the_text_says_what_there_is() {
    let text = report::text(&report(&[
        record("web", "2026-11-02T10:00:00.000Z", "remediated").opened("kim", "2026-11-02T09:00:02.000Z"),
        record("logs", "2026-11-03T10:00:00.000Z", "failed"),
    ]));
    for words in [
        "What Curfew did: account 210987654321 in eu-west-1, from 2026-11-01 00:00:00 to 2026-12-01 00:00:00.",
        "All times are in UTC.",
        "2 cases:",
        "  s3-acl: 1 remediated, 1 failed",
        "Curfew closed 1. Of 1 of them it is known",
        "    1 h 0 min: S3 bucket web, closed at 2026-11-02 10:00:02",
        "Not closed, or not over:\n  2026-11-03 10:00:02 failed: S3 bucket logs by s3-acl (high)",
        "        1 kim\n        1 unknown\n",
        "Read: 2 records.",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}
