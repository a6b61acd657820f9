//! A report for spreadsheets.

use std::io::{self, Write};
use std::time::SystemTime;

use remediation::clock::rfc3339;

use crate::json::millis;
use crate::{Case, Report};

/// What makes a spreadsheet take a cell for a formula, where it is the first character; the last four where it reads
/// Chinese or Japanese. <https://owasp.org/www-community/attacks/CSV_Injection>
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The heads of the columns.
const COLUMNS: [&str; 30] = [
    "ended_at",
    "outcome",
    "control",
    "resource",
    "severity",
    "findings",
    "planned",
    "changes",
    "opened_by",
    "open_since",
    "exposed_for_s",
    "began_at",
    "cause",
    "mode",
    "mails",
    "held",
    "exempt",
    "error",
    "note",
    "in_part",
    "restores",
    "reason",
    "claimed_by",
    "put_back_by",
    "account",
    "region",
    "arn",
    "record",
    "times",
    "restore_command",
];

/// The report as CSV (RFC 4180): a row a case, the newest first. A cell that would begin with `=`, `+`, `-`, `@` or a tab
/// begins with a `'` before it, so that no spreadsheet takes it for a formula. States and plans are in JSON alone.
///
/// # Errors
/// When it cannot be written.
pub fn csv(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    line(COLUMNS.map(ToOwned::to_owned), out)?;
    for case in &report.cases {
        line(cells(case, &report.prefix), out)?;
    }
    Ok(())
}

fn cells(case: &Case, prefix: &str) -> [String; 30] {
    let at = |time: Option<SystemTime>| time.map(rfc3339).unwrap_or_default();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let restores = case.restores.as_ref();
    [
        at(case.ended),
        case.ending.to_string(),
        case.control.clone(),
        case.name.clone(),
        text(case.severity.map(remediation::Severity::as_str)),
        case.findings.join("; "),
        case.planned.join("; "),
        case.changes.join("; "),
        text(case.opened_by.as_deref()),
        at(case.open_since),
        case.exposed_for.map(|span| seconds(millis(span))).unwrap_or_default(),
        rfc3339(case.began),
        case.cause.clone(),
        case.mode.clone(),
        case.mails.map(|mails| mails.to_string()).unwrap_or_default(),
        text(case.held.as_deref()),
        case.exempt.join("; "),
        text(case.error.as_deref()),
        text(case.note.as_deref()),
        case.is_in_part.to_string(),
        text(restores.map(|restores| restores.record.as_str())),
        text(restores.and_then(|restores| restores.reason.as_deref())),
        text(restores.and_then(|restores| restores.claimed_by.as_deref())),
        text(case.put_back.as_deref()),
        case.account.clone(),
        case.region.clone(),
        case.arn.clone(),
        text(case.record.as_deref()),
        case.times.to_string(),
        case.restore_command(prefix).unwrap_or_default(),
    ]
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

fn line(cells: [String; 30], out: &mut dyn Write) -> io::Result<()> {
    let cells = cells.map(|cell| self::cell(&cell));
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell that is text to whoever opens it.
fn cell(text: &str) -> String {
    let mark = if text.starts_with(FORMULA) { "'" } else { "" };
    let needs_quotes = |c: char| c == '"' || c == ',' || c.is_control();
    if mark.is_empty() && !text.contains(needs_quotes) {
        return text.to_owned();
    }
    let shown: String = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    format!("\"{mark}{}\"", shown.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_and_none_ends_before_its_end() {
        let cells = ["plain", "=1+1", "-3", "+4", "@x", "\t=1", "a \"b\", c", "two\nlines", "", "１", "＝1"];
        let cells = cells.map(cell);
        assert_eq!(
            cells,
            [
                "plain",
                "\"'=1+1\"",
                "\"'-3\"",
                "\"'+4\"",
                "\"'@x\"",
                "\"' =1\"",
                "\"a \"\"b\"\", c\"",
                "\"two\nlines\"",
                "",
                "１",
                "\"'＝1\"",
            ]
        );
    }
}
