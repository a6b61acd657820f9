"""s3-acl-private: the public grants go, everything else stays."""

import pytest
from harness import offenders
from harness.offenders import ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY, OTHER_ACCOUNT, grant
from harness.recorder import s3_error
from harness.stack import RuntimeApi
from support import about_bucket, failures, queued, says_again_nothing, send, written_acl

PERMISSIONS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")
PUBLIC = (ALL_USERS, AUTHENTICATED_USERS)
LEGITIMATE = (
    grant("WRITE", LOG_DELIVERY),
    grant("READ_ACP", LOG_DELIVERY),
    grant("READ", user=OTHER_ACCOUNT),
    grant("FULL_CONTROL", user=OTHER_ACCOUNT[::-1]),
)
NO_ACLS = s3_error("AccessControlListNotSupported", "The bucket does not allow ACLs")
DENIED = s3_error("AccessDenied", "Access Denied")
SLOW_DOWN = s3_error("SlowDown", "Please reduce your request rate.")
PUBLIC_ACL = (
    "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="
    f'"http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>{ALL_USERS}</URI></Grantee>'
    "<Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>"
)
EMPTY_ACL = "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList/></AccessControlPolicy>"


@pytest.fixture(scope="module")
def acl(start):
    return start("s3-acl-private", runtime=RuntimeApi())


@pytest.fixture(scope="module")
def canned(start):
    return start("s3-acl-private", {"s3_acl": {"style": "private"}})


@pytest.fixture
def open_bucket(s3):
    """A bucket that everybody may list, with legitimate grants before and after that grant."""
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, *LEGITIMATE[:2], grant("READ", ALL_USERS), *LEGITIMATE[2:])
    return name


def grants(s3, name):
    return s3.get_bucket_acl(Bucket=name)["Grants"]


def is_public(entry):
    return entry["Grantee"].get("URI") in PUBLIC


def test_a_list_of_all_grants_is_written_back_without_the_public_ones_and_in_order(acl, s3):
    name = offenders.bucket(s3)
    public = [grant(permission, group) for permission in PERMISSIONS for group in PUBLIC]
    mixed = [entry for pair in zip(public, [*LEGITIMATE, *LEGITIMATE[:1]]) for entry in pair] + public[5:]
    offenders.set_grants(s3, name, *mixed)
    before = s3.get_bucket_acl(Bucket=name)

    run = send(acl, about_bucket(name))

    [put] = run.of("PutBucketAcl")
    owner, written = written_acl(put)
    assert owner == before["Owner"]
    assert written == [entry for entry in before["Grants"] if not is_public(entry)]
    assert len(run.line["changes"]) == len(public)
    assert len(run.mails) == 1
    says_again_nothing(send(acl, about_bucket(name)))


def test_a_list_of_nothing_but_public_grants_becomes_an_empty_list(acl):
    acl.recorder.faults["GetBucketAcl"] = [(200, PUBLIC_ACL), (200, EMPTY_ACL)]
    acl.recorder.fault("PutBucketAcl", 200, "")

    run = send(acl, about_bucket("curfew-public-only"))

    [put] = run.of("PutBucketAcl")
    assert written_acl(put) == ({"ID": "o"}, [])
    assert b"<AccessControlList" in put.body, "S3 refuses a policy without a list"
    assert "x-amz-acl" not in put.headers
    assert run.outcome == "remediated"


def test_style_private_writes_the_canned_acl_and_names_all_that_went(canned, s3, open_bucket):
    run = send(canned, about_bucket(open_bucket))

    [put] = run.of("PutBucketAcl")
    assert put.headers["x-amz-acl"] == "private"
    assert put.body == b""
    assert run.outcome == "remediated"
    assert offenders.grants_of(s3, open_bucket) == [
        ("FULL_CONTROL", s3.get_bucket_acl(Bucket=open_bucket)["Owner"]["ID"])
    ]
    removed = [(change["detail"]["Permission"], change["detail"]["Grantee"].get("URI")) for change in run.line["changes"]]
    assert removed == [
        ("WRITE", LOG_DELIVERY), ("READ_ACP", LOG_DELIVERY), ("READ", ALL_USERS), ("READ", None), ("FULL_CONTROL", None)
    ]
    says_again_nothing(send(canned, about_bucket(open_bucket)))


def test_a_bucket_with_acls_disabled_is_compliant_and_nobody_is_mailed(acl, canned, open_bucket):
    for function in (acl, canned):
        for _ in range(2):
            function.recorder.fault("PutBucketAcl", 400, NO_ACLS)
            run = send(function, about_bucket(open_bucket))
            assert (run.failed, run.outcome, run.published) == (False, "compliant", [])
            assert run.line["changes"] == []
            assert "ACLs are disabled" in run.line["note"]


def test_a_bucket_that_is_gone_is_gone_and_nobody_is_mailed(acl):
    for _ in range(2):
        run = send(acl, about_bucket("curfew-never-was-there"))
        assert run.outcome == "gone"
        assert run.line["level"] == "INFO"
        says_again_nothing(run)


def test_denied_access_names_the_missing_action_and_is_mailed_once(acl, s3, open_bucket):
    before = grants(s3, open_bucket)
    event = about_bucket(open_bucket)
    mailed = []
    for _ in range(2):
        acl.recorder.fault("PutBucketAcl", 403, DENIED, times=9)
        run = send(acl, event)
        assert (run.outcome, run.line["level"]) == ("failed", "ERROR")
        assert run.line["error"]["action"] == "s3:PutBucketAcl"
        assert run.failed and run.answer["errorType"] == "Curfew.Failed"
        assert "s3:PutBucketAcl" in run.answer["errorMessage"]
        mailed += run.mails
    [(subject, text)] = mailed
    assert "failed" in subject and open_bucket in subject
    assert "s3:PutBucketAcl" in text
    assert grants(s3, open_bucket) == before


def test_a_throttle_that_passes_is_outlasted(acl, s3, open_bucket):
    acl.recorder.fault("GetBucketAcl", 503, SLOW_DOWN, times=2)
    run = send(acl, about_bucket(open_bucket))
    assert run.outcome == "remediated"
    says_again_nothing(send(acl, about_bucket(open_bucket)))


def test_a_lasting_throttle_goes_back_to_the_queue_and_is_mailed_at_the_last_delivery_only(acl, open_bucket):
    event = about_bucket(open_bucket)
    for receive_count, mails in ((7, 0), (8, 1), (9, 0)):
        acl.recorder.fault("GetBucketAcl", 503, SLOW_DOWN, times=99)
        run = send(acl, queued(event, receive_count=receive_count))
        assert failures(run) == ["m0"]
        assert run.outcome == "failed"
        assert len(run.of("GetBucketAcl")) > 1, "the SDK has not tried again"
        assert (receive_count, len(run.mails)) == (receive_count, mails)
        assert "SlowDown" in run.line["error"]["message"]


def test_the_number_of_deliveries_that_counts_as_the_last_is_a_setting(start, open_bucket):
    function = start("s3-acl-private", {"max_receive_count": 2})
    for receive_count, mails in ((1, 0), (2, 1)):
        function.recorder.fault("GetBucketAcl", 503, SLOW_DOWN, times=99)
        run = send(function, queued(about_bucket(open_bucket), receive_count=receive_count))
        assert (failures(run), len(run.mails)) == (["m0"], mails)


@pytest.mark.parametrize("name", ["abc", "a" * 63, "with.dots.in-it", "Old_Bucket_From_2009"])
def test_a_bucket_of_any_name_that_s3_ever_gave_is_reached_by_it(acl, name):
    acl.recorder.fault("GetBucketAcl", 200, PUBLIC_ACL)
    acl.recorder.fault("PutBucketAcl", 200, "")
    run = send(acl, about_bucket(name))
    # The account's own Block Public Access is read once by a process, whatever the bucket.
    about_it = [call.path for call in run.calls if call.operation != "Publish" and not call.path.startswith("/v20180820/")]
    assert {path.split("?")[0].strip("/") for path in about_it} == {name}
    assert run.line["resource"] == name
    assert [change["action"] for change in run.line["changes"]] == ["s3:PutBucketAcl"]
