//! What is exempt of a group stays open; everything else is closed.

use std::collections::BTreeSet;
use std::time::SystemTime;

use exemptions::{CONTROLS, Scope, Sources};
use network::{PortSet, Protocol, Rule};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use remediation::{Assessment, Control, Done, Fact, Judge};

use super::memory::{Memory, QUARANTINE, in_use};
use super::properties::{any_rules, memory};
use super::{GROUP, WORLD, WORLD6, at, control, read, rule};
use crate::{GroupAssessment, Quarantine, SgFinding, SgIngress};

type Ingress<'a> = SgIngress<&'a Memory>;

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;

fn sources(all: &[&str]) -> Sources {
    serde_json::from_value(serde_json::json!(all)).unwrap()
}

/// `ports` as the settings write them, empty for all of them; no sources for all of them.
fn scope(ports: &str, from: &[&str]) -> Scope {
    Scope {
        ports: (!ports.is_empty()).then(|| ports.parse().unwrap()),
        sources: (!from.is_empty()).then(|| sources(from)),
        ..Scope::default()
    }
}

fn rest(control: &Ingress<'_>, scope: &Scope) -> GroupAssessment {
    control.exempt(control.assess(&read(control), SystemTime::UNIX_EPOCH), scope)
}

/// Closes what is not exempt, looks again, and finds nothing left to do.
fn close_rest(control: &Ingress<'_>, scope: &Scope) -> Option<Quarantine> {
    let plan = control.plan(&rest(control, scope), SystemTime::UNIX_EPOCH)?;
    let mut done = Done::default();
    at(async |at| control.apply(at, &plan, &mut done).await).unwrap();
    let group = at(async |at| control.read_after(at, &plan).await).unwrap().unwrap();
    let after = control.exempt(control.assess_after(&group, &plan, SystemTime::UNIX_EPOCH), scope);
    assert!(!after.is_open(), "{after:?}");
    assert_eq!(at(async |at| control.unfinished(at, &plan, &done.changes, Some(&after))), None);
    Some(plan)
}

#[test]
fn the_control_can_be_exempted_from_by_its_name() {
    assert!(CONTROLS.iter().any(|known| known.name == Ingress::NAME));
}

#[test]
fn a_port_that_is_exempt_stays_open_and_those_beside_it_are_closed() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22-25", WORLD)]);
    let control = control(&memory, "{}");
    assert!(close_rest(&control, &scope("22", &[])).is_some());
    assert_eq!(memory.says(), ["tcp 22 from 0.0.0.0/0"]);
    assert_eq!(close_rest(&control, &scope("22", &[])), None);
    // Once nothing is exempt any more, it goes.
    assert!(
        control
            .plan(&control.assess(&read(&control), SystemTime::UNIX_EPOCH), SystemTime::UNIX_EPOCH)
            .is_some()
    );
}

#[test]
fn a_source_that_is_exempt_stays_and_the_others_go() {
    let rules = || {
        [
            rule("sgr-1", "tcp", "22-23", WORLD),
            rule("sgr-2", "tcp", "22-23", "pl-world"),
            rule("sgr-3", "tcp", "22-23", WORLD6),
        ]
    };
    for (exempt, left) in [
        (scope("", &["pl-world"]), vec!["tcp 22-23 from pl-world"]),
        (scope("", &["::/0"]), vec!["tcp 22-23 from ::/0"]),
        (scope("", &["0.0.0.0/1", "128.0.0.0/1"]), vec!["tcp 22-23 from 0.0.0.0/0"]),
        (scope("22", &["pl-world"]), vec!["tcp 22 from pl-world"]),
        (scope("22", &[]), vec!["tcp 22 from 0.0.0.0/0", "tcp 22 from ::/0", "tcp 22 from pl-world"]),
        // What is named is within the rules' sources, and not the other way round.
        (scope("", &["203.0.113.0/24", "pl-offices", "sg-1"]), vec![]),
    ] {
        let memory = memory(&rules());
        assert!(close_rest(&control(&memory, "{}"), &exempt).is_some());
        assert_eq!(memory.says(), left, "{exempt}");
    }
}

#[test]
fn types_of_icmp_and_protocols_without_ports_are_no_ports() {
    let memory = Memory::of([rule("sgr-1", "-1", "all", WORLD), rule("sgr-2", "icmp", "3-1", WORLD)]);
    let control = control(&memory, r#"{"icmp": "revoke"}"#);
    assert!(close_rest(&control, &scope("0-65535", &[])).is_some());
    assert_eq!(memory.says(), ["tcp 0-65535 from 0.0.0.0/0", "udp 0-65535 from 0.0.0.0/0"]);
}

#[test]
fn a_rule_for_all_traffic_that_helps_to_open_what_is_exempt_stays() {
    let memory = memory(&[rule("sgr-1", "-1", "all", "pl-half"), rule("sgr-2", "50", "all", "128.0.0.0/1")]);
    let control = control(&memory, "{}");
    assert!(rest(&control, &scope("", &["128.0.0.0/1"])).is_compliant());
    // The other way round the rule of the protocol itself goes.
    assert!(close_rest(&control, &scope("", &["pl-half"])).is_some());
    assert_eq!(memory.says(), ["all traffic from pl-half"]);
}

#[test]
fn a_group_of_which_a_part_is_exempt_is_not_isolated_and_loses_the_rules_of_the_rest() {
    let memory = in_use(&["eni-1"]).with_interface("eni-2", "nat_gateway", &[GROUP]);
    memory.rules.borrow_mut().push(rule("sgr-2", "tcp", "3389", WORLD));
    let control = control(&memory, ISOLATE);
    let plan = close_rest(&control, &scope("22", &[]));
    assert!(matches!(plan, Some(Quarantine::Revoke(_))), "{plan:?}");
    assert_eq!(memory.ids(), ["sgr-1"]);
    assert!(!memory.groups_of("eni-1").contains(&QUARANTINE.to_owned()));
    assert!(rest(&control, &scope("22", &[])).is_compliant());
}

#[test]
fn a_group_that_is_exempt_as_a_whole_is_left_alone_and_one_that_is_not_is_isolated() {
    let memory = in_use(&["eni-1"]).with_interface("eni-2", "nat_gateway", &[GROUP]);
    let control = control(&memory, ISOLATE);
    assert!(rest(&control, &Scope::default()).is_compliant());
    assert!(rest(&control, &scope("22", &[WORLD])).is_compliant());
    // What is named is not open, so that it changes nothing.
    let assessment = control.assess(&read(&control), SystemTime::UNIX_EPOCH);
    assert_eq!(rest(&control, &scope("3389", &[])), assessment);
    let plan = control.plan(&rest(&control, &scope("3389", &[])), SystemTime::UNIX_EPOCH);
    assert!(matches!(plan, Some(Quarantine::Isolate(_))), "{plan:?}");
}

#[test]
fn a_list_that_nobody_can_read_is_exempt_by_its_id_or_by_all_its_ports() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-0"), rule("sgr-2", "tcp", "22-23", "pl-0")]);
    let control = control(&memory, "{}");
    let left = |scope: &Scope| {
        let rest = rest(&control, scope);
        let ids = rest.findings().iter().map(|finding| match finding {
            SgFinding::Unreadable(source) => source.rule_ids.iter().map(|id| id.to_string()).collect(),
            other => panic!("{other:?}"),
        });
        ids.collect::<Vec<Vec<String>>>().concat()
    };
    assert_eq!(left(&scope("3389", &[])), ["sgr-1", "sgr-2"]);
    assert_eq!(left(&scope("22", &[])), ["sgr-2"]);
    assert_eq!(left(&scope("", &["pl-1"])), ["sgr-1", "sgr-2"]);
    assert_eq!(left(&scope("", &["pl-0"])), [""; 0]);
}

#[test]
fn what_means_nothing_to_the_control_exempts_nothing() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    let control = control(&memory, "{}");
    let sids = Some(BTreeSet::from(["a".to_owned()]));
    let exempt = Scope { sids, ..scope("22", &[]) };
    assert_eq!(rest(&control, &exempt).findings().len(), 1);
}

#[test]
fn the_tags_are_those_that_were_read_with_the_group() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    memory.about.borrow_mut().tags.insert("curfew:exempt".into(), "all".into());
    let control = control(&memory, "{}");
    let group = read(&control);
    let calls = memory.calls.borrow().len();
    let tags = at(async |at| control.tags(at, &group).await);
    assert_eq!(tags, Fact::Known(memory.about.borrow().tags.clone()));
    assert_eq!(memory.calls.borrow().len(), calls);
    memory.denied.borrow_mut().push("ec2:DescribeSecurityGroups");
    let group = read(&control);
    let tags = at(async |at| control.tags(at, &group).await);
    assert_eq!(tags.unknown().unwrap().action, "ec2:DescribeSecurityGroups");
}

fn any_scope() -> impl Strategy<Value = Scope> {
    let ports = select(vec!["", "", "22", "81-442", "8080", "0-65535"]);
    let from = subsequence(
        vec![WORLD, WORLD6, "0.0.0.0/1", "128.0.0.0/1", "2000::/3", "pl-world", "pl-half", "10.0.0.0/8"],
        0..4,
    );
    (ports, from).prop_map(|(ports, from)| scope(ports, &from))
}

/// Whether what this rule lets in on a port is exempt.
fn is_exempt(scope: &Scope, rule: &Rule, protocol: &Protocol, port: u16) -> bool {
    let has_port = |ports: &PortSet| !protocol.is_icmp() && ports.as_set().contains(port);
    scope.ports.as_ref().is_none_or(has_port)
        && scope.sources.as_ref().is_none_or(|sources| sources.cover(&rule.permission.source))
}

proptest! {
    /// What is exempt reaches what it reached, nothing else stays open, and nothing is there that was not before.
    #[test]
    fn exactly_what_is_exempt_stays_open(
        rules in any_rules(),
        scope in any_scope(),
        interfaces in 0_usize..3,
        settings in select(vec!["{}", r#"{"icmp": "revoke", "open_level": "broad"}"#, ISOLATE]),
    ) {
        let memory = (0..interfaces).fold(memory(&rules), |memory, index| {
            memory.with_interface(&format!("eni-{index}"), ["interface", "nat_gateway"][index % 2], &[GROUP])
        });
        let control = control(&memory, settings);
        let found = control.assess(&read(&control), SystemTime::UNIX_EPOCH);
        let left = rest(&control, &scope);
        // What is taken out is what the scope names, and what the rest has was found before.
        let opens = |assessment: &GroupAssessment, rule: &Rule, protocol: &Protocol, port: u16| {
            assessment.open().any(|open| {
                open.protocol == *protocol && open.rule_ids.contains(&rule.id) && open.ports.as_set().contains(port)
            })
        };
        for rule in rules.iter().filter(|rule| !rule.is_egress) {
            for protocol in &Protocol::WITH_PORTS {
                for port in [0, 22, 80, 81, 100, 442, 443, 8080, 65_535] {
                    let expected = opens(&found, rule, protocol, port) && !is_exempt(&scope, rule, protocol, port);
                    prop_assert_eq!(opens(&left, rule, protocol, port), expected, "{:?} {} {}", rule, protocol, port);
                }
            }
        }
        let plan = close_rest_if_own(&control, &scope, interfaces);
        let after = memory.rules.borrow().clone();
        let reaches = |rules: &[Rule], of: &Rule, protocol: &Protocol, port: u16| {
            rules.iter().filter(|rule| rule.is_egress == of.is_egress).any(|rule| {
                rule.permission.source.is_same(&of.permission.source)
                    && rule.permission.ports(protocol).as_set().contains(port)
            })
        };
        let isolates = matches!(plan, Some(Quarantine::Isolate(_)));
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            for port in [22, 100, 442, 8080] {
                for rule in &rules {
                    let was = rule.permission.ports(&protocol).as_set().contains(port);
                    let stays = is_exempt(&scope, rule, &protocol, port) && (opens(&found, rule, &protocol, port));
                    prop_assert!(!(was && stays) || reaches(&after, rule, &protocol, port), "{:?} lost {}", rule, port);
                    // Of a group with an exempt part nothing is isolated.
                    prop_assert!(!(was && stays && isolates), "{:?}", scope);
                }
                for rule in &after {
                    let is_new = rule.permission.ports(&protocol).as_set().contains(port)
                        && !reaches(&rules, rule, &protocol, port);
                    prop_assert!(!is_new, "{:?} is new", rule);
                }
            }
        }
    }
}

/// The same, where an interface that Curfew may not change is left to people.
fn close_rest_if_own(control: &Ingress<'_>, scope: &Scope, interfaces: usize) -> Option<Quarantine> {
    if interfaces < 2 {
        return close_rest(control, scope);
    }
    let plan = control.plan(&rest(control, scope), SystemTime::UNIX_EPOCH)?;
    at(async |at| control.apply(at, &plan, &mut Done::default()).await).unwrap();
    assert!(!rest(control, scope).has_work());
    Some(plan)
}
