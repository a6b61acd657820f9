"""sg-quarantine in the style `isolate`: who is isolated, who is left alone and named, and what stays as it was."""

import time
from concurrent.futures import ThreadPoolExecutor

from harness import offenders
from harness.groups import (
    ANOTHER_ACCOUNT, QUARANTINE_GROUP, WORLD, Network, four, new_group, says, strict_about_interfaces,
)
from harness.offenders import permission
from harness.recorder import ec2_error
from support import about_group, failures, finish_by_hand, follow, queued, says_again_nothing, send

QUARANTINED_AT, QUARANTINED_RULES = "curfew:quarantined-at", "curfew:quarantined-rules"


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
    # Where more than a second passes before it begins, it looks once more. Who waits looks three times more.
    looks = (2, 3) if run.line["duration_ms"] > 1_000 else (2,)
    assert run.operations.count("DescribeSecurityGroupRules") in looks, "nobody waits for what is left to a person"
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
