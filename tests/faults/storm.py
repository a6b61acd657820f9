"""Many events about many resources, each more than once, handed to several processes of each function at the same time."""

import json
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor

import check
from harness import offenders, triggers
from harness.functions import about
from harness.groups import group_of
from harness.offenders import LOG_DELIVERY, OTHER_ACCOUNT, grant, permission
from harness.recorder import facts_of
from lambdas import CUT_OFF, Lambda, Wire, is_changing
from places import INSIDE, Bucket, Policy, Rules

# Of a batch, as the template of a function has it.
LARGEST = 10
# After how many deliveries a queue gives a message up.
LAST = 8
# For how long what comes back is out of sight, in seconds.
HIDDEN = 1


class PrivateBucket(Bucket):
    """Nothing is public in it."""

    def make(self, emulator):
        self.s3 = emulator.client("s3")
        self.id = offenders.bucket(self.s3)
        offenders.set_grants(self.s3, self.id, grant("WRITE", LOG_DELIVERY), grant("READ", user=OTHER_ACCOUNT))
        self.s3.put_public_access_block(Bucket=self.id, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})


class PrivatePolicy(Policy):
    """It lets in nobody but a service for this account."""

    def make(self, emulator):
        self.s3 = emulator.client("s3")
        self.id = offenders.bucket(self.s3)
        policy = offenders.public_policy(self.id)
        policy["Statement"] = [one for one in policy["Statement"] if one["Principal"] != "*"]
        offenders.set_policy(self.s3, self.id, policy)


class PrivateRules(Rules):
    """It lets in nobody from outside."""

    def make(self, emulator):
        self.ec2 = emulator.client("ec2")
        self.id = group_of(self.ec2, permission("tcp", (22, 8080), v4=[(INSIDE, "inside")]))


# What is open, what is alike and closed, and who closes or tells it.
KINDS = (
    (Bucket, PrivateBucket, "s3-acl-private"),
    (Policy, PrivatePolicy, "s3-policy-alert"),
    (Rules, PrivateRules, "sg-quarantine"),
)


class Queue:
    """Hands messages out as SQS does: some at a time, and again what comes back."""

    def __init__(self, bodies):
        # (when it is to be seen, body, how often it was handed out)
        self.waiting = deque((0, body, count) for body, count in bodies)
        self.out, self.came_back, self.most = 0, 0, 0
        self.is_given_up = False
        self.alone = threading.Lock()

    def take(self):
        """The next messages; `None` once all is done, or somebody failed."""
        with self.alone:
            if self.is_given_up or not self.waiting and not self.out:
                return None
            batch = []
            while self.waiting and self.waiting[0][0] <= time.monotonic() and len(batch) < LARGEST:
                _, body, count = self.waiting.popleft()
                batch.append((body, count + 1))
            self.out += len(batch)
            return batch

    def done(self, batch, failed):
        with self.alone:
            self.out -= len(batch)
            self.came_back += len(failed)
            self.most = max(self.most, *(count for _, count in batch))
            seen = time.monotonic() + HIDDEN
            self.waiting.extend((seen, *batch[at]) for at in failed)


def failures(answer, size):
    """Which messages of a batch come back: all of them where a busy machine took longer than Lambda lets a function."""
    if answer == CUT_OFF:
        return range(size)
    is_error, said = answer
    assert not is_error, said
    return [int(one["itemIdentifier"][1:]) for one in said["batchItemFailures"]]


def payload(batch):
    """A batch of messages, each with its own count of deliveries."""
    entries = [triggers.sqs_batch(body, receive_count=count)["Records"][0] for body, count in batch]
    return {"Records": [entry | {"messageId": f"m{at}"} for at, entry in enumerate(entries)]}


class Watch(Wire):
    """A wire that knows by a call which of many places it is about."""

    def __init__(self, emulator, places):
        super().__init__(emulator)
        self.places = {place.id: place for place in places}

    def place_of(self, call):
        return self.places[subject_of(call)]


def subject_of(call):
    """The id of the bucket or the group that a call changes."""
    if call.action.startswith("s3:"):
        return call.path.strip("/").partition("?")[0].strip("/")
    return call.form.get("GroupId") or call.form["ResourceId.1"]


class Storm:
    """Some places of each kind, a third of them closed, and events about them by several triggers."""

    def __init__(self, emulator, topic, places, events, processes, settings, chance):
        self.places = {}
        for opened, closed, function in KINDS:
            self.places[function] = [(closed if at % 3 == 0 else opened)(emulator) for at in range(places // len(KINDS))]
        all_places = [place for places in self.places.values() for place in places]
        bodies = self.bodies(events, chance)
        self.table = emulator.ledger()
        self.written = check.Written(emulator, self.table)
        for place in all_places:
            place.is_recorded = lambda place=place: check.is_recorded(self.written, place)
        self.queues, self.wires, self.functions = {}, {}, []
        for function in self.places:
            own = [(json.dumps(body), count) for body, count, kind in bodies if function in about(kind)]
            self.queues[function] = Queue(own)
            self.wires[function] = Watch(emulator, all_places)
            self.functions += [
                Lambda(function, emulator, topic, self.wires[function], settings, self.table) for _ in range(processes)
            ]

    def bodies(self, number, chance):
        """Events with how often they were handed out before and what they are about: each place is in some, each event is there
        more than once, and some are about several places."""
        some = []
        for places in self.places.values():
            kind = places[0].kind
            for place in places:
                some += [(triggers.compliance_change(kind, place.id, rule), kind) for rule in ("one-rule", "another-rule")]
                several = [(kind, one.id, "NON_COMPLIANT") for one in chance.sample(places, min(3, len(places)))]
                some.append((triggers.put_evaluations(*several), kind))
        chosen = some + chance.choices(some, k=number - len(some))
        chance.shuffle(chosen)
        return [(body, chance.choice((0, 0, 0, 1)), kind) for body, kind in chosen]

    def run(self):
        with ThreadPoolExecutor(len(self.functions)) as pool:
            try:
                for working in [pool.submit(self.work, function) for function in self.functions]:
                    working.result()
            finally:
                for function in self.functions:
                    function.end()
                for wire in self.wires.values():
                    wire.close()

    def work(self, function):
        queue = self.queues[function.name]
        try:
            while (batch := queue.take()) is not None:
                if batch:
                    queue.done(batch, failures(function.deliver(payload(batch)), len(batch)))
                else:
                    time.sleep(0.02)
        except BaseException:
            # What it has taken nobody gets any more: the others are not to wait for that.
            queue.is_given_up = True
            raise

    def of(self, opened):
        """(control's function, place) of those that are open, or of those that are not."""
        return [
            (function, place) for is_open, _, function in KINDS for place in self.places[function]
            if (type(place) is is_open) == opened
        ]

    def changes(self):
        """How often each place was changed by which call. A call that the SDK repeats, since a busy machine is slow, is one."""
        calls = [effect.call for wire in self.wires.values() for effect in wire.effects if effect.changes]
        made = {(subject_of(call), call.operation, call.headers["amz-sdk-invocation-id"]) for call in calls}
        return Counter((place, operation) for place, operation, _ in made)

    def repeated(self):
        """The places of which a change was asked for again by the SDK, which had no answer in its time."""
        calls = [call for wire in self.wires.values() for call in wire.calls if is_changing(call.action)]
        return {subject_of(call) for call in calls if not call.headers["amz-sdk-request"].startswith("attempt=1;")}

    def mails(self):
        """How often people were told of each place, by which function; repeated calls as above."""
        published = {
            (function, facts_of(effect.call.form)["resource"], effect.call.headers["amz-sdk-invocation-id"])
            for function, wire in self.wires.items() for effect in wire.effects if effect.call.operation == "Publish"
        }
        return Counter((function, place) for function, place, _ in published)

    def wrong(self):
        return [wrong for wire in self.wires.values() for wrong in wire.wrong]
