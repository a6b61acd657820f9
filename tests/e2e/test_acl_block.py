"""s3-acl-private: whether a public ACL has an effect, what depends on it, and blocking public ACLs by setting."""

import json
import shlex

import pytest
from harness import offenders
from harness.offenders import ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY, OTHER_ACCOUNT, grant
from harness.recorder import s3_error
from harness.stack import ACCOUNT, REGION
from support import about_bucket, failures, queued, says_again_nothing, send, written_acl

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OFF = dict.fromkeys(FLAGS, False)
DENIED = s3_error("AccessDenied", "Access Denied")
SLOW_DOWN = s3_error("SlowDown", "Please reduce your request rate.")
OBJECTS_TOO = "HOW TO CLOSE PUBLIC OBJECTS TOO"
PUT_BACK = "HOW TO PUT IT BACK"


@pytest.fixture(scope="module")
def acl(start):
    return start("s3-acl-private")


@pytest.fixture(scope="module")
def blocking(start):
    return start("s3-acl-private", {"s3_acl": {"block_public_acls": True}})


@pytest.fixture(scope="module")
def observing(start):
    return start("s3-acl-private", {"mode": "observe"})


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


def section(text, title):
    """The lines of one section of a mail; a title is a line of capitals after an empty one."""
    assert f"\n\n{title}\n" in text, text
    body = []
    for line in text.split(f"\n\n{title}\n")[1].split("\n"):
        if not line:
            break
        body.append(line.strip())
    return body


def do(s3, command):
    """Does through boto3 what a command of a mail says."""
    words = shlex.split(command)
    assert words[:2] == ["aws", "s3api"]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options.pop("--region") == REGION
    to = {"Bucket": options.pop("--bucket"), "ExpectedBucketOwner": options.pop("--expected-bucket-owner")}
    assert to["ExpectedBucketOwner"] == ACCOUNT
    match words[2]:
        case "put-bucket-acl":
            s3.put_bucket_acl(**to, AccessControlPolicy=json.loads(options.pop("--access-control-policy")))
        case "put-public-access-block":
            pairs = (pair.split("=") for pair in options.pop("--public-access-block-configuration").split(","))
            s3.put_public_access_block(**to, PublicAccessBlockConfiguration={k: v == "true" for k, v in pairs})
        case "delete-public-access-block":
            s3.delete_public_access_block(**to)
        case other:
            raise AssertionError(other)
    assert options == {}


def test_one_remediated_acl_takes_six_calls_the_mail_included(acl, s3, open_bucket):
    run = send(acl, about_bucket(open_bucket))
    assert run.outcome == "remediated"
    assert sorted(run.operations) == [
        "GetBucketAcl", "GetBucketAcl", "GetBucketWebsite", "GetPublicAccessBlock", "Publish", "PutBucketAcl"
    ]
    of_s3 = [call for call in run.calls if call.operation != "Publish"]
    assert [call.headers.get("x-amz-expected-bucket-owner") for call in of_s3] == [ACCOUNT] * 5
    says_again_nothing(again := send(acl, about_bucket(open_bucket)))
    assert again.operations == ["GetBucketAcl"]


FORMS = {
    "public-read": [("READ", ALL_USERS)],
    "public-read-write": [("READ", ALL_USERS), ("WRITE", ALL_USERS)],
    "authenticated-read": [("READ", AUTHENTICATED_USERS)],
}


def set_canned(s3, name, canned):
    s3.put_bucket_acl(Bucket=name, ACL=canned)


def set_by_header(s3, name, canned):
    own = {"GrantFullControl": f'id="{s3.get_bucket_acl(Bucket=name)["Owner"]["ID"]}"'}
    keys = {"READ": "GrantRead", "WRITE": "GrantWrite"}
    s3.put_bucket_acl(Bucket=name, **own, **{keys[permission]: f'uri="{uri}"' for permission, uri in FORMS[canned]})


def set_by_list(s3, name, canned):
    offenders.set_grants(s3, name, *[grant(permission, uri) for permission, uri in FORMS[canned]])


@pytest.mark.parametrize("canned", FORMS)
@pytest.mark.parametrize("form", [set_canned, set_by_header, set_by_list])
def test_each_form_of_the_same_acl_gives_the_same_decision(acl, s3, canned, form):
    name = offenders.bucket(s3)
    own = s3.get_bucket_acl(Bucket=name)["Owner"]["ID"]
    form(s3, name, canned)
    public = [g for g in s3.get_bucket_acl(Bucket=name)["Grants"] if "URI" in g["Grantee"]]
    # The emulator shows one permission only of the canned ACL that has two.
    assert len(public) == (1 if form is set_canned else len(FORMS[canned]))

    run = send(acl, about_bucket(name))

    assert run.outcome == "remediated"
    assert [change["detail"] for change in run.line["changes"]] == public
    assert {(g["Permission"], g["Grantee"]["URI"]) for g in public} <= set(FORMS[canned])
    assert run.line["severity"] == ("critical" if any(g["Permission"] == "WRITE" for g in public) else "high")
    assert offenders.grants_of(s3, name) == [("FULL_CONTROL", own)]
    says_again_nothing(send(acl, about_bucket(name)))


@pytest.mark.parametrize(
    ("configuration", "effective"),
    [
        (None, True),
        (OFF, True),
        (flags("BlockPublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True),
        (flags("IgnorePublicAcls"), False),
        (flags(*FLAGS), False),
    ],
)
def test_the_finding_says_whether_the_acl_has_an_effect_and_it_is_closed_in_either_case(
    acl, s3, open_bucket, configuration, effective
):
    block(s3, open_bucket, configuration)

    run = send(acl, about_bucket(open_bucket))

    assert (run.outcome, is_public(s3, open_bucket)) == ("remediated", False)
    [finding] = run.line["findings"]
    assert ("has no effect now: IgnorePublicAcls is on" in finding["summary"]) == (not effective)
    assert run.line["severity"] == ("high" if effective else "medium")
    assert run.line["before"]["PublicAccessBlockConfiguration"] == configuration
    assert blocked(s3, open_bucket) == configuration
    subject, text = run.mail
    assert subject.startswith(f"[Curfew] remediated, {'high' if effective else 'medium'}: ")
    assert (OBJECTS_TOO in text) == effective
    says_again_nothing(send(acl, about_bucket(open_bucket)))


def test_without_the_setting_the_mail_says_that_objects_may_be_public_and_how_to_close_them(acl, s3, open_bucket):
    block(s3, open_bucket, flags("BlockPublicPolicy"))

    run = send(acl, about_bucket(open_bucket))

    assert blocked(s3, open_bucket) == flags("BlockPublicPolicy")
    _, text = run.mail
    assert "objects that were uploaded as public may still be" in text
    [command] = section(text, OBJECTS_TOO)
    do(s3, command)
    assert blocked(s3, open_bucket) == flags("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy")


@pytest.mark.parametrize(
    "before",
    [None, OFF, flags("BlockPublicPolicy"), flags("RestrictPublicBuckets", "IgnorePublicAcls"), flags("BlockPublicAcls")],
)
def test_with_the_setting_the_flags_go_on_after_the_grants_are_gone_and_the_mail_undoes_both(
    blocking, s3, open_bucket, before
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
    assert "turned on BlockPublicAcls and IgnorePublicAcls" in text and OBJECTS_TOO not in text
    for command in section(text, PUT_BACK):
        do(s3, command)
    assert state(s3, open_bucket) == first


def test_flags_that_are_on_already_are_not_written_again(blocking, s3, open_bucket):
    before = flags("BlockPublicAcls", "IgnorePublicAcls")
    block(s3, open_bucket, before)
    run = send(blocking, about_bucket(open_bucket))
    assert (run.outcome, run.changing) == ("remediated", ["PutBucketAcl"])
    assert blocked(s3, open_bucket) == before


def test_with_the_setting_a_bucket_without_public_grants_is_untouched(blocking, s3):
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, grant("WRITE", LOG_DELIVERY))
    first = state(s3, name)
    for _ in range(2):
        run = send(blocking, about_bucket(name))
        assert (run.outcome, run.operations) == ("compliant", ["GetBucketAcl"])
    assert state(s3, name) == first


def test_a_block_that_is_denied_is_loud_and_the_grants_are_gone(blocking, s3, open_bucket):
    blocking.recorder.fault("PutPublicAccessBlock", 403, DENIED)

    run = send(blocking, queued(about_bucket(open_bucket)))

    assert failures(run) == ["m0"]
    assert (run.outcome, run.line["error"]["action"]) == ("failed", "s3:PutBucketPublicAccessBlock")
    assert [change["action"] for change in run.line["changes"]] == ["s3:PutBucketAcl"]
    assert (is_public(s3, open_bucket), blocked(s3, open_bucket)) == (False, None)
    _, text = run.mail
    assert "BlockPublicAcls and IgnorePublicAcls of the bucket are not both on: turn them on by hand" in text


def test_with_the_setting_flags_that_can_not_be_read_change_nothing(blocking, s3, open_bucket):
    blocking.recorder.fault("GetPublicAccessBlock", 403, DENIED)
    first = state(s3, open_bucket)
    run = send(blocking, about_bucket(open_bucket))
    assert (run.outcome, run.line["error"]["action"]) == ("failed", "s3:GetBucketPublicAccessBlock")
    assert (run.changing, len(run.mails)) == ([], 1)
    assert state(s3, open_bucket) == first


@pytest.mark.parametrize(
    ("operation", "action"),
    [("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"), ("GetBucketWebsite", "s3:GetBucketWebsite")],
)
def test_what_is_denied_beside_the_acl_is_said_and_does_not_keep_a_bucket_open(acl, s3, open_bucket, operation, action):
    acl.recorder.fault(operation, 403, DENIED)
    run = send(acl, about_bucket(open_bucket))
    assert (run.outcome, is_public(s3, open_bucket)) == ("remediated", False)
    assert action in json.dumps(run.line["before"])
    assert action in run.mail[1]


@pytest.mark.parametrize("operation", ["GetPublicAccessBlock", "GetBucketWebsite"])
def test_a_throttle_beside_the_acl_does_not_keep_a_bucket_open(acl, s3, open_bucket, operation):
    acl.recorder.fault(operation, 503, SLOW_DOWN, times=99)
    run = send(acl, queued(about_bucket(open_bucket)))
    assert (failures(run), run.outcome, len(run.mails)) == ([], "remediated", 1)
    assert "unknown" in json.dumps(run.line["before"])
    assert not is_public(s3, open_bucket)


def test_with_acls_disabled_nothing_is_public_by_acl_and_nothing_is_blocked(acl, blocking, s3, open_bucket):
    answer = s3_error("AccessControlListNotSupported", "The bucket does not allow ACLs")
    for function in (acl, blocking):
        for _ in range(2):
            function.recorder.fault("PutBucketAcl", 400, answer)
            run = send(function, about_bucket(open_bucket))
            assert (run.failed, run.outcome, run.changing, run.published) == (False, "compliant", ["PutBucketAcl"], [])
            assert (run.line["changes"], "ACLs are disabled" in run.line["note"]) == ([], True)
    assert blocked(s3, open_bucket) is None


@pytest.mark.parametrize(("ownership", "outcome"), [("BucketOwnerEnforced", "compliant"), ("ObjectWriter", "observed")])
def test_observing_asks_whether_acls_are_disabled(observing, s3, open_bucket, ownership, outcome):
    s3.put_bucket_ownership_controls(
        Bucket=open_bucket, OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]}
    )
    first = state(s3, open_bucket)
    run = send(observing, about_bucket(open_bucket))
    assert (run.outcome, run.changing) == (outcome, [])
    assert len(run.mails) == (outcome == "observed")
    assert state(s3, open_bucket) == first


def test_observing_with_the_setting_says_that_the_flags_would_go_on(start, s3, open_bucket):
    function = start("s3-acl-private", {"mode": "observe", "s3_acl": {"block_public_acls": True}})
    first = state(s3, open_bucket)
    run = send(function, about_bucket(open_bucket))
    assert (run.outcome, run.changing) == ("observed", [])
    assert "turn on BlockPublicAcls and IgnorePublicAcls" in run.mail[1]
    assert state(s3, open_bucket) == first
    says_again_nothing(send(function, about_bucket(open_bucket)))


def test_a_website_bucket_is_closed_and_the_alert_says_that_it_serves_a_website(acl, blocking, s3, open_bucket):
    website = {"IndexDocument": {"Suffix": "index.html"}}
    s3.put_bucket_website(Bucket=open_bucket, WebsiteConfiguration=website)
    for function in (acl, blocking):
        s3.delete_public_access_block(Bucket=open_bucket)
        s3.put_bucket_acl(Bucket=open_bucket, ACL="public-read")
        run = send(function, about_bucket(open_bucket))
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
