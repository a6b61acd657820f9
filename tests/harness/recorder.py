"""A proxy between one function and the emulator: it notes every AWS call, and can answer in AWS's place."""

import http.client
import json
import ssl
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field

from .loopback import Handler, Reset, Server

# S3 names an operation by method and subresource; these are the ones that Curfew knows.
S3_OPERATIONS = {
    ("GET", "acl"): "GetBucketAcl",
    ("PUT", "acl"): "PutBucketAcl",
    ("GET", "policy"): "GetBucketPolicy",
    ("GET", "policyStatus"): "GetBucketPolicyStatus",
    ("GET", "publicAccessBlock"): "GetPublicAccessBlock",
    ("PUT", "publicAccessBlock"): "PutPublicAccessBlock",
    ("DELETE", "publicAccessBlock"): "DeletePublicAccessBlock",
    ("GET", "ownershipControls"): "GetBucketOwnershipControls",
    ("GET", "website"): "GetBucketWebsite",
    ("GET", "tagging"): "GetBucketTagging",
    ("GET", "max-buckets"): "ListBuckets",
}


@dataclass
class Call:
    """One AWS call as it went over the wire."""

    operation: str
    headers: dict
    path: str
    body: bytes
    status: int = 0

    @property
    def action(self):
        """The operation as IAM might call it, with the service that the request was signed for: `ec2:CreateTags`."""
        scope = self.headers["authorization"].partition("Credential=")[2].split(",")[0]
        return f"{scope.split('/')[3]}:{self.operation}"

    @property
    def actions(self):
        """The IAM actions that it needs: a transaction has those of its parts."""
        if self.operation != "TransactWriteItems":
            # EC2 asks for the tags that something is created with as well.
            tags = b"TagSpecification." in self.body and self.action.startswith("ec2:")
            return {self.action} | ({"ec2:CreateTags"} if tags else set())
        parts = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
        return {f"dynamodb:{parts[kind]}" for item in json.loads(self.body)["TransactItems"] for kind in item}

    @property
    def is_of_ledger(self):
        return self.headers.get("x-amz-target", "").startswith("DynamoDB_")

    @property
    def form(self):
        """The parameters of a query-protocol call (EC2, SNS)."""
        return {k: v[0] for k, v in urllib.parse.parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass
class Recorder:
    """Forwards to `host:port`. `faults` maps an operation to a list of answers to give first.

    An answer is (status, body), or a function that takes the call and the way to the emulator and returns that.
    """

    host: str
    port: int
    calls: list = field(default_factory=list)
    # Every action that was ever asked for.
    actions: set = field(default_factory=set)
    faults: dict = field(default_factory=dict)
    # The context of TLS by which it is called over HTTPS.
    tls: ssl.SSLContext | None = None
    # Gives the answer to each call that `faults` has none for: `watch(call, forward)`.
    watch: Callable | None = None

    def __post_init__(self):
        self._lock = threading.Lock()
        self._server = Server(self._handler(), self.tls)

    @property
    def url(self):
        return self._server.url

    @property
    def connections(self):
        """How many were opened so far."""
        return self._server.connections

    def close(self):
        self._server.close()

    def operations(self):
        return [call.operation for call in self.calls]

    def published(self):
        """The messages that were published to SNS and accepted, oldest first."""
        return [call.form for call in self.calls if call.operation == "Publish" and call.status == 200]

    def clear(self):
        with self._lock:
            self.calls.clear()
            self.faults.clear()

    def fault(self, operation, status, body, times=1):
        """Answers the next `times` calls of `operation` without asking the emulator."""
        self.faults[operation] = [(status, body)] * times

    def intercept(self, operation, answer, times=1):
        """Lets `answer(call, forward)` give the next `times` answers; `forward()` asks the emulator."""
        self.faults[operation] = [answer] * times

    def _note(self, call):
        with self._lock:
            self.calls.append(call)
            self.actions |= call.actions
            waiting = self.faults.get(call.operation)
            return waiting.pop(0) if waiting else None

    def _handler(recorder):
        class Aws(Handler):
            def handle_one(self):
                body = self.body()
                if self.path == "/" and self.command == "GET" and "Authorization" not in self.headers:
                    # No call: a connection is opened for those that come.
                    return self.answer(200, {})
                call = Call(operation(self.command, self.path, self.headers, body), {k.lower(): v for k, v in self.headers.items()}, self.path, body)
                fault = recorder._note(call) or recorder.watch
                if callable(fault):
                    try:
                        fault = fault(call, lambda: self.forward(body)[:2])
                    except Reset:
                        return self.reset()
                if fault:
                    call.status, answer = fault
                    # Milliseconds: the SDK's retries need not wait as long for a recorder as for a real service.
                    headers = {"Content-Type": "application/xml", "x-amz-retry-after": "1"}
                    answer = answer if isinstance(answer, bytes) else answer.encode()
                else:
                    call.status, answer, kind = self.forward(body)
                    headers = {"Content-Type": kind}
                self.answer(call.status, headers, answer)

            def forward(self, body):
                upstream = http.client.HTTPConnection(recorder.host, recorder.port, timeout=60)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "content-length")}
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                data = answer.read()
                upstream.close()
                return answer.status, data, answer.headers.get("Content-Type", "application/xml")

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

        return Aws


def operation(method, path, headers, body):
    """The AWS operation that a request asks for."""
    if target := headers.get("X-Amz-Target"):
        return target.rsplit(".", 1)[-1]
    if method == "POST" and body.startswith(b"Action=") or b"&Action=" in body:
        return urllib.parse.parse_qs(body.decode())["Action"][0]
    if method == "GET" and path == "/v20180820/configuration/publicAccessBlock":
        return "GetAccountPublicAccessBlock"
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query, keep_blank_values=True)
    for (verb, subresource), name in S3_OPERATIONS.items():
        if verb == method and subresource in query:
            return name
    return f"{method} {path}"


def s3_error(code, message=""):
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"


def ec2_error(code, message=""):
    return (
        f"<?xml version='1.0'?><Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        "</Errors><RequestID>r</RequestID></Response>"
    )


def sns_error(code, message=""):
    return (
        "<ErrorResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'><Error><Type>Sender</Type>"
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )


def mail_of(published):
    """Subject line and text of a published message, as an e-mail subscriber gets them."""
    is_by_protocol = published.get("MessageStructure") == "json"
    return published["Subject"], json.loads(published["Message"])["email"] if is_by_protocol else published["Message"]


def facts_of(published, protocol="sqs"):
    """The JSON that a program subscribed with `protocol` gets."""
    return json.loads(json.loads(published["Message"])[protocol])
