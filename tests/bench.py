"""`make bench`: size and start time of the functions beside an empty Lambda function, all in one run.

Called with the directories in which cargo-lambda left the functions and the empty one. The functions read their
settings from a parameter, as deployed, and find a compliant resource; AWS is a stand-in in this process that answers at once, so what is
measured is theirs. The runs are interleaved, so that a machine that slows down slows all of them down.
"""

import os
import statistics
import subprocess
import sys
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import triggers  # noqa: E402
from harness.functions import FUNCTIONS, ROWS  # noqa: E402
from harness.loopback import Handler, Server  # noqa: E402
from harness.runtime import PlainRuntime  # noqa: E402
from harness.stack import CREDENTIALS, REGION, spawn, stop, stop_on_signals  # noqa: E402

RUNS, WARM = 15, 50

OWNER = "<Owner><ID>o</ID></Owner>"
ANSWERS = {
    "GetParameter": (200, '{"Parameter": {"Name": "/curfew/settings", "Type": "String", "Value": "{\\"version\\":1}"}}'),
    "acl": (200, f"<AccessControlPolicy>{OWNER}<AccessControlList></AccessControlList></AccessControlPolicy>"),
    "policy": (404, "<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>"),
    "DescribeSecurityGroups": (
        200,
        "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-0a1b2c3d4e5f60718</groupId>"
        "<groupName>g</groupName><groupDescription>g</groupDescription><vpcId>vpc-1</vpcId></item>"
        "</securityGroupInfo></DescribeSecurityGroupsResponse>",
    ),
    "DescribeSecurityGroupRules": (
        200,
        "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet></securityGroupRuleSet>"
        "</DescribeSecurityGroupRulesResponse>",
    ),
}


class Aws(Handler):
    def do_GET(self):
        body = self.body().decode()
        asked = self.path.partition("?")[2].split("&")[0].split("=")[0]
        if target := self.headers.get("X-Amz-Target"):
            asked = target.rsplit(".", 1)[-1]
        elif body.startswith("Action="):
            asked = body.split("&")[0].removeprefix("Action=")
        status, answer = ANSWERS[asked]
        self.answer(status, {"Content-Type": "text/xml"}, answer.encode())

    do_POST = do_GET


def start(binary, endpoint):
    """Starts a process, hands it one event and then WARM more; cold and warm seconds, peak memory in MiB."""
    runtime = PlainRuntime()
    row = ROWS.get(binary.parent.name)
    kind = row.resource if row else triggers.BUCKET
    # What no event is for is asked whether it is at work.
    event = triggers.compliance_change(kind, {triggers.GROUP: "sg-0a1b2c3d4e5f60718"}.get(kind, "acme"), "rule") if kind else {"probe": True}
    variables = {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_RUNTIME_API": runtime.address("f"),
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "CURFEW_SETTINGS_PARAMETER": "/curfew/settings",
        "TOPIC_ARN": f"arn:aws:sns:{REGION}:123456789012:alerts",
    }
    begin = time.perf_counter()
    process = spawn([binary], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=variables)
    try:
        failed, answer = runtime.invoke("f", event)
        cold = time.perf_counter() - begin
        if failed:
            sys.exit(f"{binary.parent.name}: {answer}")
        warm = []
        for _ in range(WARM):
            begin = time.perf_counter()
            runtime.invoke("f", event)
            warm.append(time.perf_counter() - begin)
        status = Path(f"/proc/{process.pid}/status")
        peak = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")] if status.exists() else []
        return cold, statistics.median(warm), int(peak[0].split()[1]) / 1024 if peak else 0
    finally:
        stop(process)
        runtime.close()


def zipped(binary):
    archive = Path(os.environ.get("TMPDIR", "/tmp")) / f"curfew-bench-{os.getpid()}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.write(binary, "bootstrap")
    size = archive.stat().st_size
    archive.unlink()
    return size


def main():
    stop_on_signals()
    endpoint = Server(Aws).url

    built, empty = (Path(argument) for argument in sys.argv[1:3])
    binaries = [empty / "empty" / "bootstrap", *(built / name / "bootstrap" for name in FUNCTIONS)]
    runs = {binary: [] for binary in binaries}
    for turn in range(RUNS + 1):
        for binary in binaries:
            sample = start(binary, endpoint)
            if turn:  # the first turn warms the page cache
                runs[binary].append(sample)

    print(f"{'function':<18}{'MiB':>7}{'zipped':>8}{'cold ms':>9}{'warm ms':>9}{'RSS MiB':>9}   cold, warm, size to an empty one")
    base = None
    for binary, samples in runs.items():
        cold = statistics.median(s[0] for s in samples) * 1e3
        warm = statistics.median(s[1] for s in samples) * 1e3
        row = (cold, warm, binary.stat().st_size / 2**20)
        base = base or row
        ratios = ", ".join(f"{value / of:.2f}x" for value, of in zip(row, base))
        print(
            f"{binary.parent.name:<18}{row[2]:>7.1f}{zipped(binary) / 2**20:>8.1f}{cold:>9.1f}{warm:>9.2f}"
            f"{max(s[2] for s in samples):>9.1f}   {ratios}"
        )
    print("cold: from starting the process to its first answer, settings read on the way; warm: an event to its answer, a compliant resource")


if __name__ == "__main__":
    main()
