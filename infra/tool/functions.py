"""The Lambda functions: deployed by cargo-lambda, with what their Cargo.toml says and what the foundation gives."""

import hashlib
import os
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from aws import trouble
from trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
CARGO_LAMBDA = Path(sys.executable).parent / "cargo-lambda"
# Which binary a function runs: what has been deployed is told from what has been built.
BINARY_TAG = "curfew:binary"
ATTEMPTS = 6


@dataclass(frozen=True)
class Function:
    """A directory of functions/, and the type of resource that it looks at."""

    binary: str
    resource: str

    @property
    def name(self):
        return f"curfew-{self.binary}"

    @property
    def logical(self):
        """How its resources' names begin in the templates."""
        return "".join(word.capitalize() for word in self.binary.split("-"))

    @property
    def metadata(self):
        """What cargo-lambda deploys it with."""
        manifest = tomllib.loads((ROOT / "functions" / self.binary / "Cargo.toml").read_text())
        return manifest["package"]["metadata"]["lambda"]["deploy"]

    def bootstrap(self, lambda_dir):
        return lambda_dir / self.binary / "bootstrap"

    def environment(self, outputs):
        return {
            **self.metadata.get("env", {}),
            "TOPIC_ARN": outputs["AlertTopicArn"],
            "CURFEW_SETTINGS_PARAMETER": outputs["SettingsParameter"],
        }


def all_functions():
    table = tomllib.loads((ROOT / "infra" / "functions.toml").read_text())
    return [Function(name, row["resource"]) for name, row in table.items()]


def named(text, variable="FUNCTION"):
    """The function that somebody names in a variable, by its binary or as Lambda knows it."""
    known = {function.binary: function for function in all_functions()}
    function = known.get(text.removeprefix("curfew-"))
    if not function:
        raise Trouble(f"{variable} has `{text}`, which is none of Curfew's.", f"It is one of {', '.join(known)}.")
    return function


def concurrency(text):
    """Reserved concurrency as said in CONCURRENCY: `sg-quarantine=1 s3-acl-private=none`."""
    wanted = {}
    for part in text.replace(",", " ").split():
        name, _, number = part.partition("=")
        if not re.fullmatch(r"none|[1-9]\d{0,3}", number):
            raise Trouble(f"CONCURRENCY has `{part}`.", "Write it as in CONCURRENCY=sg-quarantine=1; `none` takes it away.")
        wanted[named(name, "CONCURRENCY")] = None if number == "none" else int(number)
    return wanted


def check_built(lambda_dir):
    for function in all_functions():
        if not function.bootstrap(lambda_dir).is_file():
            raise Trouble(f"There is no {function.bootstrap(lambda_dir)}.", "Run `make build` first.")


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def deploy(place, function, outputs, lambda_dir):
    """Brings a function to what was built. Says `created`, `updated` or `unchanged`."""
    role = outputs[f"{function.logical}RoleArn"]
    environment = function.environment(outputs)
    binary = digest(function.bootstrap(lambda_dir))
    client = place.client("lambda")
    before = describe(client, place, function)
    if before and is_as_wanted(before, function, role, environment, binary):
        return "unchanged"
    run_cargo_lambda(place, function, role, environment, lambda_dir)
    with trouble(f"tagging {function.name}", place.region):
        arn = describe(client, place, function)["Configuration"]["FunctionArn"]
        # Last: a function that was deployed half way is deployed again.
        client.tag_resource(Resource=arn, Tags={"project": "curfew", BINARY_TAG: binary})
    return "updated" if before else "created"


def describe(client, place, function):
    with trouble(f"looking for {function.name}", place.region):
        try:
            return client.get_function(FunctionName=function.name)
        except client.exceptions.ResourceNotFoundException:
            return None


def is_as_wanted(found, function, role, environment, binary):
    configuration, metadata = found["Configuration"], function.metadata
    return (
        found.get("Tags", {}).get(BINARY_TAG) == binary
        and configuration["Role"] == role
        and configuration.get("Environment", {}).get("Variables") == environment
        and configuration["MemorySize"] == metadata["memory"]
        and configuration["Timeout"] == metadata["timeout"]
        and configuration.get("TracingConfig", {}).get("Mode", "").lower() == metadata["tracing"]
    )


def run_cargo_lambda(place, function, role, environment, lambda_dir):
    command = [
        CARGO_LAMBDA, "lambda", "deploy", function.name, "--binary-name", function.binary,
        "--lambda-dir", lambda_dir.resolve(), "--region", place.region, "--role", role,
    ]
    for name, value in environment.items():
        command += ["--env-var", f"{name}={value}"]
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        command += ["--endpoint-url", endpoint]
    for attempt in range(1, ATTEMPTS + 1):
        run = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
        if run.returncode == 0:
            return
        # Lambda learns of a new role some seconds after IAM does.
        is_early = re.search(r"cannot be assumed by lambda|ResourceConflictException", run.stderr, re.I)
        if not is_early or attempt == ATTEMPTS:
            raise Trouble(
                f"cargo lambda could not deploy {function.name} to {place.region}:\n{run.stderr.strip() or run.stdout.strip()}",
                "Correct that and run the same command again; it goes on from here.",
            )
        time.sleep(5)


def reserve(place, function, number):
    """Sets a function's reserved concurrency, or takes it away."""
    client = place.client("lambda")
    with trouble(f"setting the concurrency of {function.name}", place.region):
        if number is None:
            client.delete_function_concurrency(FunctionName=function.name)
        else:
            client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=number)


def remove(place, function):
    """Removes a function. Says whether there was one."""
    client = place.client("lambda")
    with trouble(f"removing {function.name}", place.region):
        try:
            client.delete_function(FunctionName=function.name)
        except client.exceptions.ResourceNotFoundException:
            return False
    return True
