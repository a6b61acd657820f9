"""Where the event patterns of triggers.yaml send each kind of event."""

import pytest
from samples import SAMPLES

from harness import templates
from harness.functions import FUNCTIONS
from harness.pattern import matches


def rules(template):
    """(function, rule's properties) of each event rule; the function is the one whose queue it feeds."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Events::Rule":
            (target,) = resource["Properties"]["Targets"]
            queue = templates.resolve(target["Arn"]).rsplit(":", 1)[-1]
            yield queue.removeprefix("curfew-"), templates.resolve(resource["Properties"])


def reached(template, event):
    return {function for function, rule in rules(template) if matches(rule["EventPattern"], event)}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_trigger_reaches_exactly_the_functions_meant_for_it(triggers, name):
    event, meant_for = SAMPLES[name]
    assert reached(triggers, event) == meant_for


@pytest.mark.parametrize("name", SAMPLES)
def test_no_function_gets_a_trigger_twice(triggers, name):
    event, _ = SAMPLES[name]
    got = [function for function, rule in rules(triggers) if matches(rule["EventPattern"], event)]
    assert len(got) == len(set(got))


def test_every_function_is_meant_for_some_sample():
    reachable = set().union(*(meant_for for _, meant_for in SAMPLES.values()))
    assert reachable == set(FUNCTIONS)


def test_an_event_that_cannot_be_delivered_becomes_a_dead_letter_of_its_function(triggers):
    for function, rule in rules(triggers):
        (target,) = rule["Targets"]
        assert target["Arn"].endswith(f":curfew-{function}")
        assert target["DeadLetterConfig"]["Arn"].endswith(f":curfew-{function}-dead-letters")
        assert rule["Name"] in (f"curfew-{function}-compliance", f"curfew-{function}-evaluations")
        # EventBridge forgets the role's key permissions for queues; it is their policies that let it in.
        assert "RoleArn" not in target
