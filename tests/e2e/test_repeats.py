"""What a second delivery, a denial that repeats itself and other people's changes must not lead to."""

import os

from harness import offenders
from harness.groups import WORLD, group_of
from harness.offenders import permission
from harness.recorder import ec2_error
from support import about_group, queued, send


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
