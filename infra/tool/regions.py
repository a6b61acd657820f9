"""One Region after the other, and a table at the end."""

import re
import traceback
from collections import Counter

from aws import Place
from trouble import Trouble

REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")


def named(text):
    """The Regions that are named, in order, each once."""
    regions = list(dict.fromkeys(text.replace(",", " ").split()))
    if not regions:
        raise Trouble("No Region is named.", 'Say which, as in REGION=eu-central-1 or REGIONS="eu-central-1 us-east-1".')
    for region in regions:
        if not REGION.fullmatch(region):
            raise Trouble(f"REGION is `{region}`, which is no Region's name.", "Name it as in eu-central-1.")
    return regions


def each(options, work):
    """Does the work in each Region; one that fails does not keep the others waiting. Returns the exit status.

    `work` takes the place, the options and a way to say how a step ended, and returns what ends its line in the table.
    """
    lines, failed = [], False
    for region in named(options.regions):
        steps = Steps(region)
        try:
            last = work(Place(region, options.prefix or "curfew", options.account), options, steps)
            lines.append("; ".join(part for part in (steps.in_short(), last) if part))
        except Trouble as trouble:
            print(f"{region}  {trouble}", flush=True)
            lines.append(f"FAILED: {trouble.what.splitlines()[0]}")
            failed = True
        except Exception as error:
            # A defect of the tool's own must not end the other Regions.
            traceback.print_exc()
            lines.append(f"FAILED: unexpected {type(error).__name__}: {error}")
            failed = True
    print()
    for region, line in zip(named(options.regions), lines, strict=True):
        print(f"  {region:<16}{line}")
    return int(failed)


class Steps:
    """What was done in a Region: printed as it ends, and counted for the table."""

    def __init__(self, region):
        self.region, self.ended = region, Counter()

    def say(self, what, how):
        print(f"{self.region}  {what:<32} {how}", flush=True)

    def __call__(self, what, how):
        self.say(what, how)
        self.ended[how] += 1

    def in_short(self):
        return ", ".join(f"{number} {how}" for how, number in self.ended.items())
