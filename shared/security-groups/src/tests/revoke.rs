//! The style `revoke`.

use network::{Rule, RuleId};
use remediation::{Mode, Note, Outcome};
use serde_json::{Value, json};

use super::memory::Memory;
use super::{FULL, WORLD, WORLD6, at, changes, control, described, rule, tagged, walk, walk_in};

const TAG: &str = "tagged the group `curfew:quarantined-at` = 2026-11-22T05:41:07.120Z";

#[test]
fn only_the_open_rules_go_in_one_call_and_the_group_is_tagged() {
    let memory = Memory::of([
        rule("sgr-0", "tcp", "22", WORLD),
        rule("sgr-1", "tcp", "22", "10.0.0.0/8"),
        rule("sgr-2", "tcp", "80", WORLD),
        rule("sgr-3", "tcp", "3389", WORLD6),
        Rule { is_egress: true, ..rule("sgr-4", "-1", "all", WORLD) },
        rule("sgr-5", "-1", "all", super::GROUP),
    ]);
    let control = control(&memory, "{}");
    let report = walk(&control);
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.ids(), ["sgr-1", "sgr-2", "sgr-4", "sgr-5"]);
    assert_eq!(report.remaining, Some(vec![]));
    assert_eq!(
        *memory.calls.borrow(),
        [
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:CreateTags",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
        ]
    );
    memory.calls.borrow_mut().clear();
    assert_eq!(walk(&control).outcome, Outcome::Compliant);
    assert_eq!(memory.calls.borrow().len(), 2);
}

#[test]
fn the_authorized_part_of_a_range_is_put_back_first_with_description_and_tags() {
    let range = tagged(described(rule("sgr-1", "tcp", "80-8080", WORLD), "web"), "team", "shop");
    let memory = Memory::of([range, rule("sgr-2", "tcp", "80-8080", "10.0.0.0/8")]);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(
        changes(&report),
        [
            "put back tcp 80 from 0.0.0.0/0, \"web\" (part of rule sgr-1)",
            "put back tcp 443 from 0.0.0.0/0, \"web\" (part of rule sgr-1)",
            "revoked rule sgr-1 (tcp 80-8080 from 0.0.0.0/0, \"web\")",
            TAG,
        ]
    );
    assert_eq!(memory.count("ec2:AuthorizeSecurityGroupIngress"), 1);
    let rules = memory.rules.borrow();
    let put_back: Vec<&Rule> = rules.iter().filter(|rule| rule.id.as_str().starts_with("sgr-new")).collect();
    assert_eq!(put_back.len(), 2);
    for rule in put_back {
        assert_eq!(rule.permission.description.as_deref(), Some("web"));
        assert_eq!(rule.tags.get("team").map(String::as_str), Some("shop"));
    }
}

#[test]
fn parts_with_different_tags_are_put_back_in_calls_of_their_own() {
    let memory = Memory::of([
        tagged(rule("sgr-1", "tcp", "80-90", WORLD), "team", "a"),
        tagged(rule("sgr-2", "tcp", "440-450", WORLD), "team", "b"),
        rule("sgr-3", "tcp", "400-500", WORLD6),
    ]);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.count("ec2:AuthorizeSecurityGroupIngress"), 3);
    assert_eq!(memory.says(), ["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0", "tcp 80 from 0.0.0.0/0"]);
}

#[test]
fn what_is_there_already_is_not_put_back_twice() {
    let memory = Memory::of([rule("sgr-1", "tcp", "80-443", WORLD), rule("sgr-2", "tcp", "443", WORLD)]);
    // Somebody adds what Curfew is about to put back.
    let faster = |memory: &Memory| memory.rules.borrow_mut().push(rule("sgr-3", "tcp", "80", WORLD));
    memory.meanwhile.borrow_mut().push(("ec2:AuthorizeSecurityGroupIngress", faster));
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.ids(), ["sgr-2", "sgr-3"]);
    assert_eq!(changes(&report), ["revoked rule sgr-1 (tcp 80-443 from 0.0.0.0/0)", TAG]);
}

#[test]
fn of_several_parts_those_that_are_there_already_do_not_stop_the_others() {
    let memory = Memory::of([rule("sgr-1", "tcp", "80-443", WORLD)]);
    let faster = |memory: &Memory| memory.rules.borrow_mut().push(rule("sgr-2", "tcp", "80", WORLD));
    memory.meanwhile.borrow_mut().push(("ec2:AuthorizeSecurityGroupIngress", faster));
    assert_eq!(walk(&control(&memory, "{}")).outcome, Outcome::Remediated);
    assert_eq!(memory.says(), ["tcp 443 from 0.0.0.0/0", "tcp 80 from 0.0.0.0/0"]);
    assert_eq!(memory.count("ec2:AuthorizeSecurityGroupIngress"), 3);
}

#[test]
fn a_full_group_loses_the_open_rules_before_it_gets_their_parts_back() {
    let memory = Memory::of([rule("sgr-1", "tcp", "80-90", WORLD), rule("sgr-2", "tcp", "22", "10.0.0.0/8")]);
    memory.room_for.set(2);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.says(), ["tcp 22 from 10.0.0.0/8", "tcp 80 from 0.0.0.0/0"]);
}

#[test]
fn of_parts_that_do_not_all_fit_one_stays_and_the_failure_says_so() {
    let memory = Memory::of([rule("sgr-1", "tcp", "80-443", WORLD)]);
    memory.room_for.set(1);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.error.unwrap().to_string().contains("RulesPerSecurityGroupLimitExceeded"));
    assert_eq!(memory.says(), ["tcp 80 from 0.0.0.0/0"], "the open rule is gone all the same");
}

#[test]
fn without_the_right_to_put_back_nothing_is_revoked() {
    let memory = Memory::of([rule("sgr-1", "tcp", "80-443", WORLD)]);
    memory.denied.borrow_mut().push("ec2:AuthorizeSecurityGroupIngress");
    let report = walk(&control(&memory, "{}"));
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 0));
    assert_eq!(memory.ids(), ["sgr-1"]);
}

#[test]
fn a_rule_that_is_gone_meanwhile_does_not_stop_the_others() {
    let memory = Memory::of(["22", "23", "24"].map(|port| rule(&format!("sgr-{port}"), "tcp", port, WORLD)));
    let gone = |memory: &Memory| drop(memory.rules.borrow_mut().remove(1));
    memory.meanwhile.borrow_mut().push(("ec2:RevokeSecurityGroupIngress", gone));
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert!(memory.ids().is_empty());
    assert_eq!(report.changes.len(), 3, "two rules and the tag: {:?}", report.changes);
}

#[test]
fn where_every_rule_is_gone_already_nothing_is_claimed_and_nothing_tagged() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    let gone = |memory: &Memory| memory.rules.borrow_mut().clear();
    memory.meanwhile.borrow_mut().push(("ec2:RevokeSecurityGroupIngress", gone));
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.changes, []);
    assert!(memory.about.borrow().tags.is_empty());
}

#[test]
fn what_an_earlier_try_may_have_revoked_whose_answer_got_lost_is_seen_to_its_end_and_not_claimed() {
    for ports in [&["22"][..], &["22", "23"]] {
        let memory = Memory::of([]);
        let rules = ports.iter().map(|port| rule(&format!("sgr-{port}"), "tcp", port, WORLD));
        memory.rules.borrow_mut().extend(rules);
        memory.repeats_revoking.set(Some(true));
        let report = walk(&control(&memory, "{}"));
        assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::Unanswered)));
        assert_eq!(report.changes.len(), 1, "the tag: {:?}", report.changes);
        assert!(memory.about.borrow().tags.contains_key("curfew:quarantined-at"));
        // They come back with what is put back.
        let back = &report.evidence.last().unwrap().body;
        assert!(ports.iter().all(|port| back.contains(&format!("\"FromPort\":{port}"))), "{back}");
    }
    // The try that failed took nothing away: whoever removed a rule meanwhile, it was not Curfew.
    let memory = Memory::of(["22", "23", "24"].map(|port| rule(&format!("sgr-{port}"), "tcp", port, WORLD)));
    memory.repeats_revoking.set(Some(false));
    let gone = |memory: &Memory| drop(memory.rules.borrow_mut().remove(1));
    memory.meanwhile.borrow_mut().push(("ec2:RevokeSecurityGroupIngress", gone));
    let report = walk(&control(&memory, "{}"));
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Remediated, 3), "{:?}", report.changes);
}

#[test]
fn a_rule_that_is_opened_meanwhile_is_still_open_and_named() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    let opened = |memory: &Memory| memory.rules.borrow_mut().push(rule("sgr-9", "tcp", "23", WORLD));
    memory.meanwhile.borrow_mut().push(("ec2:CreateTags", opened));
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::StillOpen);
    let left: Vec<String> = report.remaining.unwrap().into_iter().map(|finding| finding.sentence()).collect();
    assert_eq!(left, ["Anyone on the internet may reach tcp 23 (Telnet) through rule sgr-9"]);
}

#[test]
fn a_tag_that_cannot_be_set_leaves_the_revoked_rules_in_the_account_of_what_was_done() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    memory.denied.borrow_mut().push("ec2:CreateTags");
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(changes(&report), ["revoked rule sgr-1 (tcp 22 from 0.0.0.0/0)"]);
}

#[test]
fn open_icmp_stays_beside_what_goes_and_is_told_as_staying() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "icmp", "all", WORLD)]);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.ids(), ["sgr-2"]);
    assert!(report.advice.iter().any(|line| line.starts_with("Open ICMP stays")), "{:?}", report.advice);
    assert_eq!(walk(&control(&memory, "{}")).outcome, Outcome::Alerted);
    assert_eq!(walk(&control(&memory, r#"{"icmp": "revoke"}"#)).outcome, Outcome::Remediated);
    assert!(memory.ids().is_empty());
}

#[test]
fn a_protocol_without_ports_goes_by_its_own_rule_and_takes_nothing_with_it() {
    let memory = Memory::of([
        rule("sgr-1", "47", "all", WORLD),
        rule("sgr-2", "tcp", "443", WORLD),
        rule("sgr-3", "50", "all", WORLD),
        rule("sgr-4", "-1", "all", "10.0.0.0/8"),
    ]);
    let control = control(&memory, r#"{"authorized_protocols": ["esp"]}"#);
    let report = walk(&control);
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.ids(), ["sgr-2", "sgr-3", "sgr-4"]);
    assert_eq!(changes(&report)[0], "revoked rule sgr-1 (IP protocol 47 (GRE) from 0.0.0.0/0)");
    assert_eq!(
        report.evidence.last().unwrap().body,
        r#"  aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --ip-permissions '[{"IpProtocol":"47","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'"#
    );
    assert_eq!(walk(&control).outcome, Outcome::Compliant);
}

#[test]
fn authorized_protocols_of_a_rule_for_all_traffic_are_put_back() {
    let memory = Memory::of([rule("sgr-1", "-1", "all", WORLD)]);
    let control = control(&memory, r#"{"authorized_protocols": ["esp", "ah"]}"#);
    assert_eq!(walk(&control).outcome, Outcome::Remediated);
    assert_eq!(
        memory.says(),
        ["IP protocol 50 (ESP)", "IP protocol 51 (AH)", "tcp 443", "tcp 80"]
            .map(|what| format!("{what} from 0.0.0.0/0"))
    );
    assert_eq!(walk(&control).outcome, Outcome::Compliant);
}

#[test]
fn observing_says_each_step_and_makes_none() {
    let memory = Memory::of([rule("sgr-1", "tcp", "80-90", WORLD)]);
    let report = walk_in(&control(&memory, "{}"), Mode::Observe);
    assert_eq!(report.outcome, Outcome::Observed);
    assert_eq!(
        report.planned,
        [
            "put back tcp 80 from 0.0.0.0/0 (part of rule sgr-1)",
            "revoke rule sgr-1 (tcp 80-90 from 0.0.0.0/0)",
            "tag the group `curfew:quarantined-at` = 2026-11-22T05:41:07.120Z",
        ]
    );
    assert_eq!(memory.ids(), ["sgr-1"]);
}

#[test]
fn the_commands_put_everything_back_and_survive_quotes() {
    let by_id = "--security-group-rule-ids sgr-new-1";
    let by_content = r#"--ip-permissions '[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"Ipv6Ranges":[{"CidrIpv6":"::/0"}]}]'"#;
    for (mode, tells_of, part) in
        [(Mode::Enforce, 1, by_id), (Mode::Enforce, 0, by_content), (Mode::Observe, 1, by_content)]
    {
        let memory = Memory::of([
            described(rule("sgr-1", "tcp", "22", WORLD), "Ann's laptop"),
            tagged(rule("sgr-2", "tcp", "80-90", WORLD6), "team", "a"),
        ]);
        memory.tells_of.set(tells_of);
        let report = walk_in(&control(&memory, "{}"), mode);
        let place = "--region eu-west-1 --group-id sg-0a1b2c3d4e5f60718";
        let title = match mode {
            Mode::Enforce => "How to put the revoked rules back",
            Mode::Observe => "How to put back what would be changed",
        };
        assert_eq!(report.evidence[1].title, title);
        assert_eq!(
            report.evidence[1].body,
            format!(
                r#"{FULL}
  aws ec2 authorize-security-group-ingress {place} --ip-permissions '[{{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{{"CidrIp":"0.0.0.0/0","Description":"Ann'\''s laptop"}}]}}]' &&
  aws ec2 authorize-security-group-ingress {place} --ip-permissions '[{{"IpProtocol":"tcp","FromPort":80,"ToPort":90,"Ipv6Ranges":[{{"CidrIpv6":"::/0"}}]}}]' --tag-specifications '[{{"ResourceType":"security-group-rule","Tags":[{{"Key":"team","Value":"a"}}]}}]' &&
  aws ec2 revoke-security-group-ingress {place} {part}"#
            )
        );
    }
}

#[test]
fn parts_go_by_id_where_it_is_known_and_by_what_they_say_where_it_is_not() {
    let memory = Memory::of([rule("sgr-1", "tcp", "80-8080", WORLD)]);
    memory.tells_of.set(1);
    let report = walk(&control(&memory, "{}"));
    let commands: Vec<&str> = report.evidence[1].body.lines().collect();
    assert_eq!((commands.len(), commands[0]), (4, FULL), "{commands:#?}");
    assert!(commands[2].ends_with("--security-group-rule-ids sgr-new-2 &&"), "{commands:#?}");
    assert!(commands[3].contains(r#"'[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"#), "{commands:#?}");
}

#[test]
fn of_parts_put_back_each_is_noted_with_the_rule_that_says_the_same() {
    let memory =
        Memory::of([rule("sgr-1", "tcp", "80-8080", WORLD), rule("sgr-2", "tcp", "443-445", WORLD6)]);
    let report = walk(&control(&memory, "{}"));
    let noted = report.changes.iter().filter(|change| change.action == "ec2:AuthorizeSecurityGroupIngress");
    let noted: Vec<(&Value, String)> = noted
        .map(|change| {
            (&change.detail["id"], serde_json::from_value(change.detail["permission"].clone()).unwrap())
        })
        .map(|(id, permission): (_, network::Permission)| (id, permission.to_string()))
        .collect();
    assert_eq!(noted.len(), 3);
    for (id, says) in noted {
        let rules = memory.rules.borrow();
        let new = rules.iter().find(|rule| id == rule.id.as_str()).unwrap();
        assert_eq!(new.permission.to_string(), says);
    }
}

#[test]
fn the_state_before_is_enough_to_rebuild_the_group() {
    let memory = Memory::of([
        tagged(described(rule("sgr-1", "tcp", "80-8080", WORLD), "web"), "team", "shop"),
        rule("sgr-2", "-1", "all", "sg-1"),
        rule("sgr-3", "icmp", "8", "10.0.0.0/8"),
        rule("sgr-4", "udp", "53", "pl-1"),
        Rule { is_egress: true, ..rule("sgr-5", "-1", "all", WORLD6) },
    ]);
    let before = memory.rules.borrow().clone();
    let state = walk(&control(&memory, "{}")).before.unwrap();
    assert_eq!(state["name"], "bastion");
    assert_eq!(state["description"], "The way in");
    assert_eq!(state["vpc"], "vpc-1");

    let rebuilt = Memory::of([]);
    for item in state["rules"].as_array().unwrap() {
        let rule: Rule = serde_json::from_value(item.clone()).unwrap();
        if rule.is_egress {
            rebuilt.rules.borrow_mut().push(rule);
        } else {
            at(async |at| {
                crate::SecurityGroups::authorize(&&rebuilt, at, &[&rule.permission], &rule.tags).await
            })
            .unwrap();
        }
    }
    let unnamed = |rules: &[Rule]| -> Vec<Value> {
        let mut rules: Vec<Rule> =
            rules.iter().map(|rule| Rule { id: RuleId::from(""), ..rule.clone() }).collect();
        rules.sort();
        rules.iter().map(|rule| json!(rule)).collect()
    };
    assert_eq!(unnamed(&rebuilt.rules.borrow()), unnamed(&before));
}
