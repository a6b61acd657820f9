"""What waits: messages in the queues, and dead letters, which can be sent back."""

import time

from aws import Place, trouble
from functions import all_functions, named
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


def redrive(regions, options):
    """Sends the dead letters of one function, or of all, back to their queues."""
    functions = [named(options.function)] if options.function else all_functions()
    for region in regions:
        place = Place(region)
        for function in functions:
            moved = redrive_one(place, function)
            print(f"{region}  {function.name}  {moved}")


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
            task = sqs.list_message_move_tasks(SourceArn=arn[dead_letters], MaxResults=1)["Results"][0]
            if task["Status"] not in ("RUNNING", "CANCELLING"):
                break
            time.sleep(2)
    moved = task.get("ApproximateNumberOfMessagesMoved", 0)
    if task["Status"] != "COMPLETED":
        raise Trouble(
            f"Only {moved} dead letters of {function.name} in {place.region} were sent back: {task.get('FailureReason', task['Status'])}",
            "Correct that and run the same command again: the others are still in the dead-letter queue.",
        )
    return f"{moved} sent back"
