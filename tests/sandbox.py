"""`make sandbox`: Curfew at work in an emulated account on this machine, until it is ended with Ctrl-C.

The templates, the tool behind `make deploy`, the functions and the command `curfew` are the real ones. moto stands in for
AWS. What moto lacks is done here: CloudTrail's events, and what Lambda does between a queue and a function.
"""

import json
import shutil
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import triggers  # noqa: E402
from harness.deployed import Deployment, Mapping, real_binaries  # noqa: E402
from harness.functions import QUEUED  # noqa: E402
from harness.gate import PERSON, Gate  # noqa: E402
from harness.stack import ACCOUNT, REGION, ROOT, TARGET, Emulator, Function, stop_all, stop_on_signals  # noqa: E402

PLACE = ROOT / "target" / "sandbox"
# The AWS CLI, if `make sandbox` brought it; a terminal shall find that alone of what is beside it.
AWS_CLI = PLACE / "awscli" / "bin" / "aws"
# Of the schedules, which are hourly and daily; the first tick comes at once.
TICK_SECONDS = 600
PAUSE_SECONDS = 0.3
printing = threading.Lock()


def say(text=""):
    with printing:
        print(text, flush=True)


def show_mail(subject, text):
    body = "\n".join(f"  | {line}".rstrip() for line in [f"Subject: {subject}", "", *text.rstrip().splitlines()])
    say(f"\n== A mail at {datetime.now():%H:%M:%S}\n{body}")


def environment(url, programs):
    """What a terminal has to be told, so that everything typed there goes to the emulator."""
    values = {
        **PERSON, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "",
        "PATH": f"{TARGET / 'debug'}:{programs}:$PATH",
    }
    return "\n".join([
        "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN",
        *(f'export {name}="{value}"' for name, value in values.items()),
        'PS1="(curfew sandbox) ${PS1-}"', "",
    ])


def deploy(emulator, gate):
    with tempfile.TemporaryDirectory() as lambda_dir:
        deployment = Deployment(emulator, real_binaries(Path(lambda_dir)))
        # What the functions call goes the same way, so that their mails are seen.
        deployment.environment["AWS_ENDPOINT_URL"] = gate.url
        # The gate tells what a trail would.
        trail = emulator.client("cloudtrail")
        trail.create_trail(Name="sandbox", S3BucketName="config-history", IsMultiRegionTrail=True)
        trail.start_logging(Name="sandbox")
        run = deployment.deploy("--EMAIL", "you@example.com", "--MODE", "enforce")
    if run.returncode:
        sys.exit(run.stdout + run.stderr)


class Worker(threading.Thread):
    """Lambda for one function: what waits in its queue is handed over, while its mapping is on."""

    def __init__(self, name, emulator, gate, log):
        super().__init__(daemon=True)
        self.name, self.emulator, self.log, self.trouble = name, emulator, log, None
        self.mapping = Mapping(emulator, name)
        configuration = emulator.client("lambda").get_function_configuration(FunctionName=f"curfew-{name}", Qualifier="live")
        variables = configuration["Environment"]["Variables"]
        self.function = Function(name, emulator, topic=None, environment=variables, recorder=gate)

    def is_on(self):
        uuid = self.mapping.mapping["UUID"]
        return self.emulator.client("lambda").get_event_source_mapping(UUID=uuid)["State"] == "Enabled"

    def run(self):
        try:
            self.work()
        except Exception as trouble:
            self.trouble = trouble

    def work(self):
        ticked = -TICK_SECONDS
        while True:
            if time.monotonic() - ticked >= TICK_SECONDS:
                ticked = time.monotonic()
                body = triggers.tick() | {"time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}
                self.mapping.sqs.send_message(QueueUrl=self.mapping.url, MessageBody=json.dumps(body))
            if self.is_on() and self.mapping.pump(self.function) != (0, 0):
                lines = self.function.lines()
                with self.log.open("a") as file:
                    file.writelines(json.dumps(line) + "\n" for line in lines)
                # Without a word it would look as if nobody had seen it.
                for line in lines:
                    if line.get("outcome") == "exempt" and line["alert"] == "none":
                        say(f"\n== Left alone at {datetime.now():%H:%M:%S}, without a mail: {line['message']}")
                continue
            time.sleep(PAUSE_SECONDS)


def main(place=PLACE):
    stop_on_signals()
    place.mkdir(parents=True, exist_ok=True)
    told, log = place / "env", place / "log.jsonl"
    told.unlink(missing_ok=True), log.unlink(missing_ok=True)
    programs = place / "bin"
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir()
    if AWS_CLI.exists():
        (programs / "aws").symlink_to(AWS_CLI)
    say(f"Curfew is deployed to an emulated account ({ACCOUNT}, {REGION}, both made up) ...")
    emulator = Emulator()
    gate = Gate(emulator, show_mail)
    deploy(emulator, gate)
    workers = [Worker(name, emulator, gate, log) for name in QUEUED]
    for worker in workers:
        worker.start()
    told.write_text(environment(gate.url, programs))
    say(f"It is at work, in `enforce`. In another terminal, in {ROOT}, type:\n\n  . {shown(told)}\n")
    say("From then on `aws`, `make` and `curfew` in that terminal go to the emulated account alone. Mails come here.")
    say(f"What the functions log is in {shown(log)}. Ctrl-C ends it, and nothing of the account is kept.")
    try:
        while all(worker.is_alive() for worker in workers) and emulator.process.poll() is None:
            time.sleep(PAUSE_SECONDS)
    except SystemExit:
        say("\nEnding ...")
        stop_all()
        return say("Ended. Nothing of the account is left.")
    finally:
        told.unlink(missing_ok=True)
    said = [f"{worker.name}: {worker.trouble!r}" for worker in workers if worker.trouble]
    sys.exit(f"The sandbox is broken: {'; '.join(said) or 'the emulator ended'}")


def shown(path):
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
