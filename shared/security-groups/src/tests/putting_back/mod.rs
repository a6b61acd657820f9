//! What was closed is put back as it was: rules with their words and tags under new ids, interfaces with their groups in
//! their order; and nothing that others changed.

mod interfaces;
mod second_look;

use std::collections::BTreeMap;
use std::time::Duration;

use network::Rule;
use proptest::prelude::*;
use proptest::sample::select;
use remediation::ledger::{Memory as Ledger, Record};
use remediation::restore::{Back, Ending, Order, restore};
use remediation::testing::doors::lost;
use remediation::testing::{self, Still, Topic, run};
use remediation::{Delivery, Note, Outcome, Ports, Report};

use super::memory::{Event, Memory, OTHER, QUARANTINE, in_use};
use super::records::{any_scene, any_settings, interfaces, rules, set};
use super::{GROUP, WORLD, described, group_id, rule, subject, tagged};
use crate::SgIngress;

const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
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
        let newer: Vec<Record> =
            self.ledger.records().into_iter().filter(|one| one.id.key > record.id.key).collect();
        let mut order = Order { newer: &newer, ..testing::order::<Control<'_>>(record, &&self.clock) };
        change(&mut order);
        self.clock.forward(Duration::from_secs(1));
        run(restore(&super::control(&self.memory, "{}"), &order, &self.ports())).unwrap()
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

proptest! {
    #[test]
    fn what_was_closed_is_as_it_was_before_and_the_second_time_it_is_so_already(
        scene in any_scene(),
        settings in any_settings(),
        tells_of in select(vec![0, 1, usize::MAX]),
        is_cut_off in any::<bool>(),
    ) {
        let memory = set(&scene);
        memory.tells_of.set(tells_of);
        let before = (rules(&memory), interfaces(&memory));
        let world = World::closed(memory, settings);
        let Some(mut record) = world.record() else { return Ok(()) };
        if is_cut_off {
            // Nobody noted what was done.
            record.attempts[0].result = None;
        }
        let report = testing::report_of_restore(world.ordered(&record, |_| {}));
        prop_assert_eq!(report.outcome, Outcome::Restored);
        prop_assert_eq!(report.restoration.unwrap().unnoted, [""; 0]);
        prop_assert_eq!((rules(&world.memory), interfaces(&world.memory)), before);
        let count = world.ledger.records().len();
        let again = world.ordered(&record, |_| {});
        prop_assert!(matches!(again.ending, Ending::AlreadySo(Some(_))), "{:?}", again);
        prop_assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (count, 2));
    }

    #[test]
    fn what_a_failed_step_leaves_is_done_by_the_next_order(
        scene in any_scene(),
        settings in any_settings(),
        denied in select(vec![
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:ModifyNetworkInterfaceAttribute",
        ]),
    ) {
        let memory = set(&scene);
        let before = (rules(&memory), interfaces(&memory));
        let world = World::closed(memory, settings);
        let Some(record) = world.record() else { return Ok(()) };
        world.memory.denied.borrow_mut().push(denied);
        let failed = world.ordered(&record, |_| {});
        world.memory.denied.borrow_mut().clear();
        if outcome(&failed) == Outcome::Failed {
            prop_assert_eq!(outcome(&world.ordered(&record, |_| {})), Outcome::Restored);
        }
        prop_assert_eq!((rules(&world.memory), interfaces(&world.memory)), before);
    }

    #[test]
    fn rules_of_others_are_refused_and_by_force_they_stay(
        scene in any_scene(),
        removes in proptest::option::of(0_usize..24),
        adds in any::<bool>(),
    ) {
        let memory = set(&scene);
        let before = memory.rules.borrow().clone();
        let world = World::closed(memory, "{}");
        if world.record().is_none() {
            return Ok(());
        }
        let foreign = rule("sgr-foreign", "tcp", "4711", "192.0.2.0/24");
        let removed = {
            let mut rules = world.memory.rules.borrow_mut();
            rules.extend(adds.then(|| foreign.clone()));
            let stayed = |rule: &Rule| before.contains(rule) && !rule.is_egress;
            let index = removes.filter(|index| rules.get(*index).is_some_and(stayed));
            index.map(|index| rules.remove(index))
        };
        let back = world.restore();
        prop_assert_eq!(refused(&back), adds || removed.is_some(), "{:?}", back);
        prop_assert_eq!(back.changed_since.len(), usize::from(adds) + usize::from(removed.is_some()));
        if refused(&back) {
            prop_assert!(world.writes().is_empty());
            prop_assert_eq!(outcome(&world.by_force()), Outcome::Restored);
        }
        let after = world.memory.rules.borrow().clone();
        let content = |rules: &[Rule]| -> BTreeMap<String, usize> {
            rules.iter().fold(BTreeMap::new(), |mut all, rule| {
                *all.entry(rule.permission.to_string()).or_default() += 1;
                all
            })
        };
        let wanted = before.iter().filter(|rule| Some(*rule) != removed.as_ref()).cloned();
        let wanted: Vec<Rule> = wanted.chain(adds.then_some(foreign)).collect();
        prop_assert_eq!(content(&after), content(&wanted));
    }
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
fn a_part_that_somebody_made_his_own_stays() {
    let world = World::closed(Memory::of([rule("sgr-1", "tcp", "0-65535", WORLD)]), "{}");
    let part = world.memory.rules.borrow()[0].clone();
    world.memory.rules.borrow_mut()[0].permission.source = super::source("10.0.0.0/8");
    let back = world.restore();
    assert!(refused(&back), "{back:?}");
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert!(world.memory.rules.borrow().iter().any(|rule| rule.id == part.id));
}

#[test]
fn a_rule_of_somebody_that_says_what_curfew_had_put_back_is_shown_and_stays() {
    for (tells_of, is_cut_off, text) in [
        (usize::MAX, false, "mine"),
        (0, false, "mine"),
        (0, true, "mine"),
        (usize::MAX, false, "web"),
        (0, false, "web"),
    ] {
        let memory = Memory::of([described(rule("sgr-1", "tcp", "80-8080", WORLD), "web")]);
        memory.tells_of.set(tells_of);
        let world = World::closed(memory, "{}");
        let mut record = world.record().unwrap();
        if is_cut_off {
            record.attempts[0].result = None;
        }
        {
            let mut rules = world.memory.rules.borrow_mut();
            assert!(rules.iter().any(|rule| rule.permission.from_port == Some(80)), "{rules:?}");
            rules.retain(|rule| rule.permission.from_port != Some(80));
            rules.push(described(rule("sgr-his", "tcp", "80", WORLD), text));
        }
        let back = world.ordered(&record, |_| {});
        assert!(refused(&back), "{back:?}");
        let [since] = &back.changed_since[..] else { panic!("{back:?}") };
        let named = format!("rule sgr-his (tcp 80 from 0.0.0.0/0, \"{text}\") was added since");
        assert!(since.starts_with(&named), "{since}");
        assert!(world.writes().is_empty());

        let forced = world.ordered(&record, |order| order.force = true);
        assert_eq!(outcome(&forced), Outcome::Restored);
        assert!(!forced.planned.iter().any(|step| step.starts_with("revoke tcp 80 ")), "{forced:?}");
        assert!(world.memory.ids().contains(&"sgr-his".to_owned()), "{:?}", world.memory.ids());
        assert_eq!(world.memory.rules.borrow().len(), 2, "443 is gone, his 80 stays beside 80-8080");
    }
}

#[test]
fn a_rule_whose_words_somebody_changed_is_his() {
    let world = World::closed(Memory::of([described(rule("sgr-1", "tcp", "0-65535", WORLD), "web")]), "{}");
    let part = world.memory.rules.borrow()[0].id.clone();
    world.memory.rules.borrow_mut()[0].permission.description = Some("mine".to_owned());
    let back = world.restore();
    assert!(refused(&back), "{back:?}");
    assert!(back.changed_since[0].starts_with(&format!("rule {part} ")), "{back:?}");
    assert!(
        back.changed_since[0].ends_with("was changed since: tcp 80 from 0.0.0.0/0, \"mine\""),
        "{back:?}"
    );
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert!(world.memory.rules.borrow().iter().any(|rule| rule.id == part));
}

#[test]
fn a_part_that_somebody_gave_a_tag_or_took_one_from_is_his() {
    for (add, remove) in [(Some("owner"), None), (None, Some("team"))] {
        let wide = tagged(described(rule("sgr-1", "tcp", "0-65535", WORLD), "web"), "team", "web");
        let world = World::closed(Memory::of([wide]), "{}");
        let part = world.memory.rules.borrow()[0].id.clone();
        for rule in world.memory.rules.borrow_mut().iter_mut().filter(|rule| rule.id == part) {
            rule.tags.extend(add.map(|key| (key.to_owned(), "bea".to_owned())));
            rule.tags.retain(|key, _| Some(key.as_str()) != remove);
        }
        let back = world.restore();
        assert!(refused(&back), "{back:?}");
        let [since] = &back.changed_since[..] else { panic!("{back:?}") };
        assert!(since.starts_with(&format!("rule {part} ")), "{since}");
        assert!(
            since.ends_with("was changed since: tcp 80 from 0.0.0.0/0, \"web\", with other tags"),
            "{since}"
        );
        assert_eq!(outcome(&world.by_force()), Outcome::Restored);
        assert!(world.memory.rules.borrow().iter().any(|rule| rule.id == part));
    }
}

#[test]
fn a_rule_that_somebody_put_back_by_hand_is_so_already_and_is_left_alone() {
    let world = World::closed(open_group(), "{}");
    let by_hand = tagged(described(rule("sgr-by-hand", "tcp", "22", WORLD), "way in"), "team", "web");
    world.memory.rules.borrow_mut().push(by_hand);
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert!(world.writes().is_empty());
    assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (2, 2));
}

#[test]
fn a_rule_that_somebody_put_back_with_other_words_is_shown() {
    let other_text = tagged(described(rule("sgr-his", "tcp", "22", WORLD), "new text"), "team", "web");
    let other_tags = described(rule("sgr-his", "tcp", "22", WORLD), "way in");
    for (his, said) in [(other_text, ""), (other_tags, ", with other tags")] {
        let world = World::closed(open_group(), "{}");
        let text = his.permission.description.clone().unwrap();
        world.memory.rules.borrow_mut().push(his);
        let back = world.restore();
        assert!(refused(&back), "{back:?}");
        assert_eq!(
            back.changed_since,
            [format!(
                "rule sgr-his (tcp 22 from 0.0.0.0/0, \"{text}\") was added since in the place of rule sgr-1 (tcp 22 from \
                 0.0.0.0/0, \"way in\"){said}"
            )]
        );
        assert!(world.writes().is_empty());
    }
}

#[test]
fn interfaces_get_their_groups_back_in_their_order_and_the_quarantine_group_stays() {
    let world = World::closed(in_use(&["eni-1", "eni-2"]), ISOLATE);
    assert_eq!(world.memory.groups_of("eni-1"), [QUARANTINE, OTHER]);
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP]);
    assert!(world.memory.quarantine.borrow().is_some());
    assert_eq!(world.writes(), ["ec2:ModifyNetworkInterfaceAttribute"; 2]);
    let report = world.topic.reports.borrow().last().cloned().unwrap();
    assert!(report.findings.iter().any(|finding| finding.sentence().contains("22")), "{:?}", report.findings);
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

#[test]
fn a_rule_that_was_there_before_is_not_taken_for_a_part_of_another() {
    let wide = rule("sgr-1", "tcp", "0-65535", WORLD);
    let world = World::closed(Memory::of([wide.clone(), rule("sgr-2", "tcp", "80", WORLD)]), "{}");
    let mut record = world.record().unwrap();
    let part = serde_json::json!({
        "part_of": "sgr-1",
        "permission": { "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": WORLD },
    });
    // As if EC2 had answered that it is there already.
    record.attempts[0].plan.as_mut().unwrap()["revoke"]["restore"].as_array_mut().unwrap().push(part);
    assert_eq!(outcome(&world.ordered(&record, |_| {})), Outcome::Restored);
    assert!(world.memory.ids().contains(&"sgr-2".to_owned()), "{:?}", world.memory.ids());
}

#[test]
fn what_two_deliveries_closed_comes_back_by_one_command_each_and_is_no_change_of_others_then() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    memory.meanwhile.borrow_mut().push((REVOKE, |memory: &Memory| {
        memory.rules.borrow_mut().push(rule("sgr-2", "tcp", "3389", WORLD));
    }));
    let world = World::closed(memory, "{}");
    let report = world.again();
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, None));
    let by_hand = &report.evidence.last().unwrap().body;
    for port in ["\"FromPort\":22,", "\"FromPort\":3389,"] {
        assert_eq!(by_hand.matches(port).count(), 1, "{by_hand}");
    }
    let back = world.restore();
    assert_eq!((back.changed_since.as_slice(), outcome(&back)), ([].as_slice(), Outcome::Restored));
    // All of it is left alone now.
    assert_eq!(world.again().outcome, Outcome::Exempt);
    assert_eq!(world.memory.says().len(), 2);
    let back = world.restore();
    assert!(matches!(back.ending, Ending::AlreadySo(_)) && back.changed_since.is_empty(), "{back:?}");
}

#[test]
fn what_was_refused_once_and_closed_by_the_next_delivery_is_in_the_commands_once() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "3389", WORLD)]);
    memory.refused.borrow_mut().push("sgr-2");
    let world = World::closed(memory, "{}");
    assert_eq!(world.memory.says(), [format!("tcp 3389 from {WORLD}")]);
    world.memory.refused.borrow_mut().clear();
    let report = world.again();
    assert_eq!(report.outcome, Outcome::Remediated);
    let by_hand = &report.evidence.last().unwrap().body;
    for port in ["\"FromPort\":22,", "\"FromPort\":3389,"] {
        assert_eq!(by_hand.matches(port).count(), 1, "EC2 refuses the call that has one twice: {by_hand}");
    }
}

#[test]
fn a_rule_that_somebody_tagged_or_described_since_was_not_closed_by_who_had_begun() {
    for change in
        [(|rule| tagged(rule, "team", "web")) as fn(Rule) -> Rule, |rule| described(rule, "for a minute")]
    {
        let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
        memory.failing.borrow_mut().insert(REVOKE, lost());
        let world = World::closed(memory, "{}");
        world.memory.failing.borrow_mut().clear();
        let open = world.memory.rules.borrow_mut().remove(0);
        world.memory.rules.borrow_mut().push(change(open));
        let report = world.again();
        assert_eq!((report.outcome, report.note), (Outcome::Remediated, None));
        assert!(report.evidence.iter().all(|one| one.title != "What Curfew had begun before"));
    }
}

/// A group of which somebody else revokes `sgr-1` while Curfew is at work.
fn closed_with_somebody_else(memory: Memory) -> World {
    memory.meanwhile.borrow_mut().push((REVOKE, |memory: &Memory| {
        memory.rules.borrow_mut().retain(|rule| rule.id.as_str() != "sgr-1");
    }));
    World::closed(memory, "{}")
}

#[test]
fn what_somebody_else_revoked_at_the_same_time_is_not_put_back() {
    let (his, own) = (rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "3389", WORLD));
    let world = closed_with_somebody_else(Memory::of([his, own]));
    let report = world.topic.reports.borrow().last().cloned().unwrap();
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::ClosedInPart)));
    let by_hand = &report.evidence.last().unwrap().body;
    assert!(by_hand.contains("3389") && !by_hand.contains("\"FromPort\":22"), "{by_hand}");
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert_eq!(world.memory.says(), [format!("tcp 3389 from {WORLD}")]);
}

#[test]
fn what_was_put_back_of_a_rule_that_somebody_else_revoked_stays() {
    let world = closed_with_somebody_else(Memory::of([rule("sgr-1", "tcp", "80-8080", WORLD)]));
    let report = world.topic.reports.borrow().last().cloned().unwrap();
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedByOthers)));
    assert!(
        report.evidence.iter().all(|one| !one.body.contains("revoke-security-group-ingress")),
        "{report:?}"
    );
    let before = world.memory.says();
    assert_eq!(before.len(), 2, "80 and 443 are let in");
    let report = testing::report_of_restore(world.restore());
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Restored, 0));
    assert_eq!(world.memory.says(), before);
    let stays = report.restoration.unwrap().stays;
    let words = "(part of rule sgr-1), since somebody else revoked that rule";
    assert_eq!(stays.iter().filter(|one| one.ends_with(words)).count(), 2, "{stays:?}");
}

#[test]
fn what_a_call_revoked_whose_answer_got_lost_comes_back_though_somebody_else_revoked_another_rule() {
    // The call about both, that about the one that is gone, and that about the other.
    let first: Event = |memory| {
        memory.rules.borrow_mut().retain(|rule| rule.id.as_str() != "sgr-1");
        memory.meanwhile.borrow_mut().push((REVOKE, |memory| {
            memory.meanwhile.borrow_mut().push((REVOKE, |memory| memory.repeats_revoking.set(Some(true))));
        }));
    };
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "3389", WORLD)]);
    memory.meanwhile.borrow_mut().push((REVOKE, first));
    let world = World::closed(memory, "{}");
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert_eq!(world.memory.says(), [format!("tcp 3389 from {WORLD}")]);
}
