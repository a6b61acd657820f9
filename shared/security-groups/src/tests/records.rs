//! What a record keeps: it comes back as it was, and it is enough to finish, to put back, and to exempt a part.

use std::time::SystemTime;

use events::{Resource, VpcId};
use network::{PortSet, Protocol, Rule};
use proptest::prelude::*;
use proptest::sample::select;
use remediation::testing::assert_records;
use remediation::{Assessment, CallError, Control, Done, Judge, Target};

use super::memory::Memory;
use super::properties::{any_rules, memory};
use super::{GROUP, read, rule, subject};
use crate::state::settable;
use crate::{GroupAssessment, Interface, Quarantine, SgChange, SgFinding, SgIngress};

type Ingress<'a> = SgIngress<&'a Memory>;

/// What may not be called, one at a time.
const DENIED: [&str; 7] = [
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:CreateTags",
    "ec2:CreateSecurityGroup",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:ModifyNetworkInterfaceAttribute",
    "find the quarantine group",
];

/// Rules that say something, and the types of the interfaces that have the group.
pub(super) type Scene = (Vec<Rule>, Vec<&'static str>);

pub(super) fn any_scene() -> impl Strategy<Value = Scene> {
    let about = (proptest::option::of("[ -~]{1,9}"), proptest::option::of("[a-z]{1,2}"), any::<bool>());
    let interfaces = proptest::collection::vec(select(vec!["interface", "efa", "nat_gateway"]), 0..4);
    (any_rules(), proptest::collection::vec(about, 24), interfaces).prop_map(
        |(mut rules, about, interfaces)| {
            for (rule, (text, tag, is_of_aws)) in rules.iter_mut().zip(about) {
                rule.permission.description = text;
                rule.tags.extend(tag.map(|tag| (tag, "it's".to_owned())));
                rule.tags.extend(
                    is_of_aws.then(|| ("aws:cloudformation:stack-name".to_owned(), "web".to_owned())),
                );
            }
            (rules, interfaces)
        },
    )
}

pub(super) fn set((rules, interfaces): &Scene) -> Memory {
    let in_use = |memory: Memory, (index, kind): (usize, &&str)| {
        let groups: &[&str] = if index % 2 == 0 { &[GROUP, "sg-1"] } else { &["sg-2", GROUP, "sg-1"] };
        let vpc = |one: &mut Interface| one.vpc = VpcId::new(&format!("vpc-{}", index % 2 + 1)).unwrap();
        memory.with_interface(&format!("eni-{index}"), kind, groups).that(vpc)
    };
    interfaces.iter().enumerate().fold(memory(rules), in_use)
}

pub(super) fn any_settings() -> impl Strategy<Value = &'static str> {
    select(vec![
        "{}",
        r#"{"icmp": "revoke", "open_level": "broad"}"#,
        r#"{"quarantine": "isolate"}"#,
        r#"{"quarantine": "isolate", "isolate_all_groups": true}"#,
    ])
}

fn plan(control: &Ingress<'_>, assessment: &GroupAssessment) -> Option<Quarantine> {
    control.plan(assessment, SystemTime::UNIX_EPOCH)
}

fn apply(control: &Ingress<'_>, plan: &Quarantine) -> (Vec<SgChange>, Result<(), CallError>) {
    let mut done = Done::default();
    let applied = super::at(async |at| control.apply(at, plan, &mut done).await);
    (done.changes, applied.map(drop))
}

fn unfinished(
    control: &Ingress<'_>,
    plan: &Quarantine,
    done: &[SgChange],
    after: Option<&GroupAssessment>,
) -> Option<Quarantine> {
    let subject = subject();
    let Resource::SecurityGroup(id) = &subject.resource else { panic!("no group") };
    control.unfinished(&Target::of(&subject, id), plan, done, after)
}

/// What the rules say, with all that people may write beside them.
pub(super) fn rules(memory: &Memory) -> Vec<Rule> {
    let rules = memory.rules.borrow();
    let unnamed = |rule: &Rule| Rule { id: "".into(), tags: settable(&rule.tags), ..rule.clone() };
    let mut rules: Vec<Rule> = rules.iter().map(unnamed).collect();
    rules.sort();
    rules
}

pub(super) fn interfaces(memory: &Memory) -> Vec<Interface> {
    memory.interfaces.borrow().clone()
}

proptest! {
    #[test]
    fn state_plan_and_changes_come_back_as_they_were_and_undo_puts_everything_back(
        scene in any_scene(),
        settings in any_settings(),
        tells_of in select(vec![0, 1, usize::MAX]),
    ) {
        let memory = set(&scene);
        memory.tells_of.set(tells_of);
        let before = (rules(&memory), interfaces(&memory));
        let control = super::control(&memory, settings);
        let state = read(&control);
        let plan = plan(&control, &control.assess(&state, SystemTime::UNIX_EPOCH));
        assert_records::<Ingress<'_>>(&state, plan.as_ref(), &[]);
        if let Some(plan) = plan {
            let (done, applied) = apply(&control, &plan);
            prop_assert_eq!(applied, Ok(()));
            let closed = (rules(&memory), interfaces(&memory));
            let undo = control.undo(&state, &plan, &done).unwrap();
            assert_records::<Ingress<'_>>(&read(&control), Some(&undo), &done);

            let (undone, applied) = apply(&control, &undo);
            prop_assert_eq!(applied, Ok(()));
            prop_assert_eq!((rules(&memory), interfaces(&memory)), before);
            let is_tag = |change: &SgChange| matches!(change, SgChange::Tagged { .. });
            prop_assert!(!undone.iter().any(is_tag));
            prop_assert_eq!(unfinished(&control, &undo, &undone, Some(&control.assess(&read(&control), SystemTime::UNIX_EPOCH))), None);

            // What puts back is a plan as any other.
            let redo = control.undo(&state, &undo, &undone).unwrap();
            prop_assert_eq!(apply(&control, &redo).1, Ok(()));
            prop_assert_eq!((rules(&memory), interfaces(&memory)), closed);
        }
    }

    #[test]
    fn what_a_failed_step_leaves_is_a_plan_that_finishes(
        scene in any_scene(),
        settings in any_settings(),
        denied in select(DENIED.to_vec()),
        is_seen in any::<bool>(),
    ) {
        let memory = set(&scene);
        let control = super::control(&memory, settings);
        let Some(plan) = plan(&control, &control.assess(&read(&control), SystemTime::UNIX_EPOCH)) else { return Ok(()) };
        memory.denied.borrow_mut().push(denied);
        let (done, failed) = apply(&control, &plan);
        memory.denied.borrow_mut().clear();
        let after = is_seen.then(|| control.assess(&read(&control), SystemTime::UNIX_EPOCH));
        let left = unfinished(&control, &plan, &done, after.as_ref());
        prop_assert!(left.is_none() || failed.is_err());
        if let Some(left) = left {
            assert_records::<Ingress<'_>>(&read(&control), Some(&left), &done);
            let (done, applied) = apply(&control, &left);
            prop_assert_eq!(applied, Ok(()));
            prop_assert_eq!(unfinished(&control, &left, &done, Some(&control.assess(&read(&control), SystemTime::UNIX_EPOCH))), None);
        }
        prop_assert!(!control.assess(&read(&control), SystemTime::UNIX_EPOCH).has_work());
        // What is seen may be closed by half of the plan. By what was noted, all of it is carried out.
        if !is_seen {
            let undisturbed = set(&scene);
            prop_assert_eq!(apply(&super::control(&undisturbed, settings), &plan).1, Ok(()));
            prop_assert_eq!(rules(&memory), rules(&undisturbed));
            prop_assert_eq!(interfaces(&memory), interfaces(&undisturbed));
            prop_assert_eq!(&*memory.about.borrow(), &*undisturbed.about.borrow());
            prop_assert_eq!(&*memory.quarantine.borrow(), &*undisturbed.quarantine.borrow());
            prop_assert_eq!(&*memory.elsewhere.borrow(), &*undisturbed.elsewhere.borrow());
        }
    }

    #[test]
    fn ports_that_are_taken_out_stay_as_they_are_and_everything_else_is_closed(
        scene in any_scene(),
        settings in any_settings(),
        protocol in select(vec![Protocol::Tcp, Protocol::Udp]),
        ports in select(vec!["22", "81-442", "8080", "0-65535"]),
    ) {
        let memory = set(&scene);
        let ports: PortSet = ports.parse().unwrap();
        let stays = |finding: SgFinding| match finding {
            SgFinding::Open(open) if open.protocol == protocol => open.without_ports(&ports).map(SgFinding::Open),
            _ => Some(finding),
        };
        let control = super::control(&memory, settings);
        let assessment = control.assess(&read(&control), SystemTime::UNIX_EPOCH).without(stays);
        let plan = plan(&control, &assessment);
        prop_assert_eq!(plan.is_some(), assessment.has_work());
        let before = memory.rules.borrow().clone();
        if let Some(plan) = plan {
            let (done, applied) = apply(&control, &plan);
            prop_assert_eq!(applied, Ok(()));
            // What is exempt is not left to people either.
            let after = control.assess(&read(&control), SystemTime::UNIX_EPOCH).without(stays);
            prop_assert_eq!(unfinished(&control, &plan, &done, Some(&after)), None);
        }
        prop_assert!(!control.assess(&read(&control), SystemTime::UNIX_EPOCH).without(stays).has_work());
        let lets_in = |rules: &[Rule], of: &Rule, port| {
            let is_same = |rule: &&Rule| {
                rule.is_egress == of.is_egress && rule.permission.source.is_same(&of.permission.source)
            };
            let mut same = rules.iter().filter(is_same);
            same.any(|rule| rule.permission.ports(&protocol).as_set().contains(port))
        };
        let after = memory.rules.borrow();
        for rule in before.iter() {
            for port in [22, 100, 442, 8080].into_iter().filter(|port| ports.as_set().contains(*port)) {
                let was = rule.permission.ports(&protocol).as_set().contains(port);
                prop_assert!(!was || lets_in(&after, rule, port), "{rule:?} lost {protocol} {port}");
            }
        }
    }
}

#[test]
fn managed_interfaces_are_no_finding_once_nothing_of_the_group_is_open() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22-23", super::WORLD)])
        .with_interface("eni-1", "interface", &[GROUP])
        .with_interface("eni-2", "nat_gateway", &[GROUP]);
    let control = super::control(&memory, r#"{"quarantine": "isolate"}"#);
    let assessment = control.assess(&read(&control), SystemTime::UNIX_EPOCH);
    assert_eq!(assessment.findings().len(), 2);
    let without = |ports: &str| {
        let ports: PortSet = ports.parse().unwrap();
        assessment.clone().without(|finding| match finding {
            SgFinding::Open(open) => open.without_ports(&ports).map(SgFinding::Open),
            _ => Some(finding),
        })
    };
    assert_eq!(without("22").findings().len(), 2);
    assert!(plan(&control, &without("22")).is_some());
    assert!(without("22-23").is_compliant());
    assert_eq!(plan(&control, &without("22-23")), None);
}
