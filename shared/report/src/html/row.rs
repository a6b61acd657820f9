//! A case as a row of the page's table.

use std::cmp::Reverse;
use std::time::SystemTime;

use remediation::clock::rfc3339;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::millis;
use crate::text::shown;
use crate::{Attempt, Case, Report};

/// How many bytes of states and plans a page has: it stays small enough to send and to open.
const ROOM: usize = 2_000_000;

/// How many bytes of one state or plan a page has.
const LONGEST: usize = 60_000;

/// A case in one of the short lists.
pub(super) struct Short {
    pub(super) place: usize,
    pub(super) is_listed: bool,
    pub(super) outcome: &'static str,
    pub(super) control: String,
    pub(super) resource: String,
    pub(super) last: String,
    pub(super) who: String,
    pub(super) span: String,
    pub(super) why: String,
}

pub(super) struct Row {
    pub(super) place: usize,
    pub(super) outcome: &'static str,
    pub(super) severity: &'static str,
    pub(super) severity_rank: u8,
    pub(super) control: String,
    pub(super) name: String,
    pub(super) console: Option<String>,
    pub(super) last: String,
    pub(super) shown_last: String,
    pub(super) who: String,
    pub(super) exposed: String,
    pub(super) exposed_ms: i128,
    pub(super) why: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) lists: Vec<(&'static str, Vec<String>)>,
    pub(super) command: Option<String>,
    /// `None` where there was no room for it.
    pub(super) attempts: Option<Vec<Tried>>,
}

/// One time that it was worked on.
pub(super) struct Tried {
    pub(super) title: String,
    pub(super) blocks: Vec<(&'static str, String)>,
    pub(super) remaining: Option<Vec<String>>,
}

impl Short {
    pub(super) fn of(case: &Case, place: usize, is_listed: bool) -> Self {
        Self {
            place,
            is_listed,
            outcome: case.ending.as_str(),
            control: case.control.clone(),
            resource: case.resource.clone(),
            last: shown(case.last),
            who: who(case),
            span: case.exposed_for.map(counts::span).unwrap_or_default(),
            why: why(case),
        }
    }
}

/// The cases at these places. What asks for most has states and plans, as long as there is room.
pub(super) fn rows(report: &Report, places: &[usize]) -> Vec<Row> {
    let mut rows: Vec<(Row, &Case)> = places
        .iter()
        .filter_map(|place| report.cases.get(*place).map(|case| (row(case, *place, &report.prefix), case)))
        .collect();
    rows.sort_by_key(|(_, case)| Reverse(case.weight()));
    let mut room = ROOM;
    for (row, case) in rows.iter_mut().filter(|(_, case)| !case.is_short) {
        let attempts: Vec<Tried> =
            case.attempts.iter().enumerate().map(|(index, one)| tried(index, one, case)).collect();
        let size: usize = attempts.iter().flat_map(|one| &one.blocks).map(|(_, text)| text.len()).sum();
        if size <= room {
            room -= size;
            row.attempts = Some(attempts);
        }
    }
    rows.sort_by_key(|(row, _)| row.place);
    rows.into_iter().map(|(row, _)| row).collect()
}

fn row(case: &Case, place: usize, prefix: &str) -> Row {
    Row {
        place,
        outcome: case.ending.as_str(),
        severity: case.severity.map_or("", remediation::Severity::as_str),
        severity_rank: case.severity.map_or(0, |severity| severity as u8 + 1),
        control: case.control.clone(),
        name: case.name.clone(),
        console: case.console.clone(),
        last: rfc3339(case.last),
        shown_last: shown(case.last),
        who: who(case),
        exposed: case.exposed_for.map_or_else(|| unknown_exposure(case).to_owned(), counts::span),
        exposed_ms: case.exposed_for.map_or(-1, |span| i128::from(millis(span))),
        why: why(case),
        facts: facts(case),
        lists: lists(case),
        command: case.restore_command(prefix),
        attempts: None,
    }
}

/// Who opened it; of a restore nobody did.
fn who(case: &Case) -> String {
    match (&case.opened_by, &case.restores) {
        (Some(who), _) => who.clone(),
        (None, Some(_)) => String::new(),
        (None, None) if case.was_open() => "unknown".to_owned(),
        (None, None) => String::new(),
    }
}

fn unknown_exposure(case: &Case) -> &'static str {
    if case.ending.kind() == crate::Kind::Closed { "unknown" } else { "" }
}

/// What there is to say of it in a line.
fn why(case: &Case) -> String {
    let said =
        case.error.iter().chain(&case.held).chain(&case.changes).chain(&case.exempt).chain(&case.findings);
    let restores =
        case.restores.iter().map(|restores| format!("puts back what {} had changed", restores.record));
    said.cloned().chain(restores).next().unwrap_or_else(|| case.ending.meaning().to_owned())
}

fn facts(case: &Case) -> Vec<(&'static str, String)> {
    let at = |time: Option<SystemTime>| time.map(|time| format!("{} UTC", shown(time)));
    let restores = case.restores.as_ref();
    let times = (case.times > 1).then(|| format!("{} lines say so; this is the last", case.times));
    let mails = case.mails.map_or_else(|| "unknown".to_owned(), |mails| counts::counted(mails, "mail"));
    let all = [
        ("Record", case.record.clone()),
        ("ARN", Some(case.arn.clone())),
        ("Account and Region", Some(format!("{}, {}", case.account, case.region))),
        ("Outcome", Some(format!("{}: {}", case.ending, case.ending.meaning()))),
        ("Mode", Some(case.mode.clone())),
        ("Trigger", Some(case.cause.clone())),
        ("Opened by", case.opened_by.clone().or_else(|| case.was_open().then(|| "unknown".to_owned()))),
        (
            "Open since, at the latest",
            at(case.open_since).or_else(|| case.was_open().then(|| "unknown".to_owned())),
        ),
        ("First look", at(Some(case.began))),
        ("Over", at(case.ended).or_else(|| Some("not yet".to_owned()))),
        ("Why it waits", case.held.clone()),
        ("What could not be done", case.error.clone()),
        ("What else there is to know", case.note.clone()),
        ("Puts back", restores.map(|restores| restores.record.clone())),
        ("Asked by, as was said", restores.and_then(|restores| restores.claimed_by.clone())),
        ("Reason, as was said", restores.and_then(|restores| restores.reason.clone())),
        ("Put back by", case.put_back.clone()),
        ("Told", Some(mails)),
        ("Repeated", times),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn lists(case: &Case) -> Vec<(&'static str, Vec<String>)> {
    let all = [
        ("What was found", &case.findings),
        ("What exempts it", &case.exempt),
        ("What was planned", &case.planned),
        ("What was changed", &case.changes),
    ];
    all.into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(title, lines)| (title, lines.clone()))
        .collect()
}

fn tried(index: usize, attempt: &Attempt, case: &Case) -> Tried {
    let outcome = attempt.outcome.map_or("not over, or cut off", remediation::Outcome::as_str);
    let title = if case.attempts.len() == 1 {
        String::new()
    } else {
        format!("Attempt {} at {} UTC: {outcome}", index + 1, shown(attempt.at))
    };
    let error =
        attempt.error.as_ref().map(|error| ("Error", error.clone())).filter(|_| case.attempts.len() > 1);
    let blocks = [
        ("Before", &attempt.before),
        ("Plan", &attempt.plan),
        ("Changes", &attempt.changes),
        ("After", &attempt.after),
    ];
    let blocks = blocks.into_iter().filter_map(|(title, raw)| Some((title, pretty(raw.as_deref()?))));
    Tried { title, blocks: error.into_iter().chain(blocks).collect(), remaining: attempt.remaining.clone() }
}

/// JSON for people, as long as a page has room for it.
fn pretty(raw: &RawValue) -> String {
    if raw.get().len() > LONGEST {
        return format!("{} bytes, too long for a page: --format json has it.", raw.get().len());
    }
    let value: Result<Value, _> = serde_json::from_str(raw.get());
    value.map_or_else(|_| raw.get().to_owned(), |value| format!("{value:#}"))
}
