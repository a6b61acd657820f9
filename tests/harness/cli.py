"""Runs the commands of a mail as a person does: in a shell, with an `aws` that knows what those commands need.

That `aws` hands its arguments over to this process, which has the AWS SDK loaded already.
"""

import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import jmespath
from botocore.exceptions import ClientError

LISTS = ("groups", "security-group-rule-ids", "resources")
FLAGS = "public-access-block-configuration"
AWS = """#!{python} -IS
import json, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    line.sendall(json.dumps(sys.argv[1:]).encode())
    line.shutdown(socket.SHUT_WR)
    status, out, error = json.load(line.makefile())
print(out, end="")
print(error, end="", file=sys.stderr)
sys.exit(status)
"""


def run(commands, emulator):
    """Runs the lines in one shell, against the emulator; returns what was written to standard error."""
    with tempfile.TemporaryDirectory() as tools, tempfile.TemporaryDirectory() as folder:
        address = f"{tools}/aws.socket"
        aws = Path(tools) / "aws"
        aws.write_text(AWS.format(python=sys.executable, address=address))
        aws.chmod(0o700)
        with socketserver.ThreadingUnixStreamServer(address, _answers(emulator)) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            done = subprocess.run(
                ["bash", "-u"], input="\n".join(commands), env={"PATH": f"{tools}:{os.environ['PATH']}", "HOME": folder},
                cwd=folder, capture_output=True, text=True, timeout=60,
            )
            server.shutdown()
        left = sorted(entry.name for entry in Path(folder).iterdir())
        assert left == [], f"a command wrote files: {left}"
        return done.stderr


def _answers(emulator):
    class Answer(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(json.dumps(call(emulator, *json.load(self.rfile))).encode())

    return Answer


def call(emulator, service, operation, *words):
    """Makes one call; returns the command's exit status and what it prints to standard output and to standard error."""
    own, options = arguments(words)
    client = emulator.client({"s3api": "s3"}.get(service, service), own["region"])
    try:
        answer = getattr(client, operation.replace("-", "_"))(**options)
    except ClientError as error:
        return 254, "", f"{error}\n"
    if not own["query"]:
        return 0, "", ""
    found = jmespath.search(own["query"], answer)
    return 0, f"{'None' if found is None else found}\n", ""


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
