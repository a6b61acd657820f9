//! What a mail says of who closed something.

#[expect(dead_code, reason = "the rest is for the other mails")]
mod support;

use std::time::SystemTime;

use alerts::mail::mail;
use remediation::{Finding, Note, Outcome, Remedy, Report, testing};
use support::report;

#[test]
fn what_nobody_saw_curfew_close_is_not_said_to_be_closed_by_it() {
    let at = SystemTime::UNIX_EPOCH + testing::NOW;
    for note in [Note::Unanswered, Note::ClosedAfterFailure, Note::FoundOpenAfter, Note::CutOff(at)] {
        let text = mail(&Report { note: Some(note), ..report(Outcome::Remediated) }, usize::MAX).text;
        let first = text.lines().next().unwrap();
        assert!(first.contains("Curfew had begun to close") && !first.contains("Curfew closed"), "{first}");
        assert!(text.contains(&format!("Note: {}.", note.words())), "{text}");
        let remaining = Some(Vec::new());
        let failed = Report { note: Some(note), remaining, ..report(Outcome::Failed) };
        let text = mail(&failed, usize::MAX).text;
        assert!(
            !failed.changes.is_empty() && !text.lines().next().unwrap().contains("Curfew closed"),
            "{text}"
        );
    }
}

#[test]
fn what_others_closed_is_not_said_to_be_a_lost_call_of_curfews() {
    let text = |note| mail(&Report { note: Some(note), ..report(Outcome::ClosedMeanwhile) }, usize::MAX).text;
    let (lost, of_others) = (text(Note::ClosedMeanwhile), text(Note::ClosedByOthers));
    for (text, is_unsure) in [(&lost, true), (&of_others, false)] {
        assert_eq!(text.contains("answer got lost"), is_unsure, "{text}");
        assert_eq!(text.contains("Nothing that it knows of."), is_unsure, "{text}");
    }
    assert!(of_others.contains("Somebody else closed it"), "{of_others}");
}

#[test]
fn what_curfew_and_somebody_else_closed_is_not_said_to_be_closed_by_curfew_alone() {
    let first = |note, outcome, findings: &[Finding]| {
        let remaining = Some(Vec::new());
        let report = Report { note: Some(note), remaining, findings: findings.to_vec(), ..report(outcome) };
        let text = mail(&report, usize::MAX).text;
        assert!(text.contains(&format!("Note: {}.", note.words())), "{text}");
        text.lines().next().unwrap().to_owned()
    };
    let mut to_close = report(Outcome::Remediated).findings;
    to_close.retain(|finding| finding.remedy == Remedy::Close);
    let in_part = first(Note::ClosedInPart, Outcome::Remediated, &to_close);
    assert!(in_part.contains("Curfew closed a part of this, and somebody else the rest."), "{in_part}");
    let mut beside = to_close.clone();
    beside.extend(to_close.first().map(|one| Finding { remedy: Remedy::Report, ..one.clone() }));
    let in_part = first(Note::ClosedInPart, Outcome::Remediated, &beside);
    assert!(in_part.contains("What is reported only stays as it is."), "{in_part}");
    for note in [Note::ClosedByOthers, Note::ClosedAfterFailure] {
        let by_others = first(note, Outcome::ClosedMeanwhile, &to_close);
        assert!(by_others.contains("Somebody else closed it: Curfew made no call"), "{by_others}");
    }
    let in_part = first(Note::ClosedBesidesInPart, Outcome::Remediated, &to_close);
    assert!(
        in_part.contains("by somebody else, or by Curfew itself while it closed another resource"),
        "{in_part}"
    );
    let besides = first(Note::ClosedBesides, Outcome::ClosedMeanwhile, &to_close);
    assert!(
        besides.contains("Somebody else closed it, or Curfew itself while it closed another"),
        "{besides}"
    );
    for note in [Note::ClosedInPart, Note::ClosedByOthers, Note::ClosedBesidesInPart, Note::ClosedBesides] {
        let failed = first(note, Outcome::Failed, &to_close);
        assert!(failed.contains("FAILED to finish") && !failed.contains("Curfew closed"), "{failed}");
    }
}

#[test]
fn what_an_earlier_delivery_closed_is_said_and_counts_for_the_severity() {
    let mut found_before = report(Outcome::Remediated).findings;
    found_before[0].severity = remediation::Severity::Critical;
    let alert = mail(&Report { found_before, ..report(Outcome::Remediated) }, usize::MAX);
    assert!(alert.subject.contains("critical"), "{}", alert.subject);
    assert!(alert.text.contains("DELIVERY\n  - Anyone on the internet may reach tcp 22 (critical)"));
}

#[test]
fn what_an_earlier_delivery_may_have_closed_is_said_apart_and_counts_for_the_severity() {
    let mut begun_before = report(Outcome::Remediated).findings;
    begun_before[0].severity = remediation::Severity::Critical;
    let alert = mail(&Report { begun_before, ..report(Outcome::Remediated) }, usize::MAX);
    assert!(alert.subject.contains("critical"), "{}", alert.subject);
    let section = "\n\nWHAT WAS OPEN BEFORE, AND CURFEW MAY HAVE CLOSED AT AN EARLIER DELIVERY\n  - Anyone on the internet may \
                   reach tcp 22 (critical)";
    assert!(alert.text.contains(section), "{}", alert.text);
}
