//! Whole sweeps.

use std::time::Duration;

use exemptions::Exemptions;
use remediation::testing::doors::{denied, open, throttled};
use remediation::{Fact, Tags};
use sweeping::{SUBJECTS_A_MESSAGE, Verdict};

use crate::town::{Town, World, houses};

const SECOND: Option<Duration> = Some(Duration::from_secs(1));

fn tags(until: &str) -> Tags {
    let tags =
        [("curfew:exempt", "all"), ("curfew:exempt-reason", "a party"), ("curfew:exempt-until", until)];
    tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// A town of so many houses, all open.
fn open_town<const N: usize>(count: usize) -> Town<N> {
    let town = Town::default();
    *town.houses.borrow_mut() = (0..count).map(|n| (format!("house-{n:05}"), open(&["door"]))).collect();
    town
}

#[test]
fn what_needs_work_goes_into_the_queue_of_its_function_and_nothing_else_does() {
    let mut world = World::default();
    world.north.houses = houses([
        ("clean", open(&[])),
        ("closes", open(&["door"])),
        ("denied", Err(denied())),
        ("foggy", open(&["fogged attic"])),
        ("gone", Ok(None)),
        ("reported", open(&["window"])),
        ("throttled", Err(throttled())),
        ("waits", open(&["door"])),
    ]);
    world.west.houses = houses([("closes", open(&["door"]))]);
    *world.waits.0.borrow_mut() = Ok(vec!["waits".to_owned(), "clean".to_owned(), "reported".to_owned()]);
    let progress = world.sweep(None, |_| {});
    assert_eq!(world.sent_to("close-north"), ["closes", "denied", "foggy", "reported", "throttled", "waits"]);
    assert_eq!(world.sent_to("close-east"), [""; 0]);
    assert_eq!(world.sent_to("close-west"), ["closes"]);
    let north = progress.of("north");
    let counts = Verdict::ALL.map(|verdict| (verdict.as_str(), north.of(verdict)));
    assert_eq!(
        counts,
        [
            ("clean", 1),
            ("gone", 1),
            ("exempt", 0),
            ("held", 1),
            ("to-close", 1),
            ("to-tell", 1),
            ("unreadable", 3)
        ]
    );
    assert_eq!((north.seen(), north.sent()), (8, 6));
    assert_eq!((progress.of("east").seen(), progress.of("west").seen()), (0, 1));
    assert!(world.notices.borrow().is_empty());
}

#[test]
fn what_is_exempt_is_not_sent_until_that_ends_soon() {
    for (until, sent, verdict) in [
        ("2027-06-30", 0, Verdict::Exempt),
        ("2026-12-01", 1, Verdict::ToTell),
        ("2026-11-01", 1, Verdict::ToClose),
    ] {
        let mut world = World { exemptions: Exemptions::default(), ..World::default() };
        world.east.houses = houses([("party", open(&["door"]))]);
        world.east.doors = world.east.doors.clone().tagged(Fact::Known(tags(until)));
        let progress = world.sweep(None, |_| {});
        assert_eq!(
            (world.sent_to("close-east").len(), progress.of("east").of(verdict)),
            (sent, 1),
            "{until}"
        );
    }
}

#[test]
fn a_function_is_told_which_sweep_it_was_and_when_that_began() {
    let mut world = World::default();
    world.north.houses = houses([("closes", open(&["door"]))]);
    world.sweep(None, |_| {});
    let (_, body, delay) = world.sent.all.borrow()[0].clone();
    assert_eq!(
        (body["id"].as_str(), body["time"].as_str()),
        (Some("b6d5a1de"), Some("2026-11-22T05:41:07.120Z"))
    );
    assert_eq!(
        (body["account"].as_str(), body["region"].as_str()),
        (Some("210987654321"), Some("eu-west-1"))
    );
    assert_eq!(delay, Duration::ZERO);
    let events::Trigger::Event(reading) = events::read(&body.to_string(), &events::OwnRoles::none()).unwrap()
    else {
        panic!()
    };
    assert_eq!(reading.subjects[0].cause.to_string(), "sweep at 2026-11-22T05:41:07.120Z (event b6d5a1de)");
}

#[test]
fn several_resources_share_a_message() {
    let world = World { north: open_town(23), ..World::default() };
    world.sweep(None, |_| {});
    let sizes: Vec<usize> = world
        .sent
        .all
        .borrow()
        .iter()
        .map(|(_, body, _)| body["detail"]["resources"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [SUBJECTS_A_MESSAGE, SUBJECTS_A_MESSAGE, SUBJECTS_A_MESSAGE, SUBJECTS_A_MESSAGE, 3]);
}

#[test]
fn it_reads_no_faster_than_it_may_and_what_listing_tells_is_not_read() {
    let world = World { north: open_town(31), ..World::default() };
    let before = remediation::clock::Clock::now(&world.clock);
    world.sweep(None, |_| {});
    let took = remediation::clock::Clock::now(&world.clock).duration_since(before).unwrap();
    // Ten begin in a second: the 31st after three.
    assert_eq!((world.north.reads.get(), took), (31, Duration::from_secs(3)));

    let world = World { north: open_town(31), ..World::default() };
    world.north.tells.set(true);
    let before = remediation::clock::Clock::now(&world.clock);
    world.sweep(SECOND, |_| {});
    assert_eq!((world.north.reads.get(), remediation::clock::Clock::now(&world.clock)), (0, before));
    assert_eq!(world.sent_to("close-north").len(), 31);
}

#[test]
fn a_sweep_without_time_goes_on_where_it_was_and_its_counts_add_up() {
    let world = World { north: open_town(25), east: open_town(7), west: open_town(1), ..World::default() };
    let progress = world.sweep(SECOND, |_| {});
    assert!(progress.invocations > 2, "{progress:?}");
    for (town, count) in [("north", 25), ("east", 7), ("west", 1)] {
        assert_eq!(progress.of(town).seen(), count);
        let mut sent = world.sent_to(&format!("close-{town}"));
        sent.dedup();
        assert_eq!(sent.len() as u64, count);
    }
    assert_eq!(world.north.reads.get() + world.east.reads.get() + world.west.reads.get(), 33);
}

#[test]
fn however_little_time_there_is_something_is_done_each_time() {
    let world = World { north: open_town(9), ..World::default() };
    // Listing takes all of it.
    let mut progress = world.begin();
    for left in [5, 1, 0] {
        world.clock.forward(Duration::from_secs(1));
        world.leg(&mut progress, Some(Duration::ZERO)).unwrap();
        assert_eq!(progress.of("north").seen(), 9 - left);
        if left > 0 {
            progress = world.handed_over();
        }
    }
}

#[test]
fn an_order_that_comes_twice_does_the_same_twice_and_no_harm() {
    let world = World { north: open_town(5), ..World::default() };
    let progress = world.begin();
    let (mut once, mut again) = (progress.clone(), progress);
    world.leg(&mut once, None).unwrap();
    world.leg(&mut again, None).unwrap();
    assert_eq!(once, again);
    let sent = world.sent_to("close-north");
    assert_eq!(sent[..5], sent[5..]);
}
