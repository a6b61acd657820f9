"""What AWS takes only as a whole, where a call fails for a moment: what others change before the next try stays."""

import pytest
from harness import offenders
from harness.groups import Network, new_group
from harness.offenders import ALL_USERS, LOG_DELIVERY, grant
from harness.recorder import ec2_error, s3_error
from support import about_bucket, about_group, failures, queued, send

SLOW_DOWN = s3_error("SlowDown", "Please reduce your request rate.")
FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def fails_once(function, operation, answer, meanwhile):
    """The next call of this operation fails, and somebody does something before the one after it."""

    def fails(_call, _forward):
        meanwhile()
        return 503, answer

    function.recorder.intercept(operation, fails)


def comes_back(run, operation):
    assert failures(run) == ["m0"] and run.published == []
    assert (run.outcome, run.operations.count(operation)) == ("failed", 1)


def test_a_grant_that_somebody_adds_between_two_tries_stays(acl, s3):
    name = offenders.open_bucket(s3)
    public, log = grant("READ", ALL_USERS), grant("WRITE", LOG_DELIVERY)
    fails_once(acl, "PutBucketAcl", SLOW_DOWN, lambda: offenders.set_grants(s3, name, public, log))
    comes_back(send(acl, queued(about_bucket(name))), "PutBucketAcl")
    assert send(acl, queued(about_bucket(name), receive_count=2)).outcome == "remediated"
    grants = offenders.grants_of(s3, name)
    assert ("WRITE", "LogDelivery") in grants and len(grants) == 2, grants


def test_an_acl_that_nobody_changes_is_written_at_the_second_try(acl, s3):
    name = offenders.open_bucket(s3)
    fails_once(acl, "PutBucketAcl", SLOW_DOWN, lambda: None)
    run = send(acl, queued(about_bucket(name)))
    assert (run.outcome, run.operations.count("PutBucketAcl")) == ("remediated", 2)


def test_what_somebody_else_closes_between_two_tries_is_not_claimed(acl, s3):
    name = offenders.open_bucket(s3)
    fails_once(acl, "PutBucketAcl", SLOW_DOWN, lambda: offenders.set_grants(s3, name))
    comes_back(send(acl, queued(about_bucket(name))), "PutBucketAcl")
    run = send(acl, queued(about_bucket(name), receive_count=2))
    assert (run.outcome, run.line["changes"]) == ("closed-meanwhile", [])
    assert "Somebody else closed it" in run.mail[1]


def test_a_flag_that_somebody_turns_on_between_two_tries_stays_on(start, s3):
    blocking = start("s3-acl-private", {"s3_acl": {"block_public_acls": True}})
    name = offenders.open_bucket(s3)

    def block(*flags):
        chosen = {flag: flag in flags for flag in FLAGS}
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=chosen)

    block()
    fails_once(blocking, "PutPublicAccessBlock", SLOW_DOWN, lambda: block("RestrictPublicBuckets"))
    run = send(blocking, queued(about_bucket(name)))
    assert failures(run) == ["m0"] and run.operations.count("PutPublicAccessBlock") == 1
    assert send(blocking, queued(about_bucket(name), receive_count=2)).outcome == "remediated"
    now = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert [flag for flag in FLAGS if now[flag]] == ["BlockPublicAcls", "IgnorePublicAcls", "RestrictPublicBuckets"]


@pytest.mark.parametrize("is_changed", [True, False])
def test_a_group_that_somebody_gives_an_interface_between_two_tries_stays(isolate, ec2, is_changed):
    network = Network(ec2)
    interface, forensics = network.interface(network.open), new_group(ec2, network.vpc, "forensics")

    def meanwhile():
        if is_changed:
            ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[network.open, forensics])

    fails_once(isolate, "ModifyNetworkInterfaceAttribute", ec2_error("RequestLimitExceeded", "Later."), meanwhile)
    run = send(isolate, queued(about_group(network.open)))
    if is_changed:
        assert failures(run) == ["m0"] and run.operations.count("ModifyNetworkInterfaceAttribute") == 1
        run = send(isolate, queued(about_group(network.open), receive_count=2))
    assert run.outcome == "remediated"
    kept = {forensics} if is_changed else set()
    assert network.groups_of(interface) == {network.quarantine["GroupId"]} | kept
