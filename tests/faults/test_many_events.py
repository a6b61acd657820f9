"""Many events at once: what is open is closed once and told once, and nothing else happens."""

import random
from collections import Counter

import pytest
from harness.functions import ROWS
from scenarios import SCENARIOS
from storm import KINDS, LAST, Storm

# How many events about how many places.
ALL, SOME = (10_000, 300), (300, 30)
PROCESSES = 4
WIDE = 100_000
SETTINGS = {"mode": "enforce", "s3_acl": {"changes_per_hour": WIDE}, "sg": {"changes_per_hour": WIDE}}


@pytest.fixture(scope="module")
def storm(emulator, topic, every):
    events, places = ALL if every else SOME
    storm = Storm(emulator, topic, places, events, PROCESSES, SETTINGS, random.Random(12))
    storm.run()
    return storm


@pytest.fixture(scope="module")
def alone(clean):
    """What each function does about one place, where it is handed one event."""
    names = {function: next(one for one in SCENARIOS if one.place is place and one.is_enforced) for place, _, function in KINDS}
    return {function: clean(scenario) for function, scenario in names.items()}


def test_each_violation_is_closed_by_the_calls_that_one_event_alone_would_take(storm, alone):
    once = {
        function: Counter(effect.call.operation for effect in ended.wire.effects if effect.changes) for function, ended in alone.items()
    }
    expected = Counter()
    for function, place in storm.of(opened=True):
        expected.update({(place.id, operation): count for operation, count in once[function].items()})
    assert storm.changes() == expected
    assert [place.id for function, place in storm.of(opened=True) if place.state() != alone[function].place.state()] == []


def test_what_is_legitimate_is_never_touched(storm):
    assert [place.id for _, place in storm.of(opened=False) if place.state() != place.before] == []
    assert storm.wrong() == []


def test_people_are_told_once_of_each_violation(storm):
    assert storm.mails() == Counter((function, place.id) for function, place in storm.of(opened=True))


def test_each_violation_has_one_record_that_is_over(storm, alone):
    records = storm.written.records()
    places = {(ROWS[function].control, place.id): place for function, place in storm.of(opened=True)}
    assert Counter((record["control"], record["subject"]["id"]) for record in records) == Counter(places.keys())
    for record in records:
        places[record["control"], record["subject"]["id"]].says(record["attempts"][0]["before"])
        assert record["end"]["outcome"] == ("alerted" if record["control"] == "s3-policy" else "remediated")
    assert [item for item in storm.written.items() if item.get("open") or item.get("lease_until")] == []


def test_what_met_came_back_and_no_message_was_given_up(storm):
    queues = storm.queues.values()
    assert sum(queue.came_back for queue in queues) > 0, "no two processes met"
    assert max(queue.most for queue in queues) < LAST
