"""Faults: real binaries between which and AWS something goes wrong, one call at a time.

`make test` runs each call once and each fault once. `--every` runs every fault at every call: `make test-faults`.
"""

import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
pytest.register_assert_rewrite("check", "places")

import check  # noqa: E402
from harness.stack import Emulator, stop  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--every", action="store_true", help="every fault at every call, and all events")


@pytest.fixture(scope="session")
def every(pytestconfig):
    return pytestconfig.getoption("every")


@pytest.fixture(scope="session")
def emulator():
    emulator = Emulator()
    yield emulator
    stop(emulator.process)


@pytest.fixture(scope="session")
def topic(emulator):
    return emulator.client("sns").create_topic(Name="curfew-alerts")["TopicArn"]


@pytest.fixture(scope="session")
def clean(emulator, topic):
    """What each scenario is like without a fault: the run with the fewest calls, since on a busy machine Curfew may look again
    before it changes anything."""

    @cache
    def clean(scenario):
        runs = [check.run(scenario, emulator, topic) for _ in range(2)]
        assert [check.check(scenario, ended) for ended in runs] == [1, 1]
        return min(runs, key=lambda ended: len(ended.wire.order))

    return clean


def pytest_terminal_summary(terminalreporter):
    """The table: for each control and each of its calls what every fault came to."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, []) if one.when == "call"]
    cases = sorted(case for report in reports for name, case in report.user_properties if name == "case")
    if not cases:
        return
    faults = sorted({fault for *_, fault, _ in cases})
    cells = {(scenario, call, fault): verdict for scenario, call, fault, verdict in cases}
    rows = sorted({(scenario, call) for scenario, call, *_ in cases})
    wide = max(len(call) for _, call in rows)
    write = terminalreporter.write_line
    write("")
    write("ok: as it has to be, with one mail. two: the same with two, since a mail's answer got lost, or the process ended before the record.")
    last = None
    for scenario, call in rows:
        if scenario != last:
            write("")
            write(f"{scenario:{wide}}  " + "  ".join(faults))
            last = scenario
        write(f"{call:{wide}}  " + "  ".join(f"{cells.get((scenario, call, fault), ''):{len(fault)}}" for fault in faults).rstrip())
    write("")
    write(f"{len(cases)} cases of {len(rows)} calls and {len(faults)} faults: {dict(Counter(verdict for *_, verdict in cases))}")
