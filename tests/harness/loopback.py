"""Small HTTP servers of this process, on loopback alone."""

import http.server
import os
import socket
import struct
import threading


class Reset(Exception):
    """Ends a connection instead of answering."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Keeps connections open, writes an answer in one piece and logs nothing."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        with self.server.counting:
            self.server.connections += 1

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, status, headers, body=b"", length=None):
        """`length` is that of a body which a HEAD is not given."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body) if length is None else length)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def reset(self):
        """Ends the connection as a machine does that is gone: with a reset, not with an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True


class Server:
    """Serves with a handler's class until it is closed; over HTTPS where it is given a context of TLS."""

    def __init__(self, handler, tls=None):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.counting, self._server.connections = threading.Lock(), 0
        self._scheme = "https" if tls else "http"
        if tls:
            # The thread of a connection shakes hands when it first reads, not the one that takes connections.
            listening = self._server.socket
            self._server.socket = tls.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def connections(self):
        """How many were opened so far."""
        return self._server.connections

    def close(self):
        self._server.shutdown()
        self._server.server_close()
