"""What waits: messages in the queues, and dead letters, which can be sent back."""

import time

from aws import Place, trouble
from functions import all_functions, named
from regions import each, progress
from trouble import Trouble


def urls(place, function):
    """The function's queue and its dead-letter queue; `None` for one that is not there."""
    sqs = place.client("sqs")

    def url(name):
        with trouble(f"looking for the queue {name}", place.region):
            try:
                return sqs.get_queue_url(QueueName=name)["QueueUrl"]
            except sqs.exceptions.QueueDoesNotExist:
                return None

    return url(function.name), url(f"{function.name}-dead-letters")


def waiting(place, url):
    """How many messages are in a queue, those in flight included."""
    if not url:
        return 0
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
    with trouble("counting messages", place.region):
        found = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found.get(name, 0)) for name in names)


def check_nothing_waits(place, why, force, functions):
    """Refuses to go on while a message waits, `why` saying what would become of it."""
    for function in functions:
        for url in urls(place, function):
            if number := waiting(place, url):
                raise Trouble(
                    f"{number} messages wait in {url}: {why}.",
                    f"Let them be worked off, or send dead letters back with `make redrive REGION={place.region} "
                    f"FUNCTION={function.binary}`. {force}Nothing was changed.",
                )


def redrive(regions, options):
    """Sends the dead letters of one function, or of all, back to their queues."""
    functions = [named(options.function)] if options.function else all_functions()

    def redrive_region(region, _options):
        place = Place(region)
        return {function.binary: progress(region)(function.name, redrive_one(place, function)) for function in functions}

    return each(regions, redrive_region, options)


def redrive_one(place, function):
    queue, dead_letters = urls(place, function)
    if not (queue and dead_letters):
        raise Trouble(f"There is no queue of {function.name} in {place.region}.", f"Run `make deploy REGION={place.region}` first.")
    if not waiting(place, dead_letters):
        return "no dead letters"
    sqs = place.client("sqs")
    with trouble(f"sending dead letters of {function.name} back", place.region):
        arn = {
            url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            for url in (queue, dead_letters)
        }
        # With the destination named, since what EventBridge itself put here has no queue to go back to.
        sqs.start_message_move_task(SourceArn=arn[dead_letters], DestinationArn=arn[queue])
        while True:
            tasks = sqs.list_message_move_tasks(SourceArn=arn[dead_letters], MaxResults=1)["Results"]
            # It may take a moment until a new one is listed.
            if tasks and tasks[0]["Status"] not in ("RUNNING", "CANCELLING"):
                break
            time.sleep(2)
    task = tasks[0]
    moved = task.get("ApproximateNumberOfMessagesMoved", 0)
    if task["Status"] != "COMPLETED":
        raise Trouble(
            f"Only {moved} dead letters of {function.name} in {place.region} were sent back: {task.get('FailureReason', task['Status'])}",
            "Correct that and run the same command again: the others are still in the dead-letter queue.",
        )
    return f"{moved} sent back"
