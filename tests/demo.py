"""`make demo`: Curfew is deployed to an AWS emulator, closes or reports three open resources, and puts one back, on this machine
alone.

The templates, the tool behind `make deploy` and the functions are the real ones. moto stands in for AWS, and takes the
events on its event bus; cargo-lambda stands in for Lambda's runtime. Ends with status 1 if anything is not as promised.
"""

import json
import os
import sys
import tempfile
import textwrap
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import offenders, triggers  # noqa: E402
from harness.recorder import mail_of  # noqa: E402
from harness.functions import FUNCTIONS  # noqa: E402
from harness.deployed import Deployment, real_binaries  # noqa: E402
from harness.stack import ACCOUNT, REGION, Emulator, stop_on_signals  # noqa: E402

COLOURED = sys.stdout.isatty() and "NO_COLOR" not in os.environ
broken = []


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOURED else text


def title(text):
    print(f"\n{paint('1;36', '== ' + text)}")


def promise(what, kept):
    mark = paint("32", "  ok ") if kept else paint("1;31", "  NOT KEPT ")
    print(f"{mark} {what}")
    if not kept:
        broken.append(what)


def show(label, lines, colour):
    print(f"  {label}")
    for line in lines:
        print(f"    {paint(colour, line) if 'OPEN' in line else line}")


def show_mail(published):
    subject, text = mail_of(published)
    print(f"\n  {paint('1', 'The mail')}")
    for line in [f"Subject: {subject}", "", *text.rstrip().splitlines()]:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        wrapped = textwrap.wrap(line, 110, subsequent_indent=indent, break_on_hyphens=False) or [""]
        if len(wrapped) > 3:
            wrapped = [*wrapped[:2], indent + "... (shortened here)"]
        for part in wrapped:
            print(f"  | {part}")


def show_log(line):
    keys = ("level", "message", "control", "outcome", "alert", "duration_ms", "cold_start")
    short = {key: line[key] for key in keys if key in line}
    print(f"\n  {paint('1', 'The log line')} (shortened; {len(line)} fields)\n  | {json.dumps(short)}")


class Act:
    """One function, one offending resource, and what has to become of it."""

    def __init__(self, function, kind, resource, rule, look, outcome, after):
        self.function, self.outcome, self.look, self.after = function, outcome, look, after
        self.at_first = look()
        self.event = triggers.compliance_change(kind, resource, rule)
        self.resource, self.rule = resource, rule

    def play(self, deployment, inbox):
        title(f"{self.function}: {self.resource}")
        show("before", self.look(), "31")
        print(f"  AWS Config says NON_COMPLIANT ({self.rule}): onto the event bus, into the queue, to the function")
        function = deployment.function(self.function)
        mapping = deployment.mapping(self.function)
        # Events about other acts' buckets came to this function as well.
        mapping.purge()
        try:
            deployment.emulator.put(self.event)
            handed_over = mapping.pump(function)
            line = first(function.lines())
            show("after", self.look(), "31")
            promise("the template's rule brought the event to the function, which took it", handed_over == (1, 0))
            promise(f"the outcome is `{self.outcome}`", line.get("outcome") == self.outcome)
            for what, kept in self.after():
                promise(what, kept)
            mails = function.recorder.published()
            promise("one alert went to the topic and came out of it", len(mails) == 1 and inbox() == 1)
            if mails:
                show_mail(mails[0])
            show_log(line)

            before = self.look()
            function.recorder.clear()
            deployment.emulator.put(self.event)
            handed_over = mapping.pump(function)
            line = first(function.lines())
            # Of the ledger only is asked whether people know.
            calls = [call.operation for call in function.recorder.calls if not call.is_of_ledger]
            changing = [operation for operation in calls if not operation.startswith(("Get", "Describe"))]
            print(f"\n  the same event again: outcome `{line.get('outcome')}`, alert `{line.get('alert')}`")
            promise("nothing changed, by no call", handed_over == (1, 0) and self.look() == before and not changing)
            promise("nobody was mailed again", inbox() == 0)
        finally:
            function.close()


def put_back(act, deployment, inbox):
    """What a person does who needs it open after all."""
    arn = f"arn:aws:s3:::{act.resource}"
    title(f"restore: {arn}, since the shop is down")
    print("  the function is invoked, as `make restore` does it with the command `curfew`")
    payload = json.dumps({"resource": arn, "reason": "the shop is down", "claimed_by": "the demonstration"})
    run = deployment.emulator.client("lambda").invoke(FunctionName="curfew-restore", Qualifier="live", Payload=payload)
    answer = json.loads(run["Payload"].read())
    print(f"  it answers `{answer.get('ending')}`")
    for change in answer.get("changes", []):
        print(f"  - {change}")
    show("after", act.look(), "31")
    is_back = answer.get("ending") == "restored" and act.look() == act.at_first
    promise("everything is as it was before Curfew closed it", is_back)
    promise("one alert says so", inbox() == 1)
    function, mapping = deployment.function(act.function), deployment.mapping(act.function)
    try:
        deployment.emulator.put(act.event)
        mapping.pump(function)
        # An event about another act's bucket came to this function as well.
        line = first([one for one in function.lines() if one.get("resource") == act.resource])
        print(f"\n  the same event again: outcome `{line.get('outcome')}`, alert `{line.get('alert')}`")
        left_alone = line.get("outcome") == "exempt" and act.look() == act.at_first and inbox() == 0
        promise("Curfew leaves alone for a day what a person put back", left_alone)
    finally:
        function.close()


def deploy(deployment):
    title(f"make deploy REGION={REGION} EMAIL=ops@example.com MODE=enforce")
    run = deployment.deploy("--EMAIL", "ops@example.com", "--MODE", "enforce")
    for line in (run.stdout + run.stderr).rstrip().splitlines():
        print(f"  {line}")
    # Each function with a stack of its own; kept, shared, config.
    number = 2 * len(FUNCTIONS) + 3
    what = f"{len(FUNCTIONS) + 3} stacks and {len(FUNCTIONS)} functions were created, each function asked before it is handed anything"
    promise(what, run.returncode == 0 and f"{number} created" in run.stdout)
    run = deployment.deploy()
    promise("the same once more changes nothing", run.returncode == 0 and f"{number} unchanged" in run.stdout)


def first(lines):
    return lines[0] if lines else {}


def acl_act(s3):
    name = offenders.bucket(s3, "acme-reports-2026")
    offenders.set_grants(
        s3, name,
        offenders.grant("READ", offenders.ALL_USERS),
        offenders.grant("WRITE", offenders.LOG_DELIVERY),
        offenders.grant("READ_ACP", offenders.LOG_DELIVERY),
        offenders.grant("READ", user=offenders.OTHER_ACCOUNT),
    )
    grants = lambda: offenders.grants_of(s3, name)  # noqa: E731
    before = grants()

    def look():
        return [f"{who[:24]:<26}{what:<14}{'OPEN' if who == 'AllUsers' else ''}" for what, who in grants()]

    def after():
        yield "the public grant is gone", ("READ", "AllUsers") not in grants()
        yield "every other grant stays, log delivery included", grants() == [
            g for g in before if g[1] != "AllUsers"
        ]

    return Act("s3-acl-private", triggers.BUCKET, name, "s3-bucket-public-read-prohibited", look, "remediated", after)


def policy_act(s3):
    name = offenders.bucket(s3, "acme-downloads")
    offenders.set_policy(s3, name, offenders.public_policy(name))
    policy = lambda: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])  # noqa: E731
    before = policy()

    def look():
        return [
            f"{s['Sid']:<14}{s['Effect']:<7}{json.dumps(s['Principal']):<44}{'OPEN' if s['Principal'] == '*' else ''}"
            for s in policy()["Statement"]
        ]

    def after():
        yield "the policy is as it was: only people change policies", policy() == before

    return Act("s3-policy-alert", triggers.BUCKET, name, "s3-bucket-public-read-prohibited", look, "alerted", after)


def group_act(ec2):
    group = offenders.group(ec2, "acme-bastion")
    office = [("10.20.0.0/16", "office")]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        offenders.permission("tcp", 22, v4=[("0.0.0.0/0", "just for a minute"), *office]),
        offenders.permission("tcp", (3306, 5432), v6=[("::/0", "database")]),
        offenders.permission("tcp", 443, v4=[("0.0.0.0/0", "web")], v6=[("::/0", "web")]),
    ])
    rules = lambda: offenders.rules_of(ec2, group)  # noqa: E731
    is_open = lambda r: r[3] in ("0.0.0.0/0", "::/0") and (r[1], r[2]) != (443, 443)  # noqa: E731
    before = rules()

    def look():
        lines = [
            f"{protocol} {low if low == high else f'{low}-{high}':<12}{source:<16}{'OPEN' if is_open(rule) else ''}"
            for rule in rules().values()
            for protocol, low, high, source in [rule]
        ]
        return [*lines, *(f"tag {k} = {v}" for k, v in offenders.tags_of(ec2, group).items())]

    def after():
        yield "the open rules are gone", not any(is_open(rule) for rule in rules().values())
        yield "every other rule stays, by its own id: the office on 22, the world on 443", rules() == {
            i: rule for i, rule in before.items() if not is_open(rule)
        }
        yield "the group is tagged", "curfew:quarantined-at" in offenders.tags_of(ec2, group)

    return Act("sg-quarantine", triggers.GROUP, group, "restricted-ssh", look, "remediated", after)


def inbox_of(emulator, topic):
    """Counts what a subscriber of the topic has received since it was last asked."""
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="operators")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    emulator.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def count():
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    return count


def main():
    stop_on_signals()
    start = time.monotonic()
    print(f"Curfew closes what should not be open. Account {ACCOUNT}, Region {REGION}, both made up.")
    emulator = Emulator()
    with tempfile.TemporaryDirectory() as lambda_dir:
        deployment = Deployment(emulator, real_binaries(Path(lambda_dir)))
        deploy(deployment)
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:curfew-alerts"
    inbox = inbox_of(emulator, topic)
    title(f"make test-alert REGION={REGION}")
    for line in deployment.tool("test-alert").stdout.rstrip().splitlines():
        print(f"  {line}")
    promise("a function sent one mail that is marked as a test, and it came out of the topic", inbox() == 1)
    s3, ec2 = emulator.client("s3"), emulator.client("ec2")
    acts = acl_act(s3), policy_act(s3), group_act(ec2)
    for act in acts:
        act.play(deployment, inbox)
    put_back(acts[0], deployment, inbox)
    title(f"{'NOT as promised' if broken else 'All as promised'} ({time.monotonic() - start:.1f} s)")
    for what in broken:
        print(paint("1;31", f"  - {what}"))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
