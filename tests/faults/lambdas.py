"""A function as Lambda runs it: ended at its deadline, and started anew once it is gone."""

import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass

from harness.recorder import Call, Recorder
from harness.runtime import PlainRuntime
from harness.stack import Function, kill

CUT_OFF = "cut off"
LONG = 60
# What is answered about a batch of one message: it is done, or it is to be handed out again.
ALL_DONE, COMES_BACK = (False, {"batchItemFailures": []}), (False, {"batchItemFailures": [{"itemIdentifier": "m0"}]})


@dataclass
class Effect:
    """A call that took effect."""

    delivery: int
    call: Call
    # Whether its answer never came.
    is_lost: bool

    @property
    def changes(self):
        """Whether it changed something, besides what is written down and said."""
        return is_changing(self.call.action)


def is_changing(action):
    """Whether an action changes a resource, and does not read, write down or tell."""
    service, operation = action.split(":")
    return service in ("s3", "ec2") and not operation.startswith(("Get", "Describe"))


class Wire(Recorder):
    """Between a function and AWS: lets one fault happen to one call of the first delivery, and looks on."""

    def __init__(self, emulator, fault=None, target=None, place=None):
        super().__init__("127.0.0.1", emulator.port)
        self.fault, self.target, self.place = fault, target, place
        self.watch, self.process, self.delivery = self._answer, None, 0
        # The calls of the first delivery in their order, those that took effect, and where among these the process ended.
        self.order, self.effects, self.ends = [], [], []
        self.is_hit, self.wrong = False, []
        self._counts, self._alone = Counter(), threading.Lock()

    def _answer(self, call, forward):
        if self.delivery == 1 and self._is_hit(call):
            self.is_hit = True
            return self.fault.happens(self, call, forward)
        return self.take(call, forward)

    def _is_hit(self, call):
        with self._alone:
            self._counts[call.action] += 1
            number = self._counts[call.action]
            self.order.append((call.action, number))
        if self.fault is None or call.action != self.target[0]:
            return False
        return number >= self.target[1] if self.fault.lasts else number == self.target[1]

    def take(self, call, forward, is_lost=False):
        """Lets a call take effect, and looks at what is recorded before and at what is left after."""
        effect = Effect(self.delivery, call, is_lost)
        if effect.changes:
            self._look(call, "is_recorded")
        status, body = forward()
        if status == 200:
            with self._alone:
                self.effects.append(effect)
        if effect.changes:
            self._look(call, "is_legitimate_untouched")
        return status, body

    def place_of(self, _call):
        """What a call that changes something is about; `None` where it is there no more."""
        return self.place

    def _look(self, call, question):
        try:
            if place := self.place_of(call):
                getattr(place, question)()
        except Exception as error:  # the thread that asks is nobody's to fail: whoever checks the case reads this
            if self.place_of(call):
                self.wrong.append(f"{error!r}")

    def kill(self):
        kill(self.process)
        with self._alone:
            self.ends.append(len(self.effects))

    def until_gone(self):
        process = self.process
        while process.poll() is None:
            time.sleep(0.02)


class Lambda:
    """One function in one process at a time."""

    def __init__(self, name, emulator, topic, wire, settings, table=None):
        self._start = lambda: Function(
            name, emulator, topic, settings, {"LEDGER_TABLE": self.table}, PlainRuntime(), recorder=wire
        )
        self.name, self.wire = name, wire
        self.table = table or emulator.ledger()
        self.function = None

    def start(self):
        """Starts its process, unless there is one."""
        if self.function is None:
            self.function = self._start()
            self.wire.process = self.function.process

    def deliver(self, payload, seconds=LONG):
        """Returns (is an error, answer), or `CUT_OFF`."""
        self.start()
        self.wire.delivery += 1
        runtime, process = self.function.runtime, self.function.process
        runtime.hand(payload, seconds=seconds)
        answer = None
        while answer is None:
            try:
                answer = runtime.answer(0.02)
            except queue.Empty:
                if process.poll() is None and runtime.deadline and time.time() >= runtime.deadline:
                    self.wire.kill()
                if process.poll() is not None:
                    answer = CUT_OFF
        if answer == CUT_OFF:
            self.end()
        return answer

    def end(self):
        if self.function is not None:
            self.function.runtime.close()
            kill(self.function.process)
            self.function = None

    def close(self):
        self.end()
        self.wire.close()
