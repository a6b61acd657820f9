//! Who closed a group that several deliveries had to do with.

use std::time::Duration;

use exemptions::Exemptions;
use remediation::ledger::Memory as Ledger;
use remediation::testing::{self, NOTHING_EXEMPT, Still, Topic, run};
use remediation::{CallError, Delivery, Mode, Note, Outcome, Ports, Report, Transport, Visit};

use super::memory::{Memory, QUARANTINE, in_use};
use super::{GROUP, WORLD, control, rule, subject};
use crate::SgIngress;

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;
const INTERFACES: &str = "ec2:DescribeNetworkInterfaces";
const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";

#[derive(Default)]
struct World {
    clock: Still,
    topic: Topic,
    ledger: Ledger,
}

impl World {
    fn deliver(&self, control: &SgIngress<&Memory>, delivery: Delivery, exemptions: &Exemptions) -> Report {
        let ports = Ports::new(&self.clock, &self.topic, &self.ledger);
        let subject = subject();
        let visit = Visit {
            exemptions,
            ..testing::visit::<SgIngress<&Memory>>(&subject, Mode::Enforce, delivery, &&self.clock)
        };
        let said = testing::said(run(remediation::walk(control, &visit, &ports)));
        self.clock.forward(Duration::from_secs(360));
        said.report
    }
}

fn fail(memory: &Memory, action: &'static str) {
    let later = CallError::Passing { action, code: "RequestLimitExceeded".into(), message: "later".into() };
    memory.failing.borrow_mut().insert(action, later);
}

#[test]
fn what_a_later_delivery_closes_in_another_way_nobody_else_has_closed() {
    let memory = in_use(&["eni-1", "eni-2"]).with_quarantine(&[]);
    let (control, world) = (control(&memory, ISOLATE), World::default());
    memory.later.borrow_mut().push((PLACE, 2, |memory| fail(memory, PLACE)));
    assert_eq!(world.deliver(&control, Delivery::First, &NOTHING_EXEMPT).outcome, Outcome::StillOpen);
    memory.failing.borrow_mut().clear();
    // A part of it is exempt by now: the rest goes with its rules, and the other interface stays where it is.
    memory.rules.borrow_mut().push(rule("sgr-2", "tcp", "3389", WORLD));
    let entry = serde_json::json!({
        "resource": subject().arn(), "controls": ["sg-ingress"], "reason": "from home", "until": "2027-03-31",
        "ports": [3389],
    });
    let exemptions =
        Exemptions { entries: vec![serde_json::from_value(entry).unwrap()], ..Exemptions::default() };
    let again = memory.count(INTERFACES) + 2;
    memory.later.borrow_mut().push((INTERFACES, again, |memory| fail(memory, INTERFACES)));
    assert_eq!(world.deliver(&control, Delivery::Again, &exemptions).outcome, Outcome::Failed);
    memory.failing.borrow_mut().clear();
    assert_eq!(memory.ids(), ["sgr-2"]);
    let report = world.deliver(&control, Delivery::Again, &exemptions);
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, None));
    assert!(memory.groups_of("eni-2").contains(&GROUP.to_owned()));
}

#[test]
fn a_call_without_an_answer_is_known_again_where_another_group_was_isolated_in_between() {
    let memory = in_use(&["eni-1", "eni-2", "eni-refused"]).with_quarantine(&[]);
    let (control, world) = (control(&memory, ISOLATE), World::default());
    // While this one waits for its turn, another group's walk takes that group off the interfaces.
    memory.later.borrow_mut().push((INTERFACES, 2, |memory| {
        for interface in 0..3 {
            memory.give(interface, &[QUARANTINE, GROUP]);
        }
    }));
    memory.later.borrow_mut().push((PLACE, 2, |memory| {
        let cause = Transport::new(std::io::Error::other("lost"));
        let lost = CallError::Unanswered { action: PLACE, failure: "time-out", cause };
        memory.failing.borrow_mut().insert(PLACE, lost);
    }));
    memory.later.borrow_mut().push((PLACE, 3, |memory| {
        memory.failing.borrow_mut().clear();
        memory.rules.borrow_mut().clear();
    }));
    let report = world.deliver(&control, Delivery::First, &NOTHING_EXEMPT);
    assert_eq!((report.outcome, report.note), (Outcome::Failed, Some(Note::Unanswered)));
    let report = world.deliver(&control, Delivery::Again, &NOTHING_EXEMPT);
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::Unanswered)));
}
