//! Help, completions, and what makes no sense.

#[cfg(feature = "live")]
use std::time::Duration;

use clap::{CommandFactory, Parser};
use clap_complete::Shell;

use super::{curfew, refused};
use crate::arguments::Arguments;
#[cfg(feature = "live")]
use crate::arguments::{Moment, moment};
use crate::trouble::Ending;

/// A terminal as it opens.
const COLUMNS: usize = 80;
const LINES: usize = 24;

/// Each subcommand, by the words that lead to it.
fn all(command: &clap::Command, words: &[String]) -> Vec<Vec<String>> {
    let below = command.get_subcommands().flat_map(|one| {
        let words: Vec<String> = words.iter().cloned().chain([one.get_name().to_owned()]).collect();
        all(one, &words)
    });
    [words.to_vec()].into_iter().chain(below).collect()
}

#[test]
fn all_help_fits_a_screen() {
    let all = all(&Arguments::command(), &["curfew".to_owned()]);
    assert!(all.iter().any(|words| words.join(" ") == "curfew settings check"), "{all:?}");
    for (words, flag) in all.iter().flat_map(|words| [(words, "-h"), (words, "--help")]) {
        let help = Arguments::try_parse_from(words.iter().map(String::as_str).chain([flag])).unwrap_err();
        let help = help.to_string();
        // The prompt comes after it.
        assert!(
            help.lines().count() < LINES,
            "{} has {} lines:\n{help}",
            words.join(" "),
            help.lines().count()
        );
        for line in help.lines() {
            assert!(line.chars().count() <= COLUMNS, "{}: {line}", words.join(" "));
        }
    }
}

#[test]
fn the_arguments_contradict_each_other_nowhere() {
    Arguments::command().debug_assert();
}

#[test]
fn each_shell_completes_each_subcommand() {
    for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
        let ran = curfew(&["completions", &shell.to_string()], "");
        assert_eq!(ran.ending, Ending::Done);
        for subcommand in Arguments::command().get_subcommands() {
            assert!(ran.output.contains(subcommand.get_name()), "{shell}: {}", subcommand.get_name());
        }
    }
}

#[cfg(feature = "live")]
#[test]
fn the_exit_statuses_are_those_that_the_help_lists() {
    let help = Arguments::command().render_help().to_string();
    let endings = [
        (Ending::Done, "done"),
        (Ending::Unread, "could not be read"),
        (Ending::NotAsked, "AWS did not answer"),
        (Ending::NotRestored, "nothing was put back"),
        (Ending::HalfRestored, "not all was put back"),
    ];
    for (ending, words) in endings {
        let (_, said) = help.split_once(&format!("  {}  ", ending as u8)).unwrap();
        assert!(said.split("  ").next().unwrap().contains(words), "{help}");
    }
    assert!(help.contains("2  the command line is wrong"));
}

#[test]
fn what_is_mistyped_is_named() {
    assert!(refused(&["explian"]).contains("'explain'"));
    assert!(refused(&["settings"]).contains("check"));
}

#[cfg(feature = "live")]
#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_asked() {
    assert!(refused(&["restore"]).contains("--record"));
    let record = "2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e@arn:aws:s3:::acme";
    assert!(
        refused(&["restore", "--record", record, "--resource", "arn:aws:s3:::acme"])
            .contains("cannot be used with")
    );
    assert!(refused(&["restore", "--record", "acme"]).contains("no record's id"));
    assert!(refused(&["history", "acme"]).contains("not an ARN"));
    assert!(refused(&["history"]).contains("<ARN"));
    assert!(refused(&["history", "--since", "yesterday"]).contains("2026-11-01"));
    assert!(
        refused(&["history", "arn:aws:s3:::acme", "--since", "2026-11-01"]).contains("cannot be used with")
    );
    assert!(refused(&["history", "arn:aws:s3:::acme", "--region", "Frankfurt"]).contains("eu-central-1"));
    assert!(refused(&["report", "--since", "lately"]).contains("30d, 12h or 4w"));
    assert!(refused(&["explain", "--bucket", "acme", "policy.json"]).contains("cannot be used with"));
    assert!(refused(&["explain", "--bucket", "a/b"]).contains("the name of an S3 bucket"));
}

#[cfg(feature = "live")]
#[test]
fn a_moment_is_a_span_a_day_or_a_time() {
    let ago = |seconds| Ok(Moment::Ago(Duration::from_secs(seconds)));
    assert_eq!(moment("30d"), ago(30 * 24 * 60 * 60));
    assert_eq!(moment("12h"), ago(12 * 60 * 60));
    assert_eq!(moment("4w"), ago(28 * 24 * 60 * 60));
    let day = remediation::clock::parse("2026-11-01T00:00:00Z").unwrap();
    assert_eq!(moment("2026-11-01"), Ok(Moment::At(day)));
    assert_eq!(moment("2026-11-01T01:00:00+01:00"), Ok(Moment::At(day)));
    for wrong in ["", "d", "-3d", "3.5d", "30", "2026-13-01", "99999999999w", "tomorrow"] {
        assert!(moment(wrong).is_err(), "{wrong}");
    }
}
