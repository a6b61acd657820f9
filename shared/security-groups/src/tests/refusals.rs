//! The style `revoke` where EC2 takes a part of it only: what goes on, what is kept back, and what is said.

use remediation::{Mode, Outcome};

use super::memory::Memory;
use super::{WORLD, WORLD6, control, rule, tagged, walk, walk_in};

#[test]
fn a_part_that_is_refused_keeps_its_own_rule_only() {
    let memory = Memory::of([
        rule("sgr-1", "tcp", "22", WORLD),
        rule("sgr-2", "tcp", "80-90", WORLD),
        rule("sgr-3", "tcp", "440-443", WORLD6),
    ]);
    memory.refused.borrow_mut().push("tcp 80 from 0.0.0.0/0");
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert!(report.error.unwrap().to_string().contains("OperationNotPermitted"));
    assert_eq!(memory.says(), ["tcp 443 from ::/0", "tcp 80-90 from 0.0.0.0/0"]);
    assert_eq!(report.remaining.unwrap().len(), 1);
}

#[test]
fn a_denied_put_back_keeps_the_rules_with_parts_only() {
    let memory = Memory::of([
        rule("sgr-1", "tcp", "22", WORLD),
        tagged(rule("sgr-2", "tcp", "80-90", WORLD), "team", "a"),
        rule("sgr-3", "tcp", "440-443", WORLD6),
    ]);
    memory.denied.borrow_mut().push("ec2:AuthorizeSecurityGroupIngress");
    assert_eq!(walk(&control(&memory, "{}")).outcome, Outcome::StillOpen);
    assert_eq!(memory.ids(), ["sgr-2", "sgr-3"]);
    assert_eq!(memory.count("ec2:AuthorizeSecurityGroupIngress"), 1, "what is denied is denied for all");
}

#[test]
fn a_rule_that_may_not_go_stops_neither_the_others_nor_what_waits_to_be_put_back() {
    let memory = Memory::of([
        rule("sgr-21", "tcp", "21", WORLD),
        rule("sgr-22", "tcp", "22-80", WORLD),
        rule("sgr-23", "tcp", "23", WORLD),
        rule("sgr-25", "tcp", "440-443", WORLD),
    ]);
    memory.room_for.set(4);
    memory.refused.borrow_mut().push("sgr-22");
    let gone = |memory: &Memory| drop(memory.rules.borrow_mut().remove(0));
    memory.meanwhile.borrow_mut().push(("ec2:RevokeSecurityGroupIngress", gone));
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert!(report.error.unwrap().to_string().contains("sgr-22"));
    assert_eq!(memory.says(), ["tcp 22-80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"]);
}

#[test]
fn of_many_parts_those_that_fit_are_put_back_in_few_calls() {
    let ranges = (0..30).map(|n| rule(&format!("sgr-{n}"), "tcp", "79-443", &format!("{}.0.0.0/8", 20 + n)));
    let world = rule("sgr-world", "tcp", "79-443", WORLD);
    let memory = Memory::of(ranges.chain([world]));
    memory.room_for.set(37);
    let report = walk(&control(&memory, r#"{"open_level": "broad"}"#));
    assert_eq!(report.outcome, Outcome::Failed, "{:?}", report.remaining);
    assert!(report.error.unwrap().to_string().contains("RulesPerSecurityGroupLimitExceeded"));
    assert_eq!(memory.ids().len(), 37);
    assert!(memory.count("ec2:AuthorizeSecurityGroupIngress") <= 12, "{:?}", memory.calls.borrow());
}

#[test]
fn tags_of_aws_are_not_given_to_what_is_put_back() {
    let range = tagged(rule("sgr-1", "tcp", "80-90", WORLD), "aws:cloudformation:stack-name", "web");
    let memory = Memory::of([tagged(range, "team", "shop")]);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.rules.borrow()[0].tags, [("team".to_owned(), "shop".to_owned())].into());
    let commands = &report.evidence.last().unwrap().body;
    assert!(commands.contains("shop") && !commands.contains("aws:"), "{commands}");
    assert!(report.before.unwrap().to_string().contains("aws:cloudformation"), "as it was");
}

#[test]
fn icmp_that_is_cut_is_named_in_plan_and_mail() {
    let memory = Memory::of([
        rule("sgr-1", "-1", "all", "0.0.0.0/1"),
        rule("sgr-2", "tcp", "22", "128.0.0.0/1"),
        rule("sgr-3", "icmp", "8-0", "128.0.0.0/1"),
    ]);
    let step = "icmp types 0-7 and type 8 code 1 to type 255 code 255 from 0.0.0.0/1 (part of rule sgr-1): it \
                takes 510 rules";
    let report = walk_in(&control(&memory, r#"{"icmp": "revoke"}"#), Mode::Observe);
    assert!(report.planned.contains(&format!("do not put back {step}")), "{:?}", report.planned);
    let portless = "every IP protocol without ports from 0.0.0.0/1 (part of rule sgr-1)";
    assert!(report.planned.contains(&format!("do not put back {portless}")), "{:?}", report.planned);
    assert_eq!(report.evidence[1].title, "What goes with these rules, though not all of it was open");
    assert_eq!(report.evidence[1].body, format!("  {step}\n  {portless}"));

    let kept = walk_in(&control(&memory, r#"{"authorized_protocols": ["esp", "ah"]}"#), Mode::Observe);
    let portless = "every IP protocol without ports but IP protocol 50 (ESP) and IP protocol 51 (AH) from 0.0.0.0/1 (part of \
                    rule sgr-1)";
    assert_eq!(kept.evidence[1].body, format!("  {portless}"));

    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.says().len(), 5, "three of tcp and udp, and the icmp of either source");
    assert_eq!(walk(&control(&memory, "{}")).changes, []);
}
