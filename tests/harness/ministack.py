"""ministack: an emulator that keeps DynamoDB's rules about numbers and sizes, which moto does not."""

import os
import subprocess

import boto3

from .stack import CREDENTIALS, REGION, ROOT, free_port, spawn, wait_for


class Ministack:
    """On loopback only, without what else it would listen for."""

    def __init__(self):
        port = free_port()
        environment = {**os.environ, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0"}
        self.process = spawn(
            [ROOT / ".venv-ministack/bin/ministack"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        )
        wait_for(port, self.process, "ministack")
        self.url = f"http://127.0.0.1:{port}"

    def client(self, service, region=REGION):
        keys = [CREDENTIALS[k] for k in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
        return boto3.client(service, region, None, True, None, self.url, *keys)
