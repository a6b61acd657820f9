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
    assert_eq!(curfew(&["--json", "settings", "check"], "{}").output, "{\"usable\":true,\"error\":null}\n");
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
