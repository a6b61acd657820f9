"""`make deploy` and what comes after it, on the emulator: whatever goes wrong, it says what to do, and can be repeated."""

import json
import shutil

import pytest
from deploying import FIRST, RESOURCES, STACKS, WHERE, another_version, done, functions, parameter, refused, stacks, values_of, versions
from harness import templates, tool, triggers
from harness.functions import FUNCTIONS, ROWS
from harness.stack import ACCOUNT, REGION


def test_one_command_deploys_a_region_and_repeating_it_changes_nothing(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    before = versions(deployment)
    assert set(before) == {f"curfew-{name}" for name in FUNCTIONS}
    for name, function in functions(deployment).items():
        row = ROWS[name.removeprefix("curfew-")]
        assert (function["MemorySize"], function["Timeout"], function["TracingConfig"]["Mode"]) == (row.memory, row.timeout, "Active")
        assert function["Runtime"] == "provided.al2023"
        assert function["LoggingConfig"]["LogGroup"] == "/aws/lambda/curfew"
        assert function["Role"] == f"arn:aws:iam::{ACCOUNT}:role/{name}-{REGION}"
        assert function["Environment"]["Variables"] == {
            "TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:curfew-alerts",
            "CURFEW_SETTINGS_PARAMETER": "/curfew/settings", "LEDGER_TABLE": "curfew-ledger", "OWN_ROLES": templates.OWN_ROLES,
            # Only where an emulator stands in for AWS.
            "AWS_ENDPOINT_URL": deployment.emulator.url,
        }
        tags = deployment.emulator.client("lambda").list_tags(Resource=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")["Tags"]
        assert tags["project"] == "curfew"

    for said in (FIRST, ()):
        run = done(deployment.deploy(*said), "unchanged", RESOURCES)
        assert f"account {ACCOUNT}" in run.stdout.splitlines()[0]
    assert versions(deployment) == before


def test_each_deployment_begins_a_sweep_once_everything_stands_also_where_curfew_is_stopped(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    assert deployment.tool("stop").returncode == 0
    run = deployment.deploy()
    said = run.stdout.splitlines()
    [begun] = [number for number, line in enumerate(said) if "begun: what is there already is looked at" in line]
    assert all(number < begun for number, line in enumerate(said) if line.endswith("unchanged"))
    sqs = deployment.emulator.client("sqs")
    found = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="curfew-sweep")["QueueUrl"], MaxNumberOfMessages=10)["Messages"]
    order = {"source": "curfew.sweep", "detail-type": "Sweep", "account": ACCOUNT, "region": REGION, "detail": {}}
    assert [json.loads(message["Body"]) for message in found] == [order, order]
    # What waits there is no loss: nothing keeps Curfew from being removed.
    run = deployment.tool("remove")
    assert run.returncode == 0, run.stdout


def test_a_new_version_replaces_the_functions_and_keeps_queues_messages_and_settings(deployment, tmp_path):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    deployment.emulator.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    settings = tmp_path / "settings.json"
    settings.write_text('{"mode": "observe"}')
    assert deployment.tool("settings", "--FILE", settings).returncode == 0
    before = versions(deployment)
    another_version(deployment)

    # The roles lose with it what observing does not need.
    run = done(deployment.deploy(), "updated", len(FUNCTIONS) + 1)
    assert f"{STACKS - 1} unchanged" in run.stdout
    assert all(int(version) > int(before[name]) for name, version in versions(deployment).items())
    assert parameter(deployment) == '{"mode": "observe"}'
    assert "curfew-sg-quarantine" in deployment.tool("status").stdout
    assert "waiting 1, dead letters 0" in deployment.tool("status").stdout


def test_events_are_handed_to_a_new_version_only_once_it_has_answered(deployment, monkeypatch):
    tool.module("functions", deployment, monkeypatch, PAUSE_SECONDS=0)
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    before = versions(deployment)
    shutil.copy2("/bin/false", deployment.lambda_dir / "s3-policy-alert" / "bootstrap")
    refused(deployment.deploy(), "of curfew-s3-policy-alert", "does not work", "what was at work before still is")
    assert versions(deployment) == before
    # It was published, and is tried again.
    refused(deployment.deploy(), "of curfew-s3-policy-alert", "does not work")
    [mapping] = deployment.emulator.client("lambda").list_event_source_mappings(
        EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:curfew-s3-policy-alert"
    )["EventSourceMappings"]
    assert mapping["FunctionArn"].endswith(":live")


def test_what_is_not_said_again_stays_and_what_is_said_changes(deployment):
    done(deployment.deploy(*FIRST, "--LOG_DAYS", "90"), "created", RESOURCES)
    topic = "arn:aws:sns:us-east-1:210987654321:security"
    run = done(deployment.deploy("--ALERT_TOPIC", topic), "updated", 1 + 2 * len(FUNCTIONS))
    assert "2 unchanged" in run.stdout
    variables = functions(deployment)["curfew-sg-quarantine"]["Environment"]["Variables"]
    assert variables["TOPIC_ARN"] == topic
    groups = deployment.emulator.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/curfew")["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {90}


def test_without_binaries_it_says_what_builds_them(deployment):
    shutil.rmtree(deployment.lambda_dir / "sg-quarantine")
    refused(deployment.deploy(*FIRST), "sg-quarantine/bootstrap", "make build")
    (deployment.lambda_dir / "sg-quarantine").mkdir()
    (deployment.lambda_dir / "sg-quarantine" / "bootstrap").write_bytes(b"no program")
    refused(deployment.deploy(*FIRST), "no program that Lambda can run")
    assert stacks(deployment) == set()


def test_a_half_failed_deployment_is_finished_by_the_next(deployment, monkeypatch):
    tool.module("functions", deployment, monkeypatch, PAUSE_SECONDS=0)
    broken = deployment.lambda_dir / "s3-policy-alert" / "bootstrap"
    whole = broken.read_bytes()
    shutil.copy2("/bin/false", broken)
    told = refused(deployment.deploy(*FIRST), "FAILED", "curfew-s3-policy-alert", "the same command again")
    # None is handed events before all have answered.
    assert told.count(" created") == 2
    assert stacks(deployment) == {"curfew-kept", "curfew-shared"}

    broken.write_bytes(whole)
    run = deployment.deploy("--EMAIL", "ops@example.com")
    done(run, "created", RESOURCES - 2)
    assert "2 unchanged" in run.stdout


def test_a_stack_that_was_only_proposed_does_not_stand_in_the_way(deployment):
    deployment.emulator.client("cloudformation").create_change_set(
        StackName="curfew-shared", ChangeSetName="abandoned", ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}',
    )
    refused(deployment.tool("check", "--MODE", "observe"), "Nobody would get the mails")
    done(deployment.deploy(*FIRST), "created", RESOURCES)


def test_several_regions_are_deployed_by_one_command_with_one_table(deployment):
    run = deployment.tool("deploy", "--lambda-dir", deployment.lambda_dir, *FIRST, region="eu-central-1 us-east-1 eu-central-1")
    done(run, "created", RESOURCES)
    table = run.stdout.rstrip().splitlines()[-2:]
    assert [line.split()[0] for line in table] == ["eu-central-1", "us-east-1"]
    assert all(f"{RESOURCES} created" in line for line in table)


def test_a_region_that_fails_does_not_keep_the_others_waiting(deployment):
    run = deployment.tool("deploy", "--lambda-dir", deployment.lambda_dir, "--EMAIL", "none", "--MODE", "observe", region="xx-nowhere-1 us-east-1")
    told = refused(run, "FAILED")
    assert f"us-east-1       {RESOURCES} created" in told


def test_reserved_concurrency_stays_as_somebody_set_it(deployment):
    client, name = deployment.emulator.client("lambda"), {"FunctionName": "curfew-sg-quarantine"}
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    client.put_function_concurrency(**name, ReservedConcurrentExecutions=1)
    another_version(deployment)
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    assert client.get_function_concurrency(**name)["ReservedConcurrentExecutions"] == 1


def test_names_may_begin_with_another_prefix_and_roles_have_a_path(deployment):
    said = ("--PREFIX", "acme-curfew", "--ROLE_PATH", "/security/")
    done(deployment.deploy(*FIRST, *said), "created", RESOURCES)
    assert stacks(deployment) == {"acme-curfew-kept", "acme-curfew-shared", "acme-curfew-config", *(f"acme-curfew-{name}" for name in FUNCTIONS)}
    assert {one["Role"].split("role")[1].split("/acme")[0] for one in functions(deployment).values()} == {"/security"}
    done(deployment.deploy("--PREFIX", "acme-curfew"), "unchanged", RESOURCES)
    done(deployment.tool("remove", "--PREFIX", "acme-curfew"), "removed", RESOURCES - 1)
    refused(deployment.tool("check", *FIRST, "--PREFIX", "Acme"), "PREFIX cannot be `Acme`")


def test_whoever_was_never_subscribed_or_was_forgotten_is_subscribed_again(deployment):
    sns = deployment.emulator.client("sns")
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    [subscription] = sns.list_subscriptions()["Subscriptions"]
    assert subscription["Endpoint"] == "ops@example.com"
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    run = done(deployment.deploy(), "unchanged", RESOURCES)
    assert [one["Endpoint"] for one in sns.list_subscriptions()["Subscriptions"]] == ["ops@example.com"]
    assert "mails: 1 subscribed" in run.stdout
    assert "1 subscribed" in deployment.tool("status").stdout


def test_another_key_is_refused_while_messages_wait_that_only_the_old_one_opens(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    deployment.emulator.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    refused(deployment.tool("check", "--KEY", "aws-managed"), "1 message waits", "with another key")
    assert deployment.tool("check", "--KEY", "customer-managed").returncode == 0


def test_another_alert_topic_does_not_keep_the_key_of_the_one_before(deployment):
    topic, key = "arn:aws:sns:us-east-1:210987654321:security", "arn:aws:kms:us-east-1:210987654321:key/abc"
    done(deployment.deploy(*FIRST, "--ALERT_TOPIC", topic, "--ALERT_KEY", key), "created", RESOURCES)
    deployment.deploy("--ALERT_TOPIC", "none")
    values = values_of(deployment, "shared")
    assert (values["AlertTopicArn"], values["AlertKeyArn"]) == ("", "")


@pytest.mark.parametrize("command", [("status",), ("check", *FIRST)], ids=lambda command: command[0])
def test_it_is_said_which_calls_no_trail_hands_over(deployment, command):
    def told():
        run = deployment.tool(*command)
        assert run.returncode == 0, run.stdout
        return {what for what in ("management events", "data events of S3") if f"no trail logs {what} in {REGION}" in run.stdout}

    trails = deployment.emulator.client("cloudtrail")
    assert told() == {"management events"}
    trails.create_trail(Name="management", S3BucketName="config-history")
    assert told() == {"management events"}
    trails.start_logging(Name="management")
    assert told() == {"data events of S3"}
    data = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
    trails.put_event_selectors(TrailName="management", EventSelectors=[{"IncludeManagementEvents": True, "DataResources": [data]}])
    assert told() == set()


def test_the_tool_knows_every_function(deployment):
    status = deployment.tool("status").stdout
    assert all(f"curfew-{name} " in status for name in FUNCTIONS)


# Called only where the emulator has what it has not: rules, trails, a stack that fails, dead letters.
NOT_CALLED_HERE = {
    "cloudformation:DescribeStackEvents", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "config:DescribeConfigRuleEvaluationStatus",
    "sqs:StartMessageMoveTask",
}


def test_the_deployers_policy_allows_what_the_tool_calls(deployment, tmp_path):
    tool.CALLED.clear()
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "observe"}')
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    for words in (("check",), ("status",), ("stop",), ("start",), ("test-alert",), ("redrive",), ("settings", "--FILE", file)):
        run = deployment.tool(*words)
        assert run.returncode == 0, run.stdout
    another_version(deployment)
    assert deployment.deploy().returncode == 0
    assert deployment.tool("rollback").returncode == 0
    assert deployment.tool("remove", "--LOGS", "delete", *WHERE).returncode == 0

    statements = json.loads((templates.INFRA / "deployer-policy.json").read_text())["Statement"]
    allowed = {one["Sid"]: {one["Action"]} if isinstance(one["Action"], str) else set(one["Action"]) for one in statements}
    assert tool.CALLED | NOT_CALLED_HERE <= set().union(*allowed.values())
    # Looking around is the tool's own, but for AWS Config's channel, which CloudFormation looks for.
    assert allowed["LookAround"] - {"config:DescribeDeliveryChannels"} <= tool.CALLED | NOT_CALLED_HERE
