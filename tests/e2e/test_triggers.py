"""From a trigger to the subjects of a function: each once, foreign ones not at all."""

import datetime

import pytest
from harness import offenders, templates
from harness.functions import FUNCTIONS
from harness.groups import open_group
from harness.offenders import ALL_USERS, grant, open_bucket
from harness.stack import ACCOUNT, REGION
from harness.triggers import BUCKET, GROUP, call, put_evaluations, role
from support import about_bucket, about_group, failures, queued, says_again_nothing, send

OPEN = "NON_COMPLIANT"


def is_open(s3, name):
    return ("READ", "AllUsers") in offenders.grants_of(s3, name)


def test_each_non_compliant_evaluation_of_one_event_is_handled(acl, s3):
    names = [open_bucket(s3) for _ in range(6)]
    event = put_evaluations(*((BUCKET, name, OPEN) for name in names))

    run = send(acl, event)

    assert not any(is_open(s3, name) for name in names)
    assert {line["resource"]: line["outcome"] for line in run.lines} == dict.fromkeys(names, "remediated")
    assert len(run.mails) == 6
    says_again_nothing(send(acl, event))


def test_of_an_event_only_non_compliant_evaluations_of_the_functions_own_kind_count(acl, s3, ec2):
    group = open_group(ec2)
    bad, *others = [open_bucket(s3) for _ in range(4)]
    event = put_evaluations(
        (BUCKET, others[0], "COMPLIANT"), ("AWS::IAM::User", "AIDA", OPEN), (GROUP, group, OPEN), (BUCKET, bad, OPEN),
        (BUCKET, others[1], "NOT_APPLICABLE"), (BUCKET, others[2], "INSUFFICIENT_DATA"), ("AWS::::Account", ACCOUNT, OPEN),
    )
    run = send(acl, event)
    assert [line["resource"] for line in run.lines] == [bad]
    assert all(is_open(s3, name) for name in others)
    assert [rule[3] for rule in offenders.rules_of(ec2, group).values()] == ["0.0.0.0/0"]


@pytest.mark.parametrize("garbage", ["", '{"Records": []}'])
def test_of_a_batch_only_the_garbage_is_handed_back(acl, s3, garbage):
    names = [open_bucket(s3) for _ in range(2)]
    batch = queued(about_bucket(names[0]), garbage, put_evaluations((BUCKET, names[1], OPEN)))

    run = send(acl, batch)

    assert failures(run) == ["m1"]
    assert not any(is_open(s3, name) for name in names)
    [bad] = [line for line in run.lines if "resource" not in line]
    assert (bad["level"], bad["message_id"]) == ("ERROR", "m1")
    assert "could not be read" in bad["message"]
    assert failures(send(acl, batch)) == ["m1"]


def test_of_an_event_with_one_unreadable_evaluation_the_others_are_done_and_it_comes_back(acl, s3):
    name = open_bucket(s3)
    event = put_evaluations((BUCKET, "no bucket/name", OPEN), (BUCKET, name, OPEN), (BUCKET, None, OPEN))
    run = send(acl, queued(event))
    assert failures(run) == ["m0"]
    assert not is_open(s3, name)
    unreadable = [line["message"] for line in run.lines if line["level"] == "ERROR"]
    assert len(unreadable) == 2
    assert "evaluations[0].complianceResourceId" in unreadable[0]
    assert "evaluations[2].complianceResourceId" in unreadable[1]
    assert send(acl, event).answer["errorType"] == "Curfew.SeveralFailures"


def test_one_subject_in_many_records_is_walked_and_mailed_once(acl, s3):
    name = open_bucket(s3)
    records = [about_bucket(name), put_evaluations((BUCKET, name, OPEN), (BUCKET, name, OPEN)), about_bucket(name)]
    run = send(acl, queued(*records))
    assert failures(run) == []
    assert run.operations.count("PutBucketAcl") == 1
    assert (len(run.lines), len(run.mails)) == (1, 1)


def test_one_subject_that_fails_brings_back_every_record_that_names_it_and_no_other(acl, s3):
    bad, good = open_bucket(s3), open_bucket(s3)
    acl.recorder.intercept(
        "GetBucketAcl", lambda call, forward: (403, "<Error><Code>AccessDenied</Code></Error>") if bad in call.path else forward(), 99
    )
    run = send(acl, queued(about_bucket(bad), about_bucket(good), put_evaluations((BUCKET, bad, OPEN), (BUCKET, good, OPEN))))
    assert failures(run) == ["m0", "m2"]
    assert {line["resource"]: line["outcome"] for line in run.lines} == {bad: "failed", good: "remediated"}


def test_mixed_subjects_are_each_for_their_own_function(acl, revoke, s3, ec2):
    name, group = open_bucket(s3), open_group(ec2)
    batch = queued(about_bucket(name), about_group(group))

    run = send(acl, batch)
    assert failures(run) == []
    assert [line["resource"] for line in run.lines] == [name]
    assert len(offenders.rules_of(ec2, group)) == 1

    run = send(revoke, batch)
    assert failures(run) == []
    assert [line["resource"] for line in run.lines] == [group]
    assert offenders.rules_of(ec2, group) == {}


def test_a_full_batch_of_ten_is_done_in_one_invocation(revoke, ec2):
    groups = [open_group(ec2) for _ in range(10)]
    run = send(revoke, queued(*map(about_group, groups)))
    assert failures(run) == []
    assert all(offenders.rules_of(ec2, group) == {} for group in groups)
    assert len(run.mails) == 10


@pytest.mark.parametrize(
    ("region", "partition", "console"),
    [
        ("cn-north-1", "aws-cn", "https://console.amazonaws.cn/s3/buckets/"),
        ("us-gov-west-1", "aws-us-gov", "https://console.amazonaws-us-gov.com/s3/buckets/"),
        ("ap-southeast-5", "aws", "https://ap-southeast-5.console.aws.amazon.com/s3/buckets/"),
    ],
)
def test_a_bucket_of_any_partition_is_closed_in_its_own_region(acl, emulator, region, partition, console):
    s3 = emulator.client("s3", region)
    name = f"curfew-in-{region}"
    s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}, ObjectOwnership="ObjectWriter"
    )
    offenders.set_grants(s3, name, grant("READ", ALL_USERS))

    run = send(acl, about_bucket(name, region=region))

    assert (run.outcome, run.line["region"], run.line["arn"]) == ("remediated", region, f"arn:{partition}:s3:::{name}")
    assert not is_open(s3, name)
    assert all(f"/{region}/s3/" in call.headers["authorization"] for call in run.calls if call.operation != "Publish")
    assert console in run.mail[1]
    assert (run.facts["partition"], run.published[0]["TopicArn"].split(":")[3]) == (partition, "eu-central-1")


@pytest.mark.parametrize("region", ["cn-northwest-1", "us-gov-east-1"])
def test_a_group_of_any_partition_is_closed_in_its_own_region(revoke, emulator, region):
    ec2 = emulator.client("ec2", region)
    group = open_group(ec2)
    run = send(revoke, about_group(group, region=region))
    assert (run.outcome, run.line["region"]) == ("remediated", region)
    assert offenders.rules_of(ec2, group) == {}
    says_again_nothing(send(revoke, about_group(group, region=region)))


def test_what_curfews_own_roles_did_costs_no_call_and_what_others_did_is_looked_at(start, s3):
    """As the templates say which roles are own."""
    function, name = start("s3-acl-private", environment={"OWN_ROLES": templates.OWN_ROLES}), open_bucket(s3)

    def opened_by(identity):
        return call("s3", "PutBucketAcl", {"bucketName": name, "x-amz-acl": ["public-read"]}, userIdentity=identity)

    own = [opened_by(role(f"curfew-{one}-{REGION}", path=path)) for one in FUNCTIONS for path in ("/", "/security/")]
    run = send(function, queued(*own))
    assert failures(run) == [] and run.calls == run.recorded == [] and is_open(s3, name)

    others = [role("curfew-deployer"), role(f"curfew-restore-{REGION}", "999900001111"), {"type": "Root", "accountId": ACCOUNT}]
    run = send(function, queued(*map(opened_by, others)))
    assert [line["outcome"] for line in run.lines].count("remediated") == 1 and not is_open(s3, name)


def test_what_a_call_opened_is_closed_and_says_who_and_how_long_ago(acl, s3):
    name = open_bucket(s3)
    request = {"bucketName": name, "x-amz-acl": ["public-read"]}
    opened = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=90)

    run = send(acl, call("s3", "PutBucketAcl", request, eventTime=f"{opened:%Y-%m-%dT%H:%M:%SZ}"))

    assert run.outcome == "remediated"
    assert 90_000 <= run.line["exposed_for_ms"] < 150_000
    assert f" by arn:aws:sts::{ACCOUNT}:assumed-role/admin/ann " in run.line["cause"] + " "
    assert "and was found closed 1 min 3" in run.mail[1]
