"""A deployment on the emulator: made by the same tool as a real one, with the event bus, queues and mappings of the
templates. What Lambda does between a queue and a function is done here, as the mapping says.
"""

import functools
import os
import subprocess
import sys

from .functions import FUNCTIONS
from .stack import ACCOUNT, CREDENTIALS, REGION, ROOT, TARGET, Function, binary


def real_binaries(lambda_dir):
    """The functions under test, where cargo-lambda would have built them, and without symbols as those have none."""
    for name in FUNCTIONS:
        place = lambda_dir / name / "bootstrap"
        place.parent.mkdir(parents=True)
        subprocess.run(["strip", "-o", place, binary(name)], check=True)
    return lambda_dir


@functools.cache
def checker():
    """What checks settings. The Makefile builds it without what asks AWS; here it is there already, as `make debug` built it."""
    build = ["cargo", "build", "--quiet", "--locked", "--workspace", "--bin", "curfew", "--example", "empty"]
    subprocess.run(build, cwd=ROOT, check=True)
    return TARGET / "debug" / "curfew"


def as_process(words, environment):
    """Runs a command of the tool as make does."""
    line = [sys.executable, ROOT / "infra" / "tool", *words]
    return subprocess.run([str(part) for part in line], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


class Deployment:
    """Curfew in the emulator's Region, by `infra/tool`, which `run` runs."""

    def __init__(self, emulator, lambda_dir, run=as_process):
        self.emulator, self.lambda_dir, self.run = emulator, lambda_dir, run
        self.environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": emulator.url}
        self.record()

    def record(self, **group):
        """Starts AWS Config's recorder, without which a deployment refuses to make Config rules."""
        config = self.emulator.client("config")
        recorder = {"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT}:role/config", "recordingGroup": group or {"allSupported": True}}
        self.emulator.client("s3", "us-east-1").create_bucket(Bucket="config-history")
        config.put_configuration_recorder(ConfigurationRecorder=recorder)
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-history"})
        config.start_configuration_recorder(ConfigurationRecorderName="default")

    def tool(self, command, *options, region=REGION):
        """Runs a command of the tool and returns it once it has ended."""
        checked = ("--checker", checker()) if "--FILE" in options else ()
        return self.run([command, "--regions", region, *checked, *options], self.environment)

    def deploy(self, *options):
        return self.tool("deploy", "--lambda-dir", self.lambda_dir, *options)

    def function(self, name):
        """A deployed function at work, with the environment that it was deployed with."""
        configuration = self.emulator.client("lambda").get_function_configuration(FunctionName=f"curfew-{name}", Qualifier="live")
        variables = {key: value for key, value in configuration["Environment"]["Variables"].items() if key != "AWS_ENDPOINT_URL"}
        return Function(name, self.emulator, topic=None, environment=variables)

    def mapping(self, name):
        return Mapping(self.emulator, name)


class Mapping:
    """What Lambda's event source mapping of a function does: takes a batch, hands it over, deletes what succeeded."""

    def __init__(self, emulator, name):
        self.sqs = emulator.client("sqs")
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:curfew-{name}"
        [self.mapping] = emulator.client("lambda").list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]
        assert self.mapping["State"] == "Enabled" and self.mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        queue = self.mapping["EventSourceArn"].rsplit(":", 1)[-1]
        self.url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]

    def purge(self):
        self.sqs.purge_queue(QueueUrl=self.url)

    def pump(self, function):
        """Hands one batch over. Returns how many messages it held and how many will come again; (0, 0) for none."""
        received = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=self.mapping["BatchSize"], MessageSystemAttributeNames=["All"]
        ).get("Messages", [])
        if not received:
            return 0, 0
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": self.mapping["EventSourceArn"],
                "awsRegion": REGION,
            }
            for message in received
        ]
        failed, answer = function.invoke({"Records": records})
        again = {message["MessageId"] for message in received}
        if not failed:
            again = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        for message in received:
            if message["MessageId"] not in again:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return len(received), len(again)
