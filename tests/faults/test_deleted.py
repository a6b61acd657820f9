"""A resource that goes while it is worked on: nobody is alarmed, and what was done is told as it was."""

from concurrent.futures import ThreadPoolExecutor

import check
import pytest
from kinds import Fault
from lambdas import ALL_DONE, is_changing
from scenarios import DISTINCT

# They mostly wait.
AT_ONCE = 3


def delete(wire):
    """From now on there is nothing to look at."""
    place, wire.place = wire.place, None
    place.delete()


def before(wire, call, forward):
    delete(wire)
    return wire.take(call, forward)


def after(wire, call, forward):
    answer = wire.take(call, forward)
    delete(wire)
    return answer


BEFORE, AFTER = Fault("deleted before", before), Fault("deleted after", after)


class Order:
    """The calls of a delivery where nothing is deleted."""

    def __init__(self, ended):
        self.calls = ended.wire.order
        self.begin = self.calls.index(("dynamodb:TransactWriteItems", 1))
        self.mail = self.calls.index(("sns:Publish", 1))
        self.changes = [at for at, call in enumerate(self.calls) if is_changing(call[0])]

    def moments(self, every):
        """Before and after which calls the resource goes: between the read and the change, and between that and the next read."""
        if every:
            return [(call, fault) for call in self.calls for fault in (BEFORE, AFTER)]
        around = [(self.changes[0], BEFORE), (self.changes[-1], AFTER)] if self.changes else [(self.mail, BEFORE)]
        return [(self.calls[at], fault) for at, fault in [(self.begin, BEFORE), *around]]

    def outcomes(self, scenario, call, fault):
        """What may be said of it, once it is said."""
        at = self.calls.index(call)
        if at < self.begin:
            # A group that nobody uses is told, and not closed.
            return ("gone", "alerted", *scenario.outcomes)
        if at > self.mail or (at, fault) == (self.mail, AFTER) or not self.changes:
            return scenario.outcomes
        # The reads that verify are made at the same time: one of them may still find it.
        return ("gone",) if at <= self.changes[-1] else ("gone", *scenario.outcomes)


def look(ended, outcomes, is_read):
    """Raises `AssertionError` where something is not as it has to be."""
    assert ended.wire.wrong == [], ended.wire.wrong
    assert ended.answers == [ALL_DONE] * 3, ended.answers
    assert ended.items[0] == ended.items[1] == ended.items[2], "a later delivery has written something"
    assert not [effect for effect in ended.wire.effects[ended.begins[1]:] if effect.changes or effect.call.operation == "Publish"]
    assert check.unfinished(ended.items[-1]) == []
    mails = [effect for effect in ended.wire.effects if effect.call.operation == "Publish"]
    changing = [effect for effect in ended.wire.effects if effect.changes]
    records = ended.written.records()
    if not is_read and not records:
        assert not mails and not changing
        return
    [record] = records
    if is_read:
        ended.place.says(record["attempts"][0]["before"])
    assert record["end"]["outcome"] in outcomes, record["end"]
    changes = [change for attempt in record["attempts"] for change in attempt["result"]["changes"]]
    assert bool(changes) == bool(changing), (changes, [effect.call.operation for effect in changing])
    assert len(mails) == len(record.get("told", [])), f"{len(mails)} mails, told {record.get('told')}"
    # What was gone before anything was changed concerns nobody.
    assert len(mails) == (record["end"]["outcome"] != "gone" or bool(changing)), f"{len(mails)} mails"


@pytest.mark.parametrize("scenario", DISTINCT, ids=[one.name.replace(" ", "-") for one in DISTINCT])
def test_what_goes_half_way_is_told_as_it_was_and_is_over(scenario, every, clean, emulator, topic):
    order = Order(clean(scenario))

    def case(call, fault):
        ended = check.run(scenario, emulator, topic, fault, call)
        look(ended, order.outcomes(scenario, call, fault), order.calls.index(call) >= order.begin)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [(*moment, pool.submit(case, *moment)) for moment in order.moments(every)]
    wrong = [
        f"{fault.name} {' '.join(map(str, call))}: {type(error).__name__} {str(error).partition(chr(10))[0]}"
        for call, fault, future in running if (error := future.exception())
    ]
    assert not wrong, "\n".join(wrong)
