"""AWS as far as the programs ask for it: one thread of a process of its own that answers with what was made beforehand.

It says on request what it was asked, and how long that took it: whoever reads the times sees that it is not what was measured.
"""

import contextlib
import json
import os
import re
import select
import signal
import socket
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass

from bench.raw import answer_of, listen

from .answers import Answers, Asked, Unknown

# Nothing of AWS is called so.
ASIDE = b"/-/spent"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TARGET = re.compile(rb"\r\nx-amz-target: *([\w.]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Spent:
    """What the stand-in was asked since the last time, and how many seconds of a processor that took."""

    calls: dict
    unknown: list
    seconds: float

    @property
    def requests(self):
        return sum(self.calls.values())


class Served:
    """One connection: what came of the next request, and what is still to be sent."""

    def __init__(self, connection):
        self.connection, self.come, self.to_send = connection, b"", memoryview(b"")

    def request(self):
        """The next whole request, as (method, path, target, body)."""
        end = self.come.find(b"\r\n\r\n")
        if end < 0:
            return None
        of_body = not self.come.startswith(b"GET")
        length = LENGTH.search(self.come, 0, end) if of_body else None
        target = TARGET.search(self.come, 0, end) if of_body else None
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self.come) < whole:
            return None
        method, path, _ = self.come[: self.come.find(b"\r\n")].split(b" ", 2)
        body, self.come = self.come[end + 4 : whole], self.come[whole:]
        return method, path, target[1] if target else b"", body

    def flush(self):
        """Sends what there is to send, as far as that goes; whether something is left."""
        with contextlib.suppress(BlockingIOError):
            while self.to_send:
                self.to_send = self.to_send[self.connection.send(self.to_send) :]
        return bool(self.to_send)


class Loop:
    """Answers whoever connects until the process ends."""

    def __init__(self, listening, answers):
        self._listening, self._answers = listening, answers
        self._poll, self._served, self._known = select.epoll(), {}, {}
        self._calls, self._unknown, self._began = Counter(), [], time.process_time()

    def run(self):
        self._listening.setblocking(False)
        self._poll.register(self._listening, select.EPOLLIN)
        while True:
            for number, event in self._poll.poll():
                if number == self._listening.fileno():
                    self._accept()
                else:
                    self._serve(number, event)

    def _accept(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = self._listening.accept()
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._served[connection.fileno()] = Served(connection)
                self._poll.register(connection, select.EPOLLIN)

    def _serve(self, number, event):
        served = self._served[number]
        try:
            if event & select.EPOLLIN:
                piece = served.connection.recv(65536)
                if not piece:
                    return self._end(number)
                served.come += piece
            if not served.to_send and (asked := served.request()):
                served.to_send = memoryview(self._answer(*asked))
            left = served.flush()
            self._poll.modify(number, select.EPOLLIN | (select.EPOLLOUT if left else 0))
        except ConnectionError:
            self._end(number)

    def _end(self, number):
        self._poll.unregister(number)
        self._served.pop(number).connection.close()

    def _answer(self, *asked):
        if known := self._known.get(asked):
            name, answer = known
        elif asked[1] == ASIDE:
            return self._spent()
        else:
            try:
                method, path, target, body = asked
                name, answer = self._known[asked] = self._answers.to(Asked(method.decode(), path.decode(), target.decode(), body))
            except Unknown as error:
                self._unknown.append(str(error))
                return answer_of(501, f"<Error><Code>NotImplemented</Code><Message>{error}</Message></Error>")
        self._calls[name] += 1
        return answer

    def _spent(self):
        now = time.process_time()
        spent = {"calls": self._calls, "unknown": self._unknown, "seconds": now - self._began}
        self._calls, self._unknown, self._began = Counter(), [], now
        return answer_of(200, json.dumps(spent), "application/json")


class StandIn:
    """The process."""

    # Whoever complains of an answer has reason to.
    knows_all = True

    def __init__(self, account):
        listening, port = listen()
        self.url = f"http://127.0.0.1:{port}"
        self._process = os.fork()
        if self._process == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            Loop(listening, Answers(account)).run()
        listening.close()

    def spent(self):
        with urllib.request.urlopen(self.url + ASIDE.decode(), timeout=60) as answer:
            return Spent(**json.load(answer))

    def close(self):
        os.kill(self._process, signal.SIGTERM)
        os.waitpid(self._process, 0)
