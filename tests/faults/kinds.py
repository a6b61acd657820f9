"""What can go wrong with one call to AWS."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from harness.loopback import Reset
from harness.recorder import ec2_error, s3_error, sns_error

# How long an invocation has: long enough for a walk with its retries, and short where somebody waits for its end.
ENOUGH, SHORT = 10, 6


@dataclass(frozen=True)
class Fault:
    """Something that happens to a call in place of its answer."""

    name: str
    # Takes the wire, the call and the way to AWS, and gives the answer.
    happens: Callable
    # Whether it happens to all calls of this operation until the delivery is over.
    lasts: bool = False
    seconds: int = ENOUGH
    # Whether it can happen to the ledger's calls alone.
    of_ledger: bool = False


def json_error(code, message="No.", **more):
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **more})


def broken(_wire, call, _forward):
    """The service has an error of its own."""
    return {
        "dynamodb": (500, json_error("InternalServerError")),
        "ec2": (500, ec2_error("InternalError")),
        "sns": (500, sns_error("InternalFailure")),
        "s3": (500, s3_error("InternalError")),
    }[service(call)]


def throttled(_wire, call, _forward):
    """There are too many calls."""
    return {
        "dynamodb": (400, json_error("ThrottlingException")),
        "ec2": (503, ec2_error("RequestLimitExceeded")),
        "sns": (400, sns_error("Throttling")),
        "s3": (503, s3_error("SlowDown")),
    }[service(call)]


def throttled_in_part(_wire, call, forward):
    """A transaction is cancelled since one of its items is written too often; the SDK does not try that again."""
    if call.operation != "TransactWriteItems":
        return throttled(_wire, call, forward)
    reasons = [{"Code": "None"}] * (len(json.loads(call.body)["TransactItems"]) - 1) + [{"Code": "ThrottlingError"}]
    return 400, json_error("TransactionCanceledException", CancellationReasons=reasons)


def reset_before(_wire, _call, _forward):
    """The connection breaks before the call takes effect."""
    raise Reset


def reset_after(wire, call, forward):
    """The connection breaks after the call took effect."""
    wire.take(call, forward, is_lost=True)
    raise Reset


def silent_before(wire, _call, _forward):
    """There is no answer, and no effect, as long as the process lives."""
    wire.until_gone()
    raise Reset


def silent_after(wire, call, forward):
    """The call takes effect, and there is no answer as long as the process lives."""
    wire.take(call, forward, is_lost=True)
    wire.until_gone()
    raise Reset


def killed_before(wire, _call, _forward):
    """The process is gone before the call takes effect."""
    wire.kill()
    raise Reset


def killed_after(wire, call, forward):
    """The process is gone once the call took effect."""
    wire.take(call, forward, is_lost=True)
    wire.kill()
    raise Reset


FAULTS = (
    Fault("500", broken),
    Fault("500 lasting", broken, lasts=True),
    Fault("throttled", throttled),
    Fault("throttled lasting", throttled, lasts=True),
    Fault("throttled in part", throttled_in_part, of_ledger=True),
    Fault("reset before", reset_before),
    Fault("reset after", reset_after),
    Fault("silent before", silent_before, seconds=SHORT),
    Fault("silent after", silent_after, seconds=SHORT),
    Fault("killed before", killed_before),
    Fault("killed after", killed_after),
)


def faults_of(call):
    """What can happen to a call, given as its name."""
    return [fault for fault in FAULTS if call.startswith("dynamodb:") or not fault.of_ledger]


def service(call):
    return call.action.split(":")[0]
