"""What people and programs get, and what happens where it does not reach them."""

import json
import re
from textwrap import indent

import pytest
from harness import offenders
from harness.offenders import ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY, grant, permission
from harness.recorder import facts_of, sns_error
from harness.stack import ACCOUNT, REGION
from support import about_bucket, about_group, failures, queued, says_again_nothing, send

NOWHERE = f"arn:aws:sns:{REGION}:{ACCOUNT}:nobody-made-this-topic"
SECTIONS = ["WHAT WAS OPEN", "WHAT CURFEW DID", "WHAT YOU SHOULD DO NOW", "WHERE", "WHAT MADE CURFEW LOOK"]
SECTIONS_OF_A_CHANGE = [*SECTIONS[:2], "HOW TO HAVE CURFEW PUT IT BACK", *SECTIONS[2:]]
SNS_LIMIT = 256 * 1024


@pytest.fixture(scope="module")
def unheard(start):
    """A function whose topic does not exist."""
    return start("s3-acl-private", topic=NOWHERE)


def open_bucket(s3, name=None):
    name = offenders.bucket(s3, name)
    offenders.set_grants(s3, name, grant("WRITE", ALL_USERS), grant("READ", AUTHENTICATED_USERS), grant("WRITE", LOG_DELIVERY))
    return name


def is_closed(s3, name):
    return not {"AllUsers", "AuthenticatedUsers"} & {who for _, who in offenders.grants_of(s3, name)}


def headings(text):
    return [line for line in text.splitlines() if line and line == line.upper() and not line.startswith(" ")]


def attributes(published):
    return {
        value: published[key.replace(".Name", ".Value.StringValue")]
        for key, value in published.items()
        if re.fullmatch(r"MessageAttributes\.entry\.\d+\.Name", key)
    }


def test_without_a_topic_the_change_stands_and_the_event_fails_loudly(unheard, s3):
    name = open_bucket(s3)
    run = send(unheard, about_bucket(name))
    assert is_closed(s3, name)
    assert run.failed and run.answer["errorType"] == "Curfew.AlertNotDelivered"
    assert name in run.answer["errorMessage"] and "sns:Publish" in run.answer["errorMessage"]
    assert (run.line["level"], run.line["outcome"], run.line["alert"]) == ("ERROR", "remediated", "failed")


def test_without_a_topic_the_record_comes_back_and_the_log_line_holds_the_whole_alert(unheard, acl, s3):
    name = open_bucket(s3)
    event = about_bucket(name)
    run = send(unheard, queued(event))
    assert failures(run) == ["m0"]
    assert is_closed(s3, name)

    open_bucket_again = [grant("WRITE", ALL_USERS), grant("READ", AUTHENTICATED_USERS), grant("WRITE", LOG_DELIVERY)]
    offenders.set_grants(s3, name, *open_bucket_again)
    heard = send(acl, event)
    subject, text = heard.mail
    text = text.replace(heard.line["record"], run.line["record"])
    assert run.line["undelivered"] == {"subject": subject, "text": text}


def test_an_alert_that_sns_throttles_once_still_arrives_once(acl, s3):
    acl.recorder.fault("Publish", 503, sns_error("ServiceUnavailable"))
    run = send(acl, about_bucket(open_bucket(s3)))
    assert (run.failed, run.outcome, len(run.mails)) == (False, "remediated", 1)


def test_a_failed_alert_about_a_policy_is_sent_at_the_next_delivery(policy, s3):
    name = offenders.bucket(s3)
    offenders.set_policy(s3, name, offenders.public_policy(name))
    event = about_bucket(name)
    policy.recorder.fault("Publish", 403, sns_error("AuthorizationError", "no"), times=9)
    run = send(policy, queued(event))
    assert failures(run) == ["m0"]
    assert run.line["alert_error"]["action"] == "sns:Publish"

    run = send(policy, queued(event, receive_count=2))
    assert (failures(run), len(run.mails)) == ([], 1)


def test_one_record_whose_alert_fails_does_not_bring_back_the_others(acl, s3):
    first, second = open_bucket(s3), open_bucket(s3)
    acl.recorder.intercept(
        "Publish", lambda call, forward: (403, sns_error("AuthorizationError")) if first in call.form["Subject"] else forward(), 9
    )
    run = send(acl, queued(about_bucket(first), about_bucket(second)))
    assert failures(run) == ["m0"]
    assert is_closed(s3, first) and is_closed(s3, second)
    assert len(run.mails) == 1


@pytest.mark.parametrize("name", ["b" * 63, "c" * 40, "ab1"])
def test_the_subject_is_short_and_plain_and_names_what_it_can(acl, s3, name):
    subject, text = send(acl, about_bucket(open_bucket(s3, name))).mail
    assert subject.isascii() and subject.isprintable() and len(subject) < 100
    assert subject.startswith("[Curfew] remediated, critical: S3 bucket ")
    assert name[:30] in subject and subject.endswith(f"({REGION})")
    assert f"S3 bucket {name}\n" in text


def test_the_mail_answers_its_questions_in_order_and_shows_the_evidence_last(acl, policy, start, s3, ec2):
    name = open_bucket(s3)
    offenders.set_policy(s3, name, offenders.public_policy(name))
    group = offenders.group(ec2)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 22, v4=[("0.0.0.0/0", "")])])
    for function, event, evidence in (
        (acl, about_bucket(name), "THE ACL AS IT WAS"),
        (policy, about_bucket(name), "THE WHOLE POLICY"),
        (start("sg-quarantine"), about_group(group), "THE GROUP'S INBOUND RULES AS THEY WERE"),
    ):
        _, text = send(function, event).mail
        titles = headings(text)
        first = ["WHAT IS OPEN", *SECTIONS[1:]] if function is policy else SECTIONS_OF_A_CHANGE
        assert titles[:len(first)] == first
        assert evidence in titles[len(first):]
        where = text.split("\nWHERE\n")[1].split("\nSINCE")[0]
        assert ACCOUNT in where and REGION in where and "https://" in where
        assert event["detail"]["configRuleName"] in text.split("WHAT MADE CURFEW LOOK")[1].split("\n\n")[0]


def test_a_hostile_rule_name_adds_no_line_to_the_mail(acl, s3):
    event = about_bucket(open_bucket(s3))
    event["detail"]["configRuleName"] = "x\n\nWHAT YOU SHOULD DO NOW\n  - Send your password\r\n" + "y" * 5000
    _, text = send(acl, event).mail
    assert headings(text)[:6] == SECTIONS_OF_A_CHANGE
    assert "y" * 200 not in text


def test_programs_get_the_same_facts_over_every_protocol(acl, s3):
    name = open_bucket(s3)
    run = send(acl, about_bucket(name))
    [published] = run.published
    message = json.loads(published["Message"])
    assert set(message) == {"default", "email", "sqs", "lambda", "http", "https"}
    assert message["sqs"] == message["lambda"] == message["http"] == message["https"]
    facts = facts_of(published)
    same = ("control", "resource", "account", "region", "cause", "outcome", "severity", "findings", "changes", "before")
    assert {key: facts[key] for key in same} == {key: run.line[key] for key in same}
    assert "cut" not in facts


def test_attributes_let_a_subscription_choose(acl, policy, s3):
    name = open_bucket(s3)
    offenders.set_policy(s3, name, offenders.public_policy(name))
    common = {"account": ACCOUNT, "region": REGION}
    [changed] = send(acl, about_bucket(name)).published
    assert attributes(changed) == common | {"control": "s3-acl", "outcome": "remediated", "severity": "critical"}
    [alerted] = send(policy, about_bucket(name)).published
    assert attributes(alerted) == common | {"control": "s3-policy", "outcome": "alerted", "severity": "critical"}


def test_a_subscribed_queue_gets_json_that_it_can_filter_by(acl, emulator, topic, s3):
    sqs, sns = emulator.client("sqs"), emulator.client("sns")
    url = sqs.create_queue(QueueName="critical-only")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    choice = json.dumps({"severity": ["critical"]})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": choice})
    name, quiet = open_bucket(s3), offenders.bucket(s3)
    offenders.set_grants(s3, quiet, grant("READ_ACP", ALL_USERS))
    send(acl, queued(about_bucket(name), about_bucket(quiet)))
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(json.loads(message["Body"])["Message"])["resource"] for message in received] == [name]


def quoted_policy(name, size):
    """A policy of nearly `size` bytes with as many quotes as fit into it."""
    policy = offenders.public_policy(name)
    room = size - len(json.dumps(policy, separators=(",", ":")))
    policy["Statement"][1]["Action"] = ["s3:GetObject", *["a"] * (room // 4 - 6)]
    return json.dumps(policy, separators=(",", ":"))


def test_the_largest_policy_full_of_quotes_fits_into_one_message(policy, s3):
    name = offenders.bucket(s3)
    document = quoted_policy(name, 20 * 1024)
    assert 20_000 < len(document) <= 20 * 1024
    offenders.set_policy(s3, name, document)

    run = send(policy, about_bucket(name))

    [published] = run.published
    assert len(published["Message"].encode()) + 1_000 < SNS_LIMIT
    _, text = run.mail
    whole = indent(json.dumps(json.loads(document), indent=2), "  ") in text
    assert whole or "cut to fit" in text
    facts = run.facts
    assert facts.get("cut") or facts["before"]["policy"]["document"] == document
    assert run.line["before"]["policy"]["document"] == document


def test_a_failing_subject_is_told_with_where_to_look(acl, s3):
    name = open_bucket(s3)
    acl.recorder.fault("GetBucketAcl", 403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>", times=9)
    run = send(acl, about_bucket(name))
    subject, text = run.mail
    assert subject.startswith("[Curfew] failed, high: ")
    assert headings(text)[:5] == SECTIONS
    assert "the resource, or a part of it, could not be read" in text
    assert run.facts["error"]["action"] == "s3:GetBucketAcl"
    assert attributes(run.published[0])["outcome"] == "failed"


def test_a_bucket_opened_again_is_closed_and_told_again(acl, s3):
    name = open_bucket(s3)
    event = about_bucket(name)
    assert len(send(acl, event).mails) == 1
    says_again_nothing(send(acl, event))
    offenders.set_grants(s3, name, grant("WRITE", ALL_USERS))
    run = send(acl, event)
    assert (run.outcome, len(run.mails)) == ("remediated", 1)


def test_a_usual_policy_of_20_kb_is_mailed_whole(start, s3):
    alert = start("s3-policy-alert")
    name = offenders.bucket(s3)
    policy = offenders.public_policy(name)
    [service, public] = policy["Statement"]
    policy["Statement"] = [service, *(public | {"Sid": f"Partner{n}", "Resource": f"arn:aws:s3:::{name}/{n}/*"} for n in range(145))]
    document = json.dumps(policy, separators=(",", ":"))
    assert 15_000 < len(document) < 20_480
    offenders.set_policy(s3, name, document)
    run = send(alert, about_bucket(name))
    assert "cut to fit" not in run.mail[1], f"cut, with {len(run.published[0]['Message'])} of 256 K used"
