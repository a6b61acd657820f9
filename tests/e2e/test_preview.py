"""`curfew preview`: what would be closed, mailed and left, with the credentials of whoever looks."""

import datetime
import json
import re
import shutil
import subprocess
import threading

import pytest
from harness import offenders, roles
from harness.groups import open_group
from harness.offenders import open_bucket
from harness.recorder import Recorder, s3_error
from harness.stack import ACCOUNT, CREDENTIALS, REGION, binary
from test_at_a_terminal import NOWHERE

CHROMIUM = shutil.which("chromium")
UNREAD = 1


@pytest.fixture(scope="module")
def account(emulator, s3, ec2):
    """One open bucket, one whose policy is public, one clean, an open group; and what was asked while looking at them."""
    names = {"open": open_bucket(s3), "public": offenders.bucket(s3), "clean": offenders.bucket(s3), "group": open_group(ec2)}
    offenders.set_policy(s3, names["public"], offenders.public_policy(names["public"]))
    return names


@pytest.fixture
def aws(emulator):
    recorder = Recorder("127.0.0.1", emulator.port)
    yield recorder
    recorder.close()


@pytest.fixture
def preview(aws):
    def look(*arguments, **environment):
        known = {**NOWHERE, **CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": aws.url, **environment}
        return subprocess.run([binary("curfew"), "preview", *arguments], capture_output=True, text=True, env=known, timeout=120)

    return look


def would(ran):
    return {one["resource"]: (one["control"], one["would"]) for one in json.loads(ran.stdout)["resources"]}


def test_an_account_is_looked_at_and_nothing_of_it_is_changed(preview, aws, account, s3, ec2):
    ran = preview("--json")
    assert ran.returncode == 0, ran.stderr
    found = would(ran)
    assert found[account["open"]] == ("s3-acl", "close")
    assert found[account["public"]] == ("s3-policy", "mail")
    assert found[account["group"]] == ("sg-ingress", "close")
    assert account["clean"] not in found
    parts = {part["control"]: part for part in json.loads(ran.stdout)["parts"]}
    assert list(parts) == ["s3-acl", "s3-policy", "sg-ingress"]
    for part in parts.values():
        assert part["seen"] == sum(part[kind] for kind in ("clean", "close", "mail", "unknown", "leave")), part
    # Progress, while it looks.
    assert "s3-acl: " in ran.stderr and "sg-ingress: " in ran.stderr
    calls = set(aws.operations())
    assert all(call.startswith(("Get", "List", "Describe")) for call in calls), calls
    assert ("READ", "AllUsers") in offenders.grants_of(s3, account["open"])


def test_several_regions_are_looked_at_at_once_each_by_its_own_name(preview, account, emulator):
    elsewhere = open_group(emulator.client("ec2", region="eu-west-1"))
    for said in (["--region", f"{REGION},eu-west-1"], ["--region", REGION, "--region", "eu-west-1", "--region", REGION]):
        ran = preview("--json", *said)
        assert ran.returncode == 0, ran.stderr
        answer = json.loads(ran.stdout)
        assert [(part["region"], part["control"]) for part in answer["parts"]] == [
            (region, control) for region in (REGION, "eu-west-1") for control in ("s3-acl", "s3-policy", "sg-ingress")
        ]
        regions = {one["resource"]: one["region"] for one in answer["resources"]}
        assert regions[account["open"]] == regions[account["group"]] == REGION and regions[elsewhere] == "eu-west-1"
    page = preview("--format", "html", "--region", f"{REGION},eu-west-1").stdout
    assert set(re.findall(r'data-region="([^"]*)"', page)) == {REGION, "eu-west-1"}
    assert page.count("<option>sg-ingress</option>") == 1
    refused = preview("--region", "eu-west-1,Frankfurt")
    assert refused.returncode != 0 and "eu-central-1" in refused.stderr


def test_buckets_are_looked_at_while_groups_are_read_and_the_other_way_round(preview, aws, account):
    seen = {name: threading.Event() for name in ("GetBucketAcl", "GetBucketPolicy", "DescribeSecurityGroups")}
    alone = []

    def wait_for_the_others(call, forward):
        if call.operation in seen:
            seen[call.operation].set()
            alone.extend(name for name, event in seen.items() if not event.wait(30))
        return forward()

    aws.watch = wait_for_the_others
    assert preview("--json").returncode == 0
    assert alone == []


def test_two_calls_read_all_groups(preview, aws, account):
    assert preview("--json").returncode == 0
    assert [aws.operations().count(call) for call in ("DescribeSecurityGroups", "DescribeSecurityGroupRules")] == [1, 1]


def test_what_may_not_be_read_is_said_and_is_not_clean(preview, aws, account):
    for call in ("GetBucketPolicy", "GetBucketPolicyStatus"):
        aws.fault(call, 403, s3_error("AccessDenied", "no"), times=999)
    ran = preview()
    assert ran.returncode == UNREAD
    assert re.search(r"^  s3:GetBucketPolicy: \d+$", ran.stdout, re.MULTILINE), ran.stdout
    assert re.search(r"^s3-policy in eu-central-1: \d+ buckets, 0 clean", ran.stdout, re.MULTILINE), ran.stdout
    assert "these credentials may not call `s3:GetBucketPolicy`" in ran.stdout


def test_a_list_that_may_not_be_had_is_said(preview, aws, account):
    aws.fault("ListBuckets", 403, s3_error("AccessDenied", "no"), times=999)
    ran = preview()
    assert ran.returncode == UNREAD
    assert ran.stdout.count("NOT ALL WERE LISTED") == 2


def test_the_permissions_are_those_of_who_sweeps(preview):
    policy = json.loads(preview("--permissions").stdout)
    [statement] = policy["Statement"]
    reads = {action for action in roles.own_actions("sweep") if action.startswith(("s3:", "ec2:"))}
    assert set(statement["Action"]) == reads


def test_files_are_looked_at_without_credentials(tmp_path):
    groups = tmp_path / "groups.json"
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/"
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}

    def group(number, *permissions, tags=()):
        name = f"sg-0000000000000000{number}"
        return {"GroupId": name, "OwnerId": ACCOUNT, "SecurityGroupArn": arn + name, "IpPermissions": list(permissions), "Tags": list(tags)}

    exempt = [
        {"Key": "curfew:exempt", "Value": "all"}, {"Key": "curfew:exempt-reason", "Value": "a bastion"},
        {"Key": "curfew:exempt-until", "Value": f"{datetime.date.today() + datetime.timedelta(days=100)}"},
    ]
    groups.write_text(json.dumps({"SecurityGroups": [group(1, ssh), group(2), group(3, ssh, tags=exempt)]}))
    policy = tmp_path / "acme-web.json"
    policy.write_text(json.dumps(offenders.public_policy("acme-web")))
    ran = subprocess.run([binary("curfew"), "--json", "preview", groups, policy], capture_output=True, text=True, env=NOWHERE, timeout=60)
    found = would(ran)
    assert found["sg-00000000000000001"] == ("sg-ingress", "close")
    assert found["sg-00000000000000003"] == ("sg-ingress", "leave")
    assert "sg-00000000000000002" not in found
    assert found["acme-web"] == ("s3-policy", "mail")
    # What a file does not say, S3's own verdict and Block Public Access, is said to be unread.
    assert ran.returncode == UNREAD


def test_a_group_in_a_file_that_cannot_be_read_is_said_and_not_called_clean(tmp_path):
    groups = tmp_path / "groups.json"
    good = {"GroupId": "sg-00000000000000001", "SecurityGroupArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-00000000000000001", "IpPermissions": []}
    bad = {"GroupId": "sg-00000000000000002", "IpPermissions": [{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "no block"}]}]}
    groups.write_text(json.dumps({"SecurityGroups": [good, bad]}))
    ran = subprocess.run([binary("curfew"), "preview", groups], capture_output=True, text=True, env=NOWHERE, timeout=60)
    assert ran.returncode == UNREAD
    assert "sg-00000000000000002" in ran.stderr and "NOT ALL WERE LISTED" in ran.stdout
    assert "1 security group, 1 clean" in ran.stdout


def test_a_file_that_does_not_say_whose_it_is_asks_for_it(tmp_path):
    policy = tmp_path / "acme-web.json"
    policy.write_text('{"Statement": []}')
    ran = subprocess.run([binary("curfew"), "preview", policy], capture_output=True, text=True, env=NOWHERE, timeout=60)
    assert ran.returncode == UNREAD and "--account" in ran.stderr, ran.stderr


def rows(page, state, tmp_path):
    """The rows that a browser shows of a page, as they stand, and what it says of their number."""
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command = [CHROMIUM, "--headless", "--no-sandbox", *quiet, f"--user-data-dir={tmp_path}/browser", "--dump-dom", f"file://{page}#{state}"]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    found = re.findall(r'<tr data-would="(\d)" data-severity="(\d)" data-control="([^"]*)" data-name="([^"]*)"[^>]*?( hidden="")?>', dom)
    [shown] = re.findall(r'<output id="shown"[^>]*>([^<]*)<', dom)
    return [row for row in found if not row[4]], shown


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium to try the page in: `.ci/run` installs Debian's")
def test_the_page_is_sorted_and_filtered_in_a_browser(preview, account, tmp_path):
    page = tmp_path / "preview.html"
    ran = preview("--format", "html", "--output", page)
    assert ran.returncode == 0 and f"Written to {page}." in ran.stderr, ran.stderr
    everything, shown = rows(page, "", tmp_path)
    assert shown == f"{len(everything)} of {len(everything)} shown" and len(everything) >= 3
    assert [row[0] for row in everything] == sorted(row[0] for row in everything)
    groups, shown = rows(page, "control=sg-ingress", tmp_path)
    assert {row[2] for row in groups} == {"sg-ingress"} and shown == f"{len(groups)} of {len(everything)} shown"
    by_name, _ = rows(page, "sort=name&order=descending&would=close", tmp_path)
    names = [row[3] for row in by_name]
    assert account["open"] in names and account["public"] not in names
    assert names == sorted(names, reverse=True)
    by_severity, _ = rows(page, "sort=severity&order=descending", tmp_path)
    assert [row[1] for row in by_severity] == sorted((row[1] for row in by_severity), reverse=True)
    one, shown = rows(page, f"find={account['open']}", tmp_path)
    assert [row[3] for row in one] == [account["open"]]
