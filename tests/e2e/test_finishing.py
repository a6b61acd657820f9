"""sg-quarantine: what could not be done is left to a person as commands, and these end where Curfew would have."""

from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError
from harness import offenders
from harness.groups import QUARANTINE_GROUP, WORLD, Network, four, group_of, new_group, says
from harness.offenders import permission
from harness.recorder import ec2_error
from support import BY_HAND, about_group, failures, finish_by_hand, queued, says_again_nothing, section, send

QUARANTINED_AT, QUARANTINED_RULES = "curfew:quarantined-at", "curfew:quarantined-rules"
DENIED = (403, ec2_error("UnauthorizedOperation", "No."))
FULL = (400, ec2_error("RulesPerSecurityGroupLimitExceeded", "The group is full."))
TEXT = "O'Neil \"$(touch pwned)\" `id` \\ é中 & ; | > pwned"


@pytest.mark.parametrize("operation", ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "CreateTags"])
def test_whatever_call_fails_the_commands_of_the_mail_end_where_curfew_would_have(revoke, emulator, ec2, operation):
    inside = ("10.0.0.0/8", "inside")
    group = group_of(
        ec2, permission("tcp", (80, 8080), v4=[(WORLD, "web"), inside]), permission("tcp", 22, v4=[(WORLD, ""), inside])
    )
    expected = ["tcp 22 22 10.0.0.0/8", "tcp 443 443 0.0.0.0/0", "tcp 80 80 0.0.0.0/0", "tcp 80 8080 10.0.0.0/8"]
    revoke.recorder.fault(operation, *DENIED, times=9)

    run = send(revoke, queued(about_group(group), receive_count=8))

    assert (failures(run), run.outcome) == (["m0"], "failed" if operation == "CreateTags" else "still-open")
    assert f"ec2:{operation}" in run.line["error"]["message"]
    lines, errors = finish_by_hand(run.mail[1], emulator)
    assert errors == ""
    put_back, by_id = ("authorize" in " ".join(lines), "--security-group-rule-ids" in " ".join(lines))
    assert (put_back, by_id) == (operation.startswith("Authorize"), operation != "CreateTags")
    assert says(ec2, group) == expected
    assert QUARANTINED_AT in offenders.tags_of(ec2, group)
    text = run.mail[1]
    assert "may pass by itself" not in text
    run = send(revoke, queued(about_group(group), receive_count=9))
    assert (failures(run), run.outcome) == ([], "compliant")
    says_again_nothing(run)


def test_parts_that_a_full_group_refuses_are_left_as_the_command_for_just_those(revoke, emulator, ec2):
    group = group_of(ec2, permission("tcp", (80, 443), v4=four(WORLD, "web")), permission("tcp", 22, v4=four(WORLD)))
    # Neither both at once, nor, once the rules are gone, both or the second one alone.
    revoke.recorder.faults["AuthorizeSecurityGroupIngress"] = [FULL, FULL, lambda _call, forward: forward(), FULL]

    run = send(revoke, queued(about_group(group)))

    assert (failures(run), run.outcome) == (["m0"], "failed")
    assert says(ec2, group) == ["tcp 80 80 0.0.0.0/0"]
    assert "Or finish it by hand at once" in run.mail[1]
    lines, errors = finish_by_hand(run.mail[1], emulator)
    assert (len(lines), errors) == (1, "")
    assert says(ec2, group) == ["tcp 443 443 0.0.0.0/0", "tcp 80 80 0.0.0.0/0"]
    # Nothing is left to the next delivery but to say so.
    again = send(revoke, queued(about_group(group), receive_count=2))
    assert (failures(again), again.outcome) == ([], "remediated")
    assert len(again.mails) == 1


def test_words_that_a_shell_could_take_for_its_own_survive_the_commands(revoke, emulator, ec2):
    group = offenders.group(ec2)
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[permission("tcp", (80, 90), v4=four(WORLD, TEXT))],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": [{"Key": TEXT, "Value": TEXT}]}],
    )
    revoke.recorder.faults["AuthorizeSecurityGroupIngress"] = [FULL, DENIED]
    run = send(revoke, about_group(group))
    assert (run.outcome, says(ec2, group)) == ("failed", [])
    _, errors = finish_by_hand(run.mail[1], emulator)
    assert errors == ""
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    [rule] = [rule for rule in rules if not rule["IsEgress"]]
    assert (rule["FromPort"], rule["ToPort"], rule["Description"]) == (80, 80, TEXT)
    sent = [call for call in run.of("AuthorizeSecurityGroupIngress")][0].form
    assert sent["TagSpecification.1.Tag.1.Value"] == TEXT


@pytest.mark.parametrize(
    "operation",
    ["CreateSecurityGroup", "RevokeSecurityGroupEgress", "ModifyNetworkInterfaceAttribute", "CreateTags"],
)
def test_whatever_call_of_an_isolation_fails_the_commands_end_where_curfew_would_have(isolate, emulator, ec2, operation):
    network = Network(ec2)
    alone, shared = network.interface(network.open), network.interface(network.open, network.other)
    isolate.recorder.fault(operation, *DENIED, times=99)

    run = send(isolate, queued(about_group(network.open), receive_count=8))

    # Without a quarantine group nothing was changed; once there is one, what is left is open; the tag comes last.
    failed = operation in ("CreateSecurityGroup", "CreateTags")
    assert (failures(run), run.outcome) == (["m0"], "failed" if failed else "still-open")
    text = run.mail[1]
    _, errors = finish_by_hand(text, emulator)
    # Of the outbound rules of a new group only those can be taken away that are there.
    assert all("InvalidPermission.NotFound" in line for line in errors.splitlines()), errors
    quarantine = network.quarantine
    assert (quarantine["IpPermissions"], quarantine["IpPermissionsEgress"]) == ([], [])
    assert network.groups_of(alone) == {quarantine["GroupId"]}
    assert network.groups_of(shared) == {quarantine["GroupId"], network.other}
    assert set(offenders.tags_of(ec2, network.open)) == {QUARANTINED_AT, QUARANTINED_RULES}
    run = send(isolate, queued(about_group(network.open), receive_count=9))
    assert (failures(run), run.outcome) == ([], "compliant")
    says_again_nothing(run)


def test_the_tags_of_an_isolated_group_that_were_denied_are_set_by_the_next_delivery(isolate, ec2):
    network = Network(ec2)
    network.interface(network.open)
    isolate.recorder.fault("CreateTags", *DENIED, times=99)
    run = send(isolate, queued(about_group(network.open)))
    assert (failures(run), run.outcome, len(run.mails)) == (["m0"], "failed", 1)
    assert "as long as the same trigger is delivered again, Curfew tries again what is left" in " ".join(run.mail[1].split())
    run = send(isolate, queued(about_group(network.open), receive_count=2))
    assert (failures(run), run.outcome, run.changing, len(run.mails)) == ([], "remediated", ["CreateTags"], 1)
    assert set(offenders.tags_of(ec2, network.open)) == {QUARANTINED_AT, QUARANTINED_RULES}
    run = send(isolate, queued(about_group(network.open), receive_count=3))
    assert (failures(run), run.outcome) == ([], "compliant")
    says_again_nothing(run)


def test_nobody_is_put_into_an_open_quarantine_group_by_hand(isolate, emulator, ec2):
    network = Network(ec2)
    interface = network.interface(network.open)
    vpc = network.vpc
    tag = {"Key": QUARANTINE_GROUP, "Value": vpc}
    opened = new_group(ec2, vpc, "curfew-quarantine")
    ec2.create_tags(Resources=[opened], Tags=[tag])
    ec2.authorize_security_group_ingress(GroupId=opened, IpPermissions=[permission("tcp", 22, v4=four(WORLD))])
    run = send(isolate, queued(about_group(network.open), receive_count=8))
    assert (failures(run), run.outcome, run.changing) == (["m0"], "failed", [])
    message = run.line["error"]["message"]
    assert message.startswith("Curfew itself did not call `ec2:ModifyNetworkInterfaceAttribute` (QuarantineGroupIsOpen)")
    _, errors = finish_by_hand(run.mail[1], emulator)
    assert all("InvalidPermission.NotFound" in line for line in errors.splitlines()), errors
    [group] = network.groups_of(interface)
    assert group not in (opened, network.open)
    [found] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert (found["IpPermissions"], found["IpPermissionsEgress"], tag in found["Tags"]) == ([], [], True)
    assert set(offenders.tags_of(ec2, network.open)) == {QUARANTINED_AT, QUARANTINED_RULES}


def test_where_no_quarantine_group_can_be_created_by_hand_nothing_else_is_run(isolate, ec2):
    network = Network(ec2)
    interface = network.interface(network.open)
    isolate.recorder.fault("CreateSecurityGroup", *DENIED, times=9)
    run = send(isolate, queued(about_group(network.open), receive_count=8))
    assert run.outcome == "failed"

    class Full:
        """EC2 where the account has as many groups as it may have."""

        def client(self, *_names):
            return self

        def __getattr__(self, operation):
            if operation != "create_security_group":
                return getattr(ec2, operation)
            error = {"Error": {"Code": "SecurityGroupLimitExceeded", "Message": "Full."}}
            return Mock(side_effect=ClientError(error, "CreateSecurityGroup"))

    _, errors = finish_by_hand(run.mail[1], Full())
    assert "SecurityGroupLimitExceeded" in errors and errors.count("\n") == 1, errors
    assert network.groups_of(interface) == {network.open}
    assert offenders.tags_of(ec2, network.open) == {}


def test_where_the_quarantine_group_could_not_be_looked_up_the_commands_do_it(isolate, emulator, ec2):
    network = Network(ec2)
    first = network.interface(network.open)
    assert send(isolate, about_group(network.open)).outcome == "remediated"
    second = network.interface(network.open, network.other)

    def refuse(call, forward):
        return DENIED if "Filter.1.Name" in call.form else forward()

    isolate.recorder.intercept("DescribeSecurityGroups", refuse, times=99)
    run = send(isolate, about_group(network.open))
    assert run.outcome == "failed"
    lines, errors = finish_by_hand(run.mail[1], emulator)
    assert (len([line for line in lines if "modify-network-interface" in line]), errors) == (1, "")
    quarantine = network.quarantine["GroupId"]
    assert network.groups_of(first) == {quarantine}
    assert network.groups_of(second) == {quarantine, network.other}


def test_a_group_that_goes_half_way_is_gone_and_leaves_nothing_to_do(revoke, isolate, ec2):
    group = group_of(ec2, permission("tcp", 22, v4=four(WORLD)))

    def delete(_call, forward):
        answer = forward()
        ec2.delete_security_group(GroupId=group)
        return answer

    revoke.recorder.intercept("RevokeSecurityGroupIngress", delete)
    run = send(revoke, about_group(group))
    assert (run.failed, run.outcome) == (False, "gone")
    assert BY_HAND not in run.mail[1]
    says_again_nothing(send(revoke, about_group(group)))


def test_of_many_interfaces_those_that_were_refused_are_left_and_no_other(isolate, ec2):
    network = Network(ec2)
    interfaces = [network.interface(network.open, network.other) for _ in range(40)]
    refused = set(interfaces[::4])

    def refuse(call, forward):
        return DENIED if call.form["NetworkInterfaceId"] in refused else forward()

    isolate.recorder.intercept("ModifyNetworkInterfaceAttribute", refuse, times=999)
    run = send(isolate, about_group(network.open))
    assert (run.outcome, len(run.line["remaining"])) == ("still-open", 1)
    commands = section(run.mail[1], BY_HAND)
    quarantine = network.quarantine["GroupId"]
    assert {line.split("--network-interface-id ")[1].split()[0] for line in commands} == refused
    # Nothing runs after a command that fails.
    alone = [line.removesuffix("\\").rstrip().removesuffix("&&").rstrip() for line in commands]
    assert all(line.endswith(f"--groups {quarantine} {network.other}") for line in alone), commands
    run = send(isolate, about_group(network.open))
    assert run.outcome == "remediated"
    says_again_nothing(send(isolate, about_group(network.open)))
