//! Restores of which a step could not be done.

use std::cell::Cell;
use std::time::Duration;

use remediation::restore::{Ending, Order, restore};
use remediation::testing::doors::{Doors, Read, denied, lost, open, throttled};
use remediation::testing::{Call, Hindered, order, report_of_restore, run};
use remediation::{Applied, Outcome, Ports, Report, StepError, Told};

use super::world::{World, outcome};

#[test]
fn what_failed_half_way_is_told_and_the_next_order_does_what_is_left() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((1, Err(denied())));
    let back = world.finds([open(&[]), open(&["front"])]).restore();
    assert_eq!(outcome(&back), Outcome::Failed);
    let report = world.topic.reports.borrow_mut().pop().unwrap();
    assert_eq!((report.changes.len(), report.error.is_some()), (1, true));
    assert_eq!(report.restoration.unwrap().left, ["open the back"]);
    assert_eq!(report.evidence[0].title, "How to finish by hand");
    // Half of it is open, and Curfew does not close it again under that person's hands.
    assert_eq!(world.finds([open(&["front"])]).deliver().outcome, Outcome::Exempt);

    world.doors.apply.borrow_mut().take();
    let back = world.finds([open(&["front"]), open(&["front", "back"])]).restore();
    assert_eq!((outcome(&back), back.planned), (Outcome::Restored, vec!["open the back".to_owned()]));
}

#[test]
fn what_failed_before_any_change_leaves_no_grace() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((0, Err(denied())));
    assert_eq!(outcome(&world.finds([open(&[])]).restore()), Outcome::Failed);
    world.doors.apply.borrow_mut().take();
    world.clock.forward(Duration::from_secs(5));
    assert_eq!(world.finds([open(&["front"]), open(&[])]).deliver().outcome, Outcome::Remediated);
}

#[test]
fn what_had_no_effect_is_said_in_the_words_of_the_control() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((0, Ok(Applied::Inert("the house has no doors"))));
    let report = report_of_restore(world.finds([open(&[])]).restore());
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.error.unwrap().to_string(), "the house has no doors");
}

#[test]
fn what_failed_before_any_change_takes_no_grace_from_what_was_put_back_before() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    let newer = world.ledger.records().split_off(1);
    let record = world.record_of_closing(&["cellar"]);
    *world.doors.apply.borrow_mut() = Some((0, Err(denied())));
    world.finds([open(&["front", "back"])]);
    world.clock.forward(Duration::from_secs(60));
    let order = Order { newer: &newer, request_id: "another", ..order::<Doors>(&record, &&world.clock) };
    let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
    assert_eq!(outcome(&back), Outcome::Failed);
    world.doors.apply.borrow_mut().take();
    world.clock.forward(Duration::from_secs(60));
    assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
}

#[test]
fn what_others_put_back_where_curfew_was_refused_is_nobodys_lost_answer() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((0, Err(denied())));
    let report = report_of_restore(world.finds([open(&[]), open(&["front", "back"])]).restore());
    assert_eq!(report.outcome, Outcome::Restored);
    assert!(report.changes.is_empty());
    let restoration = report.restoration.unwrap();
    assert_eq!(restoration.unnoted, [""; 0]);
    assert!(!report.evidence.iter().any(|one| one.title == "How to take this back"));
}

#[test]
fn an_answer_that_got_lost_is_no_failure_where_all_is_back() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((0, Err(lost())));
    let back = world.finds([open(&[]), open(&["front", "back"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    let report = world.topic.reports.borrow_mut().pop().unwrap();
    assert!(report.error.is_none());
    let restoration = report.restoration.unwrap();
    assert_eq!(
        restoration.unnoted,
        ["closed the front", "closed the back"],
        "a model's words for a turned door"
    );
    assert_eq!(report.evidence.last().unwrap().title, "How to take this back");
    assert!(report.advice.iter().any(|one| one.contains("take it back with the commands below")));
}

#[test]
fn a_mail_that_was_not_delivered_is_in_what_is_said_and_comes_with_the_next_request() {
    let world = World::closed();
    world.topic.refuses.set(true);
    let back = world.finds([open(&[]), open(&["front", "back"])]).restore();
    let Ending::Done(said) = back.ending else { panic!("{back:?}") };
    assert!(matches!(said.told, Told::Failed(_)));
    let record = world.last_record();
    assert!(record.end.is_none() && record.told.is_empty());

    world.topic.refuses.set(false);
    let back = world.finds([open(&["front", "back"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    let ended = world.last_record();
    assert_eq!((&ended.id, ended.told.len()), (&record.id, 1));
    assert!(ended.end.is_some());
    // It says what the first one did, and how that is taken back.
    let report = world.topic.reports.borrow()[0].clone();
    let restoration = report.restoration.unwrap();
    assert_eq!((restoration.unnoted.len(), restoration.restores.before.len()), (2, 1));
    assert_eq!(restoration.untold, [""; 0]);
    assert_eq!(report.evidence.last().unwrap().title, "How to take this back");
    // All is said and done.
    assert!(matches!(world.restore().ending, Ending::AlreadySo(_)));
    assert_eq!(world.topic.reports.borrow().len(), 1);
}

#[test]
fn what_could_not_be_written_down_is_before_the_next_restore() {
    let world = World::closed();
    let is_broken = Cell::new(true);
    let broken = Hindered::new(&world.ledger, async |call| match call {
        Call::Finish if is_broken.get() => Err(throttled()),
        _ => Ok(()),
    });
    let ports = Ports::new(&world.clock, &world.topic, &broken);
    let record = world.record();
    world.finds([open(&[]), open(&[]), open(&["front", "back"])]);
    let back = run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &ports)).unwrap();
    let Ending::Done(said) = back.ending else { panic!("it was not begun") };
    assert!(said.unwritten.is_some() && world.last_record().end.is_none());
    is_broken.set(false);
    run(ports.catch_up(&record.id.resource)).unwrap();
    let ended = world.last_record();
    assert_eq!((ended.end.unwrap().outcome, ended.told.len()), (Outcome::Restored, 1));
}

#[test]
fn what_could_not_be_looked_at_again_before_the_change_is_not_changed_and_said() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    let newer = world.ledger.records().split_off(1);
    let record = world.record_of_closing(&["cellar"]);
    world.clock.forward(Duration::from_secs(60));
    world.finds([open(&["front", "back"]), Err(throttled())]);
    let order = Order { newer: &newer, request_id: "another", ..order::<Doors>(&record, &&world.clock) };
    let report = report_of_restore(run(restore(&world.doors, &order, &world.ports())).unwrap());
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 0));
    assert!(report.error.is_some() && !report.may_have_changed());
    assert!(report.restoration.is_some_and(|restoration| !restoration.is_read && !restoration.is_tried));
    assert!(!world.calls().iter().any(|call| call.starts_with("apply")), "{:?}", world.calls());
    assert!(world.is_all_over());
    // What was put back before is left alone as long as was promised.
    world.finds([open(&["front", "back"]), open(&["front", "back"])]);
    assert_eq!(world.deliver().outcome, Outcome::Exempt);
}

/// What a restore says, to which the second look finds this.
fn with_second_look(again: Read) -> (World, Report) {
    let world = World::closed();
    let record = world.record();
    world.finds([open(&[]), again]);
    let ports = world.ports();
    let back = run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &ports)).unwrap();
    let report = report_of_restore(back);
    assert!(!world.calls().iter().any(|call| call.starts_with("apply")), "{:?}", world.calls());
    assert!(report.changes.is_empty() && !report.may_have_changed(), "{report:?}");
    assert!(world.is_all_over());
    assert_eq!((world.mails(), world.last_record().told.len()), (vec![report.outcome], 1));
    (world, report)
}

#[test]
fn a_second_look_that_lacks_what_the_first_one_had_changes_nothing_and_says_what_it_lacks() {
    let (world, report) = with_second_look(open(&["fogged attic"]));
    assert_eq!(
        (report.outcome, report.error.as_ref().map(StepError::kind)),
        (Outcome::Failed, Some("unavailable"))
    );
    assert!(report.error.unwrap().to_string().starts_with("the fogged attic could not be read"));
    let restoration = report.restoration.unwrap();
    assert!(!restoration.is_tried && restoration.is_read, "{restoration:?}");
    // What was not changed is not left alone.
    world.clock.forward(Duration::from_secs(5));
    assert_eq!(world.finds([open(&["front"]), open(&[])]).deliver().outcome, Outcome::Remediated);
}

#[test]
fn a_resource_that_is_gone_at_the_second_look_is_told_as_gone() {
    let (_, report) = with_second_look(Ok(None));
    assert_eq!((report.outcome, report.error.is_some()), (Outcome::Gone, false));
}

#[test]
fn what_neither_look_could_read_is_no_reason_to_give_up() {
    let world = World::closed();
    let record = world.record();
    let foggy = || open(&["barred cellar"]);
    world.finds([foggy(), foggy(), open(&["barred cellar", "front", "back"])]);
    let order = Order { force: true, ..order::<Doors>(&record, &&world.clock) };
    assert_eq!(outcome(&run(restore(&world.doors, &order, &world.ports())).unwrap()), Outcome::Restored);
}
