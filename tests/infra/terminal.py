"""A terminal at which a person types the commands of the documents: `make`, `curfew`, `aws` and the shell, on the emulator."""

import platform
import re
import shlex
import subprocess

from harness import cli, tool
from harness.stack import ACCOUNT, REGION, ROOT, binary

# What the emulator has not: alarms, AWS Config's evaluations, CloudTrail's history. The request is built and not sent.
NOT_SENT = {("cloudwatch", "set-alarm-state"), ("configservice", "start-config-rules-evaluation"), ("cloudtrail", "lookup-events")}
# What a document calls so, and an emulator cannot.
IDS = {"111122223333": ACCOUNT}


class NotSent(Exception):
    """A request that was built as AWS takes it, and goes nowhere."""


class Terminal:
    """Commands, one after the other, in a folder that is the checkout as far as they need it."""

    def __init__(self, deployment, folder):
        self.deployment, self.folder, self.known = deployment, folder, dict(IDS)
        # Notes what `curfew` asks AWS, where somebody wants to know.
        self.recorder = None
        # What this machine can run of what is deployed.
        self.own_arch = [] if platform.machine() in ("arm64", "aarch64") else ["ARCH=x86-64"]
        (folder / "infra").symlink_to(ROOT / "infra")

    def type(self, command):
        """Runs a command; returns (exit status, what it printed)."""
        for said, meant in self.known.items():
            command = command.replace(said, meant)
        words = shlex.split(command, comments=True)
        run = {"make": self.make, "curfew": self.curfew, "aws": self.aws}.get(words[0], lambda _: self.shell(command))
        return run(words[1:])

    def make(self, words):
        """Runs what make would run of the tool and of `curfew`; what it builds is there already."""
        words += self.own_arch if words[0] == "deploy" else []
        line = ["make", "--directory", ROOT, "--no-print-directory", "--dry-run", "--always-make", "--", *words]
        dry = subprocess.run(line, capture_output=True, text=True)
        assert dry.returncode == 0, dry.stderr
        ran = []
        for one in dry.stdout.replace("\\\n", " ").splitlines():
            if found := re.search(r"python3? infra/tool (.*)", one):
                ran.append(self.tool(shlex.split(found[1])))
            elif found := re.search(r'/curfew"? (?=[a-z])(.*)', one):
                ran.append(self.curfew(shlex.split(found[1])))
        assert ran, f"make {words[0]} does nothing here"
        return max(status for status, _ in ran), "".join(text for _, text in ran)

    def tool(self, words):
        # The last one counts.
        places = ["--checker", binary("curfew"), "--lambda-dir", self.deployment.lambda_dir]
        ran = tool.run([*words, *places], self.deployment.environment)
        return ran.returncode, ran.stdout + ran.stderr

    def curfew(self, words):
        given = to = None
        if "<" in words:
            words, given = words[: words.index("<")], (self.folder / words[-1]).read_text()
        if ">>" in words:
            words, to = words[: words.index(">>")], self.folder / words[-1]
        environment = {**self.deployment.environment, "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
        if self.recorder:
            environment["AWS_ENDPOINT_URL"] = self.recorder.url
        ran = subprocess.run([binary("curfew"), *words], input=given, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)
        if to:
            to.open("a").write(ran.stdout)
        return ran.returncode, ran.stdout + ran.stderr

    def aws(self, words):
        service, operation, *rest = words
        if (service, operation) not in NOT_SENT:
            status, out, error = cli.call(self.deployment.emulator, service, operation, *rest)
            return status, out + error
        _, client, name, options = cli.understood(self.deployment.emulator.client, service, operation, rest)

        def before_send(**_):
            raise NotSent

        client.meta.events.register("before-send", before_send)
        try:
            getattr(client, name)(**options)
        except NotSent:
            return 0, ""
        finally:
            client.meta.events.unregister("before-send", before_send)
        raise AssertionError(f"{service} {operation} was answered")

    def shell(self, command):
        ran = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, text=True, timeout=60)
        return ran.returncode, ran.stdout + ran.stderr


