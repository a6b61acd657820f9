"""Puts Curfew into AWS Regions, and looks after it there. Called by the Makefile; `make help` says how.

Every command may be repeated: it looks at what is there and does what is missing. A failure says what to do, and
leaves what it did for the next attempt.
"""

import argparse
import sys
from collections import Counter
from functools import partial

import checks
import commands
import settings
from aws import UNCHANGED, Place, Trouble, told
from templates import OPTIONS, ROWS, fit

# What each command does in one Region, and what can be said to it besides PREFIX and ACCOUNT.
VALUES = (*OPTIONS, "ARCH", "FILE", "PACKAGE")
COMMANDS = {
    "check": (checks.check, VALUES), "deploy": (commands.deploy, VALUES), "settings": (settings.write, ["FILE"]),
    "stop": (partial(commands.switch, is_on=False), []), "start": (partial(commands.switch, is_on=True), []),
    "status": (commands.status, []), "remove": (commands.remove, ["LOGS", "FORCE"]), "rollback": (commands.rollback, ["FUNCTION"]),
    "redrive": (commands.redrive, ["FUNCTION"]), "test-alert": (commands.test_alert, ["FUNCTION"]),
}
# Of some only these words; those of what becomes a parameter are in the templates.
WORDS = {"ARCH": ("arm64", "x86-64"), "FORCE": ("yes", "no"), "FUNCTION": ROWS, "LOGS": ("keep", "delete")}


def options():
    parser = argparse.ArgumentParser(prog="make", add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--regions", default="")
    parser.add_argument("--lambda-dir", default="target/lambda")
    parser.add_argument("--checker", default="target/checker/debug/curfew")
    takes = COMMANDS.get("".join(sys.argv[1:2]), (None, ()))[1]
    for name in {"PREFIX", "ACCOUNT", *takes}:
        # Only a deployment asks the templates: no other command is kept from its work by what lies on the disk.
        parser.add_argument(f"--{name}", choices=WORDS.get(name), type=partial(fit, name) if name in OPTIONS and takes is VALUES else str)
    try:
        said, others = parser.parse_known_args()
    except argparse.ArgumentError as error:
        raise Trouble(str(error).replace("argument --", ""), UNCHANGED) from error
    if others:
        raise Trouble(f"`make {said.command}` knows no {others[0].removeprefix('--')}.", UNCHANGED)
    # Once for all Regions.
    said.text = settings.checked(said) if "FILE" in takes and said.FILE else None
    return said


class Steps(list):
    """How what was done in a Region ended, which is printed as it ends and counted for the table."""

    def __init__(self, region):
        self.region = region

    def say(self, what, how):
        # A whole line at once, since functions are worked on at the same time.
        print(f"{self.region}  {what:<32} {how}\n", end="", flush=True)

    def __call__(self, what, how):
        self.say(what, how)
        self.append(how)


def main():
    """One Region after the other; one that fails does not keep the others waiting. At the end a table."""
    said, lines, failed = options(), {}, False
    regions = dict.fromkeys(said.regions.replace(",", " ").split())
    if not regions:
        raise Trouble("No Region is named.", 'Say which, as in REGION=eu-central-1 or REGIONS="eu-central-1 us-east-1".')
    for region in regions:
        steps = Steps(region)
        try:
            last = COMMANDS[said.command][0](Place(region, said.PREFIX or "curfew", said.ACCOUNT), said, steps)
            lines[region] = "; ".join(filter(None, [", ".join(f"{number} {how}" for how, number in Counter(steps).items()), last]))
        except Exception as error:
            text, failed = told(error), True
            print(f"{region}  {text}", flush=True)
            lines[region] = f"FAILED: {text.splitlines()[0]}" if len(regions) > 1 else "FAILED, as said above"
    print("", *(f"  {region:<16}{line}" for region, line in lines.items()), sep="\n")
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Trouble as trouble:
        sys.exit(f"\n{trouble}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
