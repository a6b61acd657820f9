"""sg-quarantine in its three styles: what goes, what is put back, who is isolated, and what stays as it was."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import offenders
from harness.groups import (
    ANOTHER_ACCOUNT, QUARANTINE_GROUP, WORLD, Network, four, group_of, new_group, says, strict_about_interfaces,
)
from harness.offenders import permission
from harness.recorder import ec2_error
from support import about_group, failures, finish_by_hand, follow, queued, says_again_nothing, send

WORLD6 = "::/0"
QUARANTINED_AT, QUARANTINED_RULES = "curfew:quarantined-at", "curfew:quarantined-rules"


@pytest.fixture(scope="module")
def alert(start):
    return start("sg-quarantine", {"sg": {"quarantine": "alert"}})


def from_list(protocol, ports, prefix_list):
    entry = permission(protocol, ports)
    entry["PrefixListIds"] = [{"PrefixListId": prefix_list}]
    return entry


def prefix_list(ec2, *blocks, family="IPv4"):
    entries = [{"Cidr": block} for block in blocks]
    answer = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=max(1, len(entries)), AddressFamily=family, Entries=entries
    )
    return answer["PrefixList"]["PrefixListId"]


# revoke


def test_of_a_range_the_authorized_ports_stay_open_all_along(revoke, ec2):
    group = group_of(ec2, permission("tcp", (80, 8080), v4=[(WORLD, "web"), ("10.0.0.0/8", "inside")]))
    seen = []

    def look(_call, forward):
        seen.append(says(ec2, group))
        return forward()

    revoke.recorder.intercept("RevokeSecurityGroupIngress", look)
    run = send(revoke, about_group(group))

    assert run.outcome == "remediated", run.line.get("error")
    assert seen == [
        ["tcp 443 443 0.0.0.0/0", "tcp 80 80 0.0.0.0/0", "tcp 80 8080 0.0.0.0/0", "tcp 80 8080 10.0.0.0/8"]
    ]
    assert says(ec2, group) == ["tcp 443 443 0.0.0.0/0", "tcp 80 80 0.0.0.0/0", "tcp 80 8080 10.0.0.0/8"]
    assert run.changing == ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "CreateTags"]
    assert len(run.operations) == 8
    answer = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert {r["Description"] for r in answer if r.get("FromPort") == r.get("ToPort") and not r["IsEgress"]} == {"web"}
    says_again_nothing(send(revoke, about_group(group)))


def test_the_commands_of_the_mail_undo_it_exactly(revoke, emulator, ec2):
    group = group_of(
        ec2,
        permission("tcp", (80, 8080), v4=[(WORLD, "it's \"the\" web"), ("10.0.0.0/8", "inside")]),
        permission("-1", None, v6=four(WORLD6, "all")),
    )
    before = says(ec2, group)
    run = send(revoke, about_group(group))
    assert says(ec2, group) == [
        "tcp 443 443 0.0.0.0/0", "tcp 443 443 ::/0", "tcp 80 80 0.0.0.0/0", "tcp 80 80 ::/0", "tcp 80 8080 10.0.0.0/8",
    ]
    assert follow(run.mail[1], "HOW TO PUT THE REVOKED RULES BACK", emulator)[1] == ""
    assert says(ec2, group) == before


def test_a_protocol_without_ports_goes_alone_and_only_where_no_setting_names_it(revoke, start, ec2):
    # The emulator wants ports for each protocol, and answers with these, as EC2 does.
    group = group_of(
        ec2,
        permission("47", (-1, -1), v4=[(WORLD, "tunnel"), ("10.0.0.0/8", "inside")]),
        permission("50", (-1, -1), v4=four(WORLD)),
        permission("tcp", 443, v4=four(WORLD)),
    )
    vpn = start("sg-quarantine", {"sg": {"authorized_protocols": ["gre", "esp", 51]}})
    assert send(vpn, about_group(group)).outcome == "compliant"

    run = send(revoke, about_group(group))
    assert (run.outcome, run.line["severity"]) == ("remediated", "high"), run.line.get("error")
    assert says(ec2, group) == ["47 -1 -1 10.0.0.0/8", "tcp 443 443 0.0.0.0/0"]
    assert run.changing == ["RevokeSecurityGroupIngress", "CreateTags"]
    summaries = [finding["summary"] for finding in run.line["findings"]]
    assert ["GRE" in said for said in summaries] == [True, False] and "IP protocol 47 (GRE)" in summaries[0]
    assert [finding["evidence"]["services"] for finding in run.line["findings"]] == [[], []]
    _, text = run.mail
    assert "SSH" not in text and "tcp 22" not in text
    says_again_nothing(send(revoke, about_group(group)))


def test_a_full_group_is_closed_too(revoke, ec2):
    group = group_of(ec2, *(permission("tcp", port, v4=four("10.0.0.0/8")) for port in range(1000, 1059)))
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", (400, 500), v4=four(WORLD))])
    run = send(revoke, about_group(group))
    assert run.outcome == "remediated", run.line.get("error")
    assert "tcp 443 443 0.0.0.0/0" in says(ec2, group) and len(says(ec2, group)) == 60


def test_a_customers_prefix_list_is_looked_into(revoke, ec2):
    world, office = prefix_list(ec2, "0.0.0.0/1", "128.0.0.0/1"), prefix_list(ec2, "203.0.114.0/24")
    group = group_of(ec2, from_list("tcp", 22, world), from_list("tcp", 22, office), from_list("tcp", 443, world))

    run = send(revoke, about_group(group))

    assert run.outcome == "remediated", run.line.get("error")
    assert says(ec2, group) == sorted([f"tcp 22 22 {office}", f"tcp 443 443 {world}"])
    assert f"prefix list {world} (offices)" in run.mail[1]
    lists = {entry["id"]: entry["blocks"] for entry in run.line["before"]["prefix_lists"]}
    assert lists == {world: ["0.0.0.0/1", "128.0.0.0/1"], office: ["203.0.114.0/24"]}
    again = send(revoke, about_group(group))
    assert again.outcome == "compliant"
    says_again_nothing(again)


def test_a_list_that_cannot_be_read_is_said_and_never_assumed_harmless(revoke, ec2):
    unread = prefix_list(ec2, "203.0.114.0/24")
    group = group_of(ec2, from_list("tcp", 22, unread), permission("tcp", 23, v4=four(WORLD)))
    [rule_id] = [i for i, rule in offenders.rules_of(ec2, group).items() if rule[1] == 22]

    def deny():
        message = f"You are not authorized. Encoded message: {uuid.uuid4()}"
        answer = ec2_error("UnauthorizedOperation", message)
        revoke.recorder.fault("GetManagedPrefixListEntries", 403, answer, times=9)

    deny()
    run = send(revoke, queued(about_group(group)))
    assert (failures(run), run.outcome) == ([], "remediated")
    assert says(ec2, group) == [f"tcp 22 22 {unread}"]
    [said] = [finding for finding in run.line["findings"] if finding["kind"] == "unreadable-prefix-list"]
    assert unread in said["summary"] and rule_id in said["summary"] and "ec2:GetManagedPrefixListEntries" in said["summary"]
    assert said["summary"] in run.mail[1]
    deny()
    again = send(revoke, queued(about_group(group)))
    assert again.outcome == "alerted"
    says_again_nothing(again)


def test_a_throttled_list_is_left_to_the_next_delivery(revoke, ec2):
    group = group_of(ec2, from_list("tcp", 22, prefix_list(ec2, WORLD)))
    revoke.recorder.fault("GetManagedPrefixListEntries", 503, ec2_error("RequestLimitExceeded", "Later."), times=9)
    run = send(revoke, queued(about_group(group)))
    assert (failures(run), run.outcome, run.published) == (["m0"], "failed", [])
    assert send(revoke, queued(about_group(group))).outcome == "remediated"


# isolate


def test_interfaces_are_isolated_and_the_rules_stay_as_evidence(isolate, emulator, ec2):
    network = Network(ec2)
    first, second = network.interface(network.open), network.interface(network.open, network.other)
    apart = network.interface(network.other)
    rules = offenders.rules_of(ec2, network.open)

    run = send(isolate, about_group(network.open))

    assert run.outcome == "remediated", run.line.get("error")
    quarantine = network.quarantine
    assert (quarantine["IpPermissions"], quarantine["IpPermissionsEgress"]) == ([], [])
    assert quarantine["GroupName"] == "curfew-quarantine" and quarantine["Description"]
    assert network.groups_of(first) == {quarantine["GroupId"]}
    assert network.groups_of(second) == {quarantine["GroupId"], network.other}
    assert network.groups_of(apart) == {network.other}
    assert offenders.rules_of(ec2, network.open) == rules
    tags = offenders.tags_of(ec2, network.open)
    assert set(tags) == {QUARANTINED_AT, QUARANTINED_RULES} and len(tags[QUARANTINED_RULES]) == 64
    assert run.operations.count("CreateTags") == 1
    _, text = run.mail
    assert "tracked" in text and "network ACL" in text
    before = {one["id"]: one["groups"] for one in run.line["before"]["interfaces"]}
    assert before == {first: [network.open], second: [network.open, network.other]}

    again = send(isolate, about_group(network.open))
    assert again.outcome == "compliant"
    says_again_nothing(again)

    assert follow(text, "HOW TO GIVE THE INTERFACES THEIR GROUPS BACK", emulator)[1] == ""
    assert network.groups_of(first) == {network.open}
    assert network.groups_of(second) == {network.open, network.other}


def test_the_quarantine_group_is_created_once_a_vpc(isolate, ec2):
    network = Network(ec2)
    network.interface(network.open)
    run = send(isolate, about_group(network.open))
    assert run.operations.count("CreateSecurityGroup") == 1
    another = new_group(ec2, network.vpc, "2nd")
    ec2.authorize_security_group_ingress(GroupId=another, IpPermissions=[permission("tcp", 23, v4=four(WORLD))])
    interface = network.interface(another)
    run = send(isolate, about_group(another))
    assert run.outcome == "remediated", run.line.get("error")
    assert run.operations.count("CreateSecurityGroup") == 0
    assert network.groups_of(interface) == {network.quarantine["GroupId"]}
    assert len(run.operations) == 11


def test_two_open_groups_on_one_interface_are_both_left_in_one_batch(isolate, ec2):
    network = Network(ec2)
    second = new_group(ec2, network.vpc, "2nd")
    ec2.authorize_security_group_ingress(GroupId=second, IpPermissions=[permission("tcp", 23, v4=four(WORLD))])
    interfaces = [network.interface(network.open, second, network.other) for _ in range(3)]
    run = send(isolate, queued(about_group(network.open), about_group(second)))
    assert failures(run) == []
    assert [line["outcome"] for line in run.lines if "resource" in line] == ["remediated", "remediated"]
    for interface in interfaces:
        assert network.groups_of(interface) == {network.quarantine["GroupId"], network.other}


def test_two_processes_take_turns_at_the_groups_of_one_interface(isolate, start, ec2):
    network = Network(ec2)
    second = new_group(ec2, network.vpc, "2nd")
    ec2.authorize_security_group_ingress(GroupId=second, IpPermissions=[permission("tcp", 23, v4=four(WORLD))])
    interface = network.interface(network.open, second)
    table = {"LEDGER_TABLE": isolate.table}
    another = start("sg-quarantine", {"sg": {"quarantine": "isolate"}}, environment=table)
    with ThreadPoolExecutor(1) as pool:
        runs = []

        def meanwhile(_call, forward):
            # The first has read the interface's groups and is about to change them.
            runs.append(pool.submit(send, another, about_group(second)))
            time.sleep(1)
            assert network.groups_of(interface) == {network.open, second}
            return forward()

        isolate.recorder.intercept("ModifyNetworkInterfaceAttribute", meanwhile)
        assert send(isolate, about_group(network.open)).outcome == "remediated"
        assert runs[0].result().outcome == "remediated"
    assert network.groups_of(interface) == {network.quarantine["GroupId"]}


def test_somebody_elses_creation_at_the_same_time_ends_well(isolate, ec2):
    network = Network(ec2)
    interface = network.interface(network.open)

    def faster(_call, forward):
        ec2.create_security_group(
            GroupName="curfew-quarantine", Description="x", VpcId=network.vpc,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": QUARANTINE_GROUP, "Value": "x"}]}],
        )
        return forward()

    isolate.recorder.intercept("CreateSecurityGroup", faster)
    run = send(isolate, about_group(network.open))
    assert run.outcome == "remediated", run.line.get("error")
    quarantine = network.quarantine
    assert network.groups_of(interface) == {quarantine["GroupId"]}
    assert quarantine["IpPermissionsEgress"] == []


def managed(function, interface, kind):
    """Lets EC2 say that an AWS service manages an interface; the emulator has no such interfaces."""

    own, others = "<interfaceType>interface</interfaceType>", f"<interfaceType>{kind}</interfaceType>"
    mine = f"<networkInterfaceId>{interface}</networkInterfaceId>"

    def answer(_call, forward):
        status, body = forward()
        before, found, after = body.decode().partition(mine)
        if found:
            # The type stands before the id, the flag after it.
            before = others.join(before.rsplit(own, 1))
            after = after.replace("<requesterManaged>false<", "<requesterManaged>true<", 1)
        return status, before + found + after

    function.recorder.intercept("DescribeNetworkInterfaces", answer, times=99)


def test_interfaces_of_aws_services_are_left_alone_and_named(isolate, ec2):
    network = Network(ec2)
    mine, balancer = network.interface(network.open), network.interface(network.open, description="ELB app/web")

    managed(isolate, balancer, "load_balancer")
    run = send(isolate, about_group(network.open))
    assert run.outcome == "still-open", run.line.get("error")
    assert [left["remedy"] for left in run.line["remaining"]].count("by-hand") == 1
    assert run.operations.count("DescribeSecurityGroupRules") == 2, "nobody waits for what is left to a person"
    assert network.groups_of(mine) == {network.quarantine["GroupId"]}
    assert network.groups_of(balancer) == {network.open}
    assert run.operations.count("ModifyNetworkInterfaceAttribute") == 1
    assert f"{balancer} (load_balancer, " in run.mail[1] and "ELB app/web" in run.mail[1]

    managed(isolate, balancer, "load_balancer")
    again = send(isolate, about_group(network.open))
    assert again.outcome == "alerted"
    says_again_nothing(again)


def test_interfaces_that_ec2_hides_or_that_another_account_owns_are_named_and_still_open(isolate, ec2):
    network = Network(ec2)
    mine, hidden, theirs = (network.interface(network.open) for _ in range(3))
    strict_about_interfaces(isolate, ec2, managed=[hidden], foreign=[theirs])
    run = send(isolate, about_group(network.open))
    assert run.outcome == "still-open", run.line.get("error")
    assert "error" not in run.line and run.operations.count("ModifyNetworkInterfaceAttribute") == 1
    assert network.groups_of(mine) == {network.quarantine["GroupId"]}
    left = {one["kind"]: one["summary"] for one in run.line["remaining"] if one["remedy"] == "by-hand"}
    assert hidden in left["open-on-managed-interface"] and "eks.amazonaws.com" in left["open-on-managed-interface"]
    assert theirs in left["open-on-foreign-interface"] and ANOTHER_ACCOUNT in left["open-on-foreign-interface"]
    _, text = run.mail
    assert hidden in text and theirs in text and "ask their owners" in text


def test_a_group_that_only_hidden_interfaces_use_is_in_use(isolate, emulator, ec2):
    network = Network(ec2)
    hidden = network.interface(network.open)
    strict_about_interfaces(isolate, ec2, managed=[hidden])
    run = send(isolate, about_group(network.open))
    assert (run.outcome, run.line["severity"], run.changing) == ("alerted", "high", [])
    assert hidden in run.mail[1] and "none has it" not in run.mail[1]
    assert follow(run.mail[1], "HOW TO CLOSE IT BY HAND", emulator)[1] == ""
    assert says(ec2, network.open) == []


def test_each_interface_goes_into_the_quarantine_group_of_its_own_vpc(isolate, emulator, ec2):
    network = Network(ec2)
    vpc, subnet = network.another_vpc()
    here, there = network.interface(network.open), network.interface(network.open, subnet=subnet)
    strict_about_interfaces(isolate, ec2)
    run = send(isolate, about_group(network.open))
    assert run.outcome == "remediated", run.line.get("error")
    assert network.groups_of(here) == {network.quarantine["GroupId"]}
    assert network.groups_of(there) == {network.quarantine_of(vpc)["GroupId"]}
    assert network.quarantine_of(vpc)["IpPermissionsEgress"] == []
    assert follow(run.mail[1], "HOW TO GIVE THE INTERFACES THEIR GROUPS BACK", emulator)[1] == ""
    assert network.groups_of(here) == network.groups_of(there) == {network.open}


def test_where_a_vpc_gets_no_quarantine_group_its_interface_is_named_and_can_be_finished_by_hand(isolate, emulator, ec2):
    network = Network(ec2)
    vpc, subnet = network.another_vpc()
    here, there = network.interface(network.open), network.interface(network.open, subnet=subnet)
    strict_about_interfaces(isolate, ec2)

    def create(call, forward):
        return (400, ec2_error("OperationNotPermitted", "Not here.")) if call.form["VpcId"] == vpc else forward()

    isolate.recorder.intercept("CreateSecurityGroup", create, times=9)
    run = send(isolate, about_group(network.open))
    assert run.outcome == "still-open"
    assert network.groups_of(here) == {network.quarantine["GroupId"]}
    assert network.groups_of(there) == {network.open}
    [left] = [one["summary"] for one in run.line["remaining"]]
    assert f", still on {there}" in left and here not in left and left in run.mail[1]

    _, trouble = finish_by_hand(run.mail[1], emulator)
    # EC2 has given the new group one outbound rule: that for IPv6 is not there.
    assert trouble.count("\n") <= 1, trouble
    assert network.groups_of(there) == {network.quarantine_of(vpc)["GroupId"]}
    assert network.groups_of(here) == {network.quarantine["GroupId"]}


def test_an_isolated_group_is_silent_as_it_is_and_mailed_once_it_is_opened_anew(isolate, start, ec2):
    network = Network(ec2)
    network.interface(network.open)
    assert send(isolate, about_group(network.open)).outcome == "remediated"
    tags = offenders.tags_of(ec2, network.open)
    # A process that has told nobody anything is as silent about the evidence as the one that isolated.
    another = start("sg-quarantine", {"sg": {"quarantine": "isolate"}})
    for function in (isolate, another, another):
        run = send(function, about_group(network.open))
        assert run.outcome == "compliant"
        says_again_nothing(run)

    ec2.authorize_security_group_ingress(GroupId=network.open, IpPermissions=[permission("tcp", 3389, v4=four(WORLD))])
    run = send(another, about_group(network.open))
    assert (run.outcome, run.line["severity"], run.changing, len(run.mails)) == ("alerted", "medium", [], 1)
    assert "3389" in run.mail[1] and "now none has it" in run.mail[1]
    says_again_nothing(again := send(another, about_group(network.open)))
    assert again.outcome == "alerted"
    assert offenders.tags_of(ec2, network.open) == tags

    # Isolated anew with what is open now, it is silent again.
    network.interface(network.open)
    assert send(another, about_group(network.open)).outcome == "remediated"
    assert offenders.tags_of(ec2, network.open)[QUARANTINED_RULES] != tags[QUARANTINED_RULES]
    run = send(another, about_group(network.open))
    assert run.outcome == "compliant"
    says_again_nothing(run)


def test_the_default_group_and_referenced_groups_are_isolated_like_any_other(isolate, ec2):
    network = Network(ec2)
    [default] = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    group = default["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 22, v4=four(WORLD))])
    ec2.authorize_security_group_ingress(GroupId=network.other, IpPermissions=[permission("tcp", 22, groups=[group])])
    interface = network.interface(group)
    references = offenders.rules_of(ec2, network.other)
    assert send(isolate, about_group(group)).outcome == "remediated"
    assert network.groups_of(interface) == {network.quarantine["GroupId"]}
    assert offenders.rules_of(ec2, network.other) == references


# alert


def test_the_style_alert_says_and_changes_nothing(alert, emulator, ec2):
    group = group_of(ec2, permission("tcp", (22, 80), v4=four(WORLD)), permission("tcp", 443, v4=four(WORLD)))
    before = offenders.rules_of(ec2, group)
    run = send(alert, about_group(group))
    assert (run.outcome, run.line["severity"], run.changing) == ("alerted", "high", [])
    assert (offenders.rules_of(ec2, group), offenders.tags_of(ec2, group)) == (before, {})
    _, text = run.mail
    says_again_nothing(send(alert, about_group(group)))

    assert follow(text, "HOW TO CLOSE IT BY HAND", emulator)[1] == ""
    assert says(ec2, group) == ["tcp 443 443 0.0.0.0/0", "tcp 80 80 0.0.0.0/0"]


@pytest.mark.parametrize("style", ["revoke", "isolate", "alert"])
def test_a_mixed_group_is_compliant_in_each_style_once_its_open_rules_are_gone(request, style, ec2):
    function = request.getfixturevalue(style)
    other = offenders.group(ec2)
    group = group_of(
        ec2,
        permission("tcp", 443, v4=four(WORLD), v6=four(WORLD6)),
        permission("tcp", 22, v4=[("10.0.0.0/8", ""), ("203.0.114.7/32", "")], groups=[other]),
        from_list("tcp", 22, prefix_list(ec2, "198.51.100.0/24")),
        permission("-1", None, v4=four("0.0.0.0/1")),
    )
    before = offenders.rules_of(ec2, group)
    for _ in range(2):
        run = send(function, about_group(group))
        assert run.outcome == "compliant"
        says_again_nothing(run)
    assert offenders.rules_of(ec2, group) == before
