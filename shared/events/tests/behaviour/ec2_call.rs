//! Calls of EC2 through CloudTrail.

use serde_json::{Value, json};

use crate::support::{because, event, fixture, places, reasons, subject, with};

const GROUP: &str = "security-group sg-0a1b2c3d4e5f60718 210987654321 eu-west-1 aws";

#[test]
fn each_call_names_its_group_in_its_own_way() {
    for (name, call) in [
        ("ec2_call_authorize_by_id", "AuthorizeSecurityGroupIngress"),
        ("ec2_call_authorize_by_name", "AuthorizeSecurityGroupIngress"),
        ("ec2_call_create_group", "CreateSecurityGroup"),
        ("ec2_call_modify_rules", "ModifySecurityGroupRules"),
        ("ec2_call_associate_vpc", "AssociateSecurityGroupVpc"),
    ] {
        let document = fixture(name);
        assert_eq!(places(&event(&document)), [GROUP], "{name}");
        let [words, opened_by, open_since] = because(&subject(&document));
        assert!(words.starts_with(&format!("CloudTrail {call} by ")), "{words}");
        assert!(opened_by.starts_with("arn:aws:"), "{opened_by}");
        assert_eq!(open_since, "2026-11-20T10:01:37Z");
    }
}

#[test]
fn a_prefix_list_is_a_subject_of_its_own_kind() {
    let document = fixture("ec2_call_modify_prefix_list");
    let list = "prefix-list pl-0c1d2e3f4a5b6c7d8 210987654321 eu-west-1 aws";
    assert_eq!(places(&event(&document)), [list]);
    let subject = subject(&document);
    assert_eq!(subject.arn(), "arn:aws:ec2:eu-west-1:210987654321:prefix-list/pl-0c1d2e3f4a5b6c7d8");
    assert_eq!(subject.resource.to_string(), "prefix list pl-0c1d2e3f4a5b6c7d8");
    assert_eq!(subject.cause.opened_by(), Some("ipam.amazonaws.com"), "nobody but a service made the call");
    let request =
        json!({ "RestoreManagedPrefixListVersionRequest": { "PrefixListId": "pl-0c1d2e3f4a5b6c7d8" } });
    let restored = with(document, "/detail/requestParameters", Some(request));
    let restored = with(restored, "/detail/eventName", Some("RestoreManagedPrefixListVersion".into()));
    assert_eq!(places(&event(&restored)), [list]);
}

#[test]
fn rules_of_one_call_are_one_subject() {
    let rule = json!({ "groupId": "sg-0a1b2c3d4e5f60718", "cidrIpv4": "0.0.0.0/0" });
    let document = with(
        fixture("ec2_call_authorize_by_name"),
        "/detail/responseElements/securityGroupRuleSet/items",
        Some(json!([rule, rule, { "cidrIpv4": "10.0.0.0/8" }])),
    );
    assert_eq!(places(&event(&document)), [GROUP]);
}

#[test]
fn names_are_read_in_any_spelling_and_without_their_wrapper() {
    let spelled = [
        ("ec2_call_authorize_by_id", json!({ "GroupId": "sg-0a1b2c3d4e5f60718" })),
        ("ec2_call_modify_rules", json!({ "groupId": "sg-0a1b2c3d4e5f60718" })),
        (
            "ec2_call_modify_rules",
            json!({ "modifySecurityGroupRulesRequest": { "groupId": "sg-0a1b2c3d4e5f60718" } }),
        ),
        ("ec2_call_associate_vpc", json!({ "groupId": "sg-0a1b2c3d4e5f60718", "vpcId": "vpc-1" })),
    ];
    for (name, request) in spelled {
        let document = with(fixture(name), "/detail/requestParameters", Some(request));
        assert_eq!(places(&event(&document)), [GROUP], "{name}");
    }
}

#[test]
fn a_group_that_nothing_but_a_name_tells_is_an_error_that_names_the_field() {
    let by_name = fixture("ec2_call_authorize_by_name");
    for response in [
        Value::Null,
        json!({ "_return": true }),
        json!({ "securityGroupRuleSet": {} }),
        json!({ "securityGroupRuleSet": { "items": {} } }),
    ] {
        let document = with(by_name.clone(), "/detail/responseElements", Some(response));
        let reading = event(&document);
        assert_eq!(reasons(&reading), ["`detail.requestParameters.groupId` is missing"]);
        assert!(reading.subjects.is_empty());
    }
}

#[test]
fn what_is_missing_or_of_another_kind_is_named() {
    for (name, pointer, value, reason) in [
        (
            "ec2_call_authorize_by_id",
            "/detail/requestParameters/groupId",
            Some(json!("sg_1")),
            "`detail.requestParameters.groupId` is `sg_1`, which is not the id of a security group (sg-...)",
        ),
        (
            "ec2_call_create_group",
            "/detail/responseElements",
            Some(Value::Null),
            "`detail.responseElements` is missing",
        ),
        (
            "ec2_call_create_group",
            "/detail/responseElements/groupId",
            None,
            "`detail.responseElements.groupId` is missing",
        ),
        (
            "ec2_call_modify_rules",
            "/detail/requestParameters/ModifySecurityGroupRulesRequest/GroupId",
            None,
            "`detail.requestParameters.ModifySecurityGroupRulesRequest.GroupId` is missing",
        ),
        (
            "ec2_call_modify_prefix_list",
            "/detail/requestParameters/ModifyManagedPrefixListRequest/PrefixListId",
            Some(json!("sg-1")),
            "`detail.requestParameters.ModifyManagedPrefixListRequest.PrefixListId` is `sg-1`, which is not the id of \
             a prefix list (pl-...)",
        ),
        (
            "ec2_call_authorize_by_id",
            "/detail/eventName",
            Some(json!("RevokeSecurityGroupIngress")),
            "`aws.ec2` / `AWS API Call via CloudTrail: RevokeSecurityGroupIngress` is not a trigger that Curfew reads",
        ),
    ] {
        assert_eq!(reasons(&event(&with(fixture(name), pointer, value))), [reason]);
    }
}
