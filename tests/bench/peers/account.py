"""An account with so many buckets and groups, of which some are open: what each program is to find, and what it reads to find it."""

import json
from dataclasses import dataclass

from harness.offenders import ALL_USERS, AUTHENTICATED_USERS
from harness.stack import ACCOUNT, REGION

VPC, SUBNET = "vpc-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60718"
OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
# One of so many is open. Which those are overlaps for no bucket.
ACL_EVERY, POLICY_EVERY, GROUP_EVERY = 20, 25, 20


@dataclass(frozen=True)
class Rule:
    """One inbound rule: a port of TCP, and a source of one kind."""

    port: int
    v4: str = ""
    v6: str = ""
    group: str = ""

    @property
    def permission(self):
        """As EC2's API takes it."""
        sources = {
            "IpRanges": [{"CidrIp": self.v4}] if self.v4 else [],
            "Ipv6Ranges": [{"CidrIpv6": self.v6}] if self.v6 else [],
            "UserIdGroupPairs": [{"GroupId": self.group}] if self.group else [],
        }
        return {"IpProtocol": "tcp", "FromPort": self.port, "ToPort": self.port, **{key: value for key, value in sources.items() if value}}


class Account:
    """Names are in order; what is open is a part of them."""

    def __init__(self, buckets, groups):
        self.buckets = [f"acme-{number:05}" for number in range(buckets)]
        self.groups = [f"sg-{number:017x}" for number in range(groups)]
        self.public_acls = set(self.buckets[1::ACL_EVERY])
        self.public_policies = set(self.buckets[3::POLICY_EVERY]) - self.public_acls
        self.open_groups = set(self.groups[::GROUP_EVERY])

    def is_open(self, bucket):
        return bucket in self.public_acls or bucket in self.public_policies

    def public_grant(self, bucket):
        """The grant that makes a bucket public, as (permission, URI); `None` where its ACL is its owner's alone."""
        if bucket not in self.public_acls:
            return None
        return ("READ", ALL_USERS) if int(bucket[-5:]) % 2 else ("WRITE", AUTHENTICATED_USERS)

    def policy(self, bucket):
        """As JSON; `None` where there is none: two of three buckets that are as they should be."""
        if not (bucket in self.public_policies or int(bucket[-5:]) % 3 == 0):
            return None
        everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        over_tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "s3:GetObject", "Resource": everything[1]}
        public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": everything[1]}
        statements = [over_tls, public if bucket in self.public_policies else own]
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    def rules(self, group):
        """What a group lets in: its neighbours, and where it is open one port from everywhere."""
        number = int(group[3:], 16)
        rules = [
            Rule(443, v4="10.0.0.0/8"), Rule(5432, v4=f"10.{number % 250}.0.0/16"),
            Rule(8080, v4="172.16.0.0/12"), Rule(9090, group=self.groups[number - 1]),
        ]
        if group in self.open_groups:
            rules.append(Rule(22, v4="0.0.0.0/0") if number % (2 * GROUP_EVERY) else Rule(3389, v6="::/0"))
        return rules

    def in_use(self):
        """The groups that a network interface has: all open ones, and every second of the others."""
        return [group for number, group in enumerate(self.groups) if group in self.open_groups or number % 2]


__all__ = ["ACCOUNT", "OWNER", "REGION", "SUBNET", "VPC", "Account", "Rule"]
