"""A minimal Lambda runtime API in this process: hands over any bytes, with the headers of one's choice."""

import http.server
import json
import queue
import threading
import time
import uuid

TRACE = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"


class PlainRuntime:
    """Takes payloads that cargo-lambda refuses, such as bytes that are no text. For one function."""

    def __init__(self):
        self._waiting = queue.Queue()
        self._answers = queue.Queue()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def address(self, _name):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

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

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(runtime):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def answer(self, status, headers, body=b""):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def do_GET(self):
                headers, body = runtime._waiting.get()
                self.answer(200, headers, body)

            def do_POST(self):
                body = self.body()
                self.answer(202, {})
                runtime._answers.put((self.path.endswith("/error"), json.loads(body)))

            def body(self):
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = []
                while size := int(self.rfile.readline(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

        return Handler
