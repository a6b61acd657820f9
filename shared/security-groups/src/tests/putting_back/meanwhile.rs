//! What a later delivery closed too, and what somebody else closed while Curfew was at work.

use remediation::Note;

use super::super::memory::Event;
use super::*;

const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";

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
