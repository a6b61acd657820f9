"""Many events at once: what is open is closed once and told once, and nothing else happens."""

import random
from collections import Counter

import check
from harness.functions import ROWS
from scenarios import SCENARIOS
from storm import KINDS, LAST, Storm

# How many events about how many places.
ALL, SOME = (10_000, 300), (300, 30)
PROCESSES = 4
WIDE = 100_000
SETTINGS = {"mode": "enforce", "s3_acl": {"changes_per_hour": WIDE}, "sg": {"changes_per_hour": WIDE}}


def test_each_violation_is_closed_and_told_once_and_all_else_is_left_alone(emulator, topic, every, clean):
    names = {function: next(one for one in SCENARIOS if one.place is place and one.is_enforced) for place, _, function in KINDS}
    alone = {function: clean(scenario) for function, scenario in names.items()}
    events, places = ALL if every else SOME
    storm = Storm(emulator, topic, places, events, PROCESSES, SETTINGS, random.Random(12))
    storm.run()

    opened = storm.of(opened=True)
    assert storm.mails() == Counter((function, place.id) for function, place in opened)
    assert storm.changes() == changes_of(opened, alone)
    assert [place.id for function, place in opened if place.state() != alone[function].place.state()] == []
    assert [place.id for _, place in storm.of(opened=False) if place.state() != place.before] == []
    assert storm.wrong() == []
    check_records(storm, opened)
    queues = storm.queues.values()
    assert sum(queue.came_back for queue in queues) > 0, "no two processes met"
    assert max(queue.most for queue in queues) < LAST


def changes_of(opened, alone):
    """The calls that close each place where one event about it comes alone."""
    expected = Counter()
    for function, place in opened:
        made = [effect.call.operation for effect in alone[function].wire.effects if effect.changes]
        expected.update((place.id, operation) for operation in made)
    return expected


def check_records(storm, opened):
    """Each violation has one record, which is over and says what was there before."""
    records = storm.written.records()
    places = {(ROWS[function].control, place.id): place for function, place in opened}
    assert Counter((record["control"], record["subject"]["id"]) for record in records) == Counter(places.keys())
    for record in records:
        places[record["control"], record["subject"]["id"]].says(record["attempts"][0]["before"])
        # Only where its record has a call without an answer may nobody be able to say who closed it.
        results = [attempt.get("result") or {"is_in_doubt": True} for attempt in record["attempts"]]
        closed = {"remediated", "closed-meanwhile"} if any(one.get("is_in_doubt") for one in results) else {"remediated"}
        assert record["end"]["outcome"] in ({"alerted"} if record["control"] == "s3-policy" else closed), record["attempts"]
    assert check.unfinished(storm.written.items()) == []
