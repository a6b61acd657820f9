//! What goes wrong on the way.

use std::time::Duration;

use remediation::testing::doors::{denied, open, throttled};
use sweeping::{MOST_TRIES, Notice, PAUSE, Stage, Verdict};

use crate::town::{World, houses};

fn world() -> World {
    let mut world = World::default();
    world.north.houses = houses([("nnn", open(&["door"]))]);
    world.east.houses = houses([("eee", open(&["door"]))]);
    world.west.houses = houses([("www", open(&["door"]))]);
    world
}

#[test]
fn what_may_not_be_listed_is_said_and_keeps_nothing_else_waiting() {
    let world = world();
    world.north.unlisted.borrow_mut().push_back(denied());
    let progress = world.sweep(None, |_| {});
    assert_eq!(
        (world.sent_to("close-east"), world.sent_to("close-west")),
        (vec!["eee".to_owned()], vec!["www".to_owned()])
    );
    assert_eq!(progress.not_listed["north"], denied().to_string());
    assert_eq!((progress.of("north").seen(), progress.invocations), (0, 1));
    let (control, why) = ("north".to_owned(), denied().to_string());
    assert_eq!(*world.notices.borrow(), [Notice::NotListed { control, why, again: false }]);
}

#[test]
fn what_cannot_be_listed_now_is_listed_later_after_all_else() {
    let world = world();
    world.north.unlisted.borrow_mut().push_back(throttled());
    let progress = world.sweep(None, |world| {
        // The others are not swept again.
        assert_eq!((world.sent_to("close-east").len(), world.sent_to("close-west").len()), (1, 1));
    });
    assert_eq!(world.sent_to("close-north"), ["nnn"]);
    assert!(progress.not_listed.is_empty());
    let delays: Vec<Duration> = world
        .sent
        .all
        .borrow()
        .iter()
        .filter(|(queue, ..)| queue == "acme-curfew-sweep")
        .map(|(_, _, delay)| *delay)
        .collect();
    assert_eq!(delays, [PAUSE]);
    assert_eq!(progress.of("east").seen() + progress.of("west").seen(), 2);
}

#[test]
fn what_can_never_be_listed_is_given_up_and_said() {
    let world = world();
    world.west.unlisted.borrow_mut().extend((0..100).map(|_| throttled()));
    let progress = world.sweep(None, |_| {});
    assert_eq!((progress.invocations, progress.not_listed.len()), (MOST_TRIES, 1));
    let again: Vec<bool> = world
        .notices
        .borrow()
        .iter()
        .map(|notice| matches!(notice, Notice::NotListed { again: true, .. }))
        .collect();
    assert_eq!(again.iter().filter(|again| **again).count() + 1, again.len());
    assert_eq!(again.last(), Some(&false));
}

#[test]
fn where_sending_fails_nothing_is_handed_over_and_the_same_order_does_it_all() {
    for refused in [throttled(), denied()] {
        let world = world();
        *world.sent.refuses.borrow_mut() = Some(refused.clone());
        let begin = world.begin();
        assert_eq!(world.leg(&mut begin.clone(), None), Err(refused));
        assert!(world.sent.all.borrow().is_empty());
        *world.sent.refuses.borrow_mut() = None;
        let mut again = begin;
        world.leg(&mut again, None).unwrap();
        assert_eq!((world.sent_to("close-north").len(), again.of("north").of(Verdict::ToClose)), (1, 1));
        assert!(again.is_over());
    }
}

#[test]
fn where_nobody_can_go_on_the_order_fails() {
    let world = world();
    world.north.unlisted.borrow_mut().push_back(throttled());
    *world.north.houses.borrow_mut() = [].into();
    *world.east.houses.borrow_mut() = [].into();
    *world.west.houses.borrow_mut() = [].into();
    *world.sent.refuses.borrow_mut() = Some(throttled());
    assert_eq!(world.leg(&mut world.begin(), None), Err(throttled()));
}

#[test]
fn where_nobody_knows_what_waits_it_counts_as_to_be_closed_and_is_sent_all_the_same() {
    let world = world();
    *world.waits.0.borrow_mut() = Err(denied());
    let progress = world.sweep(None, |_| {});
    assert_eq!((progress.of("north").of(Verdict::ToClose), world.sent_to("close-north").len()), (1, 1));
    let unknown = |control| Notice::WaitingUnknown { control, error: denied() };
    assert_eq!(*world.notices.borrow(), ["north", "east", "west"].map(unknown));
}

#[test]
fn a_control_that_there_is_not_is_said_and_keeps_nothing_else_waiting() {
    let world = world();
    let mut progress = world.begin();
    progress.rest.insert(0, Stage { control: "south".to_owned(), after: Some("s".to_owned()), tries: 0 });
    world.leg(&mut progress, None).unwrap();
    assert!(progress.is_over());
    assert_eq!(progress.not_listed["south"], "this version of Curfew has no such control");
    assert_eq!(world.sent_to("close-north"), ["nnn"]);
}

#[test]
fn where_the_queues_name_does_not_tell_the_others_nothing_is_guessed() {
    let mut world = world();
    world.own.name = "sweep-of-acme".to_owned();
    let error = world.leg(&mut world.begin(), None).unwrap_err();
    let said = "the queue `sweep-of-acme` is not called as the function `sweep` is";
    assert!(!error.is_passing() && error.to_string().ends_with(said), "{error}");
    assert!(world.sent.all.borrow().is_empty());
}
