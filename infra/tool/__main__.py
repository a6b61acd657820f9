"""Puts Curfew into AWS Regions, and looks after it there. Called by the Makefile; `make help` says how.

Every command may be repeated: it looks at what is there and does what is missing. A failure says what to do, and
leaves what it did for the next attempt.
"""

import argparse
import sys

import checks
import deployment
import queues
import regions
import removal
import restoring
import settings
import status
from templates import OPTIONS
from trouble import Trouble

# What each command does in one Region.
COMMANDS = {
    "check": checks.check, "deploy": deployment.deploy, "status": status.status, "stop": deployment.stop,
    "start": deployment.start, "rollback": deployment.rollback, "settings": settings.write, "redrive": queues.redrive,
    "remove": removal.remove, "test-alert": status.test_alert, "restore": restoring.restore,
}
OTHERS = ("regions", "account", "prefix", "mode", "file", "concurrency", "function", "logs", "force", "record", "resource", "reason", "claimed-by", "dry-run")


def main():
    parser = argparse.ArgumentParser(prog="make", add_help=False)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--lambda-dir", default="target/lambda")
    for option in (*OTHERS, *OPTIONS):
        parser.add_argument(f"--{option}", default="")
    options = parser.parse_args()
    try:
        checks.check_options(options)
        return regions.each(options, COMMANDS[options.command])
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
