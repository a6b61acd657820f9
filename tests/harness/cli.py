"""Runs the commands of a mail as a person does: in a shell, with an `aws` that knows what those commands need."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
import jmespath
from botocore.exceptions import ClientError

LISTS = ("groups", "security-group-rule-ids", "resources")
FLAGS = "public-access-block-configuration"


def run(commands, url, credentials):
    """Runs the lines in one shell, against the emulator at `url`; returns what was written to standard error."""
    with tempfile.TemporaryDirectory() as folder:
        aws = Path(folder) / "aws"
        aws.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "$@"\n')
        aws.chmod(0o700)
        variables = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": folder, "AWS_ENDPOINT_URL": url, **credentials}
        done = subprocess.run(
            ["bash", "-u"], input="\n".join(commands), env=variables, cwd=folder, capture_output=True, text=True, timeout=60
        )
        left = sorted(entry.name for entry in Path(folder).iterdir())
        assert left == ["aws"], f"a command wrote files: {left}"
        return done.stderr


def arguments(words):
    """The options of a command as boto3 takes them; --query, --region and --output on their own."""
    options = {}
    for word in words:
        if word.startswith("--"):
            values = options.setdefault(word[2:], [])
        else:
            values.append(word)
    own = {name: options.pop(name, [None])[0] for name in ("query", "region", "output")}
    return own, {pascal(name): value(name, values) for name, values in options.items()}


def pascal(name):
    return "ACL" if name == "acl" else "".join(part.capitalize() for part in name.split("-"))


def value(name, values):
    if name in LISTS:
        return values
    if name == "tags":
        return [dict(pair.split("=", 1) for pair in entry.split(",")) for entry in values]
    if name == "filters":
        pairs = [dict(pair.split("=", 1) for pair in entry.split(",")) for entry in values]
        return [{"Name": pair["Name"], "Values": [pair["Values"]]} for pair in pairs]
    [only] = values
    if name == FLAGS:
        return {flag: on == "true" for flag, on in (pair.split("=") for pair in only.split(","))}
    return json.loads(only) if only.startswith(("{", "[")) else only


def main(service, operation, *words):
    own, options = arguments(words)
    client = boto3.client({"s3api": "s3"}.get(service, service), own["region"])
    try:
        answer = getattr(client, operation.replace("-", "_"))(**options)
    except ClientError as error:
        print(error, file=sys.stderr)
        return 254
    if own["query"]:
        found = jmespath.search(own["query"], answer)
        print("None" if found is None else found)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
