//! The control `sg-ingress` and its calls to EC2.

use std::cell::{Cell, RefCell};
use std::time::SystemTime;

use aws_sdk_ec2::error::ErrorMetadata;
use aws_sdk_ec2::operation::create_tags::CreateTagsOutput;
use aws_sdk_ec2::operation::describe_security_group_rules::DescribeSecurityGroupRulesOutput;
use aws_sdk_ec2::operation::describe_security_groups::{
    DescribeSecurityGroupsError, DescribeSecurityGroupsOutput,
};
use aws_sdk_ec2::operation::revoke_security_group_ingress::{
    RevokeSecurityGroupIngressError, RevokeSecurityGroupIngressOutput,
};
use aws_sdk_ec2::types;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use events::{AccountId, GroupId, Region};
use proptest::prelude::*;
use remediation::settings::SgSettings;
use remediation::{Applied, CallError, Change, Control, Finding, Remedy, Settings, Severity, Target};
use serde_json::json;

use crate::*;

struct At {
    id: GroupId,
    account: AccountId,
    region: Region,
}

impl At {
    fn target(&self) -> Target<'_, GroupId> {
        Target { id: &self.id, account: &self.account, region: &self.region }
    }
}

fn at() -> At {
    At {
        id: GroupId::new("sg-0a1b2c3d4e5f60718").unwrap(),
        account: AccountId::new("210987654321").unwrap(),
        region: Region::new("eu-west-1").unwrap(),
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn settings(json: &str) -> SgSettings {
    Settings::parse(json).unwrap().sg
}

fn rule(protocol: &str, ports: Option<(i32, i32)>, source: &str) -> Rule {
    let source = if source.starts_with("pl-") {
        Source::PrefixList(source.into())
    } else if source.starts_with("sg-") {
        Source::Group { id: source.into(), owner: None }
    } else if source.contains(':') {
        Source::Ipv6(source.into())
    } else {
        Source::Ipv4(source.into())
    };
    Rule {
        id: "sgr-1".into(),
        is_egress: false,
        protocol: protocol.into(),
        from_port: ports.map(|ports| ports.0),
        to_port: ports.map(|ports| ports.1),
        source,
        description: None,
        tags: Vec::new(),
    }
}

fn group(rules: Vec<Rule>) -> Group {
    let number = |(index, rule): (usize, Rule)| Rule { id: format!("sgr-{index}"), ..rule };
    Group {
        name: "bastion".into(),
        vpc: Some("vpc-1".into()),
        tags: Vec::new(),
        rules: rules.into_iter().enumerate().map(number).collect(),
    }
}

/// A group in memory. EC2 refuses a call that names a rule which is not there.
struct Memory {
    group: RefCell<Group>,
    tags: RefCell<Vec<String>>,
    calls: Cell<usize>,
    deny_tags: bool,
}

impl Memory {
    fn of(group: Group) -> Self {
        Self { group: RefCell::new(group), tags: RefCell::default(), calls: Cell::new(0), deny_tags: false }
    }
}

impl SecurityGroups for &Memory {
    async fn read(&self, _: &Target<'_, GroupId>) -> Result<Option<Group>, CallError> {
        Ok(Some(self.group.borrow().clone()))
    }

    async fn revoke(&self, _: &Target<'_, GroupId>, ids: &[&str]) -> Result<Revoked, CallError> {
        self.calls.set(self.calls.get() + 1);
        let mut group = self.group.borrow_mut();
        if !ids.iter().all(|id| group.rules.iter().any(|rule| rule.id == *id && !rule.is_egress)) {
            return Ok(Revoked::NotThere);
        }
        group.rules.retain(|rule| !ids.contains(&rule.id.as_str()));
        Ok(Revoked::Done)
    }

    async fn tag(&self, _: &Target<'_, GroupId>, key: &str, value: &str) -> Result<(), CallError> {
        if self.deny_tags {
            return Err(CallError::Incomplete { action: "ec2:CreateTags", field: "permission" });
        }
        self.tags.borrow_mut().push(format!("{key}={value}"));
        Ok(())
    }
}

fn assess(rules: Vec<Rule>, settings: SgSettings) -> Vec<Finding> {
    let memory = Memory::of(group(Vec::new()));
    SgIngress::new(&memory, settings).assess(&group(rules))
}

/// What becomes of one rule: nothing, `report` or `close`.
fn verdict(rule: Rule, settings: &SgSettings) -> &'static str {
    match assess(vec![rule], settings.clone()).first() {
        None => "nothing",
        Some(finding) if finding.remedy == Remedy::Report => "report",
        Some(_) => "close",
    }
}

#[test]
fn a_rule_is_judged_by_source_protocol_and_every_port_of_its_range() {
    let default = settings("{}");
    for (protocol, ports, source, expected) in [
        ("tcp", Some((22, 22)), "0.0.0.0/0", "close"),
        ("tcp", Some((22, 22)), "::/0", "close"),
        ("tcp", Some((22, 22)), "0:0:0:0:0:0:0:0/0", "close"),
        ("tcp", Some((22, 22)), "10.0.0.0/0", "close"),
        ("tcp", Some((22, 22)), "10.0.0.0/8", "nothing"),
        ("tcp", Some((22, 22)), "203.0.114.7/32", "nothing"),
        ("tcp", Some((22, 22)), "fd00::/8", "nothing"),
        ("tcp", Some((22, 22)), "sg-1", "nothing"),
        ("tcp", Some((443, 443)), "0.0.0.0/0", "nothing"),
        ("TCP", Some((80, 80)), "::/0", "nothing"),
        ("6", Some((443, 443)), "0.0.0.0/0", "nothing"),
        ("6", Some((22, 22)), "0.0.0.0/0", "close"),
        ("tcp", Some((80, 443)), "0.0.0.0/0", "close"),
        ("tcp", Some((0, 65_535)), "0.0.0.0/0", "close"),
        ("tcp", None, "0.0.0.0/0", "close"),
        ("tcp", Some((-1, -1)), "0.0.0.0/0", "close"),
        ("udp", Some((443, 443)), "0.0.0.0/0", "close"),
        ("17", Some((53, 53)), "0.0.0.0/0", "close"),
        ("-1", None, "0.0.0.0/0", "close"),
        ("-1", Some((-1, -1)), "10.0.0.0/8", "nothing"),
        ("50", None, "::/0", "close"),
        ("icmp", Some((8, -1)), "0.0.0.0/0", "report"),
        ("1", Some((-1, -1)), "0.0.0.0/0", "report"),
        ("icmpv6", None, "::/0", "report"),
        ("icmp", Some((8, -1)), "10.0.0.0/8", "nothing"),
    ] {
        assert_eq!(
            verdict(rule(protocol, ports, source), &default),
            expected,
            "{protocol} {ports:?} {source}"
        );
    }
}

#[test]
fn an_outbound_rule_is_never_a_finding() {
    let outbound = Rule { is_egress: true, ..rule("-1", None, "0.0.0.0/0") };
    assert_eq!(verdict(outbound, &settings("{}")), "nothing");
}

#[test]
fn the_settings_authorize_ports_and_decide_about_icmp() {
    let own = settings(
        r#"{"sg": {"authorized_tcp_ports": ["1020-1025", 22], "authorized_udp_ports": "53", "icmp": "revoke"}}"#,
    );
    for (protocol, ports, expected) in [
        ("tcp", (22, 22), "nothing"),
        ("tcp", (1021, 1024), "nothing"),
        ("tcp", (1020, 1026), "close"),
        ("tcp", (443, 443), "close"),
        ("udp", (53, 53), "nothing"),
        ("udp", (22, 22), "close"),
        ("icmp", (8, -1), "close"),
    ] {
        assert_eq!(verdict(rule(protocol, Some(ports), "0.0.0.0/0"), &own), expected, "{protocol} {ports:?}");
    }
}

fn close(memory: &Memory, settings: SgSettings) -> (Result<Applied, CallError>, Vec<Change>) {
    let control = SgIngress::new(memory, settings);
    let state = memory.group.borrow().clone();
    let mut done = Vec::new();
    let result = match control.plan(&state, &control.assess(&state), SystemTime::UNIX_EPOCH) {
        Some(plan) => run(control.apply(&at().target(), &plan, &mut done)),
        None => Ok(Applied::Done),
    };
    (result, done)
}

#[test]
fn only_the_open_rules_go_in_one_call_and_the_group_is_tagged() {
    let memory = Memory::of(group(vec![
        rule("tcp", Some((22, 22)), "0.0.0.0/0"),
        rule("tcp", Some((22, 22)), "10.0.0.0/8"),
        rule("tcp", Some((443, 443)), "0.0.0.0/0"),
        rule("-1", None, "::/0"),
        Rule { is_egress: true, ..rule("-1", None, "0.0.0.0/0") },
    ]));
    let (result, done) = close(&memory, settings("{}"));
    assert_eq!(result, Ok(Applied::Done));
    let left: Vec<String> = memory.group.borrow().rules.iter().map(|rule| rule.id.clone()).collect();
    assert_eq!(left, ["sgr-1", "sgr-2", "sgr-4"]);
    assert_eq!(*memory.tags.borrow(), ["curfew:quarantined-at=1970-01-01T00:00:00.000Z"]);
    assert_eq!(memory.calls.get(), 1);
    assert_eq!(done.len(), 3);

    let (again, done) = close(&memory, settings("{}"));
    assert_eq!((again, done.len(), memory.calls.get()), (Ok(Applied::Done), 0, 1));
}

#[test]
fn a_rule_that_is_gone_meanwhile_does_not_stop_the_others() {
    let memory = Memory::of(group(vec![
        rule("tcp", Some((22, 22)), "0.0.0.0/0"),
        rule("tcp", Some((23, 23)), "0.0.0.0/0"),
        rule("tcp", Some((24, 24)), "0.0.0.0/0"),
    ]));
    let control = SgIngress::new(&memory, settings("{}"));
    let state = memory.group.borrow().clone();
    let plan = control.plan(&state, &[], SystemTime::UNIX_EPOCH).unwrap();
    memory.group.borrow_mut().rules.remove(1);
    let mut done = Vec::new();
    run(control.apply(&at().target(), &plan, &mut done)).unwrap();
    assert!(memory.group.borrow().rules.is_empty());
    assert_eq!(done.len(), 3, "two rules and the tag: {done:?}");
}

#[test]
fn where_every_rule_is_gone_already_nothing_is_claimed_and_nothing_tagged() {
    let memory = Memory::of(group(vec![rule("tcp", Some((22, 22)), "0.0.0.0/0")]));
    let control = SgIngress::new(&memory, settings("{}"));
    let state = memory.group.borrow().clone();
    let plan = control.plan(&state, &[], SystemTime::UNIX_EPOCH).unwrap();
    memory.group.borrow_mut().rules.clear();
    let mut done = Vec::new();
    run(control.apply(&at().target(), &plan, &mut done)).unwrap();
    assert!(done.is_empty() && memory.tags.borrow().is_empty());
}

#[test]
fn a_tag_that_cannot_be_set_leaves_the_revoked_rules_in_the_account_of_what_was_done() {
    let open = group(vec![rule("tcp", Some((22, 22)), "0.0.0.0/0")]);
    let memory = Memory { deny_tags: true, ..Memory::of(open) };
    let (result, done) = close(&memory, settings("{}"));
    assert!(result.is_err());
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].action, "ec2:RevokeSecurityGroupIngress");
}

#[test]
fn the_command_that_puts_rules_back_has_everything_and_survives_quotes() {
    let memory = Memory::of(group(Vec::new()));
    let control = SgIngress::new(&memory, settings("{}"));
    let described =
        Rule { description: Some("Ann's laptop".into()), ..rule("tcp", Some((22, 22)), "0.0.0.0/0") };
    let state = group(vec![described, rule("-1", Some((-1, -1)), "::/0")]);
    let plan = control.plan(&state, &[], SystemTime::UNIX_EPOCH);
    let evidence = control.evidence(&at().target(), &state, plan.as_ref());
    assert_eq!(
        evidence[1].body.trim(),
        r#"aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-0a1b2c3d4e5f60718 --ip-permissions '[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"Description":"Ann'\''s laptop","CidrIp":"0.0.0.0/0"}]},{"IpProtocol":"-1","Ipv6Ranges":[{"CidrIpv6":"::/0"}]}]'"#
    );
}

#[test]
fn severity_grows_with_what_can_be_reached() {
    let severity =
        |protocol: &str, ports| assess(vec![rule(protocol, ports, "0.0.0.0/0")], settings("{}"))[0].severity;
    assert_eq!(severity("-1", None), Severity::Critical);
    assert_eq!(severity("tcp", Some((0, 65_535))), Severity::Critical);
    assert_eq!(severity("tcp", Some((22, 22))), Severity::High);
    assert_eq!(severity("icmp", Some((8, -1))), Severity::Low);
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let protocol = proptest::sample::select(vec!["tcp", "udp", "icmp", "icmpv6", "-1", "50"]);
    let source = proptest::sample::select(vec![
        "0.0.0.0/0",
        "::/0",
        "10.0.0.0/8",
        "203.0.114.0/24",
        "sg-1",
        "pl-1",
        "2600::/16",
    ]);
    (protocol, source, 0..500, 0..500, any::<bool>()).prop_map(
        |(protocol, source, from, width, is_egress)| Rule {
            is_egress,
            ..rule(protocol, Some((from, from + width)), source)
        },
    )
}

proptest! {
    #[test]
    fn what_is_left_is_clean_and_was_there_before(rules in proptest::collection::vec(any_rule(), 0..60)) {
        let memory = Memory::of(group(rules));
        let before = memory.group.borrow().clone();
        let (result, _) = close(&memory, settings("{}"));
        prop_assert_eq!(result, Ok(Applied::Done));
        let after = memory.group.borrow().clone();
        let control = SgIngress::new(&memory, settings("{}"));
        prop_assert!(control.assess(&after).iter().all(|finding| finding.remedy == Remedy::Report));
        for rule in &before.rules {
            let world = matches!(&rule.source, Source::Ipv4(s) | Source::Ipv6(s) if s == "0.0.0.0/0" || s == "::/0");
            let harmless = rule.is_egress || !world || rule.protocol.starts_with("icmp");
            prop_assert!(!harmless || after.rules.contains(rule), "{:?} went", rule);
        }
    }
}

fn sdk_rule(id: &str) -> types::SecurityGroupRule {
    types::SecurityGroupRule::builder()
        .security_group_rule_id(id)
        .is_egress(false)
        .ip_protocol("tcp")
        .from_port(22)
        .to_port(22)
        .cidr_ipv4("0.0.0.0/0")
        .description("")
        .tags(types::Tag::builder().key("team").value("ops").build())
        .build()
}

fn failure(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message("no").build()
}

#[test]
fn reading_follows_every_page() {
    let about = mock!(aws_sdk_ec2::Client::describe_security_groups)
        .match_requests(|request| request.group_ids() == ["sg-0a1b2c3d4e5f60718"])
        .then_output(|| {
            let group = types::SecurityGroup::builder().group_name("bastion").vpc_id("vpc-1").build();
            DescribeSecurityGroupsOutput::builder().security_groups(group).build()
        });
    let first = mock!(aws_sdk_ec2::Client::describe_security_group_rules)
        .match_requests(|request| request.next_token().is_none())
        .then_output(|| {
            DescribeSecurityGroupRulesOutput::builder()
                .security_group_rules(sdk_rule("sgr-1"))
                .next_token("more")
                .build()
        });
    let second = mock!(aws_sdk_ec2::Client::describe_security_group_rules)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| {
            DescribeSecurityGroupRulesOutput::builder().security_group_rules(sdk_rule("sgr-2")).build()
        });
    let client = mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&about, &first, &second]);
    let group = run(Ec2SecurityGroups::with_client(client).read(&at().target())).unwrap().unwrap();
    assert_eq!(group.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["sgr-1", "sgr-2"]);
    assert_eq!(
        json!(group.rules[0]),
        json!({
            "id": "sgr-1",
            "is_egress": false,
            "protocol": "tcp",
            "from_port": 22,
            "to_port": 22,
            "source": { "ipv4": "0.0.0.0/0" },
            "tags": [["team", "ops"]],
        })
    );
}

#[test]
fn a_group_that_does_not_exist_is_none() {
    for code in ["InvalidGroup.NotFound", "InvalidGroupId.Malformed"] {
        let about = mock!(aws_sdk_ec2::Client::describe_security_groups)
            .then_error(move || DescribeSecurityGroupsError::generic(failure(code)));
        let rules = mock!(aws_sdk_ec2::Client::describe_security_group_rules)
            .then_output(|| DescribeSecurityGroupRulesOutput::builder().build());
        let client = mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&about, &rules]);
        assert_eq!(run(Ec2SecurityGroups::with_client(client).read(&at().target())), Ok(None), "{code}");
    }
}

#[test]
fn rules_are_revoked_by_id_and_a_missing_one_is_told_from_an_error() {
    let revoke = |result: Result<(), &'static str>| {
        let rule = mock!(aws_sdk_ec2::Client::revoke_security_group_ingress).match_requests(|request| {
            request.group_id() == Some("sg-0a1b2c3d4e5f60718")
                && request.security_group_rule_ids() == ["sgr-1", "sgr-2"]
                && request.ip_permissions().is_empty()
        });
        let rule = match result {
            Ok(()) => rule.then_output(|| RevokeSecurityGroupIngressOutput::builder().r#return(true).build()),
            Err(code) => rule.then_error(move || RevokeSecurityGroupIngressError::generic(failure(code))),
        };
        let client = mock_client!(aws_sdk_ec2, [&rule]);
        run(Ec2SecurityGroups::with_client(client).revoke(&at().target(), &["sgr-1", "sgr-2"]))
    };
    assert_eq!(revoke(Ok(())), Ok(Revoked::Done));
    assert_eq!(revoke(Err("InvalidPermission.NotFound")), Ok(Revoked::NotThere));
    assert_eq!(revoke(Err("InvalidSecurityGroupRuleId.NotFound")), Ok(Revoked::NotThere));
    let error = revoke(Err("UnauthorizedOperation")).unwrap_err();
    assert!(error.to_string().contains("`ec2:RevokeSecurityGroupIngress`"), "{error}");
    assert!(revoke(Err("RequestLimitExceeded")).unwrap_err().is_passing());
}

#[test]
fn the_tag_goes_on_the_group_alone() {
    let rule = mock!(aws_sdk_ec2::Client::create_tags)
        .match_requests(|request| {
            let tag = types::Tag::builder().key("k").value("v").build();
            request.resources() == ["sg-0a1b2c3d4e5f60718"] && request.tags() == [tag]
        })
        .then_output(|| CreateTagsOutput::builder().build());
    let client = mock_client!(aws_sdk_ec2, [&rule]);
    assert_eq!(run(Ec2SecurityGroups::with_client(client).tag(&at().target(), "k", "v")), Ok(()));
    assert_eq!(rule.num_calls(), 1);
}
