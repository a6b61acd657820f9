"""Puts Curfew into AWS Regions, and looks after it there. Called by the Makefile; `make help` says how.

Every command may be repeated: it looks at what is there and does what is missing. A failure says what to do, and
leaves what it did for the next attempt.
"""

import argparse
import sys
from pathlib import Path

import aws
import checks
import deployment
import parameters
import queues
import removal
import settings
from trouble import Trouble


def arguments():
    parser = argparse.ArgumentParser(prog="make", add_help=False)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, run, *also):
        one = commands.add_parser(name)
        one.add_argument("--regions", default="")
        for add in also:
            add(one)
        one.set_defaults(run=run)

    def deploys(one):
        one.add_argument("--lambda-dir", type=Path, default=Path("target/lambda"))
        one.add_argument("--concurrency", default="")
        one.add_argument("--file", default="")
        for option in parameters.OPTIONS:
            one.add_argument(f"--{option.flag}", default="")

    command("check", checks.check, deploys)
    command("deploy", deployment.deploy, deploys)
    command("status", deployment.status)
    command("stop", deployment.stop)
    command("start", deployment.start)
    command("remove", removal.remove, lambda one: [one.add_argument("--logs", default=""), one.add_argument("--force", default="")])
    command("redrive", queues.redrive, lambda one: one.add_argument("--function", default=""))
    command("settings", settings.write, lambda one: one.add_argument("--file", default=""))
    return parser.parse_args()


def main():
    options = arguments()
    try:
        regions = aws.regions(options.regions)
        return options.run(regions, options) or 0
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
