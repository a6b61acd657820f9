//! Restores where others are at work, or were: they are ended first, and nothing that is left of their work is lost.

use std::cell::Cell;
use std::time::Duration;

use remediation::clock::Clock;
use remediation::ledger::{Ledger, Pending};
use remediation::restore::{Ending, Order, restore};
use remediation::testing::doors::{Doors, open};
use remediation::testing::{
    self, Call, Hindered, LEASED, bucket, deliver, order, report_of_restore, run, said,
};
use remediation::{CallError, Delivery, Mode, Outcome, Ports, Report, walk};

use super::world::{DAY, HOUR, World, is_killed, outcome};

#[test]
fn a_record_that_was_cut_off_is_put_back_too_and_ended() {
    let world = World::of([open(&["front"])]);
    world.cut_off_closing();

    let back = world.finds([open(&[]), open(&["front"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    let records = world.ledger.records();
    assert!(records.iter().all(|record| record.end.is_some()), "{records:#?}");
    let why = records[0].attempts[1].result.as_ref().unwrap().error.as_ref().unwrap();
    assert_eq!(why["kind"], "superseded");
    assert!(why["message"].as_str().unwrap().contains(&records[1].id.to_string()), "{why}");
    // Nobody was told of the closing: the mail of the restore says so, once.
    let said = |report: &Report| report.restoration.as_ref().unwrap().untold.clone();
    let told = world.topic.reports.borrow_mut().pop().unwrap();
    assert_eq!(
        said(&told),
        [format!("it was to close the front, and was cut off (record {})", records[0].id)]
    );
    world.clock.forward(DAY);
    assert_eq!(said(&report_of_restore(world.finds([open(&["front"])]).restore())), [""; 0]);
    let pending = run(world.ledger.pending(&bucket("acme"), "doors", world.clock.now())).unwrap();
    assert_eq!(pending, Pending::Nothing);
}

#[test]
fn a_closing_whose_mail_got_lost_is_told_by_the_mail_of_the_restore() {
    let world = World::of([open(&["front"]), open(&[])]);
    world.topic.refuses.set(true);
    world.deliver();
    world.topic.refuses.set(false);
    world.clock.forward(LEASED);
    let report = report_of_restore(world.finds([open(&[]), open(&["front"])]).restore());
    let untold = report.restoration.unwrap().untold;
    assert_eq!(untold, [format!("it closed the front (record {})", world.record().id)]);
}

#[test]
fn a_restore_that_was_cut_off_and_given_up_is_told_by_the_mail_of_the_next() {
    let world = World::closed();
    world.cut_off();
    world.clock.forward(DAY);
    // It took effect, and Curfew has closed it again, and nobody could be told of either.
    world.topic.refuses.set(true);
    let both = || open(&["front", "back"]);
    for delivery in [Delivery::First, Delivery::Again] {
        let ended = deliver(&world.finds([both(), both()]).doors, &bucket("acme"), delivery, &world.ports());
        assert_eq!(said(ended).report.outcome, Outcome::Failed, "it is tried again to tell people first");
    }
    assert_eq!(world.finds([both(), both(), open(&[])]).tick().report.outcome, Outcome::Remediated);
    world.topic.refuses.set(false);
    world.clock.forward(Duration::from_secs(60));
    world.finds([open(&[]), open(&["front", "back"])]);
    let report = report_of_restore(world.ordered(|order| order.force = true).unwrap());
    let given_up = &world.ledger.records()[1].id;
    let untold = report.restoration.unwrap().untold;
    let was_to = |door: &str| format!("it was to open the {door}, and was cut off (record {given_up})");
    let closed = format!("it closed the front (record {})", world.ledger.records()[2].id);
    assert_eq!(untold[..3], [was_to("front"), was_to("back"), closed]);
}

#[test]
fn what_people_were_told_is_not_said_again() {
    let world = World::closed();
    let report = report_of_restore(world.finds([open(&[]), open(&["front", "back"])]).restore());
    assert_eq!(report.restoration.unwrap().untold, [""; 0]);
}

#[test]
fn a_resource_that_waits_is_put_back_and_waits_no_more() {
    let world = World::closed();
    world.finds([open(&["front"])]).held();
    let back = world.finds([open(&["front"]), open(&["front", "back"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert!(run(world.ledger.waiting("doors")).unwrap().is_empty());
}

#[test]
fn what_a_restore_ends_of_another_hole_stays_due_and_is_closed() {
    let world = World::closed();
    world.finds([open(&["cellar"])]).held();
    let all = || open(&["front", "back", "cellar"]);
    world.finds([open(&["cellar"]), all()]);
    let forced = world.ordered(|order| order.force = true).unwrap();
    assert_eq!(outcome(&forced), Outcome::Restored);
    let record = world.last_record();
    assert_eq!((record.end.as_ref(), record.told.len()), (None, 1));
    assert!(!world.ledger.records()[1].may_have_changed(), "it has waited, and no more");
    let advice = world.topic.reports.borrow_mut().pop().unwrap().advice;
    assert!(advice[1].contains("looks at the resource again"), "{advice:?}");

    // All is said and done for who asks again.
    let again = world.finds([open(&["front", "back"])]).restore();
    assert!(matches!(again.ending, Ending::AlreadySo(Some(_))), "{again:?}");
    assert_eq!((world.last_record(), world.mails()), (record, vec![Outcome::Held]));

    world.clock.forward(HOUR);
    assert_eq!(world.due(), 1);
    world.finds([all(), all(), open(&["front", "back"])]);
    let report = world.tick().report;
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Remediated, 1), "{report:?}");
    assert_eq!(report.findings[0].summary, "the cellar is open");
    assert!(!world.calls().iter().any(|call| call.starts_with("apply front")), "{:?}", world.calls());
    let records = world.ledger.records();
    assert!(records.iter().all(|record| record.end.is_some()), "{records:#?}");
    assert_eq!(records[2].end.as_ref().unwrap().outcome, Outcome::Restored);
    assert_eq!(world.due(), 0);
}

#[test]
fn a_look_after_a_restore_that_finds_nothing_else_ends_it_and_tells_nobody() {
    for live in [&["front", "back"][..], &[]] {
        let world = World::closed();
        world.finds([open(&["cellar"])]).cut_off_closing();
        world.finds([open(&[]), open(&["front", "back"])]);
        let forced = world.ordered(|order| order.force = true).unwrap();
        assert_eq!(outcome(&forced), Outcome::Restored);
        world.topic.reports.borrow_mut().clear();
        world.clock.forward(HOUR);
        world.finds([open(live)]);
        world.tick();
        assert!(world.is_all_over());
        assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (3, 0));
        // It is left alone as long as before.
        assert_eq!(world.finds([open(&["front"])]).deliver().outcome, Outcome::Exempt);
    }
}

#[test]
fn what_others_changed_while_the_restore_was_written_down_is_not_overwritten() {
    let world = World::closed();
    let (ports, record) = (world.ports(), world.record());
    let ask = || run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &ports)).unwrap().ending;
    world.finds([open(&[]), open(&["front"])]);
    assert!(matches!(ask(), Ending::Changed));
    assert!(!world.calls().iter().any(|call| call.starts_with("apply")), "{:?}", world.calls());
    let given_up = world.last_record();
    assert_eq!(given_up.end.unwrap().outcome, Outcome::Failed);
    let result = given_up.attempts[0].result.clone().unwrap();
    assert_eq!(result.error.unwrap()["kind"], "changed-meanwhile");
    assert_eq!(world.topic.reports.borrow().len(), 0);
    world.clock.forward(Duration::from_secs(1));
    // As long as it is as it was, it goes on.
    world.finds([open(&[]), open(&[]), open(&["front", "back"])]);
    let Ending::Done(said) = ask() else { panic!("it was not begun") };
    assert_eq!(said.report.outcome, Outcome::Restored);
}

#[test]
fn others_who_were_faster_and_are_done_are_not_said_to_be_at_work() {
    let world = World::closed();
    world.cut_off();
    world.clock.forward(DAY);
    // Somebody ends it between the look at it and the taking.
    let is_first = Cell::new(true);
    let others = Doors::read([open(&[])]);
    let ledger = Hindered::new(&world.ledger, async |call| {
        if call == Call::Resume && is_first.take() {
            let subject = bucket("acme");
            let visit =
                testing::visit::<Doors>(&subject, remediation::Mode::Enforce, Delivery::Last, &&world.clock);
            remediation::walk(&others, &visit, &world.ports()).await;
        }
        Ok(())
    });
    let ports = Ports::new(&world.clock, &world.topic, &ledger);
    let record = world.record();
    world.finds([open(&[])]);
    let order = order::<Doors>(&record, &&world.clock);
    let back = run(restore(&world.doors, &order, &ports)).unwrap();
    assert!(matches!(back.ending, Ending::Busy(None)), "{back:?}");
    assert!(world.last_record().end.is_some());
}

/// A ledger behind which who calls this is killed.
async fn kills(at: Call, call: Call) -> Result<(), CallError> {
    if call == at { std::future::pending().await } else { Ok(()) }
}

/// The cellar is open beside what was put back, and nothing is lost of the work on it: the tick closes it at the latest.
fn comes_to_the_cellar(world: &World, at: &str) {
    let mut hours = 0;
    loop {
        world.clock.forward(HOUR);
        hours += 1;
        if world.due() > 0 {
            break;
        }
        assert!(hours < 3, "{at}: nobody comes for the cellar: {:#?}", world.ledger.records());
    }
    let both = || open(&["front", "back", "cellar"]);
    world.finds([both(), both(), both(), open(&["front", "back"])]);
    world.tick();
    let cellar = |call: &String| call.starts_with("apply") && call.contains("cellar");
    assert!(world.calls().iter().any(cellar), "{at}: {:?}", world.calls());
}

#[test]
fn whenever_who_ends_others_work_for_a_restore_dies_somebody_comes_for_that_work() {
    for at in [Call::Begin, Call::Resume, Call::Replace, Call::Finish] {
        for is_held in [true, false] {
            let world = World::closed();
            world.finds([open(&["cellar"])]);
            if is_held {
                world.held();
            } else {
                world.cut_off_closing();
            }
            let ledger = Hindered::new(&world.ledger, async |call| kills(at, call).await);
            let ports = Ports::new(&world.clock, &world.topic, &ledger);
            let (record, newer) = (world.record(), world.ledger.records().split_off(1));
            let order = Order { newer: &newer, force: true, ..order::<Doors>(&record, &&world.clock) };
            world.finds([open(&["cellar"]), open(&["front", "back", "cellar"])]);
            assert!(is_killed(restore(&world.doors, &order, &ports)), "{at:?}");
            comes_to_the_cellar(&world, &format!("{at:?} {is_held}"));
        }
    }
}

#[test]
fn whenever_who_looks_again_after_a_restore_dies_somebody_comes_for_what_is_open() {
    for at in [Call::Begin, Call::Resume, Call::Replace, Call::Finish] {
        let world = World::closed();
        world.finds([open(&["cellar"])]).held();
        let all = || open(&["front", "back", "cellar"]);
        world.finds([open(&["cellar"]), all()]);
        assert_eq!(outcome(&world.ordered(|order| order.force = true).unwrap()), Outcome::Restored);
        world.clock.forward(HOUR);
        assert_eq!(world.due(), 1);
        let ledger = Hindered::new(&world.ledger, async |call| kills(at, call).await);
        let ports = Ports::new(&world.clock, &world.topic, &ledger);
        let subject = bucket("acme");
        let visit = testing::visit::<Doors>(&subject, Mode::Enforce, Delivery::Last, &&world.clock);
        // Who is killed has closed nothing, as far as anybody knows.
        world.finds([all(), all(), all()]);
        assert!(is_killed(walk(&world.doors, &visit, &ports)), "{at:?}");
        comes_to_the_cellar(&world, &format!("{at:?}"));
        assert!(world.is_all_over());
    }
}
