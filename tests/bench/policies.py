"""How long `explain` takes for policies, with verdicts, abilities, findings and fix, beside the one of another commit.

What is compared is the time of the processor, for many lines of the same policy less what starting takes.
"""

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "shared" / "policy" / "tests" / "corpus" / "policies.jsonl"
ENOUGH = 0.06


def spent(command, lines):
    """Seconds of the processor that a process takes for these lines."""
    with tempfile.TemporaryFile() as given:
        given.write(lines)
        given.seek(0)
        process = subprocess.Popen(command, stdin=given, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{command} ended with {process.returncode}")
        return usage.ru_utime + usage.ru_stime


def of_one(command, policy, times):
    return (spent(command, policy * times) - spent(command, b"")) / times


def compared(commands, policy, runs):
    """Of each command the median of its times, measured in turns."""
    times = [1] * len(commands)
    for index, command in enumerate(commands):
        while spent(command, policy * times[index]) < ENOUGH:
            times[index] *= 3
    samples = [[of_one(command, policy, times[index]) for index, command in enumerate(commands)] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*samples, strict=True)]


def compare(commands, hard_policies, runs=5):
    """Says how long the first command takes, and how the second compares where there is one."""
    ordinary = b"".join(json.dumps(json.loads(line)["policy"]).encode() + b"\n" for line in CORPUS.read_bytes().splitlines())
    own = compared(commands, ordinary, runs)
    number = ordinary.count(b"\n")
    print(f"\n{number} ordinary policies, explained: {own[0] / number * 1e6:.0f} us each" + ratio(own))

    print("hard policies, explained: KB, ms" + (", ms of the other, ratio" if len(commands) > 1 else ""))
    hard = []
    for policy in hard_policies.read_bytes().splitlines(keepends=True):
        hard.append(compared(commands, policy, runs))
        print(f"  {len(policy) / 1e3:5.1f}" + "".join(f"{value * 1e3:9.2f}" for value in hard[-1]) + ratio(hard[-1]))
    columns = list(zip(*hard, strict=True))
    for what, of in (("the worst", max), ("the median", statistics.median)):
        row = [of(column) for column in columns]
        print(f"{what:<10}" + "".join(f"{value * 1e3:9.2f} ms" for value in row) + ratio(row))


def ratio(row):
    return f"   {row[0] / row[1]:.2f}x" if len(row) > 1 else ""

