"""What the tool behind `make deploy` does where the emulator does not go: answers of AWS, made up."""

import datetime
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from harness import templates, tool
from harness.stack import ROOT

sys.path.insert(0, str(ROOT / "infra" / "tool"))

import aws  # noqa: E402
import checks  # noqa: E402
import commands  # noqa: E402
import functions  # noqa: E402
import settings  # noqa: E402
import stacks  # noqa: E402
import templates as tool_templates  # noqa: E402
from aws import Trouble  # noqa: E402

ROWS = tool_templates.ROWS
NOW = datetime.datetime.now(datetime.UTC)


class Place:
    """A Region whose clients answer what a test says, in order, and check what they are asked."""

    region, account, prefix, partition = "eu-central-1", "123456789012", "curfew", "aws"

    def __init__(self):
        self.stubs = {}

    def client(self, service):
        if service not in self.stubs:
            client = boto3.client(service, self.region, aws_access_key_id="x", aws_secret_access_key="y")
            stub = Stubber(client)
            stub.activate()
            self.stubs[service] = (client, stub)
        return self.stubs[service][0]

    def answers(self, service, operation, answer, expected=None):
        self.client(service)
        self.stubs[service][1].add_response(operation, answer, expected)

    def refuses(self, service, operation, code, message="no"):
        self.client(service)
        self.stubs[service][1].add_client_error(operation, code, message)

    def all_was_asked(self):
        for _, stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def place(monkeypatch):
    monkeypatch.setattr(stacks, "PAUSE_SECONDS", 0)
    place = Place()
    yield place
    place.all_was_asked()


def stack(status, **more):
    return {"Stacks": [{"StackName": "curfew-config", "StackId": "id", "CreationTime": NOW, "StackStatus": status, **more}]}


def gone(place):
    place.refuses("cloudformation", "describe_stacks", "ValidationError", "Stack with id curfew-config does not exist")


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
    for name, order in settings.MORE.items():
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


def test_a_stack_without_changes_is_unchanged(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_COMPLETE"))
    place.refuses("cloudformation", "update_stack", "ValidationError", "No updates are to be performed.")
    assert stacks.Stack(place, "config").deploy({}) == "unchanged"


def test_a_first_creation_that_failed_is_removed_and_made_anew(place):
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    place.answers("cloudformation", "delete_stack", {})
    place.answers("cloudformation", "describe_stacks", stack("DELETE_IN_PROGRESS"))
    gone(place)
    place.answers("cloudformation", "create_stack", {"StackId": "new"})
    place.answers("cloudformation", "describe_stacks", stack("CREATE_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE"))
    assert stacks.Stack(place, "config").deploy({}) == "created"


def test_what_somebody_else_is_at_is_waited_for(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_ROLLBACK_COMPLETE"))
    place.refuses("cloudformation", "update_stack", "ValidationError", "No updates are to be performed.")
    assert stacks.Stack(place, "config").deploy({}) == "unchanged"


def test_a_first_creation_that_is_being_rolled_back_is_waited_for(place):
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    assert stacks.Stack(place, "config").settled()["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_value_that_is_not_said_stays_and_what_is_new_in_a_template_gets_its_default(place):
    before = [{"ParameterKey": "CreateRecorder", "ParameterValue": "yes"}, {"ParameterKey": "GoneSince", "ParameterValue": "x"}]
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE", Parameters=before))
    asked = {}
    place.client("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.UpdateStack", lambda params, **_: asked.update(params)
    )
    place.refuses("cloudformation", "update_stack", "ValidationError", "No updates are to be performed.")
    stacks.Stack(place, "config").deploy({"AuthorizedTcpPorts": "22"})
    values = {one["ParameterKey"]: one["ParameterValue"] for one in asked["Parameters"]}
    assert values == {
        "AuthorizedTcpPorts": "22", "CreateRecorder": "yes", "CreateConfigRules": "yes", "CurfewRules": "no", "Reevaluate": "no", "NamePrefix": "curfew", "RolePath": "/",
        "PermissionsBoundary": "",
    }


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


def test_a_failure_names_its_reasons_without_what_was_merely_cancelled_or_is_of_an_earlier_attempt(place, monkeypatch):
    tokens = []
    place.client("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.CreateStack", lambda params, **_: tokens.append(params["ClientRequestToken"])
    )

    def event(resource, reason, **more):
        return {
            "StackId": "id", "EventId": resource, "StackName": "curfew-config", "Timestamp": NOW, "LogicalResourceId": resource,
            "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": reason, **more,
        }

    gone(place)
    place.answers("cloudformation", "create_stack", {"StackId": "id"})
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    # The newest first.
    events = [
        event("Recorder", "Resource creation cancelled"),
        event("BucketPublicReadRule", "not authorized to perform config:PutConfigRule"),
        event("DeliveryChannel", "no such bucket"),
        event("curfew-config", "User Initiated", ResourceStatus="CREATE_IN_PROGRESS"),
        event("RecorderRole", "of the attempt before", ClientRequestToken="curfew-before"),
    ]
    monkeypatch.setattr(stacks.uuid, "uuid4", lambda: "now")
    events = [{"ClientRequestToken": "curfew-now", **one} for one in events]
    place.answers("cloudformation", "describe_stack_events", {"StackEvents": events})
    told = "ROLLBACK_COMPLETE: DeliveryChannel: no such bucket; BucketPublicReadRule: not authorized to perform config:PutConfigRule\n"
    with pytest.raises(Trouble, match=told + "  -> .*run the same command again"):
        stacks.Stack(place, "config").deploy({})
    assert tokens == ["curfew-now"]


def test_a_stack_that_can_only_be_repaired_by_hand_says_how(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_ROLLBACK_FAILED"))
    with pytest.raises(Trouble, match="Continue update rollback"):
        stacks.Stack(place, "config").deploy({})


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


def recorders(place, recording=True, **more):
    one = {"name": "default", "roleARN": "r", "recordingGroup": {"allSupported": True}, **more}
    place.answers("config", "describe_configuration_recorders", {"ConfigurationRecorders": [one]})
    if "recordingScope" not in more:
        status = [{"name": "default", "recording": recording}]
        place.answers("config", "describe_configuration_recorder_status", {"ConfigurationRecordersStatus": status})
    return [what for _, what in checks.recorder(place)]


def test_what_is_wrong_with_a_recorder_is_said(place):
    assert recorders(place) == []
    assert "is stopped" in recorders(place, recording=False)[0]
    [told] = recorders(place, recordingGroup={"resourceTypes": ["AWS::IAM::Role"]})
    assert "does not record AWS::EC2::SecurityGroup, AWS::S3::Bucket" in told
    [told] = recorders(place, recordingMode={"recordingFrequency": "DAILY"})
    assert "AWS::EC2::SecurityGroup, AWS::S3::Bucket once a day" in told
    override = {"resourceTypes": ["AWS::S3::Bucket"], "recordingFrequency": "CONTINUOUS"}
    [told] = recorders(place, recordingMode={"recordingFrequency": "DAILY", "recordingModeOverrides": [override]})
    assert "AWS::EC2::SecurityGroup once a day" in told
    # One that a service has for itself is none.
    assert "records nothing" in recorders(place, recordingScope="INTERNAL", servicePrincipal="securityhub.amazonaws.com")[0]


def test_rules_of_others_have_to_be_about_each_type_and_to_tell_what_they_see(place):
    def rule(kind, visibility="EXTERNAL"):
        return {"ConfigRuleName": "r", "Source": {"Owner": "AWS", "SourceIdentifier": "X"}, "Scope": {"ComplianceResourceTypes": [kind]}, "RuleEvaluationVisibility": visibility}

    place.answers("config", "describe_config_rules", {"ConfigRules": [rule("AWS::S3::Bucket"), rule("AWS::EC2::SecurityGroup", "INTERNAL")]})
    [(_, told)] = checks.rules(place, "no")
    assert "about AWS::EC2::SecurityGroup" in told and "will ever fire" in told
    place.answers("config", "describe_config_rules", {"ConfigRules": [rule("AWS::S3::Bucket"), rule("AWS::EC2::SecurityGroup")]})
    assert checks.rules(place, "no") == []
    assert checks.rules(place, "yes") == []


MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
OBJECTS = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]


def selectors(kind, *found):
    return {kind: list(found)}


@pytest.mark.parametrize(("found", "silent"), [
    # As every trail begins.
    ({}, "data events of S3"),
    (selectors("EventSelectors", {"ReadWriteType": "All"}), "data events of S3"),
    (selectors("EventSelectors", {"ReadWriteType": "ReadOnly"}), "management events"),
    (selectors("EventSelectors", {"IncludeManagementEvents": False, "DataResources": [{"Type": "AWS::S3::Object"}]}), "management events"),
    (selectors("EventSelectors", {"ReadWriteType": "WriteOnly", "DataResources": [{"Type": "AWS::S3::Object"}]}), None),
    (selectors("AdvancedEventSelectors", {"FieldSelectors": [MANAGEMENT]}), "data events of S3"),
    (selectors("AdvancedEventSelectors", {"FieldSelectors": [MANAGEMENT, {"Field": "readOnly", "Equals": ["true"]}]}), "management events"),
    (selectors("AdvancedEventSelectors", {"FieldSelectors": [MANAGEMENT]}, {"FieldSelectors": OBJECTS}), None),
    # What a member of an organization may not read is not complained of.
    (None, None),
])
def test_a_trail_counts_by_what_it_selects(place, found, silent):
    arn = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/t"
    place.answers("cloudtrail", "describe_trails", {"trailList": [{"TrailARN": arn}, {"TrailARN": f"{arn}2"}]}, {"includeShadowTrails": True})
    place.answers("cloudtrail", "get_trail_status", {"IsLogging": True}, {"Name": arn})
    if found is None:
        place.refuses("cloudtrail", "get_event_selectors", "AccessDeniedException")
    else:
        place.answers("cloudtrail", "get_event_selectors", found, {"TrailName": arn})
    place.answers("cloudtrail", "get_trail_status", {"IsLogging": False}, {"Name": f"{arn}2"})
    told = checks.trails(place)
    assert [f"no trail logs {silent} in eu-central-1" in one for one in told] == ([True] if silent else [])


def test_status_says_of_each_rule_of_curfews_own_how_its_last_evaluation_went(place):
    names = ("curfew-s3-bucket-public-read-prohibited", "securityhub-restricted-ssh-1a2b3c", "curfew-new", "curfew-denied")
    rules = [{"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": "X"}} for name in names]
    place.answers("config", "describe_config_rules", {"ConfigRules": rules})
    answer = [
        {"ConfigRuleName": names[0], "LastSuccessfulEvaluationTime": NOW},
        {"ConfigRuleName": names[2]},
        {"ConfigRuleName": names[3], "LastErrorMessage": "Config may not read buckets", "LastSuccessfulEvaluationTime": NOW},
    ]
    own = {"ConfigRuleNames": [names[0], names[2], names[3]]}
    place.answers("config", "describe_config_rule_evaluation_status", {"ConfigRulesEvaluationStatus": answer}, own)
    assert dict(commands.evaluations(place)) == {
        names[0]: f"evaluated {NOW}", names[2]: "evaluated never", names[3]: "Config may not read buckets",
    }


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
])
def test_what_people_ask_of_an_account_make_hands_to_the_command(words, command):
    # Under make itself it would say where it is.
    line = ["make", "--no-print-directory", "--dry-run", *words, "REGION=eu-central-1"]
    run = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    told = " ".join(run.stdout.replace("\\\n", " ").split())
    if command is None:
        assert run.returncode == 2 and "/curfew" not in told and ("is yes or no" in run.stderr or "Say where to" in run.stderr)
    else:
        assert run.returncode == 0 and told.endswith(f'/curfew" {command}'), told


def test_each_option_of_the_tool_is_a_variable_of_make():
    text = (ROOT / "Makefile").read_text()
    said = re.search(r"^SAID = ((?:.*\\\n)*.*)$", text, re.MULTILINE)[1].replace("\\", "").split()
    takes = set().union(*(words for _, words in tool.main().__globals__["COMMANDS"].values()))
    assert sorted(said) == sorted(takes | {"PREFIX", "ACCOUNT"})


def test_the_tool_stays_small():
    assert sum(len(path.read_text().splitlines()) for path in tool.TOOL.glob("*.py")) <= 1_100
