//! The mails of restores, and the command in the mails of changes that asks for one.

#![allow(dead_code, reason = "not all reports are of restores")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::time::{Duration, SystemTime};

use alerts::mail::mail;
use alerts::message::message;
use insta::assert_snapshot;
use remediation::ledger::{Asked, RecordId, Restores};
use remediation::restore::{Late, Restoration};
use remediation::testing::NOW;
use remediation::{CallError, Change, Outcome, Report};
use serde_json::{Value, json};
use support::report;

fn id(moment: &str) -> RecordId {
    let resource = "arn:aws:ec2:eu-west-1:210987654321:security-group/sg-0a1b2c3d4e5f60718".to_owned();
    RecordId { resource, key: format!("2026-11-22T{moment}Z.sg-ingress.5f2c9a1e") }
}

fn restored(outcome: Outcome) -> Report {
    let restores = Restores {
        record: id("05:41:07.120"),
        reason: Some("the shop is down".to_owned()),
        claimed_by: Some("ann".to_owned()),
        grace_until: SystemTime::UNIX_EPOCH + NOW + Duration::from_secs(24 * 60 * 60),
        opened: None,
        before: Vec::new(),
        look_again: false,
    };
    let restoration = Restoration {
        restores,
        changed_since: vec![
            "Curfew changed it again".to_owned(),
            "rule sgr-9 (tcp 443 from 10.0.0.0/8) was added since".to_owned(),
        ],
        still_changed: vec!["rule sgr-9 (tcp 443 from 10.0.0.0/8) was added since".to_owned()],
        stays: vec!["the tag `curfew:quarantined-at` of the group".to_owned()],
        unnoted: Vec::new(),
        untold: Vec::new(),
        is_read: true,
        is_tried: true,
        late: None,
        lost: vec!["the network interface eni-1 does not exist any more".to_owned()],
        left: if outcome == Outcome::Restored { Vec::new() } else { vec!["put back rule sgr-1".to_owned()] },
    };
    Report { restoration: Some(restoration), record: Some(id("06:00:00.000")), ..report(outcome) }
}

#[test]
fn the_mail_about_what_was_put_back() {
    let change = Change {
        action: "ec2:AuthorizeSecurityGroupIngress",
        summary: "put back rule sgr-1 (tcp 22 from 0.0.0.0/0)".to_owned(),
        detail: json!({}),
    };
    let alert = mail(&Report { changes: vec![change], ..restored(Outcome::Restored) }, usize::MAX);
    assert_snapshot!(format!("Subject: {}\n\n{}", alert.subject, alert.text));
}

#[test]
fn a_restore_that_failed_says_so_first_and_what_is_not_back() {
    let text = mail(&restored(Outcome::Failed), usize::MAX).text;
    assert!(text.lines().next().unwrap().contains("FAILED to finish: not all of it is back."), "{text}");
    assert!(text.contains("this is not back yet:\n  - put back rule sgr-1\n"), "{text}");
    assert!(!text.contains("all is as it was before"), "{text}");
}

#[test]
fn a_restore_that_is_told_by_who_came_next_claims_nothing_of_what_nobody_noted() {
    let told = |outcome, is_cut_off| {
        let begun_at = SystemTime::UNIX_EPOCH + NOW;
        let late = Late { begun_at, is_cut_off, error: (!is_cut_off).then(|| "access denied".to_owned()) };
        let mut report = plain(outcome, |restoration| restoration.late = Some(late));
        report.planned = vec!["put back rule sgr-1".to_owned()];
        mail(&report, usize::MAX).text
    };
    let text = told(Outcome::Failed, true);
    assert!(
        text.lines().next().unwrap().ends_with("and was CUT OFF: nobody knows how much of it is back."),
        "{text}"
    );
    let began = "  It began at 2026-11-22T05:41:07.120Z and was cut off before it could note what it had done. It was going to:\n  - \
                 put back rule sgr-1\n  The record that was put back:";
    assert!(text.contains(began), "{text}");
    assert!(!text.contains("A read afterwards") && !text.contains("It changed nothing"), "{text}");

    let text = told(Outcome::Failed, false);
    let headline = "at 2026-11-22T05:41:07.120Z, which ended as `failed`; the mail about it got lost.";
    assert!(text.lines().next().unwrap().ends_with(headline), "{text}");
    assert!(text.contains("  It could not finish: access denied\n"), "{text}");
}

/// A restore with nothing beside it.
fn plain(outcome: Outcome, change: impl FnOnce(&mut Restoration)) -> Report {
    let mut report = Report { changes: Vec::new(), planned: Vec::new(), ..restored(outcome) };
    let restoration = report.restoration.as_mut().unwrap();
    for list in [
        &mut restoration.changed_since,
        &mut restoration.still_changed,
        &mut restoration.lost,
        &mut restoration.stays,
        &mut restoration.left,
    ] {
        list.clear();
    }
    change(restoration);
    report
}

fn text_of(report: &Report) -> String {
    mail(report, usize::MAX).text
}

#[test]
fn a_restore_that_changed_nothing_says_so_and_whether_that_is_certain() {
    for (is_read, says, did) in [
        (true, "COULD NOT: nothing was changed.", "It changed nothing."),
        (false, "COULD NOT: nothing is known to be changed.", "It changed nothing that it knows of."),
    ] {
        let text = text_of(&plain(Outcome::Failed, |one| one.is_read = is_read));
        assert!(text.lines().next().unwrap().ends_with(says), "{text}");
        assert!(text.contains(&format!("\nWHAT CURFEW DID\n  {did}\n")), "{text}");
    }
}

#[test]
fn only_what_is_all_as_it_was_before_is_said_to_be_so() {
    type Change = fn(&mut Restoration);
    let all = "all that Curfew had changed as it was before";
    let not_all = "nothing left to put back, but it is NOT all as it was before:";
    let since = |one: &mut Restoration| one.still_changed.push("it".to_owned());
    let lost = |one: &mut Restoration| one.lost.push("it".to_owned());
    let stays = |one: &mut Restoration| one.stays.push("it".to_owned());
    let cases: [(&[Change], String); 5] = [
        (&[], format!("{all}.")),
        (&[stays], format!("{all}, but what Curfew put there stays.")),
        (&[since], format!("{not_all} something was changed since and is still so.")),
        (&[lost], format!("{not_all} something does not exist any more.")),
        (
            &[since, lost, stays],
            format!(
                "{not_all} something was changed since and is still so and something does not exist any more, and what Curfew \
                 put there stays."
            ),
        ),
    ];
    for (changes, said) in cases {
        let text = text_of(&plain(Outcome::Restored, |one| changes.iter().for_each(|change| change(one))));
        assert_eq!(text.matches(&said).count(), 2, "{said}: {text}");
        assert_eq!(text.matches("\n  - it\n").count(), changes.len(), "{text}");
    }
}

#[test]
fn what_was_back_already_is_said_so() {
    let text = text_of(&plain(Outcome::Restored, |_| {}));
    assert!(
        text.lines().next().unwrap().contains("; it was back already, and nothing was changed. A second"),
        "{text}"
    );
    assert!(text.contains("\n  It changed nothing.\n"), "{text}");
}

#[test]
fn what_others_put_back_meanwhile_is_nothing_that_curfew_did() {
    let mut report = plain(Outcome::Restored, |_| {});
    report.planned = vec!["put back rule sgr-1".to_owned()];
    let text = mail(&report, usize::MAX).text;
    let headline = text.lines().next().unwrap();
    assert!(
        headline.contains("; somebody else put it back meanwhile, and Curfew changed nothing. A"),
        "{text}"
    );
    assert!(text.contains("\n  It changed nothing.\n"), "{text}");
}

#[test]
fn what_a_request_did_that_was_cut_off_is_said_with_the_words_of_both() {
    let at = SystemTime::UNIX_EPOCH + NOW;
    let before = Asked { at, reason: Some("r1".to_owned()), claimed_by: None };
    let text = text_of(&plain(Outcome::Restored, |one| {
        one.restores.before.push(before);
        one.unnoted.push("added grant READ".to_owned());
    }));
    assert!(text.lines().next().unwrap().contains(", and did. A second read found all"), "{text}");
    assert!(
        text.contains(
            "  Reason      the shop is down\n  Asked for before at 2026-11-22T05:41:07.120Z, and nobody was told how it ended:\n"
        ),
        "{text}"
    );
    assert!(text.contains("  Claimed by  nobody said\n  Reason      r1\n"), "{text}");
    let done = "  It noted no change of its own.\n  An earlier request was to do this, and a read afterwards \
                found it so:\n  - added grant READ\n";
    assert!(text.contains(done), "{text}");
}

#[test]
fn what_nobody_was_told_of_has_a_part_of_its_own() {
    let text =
        text_of(&plain(Outcome::Restored, |one| one.untold.push("it was to remove a grant".to_owned())));
    assert!(
        text.contains(
            "\nWHAT CURFEW HAD CHANGED BEFORE, AND NOBODY WAS TOLD OF\n  - it was to remove a grant\n"
        ),
        "{text}"
    );
}

#[test]
fn that_it_could_not_be_read_is_said_only_where_it_could_not() {
    for (is_read, says) in
        [(true, "Nothing that Curfew would close."), (false, "Nobody knows: the resource could not be read.")]
    {
        let failed = Report { findings: Vec::new(), ..plain(Outcome::Failed, |one| one.is_read = is_read) };
        let text = text_of(&failed);
        assert!(text.contains(&format!("WHAT IS OPEN NOW\n  {says}\n")), "{text}");
        assert_eq!(text.contains("It could NOT be read again"), !is_read, "{text}");
    }
}

#[test]
fn what_could_not_be_looked_at_again_is_said_to_be_unchanged_whatever_that_call_was() {
    let error =
        CallError::Passing { action: "s3:GetBucketAcl", code: "InternalError".into(), message: "no".into() };
    for (is_tried, known) in [(false, true), (true, false)] {
        let one = plain(Outcome::Failed, |one| (one.is_read, one.is_tried) = (false, is_tried));
        let (error, planned) = (Some(error.clone().into()), vec!["add grant READ".to_owned()]);
        let text = text_of(&Report { error, planned, changes: Vec::new(), ..one });
        assert_eq!(text.contains("and COULD NOT: nothing was changed."), known, "{text}");
        assert_eq!(text.contains("WHAT CURFEW DID\n  It changed nothing.\n"), known, "{text}");
        assert_eq!(text.contains("read a second time, right before the change"), known, "{text}");
        assert!(
            text.contains("It could not finish: `s3:GetBucketAcl` failed for now (InternalError): no"),
            "{text}"
        );
    }
}

#[test]
fn programs_get_who_asked_and_until_when_it_is_left_alone() {
    let message = message(&restored(Outcome::Restored));
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let facts: Value = serde_json::from_str(body["sqs"].as_str().unwrap()).unwrap();
    assert_eq!((facts["outcome"].as_str(), facts["claimed_by"].as_str()), (Some("restored"), Some("ann")));
    assert_eq!(facts["restores"], id("05:41:07.120").to_string());
    assert_eq!(facts["left_alone_until"], "2026-11-23T05:41:07.120Z");
}

#[test]
fn each_mail_of_a_change_has_the_command_that_has_it_put_back_on_its_first_screen() {
    let of = |outcome| Report { record: Some(id("05:41:07.120")), is_reversible: true, ..report(outcome) };
    let unchanged = |outcome| Report { is_reversible: false, ..of(outcome) };
    let command = format!("  make restore REGION=eu-west-1 RECORD={}\n", id("05:41:07.120"));
    for outcome in [Outcome::Remediated, Outcome::StillOpen, Outcome::ClosedMeanwhile, Outcome::Failed] {
        let text = mail(&of(outcome), usize::MAX).text;
        let first = text.lines().take(24).collect::<Vec<_>>().join("\n") + "\n";
        assert!(first.contains(&format!("\nHOW TO HAVE CURFEW PUT IT BACK\n{command}")), "{text}");
        assert_eq!(text.matches("make restore").count(), 1, "{text}");
    }
    let without = Report { record: None, ..of(Outcome::Remediated) };
    for report in [
        of(Outcome::Alerted),
        of(Outcome::Observed),
        of(Outcome::Held),
        unchanged(Outcome::Failed),
        unchanged(Outcome::ClosedMeanwhile),
        without,
        restored(Outcome::Restored),
    ] {
        assert!(!mail(&report, usize::MAX).text.contains("make restore"), "{:?}", report.outcome);
    }
}
