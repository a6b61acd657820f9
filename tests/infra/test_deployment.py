"""`make deploy` and what comes after it, on the emulator: whatever goes wrong, it says what to do, and can be repeated."""

import json
import shutil
import urllib.request

import pytest
from harness import tool, triggers
from harness.deployed import Deployment, as_process
from harness.functions import FUNCTIONS
from harness.stack import REGION, Emulator, stop

EMAIL = ("--email", "ops@example.com")
RESOURCES = 3 + len(FUNCTIONS)


@pytest.fixture
def lambda_dir(tmp_path):
    """Any small binary will do for what is never run."""
    for name in FUNCTIONS:
        place = tmp_path / "lambda" / name / "bootstrap"
        place.parent.mkdir(parents=True)
        shutil.copy2("/bin/true", place)
    return tmp_path / "lambda"


@pytest.fixture(scope="module")
def own_emulator():
    """Beside the other tests' emulator, since each test here starts with an empty account."""
    emulator = Emulator()
    yield emulator
    stop(emulator.process)


@pytest.fixture
def deployment(own_emulator, lambda_dir):
    """An account in which nothing is deployed yet."""
    urllib.request.urlopen(urllib.request.Request(f"{own_emulator.url}/moto-api/reset", method="POST")).close()
    return Deployment(own_emulator, lambda_dir, tool.run)


def done(run, how, number):
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{number} {how}" in run.stdout, run.stdout
    return run


def refused(run, *words):
    """A command that failed in words, and says what to do."""
    told = run.stdout + run.stderr
    assert run.returncode == 1, told
    assert "Traceback" not in told, told
    for word in (*words, "->"):
        assert word in told, told
    return told


def stacks(deployment):
    found = deployment.emulator.client("cloudformation").describe_stacks()["Stacks"]
    return {one["StackName"] for one in found}


def functions(deployment):
    client = deployment.emulator.client("lambda")
    return {one["FunctionName"]: one for one in client.list_functions()["Functions"]}


def values_of(deployment, stack):
    [stack] = deployment.emulator.client("cloudformation").describe_stacks(StackName=f"curfew-{stack}")["Stacks"]
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}


def parameter(deployment):
    return deployment.emulator.client("ssm").get_parameter(Name="/curfew/settings")["Parameter"]["Value"]


def test_one_command_deploys_a_region_and_repeating_it_changes_nothing(deployment):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    before = functions(deployment)
    assert set(before) == {f"curfew-{name}" for name in FUNCTIONS}
    for name, function in before.items():
        assert (function["MemorySize"], function["Timeout"], function["TracingConfig"]["Mode"]) == (256, 60, "Active")
        assert function["Runtime"] == "provided.al2023"
        assert function["Environment"]["Variables"] == {
            "TOPIC_ARN": f"arn:aws:sns:{REGION}:123456789012:curfew-alerts",
            "CURFEW_SETTINGS_PARAMETER": "/curfew/settings",
        }
        tags = deployment.emulator.client("lambda").list_tags(Resource=function["FunctionArn"])["Tags"]
        assert tags["project"] == "curfew"
    roles = {function["Role"] for function in before.values()}
    assert len(roles) == len(FUNCTIONS)

    done(deployment.deploy(*EMAIL), "unchanged", RESOURCES)
    done(deployment.deploy(), "unchanged", RESOURCES)
    assert functions(deployment) == before


def test_a_new_version_replaces_the_functions_and_keeps_queues_messages_and_settings(deployment, tmp_path):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    deployment.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    settings = tmp_path / "settings.json"
    settings.write_text('{"mode": "observe"}')
    assert deployment.tool("settings", "--file", settings).returncode == 0
    for name in FUNCTIONS:
        shutil.copy2("/bin/false", deployment.lambda_dir / name / "bootstrap")

    run = done(deployment.deploy(), "updated", len(FUNCTIONS))
    assert f"{3} unchanged" in run.stdout
    assert parameter(deployment) == '{"mode": "observe"}'
    assert "curfew-sg-quarantine" in deployment.tool("status").stdout
    assert "waiting 1, dead letters 0" in deployment.tool("status").stdout


def test_what_is_not_said_again_stays_and_what_is_said_changes(deployment):
    done(deployment.deploy(*EMAIL, "--log-days", "90"), "created", RESOURCES)
    topic = "arn:aws:sns:us-east-1:210987654321:security"
    run = done(deployment.deploy("--alert-topic", topic), "updated", 1 + len(FUNCTIONS))
    assert "2 unchanged" in run.stdout
    variables = functions(deployment)["curfew-sg-quarantine"]["Environment"]["Variables"]
    assert variables["TOPIC_ARN"] == topic
    groups = deployment.emulator.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/curfew-")["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {90}


@pytest.mark.parametrize(
    ("option", "value", "variable"),
    [
        ("--email", "ops.example.com", "EMAIL"),
        ("--email", "ops@example.com,dev@example.com", "EMAIL"),
        ("--email", "ops@example.com; rm -rf /", "EMAIL"),
        ("--key", "mine", "KEY"),
        ("--log-days", "12", "LOG_DAYS"),
        ("--log-days", "a year", "LOG_DAYS"),
        ("--alert-topic", "curfew-alerts", "ALERT_TOPIC"),
        ("--config-rules", "maybe", "CONFIG_RULES"),
        ("--tcp-ports", "80;443", "TCP_PORTS"),
        ("--maximum-concurrency", "1", "MAXIMUM_CONCURRENCY"),
        ("--concurrency", "sg-quarantine=0", "CONCURRENCY"),
        ("--concurrency", "sg=1", "CONCURRENCY"),
    ],
)
def test_a_value_that_cannot_be_right_is_named_and_nothing_is_changed(deployment, option, value, variable):
    told = refused(deployment.tool("check", *EMAIL, option, value), variable)
    assert value.split("=")[0] in told
    assert stacks(deployment) == set()


def test_a_first_deployment_has_to_say_who_gets_the_mails(deployment):
    refused(deployment.tool("check"), "Nobody would get the mails", "EMAIL=ops@example.com")
    refused(deployment.tool("check", "--alert-topic", "arn:aws:sns:us-east-1:210987654321:security"), "Nobody would get the mails")
    assert deployment.tool("check", "--email", "none").returncode == 0
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    assert deployment.tool("check").returncode == 0


@pytest.mark.parametrize("region", ["", "frankfurt", "eu-central", "EU-CENTRAL-1", "eu-central-1;ls"])
def test_a_region_that_cannot_be_right_is_named(deployment, region):
    refused(deployment.tool("check", *EMAIL, region=region), "REGION" if region else "No Region is named")


def test_without_credentials_it_says_how_to_log_in(deployment):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        del deployment.environment[name]
    deployment.environment |= {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    refused(deployment.tool("check", *EMAIL), "There are no AWS credentials", "aws sso login")
    deployment.environment["AWS_PROFILE"] = "nobody"
    refused(deployment.tool("check", *EMAIL), "nobody", "aws sso login")


def test_when_aws_cannot_be_reached_it_says_so(deployment):
    # As make runs it: what it says is on standard error, and its status is not 0.
    deployment.run = as_process
    deployment.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
    deployment.environment["AWS_MAX_ATTEMPTS"] = "1"
    refused(deployment.tool("check", *EMAIL), "cannot be reached in eu-central-1")


def test_without_a_recorder_of_aws_config_it_says_what_the_choices_are(deployment):
    config = deployment.emulator.client("config")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    refused(deployment.tool("check", *EMAIL), "recorder `default` in eu-central-1 is stopped")
    config.delete_configuration_recorder(ConfigurationRecorderName="default")
    refused(deployment.tool("check", *EMAIL), "records nothing in eu-central-1", "RECORDER=yes", "CONFIG_RULES=no")
    assert deployment.tool("check", *EMAIL, "--config-rules", "no").returncode == 0
    assert deployment.tool("check", *EMAIL, "--recorder", "yes").returncode == 0


def test_a_recorder_that_does_not_record_what_rules_are_about_is_named(deployment):
    deployment.record(allSupported=False, resourceTypes=["AWS::S3::Bucket"])
    refused(deployment.tool("check", *EMAIL), "does not record AWS::EC2::SecurityGroup")


def test_a_second_recorder_is_refused_before_anything_is_built(deployment):
    refused(deployment.tool("check", *EMAIL, "--recorder", "yes"), "has a recorder of AWS Config already")


def test_without_binaries_it_says_what_builds_them(deployment):
    shutil.rmtree(deployment.lambda_dir / "sg-quarantine")
    refused(deployment.deploy(*EMAIL), "sg-quarantine/bootstrap", "make build")
    assert stacks(deployment) == set()


def test_a_half_failed_deployment_is_finished_by_the_next(deployment):
    broken = deployment.lambda_dir / "s3-policy-alert" / "bootstrap"
    whole = broken.read_bytes()
    broken.write_bytes(b"no program")
    told = refused(deployment.deploy(*EMAIL), "FAILED", "curfew-s3-policy-alert", "the same command again")
    assert "created" in told
    assert "curfew-triggers" not in stacks(deployment)

    broken.write_bytes(whole)
    run = deployment.deploy(*EMAIL)
    done(run, "unchanged", 2)
    assert f"{RESOURCES - 2} created" in run.stdout


def test_a_stack_that_was_only_proposed_does_not_stand_in_the_way(deployment):
    deployment.emulator.client("cloudformation").create_change_set(
        StackName="curfew-foundation", ChangeSetName="abandoned", ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
    )
    refused(deployment.tool("check"), "Nobody would get the mails")
    done(deployment.deploy(*EMAIL), "created", RESOURCES)


def test_several_regions_are_deployed_by_one_command_with_one_table(deployment):
    run = deployment.tool("deploy", "--lambda-dir", deployment.lambda_dir, *EMAIL, region="eu-central-1 us-east-1 eu-central-1")
    done(run, "created", RESOURCES)
    table = run.stdout.rstrip().splitlines()[-2:]
    assert [line.split()[0] for line in table] == ["eu-central-1", "us-east-1"]
    assert all("6 created" in line for line in table)


def test_a_region_that_fails_does_not_keep_the_others_waiting(deployment):
    run = deployment.tool("deploy", "--lambda-dir", deployment.lambda_dir, "--email", "none", region="xx-nowhere-1 us-east-1")
    told = refused(run, "FAILED")
    assert "us-east-1       6 created" in told


def test_reserved_concurrency_is_set_by_function_and_taken_away_again(deployment):
    client = deployment.emulator.client("lambda")
    number = lambda: client.get_function_concurrency(FunctionName="curfew-sg-quarantine").get("ReservedConcurrentExecutions")  # noqa: E731
    done(deployment.deploy(*EMAIL, "--concurrency", "sg-quarantine=1"), "created", RESOURCES)
    assert number() == 1
    done(deployment.deploy(), "unchanged", RESOURCES)
    assert number() == 1
    done(deployment.deploy("--concurrency", "sg-quarantine=none"), "unchanged", RESOURCES)
    assert number() is None


def test_settings_are_checked_before_they_are_written(deployment, tmp_path):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    file = tmp_path / "settings.json"
    for text, named in [('{"mode": "off"}', "`mode`"), ('{"version": 9}', "`version`"), ("{", "EOF"), ('{"sg": []}', "`sg`")]:
        file.write_text(text)
        refused(deployment.tool("settings", "--file", file), named, "Nothing was changed")
    refused(deployment.tool("settings", "--file", tmp_path / "none.json"), "none.json")
    refused(deployment.tool("settings"), "FILE=settings.json")
    assert parameter(deployment) == '{"version":1}'

    file.write_text('{"mode": "observe"}\n')
    told = done(deployment.tool("settings", "--file", file), "written", 1).stdout
    assert """settings as they were: {"version":1}""" in told
    assert parameter(deployment) == '{"mode": "observe"}\n'
    done(deployment.tool("settings", "--file", file), "unchanged", 1)

    file.write_text('\ufeff{"mode": "enforce"}', encoding="utf-8")
    done(deployment.tool("settings", "--file", file), "written", 1)
    assert parameter(deployment) == '{"mode": "enforce"}'
    file.write_text("{}", encoding="utf-16")
    refused(deployment.tool("settings", "--file", file), "Save it as UTF-8")


def test_settings_reach_every_region_that_can_be_reached(deployment, tmp_path):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "observe"}')
    refused(deployment.tool("settings", "--file", file, region="us-west-2 eu-central-1"), "Curfew is not in us-west-2", "make deploy")
    assert parameter(deployment) == '{"mode": "observe"}'


def test_settings_that_somebody_deleted_are_written_anew(deployment, tmp_path):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    ssm = deployment.emulator.client("ssm")
    ssm.delete_parameter(Name="/curfew/settings")
    done(deployment.deploy(), "unchanged", RESOURCES)
    assert parameter(deployment) == '{"version":1}'
    ssm.delete_parameter(Name="/curfew/settings")
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "observe"}')
    done(deployment.tool("settings", "--file", file), "written", 1)


def test_without_cargo_it_says_what_is_missing(deployment, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text("{}")
    deployment.environment["PATH"] = "/nonexistent"
    refused(deployment.tool("settings", "--file", file), "cargo, which checks the settings, cannot be started")


def test_a_deployment_can_bring_its_settings_so_that_functions_only_observe_from_the_first_event_on(deployment, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "watch"}')
    refused(deployment.tool("check", *EMAIL, "--file", file), "`mode`", "Nothing was changed")
    file.write_text('{"mode": "observe"}')
    told = done(deployment.deploy(*EMAIL, "--file", file), "created", RESOURCES).stdout
    assert parameter(deployment) == '{"mode": "observe"}'
    assert told.index("settings") < told.index("curfew-s3-acl-private")


def mapping_states(deployment):
    found = deployment.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return [one["State"] for one in found]


def test_stop_lets_events_wait_and_start_goes_on(deployment):
    refused(deployment.tool("stop"), "There is no stack curfew-triggers", "make deploy")
    done(deployment.deploy(*EMAIL, "--tcp-ports", "80,8443"), "created", RESOURCES)
    done(deployment.tool("stop"), "updated", 1)
    assert mapping_states(deployment) == ["Disabled"] * len(FUNCTIONS)
    deployment.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    told = deployment.tool("status").stdout
    assert "STOPPED" in told and "waiting 1" in told
    # A deployment leaves it as it is.
    done(deployment.deploy(), "unchanged", RESOURCES)
    assert values_of(deployment, "triggers")["Stopped"] == "yes"
    done(deployment.tool("start"), "updated", 1)
    # The emulator changes nothing but the value.
    assert values_of(deployment, "triggers")["Stopped"] == "no"
    assert values_of(deployment, "triggers")["AuthorizedTcpPorts"] == "80,8443"
    assert "STOPPED" not in deployment.tool("status").stdout


def test_whoever_was_never_subscribed_or_was_forgotten_is_subscribed_again(deployment):
    sns = deployment.emulator.client("sns")
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    [subscription] = sns.list_subscriptions()["Subscriptions"]
    assert subscription["Endpoint"] == "ops@example.com"
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    run = done(deployment.deploy(), "unchanged", RESOURCES)
    assert [one["Endpoint"] for one in sns.list_subscriptions()["Subscriptions"]] == ["ops@example.com"]
    assert "mails: 1 subscribed" in run.stdout
    assert "1 subscribed" in deployment.tool("status").stdout


def test_another_key_is_refused_while_messages_wait_that_only_the_old_one_opens(deployment):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    deployment.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    refused(deployment.tool("check", "--key", "aws-managed"), "1 messages wait", "with another key")
    assert deployment.tool("check", "--key", "customer-managed").returncode == 0


def test_another_alert_topic_does_not_keep_the_key_of_the_one_before(deployment):
    topic, key = "arn:aws:sns:us-east-1:210987654321:security", "arn:aws:kms:us-east-1:210987654321:key/abc"
    done(deployment.deploy(*EMAIL, "--alert-topic", topic, "--alert-key", key), "created", RESOURCES)
    deployment.deploy("--alert-topic", "none")
    values = values_of(deployment, "foundation")
    assert (values["AlertTopicArn"], values["AlertKeyArn"]) == ("", "")


def test_remove_undoes_it_all_and_may_be_repeated(deployment):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    run = done(deployment.tool("remove"), "removed", RESOURCES)
    assert "1 kept" in run.stdout and "kept, the logs need it" in run.stdout
    assert stacks(deployment) == set() and functions(deployment) == {}
    assert deployment.emulator.client("sqs").list_queues().get("QueueUrls", []) == []
    done(deployment.tool("remove"), "not there", RESOURCES)
    done(deployment.deploy(*EMAIL), "created", RESOURCES)


def test_remove_loses_no_message_unless_told_to(deployment):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    deployment.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    refused(deployment.tool("remove"), "1 messages wait", "FORCE=yes", "make redrive REGION=eu-central-1 FUNCTION=sg-quarantine")
    assert len(stacks(deployment)) == 3
    done(deployment.tool("remove", "--force", "yes"), "removed", RESOURCES)


def test_a_word_that_logs_do_not_know_removes_nothing(deployment):
    done(deployment.deploy(*EMAIL), "created", RESOURCES)
    refused(deployment.tool("remove", "--logs", "yes"), "LOGS")
    assert len(stacks(deployment)) == 3


def test_the_tool_knows_every_function(deployment):
    status = deployment.tool("status").stdout
    assert all(f"curfew-{name} " in status for name in FUNCTIONS)
