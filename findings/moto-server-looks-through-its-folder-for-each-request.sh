#!/usr/bin/env bash
# moto_server looks at every file of its package on disk for each request.
#
# Which service a request is for, the server first asks by comparing the host with the names of all of moto's folders. It
# lists them anew each time, asks the disk of each whether it is a folder, and holds the one lock of all requests meanwhile.
# So a test run pays for some 180 calls to the disk with each call to AWS, and many clients at once wait for each other.
# In-process `mock_aws` does not come this way.
#
# Seen with moto 5.2.5 and boto3 1.44.5: with 20 requests to one service 20 listings of the folder, and 3,640 questions to
# the disk; none of it is remembered.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[server,sns]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - 2>/dev/null <<'PYTHON'
import os
from collections import Counter

import boto3
import moto
from moto.server import ThreadedMotoServer

REQUESTS = 20
FOLDER = os.path.dirname(moto.__file__)
asked, listdir, isdir = Counter(), os.listdir, os.path.isdir


def listed(path=".", *args):
    asked["listings"] += path == FOLDER
    return listdir(path, *args)


def looked_at(path):
    asked["questions"] += os.path.dirname(str(path)) == FOLDER
    return isdir(path)


server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
host, port = server.get_host_and_port()
sns = boto3.client("sns", "eu-central-1", endpoint_url=f"http://{host}:{port}")
sns.list_topics()
os.listdir, os.path.isdir = listed, looked_at
for _ in range(REQUESTS):
    sns.list_topics()
os.listdir, os.path.isdir = listdir, isdir
server.stop()
print(f"moto {moto.__version__}: for {REQUESTS} requests {asked['listings']} listings of its folder, and {asked['questions']} questions about what is in it")
assert asked["listings"] == REQUESTS, "moto lists its folder otherwise now"
assert asked["questions"] > 100 * REQUESTS, "moto asks less of the disk now"
PYTHON
