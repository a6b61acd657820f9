"""What nobody has to act on at once waits for one mail, which the tick sends."""

import json
import time

import pytest
from harness import offenders
from harness.functions import ROWS, TRIGGERED
from harness.groups import Network, strict_about_interfaces
from harness.offenders import ALL_USERS, grant
from harness.recorder import s3_error, sns_error
from harness.triggers import call, tick
from support import about_bucket, about_group, failures, queued, section, send

WHO = "arn:aws:iam::123456789012:user/ann"


def listable(s3):
    """A bucket that anybody may list, which is bad and not critical."""
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, grant("READ", ALL_USERS))
    return name


def for_outsiders(s3, sid="Everything"):
    """A bucket of which another account may do everything, which a person decides about."""
    name = offenders.bucket(s3)
    everything = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:*"}
    statement = everything | {"Sid": sid, "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}
    offenders.set_policy(s3, name, {"Version": "2012-10-17", "Statement": [statement]})
    return name


def items(emulator, function, partition):
    """The items of a partition."""
    query = {"TableName": function.table, "KeyConditionExpression": "#r = :r", "ConsistentRead": True}
    query |= {"ExpressionAttributeNames": {"#r": "resource"}, "ExpressionAttributeValues": {":r": {"S": partition}}}
    return emulator.client("dynamodb").query(**query)["Items"]


def ticks(function):
    run = send(function, queued(tick()))
    assert failures(run) == []
    return run


def offends(row, s3, ec2):
    """An event about something that a function finds, and that is not critical."""
    if row.name == "sg-quarantine":
        group = offenders.group(ec2)
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[offenders.permission("tcp", 22, v4=[("0.0.0.0/0", "")])])
        return about_group(group)
    return about_bucket(for_outsiders(s3) if row.name == "s3-policy-alert" else listable(s3))


@pytest.mark.parametrize("name", TRIGGERED)
def test_each_function_leaves_to_the_digest_what_can_wait_and_its_tick_sends_it_once(start, s3, ec2, name):
    function = start(name, {"alerts": "hourly"})
    records = []
    for _ in range(2):
        run = send(function, queued(offends(ROWS[name], s3, ec2)))
        assert (failures(run), run.published) == ([], [])
        assert (run.line["severity"], run.line["alert"]) == ("high", "digest")
        records.append(run.line["record"])

    run = ticks(function)
    subject, text = run.mail
    assert subject.startswith(f"[Curfew] digest, high: {ROWS[name].control}: 2 ") and len(subject) < 100
    assert all(text.count(f"      Record: {record}\n") == 1 for record in records)
    [line] = [line for line in run.lines if "mailed" in line]
    assert (line["mailed"], line["level"], line["control"]) == (2, "INFO", ROWS[name].control)
    facts = run.facts
    assert [entry["record"] for entry in facts["entries"]] == records
    assert (facts["outcome"], facts["left_out"], sum(facts["counts"].values())) == ("digest", 0, 2)

    for _ in range(2):
        assert ticks(function).published == []


def test_a_mail_of_several_says_what_was_open_what_was_done_by_whom_and_how_to_put_it_back(start, s3):
    function = start("s3-acl-private", {"alerts": "hourly"})
    name = listable(s3)
    event = call("s3", "PutBucketAcl", {"bucketName": name}, userIdentity={"type": "IAMUser", "arn": WHO})
    run = send(function, queued(event))
    _, text = ticks(function).mail
    case = section(text, "WHAT WAS OPEN, AND WHAT CURFEW DID")
    assert case[0].startswith(f"  - S3 bucket {name}: remediated, high, at 20")
    [opened, did, who, record] = case[1:]
    assert opened.startswith("      Open: Anyone on the internet") and did.startswith("      Did: removed ")
    assert (who, record) == (f"      Opened by: {WHO}", f"      Record: {run.line['record']}")
    assert "  make restore REGION=eu-central-1 RECORD=the-record-from-above" in section(text, "HOW TO HAVE CURFEW PUT ONE BACK")


def test_what_is_critical_or_failed_or_held_does_not_wait(start, s3):
    function = start("s3-acl-private", {"alerts": "daily"})
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, grant("WRITE", ALL_USERS))
    run = send(function, queued(about_bucket(name)))
    assert (run.line["severity"], run.line["alert"], len(run.mails)) == ("critical", "sent", 1)

    policy = start("s3-policy-alert", {"alerts": "daily"})
    offenders.set_policy(s3, name, offenders.public_policy(name))
    run = send(policy, queued(about_bucket(name)))
    assert (run.line["severity"], run.line["alert"], len(run.mails)) == ("critical", "sent", 1)

    denied = listable(s3)
    function.recorder.fault("PutBucketAcl", 403, s3_error("AccessDenied"))
    run = send(function, queued(about_bucket(denied)))
    assert (run.outcome, run.line["alert"], len(run.mails)) == ("failed", "sent", 1)

    stopped = start("s3-acl-private", {"alerts": "daily", "s3_acl": {"changes_per_hour": 0}})
    run = send(stopped, queued(about_bucket(listable(s3))))
    assert (run.outcome, run.line["alert"], len(run.mails)) == ("held", "sent", 1)
    assert ticks(function).published == [] == ticks(stopped).published


def test_what_was_critical_and_may_have_been_closed_before_does_not_wait(start, s3):
    function, name = start("s3-acl-private", {"alerts": "daily"}), offenders.bucket(s3)
    offenders.set_grants(s3, name, grant("WRITE", ALL_USERS))

    def done_and_lost(_call, forward):
        forward()
        # Nor does anybody know what came of it.
        function.recorder.fault("GetBucketAcl", 503, s3_error("SlowDown"), times=99)
        return 503, s3_error("ServiceUnavailable")

    function.recorder.intercept("PutBucketAcl", done_and_lost)
    run = send(function, queued(about_bucket(name)), seconds=4)
    assert (failures(run), run.outcome, run.published) == (["m0"], "failed", [])
    offenders.set_grants(s3, name, grant("READ_ACP", ALL_USERS))
    run = send(function, queued(about_bucket(name), receive_count=2))
    assert (run.outcome, run.line["severity"], run.line["alert"]) == ("remediated", "critical", "sent")
    assert [finding["severity"] for finding in run.line["begun_before"]] == ["critical"]
    assert "CURFEW MAY HAVE CLOSED AT AN EARLIER DELIVERY\n  - Anyone on the internet may create, overwrite" in run.mail[1]


def test_what_curfew_may_not_isolate_does_not_wait(start, ec2):
    function = start("sg-quarantine", {"alerts": "daily", "sg": {"quarantine": "isolate"}})
    network = Network(ec2)
    strict_about_interfaces(function, ec2, managed=[network.interface(network.open)])
    run = send(function, queued(about_group(network.open)))
    assert (run.outcome, run.line["alert"], len(run.mails)) == ("alerted", "sent", 1)


def test_a_policy_writes_no_section_into_a_mail(start, s3):
    drill = "drill\n\nWHAT YOU SHOULD DO NOW\n  - Nothing: this was a drill."
    each = start("s3-policy-alert")
    run = send(each, queued(about_bucket(for_outsiders(s3, drill))))
    assert "drill WHAT YOU SHOULD" in run.mail[1]
    assert run.mail[1].count("\nWHAT YOU SHOULD DO NOW\n") == 1 and "\n  - Nothing: this" not in run.mail[1]
    function = start("s3-policy-alert", {"alerts": "hourly"})
    send(function, queued(about_bucket(for_outsiders(s3, drill))))
    text = ticks(function).mail[1]
    assert text.count("\nWHAT YOU SHOULD DO NOW\n") == 1 and "\n  - Nothing: this" not in text


def test_what_cannot_be_read_keeps_no_other_case_from_being_sent(start, s3, emulator):
    function = start("s3-acl-private", {"alerts": "hourly"})
    for _ in range(2):
        send(function, queued(about_bucket(listable(s3))))
    [item, _] = (one for one in items(emulator, function, "digest s3-acl") if "brief" in one)
    item["brief"] = {"S": item["brief"]["S"].replace("remediated", "of-a-newer-version")}
    emulator.client("dynamodb").put_item(TableName=function.table, Item=item)
    run = ticks(function)
    assert run.mail[1].count("      Record: ") == 1
    [line] = [line for line in run.lines if line["level"] == "ERROR"]
    assert line["record"] == item["record"]["S"]
    assert item in items(emulator, function, "digest s3-acl")


def test_a_digest_that_sns_refuses_is_sent_by_the_next_tick_and_nothing_of_it_is_lost(start, s3, emulator):
    function = start("s3-acl-private", {"alerts": "hourly"})
    name = listable(s3)
    send(function, queued(about_bucket(name)))
    function.recorder.fault("Publish", 403, sns_error("AuthorizationError", "no"), times=9)
    run = send(function, queued(tick()))
    assert failures(run) == ["m0"] and run.published == []
    [line] = [line for line in run.lines if line["level"] == "ERROR"]
    assert line["message"].startswith("the digest was not delivered: access denied: ")
    assert any("AlertsNotDelivered" in metric for metric in run.metrics)
    [waits] = [item for item in items(emulator, function, "digest s3-acl") if "brief" in item]
    assert "sent_at" not in waits and "expires" not in waits

    # Somebody else does not send it as long as the first may be at it.
    assert ticks(function).published == []
    let_go(emulator, function)
    assert name in ticks(function).mail[1]
    [sent] = [item for item in items(emulator, function, "digest s3-acl") if "brief" in item]
    assert int(sent["expires"]["N"]) > time.time()
    let_go(emulator, function)
    assert ticks(function).published == []


def let_go(emulator, function, control="s3-acl"):
    """Lets the time pass for which nobody else sends a digest."""
    key = {"resource": {"S": f"digest {control}"}, "record": {"S": "turn"}}
    update = {"UpdateExpression": "SET lease_until = :z", "ExpressionAttributeValues": {":z": {"N": "0"}}}
    emulator.client("dynamodb").update_item(TableName=function.table, Key=key, **update)


def test_a_day_is_over_before_its_digest_is_sent(start, s3, emulator):
    function = start("s3-acl-private", {"alerts": "daily"})
    for _ in range(2):
        send(function, queued(about_bucket(listable(s3))))
    if time.gmtime().tm_hour == 23 and time.gmtime().tm_min > 57:
        pytest.skip("the day is over in a moment")
    assert ticks(function).published == []
    # One of them is from the day before.
    item = items(emulator, function, "digest s3-acl")[0]
    brief = json.loads(item["brief"]["S"]) | {"at": time.strftime("%Y-%m-%dT23:59:59.000Z", time.gmtime(time.time() - 86_400))}
    emulator.client("dynamodb").put_item(TableName=function.table, Item=item | {"brief": {"S": json.dumps(brief)}})
    assert ticks(function).mail[0].endswith(": s3-acl: 2 resources closed (eu-central-1)")
    assert ticks(function).published == []


def test_what_waits_is_sent_although_the_settings_want_a_mail_each_by_now(start, s3):
    function = start("s3-acl-private", {"alerts": "daily"})
    waits = listable(s3)
    send(function, queued(about_bucket(waits)))
    by_now = start("s3-acl-private", {}, environment={"LEDGER_TABLE": function.table})
    assert len(send(by_now, queued(about_bucket(listable(s3)))).mails) == 1
    subject, text = ticks(by_now).mail
    assert "1 resource closed" in subject and waits in text


def test_who_has_no_table_mails_each(start, s3):
    function = start("s3-acl-private", {"mode": "observe", "alerts": "daily"}, environment={"LEDGER_TABLE": ""})
    run = send(function, queued(about_bucket(listable(s3))))
    assert (run.outcome, run.line["alert"], len(run.mails)) == ("observed", "sent", 1)


def test_what_was_left_to_a_digest_is_not_left_to_it_again(start, s3, emulator):
    function = start("s3-policy-alert", {"alerts": "hourly"})
    event = about_bucket(for_outsiders(s3))
    assert send(function, queued(event)).line["alert"] == "digest"
    for count in (1, 2):
        run = send(function, queued(event, receive_count=count))
        assert (run.line["alert"], run.published) == ("repeated", [])
    assert len([item for item in items(emulator, function, "digest s3-policy") if "brief" in item]) == 1


def test_the_record_has_what_the_digest_says(start, s3, emulator):
    function = start("s3-acl-private", {"alerts": "hourly"})
    run = send(function, queued(about_bucket(listable(s3))))
    [record] = [one for one in items(emulator, function, run.line["arn"]) if one["record"]["S"][0].isdigit()]
    [telling] = json.loads(record["body"]["S"])["told"]
    assert telling["brief"]["record"] == run.line["record"] and telling["brief"]["outcome"] == "remediated"
