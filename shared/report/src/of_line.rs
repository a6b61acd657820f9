//! A line of a file as a case: a record a line, as `make export` writes them, or the log's lines. The crate `telemetry` says
//! what is in these.

use std::cmp::Reverse;
use std::time::{Duration, SystemTime};

use events::{AccountId, Cause, Region, Resource, Subject};
use remediation::Outcome;
use remediation::clock::parse;
use remediation::ledger::{Hold, Record};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::of_record::{self, list, message, raw, sentence, severity};
use crate::{Attempt, Case, Ending, Restoring};

/// What a line is.
#[derive(Debug)]
pub(crate) enum Line {
    /// A record.
    Record(Box<Record>),
    /// What was said of a resource.
    Said(Box<Case>),
    /// A custom rule's judgement, for AWS Config.
    Evaluation,
    /// Something else: another line of the log, a metric, a word of Lambda's.
    Other,
}

/// Where a line has what was found: by earlier deliveries, and by its own.
const FOUND: [&str; 3] = ["found_before", "begun_before", "findings"];

/// What Lambda itself writes where it writes text.
const OF_LAMBDA: [&str; 6] =
    ["START RequestId", "END RequestId", "REPORT RequestId", "INIT_START", "INIT_REPORT", "EXTENSION"];

/// Reads a line. What a program has written before the object, such as the time, is skipped.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn read(text: &str) -> Result<Line, String> {
    let object = text.find('{').and_then(|start| text.get(start..));
    let is_of_lambda = OF_LAMBDA.iter().any(|word| text.contains(word));
    let Some(object) = object.filter(|_| !is_of_lambda) else {
        return if is_of_lambda { Ok(Line::Other) } else { Err("there is no JSON object in it".to_owned()) };
    };
    let value: Value = serde_json::from_str(object).map_err(|error| format!("it is no JSON: {error}"))?;
    if value.get("attempts").is_some() {
        let record = Record::deserialize(value).map_err(|error| format!("it is no record: {error}"))?;
        return Ok(Line::Record(Box::new(record)));
    }
    match value {
        Value::Object(line) if line.contains_key("compliance") => Ok(Line::Evaluation),
        Value::Object(line) if line.contains_key("arn") && line.contains_key("outcome") => {
            said(&line).map(|case| Line::Said(Box::new(case)))
        }
        _ => Ok(Line::Other),
    }
}

/// A line about a resource.
fn said(line: &Map<String, Value>) -> Result<Case, String> {
    let text = |key: &str| line.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let needed = |key: &str| text(key).ok_or_else(|| format!("it has no `{key}`"));
    let at = needed("timestamp")?;
    let at = parse(&at).ok_or_else(|| format!("its `timestamp`, `{at}`, is no time"))?;
    let outcome = needed("outcome")?;
    let outcome = Outcome::deserialize(&Value::String(outcome.clone()))
        .map_err(|_| format!("its `outcome`, `{outcome}`, is not known"))?;
    let several = |key: &str| line.get(key).map(list).unwrap_or_default();
    let in_words = |key: &str| several(key).iter().filter_map(sentence).collect::<Vec<String>>();
    let record = text("record");
    let began = record.as_deref().and_then(begun_at).unwrap_or(at);
    let exposed_for = line.get("exposed_for_ms").and_then(Value::as_u64).map(Duration::from_millis);
    let changes = in_words("changes");
    let hold = line.get("hold").and_then(|hold| Hold::deserialize(hold).ok());
    let error = line.get("error").map(message);
    let attempt = Attempt {
        at: began,
        over: Some(at),
        outcome: Some(outcome),
        before: line.get("before").and_then(raw),
        plan: line.get("planned").and_then(raw),
        changes: line.get("changes").filter(|changes| !list(changes).is_empty()).and_then(raw),
        after: None,
        remaining: line.get("remaining").map(|_| in_words("remaining")),
        error: error.clone(),
    };
    let (name, arn) = (needed("resource")?, needed("arn")?);
    let (account, region) = (text("account").unwrap_or_default(), text("region").unwrap_or_default());
    let subject = subject(&arn, &account, &region);
    let restores = text("restores").map(|record| Restoring {
        record,
        reason: text("reason"),
        claimed_by: text("claimed_by"),
    });
    // What was found first comes first, and the worst before all.
    let found = FOUND.iter().filter_map(|key| line.get(*key));
    let mut findings: Vec<&Value> = found.flat_map(list).collect();
    findings.sort_by_key(|finding| Reverse(severity(finding)));
    let may_have_changed = line.get("may_have_changed").and_then(Value::as_bool).unwrap_or_default();
    Ok(Case {
        is_reversible: record.is_some()
            && (may_have_changed || !changes.is_empty())
            && restores.is_none()
            && outcome != Outcome::Gone,
        control: needed("control")?,
        resource: subject.as_ref().map_or_else(|| name.clone(), |subject| subject.resource.to_string()),
        console: subject.and_then(|subject| subject.console_url()),
        ending: Ending::Is(outcome),
        mode: text("mode").unwrap_or_default(),
        severity: findings.iter().copied().filter_map(severity).max(),
        cause: text("cause").unwrap_or_default(),
        opened_by: text("opened_by"),
        open_since: exposed_for.and_then(|exposed_for| at.checked_sub(exposed_for)),
        began,
        last: at,
        // Whether somebody comes back to what waits or failed, a line does not say.
        ended: Some(at).filter(|_| outcome != Outcome::Held),
        exposed_for,
        findings: findings.into_iter().filter_map(sentence).collect(),
        planned: several("planned").iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        changes,
        mails: None,
        held: hold.as_ref().map(of_record::held),
        exempt: several("exemptions").iter().map(of_record::exemption).collect(),
        error,
        note: text("note"),
        is_in_part: line.get("in_part").and_then(Value::as_bool).unwrap_or_default(),
        restores,
        put_back: None,
        times: 1,
        attempts: vec![attempt],
        is_short: false,
        record,
        account,
        region,
        name,
        arn,
    })
}

/// The resource that a line is about, where it is of a kind that Curfew knows.
fn subject(arn: &str, account: &str, region: &str) -> Option<Subject> {
    let resource = Resource::of_arn(arn)?;
    let cause = Cause::new("log line");
    Some(Subject { resource, account: AccountId::new(account)?, region: Region::new(region)?, cause })
}

/// When a record was begun, which its key begins with.
fn begun_at(record: &str) -> Option<SystemTime> {
    parse(record.split_once('Z').map(|(time, _)| format!("{time}Z"))?.as_str())
}
