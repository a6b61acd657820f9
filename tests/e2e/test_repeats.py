"""What a second delivery, a denial that repeats itself and other people's changes must not lead to."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from harness import offenders
from harness.groups import WORLD, group_of
from harness.offenders import permission
from harness.recorder import ec2_error, s3_error
from support import about_bucket, about_group, failures, follow, queued, section, send


def test_icmp_that_stays_after_a_remediation_is_not_mailed_again(revoke, ec2):
    group = group_of(ec2, permission("tcp", 22, v4=[(WORLD, "")]), permission("icmp", (8, -1), v4=[(WORLD, "")]))
    event = about_group(group)
    assert [len(send(revoke, event).mails) for _ in range(2)] == [1, 0]


def test_a_denial_whose_message_differs_each_time_is_mailed_once(revoke, ec2):
    event = about_group(group_of(ec2, permission("tcp", 22, v4=[(WORLD, "")])))
    mails = []
    for receive_count in (1, 2, 3):
        message = f"You are not authorized. Encoded authorization failure message: {os.urandom(9).hex()}"
        revoke.recorder.fault("RevokeSecurityGroupIngress", 403, ec2_error("UnauthorizedOperation", message), 9)
        mails.append(len(send(revoke, queued(event, receive_count=receive_count)).mails))
    assert mails == [1, 0, 0]


def test_a_group_that_somebody_else_closed_meanwhile_is_no_remediation(revoke, ec2):
    entry = permission("tcp", 22, v4=[(WORLD, "")])
    group = group_of(ec2, entry)

    def somebody_was_faster(_call, forward):
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[entry])
        return forward()

    revoke.recorder.intercept("RevokeSecurityGroupIngress", somebody_was_faster)
    run = send(revoke, about_group(group))
    assert (run.outcome, run.line["changes"]) == ("closed-meanwhile", [])
    assert "closed between Curfew's two reads" in run.mail[1]


def test_what_somebody_else_closed_while_curfew_was_throttled_is_not_said_to_be_revoked_by_it(revoke, ec2):
    group = group_of(ec2, permission("tcp", 22, v4=[(WORLD, "")]))

    def somebody_closes(_call, _forward):
        close(ec2, group)
        return 503, ec2_error("RequestLimitExceeded")

    revoke.recorder.intercept("RevokeSecurityGroupIngress", somebody_closes)
    run = send(revoke, about_group(group))
    assert (run.outcome, run.line["changes"]) == ("closed-meanwhile", [])
    assert "Somebody else closed it" in run.mail[1] and "make restore" not in run.mail[1], run.mail[1]


DENIED = ("UnauthorizedOperation", "AccessDenied", 403)
THROTTLED = ("RequestLimitExceeded", "SlowDown", 503)


@pytest.mark.parametrize(("of_ec2", "of_s3", "status"), [DENIED, THROTTLED], ids=["denied", "throttled"])
def test_what_curfew_could_not_close_and_somebody_else_did_is_left_as_it_is(start, revoke, ec2, s3, of_ec2, of_s3, status):
    blocking = start("s3-acl-private", {"s3_acl": {"block_public_acls": True}})
    name, group = offenders.open_bucket(s3), group_of(ec2, permission("tcp", 22, v4=[(WORLD, "")]))
    cases = [
        (blocking, "PutBucketAcl", s3_error(of_s3), about_bucket(name), lambda: s3.put_bucket_acl(Bucket=name, ACL="private")),
        (revoke, "RevokeSecurityGroupIngress", ec2_error(of_ec2), about_group(group), lambda: close(ec2, group)),
    ]
    for function, operation, error, event, somebody_closes in cases:
        function.recorder.fault(operation, status, error, times=9)
        run = send(function, queued(event))
        assert (failures(run), run.outcome, run.line["changes"]) == (["m0"], "failed", [])
        somebody_closes()
        run = send(function, queued(event, receive_count=2))
        assert (failures(run), run.outcome, run.changing) == ([], "closed-meanwhile", [])
        text = run.mail[1]
        assert "Somebody else closed it" in text and "  It changed nothing.\n" in text and "make restore" not in text, text
    assert offenders.tags_of(ec2, group) == {}


def test_what_curfew_only_began_to_close_and_somebody_else_closed_is_not_said_to_be_closed_by_it(revoke, ec2):
    group = group_of(ec2, permission("tcp", (80, 8080), v4=[(WORLD, "web")]))
    [rule] = offenders.rules_of(ec2, group)
    revoke.recorder.fault("RevokeSecurityGroupIngress", 403, ec2_error("UnauthorizedOperation"), times=9)
    assert send(revoke, queued(about_group(group))).outcome == "still-open"
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    run = send(revoke, queued(about_group(group), receive_count=2))
    assert (failures(run), run.outcome, run.changing) == ([], "closed-meanwhile", [])
    text = run.mail[1]
    assert "Somebody else closed it" in text and "had failed, and a read afterwards found it closed" in text, text
    assert "Curfew closed this" not in text and "had no answer" not in text
    assert offenders.tags_of(ec2, group) == {}


def test_what_somebody_else_closed_while_curfew_was_denied_is_not_said_to_be_closed_by_it(revoke, ec2):
    group = group_of(ec2, permission("tcp", (80, 8080), v4=[(WORLD, "web")]))
    [rule] = offenders.rules_of(ec2, group)

    def somebody_closes(_call, _forward):
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
        return 403, ec2_error("UnauthorizedOperation")

    revoke.recorder.intercept("RevokeSecurityGroupIngress", somebody_closes)
    run = send(revoke, queued(about_group(group)))
    assert (failures(run), run.outcome) == (["m0"], "failed")
    text = run.mail[1]
    assert "A second read found nothing left to close, but Curfew FAILED to finish." in text, text
    assert "Curfew closed this" not in text and "somebody else closed it" in text


def test_what_curfew_only_began_to_close_and_is_exempt_by_now_is_not_said_to_be_closed(revoke, ec2):
    group = group_of(ec2, permission("tcp", (80, 8080), v4=[(WORLD, "web")]))
    revoke.recorder.fault("RevokeSecurityGroupIngress", 403, ec2_error("UnauthorizedOperation"), times=9)
    record = send(revoke, queued(about_group(group))).line["record"]
    until = (datetime.now(UTC) + timedelta(days=60)).strftime("%Y-%m-%d")
    tags = {"curfew:exempt": "all", "curfew:exempt-reason": "our shop", "curfew:exempt-until": until}
    ec2.create_tags(Resources=[group], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    run = send(revoke, queued(about_group(group), receive_count=2))
    assert (failures(run), run.outcome, run.changing) == ([], "exempt", [])
    text = run.mail[1]
    assert "Curfew had begun to close it before, and what was done by then stays." in text and "nothing was changed" not in text
    assert "could NOT read" not in text
    assert f"\n  make restore REGION=eu-central-1 RECORD={record}\n" in text
    assert [line.split(" (")[0] for line in section(text, "WHAT CURFEW DID")[:2]] == [
        '  - put back tcp 80 from 0.0.0.0/0, "web"', '  - put back tcp 443 from 0.0.0.0/0, "web"'
    ]


@pytest.mark.parametrize(("of_s3", "status"), [("AccessDenied", 403), ("SlowDown", 503)], ids=["denied", "throttled"])
def test_the_commands_of_a_mail_do_not_open_what_somebody_else_closed_before_curfew_closed_anything(start, s3, emulator, of_s3, status):
    function, name = start("s3-acl-private"), offenders.bucket(s3)
    left = offenders.grant("READ_ACP", offenders.AUTHENTICATED_USERS)
    offenders.set_grants(s3, name, offenders.grant("READ", offenders.ALL_USERS), left)
    function.recorder.fault("PutBucketAcl", status, s3_error(of_s3), times=9)
    assert send(function, queued(about_bucket(name))).outcome == "failed"
    offenders.set_grants(s3, name, left)
    before = offenders.grants_of(s3, name)
    run = send(function, queued(about_bucket(name), receive_count=2))
    assert run.outcome == "remediated"
    _, errors = follow(run.mail[1], "HOW TO PUT IT BACK", emulator)
    assert (errors, offenders.grants_of(s3, name)) == ("", before)


def close(ec2, group):
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=list(offenders.rules_of(ec2, group)))


def test_a_revoke_whose_answer_gets_lost_is_told_with_all_that_was_there(revoke, ec2):
    group = group_of(ec2, permission("tcp", 22, v4=[(WORLD, "just for a minute")]))

    def done_and_lost(_call, forward):
        forward()
        return 503, ec2_error("Unavailable")

    revoke.recorder.intercept("RevokeSecurityGroupIngress", done_and_lost)
    run = send(revoke, about_group(group))
    assert "just for a minute" in str(run.line["before"])
    assert "just for a minute" in run.mail[1]


def test_the_mail_holds_all_revoked_rules_of_a_group_within_the_usual_quota(revoke, ec2):
    group = offenders.group(ec2)
    for port in range(60):
        entry = permission("tcp", 1000 + port, v4=[(WORLD, f"{port} " + "x" * 200)])
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[entry])
    run = send(revoke, about_group(group))
    [published] = run.published
    assert "cut to fit" not in run.mail[1], f"cut, with {len(published['Message'])} of 256 K used"
