"""Every command of the documents is run: at a terminal, in the order of its page, against a deployment on the emulator.

What takes long (builds, tests, the demo) is run by `.ci/run`, or is looked at as make would run it. What no test knows how to
run fails here.
"""

import json
import re
import subprocess

import pytest
from deploying import FIRST, stacks
from terminal import Terminal
from test_packages import built, package

from harness import offenders, roles, triggers
from harness.deployed import real_binaries
from harness.documents import DOCUMENTS
from harness.functions import NO_FUNCTION, QUEUED
from harness.groups import WORLD, four
from harness.recorder import Recorder, mail_of
from harness.stack import ACCOUNT, REGION, ROOT, Function, binary

MAKEFILE = (ROOT / "Makefile").read_text()
CI = (ROOT / ".ci" / "run").read_text()
# Targets that build, test or measure; `make lint` reads what they would run as the shell does.
DRY = {"make help", "make sandbox", "make package VERSION=0.1.0", "make test-faults", "make fuzz", "make bench", "make bench BASE=a943bdd", "make bench-peers"}
BY_CI = {"make setup", "make debug", "make lint", "make test", "make demo"}
# (command, what cargo has to know): these take minutes to build.
BY_CARGO = {
    "cargo install --path functions/curfew": ("curfew", "bin"), "cargo bench -p policy": ("policy", "bench"),
    "cargo bench -p security-groups": ("security-groups", "bench"),
    "cargo test --locked -p policy": ("policy", "test"), "cargo test --locked -p network": ("network", "test"),
}
BY_RUSTC = {"rustup target add aarch64-unknown-linux-gnu": "aarch64-unknown-linux-gnu"}
BY_PYTEST = {".venv/bin/python -m pytest -q tests/infra/test_documents.py"}
# With an `aws` that prints what the AWS CLI does, by its guide: https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html
BY_SHELL = {'eval "$(aws configure export-credentials --format env)"'}
# In the folder of a package.
IN_PACKAGE = {"sha256sum --check SHA256SUMS"}
HERE = DRY | BY_CI | BY_CARGO.keys() | BY_RUSTC.keys() | BY_PYTEST | BY_SHELL | IN_PACKAGE
WALKED = ("README.md", "functions/README.md", "infra/README.md", "tests/README.md")
STACKSETS = "An organization, with StackSets"
BUCKET, GROUP, RECORD = "my-bucket", "sg-0a1b2c3d4e5f60718", "KEY@ARN"


@pytest.fixture
def lambda_dir(tmp_path):
    """The functions themselves."""
    return real_binaries(tmp_path / "lambda")


@pytest.fixture
def terminal(deployment, tmp_path, monkeypatch):
    folder = tmp_path / "checkout"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Terminal(deployment, folder)


def commands(name, without=()):
    """The commands of a page for a terminal, those that remove Curfew last."""
    found = [command for section, command in DOCUMENTS[name].commands() if command not in HERE and section not in without]
    return sorted(found, key=lambda command: command.startswith("make remove"))


def walk(terminal, name, before=None, after=None, ends=None, without=()):
    """Types all commands of a page. `before` and `after` have what happens meanwhile, `ends` how one ends that is no success."""
    hooks = [dict(before or {}), dict(after or {})]
    for command in commands(name, without):
        hooks[0].pop(command, lambda: None)()
        status, text = terminal.type(command)
        assert status == (ends or {}).get(command, 0), f"{command}\n{text}"
        # It says something, or writes it to a file.
        assert text or not command.startswith(("curfew", "make")) or "OUTPUT=" in command, command
        hooks[1].pop(command, lambda: None)()
    assert hooks == [{}, {}], "a command is gone that something hangs on"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_command_is_run_by_some_test(name):
    for section, command in DOCUMENTS[name].commands():
        is_walked = name in WALKED and (section != STACKSETS or name == "infra/README.md")
        assert is_walked or command in HERE, f"nobody runs `{command}` ({section})"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_only_named_is_there(name):
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for mention in DOCUMENTS[name].mentions():
        words = mention.split()
        if words[0] == "make" and len(words) > 1:
            assert words[1] in targets, mention
        elif words[0] == "curfew" and len(words) > 1:
            assert subprocess.run([binary("curfew"), *words[1:], "--help"], capture_output=True).returncode == 0, mention
        elif words[0].startswith("."):
            assert (ROOT / words[0]).exists(), mention


def test_each_subcommand_is_on_the_page():
    told = subprocess.run([binary("curfew"), "--help"], capture_output=True, text=True, check=True).stdout
    subcommands = set(re.findall(r"^  ([a-z]+) ", told.split("Commands:")[1].split("Options:")[0], re.MULTILINE))
    named = {command.split()[1] for _, command in DOCUMENTS["functions/README.md"].commands() if command.startswith("curfew ")}
    assert named - {"--help"} == subcommands


def test_each_target_of_make_is_on_a_page():
    told = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
    text = "".join(document.path.read_text() for name, document in DOCUMENTS.items() if name != "CHANGELOG.md")
    assert [target for target in told if not re.search(rf"make {target}\b", text)] == []


def test_what_ci_runs_is_what_the_pages_say():
    for command in BY_CI:
        _, target = command.split()
        assert re.search(rf"^make (?:[a-z]+ )*{target}\b", CI, re.MULTILINE), command


@pytest.mark.parametrize("command", sorted(DRY))
def test_make_knows_what_to_do(command):
    dry = subprocess.run([*command.split(), "--dry-run", "--always-make"], cwd=ROOT, capture_output=True, text=True)
    assert dry.returncode == 0 and dry.stdout, dry.stderr


def test_cargo_has_what_it_is_asked_for():
    listed = subprocess.run(["cargo", "metadata", "--no-deps", "--locked", "--offline", "--format-version", "1"], cwd=ROOT, capture_output=True, text=True, check=True)
    kinds = {one["name"]: {kind for target in one["targets"] for kind in target["kind"]} for one in json.loads(listed.stdout)["packages"]}
    assert all(kind in kinds[name] for name, kind in BY_CARGO.values())
    triples = subprocess.run(["rustc", "--print", "target-list"], capture_output=True, text=True, check=True).stdout.split()
    assert set(BY_RUSTC.values()) <= set(triples)
    assert all((ROOT / command.split()[-1]).exists() for command in BY_PYTEST)


@pytest.mark.parametrize("command", sorted(BY_SHELL))
def test_credentials_of_the_aws_cli_come_into_the_shell(command, tmp_path):
    aws = tmp_path / "aws"
    aws.write_text('#!/bin/sh\n[ "$*" = "configure export-credentials --format env" ] && echo "export AWS_ACCESS_KEY_ID=of-a-session"\n')
    aws.chmod(0o700)
    ran = subprocess.run(["bash", "-euc", f'{command}; echo "$AWS_ACCESS_KEY_ID"'], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("of-a-session\n", "")


@pytest.mark.parametrize("command", sorted(IN_PACKAGE))
def test_the_sums_of_a_package_are_checked_by_others_too(command, tmp_path, answering):
    folder = package(tmp_path / "0.1.0", built(tmp_path / "built", answering))
    assert subprocess.run(command.split(), cwd=folder, capture_output=True).returncode == 0


def handle(deployment, function, event):
    """What a function does about an event on the bus; returns the line of its subject and the mails."""
    mapping = deployment.mapping(function)
    empty(mapping)
    deployment.emulator.put(event)
    worker = deployment.function(function)
    try:
        assert mapping.pump(worker) == (1, 0)
        [line] = [one for one in worker.lines() if "outcome" in one]
        return line, [mail_of(one) for one in worker.recorder.published()]
    finally:
        worker.close()


def of_config(kind, resource):
    rule = {triggers.GROUP: "restricted-ssh", triggers.BUCKET: "s3-bucket-public-read-prohibited"}[kind]
    return triggers.compliance_change(kind, resource, rule)


def empty(mapping):
    while messages := mapping.sqs.receive_message(QueueUrl=mapping.url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            mapping.sqs.delete_message(QueueUrl=mapping.url, ReceiptHandle=message["ReceiptHandle"])


def drain(deployment):
    for name in QUEUED:
        empty(deployment.mapping(name))


def pattern(mail):
    """What a mail on a page stands for: `...` leaves something out, in a line or between lines; ids and times differ."""
    lines = [line for line in mail.splitlines() if line.strip()]
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in lines]
    text = re.sub(r"(sgr?)\\-[0-9a-f]{17}", r"\1-[0-9a-f]{17}", "".join(parts))
    return re.sub(r"\d{4}\\-\d\d\\-\d\dT[\d:.\\]+Z", r"[\\dT:.-]+Z", text)


def test_the_readme_leads_from_a_preview_to_a_closed_bucket_and_back(terminal, deployment):
    """What a newcomer does, in the order of the page, with the page's own commands."""
    s3, ec2 = deployment.emulator.client("s3"), deployment.emulator.client("ec2")
    page = DOCUMENTS["README.md"]
    bucket, group = "my-curfew-test", offenders.group(ec2, "acme-bastion")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[offenders.permission("tcp", 22, v4=four(WORLD, "just for a minute"))])
    terminal.known[GROUP] = group
    is_public = lambda: ("READ", "AllUsers") in offenders.grants_of(s3, bucket)  # noqa: E731
    is_open = lambda: any(rule[3] == WORLD for rule in offenders.rules_of(ec2, group).values())  # noqa: E731

    def by_hand(beginning):
        [command] = [one for one in commands("README.md") if one.startswith(beginning)]
        return command

    def observed():
        line, [mail] = handle(deployment, "sg-quarantine", of_config(triggers.GROUP, group))
        assert line["outcome"] == "observed" and "revoke rule" in mail[1] and is_open()

    def group_closed():
        line, [mail] = handle(deployment, "sg-quarantine", of_config(triggers.GROUP, group))
        assert line["outcome"] == "remediated" and not is_open()
        [example] = page.code("text")
        text = "\n".join(one for one in f"Subject: {mail[0]}\n{mail[1]}".splitlines() if one.strip()) + "\n"
        assert re.match(pattern(example.text), text), text

    def bucket_closed():
        assert is_public()
        line, mails = handle(deployment, "s3-acl-private", of_config(triggers.BUCKET, bucket))
        assert (line["outcome"], len(mails), is_public()) == ("remediated", 1, False)

    def is_back():
        assert is_public()
        # It stays so.
        line, mails = handle(deployment, "s3-acl-private", of_config(triggers.BUCKET, bucket))
        assert (line["outcome"], mails, is_public()) == ("exempt", [], True)

    def exempt():
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[offenders.permission("tcp", 22, v4=four(WORLD))])

    def is_exempt():
        line, _ = handle(deployment, "sg-quarantine", of_config(triggers.GROUP, group))
        assert line["outcome"] == "exempt" and is_open()

    after = {
        "make preview REGION=eu-central-1 FORMAT=html OUTPUT=preview.html": lambda: check_page(terminal.folder / "preview.html", group),
        by_hand("make deploy REGION=eu-central-1 EMAIL="): observed,
        by_hand("make deploy REGION=eu-central-1 FILE="): group_closed,
        by_hand("aws s3api put-bucket-acl"): bucket_closed,
        by_hand("make restore REGION=eu-central-1 RESOURCE=arn:aws:s3:::my-curfew-test DRY_RUN="): lambda: closed_still(is_public),
        by_hand("make restore REGION=eu-central-1 RESOURCE=arn:aws:s3:::my-curfew-test REASON="): is_back,
        by_hand("aws ec2 create-tags"): is_exempt,
    }
    before = {by_hand("aws ec2 create-tags"): exempt, by_hand("make remove"): lambda: drain(deployment)}
    walk(terminal, "README.md", before, after)
    assert stacks(deployment) == {"curfew-kept"}


def check_page(page, group):
    text = page.read_text()
    assert text.startswith("<!doctype html>") or "<html" in text
    assert group in text


def closed_still(is_public):
    assert not is_public()


def closed(terminal, deployment):
    """A bucket called as on the pages, which the function has closed; the terminal knows its record."""
    s3 = deployment.emulator.client("s3")
    offenders.bucket(s3, BUCKET)
    offenders.set_grants(s3, BUCKET, offenders.grant("READ", offenders.ALL_USERS))
    variables = deployment.emulator.client("lambda").get_function_configuration(FunctionName="curfew-s3-acl-private", Qualifier="live")["Environment"]["Variables"]
    kept = {name: variables[name] for name in ("TOPIC_ARN", "LEDGER_TABLE", "OWN_ROLES")}
    function = Function("s3-acl-private", deployment.emulator, topic=None, settings={"mode": "enforce"}, environment=kept)
    function.invoke(of_config(triggers.BUCKET, BUCKET))
    [line] = [one for one in function.lines() if "outcome" in one]
    function.close()
    assert line["outcome"] == "remediated"
    terminal.known[RECORD] = line["record"]


def test_the_page_about_deployment(terminal, deployment, answering, tmp_path):
    folder = terminal.folder
    (folder / "settings.json").write_text('{"mode": "observe"}')
    built_here = built(tmp_path / "built", answering)
    package(folder / "target" / "package" / "0.1.0", built_here)
    terminal.known[GROUP] = offenders.group(deployment.emulator.client("ec2"))
    # In a Region where Curfew is, too.
    west = "make deploy REGION=eu-west-1 EMAIL=ops@example.com MODE=observe CONFIG_RULES=no"

    def exported():
        records = [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]
        assert terminal.known[RECORD] in [one["id"] for one in records]

    page = commands("infra/README.md", [STACKSETS])
    [export] = [one for one in page if one.startswith("make export")]
    [both] = [one for one in page if one.startswith("make deploy REGIONS=")]
    [first, *_] = page
    assert first == "make deploy REGION=eu-central-1 EMAIL=ops@example.com MODE=observe"
    before = {both: lambda: deployed(terminal, west), "make remove REGION=eu-central-1": lambda: drain(deployment)}
    after = {first: lambda: closed(terminal, deployment), export: exported}
    walk(terminal, "infra/README.md", before, after, without=[STACKSETS])
    assert not [name for name in stacks(deployment) if name.startswith("curfew")]


def deployed(terminal, command):
    status, text = terminal.type(command)
    assert status == 0, text


def test_the_page_about_the_functions(terminal, deployment):
    folder, ec2 = terminal.folder, deployment.emulator.client("ec2")
    run = deployment.deploy(*FIRST)
    assert run.returncode == 0, run.stdout
    closed(terminal, deployment)
    group = terminal.known[GROUP] = offenders.group(ec2)
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{group}"
    policy = offenders.public_policy(BUCKET)
    texts = {
        "policy.json": policy, "policies.jsonl": policy, f"{BUCKET}.json": policy, "settings.json": {"mode": "observe"},
        "groups.json": {"SecurityGroups": [{"GroupId": group, "OwnerId": ACCOUNT, "SecurityGroupArn": arn, "IpPermissions": []}]},
        "questions.jsonl": {"query": {"protocol": "tcp", "port": 22}}, "event.json": of_config(triggers.BUCKET, BUCKET),
    }
    for name, content in texts.items():
        (folder / name).write_text(json.dumps(content))
    terminal.recorder = Recorder("127.0.0.1", deployment.emulator.port)
    rows = DOCUMENTS["functions/README.md"].table("## The command curfew", "command")
    calls = {row[0].strip("`"): set(re.findall(r"`(\w+:\w+)`", row[1])) for row in rows}
    for kind in ("preview", "report"):
        statements = json.loads(terminal.type(f"curfew {kind} --permissions")[1])["Statement"]
        calls[kind] = {action for one in statements for action in roles.as_list(one["Action"])}
    asked = {kind: set() for kind in calls}

    def note(kind):
        asked[kind] |= {actions(call) for call in terminal.recorder.calls} - {"sts:GetCallerIdentity"}
        terminal.recorder.clear()

    after = {}
    for command in commands("functions/README.md"):
        for kind in calls:
            if command.startswith(f"curfew {kind}"):
                after[command] = lambda kind=kind: note(kind)
    # Of a file nobody knows S3's verdict.
    walk(terminal, "functions/README.md", after=after, ends={f"curfew preview groups.json {BUCKET}.json": 1})
    terminal.recorder.close()
    for kind in calls:
        assert asked[kind] and asked[kind] <= calls[kind], (kind, asked[kind] - calls[kind])


def actions(call):
    """What IAM calls a call of the command."""
    if call.operation.startswith("HEAD "):
        return "s3:ListBucket"
    if "/invocations" in call.path:
        return "lambda:InvokeFunction"
    return roles.ACTION_OF_OPERATION.get(call.action, call.action)


def test_the_page_about_the_tests(terminal, deployment):
    terminal.known |= {"{}": "{}"}
    walk(terminal, "tests/README.md", before={"make remove REGION=eu-central-1": lambda: drain(deployment)})


def test_no_function_is_what_the_recipe_leaves_out():
    assert f"[{NO_FUNCTION}]" not in (ROOT / "infra" / "functions.toml").read_text()
