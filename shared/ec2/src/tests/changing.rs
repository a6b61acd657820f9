//! The calls that change a group.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::authorize_security_group_ingress::{
    AuthorizeSecurityGroupIngressError, AuthorizeSecurityGroupIngressOutput,
};
use aws_sdk_ec2::operation::create_tags::CreateTagsOutput;
use aws_sdk_ec2::operation::revoke_security_group_ingress::{
    RevokeSecurityGroupIngressError, RevokeSecurityGroupIngressOutput,
};
use aws_sdk_ec2::types;
use aws_smithy_mocks::{mock, mock_client};
use network::Permission;
use remediation::CallError;
use security_groups::{Authorized, Revoked, SecurityGroups, Tags};

use super::{GROUP, WORLD, all_from_group, at, ec2, failure, tcp};

fn authorize(tags: &Tags, code: Option<&'static str>) -> Result<Authorized, CallError> {
    let is_tagged = !tags.is_empty();
    let call = mock!(Client::authorize_security_group_ingress).match_requests(move |request| {
        let range = types::IpRange::builder().cidr_ip("0.0.0.0/0").description("web").build();
        let tcp =
            types::IpPermission::builder().ip_protocol("tcp").from_port(80).to_port(80).ip_ranges(range);
        let pair = types::UserIdGroupPair::builder().group_id("sg-1").build();
        let all = types::IpPermission::builder().ip_protocol("-1").user_id_group_pairs(pair);
        let tag = types::Tag::builder().key("team").value("ops").build();
        let tags = types::TagSpecification::builder()
            .resource_type(types::ResourceType::SecurityGroupRule)
            .tags(tag)
            .build();
        request.group_id() == Some(GROUP)
            && request.ip_permissions() == [tcp.build(), all.build()]
            && request.tag_specifications() == if is_tagged { vec![tags] } else { vec![] }
    });
    let call = match code {
        None => call.then_output(|| {
            let rule = |id| types::SecurityGroupRule::builder().security_group_rule_id(id).is_egress(false);
            let group = types::ReferencedSecurityGroup::builder().group_id("sg-1").build();
            AuthorizeSecurityGroupIngressOutput::builder()
                .security_group_rules(rule("sgr-2").ip_protocol("-1").referenced_group_info(group).build())
                .security_group_rules(rule("sgr-?").ip_protocol("tcp").build())
                .security_group_rules(
                    rule("sgr-1").ip_protocol("tcp").from_port(80).to_port(80).cidr_ipv4(WORLD).build(),
                )
                .build()
        }),
        Some(code) => call.then_error(move || AuthorizeSecurityGroupIngressError::generic(failure(code))),
    };
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&call]));
    let web = Permission { description: Some("web".into()), ..tcp(80, WORLD) };
    at(async |at| ec2.authorize(at, &[&web, &all_from_group("sg-1")], tags).await)
}

#[test]
fn parts_are_authorized_with_source_description_and_tags() {
    assert!(matches!(authorize(&Tags::new(), None), Ok(Authorized::Done(_))));
    assert!(matches!(authorize(&Tags::from([("team".into(), "ops".into())]), None), Ok(Authorized::Done(_))));
}

#[test]
fn of_the_new_rules_those_are_told_that_can_be_read() {
    let Ok(Authorized::Done(rules)) = authorize(&Tags::new(), None) else { panic!("not authorized") };
    let told: Vec<_> = rules.iter().map(|rule| (rule.id.as_str(), rule.permission.to_string())).collect();
    assert_eq!(
        told,
        [("sgr-2", "all traffic from sg-1".to_owned()), ("sgr-1", "tcp 80 from 0.0.0.0/0".to_owned())]
    );
}

#[test]
fn what_is_there_and_what_has_no_room_are_told_from_errors() {
    let refused = |code| authorize(&Tags::new(), Some(code));
    assert_eq!(refused("InvalidPermission.Duplicate"), Ok(Authorized::AlreadyThere));
    assert!(matches!(refused("RulesPerSecurityGroupLimitExceeded"), Ok(Authorized::NoRoom(_))));
    assert!(refused("RequestLimitExceeded").unwrap_err().is_passing());
    let denied = refused("UnauthorizedOperation").unwrap_err();
    assert!(denied.to_string().contains("`ec2:AuthorizeSecurityGroupIngress`"), "{denied}");
}

#[test]
fn rules_are_revoked_by_id_and_a_missing_one_is_told_from_an_error() {
    let revoke = |result: Result<(), &'static str>| {
        let call = mock!(Client::revoke_security_group_ingress).match_requests(|request| {
            request.group_id() == Some(GROUP)
                && request.security_group_rule_ids() == ["sgr-1", "sgr-2"]
                && request.ip_permissions().is_empty()
        });
        let call = match result {
            Ok(()) => call.then_output(|| RevokeSecurityGroupIngressOutput::builder().r#return(true).build()),
            Err(code) => call.then_error(move || RevokeSecurityGroupIngressError::generic(failure(code))),
        };
        let ec2 = ec2(mock_client!(aws_sdk_ec2, [&call]));
        at(async |at| ec2.revoke(at, &[&"sgr-1".into(), &"sgr-2".into()]).await)
    };
    assert_eq!(revoke(Ok(())), Ok(Revoked::Done));
    assert_eq!(revoke(Err("InvalidPermission.NotFound")), Ok(Revoked::NotThere));
    assert_eq!(revoke(Err("InvalidSecurityGroupRuleId.NotFound")), Ok(Revoked::NotThere));
    let error = revoke(Err("UnauthorizedOperation")).unwrap_err();
    assert!(error.to_string().contains("`ec2:RevokeSecurityGroupIngress`"), "{error}");
    assert!(revoke(Err("RequestLimitExceeded")).unwrap_err().is_passing());
}

#[test]
fn the_tags_go_on_the_group_alone_in_one_call() {
    let call = mock!(Client::create_tags)
        .match_requests(|request| {
            let tag = |key, value| types::Tag::builder().key(key).value(value).build();
            request.resources() == [GROUP] && request.tags() == [tag("k", "v"), tag("l", "w")]
        })
        .then_output(|| CreateTagsOutput::builder().build());
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&call]));
    let tags = Tags::from([("k".into(), "v".into()), ("l".into(), "w".into())]);
    assert_eq!(at(async |at| ec2.tag(at, &tags).await), Ok(()));
    assert_eq!(call.num_calls(), 1);
}
