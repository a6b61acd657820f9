"""The functions call AWS over HTTPS, and only a server that a trusted authority vouches for."""

import pytest
from harness import offenders
from harness.certificates import Authority
from harness.functions import ROWS, TRIGGERED
from support import about_bucket, about_nothing, send


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
