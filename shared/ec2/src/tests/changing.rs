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
use remediation::CallError;

use super::reading::{ec2, failure};
use super::{GROUP, at, described, rule};
use crate::{Authorized, Revoked, SecurityGroups, Tags};

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
        None => call.then_output(|| AuthorizeSecurityGroupIngressOutput::builder().build()),
        Some(code) => call.then_error(move || AuthorizeSecurityGroupIngressError::generic(failure(code))),
    };
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&call]));
    let web = described(rule("", "tcp", "80", "0.0.0.0/0"), "web").permission;
    let group = rule("", "-1", "0", "sg-1").permission;
    at(async |at| ec2.authorize(at, &[&web, &group], tags).await)
}

#[test]
fn parts_are_authorized_with_source_description_and_tags() {
    assert_eq!(authorize(&Tags::new(), None), Ok(Authorized::Done));
    assert_eq!(authorize(&Tags::from([("team".into(), "ops".into())]), None), Ok(Authorized::Done));
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
        at(async |at| ec2.revoke(at, &["sgr-1", "sgr-2"]).await)
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
