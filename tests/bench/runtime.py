"""Lambda's runtime API for one process, which writes down when it was asked and answered."""

import json
import threading
import time

from harness import triggers
from harness.functions import ROWS, TRIGGERED

from .raw import answer_of, listen, serve


class Runtime:
    def __init__(self):
        self._listening, port = listen()
        self.address = f"127.0.0.1:{port}"
        self._next, self._given = threading.Event(), threading.Event()
        self._answered, self._payload = threading.Event(), b""
        self.answer = None
        threading.Thread(target=serve, args=(self._listening, None, self._serve), daemon=True).start()

    def _serve(self, asked):
        if asked.method == "GET":
            self.asked_at = time.perf_counter()
            self._next.set()
            self._given.wait()
            self._given.clear()
            headers = (
                "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:f",
                f"Lambda-Runtime-Deadline-Ms: {int((time.time() + 60) * 1000)}",
            )
            answer = answer_of(200, self._payload, "application/json", headers)
            self._given_at = time.perf_counter()
            return answer
        self._answered_at = time.perf_counter()
        self.answer = (asked.path.rsplit("/", 1)[-1], asked.body)
        self._answered.set()
        return answer_of(202, "", "application/json")

    def ready(self):
        """Waits until the next event is asked for."""
        if not self._next.wait(60):
            raise TimeoutError("no event is asked for")
        self._next.clear()

    def invoke(self, payload):
        """Hands over a payload to who has asked for it; the seconds until the answer."""
        self._payload = payload
        self._answered.clear()
        self._given.set()
        if not self._answered.wait(60):
            raise TimeoutError("no answer")
        how, body = self.answer
        if how != "response" or b'"batchItemFailures":[{' in body:
            raise RuntimeError(body.decode())
        return self._answered_at - self._given_at

    def close(self):
        self._listening.close()


def event(name, number=0):
    """What a function is told of a resource that is as it should be."""
    kind = ROWS[name].resource
    resource = {triggers.GROUP: f"sg-{number:017x}"}.get(kind, f"acme-{number}")
    return triggers.compliance_change(kind, resource, "rule")


def batch(name, size):
    """So many events, about a resource each, as a queue hands them over for the first time; where no event is for it, the
    question whether it is at work."""

    def message(number):
        return {
            "messageId": f"059f36b4-87a3-44ab-83d2-{number:012}",
            "receiptHandle": "x",
            "body": json.dumps(event(name, number)),
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1763788447000"},
            "messageAttributes": {},
            "md5OfBody": "x",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:q",
            "awsRegion": "eu-central-1",
        }

    if name not in TRIGGERED:
        return json.dumps({"probe": True}).encode()
    return json.dumps({"Records": [message(number) for number in range(size)]}).encode()
