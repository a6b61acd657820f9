//! `curfew explain`.

use policy::Policy;
use serde_json::Value;

use super::{File, curfew, curfew_at, refused};
use crate::console::Colours;
use crate::trouble::Ending;

const OPEN: &str = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*"}}"#;
const CLOSED: &str = r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::acme/*"}}"#;
const UNTIL: &str = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*",
    "Condition": {"DateLessThan": {"aws:CurrentTime": "2026-06-01T00:00:00Z"}}}}"#;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_line_is_answered_with_one_in_the_same_order() {
    let ran = curfew(&["explain"], &format!("{OPEN}\nno policy\n\n{CLOSED}"));
    let answers = objects(&ran.output);
    let public: Vec<_> =
        answers.iter().map(|answer| answer.get("semantic").and_then(Value::as_bool)).collect();
    assert_eq!(public, [Some(true), None, None, Some(false)]);
    assert!(answers[1]["error"].is_string() && answers[2]["error"].is_string());
    let keys: Vec<_> = answers[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["documented", "semantic", "witness", "abilities", "findings", "fix"]);
    // What is no policy is an answer, not a failure.
    assert_eq!((ran.ending, ran.errors.as_str()), (Ending::Done, ""));
}

#[test]
fn a_line_that_is_longer_than_any_policy_is_not_kept() {
    let long = "x".repeat(Policy::MAX_BYTES + 10_000);
    let answers = objects(&curfew(&["explain"], &format!("{long}\n{OPEN}\n{long}")).output);
    let errors: Vec<bool> = answers.iter().map(|answer| answer["error"].is_string()).collect();
    assert_eq!(errors, [true, false, true]);
    assert_eq!(answers[0]["error"], format!("the line has more than {} bytes", Policy::MAX_BYTES));
}

#[test]
fn a_line_that_is_no_text_is_named_so() {
    let ran = curfew_at(&["explain"], b"\xff\xfe\n", Colours::default());
    assert_eq!(ran.output, "{\"error\":\"the line is not UTF-8\"}\n");
}

#[test]
fn a_file_is_explained_for_a_person_under_its_name() {
    let file = File::new("harbour.json", OPEN);
    let said = curfew(&["explain", file.name()], "").output;
    assert!(
        said.starts_with("Anyone") && said.contains("`harbour`") && said.contains("\nThe policy:\n"),
        "{said}"
    );
    assert_eq!(curfew(&["explain", "--text", file.name()], "").output, said);
    let input = curfew(&["explain", "-"], OPEN);
    assert_eq!(input.output, said.replace("`harbour`", "`bucket`"));
    assert_eq!(input.ending, Ending::Done);
}

#[test]
fn as_json_a_file_is_what_its_line_is() {
    let file = File::new("line.json", OPEN);
    let mut of_file = objects(&curfew(&["explain", "--json", file.name()], "").output);
    let of_line = objects(&curfew(&["explain"], OPEN).output);
    assert_eq!(of_file[0].as_object_mut().unwrap().remove("file").unwrap(), file.name());
    assert_eq!(of_file, of_line);
}

#[test]
fn a_file_that_is_not_there_hides_no_other_and_says_how_a_bucket_is_read() {
    let file = File::new("there.json", CLOSED);
    let ran = curfew(&["explain", "no-such-bucket", file.name()], "");
    assert!(ran.output.contains("`there`"), "{}", ran.output);
    assert!(ran.errors.starts_with("`no-such-bucket`: "), "{}", ran.errors);
    assert_eq!(ran.errors.contains("--bucket no-such-bucket"), cfg!(feature = "live"), "{}", ran.errors);
    assert_eq!(ran.ending, Ending::Unread);
}

#[test]
fn the_moment_and_the_account_decide_where_they_are_said() {
    let public = |arguments: &[&str], policy: &str| {
        let arguments: Vec<_> = ["explain"].iter().chain(arguments).copied().collect();
        objects(&curfew(&arguments, policy).output)[0]["semantic"].as_bool().unwrap()
    };
    let until = UNTIL.replace('\n', " ");
    assert!(public(&["--now", "2026-05-01T00:00:00Z"], &until));
    assert!(!public(&["--now", "2026-07-01T00:00:00Z"], &until));
    let text = refused(&["explain", "--now", "yesterday"]);
    assert!(text.contains("'yesterday'") && text.contains("2026-11-22T05:41:07Z"), "{text}");

    let other = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "*"}}"#;
    let findings = |arguments: &[&str]| {
        objects(&curfew(arguments, other).output)[0]["findings"].as_array().unwrap().len()
    };
    assert_eq!(
        (
            findings(&["explain", "--account", "111122223333"]),
            findings(&["explain", "--account", "444455556666"])
        ),
        (0, 1)
    );
    assert!(refused(&["explain", "--account", "me"]).contains("12-digit"));
}

#[test]
fn what_a_terminal_would_obey_is_shown_and_not_sent() {
    let policy = OPEN.replace("\"Effect\"", "\"Sid\": \"a\\u001b[2Jb\\u009b\", \"Effect\"");
    for colours in [Colours::default(), Colours { output: true, errors: true }] {
        let said = curfew_at(&["explain", "-"], policy.as_bytes(), colours).output;
        assert!(!said.contains("\u{1b}[2J") && !said.contains('\u{9b}'), "{said:?}");
    }
}

#[test]
fn colours_are_only_where_they_are_shown() {
    let plain = curfew(&["explain", "-"], OPEN).output;
    assert!(!plain.contains('\u{1b}'));
    let colourful =
        curfew_at(&["explain", "-"], OPEN.as_bytes(), Colours { output: true, errors: false }).output;
    assert!(
        colourful.contains("\u{1b}[1mAnyone") && colourful.contains("\u{1b}[31mCRITICAL, "),
        "{colourful}"
    );
    assert_eq!(anstream::adapter::strip_str(&colourful).to_string(), plain);
}
