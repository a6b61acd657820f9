"""Taking Curfew out of a Region. Logs, settings and key stay unless told otherwise."""

from contextlib import suppress

import functions
import queues
import settings
from aws import Place, trouble
from functions import all_functions
from regions import each, progress
from stacks import Stack
from trouble import Trouble

# By which a key is known that the foundation made; nobody else's may be deleted.
KEY_DESCRIPTION = "Curfew's topic, queues and logs"


def remove(regions, options):
    if options.logs not in ("", "keep", "delete"):
        raise Trouble(f"LOGS is `{options.logs}`, which it cannot be.", "LOGS=delete deletes logs, settings and key too. Nothing was changed.")
    return each(regions, remove_region, options)


def remove_region(region, options):
    place = Place(region)
    say = progress(region)
    if options.force != "yes":
        queues.check_nothing_waits(place, "removing Curfew would lose them", "FORCE=yes removes them too. ", all_functions())
    results = {}
    for name in ("watch", "triggers"):
        results[name] = say(name, "removed" if Stack(place, name).delete() else "not there")
    for function in all_functions():
        results[function.binary] = say(function.name, "removed" if functions.remove(place, function) else "not there")
    # Looked for before the logs go, which name it.
    keys = kept_keys(place)
    results["foundation"] = say("foundation", "removed" if Stack(place, "foundation").delete() else "not there")
    if options.logs == "delete":
        results["kept"] = say("logs and settings", delete_kept(place))
        for key in keys:
            say(f"key {key}", delete_key(place, key))
    else:
        results["kept"] = say("logs and settings", "kept")
        for key in keys:
            say(f"key {key}", "kept, the logs need it")
    return results


def log_groups(place):
    with trouble("looking for the logs", place.region):
        pages = place.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/curfew-")
        names = {f"/aws/lambda/{function.name}" for function in all_functions()}
        return [group for page in pages for group in page["logGroups"] if group["logGroupName"] in names]


def kept_keys(place):
    """The keys that the foundation made: its own of now, and those that logs of an earlier one are encrypted with."""
    named = {group["kmsKeyId"] for group in log_groups(place) if group.get("kmsKeyId")}
    named |= {Stack(place, "foundation").outputs().get("KeyArn")} - {None, ""}
    kms = place.client("kms")
    keys = []
    for key in sorted(named):
        with trouble(f"looking at the key {key}", place.region), suppress(kms.exceptions.NotFoundException):
            found = kms.describe_key(KeyId=key)["KeyMetadata"]
            if found["Description"] == KEY_DESCRIPTION and found["KeyState"] != "PendingDeletion":
                keys.append(key)
    return keys


def delete_kept(place):
    logs, ssm = place.client("logs"), place.client("ssm")
    with trouble("deleting what was kept", place.region):
        # What is gone already is as it was asked for.
        for group in log_groups(place):
            with suppress(logs.exceptions.ResourceNotFoundException):
                logs.delete_log_group(logGroupName=group["logGroupName"])
        with suppress(ssm.exceptions.ParameterNotFound):
            ssm.delete_parameter(Name=settings.NAME)
    return "deleted"


def delete_key(place, key):
    kms = place.client("kms")
    with trouble(f"deleting the key {key}", place.region):
        try:
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
        except kms.exceptions.NotFoundException:
            return "gone already"
    return "goes in 30 days, until then `aws kms cancel-key-deletion` takes it back"
