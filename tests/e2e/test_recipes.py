"""What the documents say to make of an alert's JSON: each recipe takes what real functions send."""

import json
import re

import pytest
from harness import offenders
from harness.documents import DOCUMENTS
from harness.offenders import ALL_USERS, grant, permission
from harness.recorder import facts_of
from harness.triggers import call, tick
from support import about_bucket, about_group, queued, send

PAGE = DOCUMENTS["functions/README.md"]
WHO = "arn:aws:iam::123456789012:user/ann"
OWNER = "web@example.com"


def recipe(heading):
    [block] = [block for block in PAGE.code("python") if block.text in PAGE.section(heading)]
    return block.text


@pytest.fixture(scope="module")
def alerts(start, s3, ec2):
    """An alert of each kind, as the topic has it: by name."""
    open_to_all = {}
    for name in ("change", "waits"):
        open_to_all[name] = offenders.bucket(s3)
        offenders.set_grants(s3, open_to_all[name], grant("READ", ALL_USERS))
        s3.put_bucket_tagging(Bucket=open_to_all[name], Tagging={"TagSet": [{"Key": "Owner", "Value": OWNER}]})
    by = call("s3", "PutBucketAcl", {"bucketName": open_to_all["change"]}, userIdentity={"type": "IAMUser", "arn": WHO})
    published = {"change": send(start("s3-acl-private"), queued(by)).published}

    hourly = start("s3-acl-private", {"alerts": "hourly"})
    send(hourly, queued(about_bucket(open_to_all["waits"])))
    published["digest"] = send(hourly, queued(tick())).published

    group = offenders.group(ec2)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 22, v4=[("0.0.0.0/0", "")])])
    published["observed"] = send(start("sg-quarantine", {"mode": "observe"}), queued(about_group(group))).published
    return {name: facts_of(one) for name, [one] in published.items()}


def test_the_owner_and_who_opened_it_are_in_the_facts(alerts):
    change = alerts["change"]
    assert (change["owner"], change["opened_by"]) == (OWNER, WHO)
    [entry] = alerts["digest"]["entries"]
    assert entry["owner"] == OWNER and "opened_by" not in entry
    assert "owner" not in alerts["observed"]


@pytest.mark.parametrize("name", ["change", "digest", "observed"])
def test_the_recipe_for_chats_makes_a_custom_notification(alerts, name, emulator, monkeypatch):
    sns, sqs = emulator.client("sns"), emulator.client("sqs")
    topic = sns.create_topic(Name=f"chat-{name}")["TopicArn"]
    queue = sqs.create_queue(QueueName=f"chat-{name}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    monkeypatch.setenv("CHAT_TOPIC", topic)
    code = {}
    exec(compile(recipe("### In a chat"), "recipe", "exec"), code)
    monkeypatch.setattr(code["boto3"], "client", lambda service: emulator.client(service))
    code["handler"]({"Records": [{"Sns": {"Message": json.dumps(alerts[name])}}]}, None)

    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    said = json.loads(message["Body"])
    # https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    assert set(said) == {"version", "source", "content", "metadata"} and (said["version"], said["source"]) == ("1.0", "custom")
    content, metadata = said["content"], said["metadata"]
    assert set(content) == {"textType", "title", "description", "nextSteps", "keywords"} and content["textType"] == "client-markdown"
    assert content["title"].startswith("Curfew: ") and alerts[name]["headline"] in content["description"]
    assert all(isinstance(one, str) and one for one in [*content["nextSteps"], *content["keywords"], *metadata["relatedResources"]])
    assert set(metadata) <= {"threadId", "summary", "eventType", "relatedResources", "additionalContext"} and metadata["threadId"]
    if name in ("change", "digest"):
        assert OWNER in content["description"]
    if name == "change":
        assert content["nextSteps"][-1].endswith(f"RECORD={alerts[name]['record']}`") and WHO in content["description"]


@pytest.mark.parametrize("name", ["change", "digest", "observed"])
def test_the_recipe_for_tickets_makes_the_fields_of_one(alerts, name):
    code = {}
    exec(compile(recipe("### As a ticket"), "recipe", "exec"), code)
    ticket = code["ticket"](alerts[name])
    assert ticket["assignee"] == (OWNER if name == "change" else "security")
    assert ticket["priority"] == 2 and re.fullmatch(r"\[high\] \S+: [a-z]+", ticket["title"]), ticket
    assert ticket["body"].startswith(alerts[name]["headline"]) and all(ticket["labels"])
    assert ticket["key"] == alerts[name].get("record", f"s3-acl {alerts[name].get('since')}")
