//! The control `sg-ingress` and its calls to EC2.

mod alert;
mod changing;
mod evidence_stays;
mod finishing;
mod isolate;
mod lists;
mod memory;
mod placing;
mod properties;
mod reading;
mod refusals;
mod revoke;
mod verdicts;

use std::time::{Duration, SystemTime};

use events::{Resource, Subject, Trigger};
use network::{Permission, Rule, Source, parse_block};
use remediation::clock::Clock;
use remediation::settings::SgSettings;
use remediation::{Mode, Report, Settings, Target};
use serde_json::json;

use crate::{SgIngress, Tags};
use memory::Memory;

pub const GROUP: &str = "sg-0a1b2c3d4e5f60718";
pub const WORLD: &str = "0.0.0.0/0";
pub const WORLD6: &str = "::/0";

/// A clock that does not wait.
struct Still;

impl Clock for Still {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    async fn sleep(&self, _: Duration) {}
}

pub fn subject() -> Subject {
    let event = json!({
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "account": "210987654321",
        "region": "eu-west-1",
        "detail": {
            "resourceType": "AWS::EC2::SecurityGroup",
            "resourceId": GROUP,
            "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
        },
    });
    match events::read(&event.to_string()) {
        Ok(Trigger::Event(mut reading)) => reading.subjects.remove(0),
        other => panic!("no subject: {other:?}"),
    }
}

/// Does something with the group as its target.
pub fn at<T>(work: impl AsyncFnOnce(&Target<'_, events::GroupId>) -> T) -> T {
    let subject = subject();
    let Resource::SecurityGroup(id) = &subject.resource else { panic!("no group") };
    let target = Target { id, account: &subject.account, region: &subject.region };
    run(work(&target))
}

pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub fn settings(json: &str) -> SgSettings {
    Settings::parse("settings", &format!(r#"{{"sg": {json}}}"#)).unwrap().sg
}

pub fn control<'a>(memory: &'a Memory, json: &str) -> SgIngress<&'a Memory> {
    SgIngress::new(memory, settings(json))
}

/// Walks once, as a function does for one delivery.
pub fn walk(control: &SgIngress<&Memory>) -> Report {
    walk_in(control, Mode::Enforce)
}

pub fn walk_in(control: &SgIngress<&Memory>, mode: Mode) -> Report {
    let subject = subject();
    let Resource::SecurityGroup(id) = &subject.resource else { panic!("no group") };
    run(remediation::walk(control, &subject, id, mode, &Still))
}

pub fn source(text: &str) -> Source {
    if text.starts_with("pl-") {
        Source::PrefixList(text.into())
    } else if text.starts_with("sg-") {
        Source::Group(network::ReferencedGroup { group_id: Some(text.into()), ..Default::default() })
    } else {
        parse_block(text).unwrap().into()
    }
}

/// An inbound rule; `ports` as in `22`, `80-443` or `all`.
pub fn rule(id: &str, protocol: &str, ports: &str, from: &str) -> Rule {
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
pub fn described(mut rule: Rule, text: &str) -> Rule {
    rule.permission.description = Some(text.to_owned());
    rule
}

pub fn tagged(mut rule: Rule, key: &str, value: &str) -> Rule {
    rule.tags.insert(key.to_owned(), value.to_owned());
    rule
}

/// The summaries of what was changed.
pub fn changes(report: &Report) -> Vec<&str> {
    report.changes.iter().map(|change| change.summary.as_str()).collect()
}
