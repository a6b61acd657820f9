//! What nobody has to act on at once waits for one mail, and is in none twice.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use exemptions::Exemptions;
use proptest::prelude::*;
use remediation::clock::Clock;
use remediation::ledger::{Briefs, Ledger, Limits, Memory, Record};
use remediation::testing::doors::{Doors, denied, open, throttled};
use remediation::testing::{Call, Hindered, LEASED, LIMITS, Still, Topic, bucket, run, said, visit};
use remediation::{
    Applied, Brief, Delivery, Fact, Mode, NotMailed, Outcome, Pace, Ports, Said, Tags, Told, Visit,
    mail_briefs, walk,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

#[derive(Default)]
struct World {
    clock: Still,
    topic: Topic,
    ledger: Memory,
}

impl World {
    fn walk(&self, doors: &Doors, name: &str, mode: Mode, pace: Pace) -> Said {
        let subject = bucket(name);
        let exemptions = &Exemptions::default();
        let visit =
            Visit { pace, exemptions, ..visit::<Doors>(&subject, mode, Delivery::First, &&self.clock) };
        said(run(walk(doors, &visit, &Ports::new(&self.clock, &self.topic, &self.ledger))))
    }

    /// Closes one door.
    fn close(&self, name: &str) -> Said {
        self.walk(&Doors::read([open(&["front door"]), open(&[])]), name, Mode::Enforce, Pace::Hourly)
    }

    fn tick(&self, pace: Pace) -> Result<usize, NotMailed> {
        self.tick_of(&self.ledger, pace, "r1")
    }

    fn tick_of(
        &self,
        ledger: &(impl Ledger + Briefs),
        pace: Pace,
        request: &str,
    ) -> Result<usize, NotMailed> {
        let ports = Ports::new(&self.clock, &self.topic, ledger);
        let ends = self.clock.now() + Duration::from_secs(60);
        run(mail_briefs(&ports, "doors", pace, request, ends)).map(|mailed| mailed.subjects)
    }

    fn mails(&self) -> usize {
        self.topic.reports.borrow().len()
    }

    /// Which resources each digest was about.
    fn digests(&self) -> Vec<Vec<String>> {
        let id = |brief: &Brief| brief.subject.resource.id().to_owned();
        self.topic.digests.borrow().iter().map(|briefs| briefs.iter().map(id).collect()).collect()
    }

    fn records(&self) -> Vec<Record> {
        self.ledger.records()
    }
}

#[test]
fn what_was_closed_waits_for_the_next_tick_and_is_in_one_mail() {
    let world = World::default();
    for name in ["acme", "acme-2"] {
        let said = world.close(name);
        assert!(matches!((said.report.outcome, said.told), (Outcome::Remediated, Told::Later)));
        world.clock.forward(Duration::from_secs(1));
    }
    assert_eq!((world.mails(), world.digests().len()), (0, 0));
    let records = world.records();
    assert!(records.iter().all(|record| record.end.is_some() && record.told.len() == 1), "{records:#?}");
    let brief = records[0].brief().unwrap();
    assert_eq!(brief.record, records[0].id);
    assert_eq!(brief.findings.first, ["the front door is open"]);
    assert_eq!(brief.steps.first, ["closed the front door"]);

    assert_eq!(world.tick(Pace::Hourly), Ok(2));
    assert_eq!(world.digests(), [["acme", "acme-2"]]);
    for _ in 0..2 {
        assert_eq!(world.tick(Pace::Hourly), Ok(0));
        world.clock.forward(HOUR);
    }
    assert_eq!((world.mails(), world.digests().len()), (0, 1));
    assert_eq!(world.records(), records, "what is over is not written again");
}

#[test]
fn a_tick_without_anything_that_waits_mails_nobody() {
    let world = World::default();
    assert_eq!(world.tick(Pace::Hourly), Ok(0));
    assert!(world.digests().is_empty());
}

#[test]
fn what_waits_is_known_and_waits_once() {
    let world = World::default();
    let window = || Doors::read([open(&["window"])]);
    for told in [Told::Later, Told::Repeated] {
        let said = world.walk(&window(), "acme", Mode::Enforce, Pace::Hourly);
        assert_eq!(std::mem::discriminant(&said.told), std::mem::discriminant(&told));
        assert_eq!(said.report.outcome, Outcome::Alerted);
    }
    assert_eq!(world.tick(Pace::Hourly), Ok(1));
}

#[test]
fn what_somebody_has_to_act_on_does_not_wait() {
    let world = World::default();
    let stays_open = Doors::read([open(&["front door"])]);
    let outcomes = [
        world.walk(&stays_open, "stays-open", Mode::Enforce, Pace::Daily),
        world.walk(&Doors::read([Err(denied())]), "unread", Mode::Enforce, Pace::Daily),
    ];
    assert_eq!(outcomes.each_ref().map(|said| said.report.outcome), [Outcome::StillOpen, Outcome::Failed]);
    assert!(outcomes.iter().all(|said| matches!(said.told, Told::Sent)), "{outcomes:#?}");

    let subject = bucket("held");
    let stopped = Visit {
        pace: Pace::Daily,
        limits: Limits { changes_per_hour: 0, ..LIMITS },
        ..visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&world.clock)
    };
    let ports = Ports::new(&world.clock, &world.topic, &world.ledger);
    let held = said(run(walk(&Doors::read([open(&["front door"])]), &stopped, &ports)));
    assert!(matches!((held.report.outcome, held.told), (Outcome::Held, Told::Sent)));
    world.clock.forward(48 * HOUR);
    assert_eq!((world.tick(Pace::Daily), world.mails()), (Ok(0), 3));
}

#[test]
fn what_is_only_observed_waits() {
    let world = World::default();
    let said = world.walk(&Doors::read([open(&["front door"])]), "acme", Mode::Observe, Pace::Hourly);
    assert!(matches!((said.report.outcome, said.told), (Outcome::Observed, Told::Later)));
    assert_eq!(world.tick(Pace::Hourly), Ok(1));
    assert_eq!(world.topic.digests.borrow()[0][0].steps.first, ["close the front door"]);
}

/// A house whose tags say that it is exempt until then. It is 2026-11-22, 05:41.
fn exempt_until(until: &str) -> Doors {
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    let tags =
        [("curfew:exempt", "all"), ("curfew:exempt-reason", "our website"), ("curfew:exempt-until", until)];
    let tags: Tags = tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    *doors.tags.borrow_mut() = Some(Fact::Known(tags));
    doors
}

#[test]
fn that_an_exemption_ends_is_told_before_it_ends() {
    let world = World::default();
    for (pace, until, waits) in [
        (Pace::Daily, "2026-11-22", false),
        (Pace::Daily, "2026-11-23T00:30:00Z", false),
        (Pace::Daily, "2026-11-23", true),
        (Pace::Hourly, "2026-11-22T06:40:00Z", false),
        (Pace::Hourly, "2026-11-22", true),
    ] {
        let name = format!("acme-{pace:?}-{until}").to_lowercase().replace(':', "-");
        let said = world.walk(&exempt_until(until), &name, Mode::Enforce, pace);
        assert_eq!(said.report.outcome, Outcome::Exempt, "{name}");
        assert_eq!(matches!(said.told, Told::Later), waits, "{name}");
        assert_eq!(matches!(said.told, Told::Sent), !waits, "{name}");
    }
}

#[test]
fn what_is_exempt_and_what_is_not_is_left_to_the_digest_with_the_reason() {
    let world = World::default();
    for (name, until) in [("acme-exempt", "2026-12-01"), ("acme-refused", "2026-13-01")] {
        world.walk(&exempt_until(until), name, Mode::Enforce, Pace::Hourly);
    }
    assert_eq!(world.tick(Pace::Hourly), Ok(2));
    let briefs = &world.topic.digests.borrow()[0];
    let said: Vec<_> =
        briefs.iter().map(|brief| (&brief.exempt.first[..], &brief.refused.first[..])).collect();
    let exempt = "everything, until the end of 2026-12-01 (UTC), by the resource's tags: our website";
    let [(exempts, []), ([], refused)] = said[..] else { panic!("{said:#?}") };
    assert_eq!(exempts, [exempt]);
    assert!(
        refused[0].starts_with("the resource's tags: `curfew:exempt-until` cannot be right"),
        "{refused:?}"
    );
}

#[test]
fn a_brief_knows_whether_a_restore_takes_its_record() {
    let world = World::default();
    world.close("acme-closed");
    let others = Doors::read([open(&["front door"]), open(&[])]);
    *others.apply.borrow_mut() = Some((0, Ok(Applied::Done)));
    let meanwhile = world.walk(&others, "acme-meanwhile", Mode::Enforce, Pace::Hourly);
    assert_eq!(meanwhile.report.outcome, Outcome::ClosedMeanwhile);
    world.walk(&Doors::read([open(&["front door"])]), "acme-observed", Mode::Observe, Pace::Hourly);
    assert_eq!(world.tick(Pace::Hourly), Ok(3));
    for brief in &world.topic.digests.borrow()[0] {
        assert_eq!(brief.is_reversible, brief.subject.resource.id() == "acme-closed", "{brief:?}");
    }
}

#[test]
fn a_digest_that_does_not_get_through_is_sent_by_the_next_tick_with_what_came_since() {
    let world = World::default();
    world.close("acme");
    world.topic.refuses.set(true);
    assert!(matches!(world.tick(Pace::Hourly), Err(NotMailed::Undelivered(_))));
    world.topic.refuses.set(false);
    world.clock.forward(LEASED);
    world.close("acme-2");
    assert_eq!(world.tick(Pace::Hourly), Ok(2));
    assert_eq!(world.digests(), [["acme", "acme-2"]]);
}

#[test]
fn what_waits_is_sent_although_the_settings_want_a_mail_each_by_now() {
    let world = World::default();
    world.close("acme");
    assert_eq!(world.tick(Pace::Each), Ok(1));
    assert_eq!(world.digests(), [["acme"]]);
}

#[test]
fn of_two_ticks_at_once_one_sends() {
    let world = World::default();
    world.close("acme");
    // The first has listed what waits and is about to take it; the second does all of it meanwhile.
    let another = Ports::new(&world.clock, &world.topic, &world.ledger);
    let ends = world.clock.now() + Duration::from_secs(60);
    let slow = Hindered::new(&world.ledger, async |call| {
        if call == Call::TakeTurn {
            assert_eq!(mail_briefs(&another, "doors", Pace::Hourly, "r2", ends).await.unwrap().subjects, 1);
        }
        Ok(())
    });
    assert_eq!(world.tick_of(&slow, Pace::Hourly, "r1"), Ok(0));
    assert_eq!(world.digests().len(), 1);
}

#[test]
fn what_was_sent_since_it_was_listed_is_not_sent_again() {
    let world = World::default();
    world.close("acme");
    let slow = Hindered::new(&world.ledger, async |call| {
        if call == Call::TakeTurn {
            let waiting = world.ledger.briefs("doors").await?.briefs;
            world.ledger.sent("doors", &waiting, world.clock.now()).await?;
        }
        Ok(())
    });
    assert_eq!(world.tick_of(&slow, Pace::Hourly, "r1"), Ok(0));
    assert!(world.digests().is_empty());
}

#[test]
fn a_digest_that_was_sent_and_not_noted_is_sent_once_more_by_another_process() {
    let world = World::default();
    world.close("acme");
    let unsure = Hindered::new(&world.ledger, async |call| match call {
        Call::Sent => Err(throttled()),
        _ => Ok(()),
    });
    assert!(matches!(world.tick_of(&unsure, Pace::Hourly, "r1"), Err(NotMailed::Unwritten(_))));
    world.clock.forward(LEASED);
    assert_eq!((world.tick(Pace::Hourly), world.tick(Pace::Hourly)), (Ok(1), Ok(0)));
    assert_eq!(world.digests(), [["acme"], ["acme"]]);
}

#[test]
fn the_process_that_sent_a_digest_notes_it_before_it_sends_another_one() {
    let world = World::default();
    world.close("acme");
    let fails = Cell::new(true);
    let unsure = Hindered::new(&world.ledger, async |call| match call {
        Call::Sent if fails.get() => Err(throttled()),
        _ => Ok(()),
    });
    let ports = Ports::new(&world.clock, &world.topic, &unsure);
    let tick = || {
        world.clock.forward(LEASED);
        run(mail_briefs(&ports, "doors", Pace::Hourly, "r1", world.clock.now() + HOUR))
    };
    assert!(matches!((tick(), tick()), (Err(NotMailed::Unwritten(_)), Err(NotMailed::Unwritten(_)))));
    world.close("acme-2");
    fails.set(false);
    let subjects = || tick().map(|mailed| mailed.subjects);
    assert_eq!((subjects(), subjects()), (Ok(1), Ok(0)));
    assert_eq!(world.digests(), [["acme"], ["acme-2"]]);
}

#[test]
fn what_could_not_be_left_to_a_digest_is_left_by_who_comes_next() {
    let world = World::default();
    let is_first = Cell::new(true);
    let ledger = Hindered::new(&world.ledger, async |call| match call {
        Call::Finish if is_first.take() => Err(throttled()),
        _ => Ok(()),
    });
    let ports = Ports::new(&world.clock, &world.topic, &ledger);
    let subject = bucket("acme");
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    let deliver = |delivery, ports: &Ports<_, _, _>| {
        let visit = visit::<Doors>(&subject, Mode::Enforce, delivery, &&world.clock);
        said(run(walk(&doors, &Visit { pace: Pace::Hourly, ..visit }, ports)))
    };
    let first = deliver(Delivery::First, &ports);
    assert!(matches!((&first.told, &first.unwritten), (Told::Later, Some(_))), "{first:?}");
    assert_eq!(world.tick(Pace::Hourly), Ok(0));
    world.clock.forward(LEASED);
    assert!(deliver(Delivery::Again, &ports).unwritten.is_none());
    assert_eq!(world.tick(Pace::Hourly), Ok(1));
    assert_eq!((world.mails(), world.digests()), (0, vec![vec!["acme".to_owned()]]));
}

#[test]
fn what_a_process_that_died_had_closed_is_told_by_who_goes_on() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    let ledger = Hindered::new(&world.ledger, async |call| match call {
        Call::Finish => Err(throttled()),
        _ => Ok(()),
    });
    let subject = bucket("acme");
    let by = |delivery| Visit {
        pace: Pace::Hourly,
        ..visit::<Doors>(&subject, Mode::Enforce, delivery, &&world.clock)
    };
    run(walk(&doors, &by(Delivery::First), &Ports::new(&world.clock, &world.topic, &ledger)));
    world.clock.forward(LEASED);
    // Another process knows nothing of the first but what is in the ledger.
    let next =
        said(run(walk(&doors, &by(Delivery::Again), &Ports::new(&world.clock, &world.topic, &world.ledger))));
    assert!(matches!((next.report.outcome, next.told), (Outcome::ClosedMeanwhile, Told::Later)));
    assert_eq!((world.tick(Pace::Hourly), world.mails()), (Ok(1), 0));
}

#[test]
fn where_nothing_can_be_written_down_nothing_waits() {
    let world = World::default();
    let ledger = Hindered::new(&world.ledger, async |call| match call {
        Call::Begin => Err(denied()),
        _ => Ok(()),
    });
    let subject = bucket("acme");
    let visit = visit::<Doors>(&subject, Mode::Enforce, Delivery::Last, &&world.clock);
    let ports = Ports::new(&world.clock, &world.topic, &ledger);
    let said =
        said(run(walk(&Doors::read([open(&["window"])]), &Visit { pace: Pace::Daily, ..visit }, &ports)));
    assert!(matches!((said.report.outcome, said.told), (Outcome::Alerted, Told::Sent)));
}

#[test]
fn a_brief_is_short_however_much_there_is() {
    let world = World::default();
    let many: Vec<String> = (0..50).map(|number| format!("door {number} {}", "x".repeat(1_000))).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    world.walk(&Doors::read([open(&names), open(&[])]), "acme", Mode::Enforce, Pace::Hourly);
    let record = &world.records()[0];
    let brief = record.brief().unwrap();
    assert_eq!((brief.findings.first.len(), brief.findings.others), (3, 47));
    assert_eq!((brief.steps.first.len(), brief.steps.others), (3, 47));
    assert!(serde_json::to_string(brief).unwrap().len() < 4_000);
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

proptest! {
    /// By the day what waits is due with the first tick after the next midnight in UTC, and by the hour with each.
    #[test]
    fn a_day_ends_at_midnight(day in 20_000_u64..30_000, since in 0_u64..86_400, passes in 0_u64..200_000) {
        let (from, now) = (at(day * 86_400 + since), at(day * 86_400 + since + passes));
        prop_assert_eq!(Pace::Daily.is_due(from, now), since + passes >= 86_400);
        prop_assert!(Pace::Hourly.is_due(from, now) && Pace::Each.is_due(from, now));
        // A clock that is ahead loses nothing.
        prop_assert!(!Pace::Daily.is_due(now, from));
    }
}
