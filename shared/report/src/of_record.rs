//! A record as a case.

use std::cmp::Reverse;

use remediation::ledger::{self, Held, Hold, Record};
use remediation::{Outcome, Severity};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::words;
use crate::{Attempt, Case, Ending, Restoring};

/// What a record says.
pub(crate) fn case(record: &Record) -> Case {
    let Record { subject, control, .. } = record;
    let cause = &subject.cause;
    let results = || record.attempts.iter().filter_map(|attempt| attempt.result.as_ref());
    let began = record.attempts.first().map(|attempt| attempt.at);
    let last = record.last().map(|last| last.result.as_ref().map_or(last.at, |result| result.at));
    let ended = record.end.as_ref().map(|end| end.at);
    let result = record.last().and_then(|last| last.result.as_ref());
    let last = ended.or(last).unwrap_or(std::time::UNIX_EPOCH);
    let ending = ending(record);
    let closed_at = results().rfind(|result| result.outcome == Outcome::Remediated).map(|result| result.at);
    let exposed_for = closed_at
        .filter(|_| ending == Ending::Is(Outcome::Remediated))
        .and_then(|closed| closed.duration_since(cause.open_since()?).ok());
    let findings = findings(record);
    let is_gone = ending == Ending::Is(Outcome::Gone);
    Case {
        record: Some(record.id.to_string()),
        control: control.clone(),
        resource: subject.resource.to_string(),
        name: subject.resource.id().to_owned(),
        arn: record.id.resource.clone(),
        account: subject.account.to_string(),
        region: subject.region.to_string(),
        console: subject.console_url(),
        ending,
        mode: record.mode.as_str().to_owned(),
        severity: findings.iter().copied().filter_map(severity).max(),
        cause: cause.to_string(),
        opened_by: cause.opened_by().map(ToOwned::to_owned),
        open_since: cause.open_since(),
        began: began.unwrap_or(last),
        last,
        ended,
        exposed_for,
        findings: findings.into_iter().filter_map(sentence).collect(),
        planned: planned(record),
        changes: results()
            .flat_map(|result| &result.changes)
            .map(|change| words::change(control, change))
            .collect(),
        mails: Some(record.told.len()),
        held: record.held.as_ref().map(held),
        exempt: exempt(record),
        error: result.and_then(|result| result.error.as_ref()).map(message),
        note: result.and_then(|result| result.note.clone()),
        is_in_part: result.is_some_and(|result| result.is_in_part),
        restores: record.restores.as_ref().map(|restores| Restoring {
            record: restores.record.to_string(),
            reason: restores.reason.clone(),
            claimed_by: restores.claimed_by.clone(),
        }),
        put_back: None,
        is_reversible: record.restores.is_none() && record.may_have_changed() && !is_gone,
        times: 1,
        attempts: record.attempts.iter().map(attempt).collect(),
        is_short: false,
    }
}

/// What was found, each once, and the worst first: by the last attempt that found something, and by those before it that
/// changed something or may have. What others only saw, and somebody else closed before Curfew did anything, is not theirs.
fn findings(record: &Record) -> Vec<&Value> {
    let found = || record.attempts.iter().filter(|attempt| !list(&attempt.findings).is_empty());
    let last = found().next_back();
    let counts = |attempt: &&ledger::Attempt| {
        let is_last = last.is_some_and(|last| std::ptr::eq(last, *attempt));
        let result = attempt.result.as_ref();
        is_last || result.is_none_or(|result| !result.changes.is_empty() || result.is_in_doubt)
    };
    let mut findings: Vec<&Value> = Vec::new();
    for finding in found().filter(counts).flat_map(|attempt| list(&attempt.findings)) {
        let is_same = |known: &&Value| {
            ["kind", "summary", "evidence"].iter().all(|member| known.get(member) == finding.get(member))
        };
        if !findings.iter().any(is_same) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| Reverse(severity(finding)));
    findings
}

/// What exempts it, as the last attempt that looked has found it.
fn exempt(record: &Record) -> Vec<String> {
    let last = record.attempts.iter().rev().find_map(|attempt| attempt.result.as_ref());
    let exemptions = last.and_then(|result| result.exempt.get("exemptions"));
    exemptions.map(list).unwrap_or_default().iter().map(exemption).collect()
}

/// What was going to be done, by whichever attempt, or would have been, each step once.
fn planned(record: &Record) -> Vec<String> {
    let plans = record.attempts.iter().filter_map(plan);
    let mut planned: Vec<String> = Vec::new();
    for step in plans.flat_map(|plan| words::plan(&record.control, plan)) {
        if !planned.contains(&step) {
            planned.push(step);
        }
    }
    planned
}

/// What an attempt was going to do, or would have done.
fn plan(attempt: &ledger::Attempt) -> Option<&Value> {
    attempt.plan.as_ref().or_else(|| attempt.result.as_ref()?.foreseen.as_ref())
}

fn ending(record: &Record) -> Ending {
    match (&record.end, &record.held) {
        (Some(end), _) => Ending::Is(end.outcome),
        (None, Some(_)) => Ending::Is(Outcome::Held),
        (None, None) => Ending::Open,
    }
}

fn attempt(attempt: &ledger::Attempt) -> Attempt {
    let result = attempt.result.as_ref();
    Attempt {
        at: attempt.at,
        over: result.map(|result| result.at),
        outcome: result.map(|result| result.outcome),
        before: raw(&attempt.before),
        plan: plan(attempt).and_then(raw),
        changes: result
            .filter(|result| !result.changes.is_empty())
            .and_then(|result| to_raw_value(&result.changes).ok()),
        after: result.and_then(|result| result.after.as_ref()).and_then(raw),
        remaining: result
            .and_then(|result| result.remaining.as_ref())
            .map(|remaining| list(remaining).iter().filter_map(sentence).collect()),
        error: result.and_then(|result| result.error.as_ref()).map(message),
    }
}

/// A value as it is written; nothing for null.
pub(crate) fn raw(value: &Value) -> Option<Box<RawValue>> {
    if value.is_null() { None } else { to_raw_value(value).ok() }
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What a finding says.
pub(crate) fn sentence(finding: &Value) -> Option<String> {
    finding.get("summary")?.as_str().map(ToOwned::to_owned)
}

/// How bad a finding is.
pub(crate) fn severity(finding: &Value) -> Option<Severity> {
    let named = finding.get("severity")?.as_str()?;
    [Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
        .into_iter()
        .find(|severity| severity.as_str() == named)
}

/// What an error says.
pub(crate) fn message(error: &Value) -> String {
    error.get("message").and_then(Value::as_str).map_or_else(|| error.to_string(), ToOwned::to_owned)
}

/// Why something waits.
pub(crate) fn held(hold: &Hold) -> String {
    match &hold.by {
        Held::Brake { limit } => format!(
            "in that hour Curfew had begun to change as many resources as the settings allow ({})",
            counts::counted(*limit, "resource")
        ),
        Held::Feud { times, opened_by } => {
            let who = if opened_by.is_empty() {
                String::new()
            } else {
                format!(", by {}", opened_by.join(" and "))
            };
            format!("the same was closed {} lately, and opened again{who}", counts::times(*times))
        }
    }
}

/// Who exempts it, until when and why, as far as that is written.
pub(crate) fn exemption(exemption: &Value) -> String {
    let said = ["by", "owner", "until", "reason"].into_iter().filter_map(|key| {
        let value = exemption.get(key).filter(|value| !value.is_null())?;
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        Some(format!("{key} {value}"))
    });
    said.collect::<Vec<_>>().join(", ")
}
