"""The functions call AWS over HTTPS, and only a server that a trusted authority vouches for."""

import pytest
from harness import offenders
from harness.certificates import Authority
from harness.functions import ROWS, TRIGGERED
from harness.recorder import Recorder
from harness.runtime import PlainRuntime
from support import about_bucket, about_group, about_nothing, queued, send


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def trusting(authority):
    # The roots of this authority and no others: neither of the machine nor of a folder.
    return {"SSL_CERT_FILE": str(authority.roots), "SSL_CERT_DIR": ""}


def test_a_bucket_is_closed_over_https(start, s3, authority):
    function = start("s3-acl-private", environment=trusting(authority), tls=authority.server())
    run = send(function, about_bucket(offenders.open_bucket(s3)))
    assert run.outcome == "remediated"
    assert run.changing == ["PutBucketAcl"]
    assert len(run.mails) == 1, "SNS was called over HTTPS too"


@pytest.mark.parametrize("name", TRIGGERED)
def test_a_server_that_nobody_trusted_vouches_for_is_told_nothing(start, authority, name, tmp_path_factory):
    another = Authority(tmp_path_factory.mktemp("another"))
    function = start(name, environment=trusting(another), tls=authority.server())
    run = send(function, about_nothing(ROWS[name]), seconds=8)
    assert run.failed, "the event comes back"
    assert run.calls == [], "no request, and so no credentials, went to it"
    assert "certificate" in run.line["message"], run.line


@pytest.mark.parametrize("name", TRIGGERED)
def test_an_event_is_rehearsed_without_a_call_a_line_or_a_metric(start, authority, name, emulator):
    runtime = PlainRuntime()
    aws = Recorder("127.0.0.1", emulator.port, tls=authority.server())
    environment = trusting(authority) | {"AWS_ENDPOINT_URL": aws.url, "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}
    function = start(name, environment=environment, runtime=runtime)
    runtime.wait_until_asked(60)
    # A rehearsal that does not go well would say so.
    assert function.lines() == []
    assert function.metrics == []
    assert aws.calls == []
    aws.close()


@pytest.fixture
def services(emulator, authority):
    """Servers of S3's, SNS's and the ledger's own, each by its name."""
    apart = {name: Recorder("127.0.0.1", emulator.port, tls=authority.server()) for name in ("S3", "SNS", "DYNAMODB")}
    yield apart
    for recorder in apart.values():
        recorder.close()


def test_every_connection_that_an_event_needs_is_open_before_the_function_asks_for_one(start, s3, authority, services):
    runtime = PlainRuntime()
    endpoints = {f"AWS_ENDPOINT_URL_{name}": recorder.url for name, recorder in services.items()}
    function = start("s3-acl-private", environment=trusting(authority) | endpoints, runtime=runtime)
    runtime.wait_until_asked(60)
    opened = {name: recorder.connections for name, recorder in services.items()}
    assert opened == {"S3": 1, "SNS": 1, "DYNAMODB": 1}
    assert all(recorder.calls == [] for recorder in services.values())

    # Buckets of any name are reached by the same connection, one call at a time.
    for name in ("first", "second"):
        run = send(function, about_bucket(offenders.open_bucket(s3)))
        assert run.outcome == "remediated", name
    once = {name: recorder.connections for name, recorder in services.items() if name != "S3"}
    assert once == {"SNS": 1, "DYNAMODB": 1}
    several_at_once = services["S3"].connections
    send(function, about_bucket(offenders.open_bucket(s3)))
    assert services["S3"].connections == several_at_once


def test_a_group_is_read_by_two_calls_at_once_for_which_connections_are_open(start, emulator, authority, ec2):
    runtime = PlainRuntime()
    aws = Recorder("127.0.0.1", emulator.port, tls=authority.server())
    function = start("sg-quarantine", environment=trusting(authority) | {"AWS_ENDPOINT_URL_EC2": aws.url}, runtime=runtime)
    runtime.wait_until_asked(60)
    assert aws.connections == 2
    run = send(function, queued(about_group(offenders.group(ec2))))
    assert run.outcome == "compliant"
    assert aws.connections == 2
    aws.close()


def test_a_service_that_cannot_be_reached_does_not_keep_a_function_from_starting(start, s3, authority, services):
    runtime = PlainRuntime()
    services["SNS"].close()
    endpoints = {f"AWS_ENDPOINT_URL_{name}": recorder.url for name, recorder in services.items()}
    function = start("s3-acl-private", environment=trusting(authority) | endpoints, runtime=runtime)
    runtime.wait_until_asked(60)
    assert services["S3"].connections == 1
    assert not [line for line in function.lines() if line["level"] in ("WARN", "ERROR")]
