"""From nothing to a Region that is looked after, and stopping, starting and going back. Each step may be repeated."""

import functions
import settings
import templates
from aws import trouble
from stacks import Stack
from templates import FUNCTIONS
from trouble import Trouble

COMES = {
    "enforce": "AWS Config evaluates everything now: within the hour all that is open is closed, and mailed",
    "observe": "AWS Config evaluates everything now: within the hour mails say what would be closed; nothing is",
}


def deploy(place, options, say):
    for one in FUNCTIONS:
        functions.bootstrap(options.lambda_dir, one)
    text = settings.to_be(place, options)
    wants = settings.wants(text)
    names = {"NamePrefix": place.prefix, "KeyArn": f"/{place.prefix}/key"}
    kept = Stack(place, "kept")
    begins = {} if kept.is_there() else {"Mode": wants["Mode"]}
    say("kept", kept.deploy({**names, **begins, **templates.given("kept", options)}, protect=True))
    # Before the functions, so that they never go by others.
    if (how := settings.put(place, text)) != "unchanged":
        say.say("settings", how)
    shared = Stack(place, "shared")
    say("shared", shared.deploy({**names, **wants, **templates.given("shared", options)}))
    topic, email = shared.topic(), shared.values().get("Email")
    if email and email not in [one["Endpoint"] for one in subscriptions(place, topic)]:
        # SNS forgets a subscription that nobody confirms after some days, of which CloudFormation learns nothing.
        with trouble(f"subscribing {email}", place.region):
            place.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=email)
    reserved = functions.concurrency(options.concurrency)
    for one in FUNCTIONS:
        stack = Stack(place, one.binary)
        given = {**names, **one.parameters, **templates.given("function", options)}
        inherited = {key: value for key, value in shared.values().items() if key in ("AlertTopicArn", "RolePath")}
        given |= {**inherited, "Stopped": "yes" if functions.is_stopped(place, one) else "no"}
        say(one.name(place), functions.deploy(place, one, given, options.lambda_dir))
        if one in reserved:
            functions.reserve(place, one, reserved[one])
        say(f"{one.name(place)} (stack)", stack.deploy(given))
    config = Stack(place, "config")
    how = config.deploy({**names, **templates.given("config", options)})
    say("config", how)
    if how == "created":
        say.say("mode", f"{wants['Mode']}: {COMES[wants['Mode']]}")
    return f"mode: {wants['Mode']}; mails: {mails(place, topic)}"


def subscriptions(place, topic):
    with trouble("looking who is subscribed", place.region):
        pages = place.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        return [one for page in pages for one in page["Subscriptions"]]


def mails(place, topic):
    """Whether anybody gets the mails."""
    found = subscriptions(place, topic)
    if pending := [one["Endpoint"] for one in found if "pending" in one["SubscriptionArn"].lower()]:
        return f"to be confirmed by {', '.join(pending)}"
    return f"{len(found)} subscribed" if found else "nobody is subscribed"


def stop(place, options, say):
    """Lets the events wait in the queues. Nothing is lost for four days, which is how long the queues keep them."""
    switch(place, say, "yes", "stopped")


def start(place, options, say):
    switch(place, say, "no", "started")


def switch(place, say, stopped, word):
    """First the mappings themselves, by API. Then the stacks are told, with the templates that they have, and not waited for:
    one that cannot learn it now learns it at the next deployment, which goes by the mappings."""
    if not functions.switch(place, stopped == "no"):
        raise Trouble(f"Curfew is not in {place.region}.", f"Run `make deploy REGION={place.region}` first.")
    say("all mappings", word)
    for one in FUNCTIONS:
        stack = Stack(place, one.binary)
        if found := stack.describe():
            try:
                stack.update({"Stopped": stopped}, found, wait=False, UsePreviousTemplate=True)
            except Trouble as trouble:
                say.say(one.name(place), f"{word}; its stack learns it with the next deployment ({trouble.what})")


def rollback(place, options, say):
    for one in [templates.function(options.function)] if options.function else FUNCTIONS:
        say(one.name(place), functions.rollback(place, one))
