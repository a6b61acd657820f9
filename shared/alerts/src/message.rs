//! An alert as SNS takes it: text for people, JSON for programs, attributes for subscription filters.

use std::collections::BTreeMap;

use remediation::{Alert, Report};
use serde_json::{Map, Value, json};

use crate::cut;
use crate::mail::{headline, mail};
use crate::text::on_one_line;

/// The JSON's version: raised when a member changes its meaning or goes.
pub(crate) const VERSION: u32 = 1;

/// How long the message may be, in bytes. SNS takes 256 KB with the attributes; the rest is left for those.
/// <https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html>
pub(crate) const MESSAGE_LIMIT: usize = 250_000;

/// How long one part of the mail, and one member of the JSON, may be, in bytes; tried in order until the whole
/// fits. The JSON, which goes out once a protocol, gives way before the mail does. The last always fits.
const PART_LIMITS: [(usize, usize); 9] = [
    (usize::MAX, usize::MAX),
    (usize::MAX, 32_000),
    (usize::MAX, 8_000),
    (usize::MAX, 2_000),
    (64_000, 2_000),
    (16_000, 2_000),
    (4_000, 1_000),
    (1_000, 1_000),
    (200, 200),
];

/// An alert as SNS takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What a person reads; its subject line goes with every protocol.
    pub mail: Alert,
    /// The message, for `MessageStructure=json`: a member a protocol.
    pub body: String,
    /// Message attributes, all of type `String`.
    pub attributes: BTreeMap<&'static str, String>,
}

/// Writes the alert about a subject, cut where it would be too long.
#[must_use]
pub fn message(report: &Report) -> Message {
    let whole =
        Message { mail: mail(report, usize::MAX), body: String::new(), attributes: attributes(report) };
    let mut body = String::new();
    for (of_mail, of_facts) in PART_LIMITS {
        body = compose(report, of_mail, of_facts);
        if body.len() <= MESSAGE_LIMIT {
            break;
        }
    }
    Message { body, ..whole }
}

/// `mail` is what people get by e-mail, `default` is short enough for anything else.
fn compose(report: &Report, of_mail: usize, of_facts: usize) -> String {
    let text = mail(report, of_mail).text;
    let facts = facts(report, of_facts).to_string();
    json!({
        "default": cut::text(&on_one_line(&headline(report)), of_mail.min(1_000)),
        "email": text,
        "sqs": facts,
        "lambda": facts,
        "http": facts,
        "https": facts,
    })
    .to_string()
}

/// The same facts as the mail, for programs.
fn facts(report: &Report, limit: usize) -> Value {
    let mut facts = Map::new();
    facts.insert("version".to_owned(), VERSION.into());
    facts.insert("headline".to_owned(), on_one_line(&headline(report)).into());
    facts.extend(report.facts());
    facts.insert("resource_kind".to_owned(), report.subject.resource.kind().into());
    facts.insert("partition".to_owned(), report.subject.partition().as_str().into());
    facts.insert("severity".to_owned(), report.severity().as_str().into());
    facts.insert("console".to_owned(), json!(report.subject.console_url()));
    facts.insert("advice".to_owned(), json!(report.advice));
    cut::facts(&mut facts, limit);
    Value::Object(facts)
}

fn attributes(report: &Report) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("account", report.subject.account.to_string()),
        ("control", report.control.to_owned()),
        ("outcome", report.outcome.to_string()),
        ("region", report.subject.region.to_string()),
        ("severity", report.severity().to_string()),
    ])
}
