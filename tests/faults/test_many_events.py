"""Many events at once: what is open is closed once and told once, and nothing else happens."""

import random
from collections import Counter

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
    wanted = Counter((function, place.id) for function, place in opened)
    mails, changes, expected = storm.mails(), storm.changes(), changes_of(opened, alone)
    assert wanted - mails == Counter()
    assert too_many(mails - wanted, lambda mail: storm.given_up[mail[1], "Publish"]) == {}
    assert too_many(expected - changes, lambda change: change[1] == "CreateTags" and storm.changes_given_up(change[0])) == {}
    assert too_many(changes - expected, lambda change: storm.changes_given_up(change[0])) == {}
    assert [place.id for function, place in opened if not is_closed(storm, place, alone[function].place)] == []
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


def too_many(differs, given_up):
    """What differs more often than answers did not come: a machine that is too busy is as an AWS that is. What a process gave up
    is done again, or is found done by nobody knows whom, and not marked."""
    return {one: times for one, times in differs.items() if times > given_up(one)}


def is_closed(storm, place, alone):
    states = [place.state(), alone.state()]
    if storm.changes_given_up(place.id):
        states = [{name: value for name, value in state.items() if name != "tags"} for state in states]
    return states[0] == states[1]


def check_records(storm, opened):
    """Each violation has one record, which is over and says what was there before."""
    records = storm.written.records()
    places = {(ROWS[function].control, place.id): place for function, place in opened}
    assert Counter((record["control"], record["subject"]["id"]) for record in records) == Counter(places.keys())
    for record in records:
        places[record["control"], record["subject"]["id"]].says(record["attempts"][0]["before"])
        closed = {"remediated"}
        if storm.changes_given_up(record["subject"]["id"]):
            closed.add("closed-meanwhile")
        assert record["end"]["outcome"] in ({"alerted"} if record["control"] == "s3-policy" else closed)
    assert [item for item in storm.written.items() if item.get("open") or item.get("lease_until")] == []
