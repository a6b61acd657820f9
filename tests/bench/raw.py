"""Servers that answer with bytes made beforehand, so that what is measured is who asks. Those in a process of their own share no
lock with whoever takes the time."""

import os
import signal
import socket
import threading
import time


def answer_of(status, body, kind="text/xml", headers=()):
    """An answer as it goes over the wire."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


class Asked:
    """One request."""

    def __init__(self, head, body):
        first, *rest = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = first.split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        self.body = body


def _chunked(buffer, receive):
    """The parts of a body, and what comes after it."""
    body = b""
    while True:
        while b"\r\n" not in buffer:
            buffer += receive()
        size, _, buffer = buffer.partition(b"\r\n")
        length = int(size, 16)
        while len(buffer) < length + 2:
            buffer += receive()
        body, buffer = body + buffer[:length], buffer[length + 2 :]
        if not length:
            return body, buffer


def _requests(connection):
    buffer = b""

    def receive():
        if not (piece := connection.recv(65536)):
            raise ConnectionResetError
        return piece

    try:
        while True:
            while b"\r\n\r\n" not in buffer:
                buffer += receive()
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            asked = Asked(head, b"")
            if asked.headers.get("transfer-encoding", "").lower() == "chunked":
                asked.body, buffer = _chunked(buffer, receive)
            else:
                length = int(asked.headers.get("content-length", 0))
                while len(buffer) < length:
                    buffer += receive()
                asked.body, buffer = buffer[:length], buffer[length:]
            yield asked
    except OSError:
        return


def listen():
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    return listening, listening.getsockname()[1]


def serve(listening, tls, answer):
    """Answers whoever connects, each in a thread, until the process ends."""

    def one(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
                for asked in _requests(stream):
                    stream.sendall(answer(asked))
        except OSError:
            # Who is gone wants no answer.
            return

    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=one, args=(connection,), daemon=True).start()


class Apart:
    """Servers in a process of their own, one a name, with the same answers."""

    def __init__(self, names, tls, answer, delay=0.0):
        sockets = {name: listen() for name in names}
        scheme = "https" if tls else "http"
        self.urls = {name: f"{scheme}://127.0.0.1:{port}" for name, (_, port) in sockets.items()}

        def later(asked):
            time.sleep(delay)
            return answer(asked)

        self._process = os.fork()
        if self._process == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            for listening, _ in sockets.values():
                threading.Thread(target=serve, args=(listening, tls, later if delay else answer), daemon=True).start()
            threading.Event().wait()
        for listening, _ in sockets.values():
            listening.close()

    def close(self):
        os.kill(self._process, signal.SIGTERM)
        os.waitpid(self._process, 0)
