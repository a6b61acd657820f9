"""A preview of five hundred buckets and a thousand groups: that it finds what is open, by how many calls, and how much memory it takes."""

import json

import pytest
from bench.peers.account import Account
from bench.peers.programs import Curfew, Found
from bench.peers.standin import StandIn
from harness.stack import binary

BUCKETS, GROUPS = 500, 1_000
PAGE = 1_000
# Of its own, whatever the account.
MEGABYTES = 64
# What asks at the same time asks before anybody has an answer.
AT_ONCE = 12


@pytest.fixture
def account():
    return Account(BUCKETS, GROUPS)


@pytest.fixture
def aws(account):
    stand_in = StandIn(account)
    yield stand_in
    stand_in.close()


def test_it_finds_what_is_open_within_its_memory_and_asks_nothing_twice(account, aws, tmp_path):
    run = Curfew(binary("curfew")).run(aws, tmp_path)
    spent = aws.spent()
    assert run.found == Found.of(account.public_acls, account.public_policies, account.open_groups)
    assert run.peak < MEGABYTES
    assert spent.unknown == []
    rules = sum(len(account.rules(group)) + 1 for group in account.groups)
    assert {name: count for name, count in spent.calls.items() if name.startswith("ec2:")} == {
        "ec2:DescribeSecurityGroups": pages_of(GROUPS), "ec2:DescribeSecurityGroupRules": pages_of(rules),
    }
    policies = sum(account.policy(bucket) is not None for bucket in account.buckets)
    acls, public = len(account.public_acls), len(account.public_policies)
    assert {name: count for name, count in spent.calls.items() if name.startswith("s3:")} == {
        "s3:ListBuckets": 2, "s3:GET ?acl": BUCKETS, "s3:GET ?policy": BUCKETS, "s3:GET ?policyStatus": policies,
        "s3:GET ?publicAccessBlock": acls + policies, "s3:GET ?website": acls, "s3:GET ?ownershipControls": acls, "s3:GET ?tagging": acls + public,
    }
    # The account is asked once, and by those that began before the first had its answer.
    assert 2 <= spent.calls["s3control:GetPublicAccessBlock"] <= 2 * AT_ONCE
    parts = json.loads((tmp_path / "stdout").read_text())["parts"]
    assert [(part["seen"], part["clean"]) for part in parts] == [(BUCKETS, BUCKETS - acls), (BUCKETS, BUCKETS - public), (GROUPS, GROUPS - len(account.open_groups))]


def pages_of(count):
    return -(-count // PAGE)
