"""A minimal Lambda runtime API in this process: hands over any bytes, with the headers of one's choice."""

import json
import queue
import threading
import time
import uuid

from .loopback import Handler, Server

TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"


class PlainRuntime:
    """Takes payloads that cargo-lambda refuses, such as bytes that are no text. For one function."""

    def __init__(self):
        self._waiting = queue.Queue()
        self._answers = queue.Queue()
        self._asked = threading.Event()
        # When the invocation that was handed over last has to be over.
        self.deadline = None
        self._server = Server(self._handler())

    def address(self, _name):
        return self._server.url

    def invoke(self, _name, payload, request_id=None, trace=TRACE, seconds=60):
        """Returns (is an error, answer), as `RuntimeApi.invoke` does."""
        self.hand(payload, request_id, trace, seconds)
        return self.answer(60)

    def hand(self, payload, request_id=None, trace=TRACE, seconds=60):
        """Hands a payload over once the function asks for one; it has so many seconds from then on."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id or str(uuid.uuid4()),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:curfew",
            "Content-Type": "application/json",
        }
        if trace:
            headers["Lambda-Runtime-Trace-Id"] = trace
        # That of the one before is none of this one's, which begins once the process asks for it.
        self.deadline = None
        self._waiting.put((headers, body, seconds))

    def answer(self, seconds):
        """The next answer; `queue.Empty` where there is none in time."""
        return self._answers.get(timeout=seconds)

    def give_up(self, error):
        """Ends the invocation that waits for an answer, as Lambda does when the process is gone."""
        self._answers.put((True, error))

    def wait_until_asked(self, seconds):
        """Returns once the function is ready and has asked for its first event."""
        assert self._asked.wait(seconds), "the function asks for no event"

    def close(self):
        self._server.close()

    def _handler(runtime):
        class Lambda(Handler):
            def do_GET(self):
                runtime._asked.set()
                headers, body, seconds = runtime._waiting.get()
                runtime.deadline = time.time() + seconds
                self.answer(200, headers | {"Lambda-Runtime-Deadline-Ms": str(int(runtime.deadline * 1000))}, body)

            def do_POST(self):
                body = self.body()
                self.answer(202, {})
                runtime._answers.put((self.path.endswith("/error"), json.loads(body)))

        return Lambda
