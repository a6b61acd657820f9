//! `curfew subjects` and `curfew settings check`.

use serde_json::Value;

use super::{File, curfew};
use crate::trouble::Ending;

const EVENT: &str =
    include_str!("../../../../shared/events/tests/behaviour/fixtures/s3_call_put_bucket_acl_canned.json");

#[test]
fn the_subjects_of_an_event_are_a_list_with_who_and_since_when() {
    let ran = curfew(&["subjects"], EVENT);
    let subjects: Value = serde_json::from_str(&ran.output).unwrap();
    let [subject] = subjects.as_array().unwrap().as_slice() else { panic!("{subjects}") };
    let keys: Vec<_> = subject.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["kind", "id", "account", "region", "partition", "cause", "opened_by", "open_since"]);
    assert_eq!(subject["kind"], "s3-bucket");
    assert!(ran.output.starts_with("[\n  {\n    \"kind\""), "as people read it: {}", ran.output);
    assert_eq!((ran.ending, ran.errors.as_str()), (Ending::Done, ""));
}

#[test]
fn calls_of_curfew_s_own_roles_point_at_nothing_whatever_these_are_called() {
    let event = EVENT.replace(r#""userName": "deploy""#, r#""userName": "curfew-s3-acl-private-eu-west-1""#);
    let event = event.replace(":role/deploy", ":role/curfew-s3-acl-private-eu-west-1");
    let number = |arguments: &[&str]| {
        let subjects: Value = serde_json::from_str(&curfew(arguments, &event).output).unwrap();
        subjects.as_array().unwrap().len()
    };
    assert_eq!(number(&["subjects"]), 0);
    assert_eq!(number(&["subjects", "audit-", "other-"]), 1);
    assert_eq!(number(&["subjects", "audit-", "curfew-s3"]), 0);
}

#[test]
fn what_is_no_event_is_said_with_status_1() {
    let ran = curfew(&["subjects"], "{}");
    assert_eq!((ran.ending, ran.output.as_str()), (Ending::Unread, ""));
    assert_eq!(ran.errors.lines().count(), 1, "{}", ran.errors);
}

#[test]
fn settings_that_can_be_used_are_said_to_be() {
    let file = File::new("settings.json", "\u{feff}{\"mode\": \"observe\"}");
    let ran = curfew(&["settings", "check", file.name()], "");
    assert_eq!(ran.output, format!("`{}` can be used\n", file.name()));
    assert_eq!((ran.ending, ran.errors.as_str()), (Ending::Done, ""));
    assert_eq!(
        curfew(&["--json", "settings", "check"], "{}").output,
        "{\"usable\":true,\"error\":null,\"warnings\":[]}\n"
    );
}

#[test]
fn exemptions_that_exempt_nothing_are_warned_of() {
    let until = |end: &str| {
        let exemption =
            r#"{"resource": "arn:aws:s3:::acme", "controls": "all", "reason": "r", "until": "END"}"#;
        format!(r#"{{"exemptions": [{}], "exempt_max_days": 3650}}"#, exemption.replace("END", end))
    };
    for (end, words) in [("2020-01-31", "`until` is over since"), ("9999-01-31", "`until` is too far ahead")]
    {
        let ran = curfew(&["settings", "check"], &until(end));
        assert_eq!((ran.ending, ran.output.as_str()), (Ending::Done, "the settings can be used\n"));
        let said = format!("warning: `exemptions[0]` of the settings: {words}");
        assert!(
            ran.errors.starts_with(&said) && ran.errors.ends_with(": it exempts nothing\n"),
            "{}",
            ran.errors
        );
        let json: Value =
            serde_json::from_str(&curfew(&["settings", "check", "--json"], &until(end)).output).unwrap();
        assert_eq!((&json["usable"], json["warnings"].as_array().unwrap().len()), (&Value::Bool(true), 1));
    }
}

#[test]
fn settings_that_cannot_be_used_are_told_with_the_key() {
    let ran = curfew(&["settings", "check"], r#"{"mode": "off"}"#);
    assert!(ran.errors.starts_with("the settings cannot be used: `mode`: "), "{}", ran.errors);
    assert_eq!((ran.ending, ran.output.as_str()), (Ending::Unread, ""));
    let json: Value = serde_json::from_str(&curfew(&["settings", "check", "--json"], "[]").output).unwrap();
    assert_eq!(json["usable"], false);
    assert!(json["error"].is_string());
    let ran = curfew(&["settings", "check", "no/such/file"], "");
    assert!(ran.errors.starts_with("`no/such/file`: "), "{}", ran.errors);
}
