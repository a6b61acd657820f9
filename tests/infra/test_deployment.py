"""`make deploy` and what comes after it, on the emulator: whatever goes wrong, it says what to do, and can be repeated."""

import json
import shutil
import sys

import pytest
from deploying import FIRST, RESOURCES, STACKS, WHERE, another_version, done, functions, refused, stacks, versions
from harness import templates, tool, triggers
from harness.deployed import as_process
from harness.functions import FUNCTIONS, QUEUED, ROWS
from harness.stack import ACCOUNT, REGION


def values_of(deployment, stack):
    [stack] = deployment.emulator.client("cloudformation").describe_stacks(StackName=f"curfew-{stack}")["Stacks"]
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}


def parameter(deployment):
    return deployment.emulator.client("ssm").get_parameter(Name="/curfew/settings")["Parameter"]["Value"]


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


def test_rollback_goes_back_to_the_version_before_and_the_next_deployment_forward_again(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    first = versions(deployment)
    # There is nothing before it.
    done(deployment.tool("rollback"), "unchanged", len(FUNCTIONS))
    another_version(deployment)
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    second = versions(deployment)
    assert "back at version" in deployment.tool("rollback").stdout
    assert versions(deployment) == first
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    assert all(int(version) > int(second[name]) for name, version in versions(deployment).items())
    run = deployment.tool("rollback", "--FUNCTION", "sg-quarantine")
    assert "curfew-sg-quarantine" in run.stdout and "curfew-s3-acl-private" not in run.stdout


def test_rollback_may_be_repeated_and_finishes_what_was_interrupted(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    first = versions(deployment)
    another_version(deployment)
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    assert deployment.tool("rollback", "--FUNCTION", "sg-quarantine").returncode == 0
    run = deployment.tool("rollback")
    assert "5 back at version" in run.stdout and "1 unchanged" in run.stdout
    assert versions(deployment) == first
    done(deployment.tool("rollback"), "unchanged", len(FUNCTIONS))
    assert versions(deployment) == first


def test_what_was_deployed_together_is_gone_back_to_together(deployment, monkeypatch):
    tool.module("functions", deployment, monkeypatch, PAUSE_SECONDS=0)
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    another_version(deployment)
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    second = versions(deployment)
    # Only one is another.
    changed, broken = (deployment.lambda_dir / name / "bootstrap" for name in ("sg-quarantine", "s3-policy-alert"))
    changed.write_bytes(changed.read_bytes() + b"a third version")
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    third = versions(deployment)
    assert not set(third.items()) & set(second.items())
    # Where one does not answer, none is another.
    another_version(deployment)
    shutil.copy2("/bin/false", broken)
    refused(deployment.deploy(), "of curfew-s3-policy-alert", "does not work")
    assert versions(deployment) == third
    done(deployment.tool("status"), "subscribed", 1)


def test_what_is_not_said_again_stays_and_what_is_said_changes(deployment):
    done(deployment.deploy(*FIRST, "--LOG_DAYS", "90"), "created", RESOURCES)
    topic = "arn:aws:sns:us-east-1:210987654321:security"
    run = done(deployment.deploy("--ALERT_TOPIC", topic), "updated", 1 + 2 * len(FUNCTIONS))
    assert "2 unchanged" in run.stdout
    variables = functions(deployment)["curfew-sg-quarantine"]["Environment"]["Variables"]
    assert variables["TOPIC_ARN"] == topic
    groups = deployment.emulator.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/curfew")["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {90}


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


def test_settings_are_checked_before_they_are_written(deployment, tmp_path):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    file = tmp_path / "settings.json"
    for text, named in [('{"mode": "off"}', "`mode`"), ('{"version": 9}', "`version`"), ("{", "EOF"), ('{"sg": []}', "`sg`")]:
        file.write_text(text)
        # Once, and not for each Region again.
        told = refused(deployment.tool("settings", "--FILE", file, region="eu-central-1 us-east-1"), "Nothing was changed")
        assert told.count(named) == told.count(str(file)) == 1, told
    refused(deployment.tool("settings", "--FILE", tmp_path / "none.json"), "none.json")
    refused(deployment.tool("settings"), "FILE=settings.json")
    assert parameter(deployment) == '{"version":1,"mode":"enforce"}'

    file.write_text('{"mode": "observe"}\n')
    told = done(deployment.tool("settings", "--FILE", file), "written", 1).stdout
    assert """settings as they were: {"version":1,"mode":"enforce"}""" in told
    assert parameter(deployment) == '{"mode": "observe"}\n'
    done(deployment.tool("settings", "--FILE", file), "unchanged", 1)

    file.write_text('\ufeff{"mode": "enforce"}', encoding="utf-8")
    done(deployment.tool("settings", "--FILE", file), "written", 1)
    assert parameter(deployment) == '{"mode": "enforce"}'
    file.write_text("{}", encoding="utf-16")
    refused(deployment.tool("settings", "--FILE", file), "a file in UTF-8")


def test_what_settings_warn_of_is_said_once_where_they_are_written_too(deployment, tmp_path):
    file = tmp_path / "settings.json"
    over = {"resource": "arn:aws:s3:::site", "controls": "all", "reason": "a site", "until": "2026-01-31"}
    file.write_text(json.dumps({"mode": "observe", "exemptions": [over]}))
    said = ("--EMAIL", "none", "--FILE", file)
    told = [deployment.tool("check", *said), done(deployment.deploy(*said), "created", RESOURCES), deployment.tool("settings", "--FILE", file)]
    warning = "warning: `exemptions[0]` of the settings: `until` is over"
    assert [run.stdout.count(warning) for run in told] == [1, 0, 1]


def test_settings_reach_every_region_that_can_be_reached(deployment, tmp_path):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "observe"}')
    refused(deployment.tool("settings", "--FILE", file, region="us-west-2 eu-central-1"), "Curfew is not in us-west-2", "make deploy")
    assert parameter(deployment) == '{"mode": "observe"}'


def test_settings_that_somebody_deleted_are_written_anew_in_the_mode_that_is_said(deployment, tmp_path):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    ssm = deployment.emulator.client("ssm")
    ssm.delete_parameter(Name="/curfew/settings")
    refused(deployment.deploy(), "Nobody said whether Curfew may change anything", "MODE=enforce")
    done(deployment.deploy("--MODE", "enforce"), "unchanged", RESOURCES)
    assert parameter(deployment) == '{"version":1,"mode":"enforce"}'
    ssm.delete_parameter(Name="/curfew/settings")
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "observe"}')
    done(deployment.tool("settings", "--FILE", file), "written", 1)


def test_a_first_deployment_has_to_say_whether_anything_may_be_changed(deployment):
    email = ("--EMAIL", "ops@example.com")
    for command in ("check", "deploy"):
        told = refused(deployment.tool(command, "--lambda-dir", deployment.lambda_dir, *email), "Nobody said", "MODE=enforce", "MODE=observe")
        assert "AWS Config evaluates every bucket and group" in told
    assert stacks(deployment) == set()
    refused(deployment.tool("check", *email, "--MODE", "watch"), "MODE cannot be `watch`", "observe, enforce")
    run = done(deployment.deploy(*email, "--MODE", "observe"), "created", RESOURCES)
    assert "mode: observe" in run.stdout and "mails say what would be closed; nothing is" in run.stdout
    assert parameter(deployment) == '{"version":1,"mode":"observe"}'
    # Later it is `make settings` that changes the mode.
    told = refused(deployment.deploy("--MODE", "enforce"), "MODE is `enforce`", "says `observe`")
    assert "make settings" in told
    done(deployment.deploy("--MODE", "observe"), "unchanged", RESOURCES)


def test_a_deployment_can_bring_its_settings_so_that_they_hold_from_the_first_event_on(deployment, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "watch"}')
    email = ("--EMAIL", "ops@example.com")
    refused(deployment.tool("check", *email, "--FILE", file), "`mode`", "Nothing was changed")
    file.write_text('{"mode": "observe"}')
    refused(deployment.tool("check", *FIRST, "--FILE", file), "MODE is `enforce`", "says `observe`")
    told = done(deployment.deploy(*email, "--FILE", file), "created", RESOURCES).stdout
    assert parameter(deployment) == '{"mode": "observe"}'
    assert told.index("settings") < told.index("curfew-s3-acl-private")


def test_settings_without_a_mode_get_the_one_that_is_said(deployment, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"sg": {"quarantine": "alert"}}')
    refused(deployment.tool("check", "--EMAIL", "none", "--FILE", file), "Nobody said")
    done(deployment.deploy("--EMAIL", "none", "--MODE", "observe", "--FILE", file), "created", RESOURCES)
    assert parameter(deployment) == '{"version":1,"sg":{"quarantine":"alert"},"mode":"observe"}'


def policies_of(deployment, function):
    found = deployment.emulator.client("iam").list_attached_role_policies(RoleName=f"curfew-{function}-{REGION}")
    return {one["PolicyName"].split("-")[2] for one in found["AttachedPolicies"]}


def test_a_role_allows_the_changes_that_the_settings_want_and_settings_that_want_more_are_refused(deployment, tmp_path):
    file = tmp_path / "settings.json"

    def wants(**settings):
        file.write_text(json.dumps(settings))

    done(deployment.deploy("--EMAIL", "none", "--MODE", "observe"), "created", RESOURCES)
    changing = {"SgQuarantineChanges"}
    assert not policies_of(deployment, "sg-quarantine") & changing
    wants(mode="enforce")
    told = refused(deployment.tool("settings", "--FILE", file), "roles were not given", "AclChanges, GroupChanges")
    assert f"make deploy REGION={REGION} FILE={file}" in told
    done(deployment.deploy("--FILE", file), "updated", 1)
    assert deployment.tool("settings", "--FILE", file).returncode == 0
    for control, more, named in (("sg", {"quarantine": "isolate"}, "(GroupChanges)"), ("s3_acl", {"block_public_acls": True}, "(AclChanges)")):
        wants(mode="enforce", **{control: more})
        refused(deployment.tool("settings", "--FILE", file), named, "make deploy")
        for less in ({"mode": "observe", control: more}, {"mode": "enforce", control: {"mode": "observe", **more}}):
            wants(**less)
            assert deployment.tool("settings", "--FILE", file).returncode == 0


def test_the_account_is_checked_where_it_is_said(deployment):
    refused(deployment.deploy(*FIRST, "--ACCOUNT", "210987654321"), f"for account {ACCOUNT}, not for 210987654321")
    refused(deployment.deploy(*FIRST, "--ACCOUNT", "prod"), "not for prod")
    assert stacks(deployment) == set()
    done(deployment.deploy(*FIRST, *WHERE), "created", RESOURCES)
    refused(deployment.tool("remove", "--LOGS", "delete"), "ACCOUNT=")
    refused(deployment.tool("remove", "--LOGS", "delete", "--ACCOUNT", "210987654321"), "not for 210987654321")
    assert len(stacks(deployment)) == STACKS


def test_names_may_begin_with_another_prefix_and_roles_have_a_path(deployment):
    said = ("--PREFIX", "acme-curfew", "--ROLE_PATH", "/security/")
    done(deployment.deploy(*FIRST, *said), "created", RESOURCES)
    assert stacks(deployment) == {"acme-curfew-kept", "acme-curfew-shared", "acme-curfew-config", *(f"acme-curfew-{name}" for name in FUNCTIONS)}
    assert {one["Role"].split("role")[1].split("/acme")[0] for one in functions(deployment).values()} == {"/security"}
    done(deployment.deploy("--PREFIX", "acme-curfew"), "unchanged", RESOURCES)
    done(deployment.tool("remove", "--PREFIX", "acme-curfew"), "removed", RESOURCES - 1)
    refused(deployment.tool("check", *FIRST, "--PREFIX", "Acme"), "PREFIX cannot be `Acme`")


def mapping_states(deployment):
    found = deployment.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return [one["State"] for one in found]


def test_stop_lets_events_wait_and_start_goes_on(deployment):
    refused(deployment.tool("stop"), f"Curfew is not in {REGION}", "make deploy")
    done(deployment.deploy(*FIRST, "--TCP_PORTS", "80,8443"), "created", RESOURCES)
    done(deployment.tool("stop"), "stopped", 1)
    assert mapping_states(deployment) == ["Disabled"] * len(QUEUED)
    assert {values_of(deployment, name)["Stopped"] for name in QUEUED} == {"yes"}
    deployment.emulator.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    told = deployment.tool("status").stdout
    assert "STOPPED" in told and "waiting 1" in told
    # A deployment leaves it as it is.
    done(deployment.deploy(), "unchanged", RESOURCES)
    assert mapping_states(deployment) == ["Disabled"] * len(QUEUED)
    done(deployment.tool("start"), "started", 1)
    assert mapping_states(deployment) == ["Enabled"] * len(QUEUED)
    assert {values_of(deployment, name)["Stopped"] for name in FUNCTIONS} == {"no"}
    assert values_of(deployment, "config")["AuthorizedTcpPorts"] == "80,8443"
    assert "STOPPED" not in deployment.tool("status").stdout


def test_stop_brings_no_template_and_needs_none(deployment, tmp_path, monkeypatch):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    before = {name: deployment.emulator.client("cloudformation").get_template(StackName=f"curfew-{name}")["TemplateBody"] for name in FUNCTIONS}
    checkout = tmp_path / "infra"
    checkout.mkdir()
    for name in templates.TEMPLATES:
        (checkout / f"{name}.yaml").write_text("Resources: { broken\n")
    tool.module("stacks", deployment, monkeypatch, INFRA=checkout)
    tool.module("templates", deployment, monkeypatch, INFRA=checkout)
    sys.modules["templates"].load.cache_clear()
    done(deployment.tool("stop", "--PREFIX", "curfew", *WHERE), "stopped", 1)
    assert mapping_states(deployment) == ["Disabled"] * len(QUEUED)
    for name, body in before.items():
        assert deployment.emulator.client("cloudformation").get_template(StackName=f"curfew-{name}")["TemplateBody"] == body


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


def test_what_was_kept_gets_the_key_and_the_days_of_the_next_deployment(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    done(deployment.tool("remove"), "removed", RESOURCES - 1)
    done(deployment.deploy("--EMAIL", "none", "--LOG_DAYS", "90", "--KEY", "aws-managed"), "created", RESOURCES - 1)
    # The emulator changes the stack, and nothing in it.
    values = values_of(deployment, "kept")
    assert (values["LogRetentionDays"], values["KeyChoice"]) == ("90", "aws-managed")


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


def test_remove_undoes_it_all_but_what_is_kept_and_may_be_repeated(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    run = done(deployment.tool("remove"), "removed", RESOURCES - 1)
    assert "logs, records, settings and key are kept" in run.stdout
    assert deployment.emulator.client("dynamodb").list_tables()["TableNames"] == ["curfew-ledger"]
    assert stacks(deployment) == {"curfew-kept"} and functions(deployment) == {}
    assert deployment.emulator.client("sqs").list_queues().get("QueueUrls", []) == []
    done(deployment.tool("remove"), "not there", RESOURCES - 1)
    run = deployment.deploy("--EMAIL", "none")
    done(run, "created", RESOURCES - 1)
    assert "mode: enforce" in run.stdout and "1 unchanged" in run.stdout


def test_what_is_kept_is_protected_and_goes_when_told_so(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    [kept] = deployment.emulator.client("cloudformation").describe_stacks(StackName="curfew-kept")["Stacks"]
    assert kept["EnableTerminationProtection"] is True
    run = done(deployment.tool("remove", "--LOGS", "delete", *WHERE), "removed", RESOURCES)
    assert " goes in 30 days" in run.stdout
    assert stacks(deployment) == set()
    assert deployment.emulator.client("dynamodb").list_tables()["TableNames"] == []
    refused(deployment.deploy("--EMAIL", "none"), "Nobody said")


def test_remove_loses_no_message_unless_told_to(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    deployment.emulator.put(triggers.compliance_change(triggers.GROUP, "sg-0a1b2c3d4e5f60718", "restricted-ssh"))
    refused(deployment.tool("remove"), "1 message waits", "FORCE=yes", "make redrive REGION=eu-central-1 FUNCTION=sg-quarantine")
    assert len(stacks(deployment)) == STACKS
    done(deployment.tool("remove", "--FORCE", "yes"), "removed", RESOURCES - 1)


def test_a_word_that_logs_do_not_know_removes_nothing(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    refused(deployment.tool("remove", "--LOGS", "yes"), "LOGS")
    assert len(stacks(deployment)) == STACKS


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
