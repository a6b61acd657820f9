"""One invocation and everything that can be seen of it from outside; and ways to say what is expected."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from harness import cli, triggers
from harness.recorder import facts_of, mail_of

RULE = "s3-bucket-public-read-prohibited"


@dataclass
class Run:
    """What one invocation did."""

    failed: bool
    answer: object
    lines: list
    calls: list
    # The calls to the ledger, which are not among the others.
    recorded: list
    metrics: list

    @property
    def line(self):
        """The line of the only subject."""
        [line] = [line for line in self.lines if "resource" in line]
        return line

    @property
    def outcome(self):
        return self.line["outcome"]

    @property
    def mails(self):
        """(subject line, text) of each alert that the topic took."""
        return [mail_of(published) for published in self.published]

    @property
    def mail(self):
        [mail] = self.mails
        return mail

    @property
    def facts(self):
        [published] = self.published
        return facts_of(published)

    @property
    def published(self):
        return [call.form for call in self.calls if call.operation == "Publish" and call.status == 200]

    @property
    def operations(self):
        return [call.operation for call in self.calls]

    @property
    def changing(self):
        """The operations that are meant to change something in AWS."""
        return [o for o in self.operations if not o.startswith(("Get", "Describe", "Publish"))]

    def of(self, operation):
        return [call for call in self.calls if call.operation == operation]


def send(function, payload, **options):
    """Invokes once. Answers that were prepared in AWS's place hold for this invocation only."""
    recorder = function.recorder
    recorder.calls.clear()
    function.lines()
    function.metrics.clear()
    failed, answer = function.runtime.invoke(function.name, payload, **options)
    lines = function.lines()
    calls, recorded = ([call for call in recorder.calls if call.is_of_ledger is it] for it in (False, True))
    run = Run(failed, answer, lines, calls, recorded, list(function.metrics))
    recorder.clear()
    return run


def about_bucket(name, **options):
    return triggers.compliance_change(triggers.BUCKET, name, RULE, **options)


def about_group(group_id, **options):
    return triggers.compliance_change(triggers.GROUP, group_id, "restricted-ssh", **options)


def about_nothing(row):
    """An event about what is not there, of the type that a function looks at."""
    names = {triggers.BUCKET: "curfew-was-never-there", triggers.GROUP: "sg-0a1b2c3d4e5f60718"}
    return triggers.compliance_change(row.resource, names[row.resource], RULE)


def queued(*events, receive_count=1):
    return triggers.sqs_batch(*events, receive_count=receive_count)


def failures(run):
    """The messages that SQS is asked to deliver again."""
    assert not run.failed, run.answer
    return [item["itemIdentifier"] for item in run.answer["batchItemFailures"]]


def says_again_nothing(run):
    """A repeated delivery: no change, no mail."""
    assert not run.failed, run.answer
    assert run.changing == []
    assert run.published == []


BY_HAND = "HOW TO FINISH BY HAND"


def section(text, title):
    """The lines of one section of a mail; a title is a line of capitals after an empty one."""
    assert f"\n\n{title}\n" in text, text
    return text.split(f"\n\n{title}\n")[1].split("\n\n")[0].strip("\n").split("\n")


def follow(text, title, emulator):
    """Runs the commands of one section in a shell; returns the lines and what went wrong."""
    lines = section(text, title)
    return lines, cli.run(lines, emulator)


def finish_by_hand(text, emulator):
    """Runs what a mail says that is left to do."""
    return follow(text, BY_HAND, emulator)


S3_XML = "{http://s3.amazonaws.com/doc/2006-03-01/}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def written_acl(call):
    """Owner and grants of a PutBucketAcl as it went over the wire, in boto3's words."""
    root = ElementTree.fromstring(call.body)
    owner = {child.tag.removeprefix(S3_XML): child.text for child in root.find(f"{S3_XML}Owner")}
    grants = []
    for entry in root.iter(f"{S3_XML}Grant"):
        grantee = entry.find(f"{S3_XML}Grantee")
        members = {child.tag.removeprefix(S3_XML): child.text for child in grantee}
        permission = entry.find(f"{S3_XML}Permission").text
        grants.append({"Grantee": {"Type": grantee.get(XSI_TYPE), **members}, "Permission": permission})
    return owner, grants
