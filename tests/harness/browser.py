"""A page in Debian's chromium, without a window: keys are pressed, and what it shows is read.

It is asked by pipes, which need no port: https://chromedevtools.github.io/devtools-protocol/
"""

import contextlib
import json
import os
import select
import shutil
import subprocess
import time

CHROMIUM = shutil.which("chromium")
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Seconds that it may take to answer: a machine may have much else to do.
PATIENCE = 120
# What CDP has to be told of a key besides its name.
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), " ": (32, " ")}


class Browser:
    def __init__(self, folder):
        ours, its_output = os.pipe()
        its_input, self.output = os.pipe()
        self.input = ours

        def as_third_and_fourth():
            os.dup2(its_input, 3)
            os.dup2(its_output, 4)

        command = [CHROMIUM, "--headless", "--no-sandbox", *QUIET, f"--user-data-dir={folder}", "--remote-debugging-pipe"]
        # What is copied must not be where the copies go.
        its_input, its_output = (os.dup2(end, end + 100) for end in (its_input, its_output))
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(3, 4), preexec_fn=as_third_and_fourth
        )
        for end in (its_input, its_output):
            os.close(end)
        self.buffer, self.number, self.session, self.requests = b"", 0, None, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        self.complaints = []

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while True:
            answer = self.read(end)
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.note(answer)

    def read(self, end):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.input], [], [], max(0, end - time.monotonic()))
            assert ready, "chromium does not answer"
            read = os.read(self.input, 1 << 20)
            assert read, "chromium has ended"
            self.buffer += read
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def note(self, event):
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(event["params"]["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(event["params"]["exceptionDetails"])
            case "Log.entryAdded" if event["params"]["entry"]["level"] == "error":
                self.complaints.append(event["params"]["entry"])

    def open(self, path, fragment=""):
        self.requests.clear()
        # A new fragment alone would not load the page again.
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=f"file://{path}#{fragment}")
        end = time.monotonic() + PATIENCE
        while self.run("location.protocol + document.readyState") != "file:complete":
            assert time.monotonic() < end, "the page does not load"
            time.sleep(0.05)

    def run(self, script):
        """What a script says of the page."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key):
        code, text = KEYS.get(key, (0, key))
        options = {"key": key, "code": {" ": "Space"}.get(key, key), "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **options)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **options)

    def close(self):
        self.process.kill()
        self.process.wait()
        for end in (self.input, self.output):
            with contextlib.suppress(OSError):
                os.close(end)
