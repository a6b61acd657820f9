//! An alert as a person reads it: first what was open, what Curfew did, how to put it back and what to do now; then
//! where it is, which trigger told of it, and the evidence.

use remediation::clock::rfc3339;
use remediation::ledger::Held;
use remediation::{Alert, Finding, Left, Note, Outcome, Remedy, Report, Unread};

use crate::text::Text;
use crate::{cut, exempt, restored};

/// SNS takes subjects of fewer than 100 characters, ASCII, on one line.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const SUBJECT_LIMIT: usize = 99;

/// Writes the alert; no part of it becomes longer than `limit` bytes.
#[must_use]
pub fn mail(report: &Report, limit: usize) -> Alert {
    Alert { subject: subject(report), text: text(report, limit) }
}

fn subject(report: &Report) -> String {
    let head = format!("[Curfew] {}, {}: ", report.outcome, report.severity());
    let tail = format!(" ({})", report.subject.region);
    let room = SUBJECT_LIMIT.saturating_sub(head.len() + tail.len());
    let resource = report.subject.resource.to_string();
    let resource = if resource.chars().count() <= room {
        resource
    } else {
        resource.chars().take(room.saturating_sub(3)).chain("...".chars()).collect()
    };
    let line = format!("{head}{resource}{tail}");
    line.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(SUBJECT_LIMIT).collect()
}

/// The alert in one or two sentences.
pub(crate) fn headline(report: &Report) -> String {
    if let Some(restoration) = &report.restoration {
        return restored::headline(report, restoration);
    }
    let resource = &report.subject.resource;
    let found = match of_headline(report) {
        [] if report.outcome == Outcome::Failed => {
            return format!("Curfew FAILED to check {resource}, and nobody knows whether it is open.");
        }
        [] => format!("Curfew looked at {resource}"),
        [only] => only.sentence(),
        [first, rest @ ..] => format!("{} (the first of {} findings)", first.sentence(), rest.len() + 1),
    };
    let stays = report.findings.iter().any(|finding| finding.remedy == Remedy::Report);
    let is_unsure = matches!(
        report.note,
        Some(Note::CutOff(_) | Note::Unanswered | Note::ClosedAfterFailure | Note::FoundOpenAfter)
    );
    let is_of_others = matches!(
        report.note,
        Some(Note::ClosedByOthers | Note::ClosedBesides | Note::ClosedInPart | Note::ClosedBesidesInPart)
    );
    let then = match report.outcome {
        // That it was Curfew who closed it, nobody verified.
        Outcome::Remediated if is_unsure && stays => {
            "Curfew had begun to close what it closes, and a second read found nothing left of that; what it only reports \
             stays."
        }
        Outcome::Remediated if is_unsure => {
            "Curfew had begun to close this, and a second read found nothing left to close."
        }
        Outcome::Remediated if report.note == Some(Note::ClosedInPart) && stays => {
            "Curfew closed a part of what it closes, and somebody else the rest of that. A second read found nothing of it left. \
             What is reported only stays as it is."
        }
        Outcome::Remediated if report.note == Some(Note::ClosedInPart) => {
            "Curfew closed a part of this, and somebody else the rest. A second read found nothing left to close."
        }
        Outcome::Remediated if report.note == Some(Note::ClosedBesidesInPart) => {
            "Curfew closed a part of this. The rest was closed by somebody else, or by Curfew itself while it closed another \
             resource. A second read found nothing left to close."
        }
        Outcome::Remediated if stays => {
            "Curfew closed what it may close, and a second read found nothing of that left. What is reported only stays as it is."
        }
        Outcome::Remediated => "Curfew closed this, and a second read found nothing left to close.",
        Outcome::Alerted => match (&report.hindrance, &report.to_read_again) {
            (Some(what), Some(_)) => return format!("{found}. Curfew could not {what}, and tries again."),
            (Some(what), None) => return format!("{found}. Curfew could not {what}."),
            (None, _) => "Curfew changes nothing here: this is for a person to decide.",
        },
        Outcome::Observed => "Nothing was changed: Curfew only observes.",
        Outcome::StillOpen => match report.left {
            Some(Left::Guards) => {
                "Curfew closed what was open. A safeguard is missing or could not be checked, and that is left to you."
            }
            Some(Left::Idle) => "Curfew changed something. What is left has no effect now.",
            Some(Left::Open) | None => "Curfew changed something, and the resource is STILL OPEN.",
        },
        Outcome::Failed
            if report.is_known_closed() && (report.changes.is_empty() || is_unsure || is_of_others) =>
        {
            "A second read found nothing left to close, but Curfew FAILED to finish."
        }
        Outcome::Failed if report.is_known_closed() => {
            "Curfew closed this, and a second read found nothing left to close, but it FAILED to finish."
        }
        Outcome::Failed => "Curfew FAILED to finish.",
        Outcome::Gone => "The resource was deleted meanwhile.",
        Outcome::ClosedMeanwhile if is_by_others(report) => {
            "It is closed now. Somebody else closed it: Curfew made no call that may have done so."
        }
        Outcome::ClosedMeanwhile if report.note == Some(Note::ClosedBesides) => {
            "It is closed now. Somebody else closed it, or Curfew itself while it closed another resource."
        }
        Outcome::ClosedMeanwhile => {
            "It is closed now. Curfew does not know who closed it: somebody else, or a call of Curfew's whose answer got lost."
        }
        Outcome::Exempt => {
            return format!("{found}. {}", exempt::ending(&report.exempt, is_half_done(report)));
        }
        Outcome::Held => return held(report),
        Outcome::Restored => "A person asked for it, and Curfew put it back.",
        // Nobody is told of these.
        Outcome::Compliant => "Nothing was found to close.",
    };
    format!("{found}. {then}{}", exempt::beside(&report.exempt))
}

/// Whether it is known that somebody else closed it, all of it.
fn is_by_others(report: &Report) -> bool {
    matches!(report.note, Some(Note::ClosedByOthers | Note::ClosedAfterFailure))
}

/// Whether Curfew had begun to close what is exempt by now.
fn is_half_done(report: &Report) -> bool {
    matches!(report.note, Some(Note::LeftHalfWay(_))) || !report.changes.is_empty()
}

/// Why something waits, in one or two sentences.
fn held(report: &Report) -> String {
    let resource = &report.subject.resource;
    let until = report.hold.as_ref().map(|hold| rfc3339(hold.until)).unwrap_or_default();
    match report.hold.as_ref().map(|hold| &hold.by) {
        Some(Held::Feud { times, opened_by }) => {
            let who = match opened_by.as_slice() {
                [] => "The triggers do not say who opens it".to_owned(),
                names => format!("It was opened by {}", names.join(", ")),
            };
            format!(
                "{resource} IS OPEN: Curfew closed the same {} within a day, and it was opened again each time. {who}. \
                 Curfew leaves it alone until {until}, unless something else is opened too.",
                counts::times(*times)
            )
        }
        Some(Held::Brake { limit: 0 }) => {
            format!(
                "{resource} IS OPEN: the settings let Curfew change nothing at all. It looks again at {until}."
            )
        }
        Some(Held::Brake { limit }) => format!(
            "{resource} IS OPEN and waits: Curfew has begun to change {} in this hour, as many as the settings allow. It \
             goes on at {until}.",
            counts::counted(*limit, "resource")
        ),
        None => format!("{resource} IS OPEN and waits."),
    }
}

/// The findings that the alert begins with: those of the last read, where they say that the resource counts as open, and
/// else those of the first.
fn of_headline(report: &Report) -> &[Finding] {
    let is_open = |remaining: &&Vec<Finding>| remaining.iter().any(Finding::is_open);
    report.remaining.as_ref().filter(is_open).unwrap_or(&report.findings)
}

fn text(report: &Report, limit: usize) -> String {
    let mut text = Text::default();
    match &report.restoration {
        Some(restoration) => restored::text(report, restoration, &mut text, limit),
        None => of_walk(report, &mut text, limit),
    }
    for evidence in &report.evidence {
        text.title(&evidence.title);
        text.block(&evidence.body, limit);
    }
    text.into()
}

/// The command that puts back what was changed, or may have been.
fn restore(report: &Report) -> Option<String> {
    let changes_something = match report.outcome {
        Outcome::Remediated
        | Outcome::StillOpen
        | Outcome::ClosedMeanwhile
        | Outcome::Failed
        | Outcome::Exempt => true,
        Outcome::Compliant
        | Outcome::Alerted
        | Outcome::Observed
        | Outcome::Held
        | Outcome::Gone
        | Outcome::Restored => false,
    };
    let is_of_change = changes_something && report.is_reversible && report.restoration.is_none();
    let record = report.record.as_ref().filter(|_| is_of_change)?;
    Some(format!("  make restore REGION={} RECORD={record}", report.subject.region))
}

fn of_walk(report: &Report, text: &mut Text, limit: usize) {
    text.line(&headline(report));

    let is_open_still =
        matches!(report.outcome, Outcome::Alerted | Outcome::Observed | Outcome::Held | Outcome::Exempt);
    text.title(if is_open_still { "What is open" } else { "What was open" });
    let findings = report.findings.iter().map(finding).collect();
    text.list(findings, "Nobody knows: the resource, or a part of it, could not be read.", limit);
    if let Some(who) = report.subject.cause.opened_by() {
        text.line(&format!("  Opened by {who}"));
    }

    if !report.found_before.is_empty() {
        text.title("What was open before, and Curfew closed at an earlier delivery");
        text.list(report.found_before.iter().map(finding).collect(), "", limit);
    }
    if !report.begun_before.is_empty() {
        text.title("What was open before, and Curfew may have closed at an earlier delivery");
        text.list(report.begun_before.iter().map(finding).collect(), "", limit);
    }

    if !report.unread.is_empty() {
        text.title("What Curfew could not read");
        text.list(report.unread.iter().map(unread).collect(), "", limit);
    }

    for (title, lines) in exempt::sections(&report.exempt) {
        text.title(title);
        text.list(lines, "", limit);
    }

    if !report.waiting.is_empty() {
        text.title("What waits");
        text.list(report.waiting.clone(), "", limit);
    }

    text.title("What Curfew did");
    did(report, text, limit);

    if let Some(command) = restore(report) {
        text.title("How to have Curfew put it back");
        text.line(&command);
        text.line("  DRY_RUN=yes only shows it. Where others changed something since, it is refused unless FORCE=yes.");
    }

    text.title("What you should do now");
    text.list(report.advice.clone(), "Nothing.", limit);

    whereabouts(report, text);

    text.title("What made Curfew look");
    text.line(&format!("  {}", report.subject.cause));
    if let (Some(since), Some(exposed_for)) = (report.subject.cause.open_since(), report.exposed_for) {
        let (since, later) = (rfc3339(since), counts::span(exposed_for));
        text.line(&format!(
            "  It was open since {since} at the latest, and was found closed {later} after that."
        ));
    }
}

/// Where it is.
pub(crate) fn whereabouts(report: &Report, text: &mut Text) {
    text.title("Where");
    let subject = &report.subject;
    text.line(&format!("  Account   {}", subject.account));
    text.line(&format!("  Region    {}", subject.region));
    text.line(&format!("  Resource  {}", subject.resource));
    text.line(&format!("  ARN       {}", subject.arn()));
    if let Some(owner) = &report.owner {
        text.line(&format!("  Owner     {owner}"));
    }
    if let Some(link) = subject.console_url() {
        text.line(&format!("  Console   {link}"));
    }
}

pub(crate) fn finding(finding: &Finding) -> String {
    let whose = match finding.remedy {
        Remedy::Close => "",
        Remedy::ByHand => ", left to you",
        Remedy::Report => ", reported only",
    };
    format!("{} ({}{whose})", finding.sentence(), finding.severity)
}

fn unread(unread: &Unread) -> String {
    format!("{}: {}", unread.what, unread.unknown)
}

fn did(report: &Report, text: &mut Text, limit: usize) {
    if report.outcome == Outcome::Observed {
        text.line("  Nothing: the mode is `observe`. It would have done this:");
        text.list(report.planned.clone(), "Nothing.", limit);
        return;
    }
    let changes = report.changes.iter().map(|change| change.summary.clone()).collect();
    let is_unsure = match report.outcome {
        Outcome::ClosedMeanwhile => !is_by_others(report),
        Outcome::Exempt => is_half_done(report),
        Outcome::Gone => true,
        _ => false,
    };
    // What a restore takes without a change that is known was begun by who was cut off, or had no answer.
    let may_have = is_unsure || report.may_have_changed() || report.is_reversible;
    let if_none = if may_have { "Nothing that it knows of." } else { "It changed nothing." };
    text.list(changes, if_none, limit);
    match &report.remaining {
        Some(remaining) => {
            let left: Vec<String> = remaining.iter().filter(|left| left.is_open()).map(finding).collect();
            if left.is_empty() {
                text.line("  Read again afterwards: nothing is left to close.");
            } else {
                text.line(match report.left {
                    Some(Left::Guards) => {
                        "  Read again afterwards, what was open is closed. This is left to do:"
                    }
                    Some(Left::Idle) => "  Read again afterwards, this is left, and has no effect now:",
                    Some(Left::Open) | None => "  Read again afterwards, this is still open:",
                });
                text.list(left, "", limit);
            }
            let is_new = |left: &&Finding| !left.is_open() && !report.findings.contains(left);
            let new: Vec<String> = remaining.iter().filter(is_new).map(finding).collect();
            if !new.is_empty() {
                text.line("  That read also found this, which stays as it is:");
                text.list(new, "", limit);
            }
        }
        // What is exempt was read, and what waits, and nothing was changed then.
        None if !report.changes.is_empty() && !matches!(report.outcome, Outcome::Exempt | Outcome::Held) => {
            text.line("  It could NOT read the resource again: nobody has verified the change.");
        }
        None => {}
    }
    if let Some(error) = &report.error {
        text.line(&format!("  It could not finish: {}", cut::text(&error.to_string(), limit)));
    }
    if let Some(note) = report.note {
        text.line(&format!("  Note: {}.", note.words()));
    }
}
