"""The Lambda functions: brought, asked whether they work, and only then handed events.

What handles events is the alias `live`. A version's description says of which Curfew it is, which binary it runs and what
it was configured with.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aws import AGAIN, UNCHANGED, Trouble, absent, maybe, told
from stacks import Stack
from templates import ROOT, ROWS, properties

CARGO_LAMBDA = Path(sys.executable).parent / "cargo-lambda"
LIVE, LATEST = "live", "$LATEST"
# Lambda learns of a new role, and of what it may do, some seconds after IAM does.
ATTEMPTS, PAUSE_SECONDS = 6, 5
EARLY = re.compile(r"cannot be assumed by lambda|ResourceConflictException|does not work", re.I)
COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]


def patiently(work, attempts=ATTEMPTS):
    """Does again, for half a minute, what fails early."""
    for left in reversed(range(attempts)):
        try:
            return work()
        except Exception as error:
            if not left or not EARLY.search(str(error)):
                raise
            time.sleep(PAUSE_SECONDS)


def everything(place, name=None):
    """All functions in a Region, or the one that is named."""
    return [Function(place, row) for row in ROWS.values() if name in (None, row.binary)]


def together(functions, work):
    """Does the work for all functions at the same time; a failure ends none of the others."""
    with ThreadPoolExecutor() as pool:
        ended = [pool.submit(work, function) for function in functions]
    if troubles := [told(one.exception()) for one in ended if one.exception()]:
        raise Trouble(*"\n".join(troubles).rsplit("\n  -> ", 1))


class Function:
    """A function in a Region, with its stack and its queues."""

    def __init__(self, place, row):
        self.place, self.row, self.name, self.client = place, row, f"{place.prefix}-{row.binary}", place.client("lambda")
        self.stack = Stack(place, row.binary)

    def describe(self, qualifier=LIVE):
        """The configuration of the version that handles events, or of another; nothing where there is none."""
        return maybe(self.client.get_function_configuration, FunctionName=self.name, Qualifier=qualifier)

    def deploy(self, values, code):
        """Brings the function to the code. Says `created`, `updated` or `unchanged`."""
        wanted, before = properties(self.place, {**values, "Architecture": code.architecture}), self.describe()
        marks = f"{code.digest} {hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]}"
        if before and before["Description"].endswith(marks):
            return "unchanged"
        bring = self.bring_package if code.path.suffix == ".zip" else self.bring_binary
        version = patiently(lambda: bring(wanted, f"{code.release} {marks}", code.path))
        patiently(lambda: self.probe(version), 2 if before else ATTEMPTS)
        self.point(version, before)
        return "updated" if before else "created"

    def bring_binary(self, wanted, description, path):
        """Has cargo-lambda create or change the function and publish a version, which no alias points at. Returns its number."""
        command = [
            CARGO_LAMBDA, "lambda", "deploy", self.name, "--binary-path", path, "--region", self.place.region,
            "--role", wanted["Role"], "--memory", wanted["MemorySize"], "--timeout", wanted["Timeout"],
            "--runtime", wanted["Runtime"], "--tracing", wanted["TracingConfig"]["Mode"].lower(),
            "--description", description, "--tag", "project=curfew", "--output-format", "json",
        ]
        if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
            command += ["--endpoint-url", endpoint]
        # In the command itself a comma would begin another variable.
        with tempfile.NamedTemporaryFile("w") as variables:
            variables.writelines(f"{name}={value}\n" for name, value in wanted["Environment"]["Variables"].items())
            variables.flush()
            command += ["--env-file", variables.name]
            run = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            raise Trouble(f"cargo lambda could not deploy {self.name} to {self.place.region}:\n{run.stderr.strip() or run.stdout.strip()}")
        # Of what cargo-lambda does not set, a version has what the function had before it.
        if self.describe(LATEST).get("LoggingConfig", {}).get("LogGroup") == wanted["LoggingConfig"]["LogGroup"]:
            return json.loads(run.stdout[run.stdout.index("{"):])["version"]
        self.configure(LoggingConfig=wanted["LoggingConfig"])
        return self.client.publish_version(FunctionName=self.name, Description=description)["Version"]

    def bring_package(self, wanted, description, path):
        """The same with a package's zip, and without cargo-lambda."""
        code = path.read_bytes()
        if not self.describe(LATEST):
            return self.client.create_function(**wanted, Description=description, Code={"ZipFile": code}, Publish=True)["Version"]
        self.configure(**{key: one for key, one in wanted.items() if key not in ("FunctionName", "Architectures", "Tags")}, Description=description)
        what = {"FunctionName": self.name, "Architectures": wanted["Architectures"], "ZipFile": code}
        return self.client.update_function_code(**what, Publish=True)["Version"]

    def configure(self, **what):
        self.client.update_function_configuration(FunctionName=self.name, **what)
        self.client.get_waiter("function_updated_v2").wait(FunctionName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})

    def ask(self, version, question):
        """What a version answers, and whether it is no error."""
        asked = self.client.invoke(FunctionName=self.name, Qualifier=version, Payload=json.dumps(question))
        return asked["Payload"].read().decode(errors="replace")[:500], not asked.get("FunctionError")

    def probe(self, version):
        """Asks a version whether it starts and is the function that it should be, before it is handed anything."""
        waiter = self.client.get_waiter("published_version_active")
        waiter.wait(FunctionName=self.name, Qualifier=version, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        answer, is_right = self.ask(version, {"probe": True})
        if not is_right or f'"control":"{self.row.control}"' not in answer.replace(" ", ""):
            what = f"Version {version} of {self.name} in {self.place.region} does not work: {answer}"
            raise Trouble(what, f"It is handed nothing; what was at work before still is. {AGAIN}")

    def point(self, version, before):
        """Hands events to a version from now on. The alias keeps in its description which one was before."""
        move, note = (self.client.update_alias, f"before: {before['Version']}") if before else (self.client.create_alias, "")
        move(FunctionName=self.name, Name=LIVE, FunctionVersion=version, Description=note)

    def rollback(self):
        """Hands events to the version that was live before this one, once it answers."""
        now = self.describe()
        if not now:
            raise absent(self.place, self.name)
        version = self.client.get_alias(FunctionName=self.name, Name=LIVE)["Description"].removeprefix("before: ")
        if not version:
            return "nothing before it"
        self.probe(version)
        self.point(version, now)
        return f"back at version {version}"

    def mappings(self):
        queue = f"arn:{self.place.partition}:sqs:{self.place.region}:{self.place.account}:{self.name}"
        return self.client.list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]

    def is_stopped(self):
        return any(one["State"] in ("Disabled", "Disabling") for one in self.mappings())

    def queue(self, suffix=""):
        """(URL, ARN, messages, those in flight too) of its queue, with a suffix of its dead letters; `None` where it has none."""
        sqs = self.place.client("sqs")
        if url := maybe(sqs.get_queue_url, QueueName=self.name + suffix).get("QueueUrl"):
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", *COUNTS])["Attributes"]
            return url, found["QueueArn"], sum(int(found.get(count, 0)) for count in COUNTS)
        return None

    def check_nothing_waits(self, why, force=""):
        """Refuses to go on while a message waits, `why` saying what would become of it."""
        for url, _, waiting in filter(None, (self.queue(), self.queue("-dead-letters"))):
            if waiting:
                raise Trouble(
                    f"{waiting} {'message waits' if waiting == 1 else 'messages wait'} in {url}: {why}.",
                    "Let them be worked off, or send dead letters back with "
                    f"`make redrive REGION={self.place.region} FUNCTION={self.row.binary}`. {force}{UNCHANGED}",
                )
