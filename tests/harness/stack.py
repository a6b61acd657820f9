"""The emulator, Lambda's runtime API and the real binaries, each a process of its own on loopback."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3

from .insights import fields_of, metrics_of
from .output import Output
from .recorder import Recorder

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(sys.executable).parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
ACCOUNT = "123456789012"
REGION = "eu-central-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
}

_running = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def spawn(command, **options):
    """Starts a process in a group of its own, which ends with this one."""
    process = subprocess.Popen([str(part) for part in command], start_new_session=True, **options)
    _running.append(process)
    return process


def stop(process):
    if process in _running:
        _running.remove(process)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=3)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
        # The leader is gone; whoever is left of its group goes too.
    process.wait()


def kill(process):
    """Ends a process as Lambda does that has no time left for it."""
    if process in _running:
        _running.remove(process)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@atexit.register
def stop_all():
    for process in list(_running):
        stop(process)


def stop_on_signals():
    """Ctrl-C, and being told to stop, end this process in the orderly way, which a second one does not cut off."""
    signs = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number, _frame):
        for sign in signs:
            signal.signal(sign, signal.SIG_IGN)
        sys.exit(128 + number)

    for sign in signs:
        signal.signal(sign, end)


def wait_for(port, process, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with status {process.returncode} instead of starting")
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{what} did not start within {seconds} s")


class Emulator:
    """moto: S3, SNS, SQS, EC2, and what a deployment needs."""

    def __init__(self):
        self.port, self.tables = free_port(), 0
        self.clients, self.alone = {}, threading.Lock()
        environment = {**os.environ, **CREDENTIALS, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
        self.process = spawn(
            [sys.executable, Path(__file__).with_name("emulator.py"), "-H", "127.0.0.1", "-p", self.port],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        )
        wait_for(self.port, self.process, "the emulator")
        self.url = f"http://127.0.0.1:{self.port}"

    def ledger(self):
        """A new table for records, as kept.yaml has it."""
        from .templates import ledger  # it needs the names above

        self.tables += 1
        name = f"ledger-{self.tables}"
        self.client("dynamodb").create_table(TableName=name, **ledger())
        return name

    def put(self, event):
        """Puts an event on the event bus, whose rules decide what becomes of it."""
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        answer = self.client("events").put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer

    def client(self, service, region=REGION):
        """One for all threads: to make one takes longer than most calls."""
        with self.alone:
            if (service, region) not in self.clients:
                keys = [CREDENTIALS[k] for k in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
                self.clients[service, region] = boto3.client(service, region, None, True, None, self.url, *keys)
            return self.clients[service, region]


class RuntimeApi:
    """cargo-lambda's runtime API: hands payloads to a binary that was started by hand."""

    def __init__(self):
        self.port = free_port()
        self.process = spawn(
            [VENV / "cargo-lambda", "lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", self.port],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        wait_for(self.port, self.process, "Lambda's runtime API")

    def address(self, name):
        return f"http://127.0.0.1:{self.port}/.rt/{name}"

    def close(self):
        stop(self.process)

    def invoke(self, name, payload):
        """Returns (is an error, answer)."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/2015-03-31/functions/{name}/invocations", body, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return bool(answer.headers.get("X-Amz-Function-Error")), json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return True, json.loads(error.read())


class Function:
    """A function's binary at work; what it writes to its log is read line by line."""

    def __init__(self, name, emulator, topic, settings=None, environment=None, runtime=None, tls=None, recorder=None):
        self.name = name
        # One each: a process that ends must not take another one's invocation with it.
        self.runtime = runtime or RuntimeApi()
        self.recorder = recorder or Recorder("127.0.0.1", emulator.port, tls=tls)
        self.metrics = []
        # By which names a search finds what was ever logged, and what was ever counted with which dimensions.
        self.fields, self.counted = set(), set()
        variables = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": "/nonexistent",
            **CREDENTIALS,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.recorder.url,
            "AWS_LAMBDA_RUNTIME_API": self.runtime.address(name),
            "AWS_LAMBDA_FUNCTION_NAME": f"curfew-{name}",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        }
        if topic:
            variables["TOPIC_ARN"] = topic
        if settings is not None:
            variables["CURFEW_SETTINGS"] = settings if isinstance(settings, str) else json.dumps(settings)
        variables["LEDGER_TABLE"] = self.table = (environment or {}).get("LEDGER_TABLE") or emulator.ledger()
        variables.update(environment or {})
        self.process = spawn([binary(name)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables)
        self._output = Output(self.process.stdout)

    def lines(self):
        """What was logged since the last call, parsed: every line has to be JSON. Metrics are put aside.

        All that an invocation logs is written before it is answered.
        """
        new = []
        for text in self._output.lines():
            line = json.loads(text, object_pairs_hook=each_once)
            if "_aws" in line:
                self.metrics.append(line)
                self.counted |= metrics_of(line)
            else:
                new.append(line)
                self.fields |= fields_of(line)
        return new

    def invoke(self, payload):
        return self.runtime.invoke(self.name, payload)

    def close(self):
        stop(self.process)
        self.runtime.close()
        self.recorder.close()


def each_once(members):
    """A JSON object that has no two members of one name."""
    names = [name for name, _ in members]
    assert len(names) == len(set(names)), f"twice in one object: {names}"
    return dict(members)


def binary(name):
    return Path(os.environ.get("CURFEW_BINARIES") or TARGET / "debug") / name
