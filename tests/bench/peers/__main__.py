"""`make bench-peers`: `curfew preview` beside Cloud Custodian's dry run and Prowler, which look for the same in the same account.

All in one run, in turns, so that a machine that slows down slows all of them down. AWS is a stand-in that answers with what was made
beforehand, over plain HTTP; then moto, which most people know, and which is what takes the time.
"""

import argparse
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.peers.account import Account  # noqa: E402
from bench.peers.emulated import Emulated  # noqa: E402
from bench.peers.programs import Curfew, Custodian, Found, PlainCustodian, Prowler  # noqa: E402
from bench.peers.standin import StandIn  # noqa: E402
from harness.stack import stop_on_signals  # noqa: E402

BUCKETS, GROUPS = 500, 1_000
# How many times as long a program has to take at least, by its label.
TARGETS = {"custodian": 20, "custodian as is": 20, "prowler": 10}
MEMORY = 64
LOOKS_AT = """\
curfew preview    who gets in by ACLs and policies, and what limits that; inbound rules by what they let in together, prefix lists too
custodian         grants to everybody; statements that let other accounts in; rules whose source is 0.0.0.0/0 or ::/0 as text.
                  Of each bucket it reads four things, since the policies say so; "as is" ten
prowler           the same where Block Public Access lets it, and groups that a network interface has. Whatever it is to check, it
                  reads thirteen things of each bucket, and all of EC2 and VPC that any of its checks needs"""


@dataclass
class Row:
    """What was measured of a program."""

    program: object
    runs: list = field(default_factory=list)
    spent: list = field(default_factory=list)

    def median(self, of):
        return statistics.median(of(one) for one in self.runs)

    @property
    def seconds(self):
        return self.median(lambda run: run.seconds)

    @property
    def peak(self):
        return max(run.peak for run in self.runs)


def once(program, aws, wanted):
    """One run, which has to find exactly what is open."""
    with tempfile.TemporaryDirectory() as folder:
        aws.spent()
        run = program.run(aws, Path(folder))
        spent = aws.spent()
    if run.found != wanted:
        raise SystemExit(f"{program.label} found {run.found} of {wanted}, or others: nothing is compared")
    if spent and spent.unknown:
        raise SystemExit(f"{program.label} asked what the stand-in does not know: {spent.unknown}")
    return run, spent


def measure(programs, aws, wanted, runs, warm):
    rows = [Row(program) for program in programs]
    # What was never run is not compiled yet, what was never asked not answered.
    for turn in range(-warm, runs):
        for row in rows:
            run, spent = once(row.program, aws, wanted)
            if turn >= 0:
                row.runs.append(run)
                row.spent.append(spent)
            print(f"  {'warming up' if turn < 0 else f'run {turn + 1}'}: {row.program.label} {run.seconds:.2f} s", file=sys.stderr, flush=True)
    return rows


def say(rows, wanted):
    print(f"{'':<17}{'seconds':>9}{'to curfew':>11}{'processor s':>13}{'peak MiB':>10}{'calls':>8}{'found':>15}{'AWS busy s':>12}")
    for row in rows:
        spent = row.spent[0] and {"calls": row.spent[-1].requests, "busy": statistics.median(one.seconds for one in row.spent)}
        print(
            f"{row.program.label:<17}{row.seconds:>9.2f}{row.seconds / rows[0].seconds:>10.1f}x{row.median(lambda run: run.processor):>13.2f}{row.peak:>10.1f}"
            f"{spent['calls'] if spent else '':>8}{str(wanted):>15}" + (f"{spent['busy']:>12.3f}" if spent else "")
        )


def judge(rows):
    """Says which targets are reached."""
    own = rows[0]
    for row in rows[1:]:
        factor, target = row.seconds / own.seconds, TARGETS[row.program.label]
        print(f"{'reached' if factor >= target else 'NOT REACHED':<12}{row.program.label}: {factor:.1f}x, wanted {target}x")
    print(f"{'reached' if own.peak <= MEMORY else 'NOT REACHED':<12}memory: {own.peak:.1f} MiB, wanted at most {MEMORY}")


def main():
    stop_on_signals()
    parser = argparse.ArgumentParser(prog="make bench-peers")
    for name in ("curfew", "custodian", "prowler"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--moto-runs", type=int, default=1)
    asked = parser.parse_args()
    programs = [Curfew(asked.curfew), Custodian(asked.custodian), PlainCustodian(asked.custodian), Prowler(asked.prowler)]
    account = Account(BUCKETS, GROUPS)
    wanted = Found.of(account.public_acls, account.public_policies, account.open_groups)

    print(f"{BUCKETS} buckets and {GROUPS} security groups; open are {wanted} (ACLs / policies / groups), and each run has to find exactly these")
    for program in programs:
        print(f"  {program.label:<16} {program.how}")
    print(LOOKS_AT)
    aws = StandIn(account)
    try:
        rows = measure(programs, aws, wanted, asked.runs, warm=1)
    finally:
        aws.close()
    print(f"\nthe stand-in, {asked.runs} runs each, in turns: medians, the most memory of all")
    say(rows, wanted)
    judge(rows)
    if asked.moto_runs:
        with Emulated(account) as aws:
            rows = measure(programs, aws, aws.found, asked.moto_runs, warm=0)
        print(f"\nmoto, {asked.moto_runs} run{'s' if asked.moto_runs > 1 else ''} each, where it is moto that takes the time")
        say(rows, wanted)


if __name__ == "__main__":
    main()
