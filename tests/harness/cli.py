"""Runs the commands of a mail as a person does: in a shell, with an `aws` that knows what those commands need.

That `aws` hands its arguments over to this process, which has the AWS SDK loaded already.
"""

import contextlib
import json
import os
import re
import socketserver
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError

from .stack import REGION

# What the AWS CLI calls otherwise than boto3.
SERVICES = {"s3api": "s3", "configservice": "config"}
CASTS = {"integer": int, "long": int, "boolean": lambda text: {"true": True, "false": False}[text]}
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


@contextlib.contextmanager
def an_aws(emulator):
    """A folder for the path, with that `aws`."""
    with tempfile.TemporaryDirectory() as tools:
        address = f"{tools}/aws.socket"
        aws = Path(tools) / "aws"
        aws.write_text(AWS.format(python=sys.executable, address=address))
        aws.chmod(0o700)
        with socketserver.ThreadingUnixStreamServer(address, _answers(emulator)) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield tools
            server.shutdown()


def run(commands, emulator):
    """Runs the lines in one shell, against the emulator; returns what was written to standard error."""
    with an_aws(emulator) as tools, tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["bash", "-u"], input="\n".join(commands), env={"PATH": f"{tools}:{os.environ['PATH']}", "HOME": folder},
            cwd=folder, capture_output=True, text=True, timeout=60,
        )
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
    if (service, operation) == ("s3", "cp"):
        source, target, _, region = words
        bucket, _, key = target.removeprefix("s3://").partition("/")
        service, operation, words = "s3api", "put-object", ("--bucket", bucket, "--key", key, "--body", f"fileb://{source}", "--region", region)
    own, client, name, options = understood(emulator.client, service, operation, words)
    try:
        answer = getattr(client, name)(**options)
    except ClientError as error:
        return 254, "", f"{error}\n"
    if not own["query"]:
        return 0, "", ""
    found = jmespath.search(own["query"], answer)
    return 0, f"{'None' if found is None else found}\n", ""


def understood(client_of, service, operation, words):
    """A command as boto3 takes it: what the AWS CLI keeps for itself, the client, the method's name and its arguments.

    Whatever AWS's own description of the call does not know is an error.
    """
    values = {}
    for word in words:
        if word.startswith("--"):
            current = values.setdefault(word[2:], [])
        else:
            current.append(word)
    own = {name: values.pop(name, [None])[0] for name in ("query", "region", "output")}
    client = client_of(SERVICES.get(service, service), own["region"] or REGION)
    name = operation.replace("-", "_")
    members = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name]).input_shape.members
    by_option = {xform_name(member, "-"): member for member in members}
    options = {}
    for option, said in values.items():
        member = by_option.get(option) or by_option[option.removeprefix("no-")]
        shape = members[member]
        options[member] = option in by_option if shape.type_name == "boolean" else value(shape, said)
    return own, client, name, options


def value(shape, said):
    """What a shape is given on the command line: JSON, a file, a list of words, or the AWS CLI's shorthand."""
    if shape.type_name == "list" and not said[0].startswith("["):
        return [value(shape.member, [one]) for one in said]
    [only] = said
    if only.startswith("fileb://"):
        return Path(only.removeprefix("fileb://")).read_bytes()
    if only.startswith("file://"):
        only = Path(only.removeprefix("file://")).read_text()
    if shape.type_name in ("list", "structure", "map"):
        return json.loads(only) if only.startswith(("{", "[")) else shorthand(shape, only)
    return CASTS.get(shape.type_name, str)(only)


def shorthand(shape, text):
    """`Name=a,Values=b,c` as a structure. A part without a name goes on with the list before it; a comma of a value has a
    backslash before it."""
    found, key = {}, None
    for part in re.split(r"(?<!\\),", text):
        name, is_named, rest = part.replace(r"\,", ",").partition("=")
        if is_named and name in shape.members:
            key, member = name, shape.members[name]
            found[key] = [rest] if member.type_name == "list" else value(member, [rest])
        else:
            found[key].append(part)
    return found
