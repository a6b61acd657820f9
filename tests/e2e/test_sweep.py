"""sweep: everything is looked at, and the functions are handed what needs work."""

import json
import time
import urllib.request

import pytest
from harness import offenders
from harness.functions import ROWS, TRIGGERED
from harness.groups import Network, four, group_of, open_group, says
from harness.offenders import permission
from harness.recorder import ec2_error
from harness.runtime import PlainRuntime
from harness.stack import ACCOUNT, REGION, Emulator, Function, stop
from harness.triggers import event, sqs_batch, tick
from support import failures, send

DENIED = ec2_error("UnauthorizedOperation", "You are not authorized to perform this operation.")


class Account:
    """An account of its own, where nothing is but what a test makes; functions at work in it, with their queues."""

    def __init__(self, emulator, seen):
        self.seen, self.emulator, self.running = seen, emulator, []
        # What the test before has made is gone.
        urllib.request.urlopen(urllib.request.Request(f"{emulator.url}/moto-api/reset", method="POST")).close()
        self.ec2, self.s3, self.sqs = (self.emulator.client(name) for name in ("ec2", "s3", "sqs"))
        self.topic = self.emulator.client("sns").create_topic(Name="curfew-alerts")["TopicArn"]
        self.urls = {name: self.sqs.create_queue(QueueName=f"curfew-{name}")["QueueUrl"] for name in (*TRIGGERED, "sweep")}

    def start(self, name, settings=None, **environment):
        options = {"topic": self.topic, "runtime": PlainRuntime(), "settings": settings, "environment": environment}
        self.running.append(Function(name, self.emulator, **options))
        return self.running[-1]

    def taken(self, name):
        """The bodies of the messages that wait in a queue, which are gone then."""
        bodies = []
        while found := self.sqs.receive_message(QueueUrl=self.urls[name], MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(message["Body"])
                self.sqs.delete_message(QueueUrl=self.urls[name], ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def close(self):
        for function in self.running:
            function.close()
            self.seen.add(function)


@pytest.fixture(scope="module")
def another_emulator():
    emulator = Emulator()
    yield emulator
    stop(emulator.process)


@pytest.fixture
def account(another_emulator, seen):
    account = Account(another_emulator, seen)
    yield account
    account.close()


def sweep(function, *bodies, **options):
    return send(function, sqs_batch(*bodies or [tick()], queue="curfew-sweep"), **options)


def named(bodies):
    """The resources that messages name."""
    return sorted(one["resourceId"] for body in bodies for one in json.loads(body)["detail"]["resources"])


def end(run):
    """The line with which a sweep ends."""
    [line] = [line for line in run.lines if "found" in line]
    return line


def test_what_needs_work_is_handed_to_the_functions_which_do_it_and_the_next_sweep_finds_less(account):
    ec2, s3 = account.ec2, account.s3
    offices = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=3, AddressFamily="IPv4", Entries=[{"Cidr": "198.51.100.0/24"}]
    )["PrefixList"]["PrefixListId"]
    group_of(ec2, permission("tcp", 22, v4=four("10.0.0.0/8")))
    group_of(ec2, {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": offices}]})
    halves = group_of(ec2, permission("tcp", 22, v4=[("0.0.0.0/1", ""), ("128.0.0.0/1", "")]))
    opened, exempt = open_group(ec2), open_group(ec2)
    tags = {"curfew:exempt": "all", "curfew:exempt-reason": "a test", "curfew:exempt-until": time.strftime("%Y-%m-%d", time.localtime(time.time() + 90 * 86400))}
    ec2.create_tags(Resources=[exempt], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    offenders.bucket(s3)
    listed, policied = offenders.open_bucket(s3), offenders.bucket(s3)
    offenders.set_policy(s3, policied, offenders.public_policy(policied))
    groups = len(ec2.describe_security_groups()["SecurityGroups"])
    function = account.start("sweep")

    run = sweep(function)

    assert failures(run) == [] and sorted(run.changing) == ["ListBuckets"] * 2 + ["SendMessageBatch"] * 4
    bodies = {name: account.taken(name) for name in TRIGGERED}
    assert {name: named(found) for name, found in bodies.items()} == {
        "s3-acl-private": [listed], "s3-policy-alert": [policied], "sg-quarantine": sorted([opened, halves]),
    }
    line = end(run)
    nothing = dict.fromkeys(("gone", "exempt", "held", "to_close", "to_tell", "unreadable"), 0)
    assert line["found"] == {
        "sg-ingress": nothing | {"seen": groups, "clean": groups - 3, "to_close": 2, "exempt": 1},
        "s3-acl": nothing | {"seen": 3, "clean": 2, "to_close": 1},
        "s3-policy": nothing | {"seen": 3, "clean": 2, "to_tell": 1},
    }
    assert (line["level"], line["account"], line["region"], line["sweep"], line["not_listed"]) == ("INFO", ACCOUNT, REGION, "m0", {})
    assert line["api_calls"] == len(run.calls + run.recorded)
    assert not account.taken("sweep") and not run.published
    [last] = [json.loads(call.body)["Entries"][0] for call in run.of("SendMessageBatch") if b"curfew-sweep" in call.body]
    assert last["DelaySeconds"] == 900

    outcomes = {}
    for name in TRIGGERED:
        walked = send(account.start(name, LEDGER_TABLE=function.table), sqs_batch(*bodies[name]))
        assert failures(walked) == []
        outcomes |= {one["resource"]: one["outcome"] for one in walked.lines if "outcome" in one}
        assert all(one["cause"] == f"sweep at {line['began']} (event m0)" for one in walked.lines if "cause" in one)
    assert outcomes == {listed: "remediated", policied: "alerted", opened: "remediated", halves: "remediated"}
    assert says(ec2, opened) == says(ec2, halves) == [] and says(ec2, exempt) != []

    later = sweep(function, last["MessageBody"])
    assert failures(later) == [] and later.changing == [] and {call.operation for call in later.recorded} == {"Query"}
    [became] = [line["became"] for line in later.lines if "became" in line]
    assert became == {
        "sg-ingress": {"sent": 2, "remediated": 2, "without_record": 0}, "s3-acl": {"sent": 1, "remediated": 1, "without_record": 0},
        "s3-policy": {"sent": 1, "alerted": 1, "without_record": 0},
    }

    again = sweep(function)
    assert end(again)["found"]["sg-ingress"]["to_close"] == end(again)["found"]["s3-acl"]["to_close"] == 0
    # People are told again of what only they can change once that is due: the function knows.
    assert {name: named(account.taken(name)) for name in TRIGGERED} == {
        "s3-acl-private": [], "s3-policy-alert": [policied], "sg-quarantine": [],
    }


def test_everything_that_is_counted_is_counted_once_at_the_end(account):
    opened = open_group(account.ec2)
    # As a deployment begins it.
    run = sweep(account.start("sweep"), event("curfew.sweep", "Sweep", {}))
    counted = {(line["control"], line["found"]): line["Swept"] for line in run.metrics if line.get("Swept")}
    assert counted["sg-ingress", "to-close"] == 1
    assert set(counted) == {("sg-ingress", "to-close"), ("sg-ingress", "clean")}
    assert named(account.taken("sg-quarantine")) == [opened]


def test_where_time_is_over_it_goes_on_from_there_and_the_counts_add_up(account):
    buckets = sorted(offenders.open_bucket(account.s3) for _ in range(60))
    function = account.start("sweep")
    orders, legs, seen = [json.dumps(tick())], 0, []
    while orders:
        run = sweep(function, *orders, seconds=4)
        assert failures(run) == [], run.lines
        orders, legs = account.taken("sweep"), legs + 1
        assert len(orders) <= 1
        seen += named(account.taken("s3-acl-private"))
    # Forty in a second at most, for two controls: two seconds are not enough.
    assert legs > 1
    assert sorted(seen) == buckets
    line = end(run)
    assert (line["invocations"], line["sweep"]) == (legs, "m0")
    assert {control: found["seen"] for control, found in line["found"].items() if control != "sg-ingress"} == {"s3-acl": 60, "s3-policy": 60}
    assert line["found"]["s3-acl"]["to_close"] == 60


def test_a_listing_that_is_denied_is_said_and_the_rest_is_swept(account):
    opened, listed = open_group(account.ec2), offenders.open_bucket(account.s3)
    function = account.start("sweep")
    function.recorder.fault("DescribeSecurityGroupRules", 403, DENIED, times=9)

    run = sweep(function)

    assert failures(run) == []
    [error] = [line for line in run.lines if line["level"] == "ERROR"]
    assert "the resources of sg-ingress could not be listed, and were not swept" in error["message"]
    assert "`ec2:DescribeSecurityGroupRules`" in error["message"]
    assert list(end(run)["not_listed"]) == ["sg-ingress"] and end(run)["level"] == "WARN"
    assert named(account.taken("s3-acl-private")) == [listed] and not account.taken("sg-quarantine")
    # The alarm about failures rings.
    assert [line["Subjects"] for line in run.metrics if line.get("outcome") == "failed" and line["control"] == "sweep"] == [1]
    # Once the right is there, nothing is lost.
    sweep(function)
    assert named(account.taken("sg-quarantine")) == [opened]


def test_a_listing_that_is_throttled_is_tried_again_after_all_else(account):
    opened, listed = open_group(account.ec2), offenders.open_bucket(account.s3)
    function = account.start("sweep")
    function.recorder.fault("DescribeSecurityGroups", 503, ec2_error("RequestLimitExceeded"), times=6)
    run = sweep(function)
    assert failures(run) == []
    assert named(account.taken("s3-acl-private")) == [listed]
    [order] = [call for call in run.of("SendMessageBatch") if b"curfew-sweep" in call.body]
    [entry] = json.loads(order.body)["Entries"]
    assert entry["DelaySeconds"] == 300
    run = sweep(function, entry["MessageBody"])
    assert named(account.taken("sg-quarantine")) == [opened] and not account.taken("s3-acl-private")
    assert end(run)["found"]["s3-acl"]["to_close"] == end(run)["found"]["sg-ingress"]["to_close"] == 1


@pytest.mark.parametrize("operation", ["SendMessageBatch", "GetQueueUrl"])
def test_what_cannot_be_sent_comes_back_and_is_sent_then(account, operation):
    opened = open_group(account.ec2)
    function = account.start("sweep")
    function.recorder.fault(operation, 403, '{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}')
    run = sweep(function)
    assert failures(run) == ["m0"]
    [error] = [line for line in run.lines if line["level"] == "ERROR"]
    assert error["outcome"] == "failed" and "access denied" in error["message"]
    assert failures(sweep(function)) == []
    assert named(account.taken("sg-quarantine")) == [opened]


def test_who_has_an_open_group_is_asked_where_that_decides(account):
    network = Network(account.ec2)
    network.interface(network.open)
    function = account.start("sweep", {"sg": {"quarantine": "isolate"}})
    run = sweep(function)
    assert len(run.of("DescribeNetworkInterfaces")) == 1
    assert named(account.taken("sg-quarantine")) == [network.open]


def test_settings_come_from_the_parameter_and_what_they_exempt_is_left_alone(account):
    opened = open_group(account.ec2)
    until = time.strftime("%Y-%m-%d", time.localtime(time.time() + 90 * 86400))
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{opened}"
    settings = {"mode": "observe", "exemptions": [{"resource": arn, "controls": "all", "reason": "a test", "owner": "ops", "until": until}]}
    account.emulator.client("ssm").put_parameter(Name="/curfew/settings", Value=json.dumps(settings), Type="String")
    run = sweep(account.start("sweep", CURFEW_SETTINGS_PARAMETER="/curfew/settings"))
    assert end(run)["found"]["sg-ingress"]["exempt"] == 1 and not account.taken("sg-quarantine")


def test_what_waits_is_counted_as_held_and_sent_all_the_same(account):
    groups = [open_group(account.ec2) for _ in range(2)]
    settings = {"sg": {"changes_per_hour": 1}}
    quarantine, function = account.start("sg-quarantine", settings), None
    sent = event("curfew.sweep", "Sweep Found Resources", {"resources": [{"resourceType": ROWS["sg-quarantine"].resource, "resourceId": one} for one in groups]})
    assert sorted(one["outcome"] for one in send(quarantine, sqs_batch(sent)).lines if "resource" in one) == ["held", "remediated"]
    function = account.start("sweep", settings, LEDGER_TABLE=quarantine.table)
    run = sweep(function)
    assert end(run)["found"]["sg-ingress"]["held"] == 1
    assert len(named(account.taken("sg-quarantine"))) == 1


def test_an_order_of_another_account_is_refused(account):
    run = sweep(account.start("sweep"), tick(account="111122223333"))
    assert failures(run) == ["m0"] and run.calls == []
    [line] = run.lines
    assert "`Records[0].body.account` is `111122223333`, which is not the queue's own" in line["message"]
