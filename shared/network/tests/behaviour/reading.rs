//! Rules and groups as AWS prints them.

#![expect(clippy::unwrap_used, reason = "a test fails where a fixture cannot be read")]

use network::{Protocol, ReferencedGroup, Rule, SecurityGroup, Source};
use serde_json::{Value, json};

fn described_rule(source: (&str, Value)) -> Value {
    let mut rule = json!({
        "SecurityGroupRuleId": "sgr-0a1b",
        "GroupId": "sg-1",
        "GroupOwnerId": "111122223333",
        "IsEgress": false,
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 23,
        "Description": "office",
        "Tags": [{ "Key": "team", "Value": "shop" }],
    });
    rule.as_object_mut().unwrap().insert(source.0.to_owned(), source.1);
    rule
}

#[test]
fn a_described_rule_is_read_with_any_source() {
    let group = ReferencedGroup {
        group_id: Some("sg-2".into()),
        user_id: Some("111122223333".to_owned()),
        ..ReferencedGroup::default()
    };
    for (field, expected) in [
        (("CidrIpv4", json!("10.0.0.5/8")), Source::V4("10.0.0.5/8".parse().unwrap())),
        (("CidrIpv6", json!("2001:DB8::/32")), Source::V6("2001:db8::/32".parse().unwrap())),
        (("PrefixListId", json!("pl-1")), Source::PrefixList("pl-1".into())),
        (
            ("ReferencedGroupInfo", json!({ "GroupId": "sg-2", "UserId": "111122223333" })),
            Source::Group(group),
        ),
    ] {
        let rule = Rule::read(&described_rule(field)).unwrap();
        assert_eq!(rule.id.as_str(), "sgr-0a1b");
        assert_eq!(rule.permission.protocol, Protocol::Tcp);
        assert_eq!((rule.permission.from_port, rule.permission.to_port), (Some(22), Some(23)));
        assert_eq!(rule.permission.description.as_deref(), Some("office"));
        assert_eq!(rule.permission.source, expected);
        assert_eq!(rule.tags.get("team").map(String::as_str), Some("shop"));
    }
}

#[test]
fn a_rule_has_one_source() {
    let mut two = described_rule(("CidrIpv4", json!("10.0.0.0/8")));
    two.as_object_mut().unwrap().insert("PrefixListId".into(), json!("pl-1"));
    let none = described_rule(("CidrIpv4", json!(null)));
    for rule in [two, none] {
        let error = Rule::read(&rule).unwrap_err().to_string();
        assert!(error.starts_with("`the document` is not a rule of exactly one source"), "{error}");
    }
}

#[test]
fn a_rule_reads_back_as_it_was_written() {
    let original = described_rule(("CidrIpv4", json!("10.0.0.5/8")));
    let rule: Rule = serde_json::from_value(original).unwrap();
    let written = serde_json::to_value(&rule).unwrap();
    assert_eq!(
        written,
        json!({
            "SecurityGroupRuleId": "sgr-0a1b",
            "IsEgress": false,
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 23,
            "CidrIpv4": "10.0.0.5/8",
            "Description": "office",
            "Tags": [{ "Key": "team", "Value": "shop" }],
        })
    );
    assert_eq!(serde_json::from_value::<Rule>(written).unwrap(), rule);
}

#[test]
fn a_rule_that_cannot_be_read_is_an_error_that_names_the_field() {
    let rule = described_rule(("CidrIpv4", json!("ten/8")));
    let error = serde_json::from_value::<Rule>(rule).unwrap_err();
    assert_eq!(error.to_string(), "`CidrIpv4` is not an address block: `ten/8`");
}

#[test]
fn a_permission_becomes_a_rule_for_each_source_that_keeps_its_description() {
    let permissions = json!([{
        "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
        "IpRanges": [{ "CidrIp": "10.0.0.0/8", "Description": "office" }, { "CidrIp": "::/0" }],
        "Ipv6Ranges": [{ "CidrIpv6": "2001:db8::/32" }],
        "PrefixListIds": [{ "PrefixListId": "pl-1", "Description": "vendor" }],
        "UserIdGroupPairs": [{ "GroupId": "sg-1" }],
    }]);
    let rules = Rule::read_ip_permissions(&permissions).unwrap();
    let read: Vec<_> =
        rules.iter().map(|rule| (rule.id.as_str(), rule.permission.description.as_deref())).collect();
    assert_eq!(
        read,
        [
            ("tcp 22 from 10.0.0.0/8", Some("office")),
            ("tcp 22 from ::/0", None),
            ("tcp 22 from 2001:db8::/32", None),
            ("tcp 22 from pl-1", Some("vendor")),
            ("tcp 22 from sg-1", None),
        ]
    );
}

#[test]
fn groups_are_read_from_either_answer() {
    let groups = SecurityGroup::read_all(&json!({
        "SecurityGroups": [
            { "GroupId": "sg-1", "GroupName": "web", "IpPermissions": [
                { "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] },
            ] },
            { "GroupId": "sg-2" },
        ],
    }))
    .unwrap();
    let read: Vec<_> =
        groups.iter().map(|group| (group.id.as_str(), group.name.as_deref(), group.rules.len())).collect();
    assert_eq!(read, [("sg-1", Some("web"), 1), ("sg-2", None, 0)]);

    let rule = described_rule(("CidrIpv4", json!("0.0.0.0/0")));
    let groups = SecurityGroup::read_all(&json!({ "SecurityGroupRules": [rule, rule] })).unwrap();
    let read: Vec<_> = groups.iter().map(|group| (group.id.as_str(), group.rules.len())).collect();
    assert_eq!(read, [("sg-1", 2)]);
}

#[test]
fn an_answer_without_groups_is_an_error() {
    let error = SecurityGroup::read_all(&json!({})).unwrap_err();
    assert_eq!(error.to_string(), "`SecurityGroups` is missing");
}
