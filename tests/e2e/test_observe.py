"""`observe` mode: everything but the change."""

import pytest
from harness import offenders
from harness.offenders import ALL_USERS, LOG_DELIVERY, grant, permission
from support import about_bucket, about_group, failures, queued, says_again_nothing, send

OBSERVE = {"mode": "observe"}


def test_an_open_group_stays_as_it_is_and_the_mail_says_what_would_have_been_done(start, ec2):
    function = start("sg-quarantine", OBSERVE)
    group = offenders.group(ec2)
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[permission("tcp", 22, v4=[("0.0.0.0/0", "")]), permission("tcp", 23, v6=[("::/0", "")])],
    )
    before = offenders.rules_of(ec2, group)

    run = send(function, about_group(group))

    assert (run.failed, run.outcome, run.line["mode"], run.line["changes"]) == (False, "observed", "observe", [])
    assert run.changing == []
    assert (offenders.rules_of(ec2, group), offenders.tags_of(ec2, group)) == (before, {})
    subject, text = run.mail
    assert subject.startswith("[Curfew] observed, high: ")
    would = text.split("WHAT CURFEW DID")[1].split("WHAT YOU SHOULD DO NOW")[0]
    assert "It would have done this" in would
    assert all(f"revoke rule {rule_id}" in would for rule_id in before)
    assert "tag the group" in would
    assert run.published[0]["MessageStructure"] == "json"
    again = send(function, about_group(group))
    assert again.outcome == "observed"
    says_again_nothing(again)


@pytest.mark.parametrize("style", ["grants", "private"])
def test_a_public_acl_stays_as_it_is_and_the_mail_says_what_would_have_been_done(start, s3, style):
    function = start("s3-acl-private", OBSERVE | {"s3_acl": {"style": style}})
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, grant("READ", ALL_USERS), grant("WRITE", LOG_DELIVERY))
    before = s3.get_bucket_acl(Bucket=name)["Grants"]

    run = send(function, queued(about_bucket(name)))

    assert (failures(run), run.outcome) == ([], "observed")
    assert sorted(run.operations) == [
        "GetAccountPublicAccessBlock", "GetBucketAcl", "GetBucketOwnershipControls", "GetBucketTagging", "GetBucketWebsite",
        "GetPublicAccessBlock", "Publish",
    ]
    assert s3.get_bucket_acl(Bucket=name)["Grants"] == before
    _, text = run.mail
    would = text.split("WHAT CURFEW DID")[1].split("WHAT YOU SHOULD DO NOW")[0]
    assert "It would have done this" in would and "grant READ to the group AllUsers" in would
    assert ("grant WRITE to the group LogDelivery" in would) == (style == "private")
    says_again_nothing(send(function, queued(about_bucket(name), receive_count=2)))


def test_what_is_compliant_is_compliant_and_not_observed(start, s3):
    function = start("s3-acl-private", OBSERVE)
    run = send(function, about_bucket(offenders.bucket(s3)))
    assert run.outcome == "compliant"
    says_again_nothing(run)


def test_a_public_policy_is_alerted_as_ever(start, s3):
    function = start("s3-policy-alert", OBSERVE)
    name = offenders.bucket(s3)
    offenders.set_policy(s3, name, offenders.public_policy(name))
    run = send(function, about_bucket(name))
    assert run.outcome == "alerted"
    assert len(run.mails) == 1
    says_again_nothing(send(function, about_bucket(name)))
