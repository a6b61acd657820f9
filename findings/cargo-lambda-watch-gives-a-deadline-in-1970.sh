#!/usr/bin/env bash
# cargo-lambda's local runtime API tells each invocation a deadline that passed in 1970.
#
# `Lambda-Runtime-Deadline-Ms` is "The date that the function times out in Unix time milliseconds. For example, 1542409706888", says
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
# `cargo lambda watch` of cargo-lambda 1.9.2 sends 600000, which reads like ten minutes from now and is ten minutes after the start
# of 1970. A function that stops early, shortens its calls' timeouts, or hands work on when its time is nearly up (in Rust by
# `Context::deadline`) finds no time left in every invocation there, and does nothing. On Lambda it works.
#
# Seen with cargo-lambda 1.9.2: an invocation arrives whole, and its deadline is 1970-01-01 00:10:00.
set -euo pipefail
work=$(mktemp -d)
watch=
trap '[ -z "$watch" ] || kill "$watch"; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
# Only a build needs the package's own dependency, a C compiler.
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps 'cargo-lambda==1.9.2'
mkdir "$work/src"
printf '[package]\nname = "demo"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
printf 'fn main() {}\n' >"$work/src/main.rs"
cd "$work"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/cargo-lambda lambda watch --only-lambda-apis --invoke-address 127.0.0.1 --invoke-port "$port" >log 2>&1 &
watch=$!
venv/bin/python - "http://127.0.0.1:$port" "$(venv/bin/cargo-lambda lambda --version)" <<'PYTHON'
import concurrent.futures
import datetime
import json
import socket
import sys
import time
import urllib.request

at, version = sys.argv[1], sys.argv[2].split()[1]


def call(path, data=None):
    return urllib.request.urlopen(urllib.request.Request(at + path, data=data), timeout=60)


for _ in range(120):
    try:
        socket.create_connection(("127.0.0.1", int(at.rsplit(":", 1)[1])), timeout=5).close()
        break
    except OSError:
        time.sleep(0.5)
with concurrent.futures.ThreadPoolExecutor() as pool:
    asked = pool.submit(call, "/2015-03-31/functions/demo/invocations", b'{"n": 1}')
    sent = time.time()
    with call("/.rt/demo/2018-06-01/runtime/invocation/next") as invocation:
        event, headers = json.load(invocation), invocation.headers
    call(f"/.rt/demo/2018-06-01/runtime/invocation/{headers['lambda-runtime-aws-request-id']}/response", b'"done"').close()
    answer = json.load(asked.result())
deadline = int(headers["lambda-runtime-deadline-ms"]) / 1000
when = datetime.datetime.fromtimestamp(deadline, datetime.timezone.utc)
print(f"cargo-lambda {version}: event {event}, answer {answer!r}, deadline {when:%Y-%m-%d %H:%M:%S}, {sent - deadline:.0f} s ago")
assert event == {"n": 1} and answer == "done", "the invocation is not handed on now"
assert when.year == 1970, "the deadline is a time to come now"
PYTHON
