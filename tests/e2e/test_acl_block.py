"""s3-acl-private: whether a public ACL has an effect, what depends on it, and blocking public ACLs by setting."""

import json
import re
import shlex
from xml.sax.saxutils import escape

import pytest
from harness import offenders
from harness.offenders import ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY, OTHER_ACCOUNT, grant
from harness.recorder import s3_error
from harness.stack import ACCOUNT
from support import BY_HAND, about_bucket, failures, finish_by_hand, follow, queued, says_again_nothing, section, send, written_acl

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OFF = dict.fromkeys(FLAGS, False)
DENIED = s3_error("AccessDenied", "Access Denied")
SLOW_DOWN = s3_error("SlowDown", "Please reduce your request rate.")
OBJECTS_TOO = "HOW TO CLOSE PUBLIC OBJECTS TOO"
PUT_BACK = "HOW TO PUT IT BACK"


@pytest.fixture(scope="module")
def blocking(start):
    return start("s3-acl-private", {"s3_acl": {"block_public_acls": True}})


@pytest.fixture
def open_bucket(s3):
    """A bucket that everybody may list, with a legitimate grant on each side of that one."""
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, grant("WRITE", LOG_DELIVERY), grant("READ", ALL_USERS), grant("READ", user=OTHER_ACCOUNT))
    return name


def flags(*on):
    return OFF | dict.fromkeys(on, True)


def block(s3, name, configuration):
    if configuration is not None:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=configuration)


def blocked(s3, name):
    try:
        return s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    except s3.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration"
        return None


def state(s3, name):
    answer = s3.get_bucket_acl(Bucket=name)
    return answer["Owner"], answer["Grants"], blocked(s3, name)


def is_public(s3, name):
    return any(g["Grantee"].get("URI") in (ALL_USERS, AUTHENTICATED_USERS) for g in s3.get_bucket_acl(Bucket=name)["Grants"])


READS = ["GetBucketAcl", "GetBucketAcl", "GetBucketTagging", "GetBucketWebsite", "GetPublicAccessBlock"]


def test_one_remediated_acl_takes_seven_calls_to_s3_in_a_new_process_and_six_in_a_warm_one(start, s3, open_bucket):
    function = start("s3-acl-private")
    run = send(function, about_bucket(open_bucket))
    assert run.outcome == "remediated"
    assert sorted(run.operations) == ["GetAccountPublicAccessBlock", *READS, "Publish", "PutBucketAcl"]
    of_bucket = [call for call in run.calls if call.operation not in ("Publish", "GetAccountPublicAccessBlock")]
    assert [call.headers.get("x-amz-expected-bucket-owner") for call in of_bucket] == [ACCOUNT] * 6
    [of_account] = run.of("GetAccountPublicAccessBlock")
    assert of_account.headers.get("x-amz-account-id") == ACCOUNT
    says_again_nothing(again := send(function, about_bucket(open_bucket)))
    assert again.operations == ["GetBucketAcl"]

    s3.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
    run = send(function, about_bucket(open_bucket))
    assert run.outcome == "remediated"
    assert sorted(run.operations) == [*READS, "Publish", "PutBucketAcl"]


def account_answer(*on):
    flags = "".join(f"<{flag}>{str(flag in on).lower()}</{flag}>" for flag in FLAGS)
    return f"<PublicAccessBlockConfiguration>{flags}</PublicAccessBlockConfiguration>"


def test_the_flags_of_bucket_and_account_are_read_from_both(start, s3, open_bucket):
    function = start("s3-acl-private")
    of_account = ("BlockPublicAcls", "IgnorePublicAcls", "RestrictPublicBuckets")
    block(s3, open_bucket, flags("IgnorePublicAcls", "BlockPublicPolicy"))
    function.recorder.fault("GetAccountPublicAccessBlock", 200, account_answer(*of_account))

    run = send(function, about_bucket(open_bucket))

    assert (run.outcome, run.line["severity"], is_public(s3, open_bucket)) == ("remediated", "medium", False)
    [finding] = run.line["findings"]
    assert finding["summary"].endswith("IgnorePublicAcls of the bucket and of the account is on")
    assert run.line["before"]["PublicAccessBlockConfiguration"] == flags("IgnorePublicAcls", "BlockPublicPolicy")
    assert run.line["before"]["AccountPublicAccessBlockConfiguration"] == flags(*of_account)
    assert "S3 refuses the command that puts a public ACL back" in run.mail[1]
    says_again_nothing(send(function, about_bucket(open_bucket)))


def test_without_the_setting_the_mail_says_that_objects_may_be_public_and_how_to_close_them(acl, emulator, s3, open_bucket):
    block(s3, open_bucket, flags("BlockPublicPolicy"))

    run = send(acl, about_bucket(open_bucket))

    assert blocked(s3, open_bucket) == flags("BlockPublicPolicy")
    _, text = run.mail
    assert "objects that were uploaded as public may still be" in text
    [command], errors = follow(text, OBJECTS_TOO, emulator)
    assert (errors, f"--expected-bucket-owner {ACCOUNT}" in command) == ("", True)
    assert blocked(s3, open_bucket) == flags("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy")


@pytest.mark.parametrize(
    ("before", "named"),
    [
        (None, "BlockPublicAcls and IgnorePublicAcls"),
        (flags("RestrictPublicBuckets", "IgnorePublicAcls"), "BlockPublicAcls"),
        (flags("BlockPublicPolicy", "BlockPublicAcls"), "IgnorePublicAcls"),
    ],
)
def test_with_the_setting_the_flags_go_on_after_the_grants_are_gone_and_the_mail_undoes_both(
    blocking, emulator, s3, open_bucket, before, named
):
    block(s3, open_bucket, before)
    first = state(s3, open_bucket)

    run = send(blocking, about_bucket(open_bucket))

    assert run.outcome == "remediated"
    assert run.changing == ["PutBucketAcl", "PutPublicAccessBlock"]
    assert blocked(s3, open_bucket) == (before or OFF) | {"BlockPublicAcls": True, "IgnorePublicAcls": True}
    assert [g for g in first[1] if g["Grantee"].get("URI") != ALL_USERS] == s3.get_bucket_acl(Bucket=open_bucket)["Grants"]
    assert [change["action"] for change in run.line["changes"]] == ["s3:PutBucketAcl", "s3:PutBucketPublicAccessBlock"]
    assert run.line["changes"][1]["detail"]["before"] == before
    assert (run.line["before"]["Owner"], run.line["before"]["Grants"]) == first[:2]
    assert run.line["before"]["PublicAccessBlockConfiguration"] == before
    assert run.facts["before"] == run.line["before"]
    says_again_nothing(send(blocking, about_bucket(open_bucket)))

    _, text = run.mail
    assert f"  - turned on {named} of the bucket\n" in text and OBJECTS_TOO not in text
    commands, errors = follow(text, PUT_BACK, emulator)
    assert (errors, all(f"--expected-bucket-owner {ACCOUNT}" in command for command in commands)) == ("", True)
    assert state(s3, open_bucket) == first


def test_a_block_that_fails_is_left_to_a_person_with_the_command_and_nothing_else_is_said(
    blocking, emulator, s3, open_bucket
):
    block(s3, open_bucket, flags("RestrictPublicBuckets"))
    blocking.recorder.fault("PutPublicAccessBlock", 403, DENIED, times=9)

    run = send(blocking, queued(about_bucket(open_bucket)))

    assert failures(run) == ["m0"]
    assert (run.outcome, run.line["error"]["message"].count("s3:PutBucketPublicAccessBlock")) == ("still-open", 1)
    assert [change["action"] for change in run.line["changes"]] == ["s3:PutBucketAcl"]
    assert [(left["kind"], left["remedy"]) for left in run.line["remaining"]] == [("public-acls-not-blocked", "by-hand")]
    assert (is_public(s3, open_bucket), blocked(s3, open_bucket)) == (False, flags("RestrictPublicBuckets"))
    _, text = run.mail
    assert "BlockPublicAcls and IgnorePublicAcls of the bucket are not both on: turn them on by hand" in text
    assert "Curfew tries again what is left" in text
    says_that_only_the_flags_are_left(run)
    # As the text says: the next delivery finishes it, and says so.
    again = send(blocking, queued(about_bucket(open_bucket), receive_count=2))
    assert (failures(again), again.outcome, again.changing) == ([], "remediated", ["PutPublicAccessBlock"])
    assert len(again.mails) == 1

    lines, errors = finish_by_hand(text, emulator)
    assert (len(lines), errors) == (1, "")
    assert blocked(s3, open_bucket) == flags("RestrictPublicBuckets", "BlockPublicAcls", "IgnorePublicAcls")


def says_that_only_the_flags_are_left(run):
    _, text = run.mail
    assert text.startswith("A second read found no public grant any more, but ")
    assert run.facts["headline"].startswith("A second read found no public grant any more, but ")
    assert "what was open is closed. This is left to do:" in text
    assert "objects that were uploaded as public may still be" in text
    assert not re.search("still open:|it is open", text, re.IGNORECASE) and "STILL OPEN" not in text


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (403, DENIED),
        (200, "<<"),
        (200, "<PublicAccessBlockConfiguration/>"),
    ],
    ids=["denied", "garbage", "missing"],
)
def test_of_flags_that_can_not_be_read_nothing_is_claimed(blocking, emulator, s3, open_bucket, status, answer):
    block(s3, open_bucket, flags("RestrictPublicBuckets"))
    blocking.recorder.fault("GetPublicAccessBlock", status, answer, times=99)

    run = send(blocking, queued(about_bucket(open_bucket), receive_count=8))

    assert (failures(run), run.outcome, run.changing) == (["m0"], "still-open", ["PutBucketAcl"])
    assert [(left["kind"], left["remedy"]) for left in run.line["remaining"]] == [("public-acls-block-unknown", "by-hand")]
    assert (is_public(s3, open_bucket), blocked(s3, open_bucket)) == (False, flags("RestrictPublicBuckets"))
    _, text = run.mail
    assert "whether BlockPublicAcls and IgnorePublicAcls of the bucket are on is not known (" in text
    assert "are not both on" not in text
    says_that_only_the_flags_are_left(run)
    says_again_nothing(send(blocking, queued(about_bucket(open_bucket), receive_count=8)))
    _, errors = finish_by_hand(text, emulator)
    assert (errors, blocked(s3, open_bucket)) == ("", flags("BlockPublicAcls", "IgnorePublicAcls", "RestrictPublicBuckets"))


def test_flags_that_do_not_hold_are_left_and_the_grants_are_said_to_be_gone(blocking, emulator, s3, open_bucket):
    blocking.recorder.fault("PutPublicAccessBlock", 200, "")

    run = send(blocking, queued(about_bucket(open_bucket)))

    assert (run.outcome, is_public(s3, open_bucket), blocked(s3, open_bucket)) == ("still-open", False, None)
    says_that_only_the_flags_are_left(run)
    _, errors = finish_by_hand(run.mail[1], emulator)
    assert (errors, blocked(s3, open_bucket)) == ("", flags("BlockPublicAcls", "IgnorePublicAcls"))


@pytest.mark.parametrize(("status", "error"), [(403, "AccessDenied"), (500, "InternalError")])
def test_an_acl_that_nobody_has_verified_is_written_again_by_hand_before_the_flags(
    blocking, emulator, s3, open_bucket, status, error
):
    """The grant comes back, and the read between the two writes fails: the flags alone would mask it."""
    expected = [g for g in s3.get_bucket_acl(Bucket=open_bucket)["Grants"] if g["Grantee"].get("URI") != ALL_USERS]
    written = []

    def comes_back(_call, forward):
        answer = forward()
        s3.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
        written.append(answer)
        return answer

    def refuse(_call, forward):
        return (status, s3_error(error, "No.")) if written else forward()

    blocking.recorder.intercept("PutBucketAcl", comes_back)
    blocking.recorder.intercept("GetBucketAcl", refuse, times=99)

    run = send(blocking, queued(about_bucket(open_bucket), receive_count=8))

    assert (failures(run), run.outcome, run.changing) == (["m0"], "failed", ["PutBucketAcl"])
    assert (is_public(s3, open_bucket), blocked(s3, open_bucket)) == (True, None)
    lines, errors = finish_by_hand(run.mail[1], emulator)
    assert ([line.split()[2] for line in lines], errors) == (["put-bucket-acl", "put-public-access-block"], "")
    assert s3.get_bucket_acl(Bucket=open_bucket)["Grants"] == expected
    assert blocked(s3, open_bucket) == flags("BlockPublicAcls", "IgnorePublicAcls")


def masked(s3, name):
    """S3 with `IgnorePublicAcls` on answers with the ACL in force."""

    def answer(_call, forward):
        status, body = forward()
        if (blocked(s3, name) or OFF)["IgnorePublicAcls"]:
            body = re.sub(rb"<Grant>(?:(?!</Grant>).)*global/(?:AllUsers|AuthenticatedUsers).*?</Grant>", b"", body, flags=re.DOTALL)
        return status, body

    return answer


def test_a_grant_that_comes_back_is_seen_before_the_flags_mask_it(blocking, s3, open_bucket):
    def comes_back(_call, forward):
        answer = forward()
        s3.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
        return answer

    blocking.recorder.intercept("PutBucketAcl", comes_back)
    blocking.recorder.intercept("GetBucketAcl", masked(s3, open_bucket), times=99)

    run = send(blocking, queued(about_bucket(open_bucket)))

    assert (failures(run), run.outcome) == (["m0"], "still-open")
    assert [left["kind"] for left in run.line["remaining"]] == ["public-grant"]
    assert (run.changing, blocked(s3, open_bucket)) == (["PutBucketAcl"], None)
    assert "STILL OPEN" in run.mail[1]
    blocking.recorder.intercept("GetBucketAcl", masked(s3, open_bucket), times=99)
    assert send(blocking, queued(about_bucket(open_bucket), receive_count=2)).outcome == "remediated"
    assert not is_public(s3, open_bucket)
    assert blocked(s3, open_bucket) == flags("BlockPublicAcls", "IgnorePublicAcls")


@pytest.mark.parametrize("settings", [{}, {"style": "private"}, {"block_public_acls": True}])
def test_an_acl_that_was_not_written_is_left_as_a_command_that_writes_it(start, emulator, s3, open_bucket, settings):
    function = start("s3-acl-private", {"s3_acl": settings})
    before = s3.get_bucket_acl(Bucket=open_bucket)["Grants"]
    function.recorder.fault("PutBucketAcl", 403, DENIED, times=9)

    run = send(function, queued(about_bucket(open_bucket), receive_count=8))

    assert (failures(run), run.outcome, run.line["changes"]) == (["m0"], "failed", [])
    assert is_public(s3, open_bucket)
    _, errors = finish_by_hand(run.mail[1], emulator)
    assert errors == ""
    private = [g for g in before if g["Grantee"].get("ID") == s3.get_bucket_acl(Bucket=open_bucket)["Owner"]["ID"]]
    legitimate = [g for g in before if g["Grantee"].get("URI") != ALL_USERS]
    assert s3.get_bucket_acl(Bucket=open_bucket)["Grants"] == (private if "style" in settings else legitimate)
    assert (blocked(s3, open_bucket) is None) == ("block_public_acls" not in settings)
    says_again_nothing(send(function, queued(about_bucket(open_bucket), receive_count=9)))


def test_names_that_a_shell_could_take_for_its_own_survive_the_command(acl, emulator, s3, open_bucket):
    """An owner's name with quotes, dollars and backslashes goes through a real shell as it is."""
    name = "O'Neil \"x\" $(touch pwned) `id` \\ \u00fc\u4e2d"
    acl.recorder.fault("GetBucketAcl", 200, (
        f"<AccessControlPolicy><Owner><ID>{OTHER_ACCOUNT}</ID></Owner><AccessControlList>{PUBLIC_GRANT}"
        f'<Grant><Grantee {XSI} xsi:type="CanonicalUser"><ID>{OTHER_ACCOUNT}</ID><DisplayName>{escape(name)}</DisplayName>'
        "</Grantee><Permission>WRITE</Permission></Grant></AccessControlList></AccessControlPolicy>"
    ).encode())
    acl.recorder.fault("PutBucketAcl", 403, DENIED)
    run = send(acl, about_bucket(open_bucket))
    [command] = section(run.mail[1], BY_HAND)
    assert json.loads(shlex.split(command)[-1])["Grants"][0]["Grantee"]["DisplayName"] == name
    _, errors = finish_by_hand(run.mail[1], emulator)
    assert errors == ""
    assert [g["Permission"] for g in s3.get_bucket_acl(Bucket=open_bucket)["Grants"]] == ["WRITE"]


def test_observing_asks_whether_acls_are_disabled(start, s3, open_bucket):
    s3.put_bucket_ownership_controls(
        Bucket=open_bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    first = state(s3, open_bucket)
    run = send(start("s3-acl-private", {"mode": "observe"}), about_bucket(open_bucket))
    assert (run.outcome, run.changing, run.mails) == ("compliant", [], [])
    assert state(s3, open_bucket) == first


def test_a_website_bucket_is_closed_and_the_alert_says_that_it_serves_a_website(acl, s3, open_bucket):
    website = {"IndexDocument": {"Suffix": "index.html"}}
    s3.put_bucket_website(Bucket=open_bucket, WebsiteConfiguration=website)
    run = send(acl, about_bucket(open_bucket))
    assert (run.outcome, is_public(s3, open_bucket)) == ("remediated", False)
    _, text = run.mail
    assert "the bucket serves a website" in text.split("\n")[0]
    assert "403 instead of 404" in " ".join(section(text, "THIS BUCKET SERVES A WEBSITE"))
    assert "the bucket serves a website" in run.facts["headline"]
    assert run.line["before"]["ServesWebsite"] is True
    assert s3.get_bucket_website(Bucket=open_bucket)["IndexDocument"] == website["IndexDocument"]


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PUBLIC_GRANT = f'<Grant><Grantee {XSI} xsi:type="Group"><URI>{ALL_USERS}</URI></Grantee><Permission>READ</Permission></Grant>'
NAMES = {
    "markup": ("A &amp; B &lt;i&gt; &quot;c&quot; &#39;d&#39; ]]&gt;", "A & B <i> \"c\" 'd' ]]>"),
    "spaces": ("  two  and trailing ", "  two  and trailing "),
    "control characters": ("tab&#9;line&#10;return&#13;end", "tab\tline\nreturn\rend"),
    "beyond ascii": ("&#252;&#x1F512;\u4e2d", "\u00fc\U0001f512\u4e2d"),
}


@pytest.mark.parametrize("case", NAMES)
def test_owner_and_other_grants_are_written_back_as_they_were(acl, s3, case):
    written, name = NAMES[case]
    xml = (
        f"<AccessControlPolicy><Owner><ID>o</ID><DisplayName>{written}</DisplayName></Owner><AccessControlList>"
        f'<Grant><Grantee {XSI} xsi:type="AmazonCustomerByEmail"><EmailAddress>a+b&amp;c@example.com</EmailAddress>'
        f"</Grantee><Permission>READ_ACP</Permission></Grant>{PUBLIC_GRANT}"
        f'<Grant><Grantee {XSI} xsi:type="CanonicalUser"><ID>u</ID><DisplayName>{written}</DisplayName></Grantee>'
        "<Permission>WRITE</Permission></Grant></AccessControlList></AccessControlPolicy>"
    )
    acl.recorder.fault("GetBucketAcl", 200, xml.encode())
    acl.recorder.fault("PutBucketAcl", 200, "")

    run = send(acl, about_bucket(offenders.bucket(s3)))

    assert run.outcome == "remediated"
    owner, grants = written_acl(run.of("PutBucketAcl")[0])
    # The owner has no FULL_CONTROL and gets none.
    assert owner == {"ID": "o", "DisplayName": name}
    assert grants == [
        {"Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": "a+b&c@example.com"}, "Permission": "READ_ACP"},
        {"Grantee": {"Type": "CanonicalUser", "ID": "u", "DisplayName": name}, "Permission": "WRITE"},
    ]
    assert run.line["before"]["Owner"]["DisplayName"] == name
