"""sg-quarantine in the styles `revoke` and `alert`: what goes, what is put back, what stays as it was."""

import uuid

import pytest
from harness import offenders
from harness.groups import WORLD, four, group_of, says
from harness.offenders import permission
from harness.recorder import ec2_error
from support import about_group, failures, follow, queued, says_again_nothing, send

WORLD6 = "::/0"


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
