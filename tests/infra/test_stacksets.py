"""The recipe for an organization, run as it stands on the page: a shell, an `aws`, and the emulator's StackSets."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import cli, templates
from harness.documents import DOCUMENTS
from harness.functions import FUNCTIONS
from harness.stack import REGION, ROOT, Emulator, stop

SECTION = "An organization, with StackSets"
REGIONS = {"eu-central-1", "eu-west-1"}
OU, ACCOUNT = "ou-ab12-cd34ef56", "111122223333"
BLOCKS = [block.text for block in DOCUMENTS["infra/README.md"].code("sh") if block.section == SECTION]
# What makes it, and what comes once it is there.
RECIPE, REST = BLOCKS[:3], BLOCKS[3:]


@pytest.fixture(scope="module")
def emulator():
    emulator = Emulator()
    yield emulator
    stop(emulator.process)


@pytest.fixture(scope="module")
def organization(emulator):
    """An organizational unit with one account: (its id, the account)."""
    client = emulator.client("organizations")
    client.create_organization(FeatureSet="ALL")
    [root] = client.list_roots()["Roots"]
    unit = client.create_organizational_unit(ParentId=root["Id"], Name="all")["OrganizationalUnit"]["Id"]
    account = client.create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=account, SourceParentId=root["Id"], DestinationParentId=unit)
    return unit, account


@pytest.fixture(scope="module")
def shell(emulator, organization, tmp_path_factory):
    """Runs lines in a checkout in which `make package` has run."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "infra").symlink_to(ROOT / "infra")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    zips = folder / "target/package/0.1.0/arm64"
    zips.mkdir(parents=True)
    for name in FUNCTIONS:
        (zips / f"{name}.zip").write_bytes(name.encode())
    tools = folder / "tools"
    tools.mkdir()
    (tools / "make").write_text(f'#!/bin/sh\necho "$*" >> {folder}/made\n')
    (tools / "make").chmod(0o700)
    unit, account = organization

    def run(text):
        text = text.replace(OU, unit).replace(ACCOUNT, account)
        with cli.an_aws(emulator) as aws:
            environment = {**os.environ, "PATH": f"{tools}:{aws}:{os.environ['PATH']}"}
            return subprocess.run(["bash", "-eu"], input=text, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)

    # What reads files for `aws` is this process.
    before = Path.cwd()
    os.chdir(folder)
    yield run
    os.chdir(before)
    shutil.rmtree(folder)


def described(emulator, name):
    return emulator.client("cloudformation").describe_stack_set(StackSetName=name)["StackSet"]


def instances(emulator, name):
    found = emulator.client("cloudformation").list_stack_instances(StackSetName=name)["Summaries"]
    return {(one["Account"], one["Region"]) for one in found}


def test_the_recipe_brings_everything_and_may_be_repeated_and_removes_it(emulator, organization, shell):
    _, account = organization
    names = [f"curfew-{name}" for name in ("kept", "shared", *FUNCTIONS, "config")]
    # The buckets are there the second time.
    for blocks in (RECIPE, [RECIPE[0], RECIPE[2]]):
        ran = shell("\n".join(blocks))
        assert ran.returncode == 0, ran.stderr
        assert {f"{name} SUCCEEDED" for name in names} <= set(ran.stdout.splitlines()), ran.stdout
    assert Path("made").read_text().splitlines()[:2] == ["setup", "package VERSION=0.1.0"]
    for name in FUNCTIONS:
        for region in REGIONS:
            body = emulator.client("s3").get_object(Bucket=f"acme-curfew-{region}", Key=f"0.1.0/{name}.zip")["Body"]
            assert body.read() == name.encode()
        said = {one["ParameterKey"]: one["ParameterValue"] for one in described(emulator, f"curfew-{name}")["Parameters"]}
        assert said.items() >= templates.values_of(name).items() and said["CodeVersion"] == "0.1.0"
    for name in names:
        assert instances(emulator, name) == {(account, region) for region in REGIONS}

    # What is cleared away at the end.
    emulator.client("logs").create_log_group(logGroupName="/aws/lambda/curfew")
    emulator.client("ssm").put_parameter(Name="/curfew/settings", Value="{}", Type="String")
    emulator.client("dynamodb").create_table(TableName="curfew-ledger", **templates.ledger())
    # With the functions and values of the shell, and without bringing everything again.
    functions = RECIPE[2][: RECIPE[2].index("after=\n")]
    ran = shell("\n".join([RECIPE[0], functions, *REST]))
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    assert {one["Status"] for one in emulator.client("cloudformation").list_stack_sets()["Summaries"]} == {"DELETED"}
    assert emulator.client("ssm").describe_parameters()["Parameters"] == []
    assert emulator.client("logs").describe_log_groups()["logGroups"] == []


def test_a_bucket_for_code_is_readable_in_the_organization_alone(emulator, shell):
    assert shell("\n".join(RECIPE[:1])).returncode == 0
    policy = emulator.client("s3", REGION).get_bucket_policy(Bucket=f"acme-curfew-{REGION}")["Policy"]
    assert '"aws:PrincipalOrgID": "o-a1b2c3d4e5"' in policy


def test_the_recipe_is_what_a_reader_of_shells_takes():
    text = "#!/usr/bin/env bash\n" + "\n".join(BLOCKS)
    # Words are meant to be split there.
    checked = subprocess.run([Path(sys.prefix) / "bin" / "shellcheck", "--exclude=SC2086,SC2046,SC2206", "-"], input=text, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
