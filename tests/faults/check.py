"""One trigger, delivered three times with one fault, and what has to hold then."""

import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import boto3
from harness import records, triggers
from harness.stack import CREDENTIALS, REGION
from lambdas import CUT_OFF, LONG, Lambda, Wire


class Written:
    """What is in a table."""

    def __init__(self, emulator, name):
        keys = {key.lower(): value for key, value in CREDENTIALS.items()}
        self.table = boto3.resource("dynamodb", REGION, endpoint_url=emulator.url, **keys).Table(name)

    def items(self):
        return sorted(records.items(self.table, "scan"), key=lambda item: (item["resource"], item["record"]))

    def records(self):
        """The records: their keys begin with the year, and those of parts and standings do not."""
        own = [item for item in self.items() if item["record"][0].isdigit() and item["resource"].startswith("arn:")]
        return [records.decode(self.table, item) for item in own]

    def records_of(self, arn):
        """The same of one resource alone."""
        return records.history(self.table, arn)

    def wait_for_leases(self):
        """Until nobody is taken to be at work any more."""
        leases = [item["lease_until"] for item in self.items() if "lease_until" in item]
        until = max(leases, default=Decimal(0)) / 1000
        time.sleep(max(0, float(until) - time.time()) + 0.01)


@dataclass
class Ended:
    """What a case left behind."""

    place: object
    wire: Wire
    written: Written
    answers: list
    # How many calls had taken effect when each delivery began.
    begins: list
    items: list


class NotHit(Exception):
    """The call that something was to happen to did not come."""


def run(scenario, emulator, topic, fault=None, target=None):
    """Delivers one trigger three times, the first time with a fault at `target`, its action and its number."""
    place = scenario.place(emulator)
    wire = Wire(emulator, fault, target, place)
    function = Lambda(scenario.function, emulator, topic, wire, scenario.settings)
    written = Written(emulator, function.table)
    if scenario.is_enforced:
        place.is_recorded = lambda: is_recorded(written, place)
    answers, begins, items = [], [], []
    try:
        for count in (1, 2, 3):
            begins.append(len(wire.effects))
            seconds = fault.seconds if fault and count == 1 else LONG
            answers.append(function.deliver(triggers.sqs_batch(place.event, receive_count=count), seconds))
            if fault and not wire.is_hit:
                raise NotHit
            written.wait_for_leases()
            items.append(written.items())
    finally:
        function.close()
    return Ended(place, wire, written, answers, begins, items)


def unfinished(items):
    """What somebody would have to go on with. A turn that could not be ended is over once its time is."""
    return [item for item in items if item.get("open") or item.get("lease_until") and item["record"] != "turn"]


def is_recorded(written, place):
    """There is one record, it is open, and it tells the true state before."""
    [record] = written.records_of(place.arn)
    assert "end" not in record, "the record is over"
    place.says(record["attempts"][0]["before"])


def check(scenario, ended, clean=None):
    """Raises `AssertionError` where something is not as it has to be; returns how many mails there were."""
    place, wire = ended.place, ended.wire
    assert wire.wrong == [], wire.wrong
    state = place.state()
    assert state == (clean.place.state() if clean else state)
    assert scenario.is_enforced or (state == place.before and not any(effect.changes for effect in wire.effects))
    [record] = ended.written.records()
    place.says(record["attempts"][0]["before"])
    assert record["end"]["outcome"] in scenario.outcomes, record["end"]
    assert record["told"], "nobody was told"
    assert unfinished(ended.items[-1]) == []
    assert ended.answers[1:] == [(False, {"batchItemFailures": []})] * 2, ended.answers
    later = wire.effects[ended.begins[2]:]
    assert not [effect.call.operation for effect in later if effect.changes or effect.call.operation == "Publish"]
    assert ended.items[2] == ended.items[1], "the last delivery has written something"
    mails = [effect for effect in wire.effects if effect.call.operation == "Publish"]
    assert len(mails) == 1 or len(mails) == 2 and may_tell_twice(wire), of_calls(mails)
    return len(mails)


def of_calls(mails):
    """How many mails there were, in words: the SDK may have made a call more than once."""
    calls = Counter((effect.delivery, effect.call.headers.get("amz-sdk-invocation-id")) for effect in mails)
    each = ", ".join(f"{count} by a call of delivery {delivery}" for (delivery, _), count in calls.items())
    return f"{len(mails)} mails: {each}"


def may_tell_twice(wire):
    """Whether the answer to a mail got lost, or the process ended between it and the record's end."""
    mails = [effect.call.headers.get("amz-sdk-invocation-id") for effect in wire.effects if effect.call.operation == "Publish"]
    # The SDK had no answer in time, and called again.
    if len(set(mails)) < len(mails):
        return True
    for place, effect in enumerate(wire.effects):
        if effect.call.operation == "Publish":
            if effect.is_lost:
                return True
            later = wire.effects[place + 1:]
            finish = next((at for at, one in enumerate(later, place + 1) if one.call.operation == "TransactWriteItems"), len(wire.effects))
            if any(place < end <= finish for end in wire.ends):
                return True
    return False


def is_cut_off(ended):
    return ended.answers[0] == CUT_OFF
