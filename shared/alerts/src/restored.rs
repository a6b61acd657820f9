//! What an operator reads of a restore: that it was asked for, by whom as far as was said, and what is open now.

use remediation::clock::rfc3339;
use remediation::restore::{Late, Restoration};
use remediation::{Outcome, Report};

use crate::mail::{finding, whereabouts};
use crate::text::Text;

/// The alert in a few sentences.
pub(crate) fn headline(report: &Report, restoration: &Restoration) -> String {
    let resource = &report.subject.resource;
    let until = rfc3339(restoration.restores.grace_until);
    let asked = format!("Curfew was asked to put back what it had changed of {resource}");
    let alone = format!("Curfew leaves what is back alone until {until}.");
    match &restoration.late {
        Some(Late { is_cut_off: true, .. }) => {
            return format!("{asked}, and was CUT OFF: nobody knows how much of it is back.");
        }
        Some(Late { begun_at, .. }) => {
            let (at, how) = (rfc3339(*begun_at), report.outcome);
            return format!("{asked} at {at}, which ended as `{how}`; the mail about it got lost.");
        }
        None => {}
    }
    match report.outcome {
        Outcome::Restored => {
            let did = match (report.changes.is_empty() && restoration.unnoted.is_empty(), &report.planned[..])
            {
                (false, _) => ", and did",
                (true, []) => "; it was back already, and nothing was changed",
                (true, _) => "; somebody else put it back meanwhile, and Curfew changed nothing",
            };
            format!("{asked}{did}. A second read found {}. {alone}", found(restoration))
        }
        Outcome::Gone => format!("{asked}: it does not exist any more."),
        _ if !report.changes.is_empty() || !restoration.unnoted.is_empty() => {
            let how = if restoration.is_read {
                "not all of it is back"
            } else {
                "nobody knows whether all of it is back, since it could not be read again"
            };
            format!("{asked}, and FAILED to finish: {how}. {alone}")
        }
        _ if is_unchanged(report, restoration) => {
            format!("{asked}, and COULD NOT: nothing was changed.")
        }
        _ => format!("{asked}, and COULD NOT: nothing is known to be changed."),
    }
}

/// Whether it is certain that nothing was changed, where no change was noted.
fn is_unchanged(report: &Report, restoration: &Restoration) -> bool {
    !restoration.is_tried || restoration.is_read && !report.may_have_changed()
}

/// What the read found that ended it.
fn found(restoration: &Restoration) -> String {
    let stays = !restoration.stays.is_empty();
    let differs: Vec<&str> = [
        (&restoration.still_changed, "something was changed since and is still so"),
        (&restoration.lost, "something does not exist any more"),
    ]
    .into_iter()
    .filter(|(list, _)| !list.is_empty())
    .map(|(_, words)| words)
    .collect();
    if differs.is_empty() {
        let but = if stays { ", but what Curfew put there stays" } else { "" };
        return format!("all that Curfew had changed as it was before{but}");
    }
    let and = if stays { ", and what Curfew put there stays" } else { "" };
    format!("nothing left to put back, but it is NOT all as it was before: {}{and}", differs.join(" and "))
}

/// The mail but for its evidence.
pub(crate) fn text(report: &Report, restoration: &Restoration, text: &mut Text, limit: usize) {
    text.line(&headline(report, restoration));
    text.title("Who asked for it");
    who(restoration, text);

    text.title("What is open now");
    let nobody = match report.outcome {
        Outcome::Gone => "Nothing: it does not exist any more.",
        _ if restoration.is_read => "Nothing that Curfew would close.",
        _ => "Nobody knows: the resource could not be read.",
    };
    text.list(report.findings.iter().map(finding).collect(), nobody, limit);

    whereabouts(report, text);

    text.title("What Curfew did");
    match &restoration.late {
        Some(late) => did_before(report, restoration, late, text, limit),
        None => did(report, restoration, text, limit),
    }
    text.line(&format!("  The record that was put back: {}", restoration.restores.record));
    if let Some(record) = &report.record {
        text.line(&format!("  The record of this:           {record}"));
    }

    if !restoration.untold.is_empty() {
        text.title("What Curfew had changed before, and nobody was told of");
        text.list(restoration.untold.clone(), "", limit);
    }

    text.title("What you should do now");
    text.list(report.advice.clone(), "Nothing.", limit);
}

fn who(restoration: &Restoration, text: &mut Text) {
    let restores = &restoration.restores;
    let said = |words: &Option<String>| words.clone().unwrap_or_else(|| "nobody said".to_owned());
    text.line(&format!("  Claimed by  {}", said(&restores.claimed_by)));
    text.line(&format!("  Reason      {}", said(&restores.reason)));
    for before in &restores.before {
        text.line(&format!(
            "  Asked for before at {}, and nobody was told how it ended:",
            rfc3339(before.at)
        ));
        text.line(&format!("  Claimed by  {}", said(&before.claimed_by)));
        text.line(&format!("  Reason      {}", said(&before.reason)));
    }
    text.line("  Curfew cannot verify this. CloudTrail shows who invoked the function `restore`, where a trail logs that.");
}

fn did(report: &Report, restoration: &Restoration, text: &mut Text, limit: usize) {
    let changes: Vec<String> = report.changes.iter().map(|change| change.summary.clone()).collect();
    let nothing = match (restoration.unnoted.is_empty(), is_unchanged(report, restoration)) {
        (false, _) => "It noted no change of its own.",
        (true, true) => "It changed nothing.",
        (true, false) => "It changed nothing that it knows of.",
    };
    text.list(changes, nothing, limit);
    let unnoted = if restoration.restores.before.is_empty() {
        "  No answer told that this was done, but a read afterwards found it so:"
    } else {
        "  An earlier request was to do this, and a read afterwards found it so:"
    };
    said_list(text, unnoted, &restoration.unnoted, limit);
    if report.outcome == Outcome::Restored {
        text.line(&format!("  A read afterwards found {}.", found(restoration)));
    } else if !restoration.is_read && report.outcome != Outcome::Gone {
        let is_before = !restoration.is_tried && !report.planned.is_empty();
        text.line(if is_before {
            "  It could NOT be read a second time, right before the change: that is why nothing was put back."
        } else {
            "  It could NOT be read again: nobody knows what is back."
        });
    }
    said_list(text, "  Read again afterwards, this is not back yet:", &restoration.left, limit);
    said_list(text, "  This cannot come back:", &restoration.lost, limit);
    let is_over = |one: &&String| !restoration.still_changed.contains(one);
    let over: Vec<String> = restoration.changed_since.iter().filter(is_over).cloned().collect();
    said_list(text, "  This had been changed since:", &over, limit);
    said_list(text, "  This was changed since, and is still so:", &restoration.still_changed, limit);
    said_list(text, "  This was put there by Curfew, and stays:", &restoration.stays, limit);
    if let Some(error) = &report.error {
        text.line(&format!("  It could not finish: {error}"));
    }
}

/// The same where only the record tells of it by now.
fn did_before(report: &Report, restoration: &Restoration, late: &Late, text: &mut Text, limit: usize) {
    if late.is_cut_off {
        text.line(&format!(
            "  It began at {} and was cut off before it could note what it had done. It was going to:",
            rfc3339(late.begun_at)
        ));
        text.list(report.planned.clone(), "Nobody knows: the record cannot be read.", limit);
        return;
    }
    let changes: Vec<String> = report.changes.iter().map(|change| change.summary.clone()).collect();
    text.list(changes, "It noted no change of its own.", limit);
    said_list(text, "  Read again then, this was not back yet:", &restoration.left, limit);
    if let Some(error) = &late.error {
        text.line(&format!("  It could not finish: {error}"));
    }
}

fn said_list(text: &mut Text, title: &str, items: &[String], limit: usize) {
    if !items.is_empty() {
        text.line(title);
        text.list(items.to_vec(), "", limit);
    }
}
