//! Documents of a group and a query, and what is answered.

use exposure::{Question, Reply};
use network::Exposure;
use serde_json::{Value, json};

fn reply(document: Value) -> Result<Reply, String> {
    let question = Question::read(&document.to_string());
    question.map(|question| question.reply()).map_err(|error| error.to_string())
}

fn ssh(permission: Value, prefix_lists: Value) -> Result<Reply, String> {
    reply(json!({
        "ip_permissions": [permission],
        "prefix_lists": prefix_lists,
        "query": { "protocol": "tcp", "port": 22 },
    }))
}

fn known(v4: Exposure, v6: Exposure) -> Result<Reply, String> {
    Ok(Reply { v4, v6, unknown_prefix_list: false, unknown_prefix_lists: Vec::new() })
}

#[test]
fn all_sources_of_a_permission_count() {
    let permission = json!({
        "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
        "IpRanges": [{ "CidrIp": "0.0.0.0/1", "Description": "half" }, { "CidrIp": "128.0.0.0/1" }],
        "Ipv6Ranges": [{ "CidrIpv6": "2600:1f00::1/128" }],
        "UserIdGroupPairs": [{ "GroupId": "sg-1", "UserId": "111122223333" }],
        "PrefixListIds": [],
    });
    assert_eq!(ssh(permission, json!({})), known(Exposure::World, Exposure::Some));
}

#[test]
fn absent_null_and_empty_lists_are_alike() {
    for lists in [json!(null), json!([]), json!({})] {
        let permission = json!({
            "IpProtocol": "-1", "FromPort": null, "IpRanges": lists, "Ipv6Ranges": lists,
            "PrefixListIds": lists, "UserIdGroupPairs": lists,
        });
        assert_eq!(ssh(permission, json!(null)), known(Exposure::None, Exposure::None));
    }
    let bare = json!({ "query": { "protocol": "tcp", "port": 22 } });
    assert_eq!(reply(bare), known(Exposure::None, Exposure::None));
}

#[test]
fn fields_may_be_spelled_as_cloudtrail_does_and_ports_as_text() {
    let permission = json!({
        "ipProtocol": "TCP", "fromPort": "22", "to_port": "22", "ipRanges": [{ "cidrIp": "0.0.0.0/0" }],
    });
    assert_eq!(ssh(permission, json!({})), known(Exposure::World, Exposure::None));
}

#[test]
fn a_prefix_list_is_as_open_as_its_blocks() {
    let permission = json!({ "IpProtocol": "-1", "PrefixListIds": [{ "PrefixListId": "pl-1" }] });
    let lists = json!({ "pl-1": ["0.0.0.0/0", "2600:1f00::/32"], "pl-2": ["::/0"] });
    assert_eq!(ssh(permission.clone(), lists), known(Exposure::World, Exposure::Broad));
    assert_eq!(ssh(permission, json!({ "pl-1": [] })), known(Exposure::None, Exposure::None));
}

#[test]
fn an_unreadable_prefix_list_is_said_beside_what_is_known() {
    let permission = json!({
        "IpProtocol": "-1",
        "IpRanges": [{ "CidrIp": "11.0.0.0/8" }],
        "PrefixListIds": [{ "PrefixListId": "pl-2" }, { "PrefixListId": "pl-1" }],
    });
    for lists in [json!({}), json!({ "pl-1": null })] {
        let reply = ssh(permission.clone(), lists);
        let expected = Reply {
            v4: Exposure::Broad,
            v6: Exposure::None,
            unknown_prefix_list: true,
            unknown_prefix_lists: vec!["pl-1".into(), "pl-2".into()],
        };
        assert_eq!(reply, Ok(expected));
    }
}

#[test]
fn an_unreadable_prefix_list_of_another_port_is_not_said() {
    let permission = json!({
        "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
        "PrefixListIds": [{ "PrefixListId": "pl-1" }],
    });
    assert_eq!(ssh(permission, json!({})), known(Exposure::None, Exposure::None));
}

#[test]
fn a_query_without_a_port_is_fine_where_there_are_none() {
    for query in [
        json!({ "protocol": "-1" }),
        json!({ "protocol": "50", "port": null }),
        json!({ "protocol": -1, "port": -1 }),
        json!({ "protocol": "icmp" }),
        json!({ "protocol": 1, "port": -1 }),
        json!({ "protocol": "icmp", "port": 8, "code": -1 }),
    ] {
        let permission = json!({ "IpProtocol": -1, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] });
        let document = json!({ "ip_permissions": [permission], "query": query });
        assert_eq!(reply(document), known(Exposure::World, Exposure::None), "{query}");
    }
}

#[test]
fn a_protocol_without_ports_opens_itself_and_each_icmp_is_open_over_its_own_family() {
    let ask = |rule: &str, query: Value| {
        let blocks = json!([{ "CidrIp": "0.0.0.0/0" }]);
        let blocks6 = json!([{ "CidrIpv6": "::/0" }]);
        let permission = json!({ "IpProtocol": rule, "IpRanges": blocks, "Ipv6Ranges": blocks6 });
        reply(json!({ "ip_permissions": [permission], "query": query }))
    };
    let (closed, open) = (known(Exposure::None, Exposure::None), known(Exposure::World, Exposure::World));
    assert_eq!(ask("47", json!({ "protocol": "gre" })), open);
    assert_eq!(ask("gre", json!({ "protocol": 47, "port": 22 })), open);
    for query in
        [json!({ "protocol": "tcp", "port": 22 }), json!({ "protocol": "50" }), json!({ "protocol": -1 })]
    {
        assert_eq!(ask("47", query.clone()), closed, "{query}");
    }
    for rule in ["icmp", "-1"] {
        assert_eq!(ask(rule, json!({ "protocol": "icmp" })), known(Exposure::World, Exposure::None));
    }
    for rule in ["58", "-1"] {
        assert_eq!(
            ask(rule, json!({ "protocol": "icmpv6", "port": 128 })),
            known(Exposure::None, Exposure::World)
        );
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let with = |field: &str, value: Value| {
        let mut document = json!({
            "ip_permissions": [{
                "IpProtocol": "tcp",
                "FromPort": 22,
                "IpRanges": [{ "CidrIp": "0.0.0.0/0" }],
                "PrefixListIds": [{ "PrefixListId": "pl-1" }],
            }],
            "prefix_lists": { "pl-1": ["10.0.0.0/8"] },
            "query": { "protocol": "tcp", "port": 22 },
        });
        if let Some(place) = document.pointer_mut(field) {
            *place = value;
        }
        reply(document)
    };
    for (field, value, error) in [
        ("/query", json!(null), "`query` is missing"),
        ("/query", json!("tcp"), "`query` is not an object: `tcp`"),
        ("/query/protocol", json!(null), "`query.protocol` is missing"),
        ("/query/protocol", json!([]), "`query.protocol` is not text: `[]`"),
        ("/query/port", json!(null), "`query.port` is missing"),
        ("/query/port", json!("ssh"), "`query.port` is not a whole number: `ssh`"),
        ("/query/port", json!(70000), "`query.port` is not a port from 0 to 65535: `70000`"),
        ("/ip_permissions", json!(7), "`ip_permissions` is not a list: `7`"),
        ("/ip_permissions/0", json!(7), "`ip_permissions[0]` is not an object: `7`"),
        ("/ip_permissions/0/IpProtocol", json!(null), "`ip_permissions[0].IpProtocol` is missing"),
        (
            "/ip_permissions/0/FromPort",
            json!(1.5),
            "`ip_permissions[0].FromPort` is not a whole number: `1.5`",
        ),
        (
            "/ip_permissions/0/IpRanges/0/CidrIp",
            json!(null),
            "`ip_permissions[0].IpRanges[0].CidrIp` is missing",
        ),
        (
            "/ip_permissions/0/IpRanges/0/CidrIp",
            json!("10.0.0.0/33"),
            "`ip_permissions[0].IpRanges[0].CidrIp` is not an address block: `10.0.0.0/33`",
        ),
        (
            "/ip_permissions/0/PrefixListIds/0",
            json!({}),
            "`ip_permissions[0].PrefixListIds[0].PrefixListId` is missing",
        ),
        ("/prefix_lists", json!([]), "`prefix_lists` is not an object: `[]`"),
        ("/prefix_lists/pl-1", json!("x"), "`prefix_lists.pl-1` is not a list: `x`"),
        ("/prefix_lists/pl-1/0", json!("x"), "`prefix_lists.pl-1[0]` is not an address block: `x`"),
    ] {
        assert_eq!(with(field, value), Err(error.to_owned()));
    }
    let no_object = "`the document` is not an object: `[]`";
    assert_eq!(reply(json!([])), Err(no_object.to_owned()));
    let no_json = Question::read("{").map_err(|error| error.to_string());
    assert!(no_json.is_err_and(|error| error.starts_with("not JSON: ")));
}
