"""Where the event patterns of function.yaml send each kind of event."""

import pytest
from samples import SAMPLES

from harness import templates
from harness.functions import FUNCTIONS, TRIGGERED
from harness.pattern import matches


def rules():
    """(function, properties) of each event rule of each function's stack."""
    for function in FUNCTIONS:
        for resource in templates.resources("function", function).values():
            if resource["Type"] == "AWS::Events::Rule":
                yield function, resource["Properties"]


def patterns():
    """(function, pattern) of those rules that are not a schedule."""
    return [(function, rule["EventPattern"]) for function, rule in rules() if "ScheduleExpression" not in rule]


def reached(event):
    return {function for function, pattern in patterns() if matches(pattern, event)}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_trigger_reaches_exactly_the_functions_meant_for_it(name):
    event, meant_for = SAMPLES[name]
    assert reached(event) == meant_for


@pytest.mark.parametrize("name", SAMPLES)
def test_no_function_gets_a_trigger_twice(name):
    event, _ = SAMPLES[name]
    got = [function for function, pattern in patterns() if matches(pattern, event)]
    assert len(got) == len(set(got))


def test_every_function_is_meant_for_some_sample():
    reachable = set().union(*(meant_for for _, meant_for in SAMPLES.values()))
    assert reachable == set(TRIGGERED)


def test_each_function_is_woken_every_hour_to_go_on_with_what_waits():
    woken = {function: rule["ScheduleExpression"] for function, rule in rules() if "ScheduleExpression" in rule}
    assert woken == dict.fromkeys(TRIGGERED, "rate(1 hour)")


def test_an_event_that_cannot_be_delivered_becomes_a_dead_letter_of_its_function():
    for function, rule in rules():
        (target,) = rule["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": ["Queue", "Arn"]}
        assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
        assert rule["Name"] in {f"curfew-{function}-{kind}" for kind in ("compliance", "evaluations", "tick")}
        # EventBridge forgets the role's key permissions for queues; it is their policies that let it in.
        assert "RoleArn" not in target
