"""config-rule's tick, and what its rules leave to people: by what the functions that close wrote down."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from harness import rules
from harness.clock import Clock
from harness.offenders import ALL_USERS, grant, open_bucket, set_grants
from harness.triggers import BUCKET, compliance_change, tick
from support import queued, send

HOUR = 3600
DENIED = (400, json.dumps({"__type": "AccessDeniedException", "message": "no"}))


@pytest.fixture
def world(start):
    """(closer, the rules' function an hour later, over the same records)."""
    closer, clock = start("s3-acl-private"), Clock()
    rule = start("config-rule", environment={"LEDGER_TABLE": closer.table, **clock.environment})
    clock.put_forward(HOUR)
    return closer, rule


def config(rule, evaluated=timedelta(days=1), **more):
    """AWS Config with one periodic rule, which the emulator does not evaluate."""
    at = (datetime.now(UTC) + timedelta(seconds=HOUR) - evaluated).timestamp()
    described = {"Source": {"Owner": "AWS", "SourceIdentifier": "X"}, "MaximumExecutionFrequency": "TwentyFour_Hours", "ConfigRuleState": "ACTIVE"}
    status = {"LastSuccessfulInvocationTime": at, "FirstEvaluationStarted": True}
    for operation, answer in {
        "DescribeConfigRules": {"ConfigRules": [described | more]},
        "DescribeConfigRuleEvaluationStatus": {"ConfigRulesEvaluationStatus": [status]},
        "StartConfigRulesEvaluation": {},
    }.items():
        rule.recorder.intercept(operation, lambda call, _, answer=answer: (200, json.dumps(answer)), 9)


def closed_by(closer, s3, rule="a-periodic-rule"):
    name = open_bucket(s3)
    run = send(closer, queued(compliance_change(BUCKET, name, rule)))
    assert run.outcome == "remediated", run.answer
    return name, run


def asked(run, operation):
    return [json.loads(call.body) for call in run.of(operation)]


def test_an_hour_after_a_closing_its_periodic_rule_is_evaluated_again_and_nothing_else_is_called(world, s3):
    closer, rule = world
    closed_by(closer, s3)
    closed_by(closer, s3)
    config(rule)
    run = send(rule, tick())
    assert run.answer == {"rules": {"a-periodic-rule": "evaluated again"}}
    names = {"ConfigRuleNames": ["a-periodic-rule"]}
    assert run.operations == ["DescribeConfigRules", "DescribeConfigRuleEvaluationStatus", "StartConfigRulesEvaluation"]
    assert all(asked(run, operation) == [names] for operation in run.operations), "once for two resources"
    assert {call.operation for call in run.recorded} == {"Query"}
    [line] = [line for line in run.lines if "rule" in line]
    assert (line["level"], line["control"], line["rule"]) == ("INFO", "config-rule", "a-periodic-rule")


@pytest.mark.parametrize(
    ("evaluated", "more", "why"),
    [
        (timedelta(minutes=1), {}, "it was evaluated since, at "),
        (timedelta(minutes=50), {}, "less than an hour ago"),
        (timedelta(days=1), {"Scope": {"ComplianceResourceTypes": [BUCKET]}}, "it evaluates by itself what changes"),
        (timedelta(days=1), {"CreatedBy": "securityhub.amazonaws.com"}, "it belongs to securityhub.amazonaws.com"),
        (timedelta(days=1), {"ConfigRuleState": "EVALUATING"}, "it is at work already"),
    ],
)
def test_a_rule_that_needs_no_evaluation_gets_none(world, s3, evaluated, more, why):
    closer, rule = world
    closed_by(closer, s3)
    config(rule, evaluated, **more)
    run = send(rule, tick())
    assert why in run.answer["rules"]["a-periodic-rule"] and run.of("StartConfigRulesEvaluation") == []
    assert [line["level"] for line in run.lines if "rule" in line] == ["INFO"]


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        ("DescribeConfigRules", DENIED),
        ("DescribeConfigRuleEvaluationStatus", DENIED),
        ("StartConfigRulesEvaluation", DENIED),
        ("StartConfigRulesEvaluation", (400, json.dumps({"__type": "LimitExceededException", "message": "an evaluation is in progress"}))),
        ("StartConfigRulesEvaluation", (400, json.dumps({"__type": "ResourceInUseException", "message": "it is being deleted"}))),
    ],
)
def test_what_aws_config_refuses_is_a_warning_and_fails_nothing(world, s3, operation, refusal):
    closer, rule = world
    name, run = closed_by(closer, s3)
    config(rule)
    rule.recorder.fault(operation, *refusal, times=9)
    run = send(rule, tick())
    assert not run.failed and f"config:{operation}" in run.answer["rules"]["a-periodic-rule"], run.answer
    [line] = [line for line in run.lines if "rule" in line]
    assert line["level"] == "WARN" and f"config:{operation}" in line["message"]


def test_where_nobody_knows_what_was_closed_nothing_is_evaluated_and_that_is_a_warning(world):
    _, rule = world
    rule.recorder.fault("Query", *DENIED, times=9)
    run = send(rule, tick())
    assert not run.failed and "dynamodb:Query" in run.answer["not_listed"] and run.operations == []
    assert [line["level"] for line in run.lines] == ["WARN"]


def test_what_a_person_put_back_complies_as_long_as_curfew_leaves_it_alone(start, world, s3):
    closer, rule = world
    name, run = closed_by(closer, s3)
    restore = start("restore", environment={"LEDGER_TABLE": closer.table})
    until = send(restore, {"record": run.line["record"]}).answer["left_alone_until"]

    rule.recorder.intercept("PutEvaluations", lambda *_: (200, "{}"), 99)
    run = send(rule, rules.change("s3-acl", rules.bucket_item(name, "AllUsers")))
    words = f"a person put it back, and Curfew leaves it alone until {until}"
    assert (run.answer["compliance"], run.answer["annotation"]) == ("COMPLIANT", words)
    assert {call.operation for call in run.recorded} == {"GetItem"}

    # What is opened beside it is closed as ever.
    set_grants(s3, name, grant("READ", ALL_USERS), grant("WRITE", ALL_USERS))
    rule.recorder.intercept("PutEvaluations", lambda *_: (200, "{}"), 99)
    run = send(rule, rules.change("s3-acl", rules.bucket_item(name, "AllUsers")))
    assert run.answer["compliance"] == "NON_COMPLIANT"
    assert "write" in run.answer["annotation"] or "create" in run.answer["annotation"], run.answer
