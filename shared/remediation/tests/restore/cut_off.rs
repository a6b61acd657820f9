//! Restores that were cut off, or whose mail got lost: told by who comes next, and gone on with by who asks again.

use std::cell::Cell;
use std::time::Duration;

use remediation::clock::Clock;
use remediation::restore::{Ending, Order, Past, restore};
use remediation::testing::doors::{Doors, denied, lost, open};
use remediation::testing::{
    self, Call, Hindered, LEASED, bucket, deliver, order, report_of_restore, run, said,
};
use remediation::{Applied, Delivery, Ended, Mode, Note, Outcome, Ports, Told, Visit, walk};

use super::world::{DAY, HOUR, World, is_killed, outcome};

#[test]
fn what_a_request_did_that_was_cut_off_is_said_by_the_next_with_the_words_of_both() {
    for (live, planned) in [(&["front"][..], 1), (&["front", "back"], 0)] {
        let world = World::closed();
        let at = world.clock.now();
        world.cut_off_now("bob");
        world.clock.forward(LEASED);

        world.finds([open(live), open(&["front", "back"])]);
        let report = report_of_restore(world.ordered(|order| order.reason = Some("it still is")).unwrap());
        let done =
            if planned == 1 { vec!["closed the front"] } else { vec!["closed the front", "closed the back"] };
        assert_eq!((report.outcome, report.changes.len()), (Outcome::Restored, planned));
        let restoration = report.restoration.unwrap();
        assert_eq!(restoration.unnoted, done);
        let undo = report.evidence.last().unwrap();
        assert_eq!((undo.title.as_str(), undo.body.lines().count()), ("How to take this back", 2));

        let restores = world.last_record().restores.unwrap();
        assert_eq!(
            (restores.reason.as_deref(), restores.claimed_by.as_deref()),
            (Some("it still is"), Some("ann"))
        );
        let [before] = &restores.before[..] else { panic!("{restores:?}") };
        assert_eq!((before.at, before.claimed_by.as_deref()), (at, Some("bob")));
        assert_eq!(before.reason.as_deref(), Some("the shop is down"));
        assert_eq!(restoration.restores.before, restores.before);
        // Half of it by one, half by the other: all of it is left alone.
        assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
    }
}

#[test]
fn a_restore_that_was_cut_off_is_gone_on_with_by_the_next_order() {
    for live in [&["front"][..], &["front", "back"]] {
        let world = World::closed();
        world.cut_off_now("ann");
        world.clock.forward(Duration::from_secs(1));

        let busy = world.finds([open(live)]).restore();
        let Ending::Busy(Some(until)) = busy.ending else { panic!("{busy:?}") };
        assert!(until > world.clock.now());
        world.clock.forward(LEASED);
        let back = world.finds([open(live), open(&["front", "back"])]).restore();
        assert_eq!(outcome(&back), Outcome::Restored);
        let records = world.ledger.records();
        assert_eq!((records.len(), records[1].attempts.len()), (2, 2));
        assert_eq!(records[1].end.as_ref().unwrap().outcome, Outcome::Restored);
        assert_eq!(world.topic.reports.borrow().len(), 1);
    }
}

#[test]
fn a_restore_that_was_cut_off_is_told_by_the_tick_once() {
    let world = World::closed();
    let grace = world.cut_off();
    world.clock.forward(HOUR);
    assert_eq!(world.due(), 1);
    world.topic.refuses.set(true);
    world.finds([open(&["front"])]);
    assert!(matches!(world.tick().of_restore.unwrap().told, Told::Failed(_)));
    world.topic.refuses.set(false);
    for live in [&["front"][..], &["front"], &[]] {
        world.finds([open(live)]);
        let walked = world.tick();
        assert!(walked.report.changes.is_empty(), "{walked:?}");
    }
    let told = world.topic.reports.borrow_mut().pop().unwrap();
    assert!(world.topic.reports.borrow().is_empty());
    assert_eq!(
        (told.outcome, told.planned),
        (Outcome::Failed, vec!["open the front".to_owned(), "open the back".to_owned()])
    );
    assert_eq!(told.findings.len(), 1, "what is open now");
    let restoration = told.restoration.unwrap();
    assert!(restoration.late.unwrap().is_cut_off && restoration.is_read);
    assert_eq!(restoration.restores.grace_until, grace);
    // Whoever wants it finished asks again.
    world.finds([open(&["front"]), open(&["front", "back"])]);
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert_eq!(world.ledger.records().len(), 2);
}

#[test]
fn a_restore_that_was_cut_off_is_told_before_what_it_opened_is_closed() {
    let world = World::closed();
    world.cut_off();
    world.clock.forward(DAY);
    let both = || open(&["front", "back"]);
    assert_eq!(world.finds([both(), both(), open(&[])]).deliver().outcome, Outcome::Remediated);
    assert_eq!(world.mails(), [Outcome::Failed, Outcome::Remediated]);
    assert!(world.is_all_over());
}

#[test]
fn a_restore_whose_mail_got_lost_is_told_by_the_tick_and_over() {
    let world = World::closed();
    world.topic.refuses.set(true);
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    world.topic.refuses.set(false);
    world.clock.forward(HOUR);
    for _ in 0..2 {
        world.finds([open(&["front", "back"])]);
        assert_eq!(world.tick().report.outcome, Outcome::Exempt);
    }
    let told = world.topic.reports.borrow_mut().pop().unwrap();
    assert!(world.topic.reports.borrow().is_empty());
    assert_eq!((told.outcome, told.changes.len(), told.findings.len()), (Outcome::Restored, 2, 2));
    assert!(!told.restoration.unwrap().late.unwrap().is_cut_off);
    let record = world.last_record();
    assert_eq!(
        (record.end.unwrap().outcome, record.told.len(), record.attempts.len()),
        (Outcome::Restored, 1, 2)
    );
    let again = world.finds([open(&["front", "back"])]).restore();
    assert!(matches!(again.ending, Ending::AlreadySo(Some(_))), "{again:?}");
}

#[test]
fn a_restore_that_was_cut_off_keeps_nobody_from_closing_what_is_open_beside_it() {
    let world = World::closed();
    let grace = world.cut_off();
    let all = || open(&["front", "cellar"]);
    world.finds([all(), all(), open(&["front"])]);
    assert_eq!(world.deliver().outcome, Outcome::Remediated);
    assert!(world.calls().contains(&"apply cellar to acme".to_owned()), "{:?}", world.calls());
    assert_eq!(world.mails(), [Outcome::Failed, Outcome::Remediated]);
    assert!(world.is_all_over());
    // What was to be put back is left alone as long as was promised.
    for live in [&["front"][..], &["front", "back"]] {
        assert_eq!(world.finds([open(live), open(live)]).deliver().outcome, Outcome::Exempt);
    }
    world.clock.forward(grace.duration_since(world.clock.now()).unwrap());
    world.finds([open(&["front"]), open(&[])]);
    assert_eq!(world.deliver().outcome, Outcome::Remediated);
}

#[test]
fn what_was_to_be_put_back_is_left_alone_after_another_restore_too() {
    let world = World::closed();
    world.clock.forward(Duration::from_secs(5));
    assert_eq!(world.finds([open(&["cellar"]), open(&[])]).deliver().outcome, Outcome::Remediated);
    world.clock.forward(Duration::from_secs(5));
    world.cut_off();
    // It came to the front door; the cellar was closed while that was.
    let records = world.ledger.records();
    let (doors, all) = (|| open(&["front"]), || open(&["front", "cellar"]));
    let order = order::<Doors>(&records[1], &&world.clock);
    let order = Order { newer: &records[2..], force: true, request_id: "another", ..order };
    world.finds([doors(), doors(), all()]);
    assert_eq!(outcome(&run(restore(&world.doors, &order, &world.ports())).unwrap()), Outcome::Restored);
    assert_eq!(world.finds([all(), all()]).deliver().outcome, Outcome::Exempt);
}

#[test]
fn of_two_who_come_at_the_same_moment_one_tells_of_it() {
    for at in [Call::Resume, Call::Finish] {
        let world = World::closed();
        world.cut_off();
        let other = Doors::read([open(&["front"])]);
        let is_first = Cell::new(true);
        // Before the one has taken it, or when it has told people, another one comes.
        let ledger = Hindered::new(&world.ledger, async |call| {
            if call == at && is_first.take() {
                let subject = bucket("acme");
                let visit = testing::visit::<Doors>(&subject, Mode::Enforce, Delivery::Last, &&world.clock);
                let visit = Visit { request_id: "another", ..visit };
                let ended = walk(&other, &visit, &world.ports()).await;
                assert_eq!(matches!(ended, Ended::Busy { .. }), at == Call::Finish, "{ended:?}");
            }
            Ok(())
        });
        let ports = Ports::new(&world.clock, &world.topic, &ledger);
        world.finds([open(&["front"])]);
        let ended = deliver(&world.doors, &bucket("acme"), Delivery::Last, &ports);
        assert_eq!(matches!(ended, Ended::Busy { .. }), at == Call::Resume, "{ended:?}");
        assert_eq!(world.mails(), [Outcome::Failed], "{at:?}");
    }
}

#[test]
fn who_dies_while_he_tells_of_it_hides_nothing_of_it() {
    for (at, mails) in [(Call::Finish, 2), (Call::Resume, 1)] {
        let world = World::closed();
        let grace = world.cut_off();
        let ledger =
            Hindered::new(
                &world.ledger,
                async |call| {
                    if call == at { std::future::pending().await } else { Ok(()) }
                },
            );
        let ports = Ports::new(&world.clock, &world.topic, &ledger);
        let subject = bucket("acme");
        let visit = testing::visit::<Doors>(&subject, Mode::Enforce, Delivery::Last, &&world.clock);
        world.finds([open(&["front"])]);
        assert!(is_killed(walk(&world.doors, &visit, &ports)));
        world.clock.forward(LEASED);
        // He was to open them, and the one who died beside that changes nothing of it.
        for _ in 0..2 {
            world.finds([open(&["front"])]).tick();
        }
        assert_eq!(world.mails(), vec![Outcome::Failed; mails], "{at:?}");
        let told = world.topic.reports.borrow_mut().pop().unwrap();
        assert_eq!(told.planned, ["open the front", "open the back"]);
        let restoration = told.restoration.unwrap();
        assert!(restoration.late.unwrap().is_cut_off);
        assert_eq!(restoration.restores.grace_until, grace);
        // Who asks again goes on with it, and names who asked before and when.
        let at = world.last_record().attempts[0].at;
        let back = world.finds([open(&["front"]), open(&["front", "back"])]).restore();
        assert_eq!(outcome(&back), Outcome::Restored);
        let [before] = &world.last_record().restores.unwrap().before[..] else { panic!("one asked before") };
        assert_eq!(before.at, at);
        assert!(world.is_all_over());
    }
}

#[test]
fn a_restore_of_which_nobody_can_be_told_is_closed_again_and_not_without_another_try_to_tell() {
    let world = World::closed();
    world.cut_off();
    world.clock.forward(DAY);
    world.topic.refuses.set(true);
    let both = || open(&["front", "back"]);
    let said = world.finds([both(), both()]).tick();
    assert_eq!((said.report.outcome, said.report.changes.len()), (Outcome::Failed, 0));
    assert!(matches!(said.of_restore.unwrap().told, Told::Failed(_)));
    assert!(world.last_record().end.is_none());
    world.clock.forward(HOUR);
    assert_eq!(world.due(), 1);
    let said = world.finds([both(), both(), open(&[])]).tick();
    assert_eq!(said.report.outcome, Outcome::Remediated);
    assert!(matches!(said.of_restore.unwrap().told, Told::Failed(_)), "the log has the whole of it");
}

#[test]
fn what_was_begun_and_is_closed_is_told_although_something_else_is_open_by_then() {
    let world = World::of([open(&["front", "back"])]);
    world.cut_off_closing();
    let report = world.finds([open(&["back", "cellar"]), open(&[])]).deliver();
    assert_eq!(report.outcome, Outcome::Remediated);
    assert!(matches!(report.note, Some(Note::BegunBefore(_))), "{:?}", report.note);
    let begun = report.evidence.iter().find(|one| one.title == "What Curfew had begun before").unwrap();
    assert_eq!(begun.body, "  close the front");
    // Where all of it is open still, nothing of it was done.
    let world = World::of([open(&["front", "back"])]);
    world.cut_off_closing();
    let report = world.finds([open(&["front", "back", "cellar"]), open(&[])]).deliver();
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, None));
    assert!(report.evidence.iter().all(|one| one.title != "What Curfew had begun before"));
}

#[test]
fn what_an_earlier_call_may_have_closed_since_is_not_said_to_be_closed_by_somebody_else() {
    let world = World::of([open(&["front", "back"])]);
    world.cut_off_closing();
    *world.doors.apply.borrow_mut() = Some((1, Ok(Applied::Done)));
    let report = world.finds([open(&["front", "back"]), open(&[])]).deliver();
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::Unanswered)));
}

#[test]
fn what_a_later_look_found_open_still_was_closed_by_no_earlier_call() {
    for (passed, note) in [(600, Note::ClosedByOthers), (1, Note::ClosedMeanwhile)] {
        let world = World::of([]);
        for answer in [lost(), denied()] {
            *world.doors.apply.borrow_mut() = Some((0, Err(answer)));
            let ended = said(deliver(
                &world.finds([open(&["front"])]).doors,
                &bucket("acme"),
                Delivery::Again,
                &world.ports(),
            ))
            .report;
            assert!(matches!(ended.outcome, Outcome::Failed | Outcome::StillOpen), "{ended:?}");
            world.clock.forward(Duration::from_secs(passed));
        }
        // Somebody else closes it.
        let report =
            said(deliver(&world.finds([open(&[])]).doors, &bucket("acme"), Delivery::Again, &world.ports()))
                .report;
        assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(note)), "{passed}");
        assert_eq!(Past::of(&world.doors, &world.record(), &[]).is_err(), note == Note::ClosedByOthers);
    }
}
