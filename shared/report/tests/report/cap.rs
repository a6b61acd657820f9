//! More than a page holds.

use report::{Details, Gathering};

use crate::made::{finish, json_of, november, record};

fn many(number: usize, details: Details) -> report::Report {
    let mut gathering = Gathering::new(november(), details);
    for index in 0..number {
        let outcome = if index % 500 == 7 { "failed" } else { "remediated" };
        let at =
            format!("2026-11-{:02}T{:02}:{:02}:00.000Z", 1 + index / 1_440 % 28, index / 60 % 24, index % 60);
        gathering.record(&record(&format!("bucket-{index}"), &at, outcome).record());
    }
    finish(gathering)
}

#[test]
fn a_page_lists_what_asks_for_most_and_says_what_it_has_not() {
    let report = many(2_000, Details::Most(100));
    let page = report::html(&report).unwrap();
    assert_eq!(page.matches("<tbody id=\"case-").count(), 1_000);
    assert!(page.contains("This page lists 1000 of 2000 cases"));
    assert!(page.contains("900 of the cases below have no states and plans here"));
    assert_eq!(page.matches("aria-label=\"Before\"").count(), 100);
    // Each that failed is listed, with its details.
    for index in [7, 507, 1_007, 1_507] {
        assert!(page.contains(&format!("data-name=\"bucket-{index}\"")), "{index}");
        let case = report.cases.iter().find(|case| case.name == format!("bucket-{index}")).unwrap();
        assert!(!case.is_short);
    }
    assert!(page.len() < 5_000_000, "{}", page.len());
}

#[test]
fn the_other_forms_have_all() {
    let json = json_of(&many(2_000, Details::All));
    let cases = json["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2_000);
    assert!(cases.iter().all(|case| case["attempts"][0]["before"].is_object()));
    let mut csv = Vec::new();
    report::csv(&many(2_000, Details::Most(0)), &mut csv).unwrap();
    assert_eq!(String::from_utf8(csv).unwrap().lines().count(), 2_001);
}
