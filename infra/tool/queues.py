"""What waits: messages in the queues, and dead letters, which can be sent back."""

from aws import AGAIN, trouble
from templates import FUNCTIONS, function
from trouble import Trouble

COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]


def of(place, one):
    """(URL, attributes) of a function's queue and of its dead letters; (None, {}) for one that is not there."""
    sqs, found = place.client("sqs"), []
    for name in (one.name(place), f"{one.name(place)}-dead-letters"):
        with trouble(f"looking at the queue {name}", place.region):
            try:
                url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
                found.append((url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", *COUNTS])["Attributes"]))
            except sqs.exceptions.QueueDoesNotExist:
                found.append((None, {}))
    return found


def waiting(attributes):
    """How many messages are in a queue, those in flight included."""
    return sum(int(attributes.get(name, 0)) for name in COUNTS)


def check_nothing_waits(place, why, force=""):
    """Refuses to go on while a message waits, `why` saying what would become of it."""
    for one in FUNCTIONS:
        for url, attributes in of(place, one):
            if number := waiting(attributes):
                raise Trouble(
                    f"{number} {'message waits' if number == 1 else 'messages wait'} in {url}: {why}.",
                    f"Let them be worked off, or send dead letters back with `make redrive REGION={place.region} "
                    f"FUNCTION={one.binary}`. {force}Nothing was changed.",
                )


def redrive(place, options, say):
    """Has SQS send the dead letters of one function, or of all, back to their queues."""
    for one in [function(options.function)] if options.function else [one for one in FUNCTIONS if one.resource]:
        (queue, to), (dead_letters, source) = of(place, one)
        if not (queue and dead_letters):
            raise Trouble(f"There is no queue of {one.name(place)} in {place.region}.", f"Run `make deploy REGION={place.region}` first.")
        if not waiting(source):
            say(one.name(place), "no dead letters")
            continue
        with trouble(f"sending dead letters of {one.name(place)} back", place.region):
            # With the destination named, since what EventBridge itself put here has no queue to go back to.
            place.client("sqs").start_message_move_task(SourceArn=source["QueueArn"], DestinationArn=to["QueueArn"])
        say(one.name(place), f"{waiting(source)} on their way back")
