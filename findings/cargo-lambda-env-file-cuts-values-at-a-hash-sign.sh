#!/usr/bin/env bash
# cargo-lambda reads a value in an environment file up to the first number sign, and refuses one with a second equals sign.
#
# "Variables are separated by new lines in KEY=VALUE format", says `cargo lambda deploy --help` of --env-file; so does
# https://www.cargo-lambda.info/commands/deploy.html#environment-variables
# cargo-lambda 1.9.2 deploys `URL=https://example.com/runbook#open` without `#open` and without a word, though no space stands
# before the sign. A value such as Base64 with padding ends the deployment with "ParseError", which names no line. Within double
# quotes, and by --env-var, both values arrive whole.
#
# Seen with cargo-lambda 1.9.2 and moto 5.2.5: the value is cut in the file, whole in quotes and by --env-var; KEY=YQ== is refused.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[server]==5.2.5' 'boto3==1.44.5'
# Only a build needs the package's own dependency, a C compiler.
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps 'cargo-lambda==1.9.2'
mkdir "$work/src"
printf '[package]\nname = "demo"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
printf 'fn main() {}\n' >"$work/src/main.rs"
cp "$(type -P true)" "$work/bootstrap"
cd "$work"
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=eu-central-1
"$work/venv/bin/python" - <<'PYTHON'
import json
import pathlib
import subprocess

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
endpoint = f"http://{host}:{port}"
statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam = boto3.client("iam", "eu-central-1", endpoint_url=endpoint)
role = iam.create_role(RoleName="demo", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
functions = boto3.client("lambda", "eu-central-1", endpoint_url=endpoint)


def deployed(name, *arguments):
    command = ["venv/bin/cargo-lambda", "lambda", "deploy", "--endpoint-url", endpoint, "--iam-role", role]
    command += ["--binary-path", "bootstrap", *arguments, name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        return done.stdout + done.stderr
    return functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]


def from_file(name, line):
    pathlib.Path("variables").write_text(line + "\n")
    return deployed(name, "--env-file", "variables")


bare = from_file("bare", "URL=https://example.com/runbook#open")
quoted = from_file("quoted", 'URL="https://example.com/runbook#open"')
option = deployed("option", "--env-var", "URL=https://example.com/runbook#open")
padded = from_file("padded", "KEY=YQ==")
quoted_padded = from_file("quoted-padded", 'KEY="YQ=="')
server.stop()
version = subprocess.run(["venv/bin/cargo-lambda", "lambda", "--version"], capture_output=True, text=True).stdout.split()[1]
refused = isinstance(padded, str) and "ParseError" in padded
print(f"cargo-lambda {version}: bare {bare}, quoted {quoted}, option {option}")
print(f"a second equals sign: {'refused with ParseError' if refused else padded}, in quotes {quoted_padded}")
assert quoted == option == {"URL": "https://example.com/runbook#open"}, "quotes or the option do not keep the value now"
assert bare == {"URL": "https://example.com/runbook"}, "the file's value is read otherwise now"
assert refused, "a second equals sign is taken now"
assert quoted_padded == {"KEY": "YQ=="}, "quotes do not keep the second equals sign now"
PYTHON
