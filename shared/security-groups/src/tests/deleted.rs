//! A group that is deleted while its interfaces are being isolated: EC2 lets nobody delete one that an interface has.

use std::time::Duration;

use remediation::ledger::Memory as Ledger;
use remediation::testing::doors::lost;
use remediation::testing::{self, Still, Topic};
use remediation::{Delivery, Outcome, Ports, Report};

use super::memory::{Event, Memory, QUARANTINE, in_use};
use super::{GROUP, WORLD, control, group_id, rule, subject};

/// Delivers twice: a call that closes has no answer, and the group is gone before the second delivery.
fn deleted(memory: &Memory, settings: &str, call: &'static str, effect: Event) -> Vec<Report> {
    memory.failing.borrow_mut().insert(call, lost());
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let ports = Ports::new(&clock, &topic, &ledger);
    let deliver = |delivery| {
        testing::deliver(&control(memory, settings), &subject(), delivery, &ports);
        clock.forward(Duration::from_secs(360));
    };
    deliver(Delivery::First);
    memory.failing.borrow_mut().clear();
    effect(memory);
    memory.gone.borrow_mut().push(group_id(GROUP));
    deliver(Delivery::Again);
    deliver(Delivery::Again);
    assert!(ledger.records().iter().all(|record| record.end.is_some()));
    topic.reports.take()
}

#[test]
fn that_its_interfaces_may_be_isolated_people_hear_once() {
    let memory = in_use(&["eni-1"]).with_quarantine(&[]);
    let effect: Event = |memory| memory.give(0, &[QUARANTINE]);
    let settings = r#"{"quarantine": "isolate"}"#;
    let told = deleted(&memory, settings, "ec2:ModifyNetworkInterfaceAttribute", effect);
    let [report] = &told[..] else { panic!("{told:?}") };
    assert_eq!(report.outcome, Outcome::Gone);
    assert!(report.advice.iter().any(|line| line.contains("in the quarantine group still")), "{report:?}");
}

#[test]
fn what_went_with_the_group_is_nothing_to_tell() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    let effect: Event = |memory| memory.rules.borrow_mut().clear();
    let told = deleted(&memory, "{}", "ec2:RevokeSecurityGroupIngress", effect);
    assert!(told.is_empty(), "{told:?}");
}
