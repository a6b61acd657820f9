//! What the walk does about what is exempt.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::time::Duration;

use events::Cause;
use exemptions::{Controls, Entry, Exemptions};
use remediation::ledger::{Limits, Memory};
use remediation::testing::doors::{Doors, open, throttled};
use remediation::testing::{LIMITS, Still, Topic, bucket, run, said, visit};
use remediation::{
    Applied, CallError, Delivery, Fact, Mode, Note, Outcome, Ports, Said, Tags, Told, Visit, walk,
};
use serde_json::json;
use tokio::time::timeout;

/// It is 2026-11-22.
const LONG: &str = "2027-03-31";
const SOON: &str = "2026-12-01";

struct World {
    clock: Still,
    topic: Topic,
    ledger: Memory,
    exemptions: Exemptions,
}

impl World {
    fn new(exemptions: Exemptions) -> Self {
        Self { clock: Still::default(), topic: Topic::default(), ledger: Memory::default(), exemptions }
    }

    fn deliver(&self, control: &Doors, delivery: Delivery, cause: &str) -> Said {
        let mut subject = bucket("my-house");
        subject.cause = Cause::new(cause);
        let visit = Visit {
            exemptions: &self.exemptions,
            ..visit::<Doors>(&subject, Mode::Enforce, delivery, &&self.clock)
        };
        said(run(walk(control, &visit, &Ports::new(&self.clock, &self.topic, &self.ledger))))
    }

    /// A delivery while nothing may be changed any more in this hour.
    fn limited(&self, control: &Doors) -> Said {
        let subject = bucket("my-house");
        let limits = Limits { changes_per_hour: 0, ..LIMITS };
        let visit = Visit {
            exemptions: &self.exemptions,
            limits,
            ..visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&self.clock)
        };
        said(run(walk(control, &visit, &Ports::new(&self.clock, &self.topic, &self.ledger))))
    }

    /// A delivery that is cut off once it has closed so many doors.
    fn cut_off(&self, control: &Doors, closed: usize) {
        control.hangs.set(true);
        *control.apply.borrow_mut() = Some((closed, Ok(Applied::Done)));
        let subject = bucket("my-house");
        let visit = Visit {
            exemptions: &self.exemptions,
            ..visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&self.clock)
        };
        let ports = Ports::new(&self.clock, &self.topic, &self.ledger);
        let walk = async { timeout(Duration::from_millis(1), walk(control, &visit, &ports)).await };
        assert!(run(walk).is_err());
        control.hangs.set(false);
    }

    fn first(&self, control: &Doors) -> Said {
        self.deliver(control, Delivery::First, "AWS Config rule")
    }

    fn mails(&self) -> usize {
        self.topic.reports.borrow().len()
    }
}

/// Exempts these doors of the house, or all of it.
fn exempting(doors: &[&str], until: &str) -> Exemptions {
    let mut entry = json!({
        "resource": "arn:aws:s3:::my-house", "controls": ["s3-policy"], "reason": "a party", "until": until,
    });
    if !doors.is_empty() {
        entry["sids"] = json!(doors);
    }
    let entry = Entry { controls: Controls::All, ..serde_json::from_value(entry).unwrap() };
    Exemptions { entries: vec![entry], ..Exemptions::default() }
}

fn tags(until: &str) -> Fact<Tags> {
    let pairs =
        [("curfew:exempt", "all"), ("curfew:exempt-reason", "a party"), ("curfew:exempt-until", until)];
    Fact::Known(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

fn has_applied(control: &Doors) -> bool {
    control.calls.borrow().iter().any(|call| call.starts_with("apply"))
}

#[test]
fn what_is_exempt_is_not_changed_and_nobody_is_told() {
    for (control, exemptions) in [
        (Doors::read([open(&["front door"])]), exempting(&[], LONG)),
        (Doors::read([open(&["front door"])]).tagged(tags(LONG)), Exemptions::default()),
    ] {
        let world = World::new(exemptions);
        let said = world.first(&control);
        assert_eq!(said.report.outcome, Outcome::Exempt);
        assert!(matches!(said.told, Told::Nobody));
        assert_eq!(said.report.findings.len(), 1, "the log has what is exempt");
        assert_eq!(said.report.facts()["exemptions"][0]["reason"], "a party");
        assert!(!has_applied(&control) && world.mails() == 0);
    }
}

#[test]
fn of_an_end_that_is_near_people_hear_once() {
    let control = Doors::read([open(&["front door"])]);
    let mut world = World::new(exempting(&[], SOON));
    assert!(matches!(world.first(&control).told, Told::Sent));
    assert_eq!(world.topic.reports.borrow()[0].outcome, Outcome::Exempt);
    for cause in ["AWS Config rule", "Security Hub finding", "schedule"] {
        world.clock.forward(Duration::from_secs(2 * 24 * 60 * 60));
        let said = world.deliver(&control, Delivery::First, cause);
        assert_eq!(said.report.outcome, Outcome::Exempt);
    }
    assert_eq!(world.mails(), 1);
    // A new end that is near is news.
    world.exemptions = exempting(&[], "2026-12-02");
    world.first(&control);
    assert_eq!(world.mails(), 2);
    assert!(!has_applied(&control));
    // Once it is over, the door is closed.
    world.clock.forward(Duration::from_secs(30 * 24 * 60 * 60));
    control.reads.borrow_mut().extend([open(&["front door"]), open(&[])]);
    control.reads.borrow_mut().pop_front();
    let said = world.first(&control);
    assert_eq!(said.report.outcome, Outcome::Remediated);
    assert_eq!(said.report.exempt.refused.len(), 1);
}

#[test]
fn what_a_narrower_exemption_does_not_name_is_closed_and_verified() {
    let control = Doors::read([open(&["front door", "back door"]), open(&["back door"])]);
    let world = World::new(exempting(&["back door"], LONG));
    let said = world.first(&control);
    assert_eq!(said.report.outcome, Outcome::Remediated);
    assert_eq!(said.report.remaining.as_deref(), Some(&[][..]));
    assert_eq!(said.report.exempt.applied.len(), 1);
    assert!(control.calls.borrow().contains(&"apply front door to my-house".to_owned()));
    assert_eq!(world.mails(), 1);
}

#[test]
fn tags_that_may_be_read_later_are_waited_for_and_at_the_last_delivery_exempt_nothing() {
    let unread = || Fact::of(Err::<Tags, CallError>(throttled()));
    let control = Doors::read([open(&["front door"])]).tagged(unread());
    let world = World::new(Exemptions::default());
    let said = world.first(&control);
    assert_eq!((said.report.outcome, said.report.is_unfinished()), (Outcome::Failed, true));
    assert!(!has_applied(&control) && world.mails() == 0);

    let control = Doors::read([open(&["front door"]), open(&[])]).tagged(unread());
    let said = world.deliver(&control, Delivery::Last, "AWS Config rule");
    assert_eq!(said.report.outcome, Outcome::Remediated);
    assert_eq!(said.report.exempt.refusals().len(), 1);
}

#[test]
fn what_is_exempt_by_now_is_not_closed_by_who_goes_on_with_earlier_work() {
    // The first delivery closes half of what it should and is refused the rest.
    let control =
        Doors::read([open(&["front door", "back door"]), open(&["back door"])]).then(1, Err(throttled()));
    let mut world = World::new(Exemptions::default());
    assert_eq!(world.first(&control).report.outcome, Outcome::StillOpen);
    // Then somebody exempts the rest.
    world.exemptions = exempting(&["back door"], LONG);
    control.calls.borrow_mut().clear();
    world.clock.forward(Duration::from_secs(360));
    let said = world.deliver(&control, Delivery::Again, "AWS Config rule");
    assert!(!has_applied(&control), "{:?}", control.calls);
    // What is open still, nobody else has closed.
    assert_eq!((said.report.outcome, said.report.note), (Outcome::Remediated, None));
    assert_eq!(said.report.remaining.as_deref(), Some(&[][..]));
}

#[test]
fn what_is_exempt_by_now_and_was_never_closed_is_left_as_it_is_and_nothing_is_claimed() {
    // It waited, or whoever began with it was cut off before the change.
    for waits in [true, false] {
        let control = Doors::read([open(&["front door"])]);
        let mut world = World::new(Exemptions::default());
        if waits {
            assert_eq!(world.limited(&control).report.outcome, Outcome::Held);
        } else {
            world.cut_off(&control, 0);
        }
        let before = world.mails();
        world.exemptions = exempting(&[], LONG);
        control.calls.borrow_mut().clear();
        world.clock.forward(Duration::from_secs(2 * 60 * 60));
        for delivery in [Delivery::Again, Delivery::Last] {
            let said = world.deliver(&control, delivery, "AWS Config rule");
            assert_eq!((said.report.outcome, said.report.note), (Outcome::Exempt, None));
            assert_eq!(said.report.findings.len(), 1);
        }
        assert!(!has_applied(&control), "{:?}", control.calls);
        assert_eq!(world.mails(), before);
        let [record] = &world.ledger.records()[..] else { panic!("one record") };
        let result = record.attempts.last().unwrap().result.as_ref().unwrap();
        assert_eq!((&result.exempt["exemptions"][0]["reason"], &result.foreseen), (&json!("a party"), &None));
        assert_eq!(record.end.as_ref().map(|end| end.outcome), Some(Outcome::Exempt));
    }
}

#[test]
fn what_was_closed_of_it_before_it_was_exempt_is_told_once() {
    let control = Doors::read([open(&["front door", "back door"]), open(&["back door"])]);
    let mut world = World::new(Exemptions::default());
    world.cut_off(&control, 1);
    world.exemptions = exempting(&[], LONG);
    world.clock.forward(Duration::from_secs(2 * 60 * 60));
    let begun = world.ledger.records()[0].attempts[0].at;
    let said = world.deliver(&control, Delivery::Again, "AWS Config rule");
    assert_eq!((said.report.outcome, said.report.note), (Outcome::Exempt, Some(Note::LeftHalfWay(begun))));
    assert_eq!(world.mails(), 1);
    let said = world.deliver(&control, Delivery::Again, "AWS Config rule");
    assert_eq!((said.report.outcome, said.report.note), (Outcome::Exempt, None));
    assert_eq!(world.mails(), 1);
}

#[test]
fn what_was_begun_beside_what_is_exempt_is_told_although_only_that_is_open_by_now() {
    let control = Doors::read([open(&["front door", "back door"]), open(&["front door"])]);
    let world = World::new(exempting(&["front door"], LONG));
    world.cut_off(&control, 1);
    world.clock.forward(Duration::from_secs(2 * 60 * 60));
    let begun = world.ledger.records()[0].attempts[0].at;
    let report = world.deliver(&control, Delivery::Again, "AWS Config rule").report;
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::CutOff(begun))));
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.summary.as_str()).collect();
    assert_eq!((found, world.mails()), (vec!["the back door is open"], 1));
    let said = world.deliver(&control, Delivery::Again, "AWS Config rule");
    assert_eq!((said.report.outcome, said.report.note, world.mails()), (Outcome::Exempt, None, 1));
}

#[test]
fn what_is_exempt_by_now_and_open_still_is_not_said_to_be_closed_by_who_was_cut_off() {
    let both = || open(&["front door", "back door"]);
    let control = Doors::read([both(), both(), open(&["back door"])]);
    let mut world = World::new(Exemptions::default());
    world.cut_off(&control, 0);
    control.apply.take();
    world.exemptions = exempting(&["back door"], LONG);
    world.clock.forward(Duration::from_secs(2 * 60 * 60));
    let report = world.deliver(&control, Delivery::Again, "AWS Config rule").report;
    assert_eq!((report.outcome, report.note, report.begun_before), (Outcome::Remediated, None, vec![]));
}

#[test]
fn what_was_exempt_is_not_said_to_be_closed_once_nothing_is_open() {
    for (closes, settings) in [(0, Exemptions::default()), (1, exempting(&["back door"], LONG))] {
        let control = Doors::read([open(&["front door", "back door"]), open(&[])]);
        let mut world = World::new(exempting(&["back door"], LONG));
        world.cut_off(&control, closes);
        // Whoever comes next may find no exemption any more.
        world.exemptions = settings;
        world.clock.forward(Duration::from_secs(2 * 60 * 60));
        let report = world.deliver(&control, Delivery::Again, "AWS Config rule").report;
        assert_eq!(report.outcome, Outcome::ClosedMeanwhile);
        let found: Vec<&str> = report.findings.iter().map(|finding| finding.summary.as_str()).collect();
        assert_eq!(found, ["the front door is open"]);
    }
}

#[test]
fn that_an_exemption_fails_is_news_even_where_the_rest_is_known() {
    // A window is only reported.
    let control = Doors::read([open(&["window"])]);
    let world = World::new(Exemptions::default());
    world.first(&control);
    world.first(&control);
    assert_eq!(world.mails(), 1);
    let control = control.tagged(tags("2026-12-32"));
    world.first(&control);
    world.first(&control);
    assert_eq!(world.mails(), 2);
    assert_eq!(world.topic.reports.borrow()[1].exempt.refused.len(), 1);
}
