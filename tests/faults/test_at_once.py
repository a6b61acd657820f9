"""Two processes with one subject at once: one of them works, what the other was handed comes back to the queue."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import check
import pytest
from harness import triggers
from kinds import Fault
from lambdas import ALL_DONE, COMES_BACK, LONG, Lambda, Wire, is_changing
from scenarios import DISTINCT

# They mostly wait.
AT_ONCE = 3
# How long a call can be held before the SDK gives it up and makes another one, with a margin.
PATIENCE = 4
TRIES = 3
BEGIN = "dynamodb:TransactWriteItems", 1
IDS = [one.name.replace(" ", "-") for one in DISTINCT]


class Gate:
    """Holds one call, before or after it takes effect, until it is opened."""

    def __init__(self, is_after):
        self.is_after = is_after
        self.reached, self.opened = threading.Event(), threading.Event()

    def happens(self, wire, call, forward):
        answer = wire.take(call, forward) if self.is_after else None
        self.reached.set()
        self.opened.wait()
        return answer or wire.take(call, forward)


class Late(Exception):
    """The machine was too busy: the call was held for too long, or did not come."""


class Pair:
    """Two processes of one function over one table, of which the first is held in one of its calls."""

    def __init__(self, scenario, emulator, topic, target, is_after):
        self.scenario, self.place, self.gate = scenario, scenario.place(emulator), Gate(is_after)
        self.wires = Wire(emulator, Fault("held", self.gate.happens), target, self.place), Wire(emulator, place=self.place)
        self.first = Lambda(scenario.function, emulator, topic, self.wires[0], scenario.settings)
        self.second = Lambda(scenario.function, emulator, topic, self.wires[1], scenario.settings, self.first.table)
        self.written = check.Written(emulator, self.first.table)

    def run(self):
        """The answers to what the second is handed meanwhile, and to all that comes later."""
        event = self.place.event
        by_another = triggers.compliance_change(self.place.kind, self.place.id, "another-rule")
        self.second.start()
        with ThreadPoolExecutor(1) as pool:
            try:
                begun = pool.submit(self.first.deliver, triggers.sqs_batch(event), LONG)
                if not self.gate.reached.wait(PATIENCE):
                    raise Late
                since = time.monotonic()
                self.is_taken, self.is_over, self.is_changed = self.stage()
                self.meanwhile = [
                    self.second.deliver(triggers.sqs_batch(by_another)),
                    self.second.deliver(triggers.sqs_batch(event, receive_count=2)),
                ]
                self.own = spoken(self.wires[1].effects)
                if time.monotonic() - since > PATIENCE:
                    raise Late
            finally:
                self.gate.opened.set()
            self.answer = begun.result()
        if self.answer == COMES_BACK:
            assert self.first.deliver(triggers.sqs_batch(event, receive_count=2)) == ALL_DONE
        self.items = self.written.items()
        self.said = [len(wire.effects) for wire in self.wires]
        self.later = [
            function.deliver(triggers.sqs_batch(one, receive_count=2))
            for function in (self.second, self.first) for one in (by_another, event)
        ]

    def stage(self):
        """Whether the first one has taken the subject, let it go again, and changed something."""
        effects = self.wires[0].effects
        writes = [effect for effect in effects if effect.call.operation == "TransactWriteItems"]
        return len(writes) > 0, len(writes) > 1, any(effect.changes for effect in effects)

    def close(self):
        self.first.close()
        self.second.close()

    def effects(self):
        return [effect for wire in self.wires for effect in wire.effects]

    def check(self, clean):
        """Raises `AssertionError` where something is not as it has to be."""
        assert [wire.wrong for wire in self.wires] == [[], []]
        if self.is_taken and not self.is_over:
            # What is closed already, and was never handed out before, needs nobody.
            assert self.meanwhile[1] == COMES_BACK, self.meanwhile
            assert self.meanwhile[0] == COMES_BACK or self.is_changed, self.meanwhile
            assert not self.own, operations(self.own)
        else:
            assert self.meanwhile == [ALL_DONE] * 2, self.meanwhile
        assert self.answer == ALL_DONE or self.answer == COMES_BACK and not self.is_taken, self.answer
        done = spoken(effect for wire in self.wires for effect in wire.effects)
        assert operations(done) == operations(spoken(clean.wire.effects))
        assert self.place.state() == clean.place.state()
        [record] = self.written.records()
        self.place.says(record["attempts"][0]["before"])
        assert record["end"]["outcome"] in self.scenario.outcomes and record["told"], record
        assert self.later == [ALL_DONE] * 4, self.later
        assert not any(spoken(wire.effects[said:]) for wire, said in zip(self.wires, self.said, strict=True))
        assert self.written.items() == self.items, "something was written later"


def spoken(effects):
    """Those that changed something or told somebody."""
    return [effect for effect in effects if effect.changes or effect.call.operation == "Publish"]


def operations(effects):
    return sorted(effect.call.operation for effect in effects)


def moments(calls):
    return [(call, is_after) for call in calls for is_after in (False, True)]


def while_it_works(ended, every):
    """In which calls a process can be held that has taken the subject, and whether after they took effect."""
    work = ended.wire.order[ended.wire.order.index(BEGIN) + 1:]
    if every:
        return [(BEGIN, True), *moments(work)]
    changing = [call for call in work if is_changing(call[0])]
    *_, mail, finish = work
    around = [(changing[0], False), (changing[-1], True), (finish, False)] if changing else []
    return [(BEGIN, True), (mail, False), *around]


def before_it_works(ended, every):
    """The same for a process that has read and has not taken the subject yet."""
    first, *others = ended.wire.order[:ended.wire.order.index(BEGIN)]
    return [(first, True), *moments(others), (BEGIN, False)] if every else [(first, True), (BEGIN, False)]


@pytest.fixture
def run_all(emulator, topic):
    def run_all(scenario, clean, moments):
        def case(target, is_after):
            for _ in range(TRIES):
                pair = Pair(scenario, emulator, topic, target, is_after)
                try:
                    pair.run()
                    return pair.check(clean)
                except Late:
                    continue
                finally:
                    pair.close()
            raise AssertionError("the machine is too busy")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [(*moment, pool.submit(case, *moment)) for moment in moments]
        wrong = [
            f"held {'after' if is_after else 'before'} {action} {number}: {type(error).__name__} {str(error).partition(chr(10))[0]}"
            for (action, number), is_after, future in running if (error := future.exception())
        ]
        assert not wrong, "\n".join(wrong)

    return run_all


@pytest.mark.parametrize("scenario", DISTINCT, ids=IDS)
def test_while_one_works_the_others_message_comes_back(scenario, every, clean, run_all):
    run_all(scenario, clean(scenario), while_it_works(clean(scenario), every))


@pytest.mark.parametrize("scenario", DISTINCT, ids=IDS)
def test_what_another_has_done_since_one_has_read_is_not_done_and_told_again(scenario, every, clean, run_all):
    run_all(scenario, clean(scenario), before_it_works(clean(scenario), every))
