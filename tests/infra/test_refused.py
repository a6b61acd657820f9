"""What cannot be right is named before anything is changed: values, variables, Regions, credentials, AWS Config's recorder."""

import pytest
from deploying import FIRST, RESOURCES, STACKS, WHERE, done, mapping_states, refused, stacks
from harness.deployed import as_process
from harness.functions import QUEUED
from harness.stack import ACCOUNT


@pytest.mark.parametrize(
    ("option", "value", "variable"),
    [
        ("--EMAIL", "ops.example.com", "EMAIL"),
        ("--EMAIL", "ops@example.com,dev@example.com", "EMAIL"),
        ("--EMAIL", "ops@example.com; rm -rf /", "EMAIL"),
        ("--KEY", "mine", "KEY"),
        ("--LOG_DAYS", "12", "LOG_DAYS"),
        ("--LOG_DAYS", "a year", "LOG_DAYS"),
        ("--ALERT_TOPIC", "curfew-alerts", "ALERT_TOPIC"),
        ("--CONFIG_RULES", "maybe", "CONFIG_RULES"),
        ("--TCP_PORTS", "80;443", "TCP_PORTS"),
        ("--MAXIMUM_CONCURRENCY", "1", "MAXIMUM_CONCURRENCY"),
    ],
)
def test_a_value_that_cannot_be_right_is_named_and_nothing_is_changed(deployment, option, value, variable):
    told = refused(deployment.tool("check", *FIRST, option, value), variable)
    assert value in told
    assert stacks(deployment) == set()


@pytest.mark.parametrize("words", [
    ("remove", "--FUNCTION", "sweep"), ("stop", "--FUNCTION", "sweep"), ("start", "--MODE", "observe"), ("settings", "--MODE", "observe"),
    ("deploy", "--LOGS", "delete"), ("rollback", "--PACKAGE", "1.4.0"),
], ids=lambda words: words[0])
def test_what_a_command_does_not_know_is_refused_and_nothing_is_changed(deployment, words):
    done(deployment.deploy("--EMAIL", "none", "--MODE", "enforce"), "created", RESOURCES)
    refused(deployment.tool(*words), f"`make {words[0]}` knows no {words[1][2:]}.", "Nothing was changed")
    assert len(stacks(deployment)) == STACKS and mapping_states(deployment) == ["Enabled"] * len(QUEUED)


def test_a_function_that_is_not_there_or_has_no_queue_is_named(deployment):
    refused(deployment.tool("rollback", "--FUNCTION", "sg"), "FUNCTION", "'sg'", "sg-quarantine")
    refused(deployment.tool("redrive", "--FUNCTION", "restore"), "restore has no queue", "Nothing was changed")


def test_a_first_deployment_has_to_say_who_gets_the_mails(deployment):
    mode = ("--MODE", "observe")
    refused(deployment.tool("check", *mode), "Nobody would get the mails", "EMAIL=ops@example.com")
    refused(deployment.tool("check", *mode, "--ALERT_TOPIC", "arn:aws:sns:us-east-1:210987654321:security"), "Nobody would get the mails")
    assert deployment.tool("check", *mode, "--EMAIL", "none").returncode == 0
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    assert deployment.tool("check").returncode == 0


@pytest.mark.parametrize("region", ["", "frankfurt", "eu-central", "EU-CENTRAL-1", "eu-central-1;ls"])
def test_a_region_that_cannot_be_right_is_named(deployment, region):
    refused(deployment.tool("check", *FIRST, region=region), f"'{region}'" if region else "No Region is named", "as in")


def test_without_credentials_it_says_how_to_log_in(deployment):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        del deployment.environment[name]
    deployment.environment |= {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    refused(deployment.tool("check", *FIRST), "Unable to locate credentials", "aws sso login")
    deployment.environment["AWS_PROFILE"] = "nobody"
    refused(deployment.tool("check", *FIRST), "nobody", "aws sso login")


def test_when_aws_cannot_be_reached_it_says_so(deployment):
    # As make runs it: what it says is on standard error, and its status is not 0.
    deployment.run = as_process
    deployment.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
    deployment.environment["AWS_MAX_ATTEMPTS"] = "1"
    refused(deployment.tool("check", *FIRST), "eu-central-1", "Could not connect", "is there a network?")


def test_without_a_recorder_of_aws_config_it_says_what_the_choices_are(deployment):
    config = deployment.emulator.client("config")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    refused(deployment.tool("check", *FIRST), "recorder `default` in eu-central-1 is stopped")
    config.delete_configuration_recorder(ConfigurationRecorderName="default")
    refused(deployment.tool("check", *FIRST), "records nothing in eu-central-1", "RECORDER=yes", "CONFIG_RULES=no")
    assert deployment.tool("check", *FIRST, "--CONFIG_RULES", "no").returncode == 0
    assert deployment.tool("check", *FIRST, "--RECORDER", "yes").returncode == 0


def test_a_recorder_that_does_not_record_what_rules_are_about_is_named(deployment):
    deployment.record(allSupported=False, resourceTypes=["AWS::S3::Bucket"])
    refused(deployment.tool("check", *FIRST), "does not record AWS::EC2::SecurityGroup")


def test_a_second_recorder_is_refused_before_anything_is_built(deployment):
    refused(deployment.tool("check", *FIRST, "--RECORDER", "yes"), "has a recorder of AWS Config already")


def test_the_account_is_checked_where_it_is_said(deployment):
    refused(deployment.deploy(*FIRST, "--ACCOUNT", "210987654321"), f"for account {ACCOUNT}, not for 210987654321")
    refused(deployment.deploy(*FIRST, "--ACCOUNT", "prod"), "not for prod")
    assert stacks(deployment) == set()
    done(deployment.deploy(*FIRST, *WHERE), "created", RESOURCES)
    refused(deployment.tool("remove", "--LOGS", "delete"), "ACCOUNT=")
    refused(deployment.tool("remove", "--LOGS", "delete", "--ACCOUNT", "210987654321"), "not for 210987654321")
    assert len(stacks(deployment)) == STACKS
