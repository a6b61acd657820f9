//! The example `exposure`, as people run it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::env::consts::EXE_SUFFIX;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// Cargo builds examples beside the folder of its tests.
fn exposure(arguments: &[&str], input: &str) -> Output {
    let test = std::env::current_exe().unwrap();
    let built: PathBuf = test.parent().and_then(|deps| deps.parent()).unwrap().join("examples");
    let mut process = Command::new(built.join(format!("exposure{EXE_SUFFIX}")))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const QUESTION: &str = r#"{"query": {"protocol": "tcp", "port": 22}}"#;

#[test]
fn a_line_that_cannot_be_read_names_its_number_and_empty_ones_are_skipped() {
    let output = exposure(&[], &format!("{QUESTION}\n\n  \n{{}}\n{QUESTION}\n"));
    let said: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answer = json!({ "unknown_prefix_list": false, "v4": "none", "v6": "none" });
    assert_eq!(said, [answer.clone(), json!({ "error": "`query` is missing", "line": 4 }), answer]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(exposure(&[], &format!("{QUESTION}\n")).status.code(), Some(0));
}

#[test]
fn a_group_that_cannot_be_read_hides_no_other() {
    let groups = r#"{"SecurityGroups": [
        {"GroupId": "sg-1"},
        {"GroupId": "sg-2", "IpPermissions": [{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "here"}]}]},
        {"GroupName": "nameless"},
        {"GroupId": "sg-4"}
    ]}"#;
    for arguments in [&["--text"][..], &["--text", "-"]] {
        let output = exposure(arguments, groups);
        let said = text(&output.stdout);
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(
            said.starts_with("sg-1: nothing is open") && said.contains("\nsg-4: nothing is open"),
            "{said}"
        );
        let errors = text(&output.stderr);
        assert!(errors.starts_with("sg-2: ") && errors.contains("`here`"), "{errors}");
        assert!(errors.contains("a group without an id: `SecurityGroups[2].GroupId` is missing"), "{errors}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn of_rules_one_by_one_the_group_of_a_bad_one_is_named() {
    let rules = r#"{"SecurityGroupRules": [
        {"GroupId": "sg-1", "SecurityGroupRuleId": "sgr-1", "IpProtocol": "tcp", "CidrIpv4": "10.0.0.0/8"},
        {"GroupId": "sg-2", "SecurityGroupRuleId": "sgr-2", "IpProtocol": "tcp"}
    ]}"#;
    let output = exposure(&["--text"], rules);
    assert!(text(&output.stdout).starts_with("sg-1: "));
    assert!(text(&output.stderr).starts_with("sg-2: "));
}
