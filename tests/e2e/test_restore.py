"""restore: what the functions closed is put back as it was, by the record, with the real binaries."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from harness import offenders
from harness.groups import WORLD, Network, four, group_of, says
from harness.loopback import Reset
from harness.offenders import permission
from harness.recorder import ec2_error, s3_error
from support import about_bucket, about_group, queued, section, send


@pytest.fixture(scope="module")
def back(start, acl, revoke):
    """The function, over the records of another one."""
    running = {}

    def back(function):
        if function.table not in running:
            running[function.table] = start("restore", environment={"LEDGER_TABLE": function.table})
        return running[function.table]

    return back


def closed(function, event):
    """Closes what is open, and says by which record."""
    run = send(function, queued(event))
    assert run.outcome == "remediated", run.answer
    return run


def bucket_state(s3, name):
    acl = s3.get_bucket_acl(Bucket=name)
    return {"Owner": acl["Owner"], "Grants": acl["Grants"]}


def test_a_bucket_is_as_it_was_by_the_command_of_the_mail_and_is_left_alone(acl, back, s3):
    name = offenders.open_bucket(s3)
    before = bucket_state(s3, name)
    run = closed(acl, about_bucket(name))
    record = run.line["record"]
    assert f"\n  make restore REGION=eu-central-1 RECORD={record}\n" in run.mail[1]

    restore = back(acl)
    payload = {"record": record, "reason": "the shop is down", "claimed_by": "ann"}
    dry = send(restore, {**payload, "dry_run": True})
    assert (dry.failed, dry.answer["ending"], dry.changing, dry.published) == (False, "planned", [], [])
    assert {call.operation for call in dry.recorded} == {"Query"}

    run = send(restore, payload)
    assert not run.failed and run.answer["ending"] == "restored", run.answer
    assert bucket_state(s3, name) == before
    assert run.changing == ["PutBucketAcl"]
    subject, text = run.mail
    assert subject.startswith("[Curfew] restored, ") and "Claimed by  ann" in text and "Reason      the shop is down" in text
    assert run.line["restores"] == record and run.line["left_alone_until"] == run.answer["left_alone_until"]

    # The event that the restore itself causes.
    again = send(acl, queued(about_bucket(name)))
    assert (again.outcome, again.changing, again.published) == ("exempt", [], [])
    assert bucket_state(s3, name) == before
    second = send(restore, payload)
    assert (second.answer["ending"], second.changing, second.published) == ("nothing-to-do", [], [])


def test_rules_come_back_with_their_words_and_tags_and_their_parts_go(revoke, back, ec2):
    group = group_of(ec2, permission("tcp", (80, 8080), v4=[(WORLD, "web"), ("10.0.0.0/8", "inside")]))
    before = says(ec2, group)
    record = closed(revoke, about_group(group)).line["record"]
    assert says(ec2, group) != before
    arn = record.split("@")[1]

    run = send(back(revoke), {"resource": arn})
    assert run.answer["ending"] == "restored" and run.answer["record"] == record, run.answer
    assert says(ec2, group) == before
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert [rule["Description"] for rule in rules if rule.get("CidrIpv4") == WORLD and not rule["IsEgress"]] == ["web"]
    assert run.changing == ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"]


def test_what_others_changed_is_refused_and_stays_by_force(revoke, back, ec2):
    group = group_of(ec2, permission("tcp", 22, v4=four(WORLD)))
    record = closed(revoke, about_group(group)).line["record"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 22, v4=four("203.0.113.0/24"))])

    refused = send(back(revoke), {"record": record})
    assert refused.answer["ending"] == "refused" and refused.changing == []
    [since] = refused.answer["changed_since"]
    assert "was added since" in since and "203.0.113.0/24" in since
    forced = send(back(revoke), {"record": record, "force": True})
    assert forced.answer["ending"] == "restored"
    assert says(ec2, group) == ["tcp 22 22 0.0.0.0/0", "tcp 22 22 203.0.113.0/24"]


def test_a_rule_of_somebody_in_the_place_of_a_part_is_refused_and_stays_by_force(revoke, back, ec2):
    group = group_of(ec2, permission("tcp", (80, 8080), v4=[(WORLD, "web")]))
    record = closed(revoke, about_group(group)).line["record"]
    part = [id for id, rule in offenders.rules_of(ec2, group).items() if rule[1] == 80]
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=part)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 80, v4=[(WORLD, "mine")])])

    refused = send(back(revoke), {"record": record})
    assert (refused.answer["ending"], refused.changing) == ("refused", []), refused.answer
    assert '"mine") was added since' in refused.answer["changed_since"][0]
    forced = send(back(revoke), {"record": record, "force": True})
    assert forced.answer["ending"] == "restored" and "NOT all as it was before" in forced.mail[1]
    assert says(ec2, group) == ["tcp 80 80 0.0.0.0/0", "tcp 80 8080 0.0.0.0/0"]


def test_what_is_open_beside_what_was_put_back_by_force_is_not_said_to_be_left_alone(revoke, back, ec2):
    group = group_of(ec2, permission("tcp", 22, v4=four(WORLD)))
    record = closed(revoke, about_group(group)).line["record"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 3389, v4=four(WORLD))])

    forced = send(back(revoke), {"record": record, "force": True})
    text = forced.mail[1]
    assert "NOT all as it was before: something was changed since and is still so" in text
    assert "Curfew leaves what is back alone until" in text and "leaves it alone" not in text
    assert "What is open beside it, Curfew treats as ever." in text
    assert send(revoke, queued(about_group(group))).outcome == "remediated"
    assert says(ec2, group) == ["tcp 22 22 0.0.0.0/0"]


@pytest.mark.parametrize("last", ["RequestLimitExceeded", "UnauthorizedOperation", "InvalidParameterValue"])
def test_what_a_call_did_whose_answer_was_lost_can_be_put_back_whatever_its_next_attempt_says(revoke, acl, back, ec2, s3, last):
    group, bucket = group_of(ec2, permission("tcp", 22, v4=four(WORLD))), offenders.open_bucket(s3)
    places = [
        (revoke, "RevokeSecurityGroupIngress", about_group(group), lambda: says(ec2, group), ec2_error),
        (acl, "PutBucketAcl", about_bucket(bucket), lambda: bucket_state(s3, bucket), s3_error),
    ]
    code = {"RequestLimitExceeded": "SlowDown", "UnauthorizedOperation": "AccessDenied"}.get(last, last)
    for function, operation, event, state, error in places:
        before = state()
        answer = (503 if code == "SlowDown" else 403, error(last if function is revoke else code, "No."))
        function.recorder.faults[operation] = [lose_the_answer, *[answer] * 9]
        # No later delivery comes.
        run = send(function, queued(event, receive_count=8))
        assert state() != before
        subject, text = run.mail
        assert "It changed nothing" not in text and "What would be changed" not in text, text
        assert f"\n  make restore REGION=eu-central-1 RECORD={run.line['record']}\n" in text, text
        answer = send(back(function), {"record": run.line["record"]}).answer
        assert (answer["ending"], state()) == ("restored", before), answer


def lose_the_answer(_call, forward):
    forward()
    raise Reset


def test_what_is_back_already_is_left_alone_and_told(acl, back, s3):
    name = offenders.open_bucket(s3)
    before = bucket_state(s3, name)
    record = closed(acl, about_bucket(name)).line["record"]
    s3.put_bucket_acl(Bucket=name, AccessControlPolicy=before)

    run = send(back(acl), {"record": record})
    assert (run.answer["ending"], run.answer["changes"], run.changing) == ("restored", [], []), run.answer
    assert "it was back already, and nothing was changed" in run.mail[1]
    assert send(acl, queued(about_bucket(name))).outcome == "exempt"
    again = send(back(acl), {"record": record}).answer
    assert (again["ending"], again["left_alone_until"]) == ("nothing-to-do", run.answer["left_alone_until"])


def test_interfaces_get_their_groups_back(isolate, back, ec2):
    network = Network(ec2)
    interface = network.interface(network.open, network.other)
    record = closed(isolate, about_group(network.open)).line["record"]
    assert network.open not in network.groups_of(interface)

    run = send(back(isolate), {"record": record})
    assert run.answer["ending"] == "restored", run.answer
    assert network.groups_of(interface) == {network.open, network.other}
    assert run.changing == ["ModifyNetworkInterfaceAttribute"]


def test_flags_that_were_turned_on_go_off_and_others_stay(start, back, s3):
    blocking = start("s3-acl-private", {"s3_acl": {"block_public_acls": True}})
    for before, call in ((None, "DeletePublicAccessBlock"), ({"RestrictPublicBuckets": True}, "PutPublicAccessBlock")):
        name = offenders.open_bucket(s3)
        if before:
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=before)
        record = closed(blocking, about_bucket(name)).line["record"]
        run = send(back(blocking), {"record": record})
        assert (run.answer["ending"], run.changing) == ("restored", [call, "PutBucketAcl"])
        assert ("READ", "AllUsers") in offenders.grants_of(s3, name)
        if before:
            flags = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
            assert [flag for flag, is_on in flags.items() if is_on] == ["RestrictPublicBuckets"]


def test_a_rule_of_a_prefix_list_comes_back_with_its_tags_and_the_mail_says_what_is_open(revoke, back, ec2):
    world = ec2.create_managed_prefix_list(
        PrefixListName="all", MaxEntries=1, AddressFamily="IPv4", Entries=[{"Cidr": WORLD}]
    )["PrefixList"]["PrefixListId"]
    group = group_of(ec2, {**permission("tcp", 22), "IpRanges": [], "Ipv6Ranges": [], "UserIdGroupPairs": [], "PrefixListIds": [{"PrefixListId": world}]})
    [rule] = offenders.rules_of(ec2, group)
    ec2.create_tags(Resources=[rule], Tags=[{"Key": "team", "Value": "web"}])
    record = closed(revoke, about_group(group)).line["record"]

    run = send(back(revoke), {"record": record})
    assert run.answer["ending"] == "restored", run.answer
    assert says(ec2, group) == [f"tcp 22 22 {world}"]
    [authorized] = run.of("AuthorizeSecurityGroupIngress")
    assert authorized.form["TagSpecification.1.Tag.1.Key"] == "team"
    assert "tcp 22" in section(run.mail[1], "WHAT IS OPEN NOW")[0]


def test_it_is_left_alone_for_as_long_as_the_settings_say_and_in_each_mode(start, emulator, acl, s3):
    settings = json.dumps({"version": 1, "mode": "observe", "restore_grace": "2h"})
    emulator.client("ssm").put_parameter(Name="/curfew/of-restore", Value=settings, Type="String", Overwrite=True)
    restore = start("restore", environment={"LEDGER_TABLE": acl.table, "CURFEW_SETTINGS_PARAMETER": "/curfew/of-restore"})
    record = closed(acl, about_bucket(offenders.open_bucket(s3))).line["record"]
    answer = send(restore, {"record": record}).answer
    left = datetime.fromisoformat(answer["left_alone_until"]) - datetime.now(UTC)
    assert answer["ending"] == "restored" and timedelta(minutes=118) < left <= timedelta(hours=2)


def test_it_does_not_start_without_a_table(start):
    function = start("restore", environment={"LEDGER_TABLE": ""})
    assert function.process.wait(timeout=5) != 0
    [line] = function.lines()
    assert "LEDGER_TABLE is not set" in line["message"]


@pytest.mark.parametrize(
    ("payload", "kind", "named"),
    [
        ({}, "Curfew.UnusablePayload", "`record` is missing"),
        ({"record": "x@y", "force": "yes"}, "Curfew.UnusablePayload", "`force`"),
        ({"record": "2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e@arn:aws:s3:::never-there"}, "Curfew.NoSuchRecord", "no record"),
        ({"resource": "arn:aws:s3:::never-there"}, "Curfew.NothingToPutBack", "never-there"),
    ],
)
def test_what_cannot_be_put_back_is_an_error_in_words(acl, back, payload, kind, named):
    run = send(back(acl), payload)
    assert run.failed and run.answer["errorType"] == kind and named in run.answer["errorMessage"], run.answer
    assert run.changing == [] and run.published == []


def test_a_restore_that_is_denied_says_what_the_role_lacks_and_the_next_one_does_it(revoke, back, ec2):
    group = group_of(ec2, permission("tcp", 22, v4=four(WORLD)))
    record = closed(revoke, about_group(group)).line["record"]
    restore = back(revoke)
    restore.recorder.fault("AuthorizeSecurityGroupIngress", 403, ec2_error("UnauthorizedOperation", "No."))
    run = send(restore, {"record": record})
    assert run.answer["ending"] == "failed" and "ec2:AuthorizeSecurityGroupIngress" in run.answer["error"], run.answer
    assert send(restore, {"record": record}).answer["ending"] == "restored"
    assert says(ec2, group) == ["tcp 22 22 0.0.0.0/0"]

