//! `curfew exposure`.

use serde_json::{Value, json};

use super::{File, curfew};
use crate::trouble::Ending;

const QUESTION: &str = r#"{"query": {"protocol": "tcp", "port": 22}}"#;

#[test]
fn a_line_that_cannot_be_read_names_its_number_and_empty_ones_are_skipped() {
    let output = curfew(&["exposure"], &format!("{QUESTION}\n\n  \n{{}}\n{QUESTION}\n"));
    let said: Vec<Value> = output.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answer = json!({ "unknown_prefix_list": false, "v4": "none", "v6": "none" });
    assert_eq!(said, [answer.clone(), json!({ "error": "`query` is missing", "line": 4 }), answer]);
    assert_eq!(output.ending, Ending::Unread);
    assert_eq!(curfew(&["exposure"], &format!("{QUESTION}\n")).ending, Ending::Done);
}

#[test]
fn a_group_that_cannot_be_read_hides_no_other() {
    let groups = r#"{"SecurityGroups": [
        {"GroupId": "sg-1"},
        {"GroupId": "sg-2", "IpPermissions": [{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "here"}]}]},
        {"GroupName": "nameless"},
        {"GroupId": "sg-4"}
    ]}"#;
    for arguments in [&["exposure", "--text"][..], &["exposure", "--text", "-"], &["exposure", "-"]] {
        let output = curfew(arguments, groups);
        let said = &output.output;
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(
            said.starts_with("sg-1: nothing is open") && said.contains("\nsg-4: nothing is open"),
            "{said}"
        );
        let errors = &output.errors;
        assert!(errors.starts_with("sg-2: ") && errors.contains("`here`"), "{errors}");
        assert!(errors.contains("a group without an id: `SecurityGroups[2].GroupId` is missing"), "{errors}");
        assert_eq!(output.ending, Ending::Unread);
    }
}

#[test]
fn of_rules_one_by_one_the_group_of_a_bad_one_is_named() {
    let rules = r#"{"SecurityGroupRules": [
        {"GroupId": "sg-1", "SecurityGroupRuleId": "sgr-1", "IpProtocol": "tcp", "CidrIpv4": "10.0.0.0/8"},
        {"GroupId": "sg-2", "SecurityGroupRuleId": "sgr-2", "IpProtocol": "tcp"}
    ]}"#;
    let output = curfew(&["exposure", "--text"], rules);
    assert!(output.output.starts_with("sg-1: "));
    assert!(output.errors.starts_with("sg-2: "));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = curfew(&["exposure", "--text", "no/such/file"], "");
    assert!(output.errors.starts_with("`no/such/file`: "), "{}", output.errors);
    assert_eq!((output.output.as_str(), output.ending), ("", Ending::Unread));
}

#[test]
fn prefix_lists_stand_beside_the_groups() {
    let groups = json!({
        "SecurityGroups": [{ "GroupId": "sg-1", "IpPermissions": [
            { "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{ "PrefixListId": "pl-1" }] },
        ] }],
        "prefix_lists": { "pl-1": ["0.0.0.0/0"] },
    });
    let file = File::new("groups.json", &groups.to_string());
    let said = curfew(&["exposure", file.name()], "");
    assert!(said.output.contains("tcp 22 (SSH): open to the world over IPv4"), "{}", said.output);
    let without = groups.to_string().replace("prefix_lists", "others");
    let said = curfew(&["exposure", "-"], &without);
    assert!(said.output.contains("pl-1: this prefix list could not be read"), "{}", said.output);
    assert_eq!(said.ending, Ending::Done);
}

#[test]
fn as_json_a_group_is_an_object_with_what_is_open_and_what_closes_it() {
    let rules = r#"{"SecurityGroupRules": [
        {"GroupId": "sg-1", "SecurityGroupRuleId": "sgr-1", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 8080, "CidrIpv4": "0.0.0.0/0"}
    ]}"#;
    let output = curfew(&["exposure", "--json", "-"], rules);
    let group: Value = serde_json::from_str(&output.output).unwrap();
    assert_eq!((&group["group"], &group["name"]), (&json!("sg-1"), &json!(null)));
    let [finding] = group["findings"].as_array().unwrap().as_slice() else { panic!("{group}") };
    assert_eq!(finding["rules"], json!(["sgr-1"]));
    assert_eq!((&finding["exposure"], &finding["closes"]), (&json!("world"), &json!(true)));
    assert_eq!((&finding["family"], &finding["protocol"]), (&json!("IPv4"), &json!("tcp")));
    assert_eq!(group["plan"]["revoke"], json!(["sgr-1"]));
    assert_eq!(group["plan"]["restore"].as_array().unwrap().len(), 2, "80 and 443");
}
