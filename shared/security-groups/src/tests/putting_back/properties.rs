//! Whatever was closed, whatever failed, and whatever others did since.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::records::{any_scene, any_settings, interfaces, rules, set};
use super::*;

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
