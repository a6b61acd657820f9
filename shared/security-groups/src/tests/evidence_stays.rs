//! An isolated group whose rules stay as evidence, and what makes it news again.

use network::Rule;
use remediation::{Outcome, Severity, Told};

use super::memory::{Memory, in_use};
use super::{GROUP, WORLD, WORLD6, control, described, rule, source, tagged, walk, walk_twice};
use crate::{QUARANTINED_AT, QUARANTINED_RULES};

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;

/// A group that was isolated, with its rules and tags as they are then.
fn isolated() -> Memory {
    let memory = in_use(&["eni-1"]);
    assert_eq!(walk(&control(&memory, ISOLATE)).outcome, Outcome::Remediated);
    memory.calls.borrow_mut().clear();
    memory
}

fn again(memory: &Memory) -> (Outcome, Severity, usize) {
    let report = walk(&control(memory, ISOLATE));
    (report.outcome, report.severity(), report.changes.len())
}

const SILENT: (Outcome, Severity, usize) = (Outcome::Compliant, Severity::Low, 0);
const MAILED: (Outcome, Severity, usize) = (Outcome::Alerted, Severity::Medium, 0);

#[test]
fn rules_that_stay_as_evidence_are_compliant_in_whatever_order_and_with_whatever_is_harmless() {
    let memory = isolated();
    assert_eq!(again(&memory), SILENT);
    memory.rules.borrow_mut().insert(0, rule("sgr-0", "tcp", "443", WORLD));
    memory.rules.borrow_mut().push(rule("sgr-2", "tcp", "22", "10.0.0.0/8"));
    assert_eq!(again(&memory), SILENT);
    let named = described(tagged(memory.rules.borrow()[1].clone(), "case", "4711"), "evidence: do not touch");
    memory.rules.borrow_mut()[1] = named;
    assert_eq!(again(&memory), SILENT);
    assert_eq!(memory.count("ec2:CreateTags"), 0);
}

#[test]
fn another_open_rule_is_mailed_as_in_any_open_group_that_nothing_uses() {
    let changes: [fn(&mut Vec<Rule>); 5] = [
        |rules| rules.push(rule("sgr-9", "tcp", "23", WORLD)),
        |rules| rules.push(rule("sgr-9", "tcp", "22", WORLD6)),
        |rules| rules[0] = rule("sgr-9", "tcp", "22", WORLD),
        // EC2 lets people change a rule that keeps its id.
        |rules| rules[0] = rule("sgr-1", "tcp", "0-65535", WORLD),
        |rules| rules[0].permission.source = source(WORLD6),
    ];
    for change in changes {
        let memory = isolated();
        change(&mut memory.rules.borrow_mut());
        for _ in 0..2 {
            assert_eq!(again(&memory), MAILED, "{:?}", memory.says());
        }
    }
}

#[test]
fn a_prefix_list_that_nobody_can_read_is_news_too() {
    let memory = isolated();
    memory.rules.borrow_mut().push(rule("sgr-9", "tcp", "22", "pl-unknown"));
    assert_eq!(again(&memory).0, Outcome::Alerted);
}

#[test]
fn what_is_closed_again_is_compliant_and_what_was_isolated_anew_too() {
    let memory = isolated();
    memory.rules.borrow_mut().clear();
    assert_eq!(again(&memory), SILENT);
    memory.rules.borrow_mut().push(rule("sgr-9", "tcp", "3389", WORLD));
    assert_eq!(again(&memory), MAILED);
    memory.give(0, &[GROUP]);
    assert_eq!(again(&memory).0, Outcome::Remediated);
    assert_eq!(again(&memory), SILENT);
}

#[test]
fn what_is_opened_between_the_plan_and_the_tag_is_told_with_the_change() {
    let memory = in_use(&["eni-1"]);
    memory.meanwhile.borrow_mut().push(("ec2:CreateTags", |memory: &Memory| {
        memory.rules.borrow_mut().push(rule("sgr-9", "tcp", "23", WORLD));
    }));
    let [first, next] = walk_twice(&control(&memory, ISOLATE));
    assert_eq!(first.report.outcome, Outcome::Remediated);
    let remaining = first.report.remaining.unwrap();
    assert!(remaining.iter().any(|left| left.sentence().contains("sgr-9")), "{remaining:?}");
    assert_eq!((next.report.outcome, next.report.findings), (Outcome::Alerted, remaining));
    assert!(matches!(next.told, Told::Repeated), "{:?}", next.told);
}

#[test]
fn a_group_without_the_digest_is_mailed_whoever_tagged_it() {
    let memory = isolated();
    memory.about.borrow_mut().tags.remove(QUARANTINED_RULES);
    assert_eq!(again(&memory), MAILED);
    let memory = isolated();
    memory.about.borrow_mut().tags.remove(QUARANTINED_AT);
    assert_eq!(again(&memory), MAILED);
    let memory = isolated();
    memory.about.borrow_mut().tags.insert(QUARANTINED_RULES.into(), String::new());
    assert_eq!(again(&memory), MAILED);
}

#[test]
fn the_digest_of_a_thousand_rules_fits_into_a_tag() {
    let rules = (0..1_000).map(|n| rule(&format!("sgr-{n}"), "tcp", &(1_000 + n).to_string(), WORLD));
    let memory = Memory::of(rules).with_interface("eni-1", "interface", &[GROUP]);
    walk(&control(&memory, ISOLATE));
    let about = memory.about.borrow();
    let digest = &about.tags[QUARANTINED_RULES];
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
}

#[test]
fn revoking_leaves_no_digest() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    walk(&control(&memory, "{}"));
    assert_eq!(memory.about.borrow().tags.keys().collect::<Vec<_>>(), [QUARANTINED_AT]);
}
