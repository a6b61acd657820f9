//! What could not be read.

use remediation::testing::doors::{Doors, open};
use remediation::testing::{bucket, report_of};
use remediation::{Mode, Outcome};

use super::kit::told;

#[test]
fn what_could_not_be_read_hides_nothing_and_is_said() {
    for (unseen, is_unfinished) in [("fogged attic", true), ("barred cellar", false)] {
        for (door, outcome) in [("front door", Outcome::Remediated), ("window", Outcome::Alerted)] {
            let doors = Doors::read([open(&[door, unseen]), open(&[unseen])]);
            let (report, is_told) = told(&doors, false);
            assert_eq!((report.outcome, is_told), (outcome, true), "{unseen} {door}");
            assert_eq!(report.findings[0].summary, format!("the {door} is open"));
            assert_eq!(report.unread[0].what, format!("the {unseen}"));
            assert_eq!(report.facts()["unread"][0]["action"], "house:CloseDoor");
            // What may pass is handed out again.
            assert_eq!(report.is_unfinished(), is_unfinished, "{unseen} {door}");
        }
        let report = report_of(&Doors::read([open(&["front door", unseen])]), &bucket("acme"), Mode::Observe);
        assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Observed, is_unfinished));
    }
}

#[test]
fn what_alone_could_not_be_read_waits_for_another_delivery_where_it_may_pass() {
    let doors = Doors::read([open(&["fogged attic"])]);
    for is_last_chance in [false, true] {
        let (report, is_told) = told(&doors, is_last_chance);
        assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Failed, true));
        assert_eq!(is_told, is_last_chance);
        assert_eq!(report.findings.len(), 1);
        let error = report.error.as_ref().unwrap();
        assert_eq!((error.kind(), error.is_passing()), ("unavailable", true));
        assert!(report.advice[0].starts_with("This may pass by itself."), "{:?}", report.advice);
    }
    let (report, is_told) = told(&Doors::read([open(&["barred cellar"])]), false);
    assert_eq!((report.outcome, is_told, report.is_unfinished()), (Outcome::Alerted, true, false));
    let advice = report.advice.last().unwrap();
    assert!(advice.starts_with("Allow the function's role to call `house:CloseDoor`"), "{advice}");
}

#[test]
fn what_can_be_read_after_a_change_waits_for_nothing() {
    let doors = Doors::read([open(&["front door", "fogged attic"]), open(&[])]);
    let (report, _) = told(&doors, false);
    assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Remediated, false));
    assert_eq!(report.unread.len(), 1, "it is said all the same");
}
