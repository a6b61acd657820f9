//! The tool, as people run it.

use std::process::ExitCode;

use exposure::run;
use serde_json::{Value, json};

struct Output {
    status: ExitCode,
    stdout: String,
    stderr: String,
}

fn exposure(arguments: &[&str], input: &str) -> Output {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let status = run(arguments, input.as_bytes(), &mut stdout, &mut stderr);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Output { status, stdout: text(&stdout), stderr: text(&stderr) }
}

const QUESTION: &str = r#"{"query": {"protocol": "tcp", "port": 22}}"#;

#[test]
fn a_line_that_cannot_be_read_names_its_number_and_empty_ones_are_skipped() {
    let output = exposure(&[], &format!("{QUESTION}\n\n  \n{{}}\n{QUESTION}\n"));
    let said: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answer = json!({ "unknown_prefix_list": false, "v4": "none", "v6": "none" });
    assert_eq!(said, [answer.clone(), json!({ "error": "`query` is missing", "line": 4 }), answer]);
    assert_eq!(output.status, ExitCode::FAILURE);
    assert_eq!(exposure(&[], &format!("{QUESTION}\n")).status, ExitCode::SUCCESS);
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
        let said = &output.stdout;
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(
            said.starts_with("sg-1: nothing is open") && said.contains("\nsg-4: nothing is open"),
            "{said}"
        );
        let errors = &output.stderr;
        assert!(errors.starts_with("sg-2: ") && errors.contains("`here`"), "{errors}");
        assert!(errors.contains("a group without an id: `SecurityGroups[2].GroupId` is missing"), "{errors}");
        assert_eq!(output.status, ExitCode::FAILURE);
    }
}

#[test]
fn of_rules_one_by_one_the_group_of_a_bad_one_is_named() {
    let rules = r#"{"SecurityGroupRules": [
        {"GroupId": "sg-1", "SecurityGroupRuleId": "sgr-1", "IpProtocol": "tcp", "CidrIpv4": "10.0.0.0/8"},
        {"GroupId": "sg-2", "SecurityGroupRuleId": "sgr-2", "IpProtocol": "tcp"}
    ]}"#;
    let output = exposure(&["--text"], rules);
    assert!(output.stdout.starts_with("sg-1: "));
    assert!(output.stderr.starts_with("sg-2: "));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = exposure(&["--text", "no/such/file"], "");
    assert!(output.stderr.starts_with("`no/such/file`: "), "{}", output.stderr);
    assert_eq!((output.stdout.as_str(), output.status), ("", ExitCode::FAILURE));
}

#[test]
fn other_arguments_are_told_the_usage() {
    let output = exposure(&["--help"], "");
    assert_eq!(output.stderr, "usage: exposure [--text [FILE]]\n");
    assert_eq!((output.stdout.as_str(), output.status), ("", ExitCode::FAILURE));
}
