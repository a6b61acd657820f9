"""What is there, what waits, and what is wrong."""

import datetime

import checks
import functions
import queues
import settings
from aws import AGAIN, trouble
from deployment import mails
from stacks import Stack
from templates import FUNCTIONS, function
from trouble import Trouble


def status(place, options, say):
    for name in ("kept", "shared", *(one.binary for one in FUNCTIONS), "config"):
        say.say(f"stack {place.prefix}-{name}", Stack(place, name).status())
    text = settings.read(place)
    say.say("mode", "no settings" if text is None else settings.wants(text)["Mode"])
    if any(functions.is_stopped(place, one) for one in FUNCTIONS):
        say.say("STOPPED", "events wait in the queues, four days at most; `make start` goes on")
    for one in FUNCTIONS:
        there = functions.describe(place, one)
        what = f"version {there['Version']}: {there['Description'][:60]}" if there else "not there"
        if not one.resource:
            say.say(one.name(place), f"{what}, invoked by hand")
            continue
        (_, queue), (_, dead_letters) = queues.of(place, one)
        waits = f"waiting {queues.waiting(queue)}, dead letters {queues.waiting(dead_letters)}"
        say.say(one.name(place), f"{what}, {waits}, oldest {oldest(place, one)} s")
    for _, what in checks.recorder(place) + checks.rules(place, Stack(place, "config").values().get("CreateConfigRules", "no")):
        say.say("AWS Config", what)
    for name, evaluated in evaluations(place):
        say.say(f"rule {name}", evaluated)
    if not is_trail_logging(place):
        say.say("CloudTrail", "no trail logs here: what a rule reports again, without a change, is not seen")
    with trouble("looking for alarms that ring", place.region):
        alarms = place.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{place.prefix}-", StateValue="ALARM")
        ringing = [alarm["AlarmName"] for page in alarms for alarm in page["MetricAlarms"]]
    say.say("alarms that ring", ", ".join(ringing) or "none")
    shared = Stack(place, "shared")
    return f"mails: {mails(place, shared.topic())}" if shared.is_there() else "Curfew is not here"


def oldest(place, one):
    """How old the oldest message was in the last quarter of an hour, as far as CloudWatch knows it."""
    now = datetime.datetime.now(datetime.UTC)
    with trouble("asking for the oldest message", place.region):
        points = place.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS", MetricName="ApproximateAgeOfOldestMessage", Dimensions=[{"Name": "QueueName", "Value": one.name(place)}],
            StartTime=now - datetime.timedelta(minutes=15), EndTime=now, Period=900, Statistics=["Maximum"],
        )["Datapoints"]
    return int(max((point["Maximum"] for point in points), default=0))


def evaluations(place):
    """(name, how its last evaluation went) of each rule of Curfew's own."""
    config = place.client("config")
    with trouble("looking at the rules' evaluations", place.region):
        pages = config.get_paginator("describe_config_rules").paginate()
        own = [one["ConfigRuleName"] for page in pages for one in page["ConfigRules"] if one["ConfigRuleName"].startswith(f"{place.prefix}-")]
        found = config.describe_config_rule_evaluation_status(ConfigRuleNames=own)["ConfigRulesEvaluationStatus"] if own else []
    for one in found:
        yield one["ConfigRuleName"], one.get("LastErrorMessage") or f"evaluated {one.get('LastSuccessfulEvaluationTime', 'never')}"


def is_trail_logging(place):
    trails = place.client("cloudtrail")
    with trouble("looking for a trail of CloudTrail", place.region):
        found = [one["TrailARN"] for one in trails.describe_trails(includeShadowTrails=True)["trailList"]]
        return any(trails.get_trail_status(Name=arn)["IsLogging"] for arn in found)


def test_alert(place, options, say):
    """Has one function publish a mail that is marked as a test, with its own role, to where its alerts go."""
    one = function(options.function) if options.function else FUNCTIONS[0]
    answer, is_right = functions.ask(place, one, functions.LIVE, {"test_alert": True})
    if not is_right:
        raise Trouble(f"{one.name(place)} could not send a mail: {answer}", AGAIN)
    say(one.name(place), "sent a test mail")
