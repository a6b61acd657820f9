"""The same account in moto."""

import subprocess
import sys

import boto3

from harness.offenders import grant, set_grants
from harness.stack import CREDENTIALS, REGION, free_port, spawn, stop, wait_for

from .programs import Found

# What S3 gives each bucket since January 2023, and moto none.
ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


class Emulated:
    """moto's server as it is, filled; a context. `found` is what is open there: groups have ids that moto chooses."""

    # Of what Prowler asks EC2, it has neither the defaults for metadata nor Client VPN.
    knows_all = False

    def __init__(self, account):
        self._account = account

    def spent(self):
        """moto does not say what it was asked."""
        return None

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = spawn([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port, self._process, "moto")
            self._fill()
        except BaseException:
            stop(self._process)
            raise
        return self

    def __exit__(self, *_):
        stop(self._process)

    def _client(self, service):
        keys = [CREDENTIALS[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
        return boto3.client(service, REGION, None, True, None, self.url, *keys)

    def _fill(self):
        s3 = self._client("s3")
        for bucket in self._account.buckets:
            self._bucket(s3, bucket)
        groups = self._groups(self._client("ec2"))
        self.found = Found.of(self._account.public_acls, self._account.public_policies, [groups[one] for one in self._account.open_groups])

    def _bucket(self, s3, bucket):
        has_acl = bucket in self._account.public_acls
        s3.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}, ObjectOwnership="ObjectWriter" if has_acl else "BucketOwnerEnforced"
        )
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=ENCRYPTED)
        if public := self._account.public_grant(bucket):
            set_grants(s3, bucket, grant(*public))
        if policy := self._account.policy(bucket):
            s3.put_bucket_policy(Bucket=bucket, Policy=policy)
        if not self._account.is_open(bucket):
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCKED)

    def _groups(self, ec2):
        """The ids that moto gave, by those that were meant."""
        [subnet, *_] = ec2.describe_subnets()["Subnets"]
        given = {
            group: ec2.create_security_group(GroupName=f"team-{group[-4:]}", Description="of one team", VpcId=subnet["VpcId"])["GroupId"]
            for group in self._account.groups
        }
        for group, id in given.items():
            permissions = [rule.permission for rule in self._account.rules(group)]
            for pair in (pair for permission in permissions for pair in permission.get("UserIdGroupPairs", [])):
                pair["GroupId"] = given[pair["GroupId"]]
            ec2.authorize_security_group_ingress(GroupId=id, IpPermissions=permissions)
        for group in self._account.in_use():
            ec2.create_network_interface(SubnetId=subnet["SubnetId"], Groups=[given[group]])
        return given
