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
    records = storm.written.records()
    in_doubt = {record["subject"]["id"] for record in records if is_in_doubt(record)}
    late = storm.repeated() | {record["subject"]["id"] for record in records if is_late(record)}
    assert in_doubt <= late, "a call was answered in time, and is in doubt"
    check_changes(storm.changes(), changes_of(opened, alone), in_doubt)
    assert [place.id for function, place in opened if place.state() != alone[function].place.state()] == []
    assert [place.id for _, place in storm.of(opened=False) if place.state() != place.before] == []
    assert storm.wrong() == []
    check_records(records, opened)
    assert check.unfinished(storm.written.items()) == []
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


def is_in_doubt(record):
    """Whether it has a change that nobody knows to be made, as where a busy machine answers too late."""
    return any((attempt.get("result") or {"is_in_doubt": True}).get("is_in_doubt") for attempt in record["attempts"])


def is_late(record):
    """Whether some attempt was cut off, or ended with a call that had no answer in its time."""
    results = [attempt.get("result") for attempt in record["attempts"]]
    return any(result is None or "(time-out)" in result.get("error", {}).get("message", "") for result in results)


def check_changes(made, expected, in_doubt):
    """Each place is changed by the calls that it needs, and once by each; only where one is in doubt may another delivery have
    made it again for what was left to do."""
    assert made.keys() == expected.keys()
    assert {key for key in made if made[key] != expected[key] and key[0] not in in_doubt} == set()


def check_records(records, opened):
    """Each violation has one record, which is over and says what was there before."""
    places = {(ROWS[function].control, place.id): place for function, place in opened}
    assert Counter((record["control"], record["subject"]["id"]) for record in records) == Counter(places.keys())
    for record in records:
        places[record["control"], record["subject"]["id"]].says(record["attempts"][0]["before"])
        # Of what was closed by a call without an answer nobody can say who closed it.
        closed = {"remediated", "closed-meanwhile"} if is_in_doubt(record) else {"remediated"}
        assert record["end"]["outcome"] in ({"alerted"} if record["control"] == "s3-policy" else closed), record["attempts"]
