"""What each command does in a Region, in order. Each step may be repeated."""

import datetime
import hashlib
import json

import checks
import packages
import settings
from aws import UNCHANGED, Trouble, absent, maybe, pages, told
from functions import LIVE, Function, everything, together
from stacks import Stack
from templates import ROWS, given, properties


def deploy(place, options, say):
    codes, text = packages.codes(options), settings.to_be(place, options)
    mode = settings.mode(text)
    names = {"NamePrefix": place.prefix, "KeyArn": f"/{place.prefix}/key"}
    kept, shared, config = (Stack(place, name) for name in ("kept", "shared", "config"))
    # Another value later would write the settings anew.
    begins = kept.values().get("Mode", mode) if kept.is_there() else mode
    say("kept", kept.deploy({**given("kept", options), **names, "Mode": begins}, protect=True))
    # Before the functions, so that they never go by others.
    if (how := settings.put(place, text)) != "unchanged":
        say.say("settings", how)
    say("shared", shared.deploy({**given("shared", options), **names, **settings.wants(text)}))
    topic, values = shared.output("TopicArn"), shared.values()
    if values["Email"] and values["Email"] not in [one["Endpoint"] for one in subscriptions(place, topic)]:
        # SNS forgets a subscription that nobody confirms after some days, of which CloudFormation learns nothing.
        place.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=values["Email"])
    inherited = {**given("function", options), **names, **{key: values[key] for key in ("AlertTopicArn", "RolePath")}}
    functions = everything(place)
    said = {one: {**inherited, **one.row.parameters(place.prefix)} for one in functions}
    wanted = {one: properties(place, {**said[one], "Architecture": codes[one.row].architecture}) for one in functions}
    # As soon as one is another, all get a version: what was at work together is gone back to together.
    mark = hashlib.sha256(json.dumps([[codes[one.row].digest, wanted[one]] for one in functions], sort_keys=True).encode()).hexdigest()[:16]
    # All have to answer before any is handed events.
    versions = together(functions, lambda one: one.bring(wanted[one], codes[one.row], mark))
    together(functions, lambda one: say(one.name, one.point(versions[one])))
    together(functions, lambda one: say(f"{one.name} (stack)", one.stack.deploy({**said[one], "Stopped": "yes" if one.is_stopped() else "no"})))
    how = config.deploy({**given("config", options), **names})
    say("config", how)
    # As the schedule does once a day. Where Curfew is stopped, the order waits.
    order = {"source": "curfew.sweep", "detail-type": "Sweep", "account": place.account, "region": place.region, "detail": {}}
    place.client("sqs").send_message(QueueUrl=Function(place, ROWS["sweep"]).queue()[0], MessageBody=json.dumps(order))
    say.say("sweep", "begun: what is there already is looked at")
    if how == "created":
        comes = "all that is open is closed, and mailed" if mode == "enforce" else "mails say what would be closed; nothing is"
        say.say("mode", f"{mode}: within the hour {comes}")
    return f"mode: {mode}; mails: {mails(place, topic)}"


def subscriptions(place, topic):
    return pages(place.client("sns"), "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]


def mails(place, topic):
    """Whether anybody gets the mails."""
    found = subscriptions(place, topic)
    if pending := [one["Endpoint"] for one in found if "pending" in one["SubscriptionArn"].lower()]:
        return f"to be confirmed by {', '.join(pending)}"
    return f"{len(found)} subscribed" if found else "nobody is subscribed"


def status(place, options, say):
    """What is there, what waits, and what is wrong."""
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
        waits, letters = (queue[2] if queue else "no queue" for queue in (one.queue(), one.queue("-dead-letters")))
        waiting = f"waiting {waits}, dead letters {letters}, oldest {oldest(one)} s" if one.row.schedule else "without a queue"
        say.say(one.name, f"{what}, {waiting}")
    own = stacks["config"].values().get("CreateConfigRules", "no")
    found = [("AWS Config", what) for _, what in checks.recorder(place) + checks.rules(place, own)]
    found += [(f"rule {name}", how) for name, how in evaluations(place)] + [("CloudTrail", what) for what in checks.trails(place)]
    for what, how in found:
        say.say(what, how)
    alarms = pages(place.client("cloudwatch"), "describe_alarms", AlarmNamePrefix=f"{place.prefix}-", StateValue="ALARM")
    say.say("alarms that ring", ", ".join(one["AlarmName"] for one in alarms.get("MetricAlarms", [])) or "none")
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
        yield one["ConfigRuleName"], one.get("LastErrorMessage") or f"evaluated {one.get('LastSuccessfulEvaluationTime', 'never')}"


def switch(place, options, say, is_on):
    """Lets the events wait in the queues, which keep them for four days, or goes on.

    First the mappings themselves, by API. Then the stacks are told, and not waited for: one that cannot learn it now learns it
    at the next deployment.
    """
    functions = [one for one in everything(place) if one.row.schedule]
    word = "started" if is_on else "stopped"
    mappings = [one["UUID"] for function in functions for one in function.mappings()]
    if not mappings:
        raise absent(place)
    for mapping in mappings:
        place.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=is_on)
    say("all mappings", word)
    for function in functions:
        try:
            function.stack.tell("Stopped", "no" if is_on else "yes")
        except Exception as error:
            say.say(function.name, f"{word}; its stack learns it with the next deployment ({told(error).splitlines()[0]})")


def rollback(place, options, say):
    functions = everything(place, options.FUNCTION)
    # All have to answer before any is gone back to. Who asks twice goes back once.
    versions = together(functions, Function.before)
    together(functions, lambda one: say(one.name, one.point(versions[one], f"back at version {versions[one]}")))


def redrive(place, options, say):
    """Has SQS send the dead letters of one function, or of all, back to their queues."""
    def back(function):
        queue, letters = function.queue(), function.queue("-dead-letters")
        if not (queue and letters):
            raise absent(place, f"A queue of {function.name}")
        if waiting := letters[2]:
            # With the destination named, since what EventBridge itself put here has no queue to go back to.
            function.sqs.start_message_move_task(SourceArn=letters[1], DestinationArn=queue[1])
        say(function.name, f"{waiting} on their way back" if waiting else "no dead letters")

    functions = [one for one in everything(place, options.FUNCTION) if one.row.schedule]
    if not functions:
        raise Trouble(f"{options.FUNCTION} has no queue, and so no dead letters.", UNCHANGED)
    together(functions, back)


def test_alert(place, options, say):
    """Has one function publish a mail that is marked as a test, with its own role, to where its alerts go."""
    function = everything(place, options.FUNCTION)[0]
    answer, is_right = function.ask(LIVE, {"test_alert": True})
    if not is_right:
        raise Trouble(f"{function.name} could not send a mail: {answer}")
    say(function.name, "sent a test mail")


def remove(place, options, say):
    """Takes Curfew out of a Region. What is kept stays unless told otherwise."""
    if options.LOGS == "delete" and not options.ACCOUNT:
        raise Trouble("What LOGS=delete deletes cannot be had back.", "Say in which account, as in ACCOUNT=111122223333.")
    if options.FORCE != "yes":
        # An order to sweep is no loss: nothing is swept then.
        for function in (one for one in everything(place) if one.row.resource):
            function.check_nothing_waits("removing Curfew would lose them", "FORCE=yes removes them too. ")
    say("config", Stack(place, "config").delete())

    def take(function):
        say(f"{function.name} (stack)", function.stack.delete())
        say(function.name, "removed" if maybe(function.client.delete_function, FunctionName=function.name) else "not there")

    together(everything(place), take)
    say("shared", Stack(place, "shared").delete())
    kept = Stack(place, "kept")
    if options.LOGS != "delete":
        say.say("logs, records, settings and key", f"kept, in the stack {kept.id}")
        return "logs, records, settings and key are kept"
    key = kept.output("KeyArn")
    say("kept", kept.delete())
    dynamodb, table = place.client("dynamodb"), {"TableName": f"{place.prefix}-ledger"}
    maybe(dynamodb.update_table, **table, DeletionProtectionEnabled=False)
    maybe(dynamodb.delete_table, **table)
    dynamodb.get_waiter("table_not_exists").wait(**table)
    maybe(place.client("logs").delete_log_group, logGroupName=f"/aws/lambda/{place.prefix}")
    maybe(place.client("ssm").delete_parameter, Name=f"/{place.prefix}/settings")
    if key not in (None, "none"):
        maybe(place.client("kms").schedule_key_deletion, KeyId=key, PendingWindowInDays=30)
        say.say(f"key {key}", "goes in 30 days; until then `aws kms cancel-key-deletion` takes it back")
    return "logs, records and settings are deleted"
