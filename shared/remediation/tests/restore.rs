//! The way back: compared first, written down before, verified after, told, and left alone for a while.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use remediation::clock::Clock;
use remediation::ledger::{Attempt, Ledger, Memory, Pending, Record};
use remediation::restore::{Back, Ending, NotReversible, Order, RestoreError, restore};
use remediation::testing::doors::{Doors, Read, denied, open, throttled};
use remediation::testing::{
    self, Call, Hindered, LIMITS, Still, Topic, bucket, deliver, order, report_of_restore, run, said,
};
use remediation::{Applied, Delivery, Ended, Note, Outcome, Ports, Report, Told};
use tokio::time::timeout;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A house that Curfew closed, and all who know of it.
struct World {
    clock: Still,
    topic: Topic,
    ledger: Memory,
    doors: Doors,
}

impl World {
    /// The front door and the back door were open; Curfew closed them a minute ago.
    fn closed() -> Self {
        let doors = Doors::read([open(&["front", "back"]), open(&[])]);
        let world =
            Self { clock: Still::default(), topic: Topic::default(), ledger: Memory::default(), doors };
        assert_eq!(world.deliver().outcome, Outcome::Remediated);
        world.clock.forward(Duration::from_secs(60));
        world.topic.reports.borrow_mut().clear();
        world
    }

    fn ports(&self) -> Ports<&Still, &Topic, &Memory> {
        Ports::new(&self.clock, &self.topic, &self.ledger)
    }

    fn deliver(&self) -> Report {
        said(deliver(&self.doors, &bucket("acme"), Delivery::First, &self.ports())).report
    }

    /// What the next reads find.
    fn finds<const N: usize>(&self, reads: [Read; N]) -> &Self {
        *self.doors.reads.borrow_mut() = reads.into();
        self.doors.calls.borrow_mut().clear();
        self
    }

    fn record(&self) -> Record {
        self.ledger.records().remove(0)
    }

    fn last_record(&self) -> Record {
        self.ledger.records().pop().unwrap()
    }

    /// A restore that is killed while it opens the doors; until when it was to be left alone.
    fn cut_off(&self) -> SystemTime {
        self.finds([open(&[])]).doors.hangs.set(true);
        let record = self.record();
        let order = order::<Doors>(&record, &&self.clock);
        let ports = self.ports();
        let restore = async { timeout(Duration::from_millis(1), restore(&self.doors, &order, &ports)).await };
        assert!(run(restore).is_err());
        self.doors.hangs.set(false);
        let grace = self.clock.now() + order.grace;
        self.clock.forward(Duration::from_secs(62));
        grace
    }

    fn restore(&self) -> Back {
        self.ordered(|_| {}).unwrap()
    }

    fn ordered(&self, change: impl FnOnce(&mut Order<'_, events::BucketName>)) -> Result<Back, RestoreError> {
        let record = self.record();
        let newer = self.ledger.records().split_off(1);
        let mut order = Order { newer: &newer, ..order::<Doors>(&record, &&self.clock) };
        change(&mut order);
        run(restore(&self.doors, &order, &self.ports()))
    }

    fn mails(&self) -> Vec<Outcome> {
        self.topic.reports.borrow().iter().map(|report| report.outcome).collect()
    }

    fn calls(&self) -> Vec<String> {
        self.doors.calls.borrow().clone()
    }
}

async fn deliver_once(doors: &Doors, ports: &Ports<&Still, &Topic, &Memory>) {
    let subject = bucket("acme");
    let visit = testing::visit::<Doors>(&subject, remediation::Mode::Enforce, Delivery::First, &ports.clock);
    remediation::walk(doors, &visit, ports).await;
}

fn outcome(back: &Back) -> Outcome {
    let Ending::Done(said) = &back.ending else { panic!("{back:?}") };
    said.report.outcome
}

#[test]
fn what_was_closed_is_opened_verified_recorded_mailed_and_left_alone_until_the_grace_is_over() {
    let world = World::closed();
    let back = world.finds([open(&[]), open(&["front", "back"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert_eq!(back.planned, ["open the front", "open the back"]);
    assert_eq!(world.calls(), ["read acme", "apply front back to acme", "read acme"]);

    let record = world.last_record();
    let restores = record.restores.as_ref().unwrap();
    assert_eq!(restores.record, world.record().id);
    assert_eq!(
        (restores.reason.as_deref(), restores.claimed_by.as_deref()),
        (Some("the shop is down"), Some("ann"))
    );
    assert_eq!(record.end.as_ref().unwrap().outcome, Outcome::Restored);
    let result = record.attempts[0].result.as_ref().unwrap();
    assert_eq!((result.changes.len(), result.after.is_some(), record.told.len()), (2, true, 1));

    let reports = world.topic.reports.borrow();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].findings.len(), 2, "the mail says what is open now");
    drop(reports);

    // The trigger that the opening causes is left alone, and the one after the grace is not.
    let left_alone = world.finds([open(&["front", "back"])]).deliver();
    assert_eq!(
        (left_alone.outcome, left_alone.note),
        (Outcome::Exempt, Some(Note::Restored(restores.grace_until)))
    );
    world.clock.forward(DAY);
    assert_eq!(world.finds([open(&["front", "back"]), open(&[])]).deliver().outcome, Outcome::Remediated);
}

#[test]
fn the_second_time_it_is_so_already_and_nothing_is_written_or_told() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    let records = world.ledger.records();
    let grace = records[1].restores.as_ref().unwrap().grace_until;
    let again = world.finds([open(&["front", "back"])]).restore();
    assert!(matches!(again.ending, Ending::AlreadySo(Some(until)) if until == grace), "{again:?}");
    assert_eq!(world.calls(), ["read acme"]);
    assert_eq!((world.ledger.records(), world.topic.reports.borrow().len()), (records, 1));
}

#[test]
fn what_somebody_put_back_by_hand_is_written_down_told_and_left_alone() {
    let world = World::closed();
    let report = report_of_restore(world.finds([open(&["front", "back"])]).restore());
    assert_eq!((report.outcome, report.changes.len(), report.planned.len()), (Outcome::Restored, 0, 0));
    assert!(report.evidence.is_empty(), "there is nothing to take back: {:?}", report.evidence);
    assert_eq!((world.calls(), world.topic.reports.borrow().len()), (vec!["read acme".to_owned(); 2], 1));
    let record = world.last_record();
    assert_eq!((record.attempts[0].plan.as_ref(), record.told.len()), (None, 1));
    assert_eq!(record.end.as_ref().unwrap().outcome, Outcome::Restored);
    assert!(!record.may_have_changed());

    assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
    world.clock.forward(DAY);
    // The grace is over: who asks again is heard again.
    assert_eq!(outcome(&world.finds([open(&["front", "back"])]).restore()), Outcome::Restored);
    assert_eq!(world.ledger.records().len(), 3);
    assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
}

#[test]
fn what_is_open_beside_what_is_back_is_shown_and_leaves_no_mark_unless_it_is_forced() {
    let world = World::closed();
    let back = world.finds([open(&["front", "back", "cellar"])]).restore();
    assert!(matches!(back.ending, Ending::Refused), "{back:?}");
    assert_eq!(back.changed_since, ["the cellar was opened since"]);
    assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (1, 0));
    let forced = world.ordered(|order| order.force = true).unwrap();
    assert_eq!(outcome(&forced), Outcome::Restored);
    // Nobody put the cellar back.
    world.clock.forward(Duration::from_secs(5));
    let all = || open(&["front", "back", "cellar"]);
    let report = world.finds([all(), all(), open(&["front", "back"])]).deliver();
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Remediated, 1));
    assert_eq!(report.findings[0].summary, "the cellar is open");

    // What is gone is not as it was before.
    let world = World::closed();
    let back = world.finds([open(&["front", "no back"])]).restore();
    assert!(matches!(back.ending, Ending::AlreadySo(None)), "{back:?}");
    assert_eq!((back.lost.len(), world.ledger.records().len()), (1, 1));
}

#[test]
fn a_grace_that_does_not_cover_what_is_open_is_none() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((1, Err(denied())));
    assert_eq!(outcome(&world.finds([open(&[]), open(&["front"])]).restore()), Outcome::Failed);
    // Somebody has opened the other one by hand.
    assert_eq!(outcome(&world.finds([open(&["front", "back"])]).restore()), Outcome::Restored);
    assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
}

#[test]
fn what_others_changed_is_shown_and_refused_unless_it_is_forced() {
    let world = World::closed();
    let refused = world.finds([open(&["cellar"])]).restore();
    assert!(matches!(refused.ending, Ending::Refused), "{refused:?}");
    assert_eq!(refused.changed_since, ["the cellar was opened since"]);
    assert_eq!((world.calls(), world.ledger.records().len()), (vec!["read acme".to_owned()], 1));

    world.finds([open(&["cellar"]), open(&["cellar", "front", "back"])]);
    let forced = world.ordered(|order| order.force = true).unwrap();
    assert_eq!(outcome(&forced), Outcome::Restored);
    let report = world.topic.reports.borrow()[0].clone();
    let restoration = report.restoration.unwrap();
    assert_eq!(restoration.changed_since, ["the cellar was opened since"]);
    assert_eq!(restoration.still_changed, restoration.changed_since);
}

#[test]
fn what_aws_would_refuse_is_said_and_not_tried_even_by_force() {
    let world = World::closed();
    let mut record = world.record();
    record.attempts[0].plan = Some(serde_json::json!({ "Close": ["bricked gate"] }));
    world.finds([open(&[])]);
    let order = Order { force: true, ..order::<Doors>(&record, &&world.clock) };
    let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
    assert!(matches!(back.ending, Ending::Refused), "{back:?}");
    assert_eq!(back.hindrances, ["the bricked gate cannot be opened any more"]);
    assert_eq!(world.calls(), ["read acme"]);
}

#[test]
fn a_dry_run_answers_the_plan_and_writes_nothing_anywhere() {
    let world = World::closed();
    for (reads, ending) in
        [(open(&[]), "Planned"), (open(&["cellar"]), "Refused"), (open(&["front", "back"]), "AlreadySo")]
    {
        let back = world.finds([reads]).ordered(|order| order.dry_run = true).unwrap();
        assert!(format!("{:?}", back.ending).starts_with(ending), "{back:?}");
        assert_eq!(world.calls(), ["read acme"]);
    }
    assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (1, 0));
}

#[test]
fn a_resource_that_is_gone_is_said_to_be_gone() {
    let world = World::closed();
    let back = world.finds([Ok(None)]).restore();
    assert!(matches!(back.ending, Ending::Gone), "{back:?}");
    let back = world.finds([open(&[]), Ok(None)]).restore();
    assert_eq!(outcome(&back), Outcome::Gone);
}

#[test]
fn what_does_not_exist_any_more_is_named_and_the_rest_is_put_back() {
    let world = World::closed();
    let back = world.finds([open(&["no back"]), open(&["no back", "front"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert_eq!(
        (back.planned, back.lost),
        (vec!["open the front".to_owned()], vec!["the back is gone".to_owned()])
    );
}

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
    let mut record = world.record();
    record.attempts[0].plan = Some(serde_json::json!({ "Close": ["cellar"] }));
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
fn an_answer_that_got_lost_is_no_failure_where_all_is_back() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((0, Err(denied())));
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
fn what_a_request_did_that_was_cut_off_is_said_by_the_next_with_the_words_of_both() {
    for (live, planned) in [(&["front"][..], 1), (&["front", "back"], 0)] {
        let world = World::closed();
        world.finds([open(&[])]).doors.hangs.set(true);
        let (ports, doors) = (world.ports(), &world.doors);
        let record = world.record();
        let first = Order { claimed_by: Some("bob"), ..order::<Doors>(&record, &&world.clock) };
        let at = world.clock.now();
        assert!(
            run(async { timeout(Duration::from_millis(1), restore(doors, &first, &ports)).await }).is_err()
        );
        world.doors.hangs.set(false);
        world.clock.forward(Duration::from_secs(62));

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
        world.finds([open(&[])]).doors.hangs.set(true);
        let record = world.record();
        let order = order::<Doors>(&record, &&world.clock);
        let (ports, doors) = (world.ports(), &world.doors);
        assert!(
            run(async { timeout(Duration::from_millis(1), restore(doors, &order, &ports)).await }).is_err()
        );
        world.doors.hangs.set(false);
        world.clock.forward(Duration::from_secs(1));

        let busy = world.finds([open(live)]).restore();
        let Ending::Busy(Some(until)) = busy.ending else { panic!("{busy:?}") };
        assert!(until > world.clock.now());
        world.clock.forward(Duration::from_secs(62));
        let back = world.finds([open(live), open(&["front", "back"])]).restore();
        assert_eq!(outcome(&back), Outcome::Restored);
        let records = world.ledger.records();
        assert_eq!((records.len(), records[1].attempts.len()), (2, 2));
        assert_eq!(records[1].end.as_ref().unwrap().outcome, Outcome::Restored);
        assert_eq!(world.topic.reports.borrow().len(), 1);
    }
}

#[test]
fn a_record_that_was_cut_off_is_put_back_too_and_ended() {
    let doors = Doors::read([open(&["front"])]);
    let world = World { clock: Still::default(), topic: Topic::default(), ledger: Memory::default(), doors };
    world.doors.hangs.set(true);
    let subject = bucket("acme");
    let visit = testing::visit::<Doors>(&subject, remediation::Mode::Enforce, Delivery::First, &&world.clock);
    let (ports, doors) = (world.ports(), &world.doors);
    let walk = async { timeout(Duration::from_millis(1), remediation::walk(doors, &visit, &ports)).await };
    assert!(run(walk).is_err());
    world.doors.hangs.set(false);
    world.clock.forward(Duration::from_secs(62));

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
    let pending = run(world.ledger.pending(&subject, "doors", world.clock.now())).unwrap();
    assert_eq!(pending, Pending::Nothing);
}

#[test]
fn a_closing_whose_mail_got_lost_is_told_by_the_mail_of_the_restore() {
    let doors = Doors::read([open(&["front"]), open(&[])]);
    let world = World { clock: Still::default(), topic: Topic::default(), ledger: Memory::default(), doors };
    world.topic.refuses.set(true);
    world.deliver();
    world.topic.refuses.set(false);
    world.clock.forward(Duration::from_secs(62));
    let report = report_of_restore(world.finds([open(&[]), open(&["front"])]).restore());
    let untold = report.restoration.unwrap().untold;
    assert_eq!(untold, [format!("it closed the front (record {})", world.record().id)]);
}

#[test]
fn a_restore_that_was_cut_off_and_given_up_is_told_by_the_mail_of_the_next() {
    let world = World::closed();
    world.finds([open(&[])]).doors.hangs.set(true);
    let record = world.record();
    let order = order::<Doors>(&record, &&world.clock);
    let (ports, doors) = (world.ports(), &world.doors);
    assert!(run(async { timeout(Duration::from_millis(1), restore(doors, &order, &ports)).await }).is_err());
    world.doors.hangs.set(false);
    world.clock.forward(DAY);
    // It took effect, and Curfew has closed it again, and nobody could be told of either.
    world.topic.refuses.set(true);
    let both = || open(&["front", "back"]);
    assert_eq!(world.finds([both(), both(), open(&[])]).deliver().outcome, Outcome::Remediated);
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
fn a_restore_that_was_cut_off_is_told_by_the_tick_once() {
    let world = World::closed();
    let grace = world.cut_off();
    let tick = || said(deliver(&world.doors, &bucket("acme"), Delivery::Last, &world.ports()));
    world.clock.forward(Duration::from_secs(60 * 60));
    assert_eq!(run(world.ledger.due("doors", world.clock.now())).unwrap().len(), 1);
    world.topic.refuses.set(true);
    world.finds([open(&["front"])]);
    assert!(matches!(tick().of_restore.unwrap().told, Told::Failed(_)));
    world.topic.refuses.set(false);
    for live in [&["front"][..], &["front"], &[]] {
        world.finds([open(live)]);
        let walked = tick();
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
    assert!(world.ledger.records().iter().all(|record| record.end.is_some()));
}

#[test]
fn a_restore_whose_mail_got_lost_is_told_by_the_tick_and_over() {
    let world = World::closed();
    world.topic.refuses.set(true);
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    world.topic.refuses.set(false);
    world.clock.forward(Duration::from_secs(60 * 60));
    for _ in 0..2 {
        world.finds([open(&["front", "back"])]);
        let _ = said(deliver(&world.doors, &bucket("acme"), Delivery::Last, &world.ports()));
    }
    let told = world.topic.reports.borrow_mut().pop().unwrap();
    assert!(world.topic.reports.borrow().is_empty());
    assert_eq!((told.outcome, told.changes.len(), told.findings.len()), (Outcome::Restored, 2, 2));
    assert!(!told.restoration.unwrap().late.unwrap().is_cut_off);
    let record = world.last_record();
    assert_eq!(
        (record.end.unwrap().outcome, record.told.len(), record.attempts.len()),
        (Outcome::Restored, 1, 1)
    );
    let again = world.finds([open(&["front", "back"])]).restore();
    assert!(matches!(again.ending, Ending::AlreadySo(Some(_))), "{again:?}");
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
    let limits = remediation::ledger::Limits { changes_per_hour: 0, ..LIMITS };
    let subject = bucket("acme");
    let visit = testing::visit::<Doors>(&subject, remediation::Mode::Enforce, Delivery::First, &&world.clock);
    let visit = remediation::Visit { limits, ..visit };
    world.finds([open(&["front"])]);
    let ended = run(remediation::walk(&world.doors, &visit, &world.ports()));
    let Ended::Walked(held) = ended else { panic!("{ended:?}") };
    assert_eq!(held.report.outcome, Outcome::Held);
    let back = world.finds([open(&["front"]), open(&["front", "back"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert!(run(world.ledger.waiting("doors")).unwrap().is_empty());
}

#[test]
fn what_a_restore_ends_of_another_hole_stays_due_and_is_closed() {
    let world = World::closed();
    let limits = remediation::ledger::Limits { changes_per_hour: 0, ..LIMITS };
    let subject = bucket("acme");
    let visit = testing::visit::<Doors>(&subject, remediation::Mode::Enforce, Delivery::First, &&world.clock);
    let visit = remediation::Visit { limits, ..visit };
    world.finds([open(&["cellar"])]);
    run(remediation::walk(&world.doors, &visit, &world.ports()));
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

    let due = || run(world.ledger.due("doors", world.clock.now())).unwrap().len();
    world.clock.forward(Duration::from_secs(60 * 60));
    assert_eq!(due(), 1);
    let tick = || said(deliver(&world.doors, &bucket("acme"), Delivery::Last, &world.ports())).report;
    world.finds([all(), all(), open(&["front", "back"])]);
    let report = tick();
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Remediated, 1), "{report:?}");
    assert_eq!(report.findings[0].summary, "the cellar is open");
    assert!(!world.calls().iter().any(|call| call.starts_with("apply front")), "{:?}", world.calls());
    let records = world.ledger.records();
    assert!(records.iter().all(|record| record.end.is_some()), "{records:#?}");
    assert_eq!(records[2].end.as_ref().unwrap().outcome, Outcome::Restored);
    assert_eq!(due(), 0);
}

#[test]
fn a_look_after_a_restore_that_finds_nothing_else_ends_it_and_tells_nobody() {
    for live in [&["front", "back"][..], &[]] {
        let world = World::closed();
        world.finds([open(&["cellar"])]).doors.hangs.set(true);
        let (ports, doors) = (world.ports(), &world.doors);
        let walk = async {
            let walk = deliver_once(doors, &ports);
            timeout(Duration::from_millis(1), walk).await
        };
        assert!(run(walk).is_err());
        world.doors.hangs.set(false);
        world.clock.forward(Duration::from_secs(62));
        world.finds([open(&[]), open(&["front", "back"])]);
        let forced = world.ordered(|order| order.force = true).unwrap();
        assert_eq!(outcome(&forced), Outcome::Restored);
        world.topic.reports.borrow_mut().clear();
        world.clock.forward(Duration::from_secs(60 * 60));
        world.finds([open(live)]);
        let _ = said(deliver(&world.doors, &bucket("acme"), Delivery::Last, &world.ports()));
        let records = world.ledger.records();
        assert!(records.iter().all(|record| record.end.is_some()), "{records:#?}");
        assert_eq!((records.len(), world.topic.reports.borrow().len()), (3, 0));
        // It is left alone as long as before.
        assert_eq!(world.finds([open(&["front"])]).deliver().outcome, Outcome::Exempt);
    }
}

#[test]
fn newer_changes_of_curfews_own_are_changes_since_but_for_tries_to_restore_the_same() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    world.clock.forward(DAY);
    world.finds([open(&["front", "back"]), open(&[])]).deliver();
    let newer = world.ledger.records().split_off(1);
    assert_eq!(newer.len(), 2);
    world.finds([open(&[])]);
    let record = world.record();
    let order = Order { newer: &newer, ..order::<Doors>(&record, &&world.clock) };
    let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
    assert!(matches!(back.ending, Ending::Refused), "{back:?}");
    assert_eq!(back.changed_since, [format!("Curfew changed it again: record {} (remediated)", newer[1].id)]);
}

#[test]
fn all_attempts_of_a_record_are_put_back() {
    let world = World::closed();
    let mut record = world.record();
    // The first was cut off, and the second closed what was left.
    let cut_off = Attempt {
        result: None,
        plan: Some(serde_json::json!({ "Close": ["front"] })),
        ..record.attempts[0].clone()
    };
    record.attempts[0].plan = Some(serde_json::json!({ "Close": ["back"] }));
    record.attempts.insert(0, cut_off);
    world.finds([open(&[]), open(&["front", "back"])]);
    let back = run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &world.ports())).unwrap();
    assert_eq!(
        (outcome(&back), back.planned),
        (Outcome::Restored, vec!["open the front".to_owned(), "open the back".to_owned()])
    );
}

#[test]
fn a_record_without_a_change_and_one_of_a_restore_are_refused_in_words() {
    let world = World::closed();
    let mut unchanged = world.record();
    unchanged.attempts[0].plan = None;
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    for (record, is_restore) in [(unchanged, false), (world.last_record(), true)] {
        let order = order::<Doors>(&record, &&world.clock);
        let error = run(restore(&world.doors, &order, &world.ports())).unwrap_err();
        let RestoreError::NotReversible(why) = &error else { panic!("{error}") };
        assert_eq!(matches!(why, NotReversible::Restore(_)), is_restore, "{error}");
        assert!(error.to_string().contains(&record.id.to_string()));
    }
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
fn what_others_changed_while_the_restore_was_written_down_is_not_overwritten() {
    let world = World::closed();
    let late = Hindered::new(&world.ledger, async |call| {
        if call == Call::Begin {
            world.clock.forward(Duration::from_secs(20));
        }
        Ok(())
    });
    let ports = Ports::new(&world.clock, &world.topic, &late);
    let record = world.record();
    let ask = || run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &ports)).unwrap().ending;
    world.finds([open(&[]), open(&["window"])]);
    assert!(matches!(ask(), Ending::Busy(None)));
    assert!(!world.calls().iter().any(|call| call.starts_with("apply")), "{:?}", world.calls());
    let given_up = world.last_record();
    assert_eq!(given_up.end.unwrap().outcome, Outcome::Failed);
    let result = given_up.attempts[0].result.clone().unwrap();
    assert_eq!(result.error.unwrap()["kind"], "changed-meanwhile");
    assert_eq!(world.topic.reports.borrow().len(), 0);
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
    world.finds([open(&[]), open(&["front", "back"])]);
    let back = run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &ports)).unwrap();
    let Ending::Done(said) = back.ending else { panic!("it was not begun") };
    assert!(said.unwritten.is_some() && world.last_record().end.is_none());
    is_broken.set(false);
    run(ports.catch_up(&record.id.resource)).unwrap();
    let ended = world.last_record();
    assert_eq!((ended.end.unwrap().outcome, ended.told.len()), (Outcome::Restored, 1));
}

#[test]
fn a_restore_is_held_up_by_no_brake() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]);
    let limits = remediation::ledger::Limits { changes_per_hour: 0, ..LIMITS };
    let back = world.ordered(|order| order.limits = limits).unwrap();
    assert_eq!(outcome(&back), Outcome::Restored);
}
