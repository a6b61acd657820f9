"""Where the event patterns of function.yaml send each kind of event."""

import json
import re

import pytest
from samples import EC2, NOBODY, S3, SAMPLES

from harness import templates
from harness.documents import DOCUMENTS
from harness.functions import FUNCTIONS, TRIGGERED
from harness.ministack import Ministack
from harness.pattern import matches
from harness.stack import ACCOUNT, ROOT, stop

KINDS = ("calls", "findings")
PATTERNS = [(function, kind, pattern) for function in TRIGGERED for kind, pattern in templates.patterns(function).items()]
FIXTURES = ROOT / "shared/events/tests/behaviour/fixtures"


@pytest.fixture(scope="module")
def ministack():
    """An emulator whose event bus matches as AWS does, inside lists too."""
    ministack = Ministack()
    yield ministack
    stop(ministack.process)


def rules():
    """(function, properties) of each event rule of each function's stack."""
    for function in FUNCTIONS:
        for resource in templates.resources("function", function).values():
            if resource["Type"] == "AWS::Events::Rule":
                yield function, resource["Properties"]


def reached(event):
    return {function for function, _, pattern in PATTERNS if matches(pattern, event)}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_trigger_reaches_exactly_the_functions_meant_for_it(name):
    event, meant_for = SAMPLES[name]
    assert reached(event) == meant_for


@pytest.mark.parametrize("member", ["source", "detail-type"])
def test_what_only_looks_like_a_trigger_reaches_nobody(member):
    for event, _ in SAMPLES.values():
        assert reached({**event, member: f"acme {event.get(member)}"}) == NOBODY


@pytest.mark.parametrize("name", SAMPLES)
def test_no_function_gets_a_trigger_twice(name):
    event, _ = SAMPLES[name]
    got = [function for function, _, pattern in PATTERNS if matches(pattern, event)]
    assert len(got) == len(set(got))


def test_every_rule_of_every_function_is_for_some_sample():
    used = {(function, kind) for function, kind, pattern in PATTERNS if any(matches(pattern, event) for event, _ in SAMPLES.values())}
    assert used == {(function, kind) for function in TRIGGERED for kind in KINDS}


@pytest.mark.parametrize("function", ["s3-acl-private", "sg-quarantine"])
@pytest.mark.parametrize("kind", KINDS)
def test_another_matcher_takes_every_pattern_and_agrees_about_every_sample(ministack, function, kind):
    events, pattern = ministack.client("events"), templates.patterns(function)[kind]
    for name, (event, _) in SAMPLES.items():
        answer = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        assert answer["Result"] == matches(pattern, event), name


def test_functions_about_the_same_have_the_same_patterns():
    assert templates.patterns("s3-acl-private") == templates.patterns("s3-policy-alert")


# What the parser reads, by its own fixtures.
MEANT_FOR = {
    "put_evaluations_mixed": S3 | EC2, "security_hub_two_failed": S3 | EC2,
    # A new group lets nobody in.
    "ec2_call_create_group": NOBODY,
    # Goes into the queues by itself.
    "sweep_found": NOBODY,
}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_what_the_parser_reads_comes_through(path):
    event = json.loads(path.read_text().replace("210987654321", ACCOUNT))
    expected = MEANT_FOR.get(path.stem, EC2 if "group" in path.stem or path.stem.startswith("ec2_call") else S3)
    assert reached(event) == (expected if "source" in event else NOBODY)


def test_a_pattern_is_as_long_as_eventbridge_takes_it_whatever_names_begin_with():
    for function, kind, pattern in PATTERNS:
        text = json.dumps(pattern).replace('"curfew-', '"' + 20 * "a" + "-")
        assert len(text) <= 2048, (function, kind)


def test_the_roles_whose_calls_end_here_are_those_that_shared_yaml_makes():
    roles = [one["Properties"]["RoleName"] for one in templates.resources("shared").values() if one["Type"] == "AWS::IAM::Role"]
    own = templates.OWN_ROLES.split(",")
    assert all(any(name.startswith(beginning) for beginning in own) for name in roles)
    assert all(any(name.startswith(beginning) for name in roles) for beginning in own)


def test_each_function_is_woken_every_hour_to_go_on_with_what_waits_and_everything_is_looked_at_once_a_day():
    woken = {function: rule["ScheduleExpression"] for function, rule in rules() if "ScheduleExpression" in rule}
    assert woken == {**dict.fromkeys(TRIGGERED, "rate(1 hour)"), "sweep": "rate(1 day)"}


def test_an_event_that_cannot_be_delivered_becomes_a_dead_letter_of_its_function():
    for function, rule in rules():
        (target,) = rule["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": ["Queue", "Arn"]}
        assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
        assert rule["Name"] in {f"curfew-{function}-{kind}" for kind in (*KINDS, "tick")}
        # EventBridge forgets the role's key permissions for queues; it is their policies that let it in.
        assert "RoleArn" not in target


CALL = "AWS API Call via CloudTrail"


def named(pattern):
    """What a pattern names: calls, and kinds of event but for that of all calls."""
    if isinstance(pattern, list):
        return set().union(*map(named, pattern))
    if not isinstance(pattern, dict):
        return set()
    names = {*pattern.get("eventName", []), *pattern.get("detail-type", [])} - {CALL}
    return names.union(*map(named, pattern.values()))


def in_the_document():
    """(rule, trigger, function) by the table of the functions' page."""
    for rule, triggers, functions, late in DOCUMENTS["functions/README.md"].table("## What wakes them, and how late", "rule"):
        kind = rule.strip("`")
        assert late
        # A type of finding is no kind of event.
        names = [name for name in re.findall(r"`([^`]+)`", triggers) if ":" not in name]
        yield from ((kind, name, function) for name in names for function in re.findall(r"`([^`]+)`", functions))


def test_the_page_says_which_trigger_comes_by_which_rule_to_which_function():
    found = {
        (kind, event["detail"]["eventName"] if event["detail-type"] == CALL else event["detail-type"], function)
        for event, _ in SAMPLES.values() for function, kind, pattern in PATTERNS if matches(pattern, event)
    }
    ticks = {("tick", rule["ScheduleExpression"], function) for function, rule in rules() if "ScheduleExpression" in rule}
    # Made only where it is asked for, as the table says.
    ticks.add(("tick", templates.resources("config")["ReevaluationTick"]["Properties"]["ScheduleExpression"], "config-rule"))
    told = list(in_the_document())
    assert len(told) == len(set(told)) and set(told) == found | ticks
    # Nothing that a pattern names is without a sample.
    assert {name for _, name, _ in found} == set().union(*(named(pattern) for _, _, pattern in PATTERNS))


def test_each_event_is_delivered_to_the_queues_that_it_is_for_and_no_other(ministack):
    """Nobody but AWS puts events whose source begins with `aws.`: here both sides say `as-if.` before it."""
    def as_if(value):
        return json.dumps(value).replace('"aws.', '"as-if.aws.')

    events, sqs = ministack.client("events"), ministack.client("sqs")
    queues = {function: sqs.create_queue(QueueName=function)["QueueUrl"] for function in TRIGGERED}
    for function, kind, pattern in PATTERNS:
        arn = sqs.get_queue_attributes(QueueUrl=queues[function], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=f"{function}-{kind}", EventPattern=as_if(pattern))
        assert events.put_targets(Rule=f"{function}-{kind}", Targets=[{"Id": "queue", "Arn": arn}])["FailedEntryCount"] == 0
    sent = {name: (event, meant_for) for name, (event, meant_for) in SAMPLES.items() if event.get("source", "").startswith("aws.")}
    for name, (event, _) in sent.items():
        entry = {"Source": f"as-if.{event['source']}", "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"]), "Resources": [name]}
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    for function, url in queues.items():
        got = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            got += [json.loads(one["Body"])["resources"][0] for one in messages]
        assert sorted(got) == sorted(name for name, (_, meant_for) in sent.items() if function in meant_for)
