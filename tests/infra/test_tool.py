"""What the tool behind `make deploy` does where the emulator does not go: options, roles, functions, calls that are refused."""

import os
import re
import shlex
import subprocess
import sys
from types import SimpleNamespace

import aws
import commands
import functions
import pytest
import settings
import templates as tool_templates
from botocore.exceptions import ClientError
from harness import templates, tool
from harness.stack import ROOT
from made_up import stack

ROWS = tool_templates.ROWS


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_each_parameter_of_a_template_is_said_or_comes_from_the_table(name):
    said = set(tool_templates.OPTIONS.values())
    table = set(ROWS["sg-quarantine"].parameters("curfew")) | set(settings.wants("{}"))
    # What `make deploy` sets by itself, and what StackSets alone say.
    others = {"NamePrefix", "KeyArn", "Stopped", "Settings", "CodeBucketPrefix", "CodeVersion", "Architecture", "ReservedConcurrency"}
    assert set(tool_templates.declared(name)) <= said | table | others


@pytest.mark.parametrize("text, acls, groups", [
    ("{}", "grants", "rules"),
    ('{"mode": "observe"}', "none", "none"),
    ('{"mode": "observe", "sg": {"mode": "enforce"}}', "none", "rules"),
    ('{"s3_acl": {"mode": "observe", "block_public_acls": true}, "sg": {"quarantine": "isolate"}}', "none", "interfaces"),
    ('{"s3_acl": {"block_public_acls": true}, "sg": {"quarantine": "alert"}}', "flags", "none"),
    ('{"mode": "observe", "s3_acl": {"mode": "enforce"}, "sg": {"quarantine": "isolate"}}', "grants", "none"),
])
def test_a_role_allows_what_the_settings_of_its_control_want_and_no_more(text, acls, groups):
    wanted = settings.wants(text)
    assert wanted == {"AclChanges": acls, "GroupChanges": groups}
    declared = templates.load("shared")["Parameters"]
    for name, _, order, _ in settings.CHANGES:
        assert declared[name]["AllowedValues"] == list(order) and "Default" not in declared[name]
    # Which policies there are then.
    there = {name for name, condition in templates.load("shared")["Conditions"].items() if holds(condition, wanted)}
    expected = {"ChangesAcls": acls != "none", "BlocksPublicAcls": acls == "flags", "ChangesGroups": groups != "none", "Isolates": groups == "interfaces"}
    assert {name: name in there for name in expected} == expected


def holds(condition, values):
    """Whether a condition about these parameters holds."""
    if "Fn::Not" in condition:
        return not holds(condition["Fn::Not"][0], values)
    one, other = condition.get("Fn::Equals", ({}, None))
    return isinstance(one, dict) and values.get(one.get("Ref")) == other


def test_the_parameters_of_a_function_are_its_row():
    for one in ROWS.values():
        assert one.parameters("curfew") == templates.values_of(one.binary)


def test_what_cargo_lambda_is_told_is_what_the_template_says(place):
    one = ROWS["sg-quarantine"]
    found = tool_templates.properties(place, {**one.parameters("curfew"), "AlertTopicArn": "arn:aws:sns:us-east-1:210987654321:security"})
    template = templates.resources("function", "sg-quarantine")["Function"]["Properties"]
    assert (found["MemorySize"], found["Timeout"]) == (int(template["MemorySize"]), int(template["Timeout"])) == (256, 60)
    assert found["Architectures"] == ["arm64"] and found["Tags"] == {"project": "curfew"}
    assert found["Role"] == template["Role"] == "arn:aws:iam::123456789012:role/curfew-sg-quarantine-eu-central-1"
    assert found["TracingConfig"] == template["TracingConfig"]
    assert found["Environment"]["Variables"]["TOPIC_ARN"] == "arn:aws:sns:us-east-1:210987654321:security"
    assert tool_templates.properties(place, one.parameters("curfew"))["Environment"]["Variables"] == {
        "TOPIC_ARN": "arn:aws:sns:eu-central-1:123456789012:curfew-alerts", "CURFEW_SETTINGS_PARAMETER": "/curfew/settings", "LEDGER_TABLE": "curfew-ledger",
        "OWN_ROLES": templates.OWN_ROLES,
    }


def test_sqs_is_told_to_send_dead_letters_back_to_the_named_queue(place):
    url = "https://sqs/123456789012/curfew-sg-quarantine"
    arn = "arn:aws:sqs:eu-central-1:123456789012:curfew-sg-quarantine"
    place.answers("sqs", "get_queue_url", {"QueueUrl": url}, {"QueueName": "curfew-sg-quarantine"})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"QueueArn": arn}})
    place.answers("sqs", "get_queue_url", {"QueueUrl": f"{url}-dead-letters"}, {"QueueName": "curfew-sg-quarantine-dead-letters"})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"QueueArn": f"{arn}-dead-letters", "ApproximateNumberOfMessages": "3"}})
    place.answers("sqs", "start_message_move_task", {"TaskHandle": "t"}, {"SourceArn": f"{arn}-dead-letters", "DestinationArn": arn})
    said = []
    commands.redrive(place, SimpleNamespace(FUNCTION="sg-quarantine"), lambda *words: said.append(words))
    assert said == [("curfew-sg-quarantine", "3 on their way back")]


def test_a_defect_in_one_region_does_not_end_the_others(capsys, monkeypatch):
    main = tool.main().__globals__
    monkeypatch.setitem(main, "Place", lambda region, *_: SimpleNamespace(region=region))

    def work(place, _options, say):
        if place.region == "eu-central-1":
            raise KeyError("Outputs")
        say("config", "created")

    monkeypatch.setitem(main["COMMANDS"], "status", (work, []))
    monkeypatch.setattr(sys, "argv", ["make", "status", "--regions", "eu-central-1 us-east-1"])
    assert tool.main()() == 1
    table = capsys.readouterr().out.splitlines()[-2:]
    assert "FAILED: unexpected KeyError" in table[0] and "1 created" in table[1]


UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_IN_PROGRESS"])
def test_mappings_are_stopped_whatever_the_stacks_say(place, status):
    handed_events = [row for row in ROWS.values() if row.schedule]
    for _ in handed_events:
        place.answers("lambda", "list_event_source_mappings", {"EventSourceMappings": [{"UUID": UUID, "State": "Enabled"}]})
    for _ in handed_events:
        place.answers("lambda", "update_event_source_mapping", {}, {"UUID": UUID, "Enabled": False})
    for _ in handed_events:
        place.answers("cloudformation", "describe_stacks", stack(status))
        place.refuses("cloudformation", "update_stack", "ValidationError", f"Stack is in {status} state and can not be updated.")
    said = []
    say = lambda *words: said.append(" ".join(words))  # noqa: E731
    say.say = say
    commands.switch(place, None, say, is_on=False)
    assert said[0] == "all mappings stopped"
    assert len(said) == 1 + len(handed_events) and all("learns it with the next deployment" in line for line in said[1:])


@pytest.mark.parametrize(
    ("code", "words"),
    [("AccessDenied", "deployer-policy.json"), ("ExpiredToken", "Log in first"), ("Throttling", "run the same command again")],
)
def test_what_aws_refuses_is_told_by_its_call(place, code, words):
    place.refuses("sqs", "list_queues", code)
    with pytest.raises(ClientError) as error:
        place.client("sqs").list_queues()
    told = aws.told(error.value)
    assert f"({code}) when calling the ListQueues operation" in told and words in told


def test_a_function_with_a_role_that_lambda_does_not_know_yet_is_tried_again(place, monkeypatch, tmp_path):
    attempts = []

    def run(command, **_):
        attempts.append(command)
        early = "The role defined for the function cannot be assumed by Lambda."
        return SimpleNamespace(returncode=int(len(attempts) < 3), stdout='deploying\n{"version": "7"}\n', stderr=early)

    monkeypatch.setattr(functions.subprocess, "run", run)
    monkeypatch.setattr(functions.time, "sleep", lambda _: None)
    one = ROWS["sg-quarantine"]
    wanted, function = tool_templates.properties(place, one.parameters("curfew")), functions.Function(place, one)
    place.answers("lambda", "get_function_configuration", {"LoggingConfig": {"LogGroup": "/aws/lambda/curfew"}})
    assert functions.patiently(lambda: function.bring_binary(wanted, "0.1.0", tmp_path)) == "7"
    assert len(attempts) == 3
    # cargo-lambda would move an alias before the version was asked.
    assert "--alias" not in attempts[0]


def test_what_merely_is_in_the_environment_is_no_option():
    environment = {**os.environ, "EMAIL": "me@example.org", "FORCE": "yes", "LOGS": "delete", "KEY": "k", "FILE": "f", "ARCH": "z80"}

    def would_run(*target):
        run = subprocess.run(["make", "--dry-run", *target, "REGION=eu-central-1"], cwd=ROOT, env=environment, capture_output=True, text=True)
        return run.stdout

    environment["REGIONS"] = "us-east-1"
    assert '--regions "eu-central-1"' in would_run("status")
    assert not any(word in would_run(target) for target in ("deploy", "remove") for word in ("--EMAIL", "--KEY", "z80", "--LOGS", "--FORCE", "--FILE"))
    assert '--EMAIL "ops@example.com"' in would_run("deploy", "EMAIL=ops@example.com")
    assert '--FORCE "yes"' in would_run("remove", "FORCE=yes")


@pytest.mark.parametrize(("words", "command"), [
    (["history", "RESOURCE=arn:aws:s3:::b"], 'history --region "eu-central-1" "arn:aws:s3:::b"'),
    (["export", "SINCE=2026-11-01", "FILE=a.jsonl"], 'history --json --region "eu-central-1" --since "2026-11-01" >> "a.jsonl"'),
    (["restore", "RECORD=k@arn", "DRY_RUN=yes", "PREFIX=acme"], 'restore --region "eu-central-1" --prefix "acme" --record "k@arn" --dry-run'),
    (
        ["restore", "RESOURCE=arn", "REASON=the shop is down", "ACCOUNT=123456789012", "CLAIMED_BY=ann", "DRY_RUN=no", "FORCE=yes"],
        'restore --region "eu-central-1" --resource "arn" --reason "the shop is down" --claimed-by "ann" --account "123456789012" --force',
    ),
    # What might be meant to be a dry run is not taken for the other thing.
    (["restore", "RECORD=k@arn", "DRY_RUN=true"], None),
    (["restore", "RECORD=k@arn", "FORCE=1"], None),
    (["export", "SINCE=2026-11-01"], None),
    (["export", "FILE=records.jsonl"], None),
    (["history"], None),
])
def test_what_people_ask_of_an_account_make_hands_to_the_command(words, command):
    # Under make itself it would say where it is.
    line = ["make", "--no-print-directory", "--dry-run", *words, "REGION=eu-central-1"]
    run = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    told = " ".join(run.stdout.replace("\\\n", " ").split())
    if command is None:
        assert run.returncode == 2 and "/curfew" not in told and re.search("is yes or no|Say (where to|since when|of what)", run.stderr)
    else:
        assert run.returncode == 0 and told.endswith(f'/curfew" {command}'), told


@pytest.mark.parametrize(("words", "told"), [
    # Nothing else is said of what stays, so that it would be all.
    (("remove", "FUNCTION=sweep"), "knows no FUNCTION"), (("remove", "FUNCTON=sweep"), "knows no FUNCTON"), (("remove", "DRY_RUN=yes"), "knows no DRY_RUN"),
    (("stop", "RESOURCE=arn:aws:s3:::b"), "knows no RESOURCE"), (("remove", "LOG=delete"), "knows no LOG"),
    (("restore", "RECORD=k@arn", "DRYRUN=yes"), "knows no DRYRUN"), (("report", "SINSE=1d"), "knows no SINSE"), (("preview", "MODE=observe"), "knows no MODE"),
    (("history", "RESOURCE=arn:aws:s3:::b", "ACCOUNT=123456789012"), "knows no ACCOUNT"), (("export", "SINCE=2026-11-01", "FILE=a", "UNTIL=b"), "knows no UNTIL"),
], ids=lambda words: words if isinstance(words, str) else words[0])
def test_a_variable_that_a_command_does_not_know_is_refused_though_misspelt(words, told):
    run = subprocess.run(["make", "--no-print-directory", "--dry-run", *words, "REGION=eu-central-1"], cwd=ROOT, capture_output=True, text=True)
    said = run.stderr
    if found := re.search(r"infra/tool (.*)", run.stdout):
        said = tool.run(shlex.split(found[1]), dict(os.environ)).stderr
    else:
        assert run.returncode == 2 and "/curfew" not in run.stdout
    assert f"`make {words[0]}` {told}" in said and "Nothing was changed" in said


def test_the_tool_stays_small():
    assert sum(len(path.read_text().splitlines()) for path in tool.TOOL.glob("*.py")) <= 1_100
