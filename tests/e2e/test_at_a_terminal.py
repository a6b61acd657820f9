"""The command `curfew`, as people run it: with their credentials, against the emulator, and without any."""

import json
import os
import pty
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from harness import offenders
from harness.groups import WORLD, four, group_of
from harness.loopback import Handler, Server
from harness.offenders import permission
from harness.recorder import Recorder, s3_error
from harness.stack import ACCOUNT, CREDENTIALS, REGION, binary
from harness.templates import ledger
from support import about_bucket, queued, send

NOWHERE = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"}
PREFIX = "terminal"
# How it ends; `curfew --help` lists the same.
UNREAD, NOT_ASKED, NOT_RESTORED, HALF_RESTORED = 1, 3, 4, 5
READING = {"GetCallerIdentity", "GetBucketPolicy", "GetBucketPolicyStatus", "GetPublicAccessBlock", "GetAccountPublicAccessBlock"}


@pytest.fixture
def aws(emulator):
    """What the command asks AWS, on its way to the emulator."""
    recorder = Recorder("127.0.0.1", emulator.port)
    yield recorder
    recorder.close()


@pytest.fixture
def curfew(aws):
    """Runs it with credentials; `environment` says more."""
    def curfew(*arguments, input="", **environment):
        known = {**NOWHERE, **CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": aws.url, **environment}
        return run(*arguments, input=input, environment=known)

    return curfew


def run(*arguments, input="", environment=NOWHERE):
    return subprocess.run([binary("curfew"), *arguments], input=input, capture_output=True, text=True, env=environment, timeout=60)


def refused(ran, status, *words):
    """It failed in one way, and says what and what to do."""
    what, _, advice = ran.stderr.partition("\n  -> ")
    assert ran.returncode == status and all(word in ran.stderr for word in words) and advice, (ran.returncode, ran.stderr)
    assert "Traceback" not in ran.stderr and "panicked" not in ran.stderr


@pytest.fixture
def public_bucket(s3):
    name = offenders.bucket(s3)
    offenders.set_policy(s3, name, offenders.public_policy(name))
    return name


def test_the_policy_of_a_bucket_is_explained_with_what_blocks_it(curfew, aws, public_bucket):
    ran = curfew("explain", "--bucket", public_bucket)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"Anyone on the internet can read every object in `{public_bucket}`.\n")
    assert "Block Public Access of the account: all off" in ran.stdout
    # Nothing that it asks can change anything.
    assert set(aws.operations()) == READING | {f"HEAD /{public_bucket}/"}

    facts = json.loads(curfew("explain", "--json", "--bucket", public_bucket).stdout)
    assert (facts["bucket"], facts["account"], facts["region"], facts["semantic"]) == (public_bucket, ACCOUNT, REGION, True)
    assert facts["account_block"] == dict.fromkeys(facts["bucket_block"], False)


def test_what_may_not_be_read_of_a_bucket_is_named_and_hides_nothing_else(curfew, aws, public_bucket):
    aws.fault("GetAccountPublicAccessBlock", 403, s3_error("AccessDenied", "no"))
    ran = curfew("explain", "--bucket", public_bucket)
    assert ran.returncode == UNREAD and ran.stdout.startswith("Anyone")
    assert "these credentials may not call `s3:GetAccountPublicAccessBlock`" in ran.stderr
    assert "role" not in ran.stdout + ran.stderr

    aws.fault("GetBucketPolicy", 403, s3_error("AccessDenied", "no"))
    aws.fault("GetBucketPolicyStatus", 403, s3_error("AccessDenied", "no"))
    refused(curfew("explain", "--bucket", public_bucket), NOT_ASKED, "`s3:GetBucketPolicy`", "--profile")


def test_a_bucket_without_a_policy_and_one_that_is_not_there(curfew, s3):
    name = offenders.bucket(s3)
    assert "has no policy" in curfew("explain", "--bucket", name).stdout
    assert json.loads(curfew("explain", "--json", "--bucket", name).stdout)["policy"] is None
    refused(curfew("explain", "--bucket", "nobody-has-this-one"), NOT_ASKED, "there is no bucket `nobody-has-this-one`")


def test_a_group_is_what_its_rules_in_a_file_are(curfew, aws, ec2, tmp_path):
    group = group_of(ec2, permission("tcp", (80, 8080), v4=four(WORLD)), permission("udp", 53, v4=four("10.0.0.0/8")))
    live = curfew("exposure", group)
    assert (live.returncode, live.stderr) == (0, "")
    assert set(aws.operations()) == {"GetCallerIdentity", "DescribeSecurityGroups", "DescribeSecurityGroupRules"}
    assert "tcp 81-442; 444-8080" in live.stdout.replace(", ", "; ") and "then revoke: sgr-" in live.stdout
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"SecurityGroupRules": rules}))
    of_file = run("exposure", file).stdout
    # A file of rules has no names.
    assert of_file.splitlines()[1:] == live.stdout.splitlines()[1:] and live.stdout.startswith(f"{group} (")

    refused(curfew("exposure", "sg-00000000000000000"), NOT_ASKED, f"no security group `sg-00000000000000000` in {REGION}", "--region")
    # One that is not there hides no other.
    both = curfew("exposure", "sg-00000000000000000", group)
    assert (both.returncode, both.stdout) == (NOT_ASKED, live.stdout)


class Restoring(Handler):
    """Lambda, of which there is the function `restore` alone."""

    function = None

    def do_POST(self):
        body = self.body()
        if self.path != f"/2015-03-31/functions/{PREFIX}-restore/invocations?Qualifier=live":
            answer = {"Message": "Function not found", "Type": "User"}
            return self.answer(404, {"X-Amzn-ErrorType": "ResourceNotFoundException"}, json.dumps(answer).encode())
        self.__class__.asked = json.loads(body)
        failed, answer = self.function.invoke(body)
        headers = {"X-Amz-Function-Error": "Unhandled"} if failed else {}
        return self.answer(200, headers, json.dumps(answer).encode())


@pytest.fixture(scope="module")
def table(emulator):
    emulator.client("dynamodb").create_table(TableName=f"{PREFIX}-ledger", **ledger())
    return {"LEDGER_TABLE": f"{PREFIX}-ledger"}


@pytest.fixture(scope="module")
def closing(start, table):
    return start("s3-acl-private", environment=table)


@pytest.fixture(scope="module")
def restoring(start, table):
    handler = type("Lambda", (Restoring,), {"function": start("restore", environment=table)})
    handler.server = Server(handler)
    yield handler
    handler.server.close()


def closed(closing, s3):
    """A bucket that was closed: its ARN, and the record of that."""
    name = offenders.open_bucket(s3)
    run = send(closing, queued(about_bucket(name)))
    assert run.outcome == "remediated"
    return f"arn:aws:s3:::{name}", run.line["record"]


def test_the_history_of_a_resource_is_its_records_the_newest_first(curfew, closing, s3, emulator):
    arn, record = closed(closing, s3)
    name = arn.rsplit(":", 1)[1]
    offenders.set_grants(s3, name, offenders.grant("WRITE", offenders.ALL_USERS))
    second = send(closing, queued(about_bucket(name))).line["record"]

    ran = curfew("history", arn, "--prefix", PREFIX)
    assert (ran.returncode, ran.stderr) == (0, "")
    ids = [line.strip() for line in ran.stdout.splitlines() if line.strip().endswith(f"@{arn}")]
    assert ids == [second, record] and ran.stdout.startswith("remediated by s3-acl: 1 change, 1 mail\n")
    stored = [json.loads(line) for line in curfew("history", "--json", arn, "--prefix", PREFIX).stdout.splitlines()]
    assert [one["id"] for one in stored] == ids
    # As the table has them.
    key = {"resource": arn, "record": second.split("@")[0]}
    item = emulator.client("dynamodb").get_item(TableName=f"{PREFIX}-ledger", Key={k: {"S": v} for k, v in key.items()})["Item"]
    assert stored[0] == json.loads(item["body"]["S"])

    none = curfew("history", "arn:aws:s3:::nobody-has-this-one", "--prefix", PREFIX)
    assert (none.returncode, none.stdout) == (0, f"There is no record of arn:aws:s3:::nobody-has-this-one in {REGION}.\n")
    refused(curfew("history", arn, "--prefix", "elsewhere"), NOT_ASKED, "ResourceNotFoundException", f"Is Curfew in `{REGION}`?", "--prefix")


def test_all_records_since_a_day_come_by_the_day_and_then_what_is_open(curfew, closing, start, s3, table):
    arn, record = closed(closing, s3)
    held = start("s3-acl-private", {"s3_acl": {"changes_per_hour": 0}}, environment=table)
    waiting = offenders.open_bucket(s3)
    assert send(held, queued(about_bucket(waiting))).outcome == "held"
    today, prefix = datetime.now(UTC).date(), ("--prefix", PREFIX)

    def since(day):
        ran = curfew("history", "--since", str(day), "--json", *prefix)
        assert (ran.returncode, ran.stderr) == (0, "")
        return [json.loads(line) for line in ran.stdout.splitlines()]

    found = since(today - timedelta(days=1))
    ended = [one for one in found if "end" in one]
    assert found[: len(ended)] == ended and record in [one["id"] for one in ended]
    assert [one["id"].split("@")[1] for one in found[len(ended):]] == [f"arn:aws:s3:::{waiting}"]
    # Those of a resource are the same.
    [own] = [json.loads(line) for line in curfew("history", arn, "--json", *prefix).stdout.splitlines()]
    assert own in ended
    assert [one for one in since(today + timedelta(days=1)) if "end" in one] == []
    assert "held by s3-acl: 0 changes, " in curfew("history", "--since", str(today), *prefix).stdout


def test_a_restore_is_shown_refused_and_forced_with_the_status_of_its_end(curfew, closing, restoring, s3):
    arn, record = closed(closing, s3)

    def restore(*arguments):
        return curfew("restore", "--prefix", PREFIX, *arguments, AWS_ENDPOINT_URL_LAMBDA=restoring.server.url)

    dry = restore("--record", record, "--dry-run", "--reason", "the shop is down")
    assert dry.returncode == 0 and "would do  " in dry.stdout and "Nothing was changed" in dry.stdout
    # Before anything is asked it is said whose account it is.
    assert dry.stderr.startswith(f"{REGION}  account {ACCOUNT}, as arn:aws:sts::") and dry.stderr.count("\n") == 1
    # AWS says who asks.
    who = restoring.asked.pop("claimed_by")
    assert who.startswith("arn:aws:sts::") and restoring.asked == {
        "record": record, "reason": "the shop is down", "dry_run": True, "force": False,
    }

    name = arn.rsplit(":", 1)[1]
    offenders.set_grants(s3, name, offenders.grant("READ", user=offenders.OTHER_ACCOUNT))
    refused(restore("--record", record), NOT_RESTORED, "others did since", "--force")
    done = restore("--resource", arn, "--force", "--claimed-by", "ann", "--json")
    assert (done.returncode, json.loads(done.stdout)["ending"]) == (0, "restored")
    assert (restoring.asked["claimed_by"], restoring.asked["resource"]) == ("ann", arn)
    asked = dict(restoring.asked)
    refused(restore("--record", record, "--account", "210987654321"), NOT_RESTORED, f"for account {ACCOUNT}, not for 210987654321")
    assert restoring.asked == asked
    again = restore("--record", record, "--account", ACCOUNT)
    assert again.returncode == 0 and "Nothing is left to put back. Curfew leaves it alone until" in again.stdout
    until = again.stdout.partition("Curfew leaves it alone until ")[2].split()[0].rstrip(".")
    lines = [line.strip() for line in curfew("history", arn, "--prefix", PREFIX).stdout.splitlines()]
    assert lines[lines.index(f"put back what {record} had changed") + 1] == f"to be left alone until {until}"


def test_what_the_function_refuses_is_an_error_and_so_is_one_that_is_not_there(curfew, restoring):
    record = "2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e@arn:aws:s3:::acme"
    words = ("restore", "--record", record)
    ran = curfew(*words, "--prefix", PREFIX, AWS_ENDPOINT_URL_LAMBDA=restoring.server.url)
    assert ran.returncode == NOT_RESTORED and "\nnothing was put back: there is no record" in ran.stderr, ran.stderr
    as_json = curfew(*words, "--prefix", PREFIX, "--json", AWS_ENDPOINT_URL_LAMBDA=restoring.server.url)
    assert json.loads(as_json.stdout)["errorType"] == "Curfew.NoSuchRecord" and as_json.returncode == NOT_RESTORED
    refused(curfew(*words, AWS_ENDPOINT_URL_LAMBDA=restoring.server.url), NOT_ASKED, "ResourceNotFoundException", "--prefix")


class CutOff:
    """A function that Lambda ends since it takes too long."""

    def invoke(self, _body):
        return True, {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: 1 Error: Task timed out after 60.00 seconds"}


def test_of_a_restore_that_was_cut_off_nobody_says_that_nothing_was_put_back(curfew):
    handler = type("Lambda", (Restoring,), {"function": CutOff()})
    handler.server = Server(handler)
    record = "2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e@arn:aws:s3:::acme"
    ran = curfew("restore", "--record", record, "--prefix", PREFIX, AWS_ENDPOINT_URL_LAMBDA=handler.server.url)
    handler.server.close()
    refused(ran, HALF_RESTORED, "nobody knows yet how much was put back", "timed out", "The same command again")
    assert "nothing" not in ran.stderr


def test_the_region_of_an_arn_is_where_it_is_asked(curfew, aws):
    ran = curfew("history", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/sg-1")
    refused(ran, NOT_ASKED, "Is Curfew in `eu-west-1`?")
    assert "/eu-west-1/dynamodb/" in aws.calls[-1].headers["authorization"]


def test_what_is_pure_asks_nobody_and_needs_nothing(curfew, aws, tmp_path):
    policy = json.dumps(offenders.public_policy("acme"))
    (tmp_path / "policy.json").write_text(policy)
    commands = [
        (("explain",), policy + "\n"), (("explain", tmp_path / "policy.json"), ""), (("exposure",), '{"query": {"protocol": "tcp", "port": 22}}'),
        (("exposure", "-"), '{"SecurityGroups": []}'), (("settings", "check"), "{}"), (("completions", "bash"), ""),
    ]
    for words, given in commands:
        ran = run(*words, input=given)
        assert (ran.returncode, ran.stderr) == (0, ""), words
        assert curfew(*words, input=given).stdout == ran.stdout
    assert aws.calls == []


def test_without_credentials_or_a_region_it_says_how_to_say_them(aws):
    where = {**NOWHERE, "AWS_ENDPOINT_URL": aws.url}
    refused(run("explain", "--bucket", "acme", environment={**where, "AWS_REGION": REGION}), NOT_ASKED, "no AWS credentials", "aws sso login")
    refused(run("exposure", "sg-1", environment={**where, **CREDENTIALS}), NOT_ASKED, "which Region", "--region eu-central-1")
    assert aws.calls == []
    closed_port = {**NOWHERE, **CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    refused(run("exposure", "sg-1", environment=closed_port), NOT_ASKED, "sts:GetCallerIdentity", "Is there a network")


def test_profiles_work_that_have_a_program_or_a_sign_on(aws, public_bucket, tmp_path):
    keys = {"Version": 1, "AccessKeyId": "program", "SecretAccessKey": "testing"}
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    (tmp_path / "config").write_text(f"""
[profile program]
region = {REGION}
credential_process = cat {tmp_path / "keys.json"}
[profile sso]
region = {REGION}
sso_session = acme
sso_account_id = {ACCOUNT}
sso_role_name = reader
[sso-session acme]
sso_region = {REGION}
sso_start_url = https://acme.awsapps.com/start
""")
    where = {**NOWHERE, "AWS_ENDPOINT_URL": aws.url, "AWS_CONFIG_FILE": str(tmp_path / "config")}
    ran = run("explain", "--bucket", public_bucket, "--profile", "program", environment=where)
    assert ran.returncode == 0, ran.stderr
    assert all("Credential=program/" in call.headers["authorization"] for call in aws.calls)
    # Nobody has logged in: that is what is in the way, and not that the program does not know how.
    sso = run("explain", "--bucket", public_bucket, "--profile", "sso", environment=where)
    refused(sso, NOT_ASKED, "no AWS credentials", "aws sso login")
    assert "feature" not in sso.stderr, sso.stderr
    refused(run("explain", "--bucket", public_bucket, "--profile", "nobody", environment=where), NOT_ASKED, "nobody")


def test_colours_are_for_terminals(tmp_path):
    (tmp_path / "acme.json").write_text(json.dumps(offenders.public_policy("acme")))
    words = [binary("curfew"), "explain", tmp_path / "acme.json"]

    def at_a_terminal(**environment):
        ours, theirs = pty.openpty()
        subprocess.run(words, stdout=theirs, env={**NOWHERE, "TERM": "xterm", **environment}, check=True, timeout=60)
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 65536):
                text += part
        except OSError:
            pass
        os.close(ours)
        return text.decode().replace("\r\n", "\n")

    piped = run(*words[1:]).stdout
    assert "\x1b[1m" in at_a_terminal() and "\x1b" not in piped
    assert at_a_terminal(NO_COLOR="1") == piped


def test_who_stops_reading_has_what_he_wants(tmp_path):
    (tmp_path / "policies").write_text((json.dumps(offenders.public_policy("acme")) + "\n") * 200)
    with (tmp_path / "policies").open() as policies:
        process = subprocess.Popen([binary("curfew"), "explain"], stdin=policies, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=NOWHERE)
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (0, b"")
        process.stderr.close()
