//! A report for a terminal.

use std::fmt::Write;
use std::time::SystemTime;

use remediation::clock::rfc3339;

use crate::{Case, Ending, Exposure, Report, Tally};

/// How many cases are listed that somebody should look at, and how many others.
const LISTED: usize = 20;

/// The report in words: the numbers, what is not closed, and the newest of the rest. The other forms have all.
#[must_use]
pub fn text(report: &Report) -> String {
    let tally = Tally::of(report);
    let mut text = Text(String::new());
    text.line(&format!("What Curfew did: {}, {}.", report.of, when(report)));
    text.line(&format!("Made at {}. All times are in UTC.", shown(report.made_at)));
    if report.cases.is_empty() {
        text.line("\nNothing: there is no case in this time.");
    } else {
        totals(&tally, &mut text);
    }
    slowest(report, &tally, &mut text);
    let (to_see, others): (Vec<&Case>, Vec<&Case>) =
        report.cases.iter().partition(|case| case.needs_a_look());
    list("Not closed, or not over", &to_see, &mut text);
    list("The newest of all other cases", &others, &mut text);
    again(&tally, &mut text);
    opened_by(&tally, &mut text);
    unread(report, &mut text);
    text.0
}

/// A time as people read it, in UTC: `2026-11-22 05:41:07`.
pub(crate) fn shown(at: SystemTime) -> String {
    rfc3339(at).chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// From when to when.
pub(crate) fn when(report: &Report) -> String {
    match (report.period.since.map(shown), report.period.until.map(shown)) {
        (Some(since), Some(until)) => format!("from {since} to {until}"),
        (Some(since), None) => format!("since {since}"),
        (None, Some(until)) => format!("all before {until}"),
        (None, None) => "all that there is".to_owned(),
    }
}

/// How much was read of what.
pub(crate) fn sources(report: &Report) -> String {
    let read = report.read;
    let all = [
        (1, counts::counted(read.records, "record")),
        (read.lines, format!("{} about resources", counts::counted(read.lines, "log line"))),
        (
            read.clean_lines,
            format!("{} of these, which found nothing to do and are not counted", read.clean_lines),
        ),
        (
            read.evaluations,
            format!(
                "{} of custom rules, which are no work of Curfew's",
                counts::counted(read.evaluations, "line")
            ),
        ),
        (read.others, counts::counted(read.others, "other line")),
        (read.outside, format!("{} of another time", read.outside)),
    ];
    let parts: Vec<String> =
        all.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
    format!("Read: {}.", parts.join(", "))
}

/// How long it was open what Curfew closed.
pub(crate) fn exposure(exposure: &Exposure) -> String {
    let Exposure { closed, in_part, known, .. } = *exposure;
    let unknown = closed - known;
    let of_others = if unknown > 0 { format!(", and of {unknown} it is unknown") } else { String::new() };
    let of_parts = match in_part {
        0 => String::new(),
        _ => format!(", {in_part} of them only in part, or nobody knows how much of it"),
    };
    let mut words = format!(
        "Curfew closed {closed}{of_parts}. Of {known} of them it is known how long they were open, from what the trigger tells to the read \
         that found it closed{of_others}."
    );
    if let (Some(median), Some(most), Some(longest)) = (exposure.median, exposure.most, exposure.longest) {
        let [median, most, longest] = [median, most, longest].map(counts::span);
        words.push_str(&format!(
            " Half of those that are known were open for at most {median}, 95 in 100 for at most {most}, the longest for {longest}."
        ));
    }
    words
}

fn totals(tally: &Tally, text: &mut Text) {
    text.line(&format!("\n{}:", counts::counted(tally.total, "case")));
    for (ending, count) in &tally.endings {
        text.line(&format!("  {count:>7} {:<16} {}", ending.as_str(), ending.meaning()));
    }
    text.line("\nBy control:");
    for (control, counts) in &tally.controls {
        let counts = Ending::ALL.iter().zip(counts).filter(|(_, count)| **count > 0);
        let counts: Vec<String> = counts.map(|(ending, count)| format!("{count} {ending}")).collect();
        text.line(&format!("  {control}: {}", counts.join(", ")));
    }
}

fn slowest(report: &Report, tally: &Tally, text: &mut Text) {
    if tally.exposure.closed == 0 {
        return;
    }
    text.line(&format!("\n{}", exposure(&tally.exposure)));
    for case in tally.slowest.iter().filter_map(|place| report.cases.get(*place)) {
        let span = case.exposed_for.map(counts::span).unwrap_or_default();
        text.line(&format!("    {span}: {}, closed at {}", case.resource, shown(case.last)));
    }
}

fn list(title: &str, cases: &[&Case], text: &mut Text) {
    if cases.is_empty() {
        return;
    }
    text.line(&format!("\n{title}:"));
    for case in cases.iter().take(LISTED) {
        let severity = case.severity.map(|severity| format!(" ({severity})")).unwrap_or_default();
        text.line(&format!(
            "  {} {}: {} by {}{severity}",
            shown(case.last),
            case.ending,
            case.resource,
            case.control
        ));
        let why = case.error.iter().chain(&case.note).chain(&case.held);
        for line in why.chain(&case.changes).chain(&case.findings).take(2) {
            text.line(&format!("    - {line}"));
        }
    }
    if cases.len() > LISTED {
        text.line(&format!("  and {} others: --format html, json or csv has them", cases.len() - LISTED));
    }
}

fn again(tally: &Tally, text: &mut Text) {
    if tally.again.is_empty() {
        return;
    }
    text.line("\nClosed more than once:");
    for again in &tally.again {
        let who =
            if again.opened_by.is_empty() { "nobody tells".to_owned() } else { again.opened_by.join(", ") };
        text.line(&format!(
            "  {} by {}: {}, opened by: {who}",
            again.resource,
            again.control,
            counts::times(again.closed)
        ));
    }
    if tally.again_others > 0 {
        text.line(&format!("  and {} others", tally.again_others));
    }
}

fn opened_by(tally: &Tally, text: &mut Text) {
    if tally.opened_by.is_empty() {
        return;
    }
    text.line("\nWho opened it, as far as the triggers told:");
    for (who, count) in &tally.opened_by {
        text.line(&format!("  {count:>7} {}", who.as_deref().unwrap_or("unknown")));
    }
    let (cases, others) = tally.opened_by_others;
    if others > 0 {
        text.line(&format!("  {cases:>7} {others} others"));
    }
}

fn unread(report: &Report, text: &mut Text) {
    text.line(&format!("\n{}", sources(report)));
    if report.unreadable.is_empty() {
        return;
    }
    text.line(&format!(
        "COULD NOT BE READ, and so stand in none of the numbers: {}",
        report.unreadable.len()
    ));
    for unreadable in report.unreadable.iter().take(LISTED) {
        text.line(&format!("  {}: {}", unreadable.what, unreadable.why));
    }
    if report.unreadable.len() > LISTED {
        text.line(&format!(
            "  and {} others: --format json names them all",
            report.unreadable.len() - LISTED
        ));
    }
}

struct Text(String);

impl Text {
    /// A line. What stands in names and descriptions moves no cursor.
    fn line(&mut self, line: &str) {
        let plain: String =
            line.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{plain}");
    }
}
