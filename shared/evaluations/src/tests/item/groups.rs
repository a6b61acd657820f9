use events::{GroupId, Resource};
use remediation::testing::NOTHING_EXEMPT;
use security_groups::{Rules, SgIngress, SgSettings};
use serde_json::{Value, json};

use super::aws::Aws;
use super::{compliance, judged, throttled, words};
use crate::{Compliance, Item, OrItem, Verdict};

fn verdict(aws: Aws, item: Value) -> Option<Verdict> {
    let item = Item::new(item);
    let judge = SgIngress::new(OrItem::new(aws, Some(item.clone())), SgSettings::default());
    let group = Resource::SecurityGroup(GroupId::new("sg-1a2b3c4d").unwrap());
    judged(&judge, &item, group, &NOTHING_EXEMPT)
}

fn item(permissions: Value) -> Value {
    json!({
        "resourceType": "AWS::EC2::SecurityGroup",
        "resourceId": "sg-1a2b3c4d",
        "tags": {},
        "configuration": {
            "groupId": "sg-1a2b3c4d",
            "groupName": "web",
            "description": "the web",
            "vpcId": "vpc-1a2b3c4d",
            "tags": [],
            "ipPermissions": permissions,
            "ipPermissionsEgress": [{ "ipProtocol": "-1", "ipv4Ranges": [{ "cidrIp": "0.0.0.0/0" }] }],
        },
    })
}

fn port(port: u16, block: &str) -> Value {
    json!({
        "fromPort": port, "toPort": port, "ipProtocol": "tcp", "ipv6Ranges": [], "prefixListIds": [],
        "userIdGroupPairs": [], "ipv4Ranges": [{ "cidrIp": block }], "ipRanges": [block],
    })
}

fn ssh(from: &str, blocks: Value) -> Value {
    json!({ "fromPort": 22, "toPort": 22, "ipProtocol": "tcp", from: blocks })
}

#[test]
fn the_live_rules_count_whatever_the_item_says() {
    let closed = Aws { rules: Some(Rules::default()), ..Aws::default() };
    let verdict = verdict(closed, item(json!([port(22, "0.0.0.0/0")])));
    assert_eq!(compliance(verdict), Some(Compliance::Compliant));
}

#[test]
fn where_the_live_rules_are_denied_the_item_is_judged_as_ec2_would_write_it() {
    let group = json!({ "groupId": "sg-2", "userId": "210987654321" });
    for (permissions, expected) in [
        (json!([]), Compliance::Compliant),
        (json!([port(443, "0.0.0.0/0"), port(22, "10.0.0.0/8")]), Compliance::Compliant),
        (json!([{ "ipProtocol": "-1", "userIdGroupPairs": [group] }]), Compliance::Compliant),
        (json!([port(22, "0.0.0.0/0")]), Compliance::NonCompliant),
        (json!([ssh("ipRanges", json!(["0.0.0.0/1", "128.0.0.0/1"]))]), Compliance::NonCompliant),
        (json!([ssh("ipv6Ranges", json!([{ "cidrIpv6": "::/0" }]))]), Compliance::NonCompliant),
    ] {
        let verdict = verdict(Aws::default(), item(permissions.clone())).unwrap();
        assert_eq!(verdict.compliance, expected, "{permissions}");
        assert!(words(&verdict).contains("ec2:DescribeSecurityGroupRules"), "{verdict:?}");
    }
}

#[test]
fn an_item_without_rules_is_no_group_that_lets_nobody_in() {
    let mut without = item(json!([]));
    without["configuration"].as_object_mut().unwrap().remove("ipPermissions");
    let everywhere = ssh("ipv4Ranges", json!([{ "cidrIp": "everywhere" }]));
    for item in [without, item(json!([everywhere])), item(json!("none")), json!({})] {
        assert_eq!(verdict(Aws::default(), item.clone()), None, "{item}");
    }
}

#[test]
fn an_outage_is_no_reason_to_believe_the_item() {
    let aws = Aws { says: Some(throttled()), ..Aws::default() };
    assert_eq!(verdict(aws, item(json!([]))), None);
}
