//! What is written as JSON comes back as it was.

use std::fmt::Debug;
use std::net::IpAddr;

use network::{
    Cut, IpNet, Permission, Plan, PortSet, PrefixListId, Protocol, ReferencedGroup, Restoration, Rule,
    RuleId, Source, Span, SpanSet,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::given;

/// Through text, and through a value, as part of a larger document.
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(one: &T) -> Result<(), TestCaseError> {
    let wrong = |error: serde_json::Error| TestCaseError::fail(format!("{error} in {one:?}"));
    let text = serde_json::to_string(one).map_err(wrong)?;
    let from_text: T = serde_json::from_str(&text).map_err(wrong)?;
    prop_assert_eq!(&from_text, one);
    let value: Value = serde_json::from_str(&text).map_err(wrong)?;
    let from_value: T = serde_json::from_value(value).map_err(wrong)?;
    prop_assert_eq!(&from_value, one);
    Ok(())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{0,12}", prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter)]
}

fn protocol() -> impl Strategy<Value = Protocol> {
    let known = select(vec!["tcp", "6", "UDP", "icmp", "58", "-1", "50", "GRE", "255", "", "-2"]);
    prop_oneof![known.prop_map(Protocol::from), text().prop_map(|name| Protocol::from(name.as_str()))]
}

/// With host bits as they come.
fn block() -> impl Strategy<Value = IpNet> {
    let v4 = (any::<[u8; 4]>(), 0_u8..=32).prop_map(|(bytes, length)| (IpAddr::from(bytes), length));
    let v6 = (any::<[u8; 16]>(), 0_u8..=128).prop_map(|(bytes, length)| (IpAddr::from(bytes), length));
    let well_formed = "a prefix is not longer than its address";
    prop_oneof![v4, v6].prop_filter_map(well_formed, |(address, length)| IpNet::new(address, length).ok())
}

fn group() -> impl Strategy<Value = ReferencedGroup> {
    let field = || prop::option::of(text());
    (field(), field(), field(), field()).prop_map(|(group_id, user_id, vpc_id, vpc_peering_connection_id)| {
        ReferencedGroup { group_id, user_id, vpc_id, vpc_peering_connection_id }
    })
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        2 => block().prop_map(Source::from),
        1 => text().prop_map(|id| Source::PrefixList(id.into())),
        1 => group().prop_map(Source::Group),
    ]
}

fn permission() -> impl Strategy<Value = Permission> {
    let port = || prop::option::of(prop_oneof![-1..=65535, any::<i32>()]);
    (protocol(), port(), port(), source(), prop::option::of(text())).prop_map(
        |(protocol, from_port, to_port, source, description)| Permission {
            protocol,
            from_port,
            to_port,
            source,
            description,
        },
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    let tags = prop::collection::btree_map(text(), text(), 0..4);
    (text(), any::<bool>(), permission(), tags).prop_map(|(id, is_egress, permission, tags)| Rule {
        id: id.into(),
        is_egress,
        permission,
        tags,
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let part = (text(), permission())
        .prop_map(|(part_of, permission)| Restoration { part_of: part_of.into(), permission });
    let types = prop::collection::vec(text(), 0..3);
    let cut = (text(), protocol(), types, source(), any::<u16>()).prop_map(
        |(part_of, protocol, types, source, rules)| Cut {
            part_of: part_of.into(),
            protocol,
            types,
            source,
            rules: rules.into(),
        },
    );
    let revoke = prop::collection::btree_set(text().prop_map(RuleId::from), 0..4);
    (prop::collection::vec(part, 0..4), prop::collection::vec(cut, 0..3), revoke)
        .prop_map(|(restore, cut, revoke)| Plan { restore, cut, revoke })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_and_what_they_are_made_of_come_back(rule in rule()) {
        comes_back(&rule)?;
        comes_back(&rule.permission)?;
        comes_back(&rule.permission.source)?;
        comes_back(&rule.permission.protocol)?;
        comes_back(&rule.id)?;
        match &rule.permission.source {
            Source::Group(group) => comes_back(group)?,
            Source::PrefixList(id) => comes_back::<PrefixListId>(id)?,
            Source::V4(_) | Source::V6(_) => {}
        }
    }

    #[test]
    fn plans_and_what_they_are_made_of_come_back(plan in plan()) {
        comes_back(&plan)?;
        plan.restore.iter().try_for_each(comes_back)?;
        plan.cut.iter().try_for_each(comes_back)?;
    }

    #[test]
    fn ports_read_back_as_they_were_written(numbers in prop::collection::vec(any::<u16>(), 0..20)) {
        let ports: PortSet = numbers.iter().copied().map(Span::single).collect::<SpanSet<u16>>().into();
        prop_assert_eq!(given::ports(&ports.to_string()), ports);
    }
}

#[test]
fn a_rule_is_written_as_ec2_describes_it() {
    let mut rule = given::rule("sgr-0a1b", "6", "22-23", "10.0.0.5/8");
    rule.permission.description = Some("office".to_owned());
    rule.tags.insert("team".to_owned(), "shop".to_owned());
    let expected = json!({
        "SecurityGroupRuleId": "sgr-0a1b",
        "IsEgress": false,
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 23,
        "CidrIpv4": "10.0.0.5/8",
        "Description": "office",
        "Tags": [{ "Key": "team", "Value": "shop" }],
    });
    assert_eq!(serde_json::to_value(&rule).unwrap(), expected);

    for (source, field, written) in [
        ("2001:DB8::1/32", "CidrIpv6", json!("2001:db8::1/32")),
        ("pl-1", "PrefixListId", json!("pl-1")),
        ("sg-1", "ReferencedGroupInfo", json!({ "GroupId": "sg-1" })),
    ] {
        let rule = serde_json::to_value(given::rule("sgr-1", "-1", "all", source)).unwrap();
        let mut expected = json!({ "SecurityGroupRuleId": "sgr-1", "IsEgress": false, "IpProtocol": "-1" });
        expected[field] = written;
        assert_eq!(rule, expected);
    }
}

#[test]
fn a_plan_is_written_with_its_parts() {
    let half = given::rule("sgr-1", "tcp", "80", "0.0.0.0/1").permission;
    let cut = Cut {
        part_of: "sgr-2".into(),
        protocol: Protocol::Icmp,
        types: vec!["types 0-7".to_owned()],
        source: half.source.clone(),
        rules: 8,
    };
    let restore = vec![Restoration { part_of: "sgr-1".into(), permission: half }];
    let plan = Plan { restore, cut: vec![cut], revoke: ["sgr-1".into()].into() };
    let part = json!({ "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "0.0.0.0/1" });
    let expected = json!({
        "restore": [{ "part_of": "sgr-1", "permission": part }],
        "cut": [{
            "part_of": "sgr-2",
            "protocol": "icmp",
            "types": ["types 0-7"],
            "source": { "CidrIpv4": "0.0.0.0/1" },
            "rules": 8,
        }],
        "revoke": ["sgr-1"],
    });
    assert_eq!(serde_json::to_value(&plan).unwrap(), expected);
    let nothing = json!({ "restore": [], "revoke": [] });
    assert_eq!(serde_json::to_value(Plan::default()).unwrap(), nothing);
}

#[test]
fn what_nobody_wrote_so_is_refused() {
    let written = || {
        json!({
            "SecurityGroupRuleId": "sgr-1",
            "IsEgress": false,
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "CidrIpv4": "10.0.0.0/8",
        })
    };
    assert!(serde_json::from_value::<Rule>(written()).is_ok());
    for (field, value, complaint) in [
        ("SecurityGroupRuleId", json!(null), "invalid type: null, expected a string"),
        ("IsEgress", json!("no"), "invalid type: string \"no\", expected a boolean"),
        ("IpProtocol", json!("TCP"), "the protocol `TCP` is written `tcp`"),
        ("IpProtocol", json!("17"), "the protocol `17` is written `udp`"),
        ("FromPort", json!("22"), "invalid type: string \"22\", expected i32"),
        ("CidrIpv4", json!("10.0.0.0"), "invalid IP address syntax"),
        ("CidrIpv4", json!("::/0"), "invalid IP address syntax"),
        ("CidrIpv4", json!(null), "not exactly one source of a known kind"),
        ("PrefixListId", json!("pl-1"), "not exactly one source of a known kind"),
        ("Tags", json!([{ "key": "a", "value": "b" }]), "missing field `Key`"),
    ] {
        let mut rule = written();
        rule[field] = value;
        let error = serde_json::from_value::<Rule>(rule).unwrap_err().to_string();
        assert_eq!(error, complaint, "{field}");
    }
    for field in ["SecurityGroupRuleId", "IsEgress", "IpProtocol"] {
        let mut rule = written();
        let value = rule.as_object_mut().unwrap().remove(field).unwrap();
        rule[field.to_lowercase()] = value;
        let error = serde_json::from_value::<Rule>(rule).unwrap_err().to_string();
        assert_eq!(error, format!("missing field `{field}`"));
    }
}
