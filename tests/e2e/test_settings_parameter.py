"""Settings from Parameter Store: read at start, again every five minutes, and never lost."""

import json

import pytest
from harness.clock import Clock
from harness.functions import ROWS, TRIGGERED
from harness.insights import metrics_of
from harness.offenders import open_bucket
from support import about_bucket, about_nothing, send

NAME = "/curfew/settings"


@pytest.fixture
def ssm(emulator):
    return emulator.client("ssm")


@pytest.fixture
def reading(start):
    """Starts a function that has its settings from the parameter."""
    return lambda **options: start(
        "s3-acl-private", environment={"CURFEW_SETTINGS_PARAMETER": NAME, **options.pop("environment", {})}, **options
    )


def put(ssm, settings, **options):
    value = settings if isinstance(settings, str) else json.dumps(settings)
    ssm.put_parameter(Name=NAME, Value=value, Type="String", Overwrite=True, **options)


def test_the_parameter_holds_the_settings(reading, ssm, s3):
    put(ssm, {"version": 1, "mode": "observe"})
    function = reading()
    assert send(function, about_bucket(open_bucket(s3))).outcome == "observed"
    run = send(function, about_bucket(open_bucket(s3)))
    assert run.outcome == "observed" and "GetParameter" not in run.operations


@pytest.mark.parametrize("row", [ROWS[name] for name in TRIGGERED], ids=TRIGGERED)
def test_every_function_reads_it(start, ssm, row):
    put(ssm, {"mode": "observe"})
    function = start(row.name, environment={"CURFEW_SETTINGS_PARAMETER": NAME})
    failed, _ = function.invoke(about_nothing(row))
    assert not failed
    [line] = function.lines()
    assert line["mode"] == "observe"


def test_it_is_read_once_at_start_however_many_invocations_follow(reading, ssm):
    put(ssm, {})
    function = reading()
    for _ in range(3):
        function.invoke(about_bucket("curfew-was-never-there"))
    assert function.recorder.operations().count("GetParameter") == 1


@pytest.mark.parametrize(
    ("value", "named"),
    [('{"mode": "off"}', "`mode`"), ('{"version": 2}', "`version`"), ("mode=observe", "expected"), ('{"mod": 1}', "`mod`")],
)
def test_a_parameter_that_cannot_be_right_stops_the_start_and_is_named(reading, ssm, value, named):
    put(ssm, value)
    function = reading()
    assert function.process.wait(timeout=5) != 0
    [line] = function.lines()
    assert line["level"] == "ERROR" and NAME in line["message"] and named in line["message"]
    assert line["settings_version"] == ssm.get_parameter(Name=NAME)["Parameter"]["Version"]


def test_a_parameter_that_is_not_there_stops_the_start(start):
    function = start("s3-acl-private", environment={"CURFEW_SETTINGS_PARAMETER": "/curfew/none"})
    assert function.process.wait(timeout=10) != 0
    [line] = function.lines()
    assert "`ssm:GetParameter` was refused (ParameterNotFound)" in line["message"]


def test_two_places_for_settings_are_one_too_many(reading):
    function = reading(settings={"mode": "observe"})
    assert function.process.wait(timeout=5) != 0
    [line] = function.lines()
    assert "CURFEW_SETTINGS and CURFEW_SETTINGS_PARAMETER are both set" in line["message"]


# Settings are read again once they are this old, in seconds; an invocation has time until after that.
OLD, LATE = 5 * 60 + 1, 20 * 60


@pytest.mark.parametrize("name", TRIGGERED)
def test_settings_that_turn_to_enforce_without_a_table_are_refused_and_the_last_good_ones_stay(start, ssm, name):
    row, clock = ROWS[name], Clock()
    put(ssm, {"mode": "observe"})
    function = start(name, environment={"CURFEW_SETTINGS_PARAMETER": NAME, "LEDGER_TABLE": "", **clock.environment})
    assert send(function, about_nothing(row), seconds=LATE).line["mode"] == "observe"

    put(ssm, {"mode": "enforce"})
    clock.put_forward(OLD)
    run = send(function, about_nothing(row), seconds=LATE)
    assert not run.failed and "GetParameter" in run.operations
    assert run.line["mode"] == "observe"
    [refused] = [line for line in run.lines if line["level"] == "ERROR"]
    assert "the last good settings stay" in refused["message"] and "LEDGER_TABLE is not set" in refused["message"]
    counted = set().union(*(metrics_of(line) for line in run.metrics))
    assert ("SettingsNotRead", (("control", row.control),)) in counted

    # What it can go by is taken up once it is time again.
    put(ssm, {"mode": "observe", "version": 1, "records_days": 30})
    clock.put_forward(2 * OLD)
    run = send(function, about_nothing(row), seconds=LATE)
    assert [line["message"] for line in run.lines if "written anew" in line["message"]] and "ERROR" not in {line["level"] for line in run.lines}


def test_settings_that_turn_to_enforce_are_taken_up_by_a_function_with_a_table(start, ssm, s3):
    clock = Clock()
    put(ssm, {"mode": "observe"})
    function = start("s3-acl-private", environment={"CURFEW_SETTINGS_PARAMETER": NAME, **clock.environment})
    name = open_bucket(s3)
    assert send(function, about_bucket(name), seconds=LATE).outcome == "observed"
    put(ssm, {"mode": "enforce"})
    assert send(function, about_bucket(name), seconds=LATE).outcome == "observed"
    clock.put_forward(OLD)
    assert send(function, about_bucket(name), seconds=LATE).outcome == "remediated"
