"""`make sandbox`, as a newcomer uses it: what is opened with the AWS SDK is closed, mailed and put back, by the page's commands."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from harness import offenders
from harness.groups import WORLD, four
from harness.offenders import permission
from harness.stack import REGION, ROOT, spawn, stop

BUCKET = "my-curfew-test"
ARN = f"arn:aws:s3:::{BUCKET}"


class Sandbox:
    """One at work: its screen, and a terminal beside it."""

    def __init__(self, place):
        self.told, self.screen = place / "env", place / "screen"
        with self.screen.open("w") as screen:
            self.process = spawn([sys.executable, ROOT / "tests" / "sandbox.py", place], stdout=screen, stderr=subprocess.STDOUT)
        self.wait(self.told.exists)
        self.values = dict(re.findall(r'^export (\w+)="(.*)"$', self.told.read_text(), re.MULTILINE))

    def wait(self, what, seconds=180):
        end = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None and time.monotonic() < end, self.screen.read_text()
            time.sleep(0.1)

    def client(self, service):
        keys = [self.values["AWS_ACCESS_KEY_ID"], self.values["AWS_SECRET_ACCESS_KEY"]]
        return boto3.client(service, REGION, None, True, None, self.values["AWS_ENDPOINT_URL"], *keys)

    def type(self, command):
        """Types a line into a terminal that was told where the sandbox is; returns what it prints."""
        line = f'. "{self.told}"; {command}'
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_PROFILE": "of-a-person"}
        ran = subprocess.run(["bash", "-euc", line], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def mails(self):
        return re.findall(r"^  \| Subject: (.+)$", self.screen.read_text(), re.MULTILINE)


@pytest.fixture
def sandbox(tmp_path):
    made = Sandbox(tmp_path)
    yield made
    # It ends what it started, one by one, which takes longer than `stop` waits.
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(30)
    stop(made.process)


def test_what_a_newcomer_opens_is_closed_and_put_back(sandbox):
    s3, ec2 = sandbox.client("s3"), sandbox.client("ec2")
    is_public = lambda: ("READ", "AllUsers") in offenders.grants_of(s3, BUCKET)  # noqa: E731
    offenders.bucket(s3, BUCKET)
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    sandbox.wait(lambda: len(sandbox.mails()) == 1 and not is_public())
    assert sandbox.mails() == [f"[Curfew] remediated, high: S3 bucket {BUCKET} ({REGION})"]
    assert "Opened by arn:aws:iam::123456789012:user/you" in sandbox.screen.read_text()

    # By the name alone, as a person types it.
    ec2.create_security_group(GroupName="acme-bastion", Description="A group to look at")
    ec2.authorize_security_group_ingress(GroupName="acme-bastion", IpPermissions=[permission("tcp", 22, v4=four(WORLD))])
    sandbox.wait(lambda: len(sandbox.mails()) == 2)
    assert sandbox.mails()[1].startswith("[Curfew] remediated, high: security group sg-")

    assert "remediated by s3-acl" in sandbox.type(f"curfew history --region {REGION} {ARN}")
    assert "2 security groups, 2 clean" in sandbox.type(f"curfew preview --region {REGION}")
    assert "Put back" in sandbox.type(f"curfew restore --region {REGION} --resource {ARN} --reason 'the shop is down'")
    assert is_public() and sandbox.mails()[2].startswith("[Curfew] restored, high")
    # What is left alone is said, though no mail is.
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    sandbox.wait(lambda: f"without a mail: S3 bucket {BUCKET}: exempt" in sandbox.screen.read_text())
    assert is_public() and len(sandbox.mails()) == 3
    assert "alarms that ring" in sandbox.type(f"{sys.executable} infra/tool status --regions {REGION}")

    # What is stopped waits, and is done once it goes on.
    sandbox.type(f"{sys.executable} infra/tool stop --regions {REGION}")
    offenders.set_policy(s3, BUCKET, offenders.public_policy(BUCKET))
    time.sleep(2)
    assert len(sandbox.mails()) == 3
    sandbox.type(f"{sys.executable} infra/tool start --regions {REGION}")
    sandbox.wait(lambda: len(sandbox.mails()) == 4)
    assert sandbox.mails()[3].startswith("[Curfew] alerted")
    sandbox.type(f"{sys.executable} infra/tool test-alert --regions {REGION}")
    assert len(sandbox.mails()) == 5 and "test" in sandbox.mails()[4]

    # As somebody does who is in a hurry.
    started = subprocess.run(["pgrep", "-P", str(sandbox.process.pid)], capture_output=True, text=True).stdout.split()
    assert started
    for _ in range(2):
        os.killpg(sandbox.process.pid, signal.SIGINT)
        time.sleep(0.5)
    assert sandbox.process.wait(20) == 0
    assert not [one for one in started if Path(f"/proc/{one}").exists()]
    assert sandbox.screen.read_text().endswith("Ended. Nothing of the account is left.\n") and not sandbox.told.exists()


def test_who_a_bucket_is_opened_to_does_not_matter(sandbox):
    """By a canned ACL with two grants, and by grants beside which there is no other."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="both-ways", ACL="public-read-write", CreateBucketConfiguration={"LocationConstraint": REGION})
    everybody = "uri=http://acs.amazonaws.com/groups/global/"
    s3.create_bucket(Bucket="public-alone", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_acl(Bucket="public-alone", GrantWrite=f"{everybody}AllUsers", GrantRead=f"{everybody}AuthenticatedUsers")
    sandbox.wait(lambda: len(sandbox.mails()) == 2)
    assert sorted(sandbox.mails()) == [f"[Curfew] remediated, critical: S3 bucket {name} ({REGION})" for name in ("both-ways", "public-alone")]
    grants = [grant["Permission"] for grant in s3.get_bucket_acl(Bucket="both-ways")["Grants"]]
    assert grants == ["FULL_CONTROL"] and s3.get_bucket_acl(Bucket="public-alone")["Grants"] == []
