//! What a person put back is left alone, and what he narrows of it; what is open beyond it is closed.

use std::time::Duration;

use network::Rule;
use remediation::ledger::Memory as Ledger;
use remediation::restore::{Order, restore};
use remediation::testing::{self, NOW, Still, Topic, run};
use remediation::{Assessment, Delivery, Judge, Outcome, Ports};

use super::memory::Memory;
use super::{WORLD, read, rule, subject};
use crate::{GroupAssessment, SgFinding};

const BROAD: &str = r#"{"open_level": "broad"}"#;

fn judged(rules: &[Rule]) -> GroupAssessment {
    let memory = Memory::of(rules.to_vec()).with_list("pl-1", "210987654321", &["8.0.0.0/8", "9.0.0.0/8"]);
    let control = super::control(&memory, BROAD);
    let group = read(&control);
    control.assess(&group, std::time::SystemTime::UNIX_EPOCH + NOW)
}

/// What is open of these rules beyond what was open of others: each finding's protocol, ports and rules.
fn beyond(before: &[Rule], now: &[Rule]) -> Vec<String> {
    let before = judged(before);
    let openings: Vec<String> = before.findings().iter().map(|finding| before.opening(finding)).collect();
    let judged = judged(now);
    let rest = judged.clone().without(|finding| judged.beyond(finding, &openings));
    let words = |finding: &SgFinding| match finding {
        SgFinding::Open(open) => {
            let rules: Vec<&str> = open.rule_ids.iter().map(network::RuleId::as_str).collect();
            format!("{} {} by {}", open.protocol, open.ports, rules.join(" "))
        }
        other => format!("{other:?}"),
    };
    rest.findings().iter().map(words).collect()
}

#[test]
fn what_is_narrower_than_what_was_put_back_is_nothing_beyond_it() {
    let ssh = |from: &str| vec![rule("sgr-1", "tcp", "22", from)];
    for (before, now) in [
        (ssh(WORLD), ssh(WORLD)),
        (ssh(WORLD), vec![rule("sgr-new", "tcp", "22", WORLD)]),
        (ssh(WORLD), ssh("0.0.0.0/1")),
        (ssh(WORLD), ssh("8.0.0.0/8")),
        (
            ssh(WORLD),
            vec![rule("sgr-2", "tcp", "22", "0.0.0.0/1"), rule("sgr-3", "tcp", "22", "128.0.0.0/1")],
        ),
        (ssh("8.0.0.0/7"), ssh("9.0.0.0/8")),
        (ssh("8.0.0.0/7"), ssh("pl-1")),
        (ssh("pl-1"), ssh("8.0.0.0/8")),
        (ssh("::/0"), ssh("2600::/12")),
        (vec![rule("sgr-1", "tcp", "20-30", WORLD)], ssh(WORLD)),
        (
            vec![rule("sgr-1", "tcp", "20-30", WORLD)],
            vec![rule("sgr-2", "tcp", "22", WORLD), rule("sgr-3", "tcp", "25-30", "8.0.0.0/8")],
        ),
        (
            vec![rule("sgr-1", "-1", "all", WORLD)],
            vec![rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "47", "all", WORLD)],
        ),
    ] {
        assert_eq!(beyond(&before, &now), [""; 0], "{before:?} {now:?}");
    }
}

#[test]
fn what_is_open_beyond_what_was_put_back_is_left_of_it() {
    let ssh = |from: &str| vec![rule("sgr-1", "tcp", "22", from)];
    for (before, now, left) in [
        (ssh("0.0.0.0/1"), ssh(WORLD), "tcp 22 by sgr-1"),
        (ssh("8.0.0.0/8"), ssh("9.0.0.0/8"), "tcp 22 by sgr-1"),
        (ssh("8.0.0.0/8"), ssh("pl-1"), "tcp 22 by sgr-1"),
        (ssh(WORLD), ssh("::/0"), "tcp 22 by sgr-1"),
        (ssh(WORLD), vec![rule("sgr-1", "udp", "22", WORLD)], "udp 22 by sgr-1"),
        (ssh(WORLD), vec![rule("sgr-1", "tcp", "21-23", WORLD)], "tcp 21,23 by sgr-1"),
        // The part that was put back is none of it.
        (
            ssh("8.0.0.0/8"),
            [ssh("8.0.0.0/8"), vec![rule("sgr-2", "tcp", "22", "16.0.0.0/8")]].concat(),
            "tcp 22 by sgr-2",
        ),
        (
            ssh("8.0.0.0/8"),
            vec![rule("sgr-1", "tcp", "22-23", "8.0.0.0/8"), rule("sgr-2", "tcp", "22-23", "16.0.0.0/8")],
            "tcp 22-23 by sgr-1 sgr-2",
        ),
        (
            vec![rule("sgr-1", "47", "all", WORLD)],
            vec![rule("sgr-1", "50", "all", WORLD)],
            "IP protocol 50 (ESP) 0-65535 by sgr-1",
        ),
    ] {
        assert_eq!(beyond(&before, &now), [left], "{before:?} {now:?}");
    }
}

#[test]
fn during_the_grace_a_person_may_narrow_what_he_had_put_back_and_not_widen_it() {
    let memory = Memory::of([rule("sgr-1", "tcp", "20-30", WORLD)]);
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let control = super::control(&memory, BROAD);
    let deliver = || {
        clock.forward(Duration::from_secs(60));
        let ports = Ports::new(&clock, &topic, &ledger);
        testing::said(testing::deliver(&control, &subject(), Delivery::First, &ports)).report
    };
    assert_eq!(deliver().outcome, Outcome::Remediated);
    let record = ledger.records().remove(0);
    let order = Order { force: true, ..testing::order::<crate::SgIngress<&Memory>>(&record, &&clock) };
    let back = run(restore(&control, &order, &Ports::new(&clock, &topic, &ledger))).unwrap();
    assert_eq!(testing::report_of_restore(back).outcome, Outcome::Restored);

    assert_eq!(deliver().outcome, Outcome::Exempt);
    for (ports, from) in [("20-30", "8.0.0.0/8"), ("22", WORLD), ("22", "8.0.0.0/8")] {
        *memory.rules.borrow_mut() = vec![rule("sgr-2", "tcp", ports, from)];
        assert_eq!(deliver().outcome, Outcome::Exempt, "{ports} {from}");
    }
    *memory.rules.borrow_mut() = vec![rule("sgr-2", "tcp", "20-31", WORLD)];
    assert_eq!(deliver().outcome, Outcome::Remediated);
    assert_eq!(memory.says(), ["tcp 20-30 from 0.0.0.0/0"]);
    assert_eq!(deliver().outcome, Outcome::Exempt);
}
