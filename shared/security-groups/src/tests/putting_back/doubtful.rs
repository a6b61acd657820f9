//! What comes back where nobody told how far a call came, and others were at the same interfaces and rules.

use remediation::Note;

use super::super::memory::Event;
use super::*;

const ALL_GROUPS: &str = r#"{"quarantine": "isolate", "isolate_all_groups": true}"#;
const AUTHORIZE: &str = "ec2:AuthorizeSecurityGroupIngress";
const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";

/// Delivers the same once more after so long, as who isolates.
fn again(world: &World, settings: &str, after: Duration) -> Report {
    world.clock.forward(after);
    let control = super::super::control(&world.memory, settings);
    testing::said(testing::deliver(&control, &subject(), Delivery::Again, &world.ports())).report
}

#[test]
fn an_interface_that_who_was_cut_off_isolated_comes_back_with_the_group_that_somebody_gave_it_since() {
    for settings in [ISOLATE, ALL_GROUPS] {
        let world = World::closed(in_use(&["eni-1"]), settings);
        let mut record = world.record().unwrap();
        record.attempts[0].result = None;
        let left = world.memory.groups_of("eni-1");
        let given: Vec<&str> = left.iter().map(String::as_str).chain(["sg-forensics"]).collect();
        world.memory.give(0, &given);
        assert!(refused(&world.ordered(&record, |_| {})));
        assert_eq!(outcome(&world.ordered(&record, |order| order.force = true)), Outcome::Restored);
        assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP, "sg-forensics"]);
    }
}

#[test]
fn an_interface_that_is_in_no_quarantine_group_keeps_the_groups_that_it_has() {
    let world = World::closed(in_use(&["eni-1"]), ISOLATE);
    let mut record = world.record().unwrap();
    record.attempts[0].result = None;
    world.memory.give(0, &["sg-forensics", OTHER]);
    let back = world.ordered(&record, |order| order.force = true);
    assert_eq!(back.planned, Vec::<String>::new());
    assert_eq!(world.memory.groups_of("eni-1"), ["sg-forensics", OTHER]);
}

#[test]
fn an_interface_that_who_was_cut_off_isolated_comes_back_after_another_groups_restore_took_it_out_of_quarantine()
 {
    for settings in [ISOLATE, ALL_GROUPS] {
        // It was in the quarantine group on account of OTHER.
        let memory = in_use(&["eni-1"]).with_quarantine(&[]);
        memory.give(0, &[QUARANTINE, GROUP]);
        let world = World::closed(memory, settings);
        assert_eq!(world.memory.groups_of("eni-1"), [QUARANTINE]);
        let mut record = world.record().unwrap();
        record.attempts[0].result = None;
        world.memory.give(0, &[OTHER]);
        assert_eq!(outcome(&world.ordered(&record, |order| order.force = true)), Outcome::Restored);
        assert_eq!(world.memory.groups_of("eni-1"), [GROUP, OTHER]);
    }
}

#[test]
fn a_group_that_somebody_gave_an_interface_between_two_deliveries_stays_where_both_isolated_it() {
    for settings in [ISOLATE, ALL_GROUPS] {
        let memory = in_use(&["eni-1"]);
        // The tag is missing, so that the record stays open.
        memory.failing.borrow_mut().insert("ec2:CreateTags", lost());
        let world = World::closed(memory, settings);
        world.memory.failing.borrow_mut().clear();
        let left = world.memory.groups_of("eni-1");
        let given: Vec<&str> = left.iter().map(String::as_str).chain([GROUP, "sg-forensics"]).collect();
        world.memory.give(0, &given);
        assert_eq!(again(&world, settings, Duration::ZERO).outcome, Outcome::Remediated);
        let report = testing::report_of_restore(world.restore());
        assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP, "sg-forensics"]);
        assert!(!report.restoration.unwrap().stays.iter().any(|one| one.contains("sg-forensics")));
    }
}

#[test]
fn an_interface_that_was_isolated_without_an_answer_and_again_later_comes_back_as_it_was_at_first() {
    // The call takes effect, and somebody gives the group back before the next look.
    let back: [(&str, Event); 2] = [
        (ISOLATE, |memory| memory.give(0, &[QUARANTINE, OTHER, GROUP])),
        (ALL_GROUPS, |memory| memory.give(0, &[QUARANTINE, GROUP])),
    ];
    for (settings, opens) in back {
        let memory = in_use(&["eni-1"]);
        memory.failing.borrow_mut().insert(PLACE, lost());
        memory.meanwhile.borrow_mut().push((PLACE, opens));
        let world = World::closed(memory, settings);
        world.memory.failing.borrow_mut().clear();
        let report = again(&world, settings, Duration::from_secs(70));
        assert!(matches!(report.note, Some(Note::BegunBefore(_))), "{report:?}");
        assert_eq!(outcome(&world.restore()), Outcome::Restored);
        assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP]);
    }
}

#[test]
fn a_part_that_a_try_without_an_answer_put_back_goes_once_its_rule_is_back() {
    let two = || Memory::of([rule("sgr-1", "tcp", "80-443", WORLD)]);
    for (memory, is_added) in [(two(), true), (two(), false)] {
        memory.repeats_adding.set(Some(is_added));
        if !is_added {
            // Somebody adds one of the parts, so that EC2 adds none at the second try.
            memory.meanwhile.borrow_mut().push((AUTHORIZE, |memory| {
                memory.rules.borrow_mut().push(rule("sgr-his", "tcp", "443", WORLD));
            }));
        }
        let world = World::closed(memory, "{}");
        assert_eq!(world.memory.says().len(), 2, "80 and 443");
        assert_eq!(outcome(&world.restore()), Outcome::Restored);
        let his = (!is_added).then(|| format!("tcp 443 from {WORLD}"));
        let all: Vec<String> = his.into_iter().chain([format!("tcp 80-443 from {WORLD}")]).collect();
        assert_eq!(world.memory.says(), all);
    }
}

/// A group whose rules a call was to revoke that had no answer and no effect, and of which somebody else revokes `sgr-1`
/// before the next call.
fn not_revoked(ids: &[(&str, &str)]) -> World {
    let memory = Memory::of(ids.iter().map(|(id, port)| rule(id, "tcp", port, WORLD)));
    memory.failing.borrow_mut().insert(REVOKE, lost());
    let world = World::closed(memory, "{}");
    world.memory.failing.borrow_mut().clear();
    world.memory.meanwhile.borrow_mut().push((REVOKE, |memory| {
        memory.rules.borrow_mut().retain(|rule| rule.id.as_str() != "sgr-1");
    }));
    world
}

#[test]
fn what_a_delivery_found_open_itself_no_call_before_it_had_closed() {
    let world = not_revoked(&[("sgr-1", "22"), ("sgr-2", "3389")]);
    let report = again(&world, "{}", Duration::from_secs(400));
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::ClosedInPart)), "{report:?}");
    let by_hand = &report.evidence.last().unwrap().body;
    assert!(by_hand.contains("3389") && !by_hand.contains("\"FromPort\":22"), "{by_hand}");
}

#[test]
fn that_more_was_begun_before_does_not_hide_that_others_closed_some_of_it() {
    let world = not_revoked(&[("sgr-1", "22"), ("sgr-2", "3389"), ("sgr-3", "23")]);
    world.memory.rules.borrow_mut().retain(|rule| rule.id.as_str() != "sgr-3");
    let report = again(&world, "{}", Duration::from_secs(400));
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::Unanswered)), "{report:?}");
    assert!(report.evidence.iter().any(|one| one.title == "What Curfew had begun before"));
}
