//! Reads that fail, one at a time: what was read and is open is said, what is unknown is said, and nothing else.

use remediation::ledger::Memory as Ledger;
use remediation::testing::{self, Still, Topic, assert_records};
use remediation::{CallError, Delivery, Denied, Outcome, Ports, Remedy, Severity, Told};

use super::memory::{Memory, in_use};
use super::{WORLD, control, read, rule, subject, walk};
use crate::SgIngress;

const ABOUT: &str = "ec2:DescribeSecurityGroups";
const RULES: &str = "ec2:DescribeSecurityGroupRules";
const ENTRIES: &str = "ec2:GetManagedPrefixListEntries";
const INTERFACES: &str = "ec2:DescribeNetworkInterfaces";
const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;
const ALERT: &str = r#"{"quarantine": "alert"}"#;

/// Each way in which a call fails.
fn failures(action: &'static str) -> [CallError; 4] {
    let message = || "the service's own words".to_owned();
    [
        CallError::Denied(Denied { action, message: message() }),
        CallError::Passing { action, code: "InternalError".to_owned(), message: message() },
        CallError::Refused { action, code: "UnsupportedOperation".to_owned(), message: message() },
        CallError::Incomplete { action, field: "CidrIpv4" },
    ]
}

/// A used group with ssh open to the world, and a rule for a prefix list.
fn open() -> Memory {
    let memory = in_use(&["eni-1"]).with_list("pl-1", "210987654321", &["203.0.114.0/24"]);
    memory.rules.borrow_mut().push(rule("sgr-list", "tcp", "3389", "pl-1"));
    memory
}

fn fail(memory: &Memory, error: &CallError) {
    memory.failing.borrow_mut().insert(error.action(), error.clone());
}

#[test]
fn without_its_rules_nobody_knows_whether_a_group_is_open() {
    for error in failures(RULES) {
        let memory = open();
        fail(&memory, &error);
        let report = walk(&control(&memory, "{}"));
        assert_eq!((report.outcome, report.findings.len(), report.changes.len()), (Outcome::Failed, 0, 0));
        assert_eq!(report.error.unwrap().to_string(), error.to_string());
    }
}

#[test]
fn a_group_is_closed_by_its_rules_alone_whatever_else_cannot_be_read() {
    for settings in ["{}", ALERT, ISOLATE] {
        for error in failures(ABOUT) {
            let memory = Memory::of([rule("sgr-1", "tcp", "22", "10.0.0.0/8")]);
            fail(&memory, &error);
            let report = walk(&control(&memory, settings));
            assert_eq!((report.outcome, report.error.is_some()), (Outcome::Compliant, false), "{error}");
        }
    }
}

#[test]
fn what_was_closed_stays_closed_at_the_next_delivery_where_tags_cannot_be_read() {
    for error in failures(ABOUT) {
        let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
        fail(&memory, &error);
        let control = control(&memory, "{}");
        assert_eq!(walk(&control).outcome, Outcome::Remediated, "{error}");
        assert_eq!(walk(&control).outcome, Outcome::Compliant, "{error}");
    }
}

#[test]
fn an_open_group_is_said_to_be_open_whatever_else_cannot_be_read() {
    for (settings, action, what) in [
        (ALERT, ABOUT, "name, VPC and tags of the group"),
        (ALERT, ENTRIES, "prefix list pl-1"),
        (ISOLATE, ABOUT, "name, VPC and tags of the group"),
        (ISOLATE, INTERFACES, "which network interfaces have the group"),
    ] {
        for error in failures(action) {
            let memory = open();
            fail(&memory, &error);
            let report = walk(&control(&memory, settings));
            assert_eq!((report.outcome, report.changes.len()), (Outcome::Alerted, 0), "{settings} {error}");
            let ssh = &report.findings[0];
            assert_eq!((ssh.kind, ssh.severity), ("open-ingress", Severity::High), "{settings} {error}");
            assert!(ssh.sentence().contains("tcp 22 (SSH)") && !ssh.sentence().contains("none has it"));
            let [unread] = &report.unread[..] else { panic!("{:?}", report.unread) };
            assert_eq!((unread.what.as_str(), &*unread.unknown.action), (what, action));
            assert_eq!(unread.unknown.message, error.to_string());
            assert_eq!(report.is_unfinished(), error.is_passing(), "{error}");
            // What Curfew would close once it knows whom to isolate is no decision of a person's.
            let unknown = match action {
                INTERFACES => "whom to isolate",
                _ => "whether this is a quarantine group, which would lose its open rules",
            };
            let hindrance = format!("find out {unknown} ({})", unread.unknown.why());
            let isolates = settings == ISOLATE;
            assert_eq!(report.hindrance, isolates.then_some(hindrance), "{settings} {error}");
            assert_eq!(ssh.remedy, if isolates { Remedy::Close } else { Remedy::Report });
            assert_eq!(report.advice[0].starts_with("Decide"), !isolates, "{:?}", report.advice);
            let unknown_use = ", where a network interface has the group, which is not known";
            assert_eq!(ssh.sentence().ends_with(unknown_use), action == INTERFACES, "{}", ssh.sentence());
            let head = &report.evidence[0].body;
            assert_eq!(head.contains("could not be read"), action == ABOUT, "{head}");
        }
    }
}

#[test]
fn all_that_keeps_curfew_from_isolating_is_said_and_nothing_is_claimed_of_it() {
    let memory = open();
    fail(&memory, &failures(ABOUT)[0]);
    fail(&memory, &failures(INTERFACES)[0]);
    let report = walk(&control(&memory, ISOLATE));
    let said = "find out whom to isolate (the function's role may not call `ec2:DescribeNetworkInterfaces`), nor whether \
                this is a quarantine group, which would lose its open rules (the function's role may not call \
                `ec2:DescribeSecurityGroups`)";
    assert_eq!(report.hindrance.as_deref(), Some(said));
    assert!(!report.advice.join(" ").contains("it is open"), "{:?}", report.advice);
}

#[test]
fn a_group_that_nothing_uses_may_be_a_quarantine_group_where_its_tags_cannot_be_read() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    fail(&memory, &failures(ABOUT)[0]);
    let report = walk(&control(&memory, ISOLATE));
    let said = "find out whether this is a quarantine group, which would lose its open rules (the function's role \
                may not call `ec2:DescribeSecurityGroups`)";
    assert_eq!((report.outcome, report.hindrance.as_deref()), (Outcome::Alerted, Some(said)));
    assert!(report.findings[0].sentence().ends_with("now none has it"), "{:?}", report.findings);
}

#[test]
fn rules_go_whatever_else_cannot_be_read() {
    for action in [ABOUT, ENTRIES] {
        for error in failures(action) {
            let memory = open();
            fail(&memory, &error);
            let report = walk(&control(&memory, "{}"));
            assert_eq!(memory.ids(), ["sgr-list"], "{error}");
            // Whether a list that may be read later lets the world in is not known yet.
            let is_verified = action == ABOUT || !error.is_passing();
            assert_eq!(report.outcome == Outcome::Remediated, is_verified, "{error}: {}", report.outcome);
            assert_eq!(report.is_unfinished(), error.is_passing(), "{error}");
            assert_eq!(report.unread.len(), 1);
        }
    }
}

#[test]
fn what_could_not_be_read_at_first_is_closed_once_it_can() {
    for action in [ABOUT, INTERFACES] {
        let memory = open();
        let control = control(&memory, ISOLATE);
        fail(&memory, &failures(action)[1]);
        assert_eq!(walk(&control).outcome, Outcome::Alerted);
        memory.failing.borrow_mut().clear();
        assert_eq!(walk(&control).outcome, Outcome::Remediated);
    }
}

#[test]
fn what_keeps_curfew_from_isolating_is_mailed_once_nobody_can_read_it_any_more() {
    for action in [ABOUT, INTERFACES] {
        for error in failures(action) {
            let memory = open();
            let control = control(&memory, ISOLATE);
            fail(&memory, &error);
            let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
            let ports = Ports::new(&clock, &topic, &ledger);
            let told = |delivery| {
                let said = testing::said(testing::deliver(&control, &subject(), delivery, &ports));
                matches!(said.told, Told::Sent)
            };
            assert_eq!([Delivery::First, Delivery::Again].map(told), [!error.is_passing(), false], "{error}");
            assert_eq!(told(Delivery::Last), error.is_passing(), "{error}");
        }
    }
}

#[test]
fn a_change_that_nobody_can_verify_is_not_called_remediated() {
    for action in [ABOUT, INTERFACES] {
        let then: super::memory::Event = match action {
            ABOUT => |memory| fail(memory, &failures(ABOUT)[0]),
            _ => |memory| fail(memory, &failures(INTERFACES)[0]),
        };
        let memory = open();
        memory.meanwhile.borrow_mut().push(("ec2:ModifyNetworkInterfaceAttribute", then));
        let report = walk(&control(&memory, ISOLATE));
        assert_eq!(report.outcome, Outcome::Failed, "{action}");
        assert!(report.remaining.is_none() && !report.changes.is_empty());
    }
}

#[test]
fn a_list_alone_that_may_be_read_later_waits_and_one_that_may_not_is_said() {
    for error in failures(ENTRIES) {
        let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-1")]);
        fail(&memory, &error);
        let report = walk(&control(&memory, "{}"));
        let expected = if error.is_passing() { Outcome::Failed } else { Outcome::Alerted };
        assert_eq!((report.outcome, report.is_unfinished()), (expected, error.is_passing()));
        assert_eq!(report.findings[0].kind, "unreadable-prefix-list");
    }
}

#[test]
fn rules_that_could_not_be_read_hide_none_that_could() {
    for error in failures(RULES) {
        for settings in ["{}", ALERT, ISOLATE] {
            let memory = open();
            *memory.rest.borrow_mut() = Some(error.clone());
            let report = walk(&control(&memory, settings));
            assert!(report.findings[0].sentence().contains("tcp 22 (SSH)"), "{settings} {error}");
            assert_eq!(report.unread[0].what, "the rest of the group's rules");
            assert_ne!(report.outcome, Outcome::Remediated, "{settings} {error}");
            assert!(report.evidence.iter().any(|block| block.body.contains("There may be others")));
        }
        // What was read is closed, and that is no proof that all is.
        let memory = Memory::of([rule("sgr-1", "tcp", "443", WORLD)]);
        *memory.rest.borrow_mut() = Some(error.clone());
        let report = walk(&control(&memory, "{}"));
        assert_eq!(report.outcome, Outcome::Failed);
        assert_eq!(report.error.unwrap().to_string(), error.to_string());
    }
}

#[test]
fn what_is_unknown_is_in_the_state_and_comes_back() {
    for (settings, action) in [(ISOLATE, INTERFACES), ("{}", ABOUT), ("{}", ENTRIES)] {
        for error in failures(action) {
            let memory = open();
            fail(&memory, &error);
            *memory.rest.borrow_mut() = Some(failures(RULES)[0].clone());
            assert_records::<SgIngress<&Memory>>(&read(&control(&memory, settings)), None, &[]);
        }
    }
}
