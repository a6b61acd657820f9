"""Taking Curfew out of a Region. What is kept stays unless told otherwise."""

from contextlib import suppress

import functions
import queues
import records
from aws import trouble
from stacks import Stack
from templates import FUNCTIONS


def remove(place, options, say):
    if options.force != "yes":
        queues.check_nothing_waits(place, "removing Curfew would lose them", "FORCE=yes removes them too. ")
    removed = lambda whether: "removed" if whether else "not there"  # noqa: E731
    say("config", removed(Stack(place, "config").delete()))
    for one in FUNCTIONS:
        say(f"{one.name(place)} (stack)", removed(Stack(place, one.binary).delete()))
        say(one.name(place), removed(functions.remove(place, one)))
    say("shared", removed(Stack(place, "shared").delete()))
    kept = Stack(place, "kept")
    if options.logs != "delete":
        say.say("logs, records, settings and key", "kept, in the stack " + kept.id)
        return "logs, records, settings and key are kept"
    key = next((one["OutputValue"] for one in (kept.describe() or {}).get("Outputs", []) if one["OutputKey"] == "KeyArn"), "none")
    say("kept", removed(kept.delete()))
    logs, ssm, kms = place.client("logs"), place.client("ssm"), place.client("kms")
    with trouble("deleting what was kept", place.region):
        # What is gone already is as it was asked for.
        records.delete_table(place)
        with suppress(logs.exceptions.ResourceNotFoundException):
            logs.delete_log_group(logGroupName=f"/aws/lambda/{place.prefix}")
        with suppress(ssm.exceptions.ParameterNotFound):
            ssm.delete_parameter(Name=f"/{place.prefix}/settings")
        if key != "none":
            with suppress(kms.exceptions.NotFoundException, kms.exceptions.KMSInvalidStateException):
                kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
            say.say(f"key {key}", "goes in 30 days; until then `aws kms cancel-key-deletion` takes it back")
    return "logs, records and settings are deleted"
