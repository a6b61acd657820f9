//! What holds of every sweep.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use remediation::testing::assert_round_trip;
use remediation::testing::doors::{Read, denied, open, throttled};
use sweeping::{Progress, Verdict};

use crate::town::World;

fn any_read() -> impl Strategy<Value = Read> {
    prop_oneof![
        4 => Just(open(&[])),
        2 => Just(open(&["door"])),
        1 => Just(open(&["window"])),
        1 => Just(open(&["fogged attic"])),
        1 => Just(Err(throttled())),
        1 => Just(Err(denied())),
    ]
}

fn any_houses() -> impl Strategy<Value = BTreeMap<String, Read>> {
    proptest::collection::btree_map("[a-z][a-z0-9.-]{1,6}[a-z0-9]", any_read(), 0..40)
}

/// Which houses come and go between two legs.
type Moves = Vec<(bool, String)>;

fn any_moves() -> impl Strategy<Value = Vec<Moves>> {
    proptest::collection::vec(proptest::collection::vec((any::<bool>(), "[a-z][a-z0-9]{2,4}"), 0..4), 0..12)
}

fn needs_work(read: &Read) -> bool {
    !matches!(read, Ok(Some(doors)) if doors.is_empty())
}

proptest! {
    #[test]
    fn what_stays_is_swept_once_whatever_comes_and_goes(
        north in any_houses(),
        east in any_houses(),
        moves in any_moves(),
        tells in any::<bool>(),
        milliseconds in 0_u64..2_000,
    ) {
        let world = World::default();
        world.north.tells.set(tells);
        *world.north.houses.borrow_mut() = north.clone();
        *world.east.houses.borrow_mut() = east.clone();
        let (leg, gone) = (Cell::new(0), std::cell::RefCell::new(BTreeSet::new()));
        let progress = world.sweep(Some(Duration::from_millis(milliseconds)), |world| {
            let moves = moves.get(leg.get()).cloned().unwrap_or_default();
            leg.set(leg.get() + 1);
            for (comes, name) in moves {
                let mut houses = world.east.houses.borrow_mut();
                if comes {
                    houses.entry(name).or_insert_with(|| open(&["door"]));
                } else if let Some(left) = houses.keys().nth(name.len()).cloned() {
                    houses.remove(&left);
                    gone.borrow_mut().insert(left);
                }
            }
        });
        let sent = world.sent_to("close-north");
        let expected: Vec<String> =
            north.iter().filter(|(_, read)| needs_work(read)).map(|(name, _)| name.clone()).collect();
        prop_assert_eq!(&sent, &expected);
        prop_assert_eq!(progress.of("north").seen(), north.len() as u64);
        prop_assert_eq!(progress.of("north").sent(), sent.len() as u64);

        let sent = world.sent_to("close-east");
        let once: BTreeSet<&String> = sent.iter().collect();
        prop_assert_eq!(once.len(), sent.len(), "{:?} has one twice", sent);
        let stayed = east.iter().filter(|(name, read)| needs_work(read) && !gone.borrow().contains(*name));
        for (name, _) in stayed {
            prop_assert!(once.contains(name), "{} was left out", name);
        }
        prop_assert_eq!(progress.of("east").sent(), sent.len() as u64);
    }

    #[test]
    fn how_far_it_came_is_read_as_it_was_written(
        north in any_houses(),
        milliseconds in 0_u64..1_000,
        api_calls in any::<u64>(),
    ) {
        let world = World::default();
        *world.north.houses.borrow_mut() = north;
        let mut progress = Progress { api_calls, ..world.begin() };
        world.leg(&mut progress, Some(Duration::from_millis(milliseconds))).unwrap();
        assert_round_trip(&progress);
        if !progress.is_over() {
            prop_assert_eq!(world.handed_over(), progress);
        }
    }

    #[test]
    fn counts_are_of_what_was_seen(counts in proptest::collection::vec(0_usize..Verdict::ALL.len(), 0..50)) {
        let mut tally = sweeping::Tally::default();
        for index in &counts {
            tally.add(Verdict::ALL[*index]);
        }
        prop_assert_eq!(tally.seen(), counts.len() as u64);
        let sent = counts.iter().filter(|index| Verdict::ALL[**index].needs_work()).count() as u64;
        prop_assert_eq!(tally.sent(), sent);
    }
}
