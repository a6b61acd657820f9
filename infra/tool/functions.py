"""The Lambda functions: brought, asked whether they work, and only then handed events.

What handles events is the alias `live`. A version's description says of which Curfew it is, which binary it runs, and by a
mark with what else it was deployed: the binaries and values of all functions.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aws import AGAIN, UNCHANGED, Trouble, absent, maybe, told
from stacks import Stack
from templates import ROOT, ROWS

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
    """Does the work for all functions at the same time; a failure ends none of the others. Returns what came of each."""
    with ThreadPoolExecutor() as pool:
        ended = {function: pool.submit(work, function) for function in functions}
    if troubles := [told(one.exception()) for one in ended.values() if one.exception()]:
        raise Trouble(*"\n".join(troubles).rsplit("\n  -> ", 1))
    return {function: one.result() for function, one in ended.items()}


class Function:
    """A function in a Region, with its stack and its queues."""

    def __init__(self, place, row):
        self.place, self.row, self.name, self.stack = place, row, f"{place.prefix}-{row.binary}", Stack(place, row.binary)
        self.client, self.sqs = place.client("lambda"), place.client("sqs")

    def describe(self, qualifier=LIVE):
        """The configuration of the version that handles events, or of another; nothing where there is none."""
        return maybe(self.client.get_function_configuration, FunctionName=self.name, Qualifier=qualifier)

    def bring(self, wanted, code, mark):
        """Publishes a version with the code, which has answered. Returns its number; nothing where it is at work already."""
        before, marks = self.describe(), f"{code.digest} {mark}"
        if before and before["Description"].endswith(marks):
            return None
        bring = self.bring_package if code.path.suffix == ".zip" else self.bring_binary
        version = patiently(lambda: bring(wanted, f"{code.release} {marks}", code.path))
        patiently(lambda: self.probe(version), 2 if before else ATTEMPTS)
        return version

    def bring_binary(self, wanted, description, path):
        """Has cargo-lambda create or change the function and publish a version, which no alias points at. Returns its number."""
        command = [
            CARGO_LAMBDA, "lambda", "deploy", self.name, "--binary-path", path, "--region", self.place.region,
            "--role", wanted["Role"], "--memory", wanted["MemorySize"], "--timeout", wanted["Timeout"],
            "--runtime", wanted["Runtime"], "--tracing", wanted["TracingConfig"]["Mode"].lower(),
            "--description", description, "--tag", "project=curfew", "--output-format", "json",
        ]
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

    def point(self, version, note=None):
        """Hands events to a version from now on. The alias keeps in its description which one was before, or a note."""
        if not version:
            return "unchanged"
        before = self.describe()
        move, was = (self.client.update_alias, f"before: {before['Version']}") if before else (self.client.create_alias, "")
        move(FunctionName=self.name, Name=LIVE, FunctionVersion=version, Description=note or was)
        return note or ("updated" if before else "created")

    def before(self):
        """The version that was live before this one, which has answered; nothing where there is none, or it is back already."""
        if not self.describe():
            raise absent(self.place, self.name)
        if version := re.fullmatch(r"before: (\d+)", self.client.get_alias(FunctionName=self.name, Name=LIVE).get("Description", "")):
            self.probe(version[1])
        return version and version[1]

    def mappings(self):
        queue = f"arn:{self.place.partition}:sqs:{self.place.region}:{self.place.account}:{self.name}"
        return self.client.list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]

    def is_stopped(self):
        return any(one["State"] in ("Disabled", "Disabling") for one in self.mappings())

    def queue(self, suffix=""):
        """(URL, ARN, messages, those in flight too) of its queue, with a suffix of its dead letters; `None` where it has none."""
        if url := maybe(self.sqs.get_queue_url, QueueName=self.name + suffix).get("QueueUrl"):
            found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", *COUNTS])["Attributes"]
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
