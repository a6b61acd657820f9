"""A minimal Lambda runtime API in this process: hands over any bytes, with the headers of one's choice."""

import json
import queue
import time
import uuid

from .loopback import Handler, Server

TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"


class PlainRuntime:
    """Takes payloads that cargo-lambda refuses, such as bytes that are no text. For one function."""

    def __init__(self):
        self._waiting = queue.Queue()
        self._answers = queue.Queue()
        self._server = Server(self._handler())

    def address(self, _name):
        return self._server.url

    def invoke(self, _name, payload, request_id=None, trace=TRACE, seconds=60):
        """Returns (is an error, answer), as `RuntimeApi.invoke` does."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id or str(uuid.uuid4()),
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:curfew",
            "Content-Type": "application/json",
        }
        if trace:
            headers["Lambda-Runtime-Trace-Id"] = trace
        self._waiting.put((headers, body))
        return self._answers.get(timeout=60)

    def give_up(self, error):
        """Ends the invocation that waits for an answer, as Lambda does when the process is gone."""
        self._answers.put((True, error))

    def close(self):
        self._server.close()

    def _handler(runtime):
        class Lambda(Handler):
            def do_GET(self):
                headers, body = runtime._waiting.get()
                self.answer(200, headers, body)

            def do_POST(self):
                body = self.body()
                self.answer(202, {})
                runtime._answers.put((self.path.endswith("/error"), json.loads(body)))

        return Lambda
