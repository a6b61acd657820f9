//! The control `sg-ingress`: what it decides, what it calls, what it says.

mod advice;
mod alert;
mod by_whom;
mod deleted;
mod destinations;
mod evidence_stays;
mod exempt;
mod finishing;
mod isolate;
mod isolate_elsewhere;
mod judgements;
mod lists;
mod memory;
mod properties;
mod put_back;
mod putting_back;
mod records;
mod refusals;
mod revoke;
mod settings;
mod together;
mod unanswered;
mod unread;
mod verdicts;

use std::time::Duration;

use events::{GroupId, Resource, Subject};
use network::{Permission, Rule, Source, parse_block};
use remediation::ledger::Memory as Ledger;
use remediation::testing::{self, Still, Topic, run};
use remediation::{Delivery, Judge, Mode, Ports, Report, Said, Target};

use crate::{Group, SgIngress, SgSettings, Tags};
use memory::Memory;

const GROUP: &str = "sg-0a1b2c3d4e5f60718";
const WORLD: &str = "0.0.0.0/0";
const WORLD6: &str = "::/0";
const FULL: &str = "  # If EC2 says RulesPerSecurityGroupLimitExceeded, the group is full: run the command that revokes first.";

fn subject() -> Subject {
    testing::subject(Resource::SecurityGroup(group_id(GROUP)))
}

fn group_id(id: &str) -> GroupId {
    GroupId::new(id).unwrap()
}

/// Does something with the group as its target.
fn at<T>(work: impl AsyncFnOnce(&Target<'_, GroupId>) -> T) -> T {
    let (subject, id) = (subject(), group_id(GROUP));
    run(work(&Target::of(&subject, &id)))
}

fn settings(json: &str) -> SgSettings {
    serde_json::from_str(json).unwrap()
}

fn control<'a>(memory: &'a Memory, json: &str) -> SgIngress<&'a Memory> {
    SgIngress::new(memory, settings(json))
}

/// The group as the control reads it.
fn read(control: &SgIngress<&Memory>) -> Group {
    at(async |at| control.read(at).await).unwrap().unwrap()
}

/// Walks once, as a function does for one delivery.
fn walk(control: &SgIngress<&Memory>) -> Report {
    walk_in(control, Mode::Enforce)
}

fn walk_in(control: &SgIngress<&Memory>, mode: Mode) -> Report {
    testing::report_of(control, &subject(), mode)
}

/// Walks twice, as one function does for two deliveries.
fn walk_twice(control: &SgIngress<&Memory>) -> [Said; 2] {
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let ports = Ports::new(&clock, &topic, &ledger);
    let walk = |delivery| {
        let said = testing::said(testing::deliver(control, &subject(), delivery, &ports));
        clock.forward(Duration::from_secs(360));
        said
    };
    [walk(Delivery::First), walk(Delivery::Again)]
}

fn source(text: &str) -> Source {
    if text.starts_with("pl-") {
        Source::PrefixList(text.into())
    } else if text.starts_with("sg-") {
        Source::Group(network::ReferencedGroup { group_id: Some(text.into()), ..Default::default() })
    } else {
        parse_block(text).unwrap().into()
    }
}

/// An inbound rule; `ports` as in `22`, `80-443` or `all`.
fn rule(id: &str, protocol: &str, ports: &str, from: &str) -> Rule {
    let bounds = match ports {
        "all" => None,
        _ => {
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            Some((first.parse().unwrap(), last.parse().unwrap()))
        }
    };
    Rule {
        id: id.into(),
        is_egress: false,
        permission: Permission {
            protocol: protocol.into(),
            from_port: bounds.map(|(first, _)| first),
            to_port: bounds.map(|(_, last)| last),
            source: source(from),
            description: None,
        },
        tags: Tags::new(),
    }
}

/// The same rule with words beside it.
fn described(mut rule: Rule, text: &str) -> Rule {
    rule.permission.description = Some(text.to_owned());
    rule
}

fn tagged(mut rule: Rule, key: &str, value: &str) -> Rule {
    rule.tags.insert(key.to_owned(), value.to_owned());
    rule
}

/// The summaries of what was changed.
fn changes(report: &Report) -> Vec<&str> {
    report.changes.iter().map(|change| change.summary.as_str()).collect()
}
