"""Whatever goes wrong with a call of the tick that sends a digest: what waits is mailed, and once but where a mail's answer
got lost or the process ended right after it."""

from concurrent.futures import ThreadPoolExecutor

import check
from harness import triggers
from kinds import FAULTS, faults_of
from lambdas import LONG, Lambda, Wire
from places import Bucket

# They mostly wait.
AT_ONCE = 3
TRIES = 3
SETTINGS = {"mode": "enforce", "alerts": "hourly"}


def run(emulator, topic, fault=None, target=None):
    """Leaves one change to the digest, and lets four ticks come, the first with a fault at `target`; returns the wire."""
    place = Bucket(emulator)
    # The first delivery that the wire knows is the first tick.
    wire = Wire(emulator, fault, target, place)
    wire.delivery = -1
    function = Lambda("s3-acl-private", emulator, topic, wire, SETTINGS)
    written = check.Written(emulator, function.table)
    try:
        assert function.deliver(triggers.sqs_batch(place.event)) == (False, {"batchItemFailures": []})
        assert not mails(wire)
        for count in (1, 2, 3, 4):
            seconds = fault.seconds if fault and count == 1 else LONG
            answer = function.deliver(triggers.sqs_batch(triggers.tick(), receive_count=count), seconds)
            if fault and not wire.is_hit:
                raise check.NotHit
            let_time_pass(written)
        assert answer == (False, {"batchItemFailures": []})
    finally:
        function.close()
    waits = [item for item in written.items() if "brief" in item]
    assert len(waits) == 1 and "sent_at" in waits[0], waits
    [record] = written.records()
    assert len(record["told"]) == 1 and record["end"]["outcome"] == "remediated"
    assert len(mails(wire)) == 1 or len(mails(wire)) == 2 and check.may_tell_twice(wire), f"{len(mails(wire))} mails"
    return wire


def let_time_pass(written):
    """Until the next tick nobody is taken to be sending the digest any more: that takes as long as an invocation may."""
    key = {"resource": "digest s3-acl", "record": "turn"}
    if "Item" in written.table.get_item(Key=key, ConsistentRead=True):
        written.table.update_item(Key=key, UpdateExpression="SET lease_until = :over", ExpressionAttributeValues={":over": 0})


def mails(wire):
    return [effect for effect in wire.effects if effect.call.operation == "Publish"]


def test_what_waits_is_mailed_once_whatever_goes_wrong(emulator, topic, every, record_property):
    calls = sorted(run(emulator, topic).order)
    assert [action for action, _ in calls].count("sns:Publish") == 1

    def case(target, fault):
        for _ in range(TRIES):
            try:
                return "ok" if len(mails(run(emulator, topic, fault, target))) == 1 else "two"
            except check.NotHit:
                continue
        raise AssertionError("the call did not come")

    def faults(number, action):
        some = faults_of(action)
        return some if every else [some[number % len(some)], some[(number + len(FAULTS) // 2) % len(some)]]

    cases = [(target, fault) for number, target in enumerate(calls) for fault in faults(number, target[0])]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [(target, fault, pool.submit(case, target, fault)) for target, fault in cases]
    wrong = []
    for (action, number), fault, future in running:
        error = future.exception()
        record_property("case", ("digest", f"{action} {number}", fault.name, "WRONG" if error else future.result()))
        if error:
            wrong.append(f"{fault.name} at {action} {number}: {type(error).__name__} {str(error).partition(chr(10))[0]}")
    assert not wrong, "\n".join(wrong)
