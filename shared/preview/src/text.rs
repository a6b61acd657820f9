//! A preview for a terminal.

use std::fmt::Write;

use counts::counted;
use remediation::Report;
use remediation::clock::rfc3339;

use crate::{Part, Preview, RECORDS, Would, reasons, unread, worst};

/// The preview in words: for each control what would be closed, mailed and left, the worst first, with the reasons.
#[must_use]
pub fn text(preview: &Preview) -> String {
    let mut text = Text(String::new());
    text.line(&format!("Preview of {}, {}. Nothing was changed.", preview.of, rfc3339(preview.made_at)));
    text.line(RECORDS);
    for part in &preview.parts {
        of_part(part, &mut text);
    }
    let unread = unread(preview);
    if !unread.is_empty() {
        text.line("\nWhat could not be read, and so could not be judged or not in full:");
        for (action, resources) in unread {
            text.line(&format!("  {action}: {resources}"));
        }
    }
    text.0
}

fn of_part(part: &Part, text: &mut Text) {
    let counts = Would::ALL.map(|would| (would, part.count(would)));
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: String = counts.map(|(would, count)| format!(", {count} {}", would.short())).collect();
    let seen = counted(part.seen, part.noun);
    text.line(&format!("\n{}: {seen}, {} clean{counts}", part.title(), part.clean()));
    if let Some(error) = &part.not_listed {
        text.line(&format!("  NOT ALL WERE LISTED: {error}"));
    }
    let mut before = None;
    for (would, report) in part.sorted() {
        if before.replace(would) != Some(would) {
            text.line(&format!("  {} {}:", part.count(would), would.title()));
        }
        of_resource(report, text);
    }
}

fn of_resource(report: &Report, text: &mut Text) {
    let severity = worst(report).map(|severity| format!(" ({severity})")).unwrap_or_default();
    text.line(&format!("    {}{severity}", report.subject.resource));
    for reason in reasons(report) {
        text.line(&format!("      - {reason}"));
    }
    for step in &report.planned {
        text.line(&format!("      > {step}"));
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
