//! A report for programs.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use remediation::clock::rfc3339;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::{Attempt, Case, Ending, Kind, Report, Tally, Unreadable};

#[derive(Serialize)]
struct Whole<'a> {
    made_at: String,
    of: &'a str,
    since: Option<String>,
    until: Option<String>,
    read: Value,
    total: usize,
    outcomes: Map<String, Value>,
    by_control: Map<String, Value>,
    not_over: usize,
    days: Vec<Value>,
    days_step: i64,
    exposure: Value,
    closed_again: Vec<Value>,
    opened_by: Vec<Value>,
    opened_by_others: Value,
    unreadable: &'a [Unreadable],
    cases: Cases<'a>,
}

struct Cases<'a>(&'a Report);

#[derive(Serialize)]
struct One<'a> {
    record: Option<&'a str>,
    control: &'a str,
    resource: &'a str,
    arn: &'a str,
    account: &'a str,
    region: &'a str,
    outcome: &'a str,
    mode: &'a str,
    severity: Option<&'a str>,
    cause: &'a str,
    opened_by: Option<&'a str>,
    open_since: Option<String>,
    began_at: String,
    last_at: String,
    ended_at: Option<String>,
    exposed_for_ms: Option<u64>,
    findings: &'a [String],
    planned: &'a [String],
    changes: &'a [String],
    mails: Option<usize>,
    held: Option<&'a str>,
    exempt: &'a [String],
    error: Option<&'a str>,
    note: Option<&'a str>,
    in_part: bool,
    restores: Option<&'a str>,
    reason: Option<&'a str>,
    claimed_by: Option<&'a str>,
    put_back_by: Option<&'a str>,
    restore_command: Option<String>,
    times: usize,
    attempts: Vec<Tried<'a>>,
}

#[derive(Serialize)]
struct Tried<'a> {
    at: String,
    over_at: Option<String>,
    outcome: Option<&'a str>,
    before: Option<&'a RawValue>,
    plan: Option<&'a RawValue>,
    changes: Option<&'a RawValue>,
    after: Option<&'a RawValue>,
    remaining: Option<&'a [String]>,
    error: Option<&'a str>,
}

/// The report as one JSON object: the numbers first, then `cases`, each with all that is kept of it.
///
/// # Errors
/// When it cannot be written.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::of(report);
    let whole = Whole {
        made_at: rfc3339(report.made_at),
        of: &report.of,
        since: report.period.since.map(rfc3339),
        until: report.period.until.map(rfc3339),
        read: read(report),
        total: tally.total,
        outcomes: tally.endings.iter().map(|(ending, count)| (ending.to_string(), json!(count))).collect(),
        by_control: tally
            .controls
            .iter()
            .map(|(control, counts)| (control.clone(), of_control(counts)))
            .collect(),
        not_over: tally.not_over,
        days: tally.days.iter().map(|day| of_day(&day.first, &day.kinds)).collect(),
        days_step: tally.step,
        exposure: json!({
            "closed": tally.exposure.closed,
            "in_part": tally.exposure.in_part,
            "known": tally.exposure.known,
            "median_ms": tally.exposure.median.map(millis),
            "p95_ms": tally.exposure.most.map(millis),
            "longest_ms": tally.exposure.longest.map(millis),
        }),
        closed_again: tally.again.iter().map(of_again).collect(),
        opened_by: tally.opened_by.iter().map(|(who, cases)| json!({ "who": who, "cases": cases })).collect(),
        opened_by_others: json!({ "cases": tally.opened_by_others.0, "others": tally.opened_by_others.1 }),
        unreadable: &report.unreadable,
        cases: Cases(report),
    };
    serde_json::to_writer(&mut *out, &whole)?;
    out.write_all(b"\n")
}

fn read(report: &Report) -> Value {
    let read = report.read;
    json!({
        "records": read.records,
        "lines": read.lines,
        "clean_lines": read.clean_lines,
        "evaluations": read.evaluations,
        "others": read.others,
        "outside": read.outside,
        "unreadable": report.unreadable.len(),
    })
}

fn of_control(counts: &[usize; 12]) -> Value {
    let counts = Ending::ALL.iter().zip(counts).filter(|(_, count)| **count > 0);
    Value::Object(counts.map(|(ending, count)| (ending.to_string(), json!(count))).collect())
}

fn of_day(first: &str, kinds: &[usize; 8]) -> Value {
    let counts = Kind::ALL.iter().zip(kinds).filter(|(_, count)| **count > 0);
    let counts = counts.map(|(kind, count)| (kind.as_str().to_owned(), json!(count)));
    Value::Object([("day".to_owned(), json!(first))].into_iter().chain(counts).collect())
}

fn of_again(again: &crate::Again) -> Value {
    json!({
        "control": again.control,
        "arn": again.arn,
        "closed": again.closed,
        "put_back": again.put_back,
        "held": again.held,
        "last_at": rfc3339(again.last),
        "opened_by": again.opened_by,
    })
}

pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

impl Serialize for Cases<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.cases.iter().map(|case| One::of(case, &self.0.prefix)))
    }
}

impl<'a> One<'a> {
    fn of(case: &'a Case, prefix: &str) -> Self {
        let restores = case.restores.as_ref();
        let at = |time: Option<SystemTime>| time.map(rfc3339);
        Self {
            record: case.record.as_deref(),
            control: &case.control,
            resource: &case.name,
            arn: &case.arn,
            account: &case.account,
            region: &case.region,
            outcome: case.ending.as_str(),
            mode: &case.mode,
            severity: case.severity.map(remediation::Severity::as_str),
            cause: &case.cause,
            opened_by: case.opened_by.as_deref(),
            open_since: at(case.open_since),
            began_at: rfc3339(case.began),
            last_at: rfc3339(case.last),
            ended_at: at(case.ended),
            exposed_for_ms: case.exposed_for.map(millis),
            findings: &case.findings,
            planned: &case.planned,
            changes: &case.changes,
            mails: case.mails,
            held: case.held.as_deref(),
            exempt: &case.exempt,
            error: case.error.as_deref(),
            note: case.note.as_deref(),
            in_part: case.is_in_part,
            restores: restores.map(|restores| restores.record.as_str()),
            reason: restores.and_then(|restores| restores.reason.as_deref()),
            claimed_by: restores.and_then(|restores| restores.claimed_by.as_deref()),
            put_back_by: case.put_back.as_deref(),
            restore_command: case.restore_command(prefix),
            times: case.times,
            attempts: case.attempts.iter().map(Tried::of).collect(),
        }
    }
}

impl<'a> Tried<'a> {
    fn of(attempt: &'a Attempt) -> Self {
        Self {
            at: rfc3339(attempt.at),
            over_at: attempt.over.map(rfc3339),
            outcome: attempt.outcome.map(remediation::Outcome::as_str),
            before: attempt.before.as_deref(),
            plan: attempt.plan.as_deref(),
            changes: attempt.changes.as_deref(),
            after: attempt.after.as_deref(),
            remaining: attempt.remaining.as_deref(),
            error: attempt.error.as_deref(),
        }
    }
}
