//! Rules and groups as AWS prints them.

#![expect(clippy::unwrap_used, reason = "a test fails where a fixture cannot be read")]

use exposure::SecurityGroup;
use network::{Protocol, ReferencedGroup, Rule, Source};
use serde_json::{Value, json};

/// The groups of an answer, or why the first that is unreadable is so.
fn groups(answer: &Value) -> Result<Vec<SecurityGroup>, String> {
    let groups = SecurityGroup::read_each(answer).map_err(|fault| fault.to_string())?;
    groups.into_iter().map(|group| group.map_err(|unreadable| unreadable.to_string())).collect()
}

/// The rules of a group that is described by them.
fn rules(rules: &[Value]) -> Result<Vec<Rule>, String> {
    let groups = groups(&json!({ "SecurityGroupRules": rules }))?;
    Ok(groups.into_iter().flat_map(|group| group.rules).collect())
}

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
        let rule = rules(&[described_rule(field)]).unwrap().remove(0);
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
        let error = rules(&[rule]).unwrap_err();
        let expected = "sg-1: `SecurityGroupRules[0]` is not a rule of exactly one source: `{";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_rule_that_cannot_be_read_is_an_error_that_names_the_field() {
    let error = rules(&[described_rule(("CidrIpv4", json!("ten/8")))]).unwrap_err();
    assert_eq!(error, "sg-1: `SecurityGroupRules[0].CidrIpv4` is not an address block: `ten/8`");
}

#[test]
fn a_description_of_no_letters_is_none() {
    let mut rule = described_rule(("CidrIpv4", json!("10.0.0.0/8")));
    rule.as_object_mut().unwrap().insert("Description".into(), json!(""));
    assert_eq!(rules(&[rule]).unwrap().remove(0).permission.description, None);
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
    let group = json!({ "GroupId": "sg-1", "IpPermissions": permissions });
    let rules = groups(&json!({ "SecurityGroups": [group] })).unwrap().remove(0).rules;
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
    let described = groups(&json!({
        "SecurityGroups": [
            { "GroupId": "sg-1", "GroupName": "web", "IpPermissions": [
                { "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] },
            ] },
            { "GroupId": "sg-2" },
        ],
    }))
    .unwrap();
    let read: Vec<_> =
        described.iter().map(|group| (group.id.as_str(), group.name.as_deref(), group.rules.len())).collect();
    assert_eq!(read, [("sg-1", Some("web"), 1), ("sg-2", None, 0)]);

    let rule = described_rule(("CidrIpv4", json!("0.0.0.0/0")));
    let groups = groups(&json!({ "SecurityGroupRules": [rule, rule] })).unwrap();
    let read: Vec<_> = groups.iter().map(|group| (group.id.as_str(), group.rules.len())).collect();
    assert_eq!(read, [("sg-1", 2)]);
}

#[test]
fn an_answer_without_groups_is_an_error() {
    let error = groups(&json!({})).unwrap_err();
    assert_eq!(error, "`SecurityGroups` is missing");
}
