"""A function that is set up wrongly does not start, and says why on one line."""

import pytest
from harness.runtime import PlainRuntime
from harness.stack import FUNCTIONS
from support import about_bucket, send

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


@pytest.mark.parametrize(
    "arn",
    [
        "curfew-alerts", f"{TOPIC}:1b2c", TOPIC + ".fifo", TOPIC.replace("sns", "sqs"), TOPIC.replace("eu-central-1", ""),
        TOPIC.replace("123456789012", "me"), "arn:aws:sns:eu-central-1:123456789012:", TOPIC + " x",
    ],
)
def test_what_is_no_standard_topic_is_named(start, arn):
    message = refusal(start, topic=arn)
    assert "TOPIC_ARN" in message and arn in message


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ('{"s3_acl": {"stile": "private"}}', "`s3_acl.stile`"),
        ('{"sg": {"ports": [22]}}', "`sg.ports`"),
        ('{"mode": "off"}', "`mode`"),
        ('{"mode": true}', "`mode`"),
        ('{"mode": "enforce", "mode": "observe"}', "`mode`"),
        ('{"max_receive_count": 0}', "`max_receive_count`"),
        ('{"max_receive_count": -1}', "`max_receive_count`"),
        ('{"max_receive_count": "8"}', "`max_receive_count`"),
        ('{"s3_acl": {"style": "public"}}', "`s3_acl.style`"),
        ('{"sg": {"icmp": true}}', "`sg.icmp`"),
        ('{"sg": {"authorized_tcp_ports": [443, 65536]}}', "`sg.authorized_tcp_ports[1]`"),
        ('{"sg": {"authorized_tcp_ports": ["90-80"]}}', "`sg.authorized_tcp_ports[0]`"),
        ('{"sg": {"authorized_tcp_ports": "443, http"}}', "`http`"),
        ('{"sg": {"authorized_udp_ports": [-1]}}', "`sg.authorized_udp_ports[0]`"),
        ('{"sg": {"authorized_udp_ports": 53}}', "`sg.authorized_udp_ports`"),
        ('{"mode": "observe"} {}', "CURFEW_SETTINGS"),
        ('{"mode": "observe"', "CURFEW_SETTINGS"),
        ('"observe"', "CURFEW_SETTINGS"),
        ("mode=observe", "CURFEW_SETTINGS"),
        ("null", "CURFEW_SETTINGS"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(start, settings, named):
    message = refusal(start, settings=settings)
    assert "CURFEW_SETTINGS" in message and named in message


@pytest.mark.parametrize(
    "settings",
    ["", "  ", "{}", '{"mode": "enforce"}', '{"s3_acl": {}, "sg": {}}', '{"sg": {"authorized_tcp_ports": "443,1020-1025"}}'],
)
def test_settings_are_optional_in_whole_and_in_part(start, settings):
    function = start("s3-acl-private", settings=settings)
    assert send(function, about_bucket("curfew-never-was-there")).outcome == "gone"


@pytest.mark.parametrize("settings", ["[]", '["observe"]', '{"sg": [[22]]}', '{"s3_acl": ["private"]}'])
def test_settings_that_are_a_list_stop_the_function(start, settings):
    function = start("s3-acl-private", settings=settings, runtime=PlainRuntime())
    assert function.process.wait(timeout=2) != 0


@pytest.mark.parametrize("settings", ["null", '{"max_receive_count": "8"}', '{"mode": "obs'])
def test_a_bad_setting_is_told_without_the_words_of_rust(start, settings):
    function = start("s3-acl-private", settings=settings, runtime=PlainRuntime())
    function.process.wait(timeout=2)
    [line] = function.lines()
    assert not [word for word in ("struct", "u32", "`?`") if word in line["message"]], line["message"]


def test_a_lost_connection_is_told_without_the_words_of_rust(start):
    function = start("s3-acl-private", environment={"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"})
    run = send(function, about_bucket("acme-reports"))
    assert "DispatchFailure {" not in run.mail[1] and "ConnectorError {" not in run.mail[1]
