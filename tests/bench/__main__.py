"""`make bench`: the functions beside an empty Lambda function, a Python handler and, with BASE, the functions of another commit.

All in one run, interleaved, so that a machine that slows down slows all of them down. The functions read their settings from a
parameter, as deployed, trust a bundle of roots, and find resources that are as they should be. AWS is a stand-in over HTTPS, in a
process of its own, that answers with what was made beforehand.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import certifi

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import answers, base, policies  # noqa: E402
from bench.limit import Limit  # noqa: E402
from bench.raw import Apart  # noqa: E402
from bench.runtime import Runtime, batch  # noqa: E402
from harness.certificates import Authority  # noqa: E402
from harness.functions import FUNCTIONS, TRIGGERED  # noqa: E402
from harness.stack import CREDENTIALS, REGION, spawn, stop, stop_on_signals  # noqa: E402

SERVICES = ("S3", "EC2", "SNS", "SSM", "DYNAMODB", "SQS", "CONFIG")
# What a function has a connection to before its first event.
CONNECTED = ("S3", "SNS", "SSM", "DYNAMODB")
WARM = 50
LIMITED = 8
# The share of a core that a small Lambda function has in an invocation.
PERCENT = 15
# What a call to AWS takes, in seconds.
WAY = 0.020
BATCH = 10


@dataclass
class Subject:
    """One program, and what was measured of it: seconds, but for `peak`, which is MiB."""

    label: str
    function: str
    command: list
    measured: dict = field(default_factory=dict)

    def add(self, **values):
        for name, value in values.items():
            self.measured.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.measured[name]) if name in self.measured else None

    @property
    def binary(self):
        return self.command[0] if len(self.command) == 1 else None


def environment(subject, runtime, urls, roots):
    return {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        **{f"AWS_ENDPOINT_URL_{name}": url for name, url in urls.items()},
        "AWS_CA_BUNDLE": str(roots),
        "SSL_CERT_FILE": str(roots),
        "SSL_CERT_DIR": "",
        "AWS_LAMBDA_RUNTIME_API": runtime.address,
        "AWS_LAMBDA_FUNCTION_NAME": subject.function,
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "CURFEW_SETTINGS_PARAMETER": "/curfew/settings",
        "LEDGER_TABLE": "curfew-ledger",
        "TOPIC_ARN": f"arn:aws:sns:{REGION}:123456789012:alerts",
        "PYTHONDONTWRITEBYTECODE": "",
    }


def start(subject, urls, roots):
    runtime = Runtime()
    begin = time.perf_counter()
    process = spawn(
        subject.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(subject, runtime, urls, roots)
    )
    return runtime, process, begin


def used(process):
    """The seconds of a core that a process has used so far, by Linux's clock for it; see clock_getcpuclockid(3)."""
    return time.clock_gettime((~process.pid << 3) | 2)


def ended(runtime, process):
    stop(process)
    runtime.close()


def unlimited(subject, urls, roots):
    """A cold start with an event, and warm ones after it."""
    runtime, process, begin = start(subject, urls, roots)
    try:
        runtime.ready()
        ready, of_start = runtime.asked_at - begin, used(process)
        first = runtime.invoke(batch(subject.function, 1))
        of_first = used(process) - of_start
        warm = []
        for _ in range(WARM):
            runtime.ready()
            warm.append(runtime.invoke(batch(subject.function, 1)))
        status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        [peak] = [line.split()[1] for line in status if line.startswith("VmHWM")]
        subject.add(start=ready, first=first, cold=ready + first, warm=statistics.median(warm), peak=int(peak) / 1024)
        subject.add(of_start=of_start, of_first=of_first)
    finally:
        ended(runtime, process)


def limited(subject, urls, roots, limit):
    """The first event and warm ones with a share of a core, after a start with all of one."""
    runtime, process, _ = start(subject, urls, roots)
    try:
        runtime.ready()
        # What the start still has to do in the background is the start's.
        time.sleep(0.05)
        limit.hold(process.pid)
        seconds = []
        for _ in range(LIMITED):
            seconds.append(runtime.invoke(batch(subject.function, 1)))
            runtime.ready()
            # The next one has its share, whatever this one has used.
            time.sleep(0.05)
        subject.add(limited=seconds[0], limited_warm=statistics.median(seconds[1:]))
    finally:
        ended(runtime, process)


def batches(subject, urls, roots):
    """Batches of one and of ten, of which each call to AWS takes its time."""
    runtime, process, _ = start(subject, urls, roots)
    seconds = {}
    try:
        # The first two open what connections it takes.
        for size in (1, BATCH, 1, BATCH):
            runtime.ready()
            seconds[size] = runtime.invoke(batch(subject.function, size))
        subject.add(one=seconds[1], ten=seconds[BATCH])
    finally:
        ended(runtime, process)


def zipped(binary):
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.write(binary, "bootstrap")
        return file.seek(0, os.SEEK_END)


def figures(subject):
    """What is said of a program, as (name, value, how it is written)."""
    if subject.binary:
        yield "size", Path(subject.binary).stat().st_size / 2**20, "{:.2f} MiB"
        yield "zipped", zipped(subject.binary) / 2**20, "{:.2f} MiB"
    for name in ("start", "of_start", "first", "of_first", "cold", "warm", "limited", "limited_warm", "one", "ten"):
        if (value := subject.median(name)) is not None:
            yield name, value * 1e3, "{:.2f} ms"
    yield "peak", max(subject.measured["peak"]), "{:.1f} MiB"


MEANS = f"""start: from the process's start to its asking for an event     first: the first event, to its answer     cold: both
of_start, of_first: how much of a core the process itself used for them; the rest is waiting, for the stand-in above all
connected: an empty function that opens connections to four services, as a function does, and does no more
warm: an event, to its answer      limited, limited_warm: the first event and a warm one with {PERCENT} % of a core, after a start with all of one
one, ten: a batch of one and of {BATCH}, where each call to AWS takes {WAY * 1e3:.0f} ms      peak: resident memory"""


def say(name, subjects):
    """A row for each figure, and the ratio of the first program's to each other's."""
    columns = [dict((figure, (value, text)) for figure, value, text in figures(subject)) for subject in subjects]
    print(f"\n{name:<13}" + "".join(f"{subject.label:>22}" for subject in subjects))
    for figure, (own, text) in columns[0].items():
        cells = [f"{text.format(own):>22}"]
        for column in columns[1:]:
            other = column.get(figure)
            cells.append(f"{f'{text.format(other[0])} ({own / other[0]:.2f}x)' if other else '':>22}")
        print(f"{figure:<13}" + "".join(cells))
    own = columns[0]
    if "warm" in own:
        ten = f", ten to one {own['ten'][0] / own['one'][0]:.2f}x" if "ten" in own else ""
        print(f"{'itself':<13}  first to warm {own['first'][0] / own['warm'][0]:.2f}x{ten}")


def main():
    stop_on_signals()
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("now", type=Path)
    parser.add_argument("empty", type=Path)
    parser.add_argument("explain", help="the command that explains policies, as words")
    parser.add_argument("hard", type=Path, help="the policies that are hard to decide, one a line")
    parser.add_argument("--base", help="a commit")
    parser.add_argument("--architecture", default="x86-64")
    parser.add_argument("--runs", type=int, default=15)
    asked = parser.parse_args()

    def built(folder, name, label):
        binary = folder / name / "bootstrap"
        return Subject(label, name, [binary]) if binary.exists() else None

    folder, explain = base.build(asked.base, asked.architecture) if asked.base else (None, None)
    empty = built(asked.empty, "empty", "empty")
    connected = built(asked.empty, "connected", "connected")
    python = Subject("boto3", "boto3", [sys.executable, Path(__file__).with_name("with_boto3.py")])
    now = {name: built(asked.now, name, "now") for name in FUNCTIONS}
    before = {name: built(folder, name, asked.base) if folder else None for name in FUNCTIONS}
    everything = [subject for subject in (empty, connected, python, *now.values(), *before.values()) if subject]

    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder), like_aws=True)
        roots = Path(folder) / "all.pem"
        roots.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority.roots.read_bytes())
        tls = authority.server()
        aws, far = Apart(SERVICES, tls, answers.answer), Apart(SERVICES, tls, answers.answer, WAY)
        limit = Limit(PERCENT)
        if connected:
            connected.command += [aws.urls[service] for service in CONNECTED]
        try:
            for turn in range(asked.runs + 1):
                for subject in everything:
                    unlimited(subject, aws.urls, roots)
                    if subject.function in TRIGGERED and not limit.why_not:
                        limited(subject, aws.urls, roots, limit)
                    if subject.function in TRIGGERED:
                        batches(subject, far.urls, roots)
                    if not turn:  # the first turn warms the page cache
                        subject.measured.clear()
        finally:
            aws.close()
            far.close()
            limit.close()

    print(f"{asked.runs} runs, medians; in brackets the ratio of this function's to the other's")
    print(MEANS)
    if limit.why_not:
        print(f"limited: not measured, since no control group can be made here: {limit.why_not}")
    for name in FUNCTIONS:
        say(name, [subject for subject in (now[name], before[name], connected, empty, python) if subject])
    policies.compare([words.split() for words in (asked.explain, explain) if words], asked.hard)


if __name__ == "__main__":
    main()
