"""What can be wrong before anything is built or changed."""

import functions
import parameters
import queues
import settings
from aws import Place, trouble
from stacks import Stack
from trouble import Trouble

# What AWS Config has to record: what the functions look at.
RECORDED = {function.resource for function in functions.all_functions()}


def check(regions, options):
    for stack in parameters.STACKS:
        parameters.given(stack, options)
    functions.concurrency(options.concurrency)
    if options.file:
        settings.checked(options.file)
    for region in regions:
        place = Place(region)
        check_mails(place, options)
        check_recorder(place, options)
        check_key(place, options)
        print(f"{region}: account {place.account}, as {place.caller}")


def check_mails(place, options):
    """A first deployment has to say who gets the mails, the alarms' too; a later one keeps them."""
    if options.email or Stack(place, "foundation").is_there():
        return
    raise Trouble("Nobody would get the mails.", "Say who does, as in EMAIL=ops@example.com; EMAIL=none leaves the topic without a subscriber.")


def check_recorder(place, options):
    """Config rules need a recorder that records what they are about, and a Region can have only one."""
    before = Stack(place, "triggers").parameter_values()
    rules = options.config_rules or before.get("CreateConfigRules", "yes")
    ours = before.get("CreateRecorder", "no")
    wanted = options.recorder or ours
    recorders = find_recorders(place)
    if recorders and wanted == "yes" and ours != "yes":
        raise Trouble(f"{place.region} has a recorder of AWS Config already, and can have only one.", "Leave RECORDER out.")
    if rules != "yes" or wanted == "yes":
        return
    choices = (
        "CONFIG_RULES=no deploys without rules, where Security Hub or others make the events. "
        "RECORDER=yes lets Curfew start a recorder where there is none (AWS Config bills by recorded item)."
    )
    if not recorders or ours == "yes":
        raise Trouble(f"AWS Config records nothing in {place.region}, so that no rule could fire.", f"Start it, or: {choices}")
    name, is_recording, types = recorders[0]
    if not is_recording:
        raise Trouble(f"AWS Config's recorder `{name}` in {place.region} is stopped, so that no rule could fire.", f"Start it, or: {choices}")
    if missing := RECORDED - types:
        raise Trouble(
            f"AWS Config's recorder `{name}` in {place.region} does not record {', '.join(sorted(missing))}.",
            f"Add that to what it records, or: {choices}",
        )


def find_recorders(place):
    """(name, whether it is at work, which of the types that matter here it records) of each recorder."""
    config = place.client("config")
    with trouble("looking for AWS Config's recorder", place.region):
        recorders = config.describe_configuration_recorders()["ConfigurationRecorders"]
        status = {one["name"]: one["recording"] for one in config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]}
    return [(one["name"], status.get(one["name"], False), recorded(one.get("recordingGroup", {}))) for one in recorders]


def recorded(group):
    """The types that matter here, as far as a recorder's group has them."""
    strategy = group.get("recordingStrategy", {}).get("useOnly")
    if strategy == "EXCLUSION_BY_RESOURCE_TYPES":
        return RECORDED - set(group.get("exclusionByResourceTypes", {}).get("resourceTypes", []))
    if group.get("allSupported") or strategy == "ALL_SUPPORTED_RESOURCE_TYPES":
        return RECORDED
    return RECORDED & set(group.get("resourceTypes", []))


def check_key(place, options):
    """What waits in a queue is encrypted with the key of now: the functions could not read it with another one."""
    before = Stack(place, "foundation").parameter_values().get("KeyChoice")
    if options.key and before and options.key != before:
        queues.check_nothing_waits(place, "with another key the functions could not read them", "", functions.all_functions())
