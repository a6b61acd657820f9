"""`make stop`, `make start` and `make remove`: what waits stays, and what is kept is kept."""

import sys

from deploying import FIRST, RESOURCES, STACKS, WHERE, done, functions, mapping_states, refused, stacks, values_of
from harness import templates, tool, triggers
from harness.functions import FUNCTIONS, QUEUED
from harness.stack import REGION


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


def test_what_was_kept_gets_the_key_and_the_days_of_the_next_deployment(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    done(deployment.tool("remove"), "removed", RESOURCES - 1)
    done(deployment.deploy("--EMAIL", "none", "--LOG_DAYS", "90", "--KEY", "aws-managed"), "created", RESOURCES - 1)
    # The emulator changes the stack, and nothing in it.
    values = values_of(deployment, "kept")
    assert (values["LogRetentionDays"], values["KeyChoice"]) == ("90", "aws-managed")


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
