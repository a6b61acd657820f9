"""What can be wrong before anything is built or changed."""

import functions
import queues
import settings
import templates
from aws import trouble
from regions import named
from stacks import Stack
from templates import FUNCTIONS, OPTIONS, check as check_value, declared
from trouble import Trouble

# What AWS Config has to record: what the functions look at.
RECORDED = {one.resource for one in FUNCTIONS if one.resource}
NOTHING = "AWS Config records nothing in"
CHOICES = (
    "CONFIG_RULES=no deploys without rules, where Security Hub or others make the events. "
    "RECORDER=yes lets Curfew start a recorder where there is none (AWS Config bills by recorded item)."
)


def check_options(options):
    """What can be told to be wrong without AWS."""
    named(options.regions)
    for name in ("kept", "shared", "function", "config"):
        templates.given(name, options)
    functions.concurrency(options.concurrency)
    if options.mode:
        check_value("MODE", options.mode, declared("kept")["Mode"])
    if options.prefix:
        check_value("PREFIX", options.prefix, declared("kept")["NamePrefix"])
    if options.account and not (options.account.isdigit() and len(options.account) == 12):
        raise Trouble(f"ACCOUNT is `{options.account}`, which is no account's number.", "It has 12 digits. Nothing was changed.")
    if options.logs not in ("", "keep", "delete"):
        raise Trouble(f"LOGS is `{options.logs}`, which it cannot be.", "LOGS=delete deletes logs, records, settings and key too. Nothing was changed.")
    if options.logs == "delete" and not options.account:
        raise Trouble("What LOGS=delete deletes cannot be had back.", "Say in which account, as in ACCOUNT=111122223333. Nothing was changed.")


def check(place, options, say):
    settings.to_be(place, options)
    if not options.email and not Stack(place, "shared").is_there():
        raise Trouble("Nobody would get the mails.", "Say who does, as in EMAIL=ops@example.com; EMAIL=none leaves the topic without a subscriber.")
    check_config(place, options)
    before = Stack(place, "kept").values().get("KeyChoice")
    if options.key and before and options.key != before:
        queues.check_nothing_waits(place, "with another key the functions could not read them")


def check_config(place, options):
    """Config rules need a recorder that records what they are about, and a Region can have only one."""
    before = Stack(place, "config").values()
    ours = before.get("CreateRecorder", "no") == "yes"
    found = recorder(place)
    if options.recorder == "yes" and not ours:
        if not found or NOTHING not in found[0][1]:
            raise Trouble(f"{place.region} has a recorder of AWS Config already, and can have only one.", "Leave RECORDER out.")
        return
    own = options.config_rules or before.get("CreateConfigRules", "yes")
    for is_the_end, what in found + rules(place, own):
        if is_the_end and own == "yes":
            raise Trouble(f"{what}, so that no rule could fire.", f"Correct that, or: {CHOICES}")
        print(f"{place.region}  {what}")


def recorder(place):
    """What is wrong with AWS Config's recorder: (whether no rule can fire then, what)."""
    config = place.client("config")
    with trouble("looking for AWS Config's recorder", place.region):
        # One that a service keeps for itself tells nobody what it sees.
        recorders = [one for one in config.describe_configuration_recorders()["ConfigurationRecorders"] if one.get("recordingScope") != "INTERNAL"]
        status = {one["name"]: one["recording"] for one in config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]}
    if not recorders:
        return [(True, f"{NOTHING} {place.region}")]
    [one, *_], found = recorders, []
    name = f"AWS Config's recorder `{one['name']}` in {place.region}"
    if not status.get(one["name"]):
        found.append((True, f"{name} is stopped"))
    if missing := RECORDED - recorded(one.get("recordingGroup", {})):
        found.append((True, f"{name} does not record {', '.join(sorted(missing))}"))
    mode = one.get("recordingMode", {})
    frequency = {kind: mode.get("recordingFrequency") for kind in RECORDED}
    for override in mode.get("recordingModeOverrides", []):
        frequency |= {kind: override["recordingFrequency"] for kind in override["resourceTypes"]}
    if daily := sorted(kind for kind in RECORDED if frequency[kind] == "DAILY"):
        found.append((False, f"{name} records {', '.join(daily)} once a day: events come up to a day late"))
    return found


def recorded(group):
    """The types that matter here, as far as a recorder's group has them."""
    strategy = group.get("recordingStrategy", {}).get("useOnly")
    if strategy == "EXCLUSION_BY_RESOURCE_TYPES":
        return RECORDED - set(group.get("exclusionByResourceTypes", {}).get("resourceTypes", []))
    if group.get("allSupported") or strategy == "ALL_SUPPORTED_RESOURCE_TYPES":
        return RECORDED
    return RECORDED & set(group.get("resourceTypes", []))


def rules(place, own):
    """Which types no rule reports about, where Curfew brings none: those whose evaluations are internal make no events."""
    if own == "yes":
        return []
    with trouble("looking at AWS Config's rules", place.region):
        pages = place.client("config").get_paginator("describe_config_rules").paginate()
        external = [one for page in pages for one in page["ConfigRules"] if one.get("RuleEvaluationVisibility") != "INTERNAL"]
    scopes = [set(one.get("Scope", {}).get("ComplianceResourceTypes", RECORDED)) for one in external]
    without = sorted(RECORDED.difference(*scopes))
    return [(False, f"no rule of AWS Config in {place.region} makes events about {kind}: nothing about it will ever fire") for kind in without]
