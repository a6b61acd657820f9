"""sg-quarantine: the rules open to the world go by their ids, everything else stays."""

import re

import pytest
from harness import offenders
from harness.groups import WORLD, four, group_of, open_group
from harness.offenders import permission
from harness.recorder import ec2_error
from harness.stack import RuntimeApi
from harness.triggers import call
from support import about_group, failures, follow, queued, says_again_nothing, section, send

WORLD6 = "::/0"
TAG = "curfew:quarantined-at"


@pytest.fixture(scope="module")
def quarantine(start):
    return start("sg-quarantine", runtime=RuntimeApi())


def whole_rules(ec2, group):
    """The inbound rules without their ids, as EC2 tells them, in an order of their own."""
    answer = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    members = ("IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6", "PrefixListId", "Description")
    return sorted(
        str([rule.get(member) or None for member in members]) for rule in answer["SecurityGroupRules"] if not rule["IsEgress"]
    )


def put_back(ec2, group, changes):
    """Undoes what a log line says was changed, from nothing but that line."""
    for change in changes:
        rule = change["detail"]
        if change["action"] == "ec2:RevokeSecurityGroupIngress":
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ip_permission(rule)])
    for change in changes:
        if change["action"] == "ec2:AuthorizeSecurityGroupIngress":
            ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[ip_permission(change["detail"]["permission"])])


def ip_permission(rule):
    [key, member] = ["IpRanges", "CidrIp"] if "CidrIpv4" in rule else ["Ipv6Ranges", "CidrIpv6"]
    source = {member: rule.get("CidrIpv4") or rule["CidrIpv6"], "Description": rule.get("Description", "")}
    ports = {name: rule[name] for name in ("FromPort", "ToPort") if name in rule and rule["IpProtocol"] != "-1"}
    return {"IpProtocol": rule["IpProtocol"], **ports, key: [source]}


@pytest.fixture
def mixed(ec2):
    """(group, ids of the rules that have to go): open rules amid everything that has to stay."""
    other = offenders.group(ec2)
    prefixes = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=3, AddressFamily="IPv4", Entries=[{"Cidr": "198.51.100.0/24"}]
    )["PrefixList"]["PrefixListId"]
    group = group_of(
        ec2,
        permission("tcp", 22, v4=[("10.0.0.0/8", "office"), (WORLD, "it's for \"a minute\""), ("203.0.113.7/32", "")]),
        permission("tcp", 22, v6=[(WORLD6, "v6"), ("fd00::/8", "inside")], groups=[other]),
        permission("tcp", (80, 443), v4=four(WORLD, "a range is more than its ends")),
        permission("tcp", 443, v4=four(WORLD), v6=four(WORLD6)),
        permission("tcp", 80, v4=four(WORLD)),
        permission("udp", 443, v4=four(WORLD, "quic")),
        permission("tcp", (0, 65535), v6=four(WORLD6, "all tcp")),
        permission("-1", None, v4=[(WORLD, "everything"), ("192.168.0.0/16", "inside")]),
        permission("icmp", (8, -1), v4=four("10.0.0.0/8", "ping from inside")),
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": prefixes}]},
    )
    authorized = {("tcp", 443, 443), ("tcp", 80, 80)}
    go = {
        rule_id
        for rule_id, (protocol, low, high, source) in offenders.rules_of(ec2, group).items()
        if source in (WORLD, WORLD6) and (protocol, low, high) not in authorized
    }
    assert len(go) == 6
    return group, go


def test_of_a_mixed_group_only_the_open_rules_go_and_the_rest_keep_their_ids(quarantine, ec2, mixed):
    group, go = mixed
    before = offenders.rules_of(ec2, group)
    egress = offenders.rules_of(ec2, group, egress=True)

    run = send(quarantine, about_group(group))

    assert run.outcome == "remediated"
    after = offenders.rules_of(ec2, group)
    assert {i: rule for i, rule in after.items() if i in before} == {i: rule for i, rule in before.items() if i not in go}
    # What the rule for every tcp port let in rightly over IPv6, and no other rule does.
    assert [rule for i, rule in after.items() if i not in before] == [("tcp", 80, 80, WORLD6)]
    assert egress and offenders.rules_of(ec2, group, egress=True) == egress
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", offenders.tags_of(ec2, group)[TAG])
    assert run.changing == ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "CreateTags"]
    assert len(run.mails) == 1
    tags = offenders.tags_of(ec2, group)
    says_again_nothing(send(quarantine, about_group(group)))
    assert offenders.tags_of(ec2, group) == tags


def test_rules_are_revoked_by_id_and_never_by_description(quarantine, mixed):
    group, go = mixed
    [revoke] = send(quarantine, about_group(group)).of("RevokeSecurityGroupIngress")
    named = {value for key, value in revoke.form.items() if key.startswith("SecurityGroupRuleId")}
    assert named == go
    assert not any(key.startswith("IpPermissions") for key in revoke.form)


def test_the_log_line_alone_is_enough_to_put_everything_back(quarantine, ec2, mixed):
    group, go = mixed
    before = whole_rules(ec2, group)
    run = send(quarantine, about_group(group))
    assert whole_rules(ec2, group) != before
    put_back(ec2, group, run.line["changes"])
    assert whole_rules(ec2, group) == before
    named = (change["detail"].get("SecurityGroupRuleId") for change in run.line["changes"])
    assert {rule_id for rule_id in named if rule_id} == go


def test_the_mail_names_every_revoked_rule_and_the_command_that_puts_them_back(quarantine, emulator, ec2, mixed):
    group, go = mixed
    before = whole_rules(ec2, group)
    run = send(quarantine, about_group(group))

    _, text = run.mail
    did = text.split("WHAT CURFEW DID")[1].split("WHAT YOU SHOULD DO NOW")[0]
    assert {match for match in re.findall(r"revoked rule (sgr-\w+)", did)} == go
    commands, errors = follow(text, "HOW TO PUT THE REVOKED RULES BACK", emulator)
    # In between the group is open wider than it was, and never less.
    note, *commands = commands
    assert note.startswith("  # ")
    assert [command.split()[2].split("-")[0] for command in commands] == ["authorize", "revoke"]
    assert (commands[0].endswith(" &&"), errors) == (True, "")
    assert whole_rules(ec2, group) == before


def test_other_authorized_ports_replace_the_usual_ones(start, ec2):
    settings = {"sg": {"authorized_tcp_ports": "22, 8000-8100", "authorized_udp_ports": [53, "500-501"]}}
    function = start("sg-quarantine", settings)
    stay = [("tcp", 22), ("tcp", (8000, 8100)), ("tcp", (8050, 8051)), ("udp", 53), ("udp", 500)]
    go = [("tcp", 80), ("tcp", 443), ("tcp", (8000, 8101)), ("udp", 22), ("udp", (499, 501)), ("tcp", 53)]
    group = group_of(ec2, *(permission(protocol, ports, v4=four(WORLD)) for protocol, ports in stay + go))

    assert send(function, about_group(group)).outcome == "remediated"

    left = {(protocol, low if low == high else (low, high)) for protocol, low, high, _ in offenders.rules_of(ec2, group).values()}
    # Of 499-501 the part that may be open was put back.
    assert left == {*stay, ("udp", 501)}
    says_again_nothing(send(function, about_group(group)))


def test_icmp_goes_where_the_setting_says_so(start, ec2):
    function = start("sg-quarantine", {"sg": {"icmp": "revoke"}})
    group = group_of(
        ec2,
        permission("icmp", (8, -1), v4=[(WORLD, "ping"), ("10.0.0.0/8", "")]),
        permission("icmpv6", -1, v6=four(WORLD6)),
    )
    before = whole_rules(ec2, group)
    run = send(function, about_group(group))
    assert run.outcome == "remediated"
    assert [rule[3] for rule in offenders.rules_of(ec2, group).values()] == ["10.0.0.0/8"]
    says_again_nothing(send(function, about_group(group)))
    put_back(ec2, group, run.line["changes"])
    assert whole_rules(ec2, group) == before


def open_group(ec2):
    return group_of(ec2, permission("tcp", 22, v4=[(WORLD, "a"), ("10.0.0.0/8", "b")]), permission("tcp", 3389, v4=four(WORLD)))


def test_one_rule_that_is_gone_already_does_not_stop_the_others(quarantine, ec2):
    group = open_group(ec2)

    def somebody_was_faster(_call, forward):
        [first, *_] = [i for i, rule in offenders.rules_of(ec2, group).items() if rule[3] == WORLD]
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[first])
        return forward()

    quarantine.recorder.intercept("RevokeSecurityGroupIngress", somebody_was_faster)
    run = send(quarantine, about_group(group))

    assert run.outcome == "remediated"
    assert [rule[3] for rule in offenders.rules_of(ec2, group).values()] == ["10.0.0.0/8"]
    revoked = [change for change in run.line["changes"] if change["action"] == "ec2:RevokeSecurityGroupIngress"]
    assert len(revoked) == 1, "only what this function revoked is its change"
    says_again_nothing(send(quarantine, about_group(group)))


def test_a_group_that_is_gone_is_gone(quarantine, ec2):
    group = offenders.group(ec2)
    ec2.delete_security_group(GroupId=group)
    for _ in range(2):
        run = send(quarantine, about_group(group))
        assert run.outcome == "gone"
        says_again_nothing(run)


NOT_AUTHORIZED = ec2_error("UnauthorizedOperation", "You are not authorized.")


def test_rules_that_may_not_be_read_are_a_failure_that_names_the_missing_action(quarantine, ec2):
    group = open_group(ec2)
    quarantine.recorder.fault("DescribeSecurityGroupRules", 403, NOT_AUTHORIZED, times=9)
    run = send(quarantine, about_group(group))
    assert run.failed and "ec2:DescribeSecurityGroupRules" in run.answer["errorMessage"]
    assert "ec2:DescribeSecurityGroupRules" in run.mail[1]
    assert run.changing == []


def test_a_group_whose_name_may_not_be_read_is_closed_by_its_rules_and_the_mail_says_what_is_unknown(quarantine, ec2):
    group = open_group(ec2)
    quarantine.recorder.fault("DescribeSecurityGroups", 403, NOT_AUTHORIZED, times=9)
    run = send(quarantine, queued(about_group(group)))
    assert (failures(run), run.outcome) == ([], "remediated")
    [unread] = run.line["unread"]
    assert (unread["action"], unread["kind"]) == ("ec2:DescribeSecurityGroups", "access-denied")
    assert "name, VPC and tags of the group: access denied" in "".join(section(run.mail[1], "WHAT CURFEW COULD NOT READ"))


@pytest.mark.parametrize("passes", [True, False])
def test_a_group_whose_interfaces_cannot_be_read_is_said_to_be_open(isolate, ec2, passes):
    operation = "DescribeNetworkInterfaces"
    group = open_group(ec2)
    answer = (503, ec2_error("RequestLimitExceeded", "Later.")) if passes else (403, NOT_AUTHORIZED)
    isolate.recorder.fault(operation, *answer, times=9)
    if passes:
        first = send(isolate, queued(about_group(group)))
        assert (failures(first), first.outcome, first.line["findings"][0]["kind"]) == (["m0"], "failed", "open-ingress")
        assert first.published == [], "the next delivery may isolate it"
        isolate.recorder.fault(operation, *answer, times=9)
    run = send(isolate, queued(about_group(group), receive_count=8 if passes else 1))
    assert (failures(run), run.outcome) == (["m0"] if passes else [], "alerted")
    assert run.line["findings"][0]["kind"] == "open-ingress"
    [unread] = run.line["unread"]
    assert (unread["action"], unread["what"]) == (f"ec2:{operation}", "which network interfaces have the group")
    assert f"ec2:{operation}" in run.mail[1] and run.changing == []
    headline = run.mail[1].partition("\n")[0]
    why = f"`ec2:{operation}` failed for now: RequestLimitExceeded" if passes else f"the function's role may not call `ec2:{operation}`"
    assert "where a network interface has the group, which is not known" in headline
    assert headline.endswith(f"Curfew could not find out whom to isolate ({why})" + (", and tries again." if passes else "."))
    isolate.recorder.fault(operation, *answer, times=9)
    again = send(isolate, queued(about_group(group), receive_count=8 if passes else 2))
    assert (failures(again), again.line["alert"]) == (["m0"] if passes else [], "repeated")


def test_a_rule_that_somebody_adds_again_at_once_is_still_open(quarantine, ec2):
    group = open_group(ec2)

    def added_again(_call, forward):
        answer = forward()
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 23, v4=four(WORLD))])
        return answer

    quarantine.recorder.intercept("RevokeSecurityGroupIngress", added_again)
    run = send(quarantine, queued(about_group(group)))

    assert failures(run) == ["m0"]
    assert run.outcome == "still-open"
    assert [left["evidence"]["ports"] for left in run.line["remaining"]] == [{"tcp": ["23"]}]
    assert "STILL OPEN" in run.mail[1]


def test_ten_groups_of_a_batch_are_read_in_two_calls_and_only_the_open_ones_are_touched(revoke, ec2):
    groups = [offenders.group(ec2) for _ in range(9)] + [open_group(ec2)]

    run = send(revoke, queued(*map(about_group, groups)))

    outcomes = {line["resource"]: line["outcome"] for line in run.lines if "resource" in line}
    assert outcomes == dict.fromkeys(groups[:9], "compliant") | {groups[9]: "remediated"}
    # The second time each is for the read after the change.
    assert [len(run.of(call)) for call in ("DescribeSecurityGroups", "DescribeSecurityGroupRules")] == [2, 2]
    assert set(run.of("DescribeSecurityGroups")[0].form.values()) >= set(groups)
    assert [rule[3] for rule in offenders.rules_of(ec2, groups[9]).values()] == ["10.0.0.0/8"]
    [together] = [line for line in run.lines if "together" in line["message"]]
    assert (together["api_calls"], together["message"]) == (2, "read 10 resources of the batch together")


def test_a_prefix_list_that_grows_open_closes_the_groups_that_name_it_and_no_others(revoke, ec2):
    lists = [
        ec2.create_managed_prefix_list(PrefixListName=name, MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "198.51.100.0/24"}])["PrefixList"]
        for name in ("offices", "others")
    ]
    named, other = [one["PrefixListId"] for one in lists]
    by_list = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": named}]}
    groups = [group_of(ec2, by_list), group_of(ec2, by_list, permission("tcp", 22, v4=four("10.0.0.0/8")))]
    bystander, closed = open_group(ec2), group_of(ec2, {**by_list, "PrefixListIds": [{"PrefixListId": other}]})
    before = [whole_rules(ec2, one) for one in (bystander, closed)]
    change = call("ec2", "ModifyManagedPrefixList", {"ModifyManagedPrefixListRequest": {"PrefixListId": named, "AddEntry": {"Cidr": WORLD, "tag": 1}}})

    run = send(revoke, queued(change))
    assert {line["outcome"] for line in run.lines if "outcome" in line} == {"compliant"} and run.changing == []

    ec2.modify_managed_prefix_list(PrefixListId=named, CurrentVersion=1, AddEntries=[{"Cidr": WORLD}])
    run = send(revoke, queued(change))
    assert failures(run) == []
    assert {line["resource"]: line["outcome"] for line in run.lines if "outcome" in line} == dict.fromkeys(groups, "remediated")
    assert all("CloudTrail ModifyManagedPrefixList by " in text for _, text in run.mails) and len(run.mails) == 2
    assert [whole_rules(ec2, group) for group in groups] == [[], whole_rules(ec2, groups[1])] and len(whole_rules(ec2, groups[1])) == 1
    assert [whole_rules(ec2, one) for one in (bystander, closed)] == before
    says_again_nothing(send(revoke, queued(change)))


def test_while_ec2_is_at_work_on_a_list_the_message_comes_back(revoke):
    busy = "<DescribeManagedPrefixListsResponse><prefixListSet><item><prefixListId>pl-0a1b2c3d</prefixListId><state>modify-in-progress</state></item></prefixListSet></DescribeManagedPrefixListsResponse>"
    revoke.recorder.fault("DescribeManagedPrefixLists", 200, busy)
    run = send(revoke, queued(call("ec2", "ModifyManagedPrefixList", {"ModifyManagedPrefixListRequest": {"PrefixListId": "pl-0a1b2c3d"}})))
    assert failures(run) == ["m0"] and run.operations == ["DescribeManagedPrefixLists"]
    [line] = [line for line in run.lines if line["level"] == "WARN"]
    assert "still at work on the change of pl-0a1b2c3d" in line["message"]
