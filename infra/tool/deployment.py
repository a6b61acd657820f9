"""From nothing to a Region that is looked after, and back. Each step may be repeated."""

from contextlib import suppress

import functions
import parameters
import queues
import settings
from aws import Place, trouble
from functions import all_functions
from stacks import Stack
from trouble import Trouble


def check(regions, options):
    """Everything that can be wrong before anything is built or changed."""
    for stack in parameters.STACKS:
        parameters.given(stack, options)
    functions.concurrency(options.concurrency)
    for region in regions:
        place = Place(region)
        check_first(place, options)
        check_recorder(place, options)
        print(f"{region}: account {place.account}, as {place.caller}")


def check_first(place, options):
    """A first deployment has to say who gets the mails; a later one keeps them."""
    if options.email or options.alert_topic or Stack(place, "foundation").is_there():
        return
    raise Trouble("Nobody would get the mails.", "Say who does, as in EMAIL=ops@example.com; EMAIL=none leaves the topic without a subscriber.")


def check_recorder(place, options):
    """Config rules need a recorder, and a Region can have only one."""
    triggers = Stack(place, "triggers").describe() or {}
    before = {one["ParameterKey"]: one.get("ParameterValue") for one in triggers.get("Parameters", [])}
    rules = options.config_rules or before.get("CreateConfigRules", "yes")
    ours = options.recorder or before.get("CreateRecorder", "no")
    with trouble("looking for AWS Config's recorder", place.region):
        recorders = place.client("config").describe_configuration_recorders()["ConfigurationRecorders"]
    if not recorders and rules == "yes" and ours != "yes":
        raise Trouble(
            f"AWS Config records nothing in {place.region}, so that no rule could fire.",
            "Start it yourself, or say RECORDER=yes to let Curfew do it (AWS Config bills by recorded item); "
            "CONFIG_RULES=no deploys without rules.",
        )
    if recorders and options.recorder == "yes" and before.get("CreateRecorder") != "yes":
        raise Trouble(f"{place.region} has a recorder of AWS Config already, and can have only one.", "Leave RECORDER out.")


def deploy(regions, options):
    """One Region after the other; one that fails does not keep the others waiting."""
    functions.check_built(options.lambda_dir)
    results = [attempt(region, deploy_region, options) for region in regions]
    return summary(results)


def deploy_region(region, options):
    place = Place(region)
    say = progress(region)
    results = {}
    foundation = Stack(place, "foundation")
    results["foundation"] = say("foundation", foundation.deploy(parameters.given("foundation", options)))
    outputs = foundation.outputs()
    wanted = functions.concurrency(options.concurrency)
    for function in all_functions():
        results[function.binary] = say(function.name, functions.deploy(place, function, outputs, options.lambda_dir))
        if function in wanted:
            functions.reserve(place, function, wanted[function])
    for name in ("triggers", "watch"):
        results[name] = say(name, Stack(place, name).deploy(parameters.given(name, options)))
    return {**results, "mails": mails(place, outputs["TopicArn"])}


def mails(place, topic):
    """Whether anybody gets the mails."""
    with trouble("looking who is subscribed", place.region):
        pages = place.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        subscriptions = [one for page in pages for one in page["Subscriptions"]]
    if not subscriptions:
        return "nobody yet"
    pending = [one["Endpoint"] for one in subscriptions if "pending" in one["SubscriptionArn"].lower()]
    return f"to be confirmed by {', '.join(pending)}" if pending else f"{len(subscriptions)} subscribed"


def status(regions, options):
    """What is there, and what waits."""
    for region in regions:
        place = Place(region)
        for name in parameters.STACKS:
            stack = Stack(place, name).describe()
            print(f"{region}  curfew-{name:<28}{stack['StackStatus'] if stack else 'not there'}")
        for function in all_functions():
            queue, dead_letters = queues.urls(place, function)
            found = functions.describe(place.client("lambda"), place, function)
            there = found["Configuration"]["LastModified"] if found else "not there"
            print(f"{region}  {function.name:<35}{there}  waiting {queues.waiting(place, queue)}, dead letters {queues.waiting(place, dead_letters)}")


def remove(regions, options):
    """The reverse of deploying. Logs, settings and the key stay unless told otherwise."""
    if options.logs not in ("", "keep", "delete"):
        raise Trouble(f"LOGS is `{options.logs}`, which it cannot be.", "LOGS=delete deletes logs, settings and key too. Nothing was changed.")
    return summary([attempt(region, remove_region, options) for region in regions])


def remove_region(region, options):
    place = Place(region)
    say = progress(region)
    if options.force != "yes":
        check_nothing_waits(place)
    results = {}
    # The logs' and the key's names are known as long as the stack is.
    key = Stack(place, "foundation").outputs().get("KeyArn", "")
    for name in ("watch", "triggers"):
        results[name] = say(name, "removed" if Stack(place, name).delete() else "not there")
    for function in all_functions():
        results[function.binary] = say(function.name, "removed" if functions.remove(place, function) else "not there")
    results["foundation"] = say("foundation", "removed" if Stack(place, "foundation").delete() else "not there")
    results["logs"] = say("logs", delete_kept(place, key) if options.logs == "delete" else "kept")
    return results


def check_nothing_waits(place):
    for function in all_functions():
        for url in queues.urls(place, function):
            if number := queues.waiting(place, url):
                raise Trouble(
                    f"{number} messages wait in {url}: removing Curfew would lose them.",
                    f"Let them be worked off, or send dead letters back with `make redrive FUNCTION={function.binary}`; "
                    "FORCE=yes removes them too. Nothing was changed.",
                )


def delete_kept(place, key):
    """Deletes what a removed stack leaves behind. The key goes after KMS's waiting time of 30 days."""
    logs, ssm = place.client("logs"), place.client("ssm")
    with trouble("deleting what was kept", place.region):
        # What is gone already is as it was asked for.
        for function in all_functions():
            with suppress(logs.exceptions.ResourceNotFoundException):
                logs.delete_log_group(logGroupName=f"/aws/lambda/{function.name}")
        with suppress(ssm.exceptions.ParameterNotFound):
            ssm.delete_parameter(Name=settings.NAME)
        if key:
            place.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
    return "deleted"


def progress(region):
    def say(what, how):
        print(f"{region}  {what:<28}{how}", flush=True)
        return how

    return say


def attempt(region, work, options):
    try:
        return region, work(region, options), None
    except Trouble as trouble_:
        print(f"{region}  {trouble_}", flush=True)
        return region, {}, trouble_


def summary(results):
    """A line a Region. Returns the exit status."""
    failed = [region for region, _, failure in results if failure]
    print()
    for region, steps, failure in results:
        if failure:
            print(f"  {region:<16}FAILED: {failure.what.splitlines()[0]}")
            continue
        counted = {how: list(steps.values()).count(how) for how in steps.values() if steps.get("mails") != how}
        text = ", ".join(f"{number} {how}" for how, number in counted.items())
        print(f"  {region:<16}{text}" + (f"; mails: {steps['mails']}" if "mails" in steps else ""))
    return 1 if failed else 0
