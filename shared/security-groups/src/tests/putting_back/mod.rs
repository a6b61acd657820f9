//! What was closed is put back as it was: rules with their words and tags under new ids, interfaces with their groups in
//! their order; and nothing that others changed.

mod again;
mod doubtful;
mod interfaces;
mod meanwhile;
mod others;
mod properties;
mod second_look;

use std::time::Duration;

use network::Rule;
use remediation::ledger::{Memory as Ledger, Record};
use remediation::restore::{Back, Ending, Order, restore};
use remediation::testing::doors::lost;
use remediation::testing::{self, Still, Topic, run};
use remediation::{Delivery, Outcome, Ports, Report};

use super::memory::{Memory, OTHER, QUARANTINE, in_use};
use super::{GROUP, WORLD, described, group_id, rule, subject, tagged};
use crate::SgIngress;

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;

type Control<'a> = SgIngress<&'a Memory>;

/// A group, and all that is remembered of it.
struct World {
    memory: Memory,
    clock: Still,
    topic: Topic,
    ledger: Ledger,
}

impl World {
    fn closed(memory: Memory, settings: &str) -> Self {
        let world =
            Self { memory, clock: Still::default(), topic: Topic::default(), ledger: Ledger::default() };
        testing::deliver(
            &super::control(&world.memory, settings),
            &subject(),
            Delivery::First,
            &world.ports(),
        );
        world.clock.forward(Duration::from_secs(1));
        world.memory.calls.borrow_mut().clear();
        world
    }

    /// Delivers the same once more.
    fn again(&self) -> Report {
        let control = super::control(&self.memory, "{}");
        testing::said(testing::deliver(&control, &subject(), Delivery::Again, &self.ports())).report
    }

    fn ports(&self) -> Ports<&Still, &Topic, &Ledger> {
        Ports::new(&self.clock, &self.topic, &self.ledger)
    }

    fn record(&self) -> Option<Record> {
        self.ledger.records().into_iter().find(Record::may_have_changed)
    }

    fn restore(&self) -> Back {
        self.ordered(&self.record().unwrap(), |_| {})
    }

    fn by_force(&self) -> Back {
        self.ordered(&self.record().unwrap(), |order| order.force = true)
    }

    fn ordered(&self, record: &Record, change: impl FnOnce(&mut Order<'_, events::GroupId>)) -> Back {
        self.ordered_by("{}", record, change)
    }

    /// By these settings.
    fn with(&self, settings: &str, change: impl FnOnce(&mut Order<'_, events::GroupId>)) -> Back {
        self.ordered_by(settings, &self.record().unwrap(), change)
    }

    fn ordered_by(
        &self,
        settings: &str,
        record: &Record,
        change: impl FnOnce(&mut Order<'_, events::GroupId>),
    ) -> Back {
        let newer: Vec<Record> =
            self.ledger.records().into_iter().filter(|one| one.id.key > record.id.key).collect();
        let mut order = Order { newer: &newer, ..testing::order::<Control<'_>>(record, &&self.clock) };
        change(&mut order);
        self.clock.forward(Duration::from_secs(1));
        run(restore(&super::control(&self.memory, settings), &order, &self.ports())).unwrap()
    }

    fn writes(&self) -> Vec<&'static str> {
        let is_read =
            |call: &&'static str| call.contains("Describe") || call.contains("Get") || call.contains("find");
        self.memory.calls.borrow().iter().copied().filter(|call| !is_read(call)).collect()
    }
}

fn outcome(back: &Back) -> Outcome {
    let Ending::Done(said) = &back.ending else { panic!("{back:?}") };
    said.report.outcome
}

fn refused(back: &Back) -> bool {
    matches!(back.ending, Ending::Refused)
}

/// A group with one rule that lets in the world, and an office that stays.
fn open_group() -> Memory {
    let open = tagged(described(rule("sgr-1", "tcp", "22", WORLD), "way in"), "team", "web");
    Memory::of([open, rule("sgr-2", "tcp", "22", "203.0.114.0/24")])
}

#[test]
fn a_rule_comes_back_with_its_words_and_tags_under_a_new_id_before_its_parts_go() {
    let open = tagged(described(rule("sgr-1", "tcp", "0-65535", WORLD), "way in"), "team", "web");
    let world = World::closed(Memory::of([open.clone()]), "{}");
    assert!(world.memory.ids().len() > 1, "80 and 443 were put back");
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    let rules = world.memory.rules.borrow();
    let [back] = &rules[..] else { panic!("{rules:?}") };
    assert_ne!(back.id, open.id);
    assert_eq!((&back.permission, &back.tags), (&open.permission, &open.tags));
    assert_eq!(world.writes(), ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]);
}

#[test]
fn what_curfew_put_there_and_does_not_take_away_is_said() {
    let stays = |world: &World| {
        let report = testing::report_of_restore(world.restore());
        assert_eq!(report.outcome, Outcome::Restored);
        report.restoration.unwrap().stays
    };
    let tag = "of the group, which may be removed by hand: a restore takes no tags away";
    assert_eq!(stays(&World::closed(open_group(), "{}")), [format!("the tag `curfew:quarantined-at` {tag}")]);
    assert_eq!(
        stays(&World::closed(in_use(&["eni-1", "eni-2"]), ISOLATE)),
        [
            format!("the tags `curfew:quarantined-at` and `curfew:quarantined-rules` {tag}"),
            format!("the quarantine group {QUARANTINE} of vpc-1, since others may be in it"),
        ]
    );
}

#[test]
fn a_dry_run_only_reads_and_says_what_it_would_do() {
    for settings in ["{}", ISOLATE] {
        let memory = open_group().with_interface("eni-1", "interface", &[OTHER, GROUP]);
        let world = World::closed(memory, settings);
        let back = world.ordered(&world.record().unwrap(), |order| order.dry_run = true);
        assert!(matches!(back.ending, Ending::Planned), "{back:?}");
        assert_eq!(back.planned.len(), 1, "{back:?}");
        assert!(world.writes().is_empty());
        assert_eq!(world.ledger.records().len(), 1);
    }
}
