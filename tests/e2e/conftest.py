"""The emulator, a topic, and functions at work: real binaries, each behind a runtime API of its own.

The first tests of each function use cargo-lambda's runtime API; the others a minimal one, which starts at once,
takes any bytes and sets the headers that a test asks for.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.functions import FUNCTIONS  # noqa: E402
from harness.runtime import PlainRuntime  # noqa: E402
from harness.stack import Emulator, Function, stop  # noqa: E402


@pytest.fixture(scope="session")
def emulator():
    emulator = Emulator()
    yield emulator
    stop(emulator.process)


@pytest.fixture(scope="session")
def topic(emulator):
    return emulator.client("sns").create_topic(Name="curfew-alerts")["TopicArn"]


@pytest.fixture(scope="session")
def s3(emulator):
    return emulator.client("s3")


@pytest.fixture(scope="session")
def ec2(emulator):
    return emulator.client("ec2")


# What the tests in here compare is there once all others are over.
LAST = "test_all_that_was_seen.py"


class Seen:
    """What was seen in all tests that are over."""

    def __init__(self):
        # IAM actions, and metrics with their dimensions, by the function's name.
        self.actions = {name: set() for name in FUNCTIONS}
        self.metrics = {name: set() for name in FUNCTIONS}
        self.fields = set()

    def add(self, function):
        self.actions[function.name] |= function.recorder.actions
        self.fields |= function.fields
        self.metrics[function.name] |= function.counted


@pytest.fixture(scope="session")
def seen():
    return Seen()


@pytest.fixture(scope="module")
def start(emulator, topic, seen):
    """Starts a function, which lives until the module's last test."""
    running = []

    def start(name, settings=None, **options):
        options = {"topic": topic, "runtime": PlainRuntime(), **options}
        running.append(Function(name, emulator, settings=settings, **options))
        return running[-1]

    yield start
    for function in running:
        function.close()
        seen.add(function)


@pytest.fixture(scope="module")
def acl(start):
    return start("s3-acl-private")


@pytest.fixture(scope="module")
def policy(start):
    return start("s3-policy-alert")


@pytest.fixture(scope="module")
def revoke(start):
    return start("sg-quarantine")


@pytest.fixture(scope="module")
def isolate(start):
    return start("sg-quarantine", {"sg": {"quarantine": "isolate"}})


def pytest_collection_modifyitems(config, items):
    """What was seen in all others is compared at the end, and only where all others ran."""
    last = [item for item in items if item.path.name == LAST]
    if last:
        files = {path.name for path in Path(__file__).parent.glob("test_*.py")}
        whole = {item.path.name for item in items} >= files and not config.option.keyword
        for item in last:
            if not whole:
                item.add_marker(pytest.mark.skip(reason="compares what was seen in all end-to-end tests: run them all"))
        items[:] = [item for item in items if item not in last] + last
