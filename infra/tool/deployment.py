"""From nothing to a Region that is looked after. Each step may be repeated."""

import functions
import parameters
import queues
import settings
from aws import Place, trouble
from functions import all_functions
from regions import each, progress
from stacks import Stack


def deploy(regions, options):
    functions.check_built(options.lambda_dir)
    return each(regions, deploy_region, options)


def deploy_region(region, options):
    place = Place(region)
    say = progress(region)
    results = {}
    foundation = Stack(place, "foundation")
    kept = settings.read(place)
    results["foundation"] = say("foundation", foundation.deploy(parameters.given("foundation", options)))
    # Before the functions, so that they never go by others.
    if how := settings.bring(place, options.file, kept):
        say("settings", how)
    outputs = foundation.outputs()
    subscribe(place, outputs["TopicArn"], foundation.parameter_values().get("Email"))
    wanted = functions.concurrency(options.concurrency)
    for function in all_functions():
        results[function.binary] = say(function.name, functions.deploy(place, function, outputs, options.lambda_dir))
        if function in wanted:
            functions.reserve(place, function, wanted[function])
    for name in ("triggers", "watch"):
        results[name] = say(name, Stack(place, name).deploy(parameters.given(name, options)))
    return {**results, "mails": mails(place, outputs["TopicArn"])}


def subscriptions(place, topic):
    with trouble("looking who is subscribed", place.region):
        pages = place.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        return [one for page in pages for one in page["Subscriptions"]]


def subscribe(place, topic, email):
    """Asks again whom SNS has forgotten: it keeps a subscription that nobody confirms for some days only, of which
    CloudFormation learns nothing.
    """
    if not email or any(one["Endpoint"] == email for one in subscriptions(place, topic)):
        return
    with trouble(f"subscribing {email}", place.region):
        place.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=email)


def mails(place, topic):
    """Whether anybody gets the mails."""
    found = subscriptions(place, topic)
    pending = [one["Endpoint"] for one in found if "pending" in one["SubscriptionArn"].lower()]
    if pending:
        return f"to be confirmed by {', '.join(pending)}"
    return f"{len(found)} subscribed" if found else "nobody is subscribed"


def stop(regions, options):
    """Lets the events wait in the queues. Nothing is lost for four days, which is how long the queues keep them."""
    return each(regions, lambda region, _: switch(region, "yes"), options)


def start(regions, options):
    return each(regions, lambda region, _: switch(region, "no"), options)


def switch(region, stopped):
    return {"triggers": progress(region)("triggers", Stack(Place(region), "triggers").change({"Stopped": stopped}))}


def status(regions, options):
    """What is there, and what waits."""
    return each(regions, status_of_region, options)


def status_of_region(region, _options):
    place = Place(region)
    say = progress(region)
    found = {}
    for name in parameters.STACKS:
        stack = Stack(place, name)
        found[name] = say(name, (stack.describe() or {"StackStatus": "not there"})["StackStatus"])
    if Stack(place, "triggers").parameter_values().get("Stopped") == "yes":
        say("triggers", "STOPPED: events wait in the queues; `make start` goes on")
    for function in all_functions():
        queue, dead_letters = queues.urls(place, function)
        there = functions.describe(place.client("lambda"), place, function)
        what = f"deployed {there['Configuration']['LastModified']}" if there else "not there"
        say(function.name, f"{what}, waiting {queues.waiting(place, queue)}, dead letters {queues.waiting(place, dead_letters)}")
    if topic := Stack(place, "foundation").outputs().get("TopicArn"):
        found["mails"] = say("mails", mails(place, topic))
    return found
