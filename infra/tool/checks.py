"""What can be wrong before anything is built or changed."""

from botocore.exceptions import ClientError

import settings
from aws import Trouble, pages
from functions import everything
from stacks import Stack
from templates import ROWS

# What AWS Config has to record: what the functions look at.
RECORDED = {row.resource for row in ROWS.values() if row.resource}
CHOICES = (
    "CONFIG_RULES=no deploys without rules, where Security Hub or others make the events. "
    "RECORDER=yes lets Curfew start a recorder where there is none (AWS Config bills by recorded item)."
)


def check(place, options, say):
    settings.to_be(place, options)
    if options.EMAIL is None and not Stack(place, "shared").is_there():
        advice = "Say who does, as in EMAIL=ops@example.com; EMAIL=none leaves the topic without a subscriber."
        raise Trouble("Nobody would get the mails.", advice)
    check_config(place, options, say)
    for what in trails(place):
        say.say("CloudTrail", what)
    before = Stack(place, "kept").values().get("KeyChoice")
    if options.KEY and before and options.KEY != before:
        for function in everything(place):
            function.check_nothing_waits("with another key the functions could not read them")


def check_config(place, options, say):
    """Config rules need a recorder that records what they are about, and a Region can have only one."""
    before, found = Stack(place, "config").values(), recorder(place)
    if options.RECORDER == "yes" and before.get("CreateRecorder") != "yes":
        if recorders(place):
            raise Trouble(f"{place.region} has a recorder of AWS Config already, and can have only one.", "Leave RECORDER out.")
        return
    own = options.CONFIG_RULES or before.get("CreateConfigRules", "yes")
    for is_the_end, what in found + rules(place, own):
        if is_the_end and own == "yes":
            raise Trouble(f"{what}, so that no rule could fire.", f"Correct that, or: {CHOICES}")
        say.say("AWS Config", what)


def recorders(place):
    """Those that tell what they see: one that a service keeps for itself tells nobody."""
    found = place.client("config").describe_configuration_recorders()["ConfigurationRecorders"]
    return [one for one in found if one.get("recordingScope") != "INTERNAL"]


def recorder(place):
    """What is wrong with AWS Config's recorder: (whether no rule can fire then, what)."""
    if not (there := recorders(place)):
        return [(True, f"AWS Config records nothing in {place.region}")]
    one, found = there[0], []
    group, mode, name = one.get("recordingGroup", {}), one.get("recordingMode", {}), f"the recorder `{one['name']}` in {place.region}"
    status = place.client("config").describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    if not any(other["recording"] for other in status if other["name"] == one["name"]):
        found.append((True, f"{name} is stopped"))
    strategy, missing = group.get("recordingStrategy", {}).get("useOnly"), RECORDED - set(group.get("resourceTypes", []))
    if strategy == "EXCLUSION_BY_RESOURCE_TYPES":
        missing = RECORDED & set(group.get("exclusionByResourceTypes", {}).get("resourceTypes", []))
    if missing and not group.get("allSupported") and strategy != "ALL_SUPPORTED_RESOURCE_TYPES":
        found.append((True, f"{name} does not record {', '.join(sorted(missing))}"))
    frequency = dict.fromkeys(RECORDED, mode.get("recordingFrequency"))
    for override in mode.get("recordingModeOverrides", []):
        frequency |= dict.fromkeys(override["resourceTypes"], override["recordingFrequency"])
    if daily := sorted(kind for kind in RECORDED if frequency[kind] == "DAILY"):
        found.append((False, f"{name} records {', '.join(daily)} once a day: events come up to a day late"))
    return found


def config_rules(place):
    return pages(place.client("config"), "describe_config_rules")["ConfigRules"]


def rules(place, own):
    """Which types no rule reports about, where Curfew brings none: those whose evaluations are internal make no events."""
    if own == "yes":
        return []
    external = [one for one in config_rules(place) if one.get("RuleEvaluationVisibility") != "INTERNAL"]
    scopes = [set(one.get("Scope", {}).get("ComplianceResourceTypes", RECORDED)) for one in external]
    without = sorted(RECORDED.difference(*scopes))
    return [(False, f"no rule in {place.region} makes events about {kind}: nothing about it will ever fire") for kind in without]


def trails(place):
    """Which calls will not wake anybody, since no trail hands them over."""
    client = place.client("cloudtrail")
    found = [one["TrailARN"] for one in client.describe_trails(includeShadowTrails=True)["trailList"]]
    logging = [selected(client, arn) for arn in found if client.get_trail_status(Name=arn)["IsLogging"]]
    if not any("Management" in one for one in logging):
        return [f"no trail logs management events in {place.region}: Curfew does not hear within seconds that something was opened, but only once AWS Config, a finding or the daily sweep says so"]
    if not any("AWS::S3::Object" in one for one in logging):
        return [f"no trail logs data events of S3 in {place.region}: PutObjectAcl, which makes single objects public, is not seen"]
    return []


def selected(client, trail):
    """Which calls that change something a trail logs: `Management`, and types of data events."""
    try:
        found = client.get_event_selectors(TrailName=trail)
    except ClientError:
        # An organization's trail does not tell its members what it selects.
        return {"Management", "AWS::S3::Object"}
    if not any(found.get(kind) for kind in ("EventSelectors", "AdvancedEventSelectors")):
        return {"Management"}
    kinds = set()
    for one in found.get("EventSelectors", []):
        if one.get("ReadWriteType", "All") != "ReadOnly":
            kinds |= {"Management"} if one.get("IncludeManagementEvents", True) else set()
            kinds |= {data["Type"] for data in one.get("DataResources", [])}
    for one in found.get("AdvancedEventSelectors", []):
        fields = {field["Field"]: field.get("Equals", []) for field in one["FieldSelectors"]}
        if fields.get("readOnly") != ["true"]:
            kinds |= {"Management"} & set(fields.get("eventCategory", [])) | set(fields.get("resources.type", []))
    return kinds
