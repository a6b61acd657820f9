"""A restore ends what others have left open. Whenever its process dies, somebody comes for what is left of their work."""

from concurrent.futures import ThreadPoolExecutor

import check
from harness import offenders, triggers
from harness.offenders import ALL_USERS, grant
from kinds import FAULTS, SHORT
from lambdas import ALL_DONE, CUT_OFF, LONG, Lambda, Wire
from places import Bucket

# They mostly wait.
AT_ONCE = 3
WRITE = "dynamodb:TransactWriteItems"
KILLED = [fault for fault in FAULTS if fault.name in ("killed before", "killed after")]
# It asks, takes what is open, ends that and begins in its place, and ends itself.
BEGIN, TAKE, REPLACE, END = ((WRITE, number) for number in (1, 2, 3, 4))
CLOSING, STOPPED = {"mode": "enforce"}, {"mode": "enforce", "s3_acl": {"changes_per_hour": 0}}


class TakenOver:
    """A bucket that was closed and opened anew in another way, which has to wait; and a restore of the first that dies."""

    def __init__(self, emulator, topic, fault, target):
        self.place = Bucket(emulator)
        event, self.table = self.place.event, emulator.ledger()
        self.written = check.Written(emulator, self.table)
        assert self.deliver("s3-acl-private", emulator, topic, CLOSING, triggers.sqs_batch(event)) == ALL_DONE
        [closed] = self.written.records()
        grants = self.place.state()["Grants"][1:]
        offenders.set_grants(self.place.s3, self.place.id, *grants, grant("WRITE", ALL_USERS))
        again = triggers.compliance_change(self.place.kind, self.place.id, "another-rule")
        assert self.deliver("s3-acl-private", emulator, topic, STOPPED, triggers.sqs_batch(again)) == ALL_DONE
        assert len(self.open()) == 1

        payload = {"record": closed["id"], "force": True}
        wire = Wire(emulator, fault, target, self.place)
        assert self.deliver("restore", emulator, topic, {}, payload, wire, SHORT) == CUT_OFF and wire.is_hit
        self.left = self.open()
        self.written.wait_for_leases()
        self.answer = self.deliver("s3-acl-private", emulator, topic, CLOSING, triggers.sqs_batch(again))

    def deliver(self, name, emulator, topic, settings, payload, wire=None, seconds=LONG):
        function = Lambda(name, emulator, topic, wire or Wire(emulator), settings, self.table)
        try:
            return function.deliver(payload, seconds)
        finally:
            function.close()

    def open(self):
        return [record for record in self.written.records() if "end" not in record]

    def check(self):
        assert len(self.left) == 1, f"{len(self.left)} records are open: the tick would not come"
        assert self.answer == ALL_DONE
        grants = self.place.state()["Grants"]
        public = [one["Permission"] for one in grants if one["Grantee"].get("URI") == ALL_USERS]
        assert public in ([], ["READ"]), public
        records = self.written.records()
        # What was begun to be put back is left alone, whether it came so far or not, and people know of it.
        restores = [record for record in records if "restores" in record]
        assert public == [] or restores
        assert self.open() == [] and all(record.get("told") for record in restores)


def test_whenever_a_restore_dies_that_ends_others_work_somebody_comes_for_it(every, emulator, topic):
    targets = (BEGIN, TAKE, REPLACE, END) if every else (REPLACE,)
    cases = [(fault, target) for target in targets for fault in KILLED]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [(*case, pool.submit(lambda *case: TakenOver(emulator, topic, *case).check(), *case)) for case in cases]
    wrong = [
        f"{fault.name} {number}: {type(error).__name__} {error}"
        for fault, (_, number), future in running if (error := future.exception())
    ]
    assert not wrong, "\n".join(wrong)
