"""A function that is set up wrongly does not start, and says why on one line."""

import pytest
from harness.functions import FUNCTIONS, ROWS, TRIGGERED
from support import about_bucket, about_nothing, send

TOPIC = "arn:aws:sns:eu-central-1:123456789012:curfew-alerts"


def refusal(start, name="s3-acl-private", **options):
    """What a function that does not start says."""
    function = start(name, **options)
    assert function.process.wait(timeout=5) != 0
    [line] = function.lines()
    assert line["level"] == "ERROR"
    assert {"timestamp", "message", "service", "function_name"} <= line.keys()
    assert function.recorder.calls == []
    return line["message"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_starts_without_a_topic(start, name):
    assert "TOPIC_ARN is not set" in refusal(start, name, topic=None)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_starts_with_an_unknown_setting(start, name):
    assert "`mod`" in refusal(start, name, settings={"mod": "observe"})


WITHOUT_TABLE = {"LEDGER_TABLE": ""}
# Where each control has its own settings.
SECTIONS = {"s3-acl": "s3_acl", "s3-policy": "s3_policy", "sg-ingress": "sg"}


@pytest.mark.parametrize("of_all", [True, False], ids=["mode", "mode-of-its-control"])
@pytest.mark.parametrize("name", TRIGGERED)
def test_no_function_starts_in_enforce_without_a_table(start, name, of_all):
    section = SECTIONS[ROWS[name].control]
    settings = {"mode": "enforce"} if of_all else {"mode": "observe", section: {"mode": "enforce"}}
    message = refusal(start, name, settings=settings, environment=WITHOUT_TABLE)
    assert f"the mode of {ROWS[name].control} is `enforce`, and LEDGER_TABLE is not set" in message


@pytest.mark.parametrize("of_all", [True, False], ids=["mode", "mode-of-its-control"])
@pytest.mark.parametrize("name", TRIGGERED)
def test_each_function_starts_in_observe_without_a_table(start, name, of_all):
    section = SECTIONS[ROWS[name].control]
    settings = {"mode": "observe"} if of_all else {"mode": "enforce", section: {"mode": "observe"}}
    function = start(name, settings=settings, environment=WITHOUT_TABLE)
    assert send(function, about_nothing(ROWS[name])).outcome == "gone"


def test_what_is_no_standard_topic_is_named(start):
    message = refusal(start, topic=f"{TOPIC}.fifo")
    assert "TOPIC_ARN" in message and f"{TOPIC}.fifo" in message


@pytest.mark.parametrize(
    ("settings", "named"),
    [('{"mode": "off"}', "`mode`"), ('{"sg": {"authorized_tcp_ports": [443, 65536]}}', "`sg.authorized_tcp_ports[1]`"), ("null", "null")],
)
def test_a_setting_that_cannot_be_right_is_named_without_the_words_of_rust(start, settings, named):
    message = refusal(start, settings=settings)
    assert "CURFEW_SETTINGS" in message and named in message
    assert not [word for word in ("struct", "u32", "`?`") if word in message], message


@pytest.mark.parametrize("settings", ["", "  ", '{"s3_acl": {}, "sg": {}}'])
def test_settings_are_optional_in_whole_and_in_part(start, settings):
    function = start("s3-acl-private", settings=settings)
    assert send(function, about_bucket("curfew-never-was-there")).outcome == "gone"


def test_a_lost_connection_is_told_without_the_words_of_rust(start):
    function = start("s3-acl-private", environment={"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"})
    run = send(function, about_bucket("acme-reports"), seconds=8)
    assert "DispatchFailure {" not in run.mail[1] and "ConnectorError {" not in run.mail[1]
