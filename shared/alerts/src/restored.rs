//! What an operator reads of a restore: that it was asked for, by whom as far as was said, and what is open now.

use remediation::clock::rfc3339;
use remediation::restore::Restoration;
use remediation::{Outcome, Report};

use crate::mail::{Text, finding, whereabouts};

/// The alert in a few sentences.
pub(crate) fn headline(report: &Report, restoration: &Restoration) -> String {
    let resource = &report.subject.resource;
    let until = rfc3339(restoration.restores.grace_until);
    let asked = format!("Curfew was asked to put back what it had changed of {resource}");
    match report.outcome {
        Outcome::Restored => format!(
            "{asked}, and did: a second read found it as it was before. Curfew leaves it alone until {until}."
        ),
        Outcome::Gone => format!("{asked}: it does not exist any more."),
        _ if report.changes.is_empty() => format!("{asked}, and COULD NOT: nothing is known to be changed."),
        _ => format!(
            "{asked}, and FAILED to finish: it is not as it was before. Curfew leaves it alone until {until}."
        ),
    }
}

/// The mail but for its evidence.
pub(crate) fn text(report: &Report, restoration: &Restoration, text: &mut Text, limit: usize) {
    let restores = &restoration.restores;
    text.line(&headline(report, restoration));

    text.title("Who asked for it");
    let said = |words: &Option<String>| words.clone().unwrap_or_else(|| "nobody said".to_owned());
    text.line(&format!("  Claimed by  {}", said(&restores.claimed_by)));
    text.line(&format!("  Reason      {}", said(&restores.reason)));
    text.line("  Nobody verified that: CloudTrail has who invoked the function `restore`.");

    text.title("What is open now");
    let nobody = match report.outcome {
        Outcome::Restored => "Nothing that Curfew would close.",
        _ => "Nobody knows: the resource could not be read.",
    };
    text.list(report.findings.iter().map(finding).collect(), nobody, limit);

    whereabouts(report, text);

    text.title("What Curfew did");
    let changes = report.changes.iter().map(|change| change.summary.clone()).collect();
    text.list(changes, "It changed nothing that it knows of.", limit);
    if report.outcome == Outcome::Restored {
        text.line("  Read again afterwards: all is as it was before.");
    }
    said_list(text, "  Read again afterwards, this is not back yet:", &restoration.left, limit);
    said_list(text, "  This cannot come back:", &restoration.lost, limit);
    said_list(text, "  Others had changed this since, which stays:", &restoration.changed_since, limit);
    if let Some(error) = &report.error {
        text.line(&format!("  It could not finish: {error}"));
    }
    text.line(&format!("  The record that was put back: {}", restores.record));
    if let Some(record) = &report.record {
        text.line(&format!("  The record of this:           {record}"));
    }

    text.title("What you should do now");
    text.list(report.advice.clone(), "Nothing.", limit);
}

fn said_list(text: &mut Text, title: &str, items: &[String], limit: usize) {
    if !items.is_empty() {
        text.line(title);
        text.list(items.to_vec(), "", limit);
    }
}
