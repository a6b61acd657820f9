"""What the tool behind `make deploy` does where the emulator does not go: answers of AWS, made up."""

import datetime
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import Stubber
from harness import templates
from harness.stack import ROOT

sys.path.insert(0, str(ROOT / "infra" / "tool"))

import aws  # noqa: E402
import functions  # noqa: E402
import parameters  # noqa: E402
import queues  # noqa: E402
import regions  # noqa: E402
import removal  # noqa: E402
import settings  # noqa: E402
import stacks  # noqa: E402
from trouble import Trouble  # noqa: E402

NOW = datetime.datetime.now(datetime.UTC)


class Place:
    """A Region whose clients answer what a test says, in order, and check what they are asked."""

    region, account = "eu-central-1", "123456789012"

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
    monkeypatch.setattr(stacks, "POLL_SECONDS", 0)
    monkeypatch.setattr(queues.time, "sleep", lambda _: None)
    place = Place()
    yield place
    place.all_was_asked()


def stack(status, **more):
    return {"Stacks": [{"StackName": "curfew-watch", "StackId": "id", "CreationTime": NOW, "StackStatus": status, **more}]}


NO_STACK = {"Stacks": []}


@pytest.mark.parametrize("name", parameters.STACKS)
def test_a_template_that_is_too_long_for_a_call_is_sent_without_comments(name):
    text = parameters.template(name)
    assert text == templates.text(name) and len(text.encode()) <= parameters.LONGEST
    short = parameters.template(name, longest=100)
    assert len(short) < len(text)
    assert json.loads(short) == json.loads(json.dumps(templates.load(name)))


@pytest.mark.parametrize("name", parameters.STACKS)
def test_each_parameter_of_a_template_can_be_said(name):
    said = {option.parameter for option in parameters.OPTIONS if option.stack == name}
    # `make stop` and `make start` say the one that is left.
    assert said == set(parameters.declared(name)) - {"Stopped"}


def test_dead_letters_go_back_to_the_named_queue(place):
    function = functions.named("sg-quarantine")
    url = "https://sqs/123456789012/curfew-sg-quarantine"
    arn = "arn:aws:sqs:eu-central-1:123456789012:curfew-sg-quarantine"
    place.answers("sqs", "get_queue_url", {"QueueUrl": url}, {"QueueName": "curfew-sg-quarantine"})
    place.answers("sqs", "get_queue_url", {"QueueUrl": f"{url}-dead-letters"}, {"QueueName": "curfew-sg-quarantine-dead-letters"})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": "3"}})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"QueueArn": arn}})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"QueueArn": f"{arn}-dead-letters"}})
    place.answers(
        "sqs", "start_message_move_task", {"TaskHandle": "t"}, {"SourceArn": f"{arn}-dead-letters", "DestinationArn": arn}
    )
    place.answers("sqs", "list_message_move_tasks", {"Results": []})
    place.answers("sqs", "list_message_move_tasks", {"Results": [{"Status": "RUNNING"}]})
    place.answers("sqs", "list_message_move_tasks", {"Results": [{"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 3}]})
    assert queues.redrive_one(place, function) == "3 sent back"


def test_dead_letters_that_stay_are_told(place):
    place.answers("sqs", "get_queue_url", {"QueueUrl": "https://q"})
    place.answers("sqs", "get_queue_url", {"QueueUrl": "https://d"})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": "3"}})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"QueueArn": "q"}})
    place.answers("sqs", "get_queue_attributes", {"Attributes": {"QueueArn": "d"}})
    place.answers("sqs", "start_message_move_task", {"TaskHandle": "t"})
    failed = {"Status": "FAILED", "ApproximateNumberOfMessagesMoved": 1, "FailureReason": "KMS.AccessDenied"}
    place.answers("sqs", "list_message_move_tasks", {"Results": [failed]})
    with pytest.raises(Trouble, match="Only 1 dead letters.*KMS.AccessDenied"):
        queues.redrive_one(place, functions.named("curfew-sg-quarantine"))


def test_a_change_set_without_changes_is_unchanged(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_COMPLETE"))
    place.answers("cloudformation", "create_change_set", {"Id": "c"})
    place.answers(
        "cloudformation",
        "describe_change_set",
        {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes. Submit different information."},
    )
    place.answers("cloudformation", "delete_change_set", {})
    assert stacks.Stack(place, "watch").deploy({}) == "unchanged"


def test_a_first_creation_that_failed_is_removed_and_made_anew(place):
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    place.answers("cloudformation", "delete_stack", {}, {"StackName": "id"})
    place.answers("cloudformation", "describe_stacks", stack("DELETE_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", NO_STACK)
    place.answers("cloudformation", "describe_stacks", NO_STACK)
    place.answers("cloudformation", "create_change_set", {"Id": "c"})
    place.answers("cloudformation", "describe_change_set", {"Status": "CREATE_IN_PROGRESS"})
    place.answers("cloudformation", "describe_change_set", {"Status": "CREATE_COMPLETE", "CreationTime": NOW})
    place.answers("cloudformation", "execute_change_set", {})
    place.answers("cloudformation", "describe_stacks", stack("CREATE_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE"))
    assert stacks.Stack(place, "watch").deploy({}) == "created"


def test_what_somebody_else_has_just_made_is_not_removed(place):
    """Two first deployments at once: the one sees what the other has only proposed yet."""
    place.answers("cloudformation", "describe_stacks", stack("REVIEW_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("CREATE_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE"))
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE"))
    place.answers("cloudformation", "create_change_set", {"Id": "c"})
    unchanged = {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}
    place.answers("cloudformation", "describe_change_set", unchanged)
    place.answers("cloudformation", "delete_change_set", {})
    assert stacks.Stack(place, "watch").deploy({}) == "unchanged"


KEY = "arn:aws:kms:eu-central-1:123456789012:key/mine"
OTHERS = "arn:aws:kms:eu-central-1:123456789012:key/somebody-elses"


def groups(*keys):
    names = [f"/aws/lambda/{function.name}" for function in functions.all_functions()]
    return {"logGroups": [{"logGroupName": name, "kmsKeyId": key} for name, key in zip(names, keys, strict=False)]}


def test_the_keys_that_kept_logs_need_are_found_without_the_stack_and_nobody_elses(place):
    place.answers("logs", "describe_log_groups", groups(KEY, OTHERS, KEY))
    place.answers("cloudformation", "describe_stacks", NO_STACK)
    described = {"KeyId": "k", "KeyState": "Enabled"}
    place.answers("kms", "describe_key", {"KeyMetadata": {**described, "Description": removal.KEY_DESCRIPTION}}, {"KeyId": KEY})
    place.answers("kms", "describe_key", {"KeyMetadata": {**described, "Description": "payroll"}}, {"KeyId": OTHERS})
    assert removal.kept_keys(place) == [KEY]


def test_the_description_by_which_a_key_is_known_is_the_templates():
    key = templates.load("foundation")["Resources"]["Key"]["Properties"]
    assert key["Description"] == removal.KEY_DESCRIPTION


def test_what_was_kept_is_deleted_with_its_key_on_request(place):
    place.answers("logs", "describe_log_groups", groups(KEY, KEY))
    place.client("ssm")
    for function in functions.all_functions()[:2]:
        place.answers("logs", "delete_log_group", {}, {"logGroupName": f"/aws/lambda/{function.name}"})
    place.answers("ssm", "delete_parameter", {}, {"Name": "/curfew/settings"})
    assert removal.delete_kept(place) == "deleted"
    place.answers("kms", "schedule_key_deletion", {"KeyId": KEY}, {"KeyId": KEY, "PendingWindowInDays": 30})
    assert "30 days" in removal.delete_key(place, KEY)


def holds(place, value, times=1):
    for _ in range(times):
        place.answers("ssm", "get_parameter", {"Parameter": {"Value": value}}, {"Name": "/curfew/settings"})


def test_settings_that_a_stack_has_written_over_are_put_back(place):
    """As CloudFormation may when it takes back the parameter that an earlier deployment left."""
    kept = '{"mode": "observe"}'
    holds(place, settings.DEFAULT, times=2)
    put = {"Name": "/curfew/settings", "Value": kept, "Type": "String", "Overwrite": True, "Tier": "Intelligent-Tiering"}
    place.answers("ssm", "put_parameter", {"Version": 3}, put)
    assert settings.bring(place, "", kept) == "written"


def test_settings_that_are_as_they_were_are_not_written(place):
    holds(place, '{"mode": "observe"}')
    assert settings.bring(place, "", '{"mode": "observe"}') is None
    holds(place, settings.DEFAULT)
    assert settings.bring(place, "", None) is None


def test_the_settings_that_a_deployment_begins_with_are_the_templates():
    assert templates.load("foundation")["Resources"]["Settings"]["Properties"]["Value"] == settings.DEFAULT


def test_a_defect_in_one_region_does_not_end_the_others(capsys):
    def work(region, _options):
        if region == "eu-central-1":
            raise KeyError("Outputs")
        return {"watch": "created"}

    assert regions.each(["eu-central-1", "us-east-1"], work, None) == 1
    table = capsys.readouterr().out.splitlines()[-2:]
    assert "FAILED: unexpected KeyError" in table[0] and "1 created" in table[1]


def test_what_an_earlier_deployment_left_is_taken_back_in(place):
    asked = {}
    place.answers("cloudformation", "describe_stacks", NO_STACK)
    place.answers("cloudformation", "create_change_set", {"Id": "c"})
    place.client("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.CreateChangeSet", lambda params, **_: asked.update(params)
    )
    place.answers("cloudformation", "describe_change_set", {"Status": "CREATE_COMPLETE", "CreationTime": NOW})
    place.answers("cloudformation", "execute_change_set", {})
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE"))
    stacks.Stack(place, "watch").deploy({"OldestMessageSeconds": "600"})
    assert asked["ImportExistingResources"] is True and asked["ChangeSetType"] == "CREATE"
    assert asked["Parameters"] == [{"ParameterKey": "OldestMessageSeconds", "ParameterValue": "600"}]


def test_a_failure_names_its_reasons_without_what_was_merely_cancelled(place):
    def event(resource, status, reason):
        return {
            "StackId": "id", "EventId": resource, "StackName": "curfew-watch", "Timestamp": NOW,
            "LogicalResourceId": resource, "ResourceStatus": status, "ResourceStatusReason": reason,
        }

    place.answers("cloudformation", "describe_stacks", NO_STACK)
    place.answers("cloudformation", "create_change_set", {"Id": "c"})
    place.answers("cloudformation", "describe_change_set", {"Status": "CREATE_COMPLETE", "CreationTime": NOW})
    place.answers("cloudformation", "execute_change_set", {})
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    events = [
        event("Dashboard", "CREATE_FAILED", "Resource creation cancelled"),
        event("SgQuarantineErrorsAlarm", "CREATE_FAILED", "not authorized to perform cloudwatch:PutMetricAlarm"),
    ]
    place.answers("cloudformation", "describe_stack_events", {"StackEvents": events})
    with pytest.raises(Trouble, match="SgQuarantineErrorsAlarm: not authorized to perform cloudwatch:PutMetricAlarm\n") as told:
        stacks.Stack(place, "watch").deploy({})
    assert "run the same command again" in told.value.advice


def test_a_stack_that_can_only_be_repaired_by_hand_says_how(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_ROLLBACK_FAILED"))
    with pytest.raises(Trouble) as told:
        stacks.Stack(place, "watch").deploy({})
    assert "Continue update rollback" in told.value.advice


@pytest.mark.parametrize(
    ("code", "words"),
    [("AccessDenied", "may not call ListQueues"), ("ExpiredToken", "does not take these credentials"), ("Throttling", "failed in eu-central-1")],
)
def test_what_aws_refuses_is_told_by_its_call(place, code, words):
    place.refuses("sqs", "list_queues", code)
    with pytest.raises(Trouble, match=words), aws.trouble("looking", place.region):
        place.client("sqs").list_queues()


def test_a_function_with_a_role_that_lambda_does_not_know_yet_is_tried_again(monkeypatch, tmp_path):
    attempts = []

    def run(command, **_):
        attempts.append(command)
        early = "The role defined for the function cannot be assumed by Lambda."
        return SimpleNamespace(returncode=int(len(attempts) < 3), stdout="", stderr=early)

    monkeypatch.setattr(functions.subprocess, "run", run)
    monkeypatch.setattr(functions.time, "sleep", lambda _: None)
    functions.run_cargo_lambda(Place(), functions.named("sg-quarantine"), "role", {"A": "b"}, tmp_path)
    assert len(attempts) == 3


def test_what_merely_is_in_the_environment_is_no_option():
    environment = {**os.environ, "EMAIL": "me@example.org", "FORCE": "yes", "LOGS": "delete", "KEY": "k", "FILE": "f", "ARCH": "z80"}

    def would_run(*target):
        run = subprocess.run(["make", "--dry-run", *target, "REGION=eu-central-1"], cwd=ROOT, env=environment, capture_output=True, text=True)
        return run.stdout

    environment["REGIONS"] = "us-east-1"
    assert '--regions "eu-central-1"' in would_run("status")
    assert '--email "" --key ""' in would_run("deploy") and "z80" not in would_run("deploy")
    assert '--logs "" --force ""' in would_run("remove")
    assert '--email "ops@example.com"' in would_run("deploy", "EMAIL=ops@example.com")
    assert '--force "yes"' in would_run("remove", "FORCE=yes")
