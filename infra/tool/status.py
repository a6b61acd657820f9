"""What is there, what waits, and what is wrong."""

import datetime

import checks
import settings
from commands import mails
from functions import everything
from stacks import Stack
from templates import ROWS


def status(place, options, say):
    stacks = {name: Stack(place, name) for name in ("kept", "shared", *ROWS, "config")}
    for one in stacks.values():
        say.say(f"stack {one.id}", one.status())
    text = settings.read(place)
    say.say("mode", "no settings" if text is None else settings.mode(text))
    functions = everything(place)
    if any(one.is_stopped() for one in functions):
        say.say("STOPPED", "events wait in the queues, four days at most; `make start` goes on")
    for one in functions:
        there = one.describe()
        what = f"version {there['Version']}: {there['Description'][:60]}" if there else "not there"
        if not one.row.schedule:
            say.say(one.name, f"{what}, without a queue")
            continue
        waits, letters = (queue[2] if queue else "no queue" for queue in (one.queue(), one.queue("-dead-letters")))
        say.say(one.name, f"{what}, waiting {waits}, dead letters {letters}, oldest {oldest(one)} s")
    for _, what in checks.recorder(place) + checks.rules(place, stacks["config"].values().get("CreateConfigRules", "no")):
        say.say("AWS Config", what)
    for name, how in evaluations(place):
        say.say(f"rule {name}", how)
    for what in checks.trails(place):
        say.say("CloudTrail", what)
    alarms = place.client("cloudwatch").get_paginator("describe_alarms")
    ringing = alarms.paginate(AlarmNamePrefix=f"{place.prefix}-", StateValue="ALARM").build_full_result().get("MetricAlarms", [])
    say.say("alarms that ring", ", ".join(one["AlarmName"] for one in ringing) or "none")
    topic = stacks["shared"].output("TopicArn")
    return f"mails: {mails(place, topic)}" if topic else "Curfew is not here"


def oldest(function):
    """How old the oldest message was in the last quarter of an hour, as far as CloudWatch knows it."""
    now = datetime.datetime.now(datetime.UTC)
    points = function.place.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SQS", MetricName="ApproximateAgeOfOldestMessage", Statistics=["Maximum"], Period=900,
        Dimensions=[{"Name": "QueueName", "Value": function.name}], StartTime=now - datetime.timedelta(minutes=15), EndTime=now,
    )["Datapoints"]
    return int(max((point["Maximum"] for point in points), default=0))


def evaluations(place):
    """(name, how its last evaluation went) of each rule of Curfew's own."""
    names = [one["ConfigRuleName"] for one in checks.config_rules(place)]
    own = [name for name in names if name.startswith(f"{place.prefix}-")]
    found = place.client("config").describe_config_rule_evaluation_status(ConfigRuleNames=own) if own else {}
    for one in found.get("ConfigRulesEvaluationStatus", []):
        when = one.get("LastSuccessfulEvaluationTime", "never")
        yield one["ConfigRuleName"], one.get("LastErrorMessage") or f"evaluated {when}"
