"""The programs that are compared: how each is run, and what it says that it found."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.stack import CREDENTIALS, REGION

HERE = Path(__file__).parent
POLICIES = HERE / "custodian.yaml"
# What of Prowler looks at what Curfew's preview looks at.
CHECKS = (
    "s3_bucket_public_access", "s3_bucket_cross_account_access", "ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
    "ec2_securitygroup_allow_ingress_from_internet_to_any_port",
)
# No program takes so long, in seconds.
LONGEST = 1_800


@dataclass(frozen=True)
class Found:
    """The names of what is open."""

    acls: frozenset
    policies: frozenset
    groups: frozenset

    @classmethod
    def of(cls, acls, policies, groups):
        return cls(frozenset(acls), frozenset(policies), frozenset(groups))

    def __str__(self):
        return f"{len(self.acls)} / {len(self.policies)} / {len(self.groups)}"


@dataclass(frozen=True)
class Run:
    """One run: seconds, seconds of the processor, MiB, and what was found."""

    seconds: float
    processor: float
    peak: float
    found: Found


class Program:
    """One that is compared. `label` is its name in the table, `how` what it is called with, as people would type it."""

    label: str
    how: str

    def command(self, folder):
        raise NotImplementedError

    def found(self, folder):
        raise NotImplementedError

    def environment(self, url, folder):
        return {
            **CREDENTIALS, "PATH": os.environ["PATH"], "HOME": str(folder), "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true", "TERM": "dumb",
        }

    def run(self, aws, folder):
        given = {"command": [str(word) for word in self.command(folder)], "environment": self.environment(aws.url, folder), "folder": str(folder)}
        measured = subprocess.run([sys.executable, "-ISE", HERE / "measured.py", json.dumps(given)], capture_output=True, text=True, check=True, timeout=LONGEST)
        ended = json.loads(measured.stdout)
        said = [(folder / name).read_text() for name in ("stdout", "stderr")]
        if ended.pop("status") or (aws.knows_all and self.complains("".join(said))):
            raise SystemExit("\n".join([f"{self.label} did not do what it was asked:", *(text[-4_000:] for text in said)]))
        return Run(**ended, found=self.found(folder))

    def complains(self, _text):
        """Whether something went wrong that the exit status does not tell."""
        return False


class Curfew(Program):
    label, how = "curfew preview", "curfew preview --json"

    def __init__(self, binary):
        self._binary = binary.absolute()

    def command(self, folder):
        return [self._binary, "preview", "--json"]

    def found(self, folder):
        resources = json.loads((folder / "stdout").read_text())["resources"]
        of = lambda control, outcome: [one["resource"] for one in resources if (one["control"], one["outcome"]) == (control, outcome)]  # noqa: E731
        return Found.of(of("s3-acl", "observed"), of("s3-policy", "alerted"), of("sg-ingress", "observed"))


class Custodian(Program):
    """With the policies as they are: of each bucket only what they need is read, once for both."""

    label, how = "custodian", "custodian run --dryrun --cache memory, with augment-keys"

    def __init__(self, binary):
        self._binary = binary.absolute()

    def command(self, folder):
        return [self._binary, "run", "--dryrun", "--region", REGION, "--cache", "memory", "--output-dir", folder / "out", self.policies(folder)]

    def policies(self, _folder):
        return POLICIES

    def found(self, folder):
        of = lambda policy, name: [one[name] for one in json.loads((folder / "out" / policy / "resources.json").read_text())]  # noqa: E731
        return Found.of(of("public-acls", "Name"), of("suspicious-policies", "Name"), of("open-groups", "GroupId"))


class PlainCustodian(Custodian):
    """As it is when nobody says what of a bucket is to be read, nor where to keep that."""

    label, how = "custodian as is", "custodian run --dryrun"

    def command(self, folder):
        return [self._binary, "run", "--dryrun", "--region", REGION, "--output-dir", folder / "out", self.policies(folder)]

    def policies(self, folder):
        plain = folder / "policies.yaml"
        plain.write_text(POLICIES.read_text().replace("    query:\n      - augment-keys: [Acl, Policy]\n", ""))
        return plain


class Prowler(Program):
    label, how = "prowler", f"prowler aws --region {REGION} -M csv -c {' '.join(CHECKS)}"

    def __init__(self, binary):
        self._binary = binary.absolute()

    def command(self, folder):
        return [
            self._binary, "aws", "--checks", *CHECKS, "--region", REGION, "--output-formats", "csv", "--output-directory", folder, "--output-filename", "out",
            "--no-banner", "--no-color", "--ignore-exit-code-3", "--log-level", "ERROR",
        ]

    def environment(self, url, folder):
        # boto3 puts the account before the host of S3 Control's endpoint: what is no name of this machine goes by a proxy,
        # which the stand-in is, too.
        control = {"AWS_ENDPOINT_URL_S3_CONTROL": f"http://s3-control.{REGION}.amazonaws.com", "HTTP_PROXY": url, "NO_PROXY": "127.0.0.1"}
        return {**super().environment(url, folder), **control}

    def complains(self, text):
        return " ERROR: " in text or " CRITICAL: " in text

    def found(self, folder):
        csv.field_size_limit(sys.maxsize)
        with open(folder / "out.csv", newline="") as file:
            failed = [row for row in csv.DictReader(file, delimiter=";") if row["STATUS"] == "FAIL"]
        public = [row for row in failed if row["CHECK_ID"] == "s3_bucket_public_access"]
        by = lambda why: {name_of(row) for row in public if row["STATUS_EXTENDED"].endswith(f"due to bucket {why}.")}  # noqa: E731
        others = {name_of(row) for row in failed if row["CHECK_ID"] == "s3_bucket_cross_account_access"}
        groups = {name_of(row) for row in failed if row["CHECK_ID"].startswith("ec2_securitygroup")}
        return Found.of(by("ACL"), by("policy") | others, groups)


def name_of(row):
    """The last part of a bucket's or a group's ARN."""
    return row["RESOURCE_UID"].rsplit(":", 1)[-1].removeprefix("security-group/")
