"""The way into the emulator of a sandbox. It passes on every call. Of a person's calls that may open something it tells the
event bus, as CloudTrail does, which moto lacks; of a mail it tells whoever wants to read it.
"""

import http.client
import re
import urllib.parse
from datetime import datetime, timezone

from . import triggers
from .loopback import Handler, Server
from .recorder import mail_of
from .stack import ACCOUNT

# By whose access key a person is known from the functions.
PERSON = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}
IDENTITY = {
    "type": "IAMUser", "principalId": "AIDA1", "arn": f"arn:aws:iam::{ACCOUNT}:user/you", "accountId": ACCOUNT,
    "accessKeyId": PERSON["AWS_ACCESS_KEY_ID"], "userName": "you",
}
# As CloudTrail calls them; by method and subresource.
OF_A_BUCKET = {
    ("PUT", "acl"): "PutBucketAcl",
    ("PUT", "policy"): "PutBucketPolicy",
    ("PUT", "publicAccessBlock"): "PutBucketPublicAccessBlock",
    ("DELETE", "publicAccessBlock"): "DeleteBucketPublicAccessBlock",
    ("PUT", "ownershipControls"): "PutBucketOwnershipControls",
    ("DELETE", "ownershipControls"): "DeleteBucketOwnershipControls",
    ("PUT", ""): "CreateBucket",
}
# What the request names: the parameter, and how CloudTrail nests it.
OF_A_GROUP = {
    "AuthorizeSecurityGroupIngress": lambda named: {"groupId": named["GroupId"]},
    "ModifySecurityGroupRules": lambda named: {"ModifySecurityGroupRulesRequest": {"GroupId": named["GroupId"]}},
    "AssociateSecurityGroupVpc": lambda named: {"AssociateSecurityGroupVpcRequest": {"GroupId": named["GroupId"]}},
    "ModifyManagedPrefixList": lambda named: {"ModifyManagedPrefixListRequest": {"PrefixListId": named["PrefixListId"]}},
}
# Of one connection, not of what goes over it; the length is counted anew.
OF_THE_LINE = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


class Gate:
    """Forwards to the emulator. `on_mail(subject, text)` is called with each mail that the topic took."""

    def __init__(self, emulator, on_mail):
        self.emulator, self.on_mail = emulator, on_mail
        self._server = Server(self._handler())

    @property
    def url(self):
        return self._server.url

    def close(self):
        self._server.close()

    def _passed(self, method, path, headers, body, answer):
        """A call went well."""
        form = {}
        if b"Action=" in body and "x-www-form-urlencoded" in headers.get("Content-Type", ""):
            form = {name: values[0] for name, values in urllib.parse.parse_qs(body.decode()).items()}
        if form.get("Action") == "Publish":
            self.on_mail(*mail_of(form))
        is_a_persons = f"Credential={PERSON['AWS_ACCESS_KEY_ID']}/" in headers.get("Authorization", "")
        seen = is_a_persons and (of_ec2(form, answer) or of_s3(method, path))
        if seen:
            self._tell(*seen)

    def _tell(self, service, name, request):
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.emulator.put(triggers.call(service, name, request, eventTime=now, userIdentity=IDENTITY))

    def _handler(gate):
        class Way(Handler):
            def handle_one(self):
                body = self.body()
                upstream = http.client.HTTPConnection("127.0.0.1", gate.emulator.port, timeout=120)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_LINE - {"date"}}
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                data, passed = answer.read(), {name: value for name, value in answer.getheaders() if name.lower() not in OF_THE_LINE}
                upstream.close()
                if answer.status < 300:
                    gate._passed(self.command, self.path, self.headers, body, data)
                # What a HEAD is answered has the length of what it leaves out.
                length = answer.headers.get("Content-Length", "0") if self.command == "HEAD" else len(data)
                self.answer(answer.status, passed, data, length)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

        return Way


def of_s3(method, path):
    """What CloudTrail would tell of a call about a bucket, which is addressed by path."""
    parts = urllib.parse.urlsplit(path)
    bucket, _, key = parts.path.strip("/").partition("/")
    if not bucket or key:
        return None
    asked = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
    name = OF_A_BUCKET.get((method, next((one for one in asked if one != "x-id"), "")))
    return name and ("s3", name, {"bucketName": urllib.parse.unquote(bucket)})


def of_ec2(form, answer):
    """What CloudTrail would tell of a call about a group or a prefix list. One that gives a group's name has the id in its answer."""
    nested = OF_A_GROUP.get(form.get("Action"))
    if not nested:
        return None
    by_name = re.search(rb"<groupId>(sg-[0-9a-f]+)</groupId>", answer)
    named = {"GroupId": by_name[1].decode()} if by_name else {}
    return "ec2", form["Action"], nested(named | form)
