"""Whatever goes wrong while something is put back: asked again, the person has the first state, by one record."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import check
import pytest
from harness import triggers
from kinds import ENOUGH, FAULTS, SHORT, faults_of
from lambdas import ALL_DONE, CUT_OFF, LONG, Lambda, Wire, is_changing
from scenarios import SCENARIOS

# They mostly wait.
AT_ONCE = 3
# A machine that is busy may end a process before the call that is meant.
TRIES = 3
# What can be put back, and that of it which takes the most calls.
CLOSED = [one for one in SCENARIOS if one.is_enforced and "remediated" in one.outcomes]
# The calls with which it is over.
LAST = (("sns:Publish", 1), ("dynamodb:TransactWriteItems", 2))
NOTHING = "nothing-to-do"
SOME = ("s3-acl block enforce", "sg revoke enforce", "sg isolate enforce")
# Of which some of what is read is done without, where it was never read.
IN_PART = ("s3-acl grants enforce",)
BEGIN = "dynamodb:TransactWriteItems", 1


class Restored:
    """A place that was closed, and what came of the wish to have it back, said three times, the first with a fault."""

    def __init__(self, scenario, emulator, topic, fault=None, target=None):
        self.place = scenario.place(emulator)
        closing = Lambda(scenario.function, emulator, topic, Wire(emulator), scenario.settings)
        self.written = check.Written(emulator, closing.table)
        try:
            assert closing.deliver(triggers.sqs_batch(self.place.event)) == ALL_DONE
        finally:
            closing.close()
        [self.closed] = self.written.records()
        self.place.is_recorded = self.is_recorded
        self.wire = Wire(emulator, fault, target, self.place)
        restore = Lambda("restore", emulator, topic, self.wire, {}, closing.table)
        self.answers, self.begins, self.items = [], [], []
        try:
            # Where a call gets no answer there is time for another one: the person waits.
            first = SHORT if fault and "killed" in fault.name else ENOUGH
            for seconds in (first, LONG, LONG):
                self.begins.append(len(self.wire.effects))
                self.answers.append(restore.deliver({"record": self.closed["id"], "reason": "a fault"}, seconds))
                if fault and not self.wire.is_hit:
                    raise check.NotHit
                self.written.wait_for_leases()
                self.items.append(self.written.items())
        finally:
            restore.close()

    def own(self):
        return [record for record in self.written.records() if "restores" in record]

    def is_recorded(self):
        """There is a record of it that is open."""
        assert [record for record in self.own() if "end" not in record], "no record is open"

    def check(self):
        """Raises `AssertionError` where something is not as it has to be; returns how many mails there were."""
        assert self.wire.wrong == [], self.wire.wrong
        assert without_marks(self.place.state()) == without_marks(self.place.before)
        first, *others = self.answers
        said = {} if first == CUT_OFF else first[1]
        endings = [answer.get("ending") for _, answer in others]
        assert not any(is_error for is_error, _ in others) and endings in (["restored", NOTHING], [NOTHING] * 2), others
        records = {record["id"]: record for record in self.own()}
        outcomes = {id: record["end"]["outcome"] for id, record in records.items()}
        # What failed is over with the answer that says so, since nobody but the person asks again.
        failed = {id: outcome for id, outcome in outcomes.items() if outcome != "restored"}
        assert failed in ({}, {said.get("restore_record"): said.get("ending")}), (failed, said)
        assert len(outcomes) - len(failed) == (endings[0] == "restored" or not failed), outcomes
        for id, record in records.items():
            assert record.get("told"), f"nobody was told of {id}"
            assert record["restores"]["record"] == self.closed["id"] and record["restores"]["reason"] == "a fault"
        assert check.unfinished(self.items[-1]) == []
        later = self.wire.effects[self.begins[2]:]
        assert not [effect for effect in later if effect.changes or effect.call.operation == "Publish"]
        assert self.items[2] == self.items[1], "the last asking has written something"
        mails = [effect for effect in self.wire.effects if effect.call.operation == "Publish"]
        surplus = len(mails) - len(records)
        assert surplus == 0 or surplus == 1 and check.may_tell_twice(self.wire), check.of_calls(mails)
        return 1 + surplus


def without_marks(state):
    """A state without the tags that say that a group was closed, and without the group that nobody has any more."""
    state = dict(state)
    if "tags" in state:
        state["tags"] = of_others(state["tags"])
    if "groups" in state:
        groups = {name: [*rules, of_others(tags)] for name, (*rules, tags) in state["groups"].items()}
        state["groups"] = {name: group for name, group in groups.items() if name != "curfew-quarantine"}
    return state


def of_others(tags):
    return [tag for tag in tags if not tag.startswith("curfew:")]


def pytest_generate_tests(metafunc):
    every = metafunc.config.getoption("every")
    some = IN_PART if "second_look" in metafunc.fixturenames else SOME
    scenarios = [one for one in CLOSED if every or one.name in some]
    metafunc.parametrize("scenario", scenarios, ids=[one.name.split(" enforce")[0].replace(" ", "-") for one in scenarios])
    if "fault" in metafunc.fixturenames:
        names = [fault.name for fault in FAULTS] if every else ["one each"]
        metafunc.parametrize("fault", FAULTS if every else [None], ids=[name.replace(" ", "-") for name in names])


@pytest.fixture(scope="session")
def unhindered(emulator, topic):
    """Which calls a restore makes where nothing goes wrong."""

    @cache
    def unhindered(scenario):
        restored = Restored(scenario, emulator, topic)
        assert restored.check() == 1 and restored.answers[0][1]["ending"] == "restored"
        return restored.wire.order

    return unhindered


@pytest.fixture
def second_look(scenario, unhindered):
    """What is read between the record and the first change."""
    work = unhindered(scenario)[unhindered(scenario).index(BEGIN) + 1:]
    first = next(at for at, (action, _) in enumerate(work) if is_changing(action))
    return sorted(work[:first])


def chosen(scenario, calls, fault):
    """The cases of a test: one fault at each call that it can happen to, or each call with another fault."""
    calls = sorted(calls)
    if fault:
        return [(call, fault) for call in calls if fault in faults_at(call)]
    first = 4 * CLOSED.index(scenario)
    return [(call, faults_at(call)[(first + number) % len(faults_at(call))]) for number, call in enumerate(calls)]


def faults_at(call):
    """What can happen to a call. That nobody can be told, or that the end cannot be written, is not over with the answer."""
    return [fault for fault in faults_of(call[0]) if not (fault.lasts and call in LAST)]


def test_what_is_asked_for_again_is_back_and_recorded_and_told_once(scenario, fault, unhindered, emulator, topic, record_property):
    def case(target, what):
        for _ in range(TRIES):
            try:
                mails = Restored(scenario, emulator, topic, what, target).check()
                return "ok" if mails == 1 else "two"
            except check.NotHit:
                continue
        raise AssertionError("the call did not come")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [(target, what, pool.submit(case, target, what)) for target, what in chosen(scenario, unhindered(scenario), fault)]
    wrong = []
    for (action, number), what, future in running:
        error = future.exception()
        verdict = "WRONG" if error else future.result()
        record_property("case", (f"restore of {scenario.name}", f"{action} {number}", what.name, verdict))
        if error:
            wrong.append(f"{what.name} at {action} {number}: {type(error).__name__} {str(error).partition(chr(10))[0]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("call", LAST, ids=["mail", "end"])
def test_what_could_not_be_told_or_written_down_is_once_it_is_asked_for_again(scenario, call, emulator, topic):
    [lasting] = [fault for fault in FAULTS if fault.name == "500 lasting"]
    assert Restored(scenario, emulator, topic, lasting, call).check() == 1


def test_what_cannot_be_looked_at_again_is_not_changed_and_told_with_the_reason(scenario, second_look, emulator, topic):
    [lasting] = [fault for fault in FAULTS if fault.name == "500 lasting"]
    assert second_look, "there is no second look"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(Restored, scenario, emulator, topic, lasting, call) for call in second_look]
    for call, restored in zip(second_look, [one.result() for one in running], strict=True):
        assert restored.check() == 1
        [(is_error, said), _, _] = restored.answers
        assert not is_error and (said["ending"], said["changes"], said["alert"]) == ("failed", [], "sent"), (call, said)
        # The account's own flags have another API, to which S3's errors mean nothing.
        service, _, _ = call[0].partition(":")
        assert re.search(f"`{service}:(Get|Describe|Update)[A-Za-z]+` (failed for now|got no answer) \\(", said["error"]), (call, said)
        assert not [effect for effect in restored.wire.effects if effect.delivery == 1 and effect.changes], call
