"""The Lambda functions: brought by cargo-lambda, asked whether they work, and only then handed events.

What handles events is the alias `live`. A version's description says of which Curfew it is and which binary it runs.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from aws import AGAIN, trouble
from templates import FUNCTIONS, ROOT, function, properties
from trouble import Trouble

CARGO_LAMBDA = Path(sys.executable).parent / "cargo-lambda"
LIVE = "live"
ATTEMPTS, PAUSE_SECONDS = 6, 5


def concurrency(text):
    """Reserved concurrency as said in CONCURRENCY: `sg-quarantine=1 s3-acl-private=none`."""
    wanted = {}
    for part in text.replace(",", " ").split():
        name, _, number = part.partition("=")
        if not re.fullmatch(r"none|[1-9]\d{0,3}", number):
            raise Trouble(f"CONCURRENCY has `{part}`.", "Write it as in CONCURRENCY=sg-quarantine=1; `none` takes it away.")
        wanted[function(name, "CONCURRENCY")] = None if number == "none" else int(number)
    return wanted


def bootstrap(lambda_dir, one):
    path = Path(lambda_dir) / one.binary / "bootstrap"
    if not path.is_file():
        raise Trouble(f"There is no {path}.", "Run `make build` first.")
    return path


def describe(place, one, qualifier=LIVE):
    """The configuration of the version that handles events, or of another; `None` where there is none."""
    client = place.client("lambda")
    with trouble(f"looking for {one.name(place)}", place.region):
        try:
            return client.get_function_configuration(FunctionName=one.name(place), Qualifier=qualifier)
        except client.exceptions.ResourceNotFoundException:
            return None


def deploy(place, one, values, lambda_dir):
    """Brings a function to what was built. Says `created`, `updated` or `unchanged`."""
    path, wanted, before = bootstrap(lambda_dir, one).resolve(), properties(place, values), describe(place, one)
    binary = hashlib.sha256(path.read_bytes()).hexdigest()
    if before and binary in before["Description"] and is_as_wanted(before, wanted):
        return "unchanged"
    description = f"{release()} {binary}"
    version = run_cargo_lambda(place, one, wanted, description, path)
    client = place.client("lambda")
    # Of what cargo-lambda does not set, a version has what the function had before it.
    latest = describe(place, one, "$LATEST")
    if latest.get("LoggingConfig", {}).get("LogGroup") != wanted["LoggingConfig"]["LogGroup"]:
        with trouble(f"setting the log group of {one.name(place)}", place.region):
            client.update_function_configuration(FunctionName=one.name(place), LoggingConfig=wanted["LoggingConfig"])
            client.get_waiter("function_updated_v2").wait(FunctionName=one.name(place), WaiterConfig={"Delay": 1, "MaxAttempts": 120})
            version = client.publish_version(FunctionName=one.name(place), Description=description)["Version"]
    probe(place, one, version, ATTEMPTS if before is None else 2)
    point(place, one, version, before)
    return "updated" if before else "created"


def is_as_wanted(found, wanted):
    return (
        all(str(found[name]) == str(wanted[name]) for name in ("Role", "Timeout", "MemorySize"))
        and found.get("Environment", {}).get("Variables") == wanted["Environment"]["Variables"]
        and found.get("TracingConfig", {}).get("Mode") == wanted["TracingConfig"]["Mode"]
        and found.get("LoggingConfig", {}).get("LogGroup") == wanted["LoggingConfig"]["LogGroup"]
    )


def release():
    """Which Curfew this is: the version and the commit that it is built from."""
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    git = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude", "*"], cwd=ROOT, capture_output=True, text=True)
    return f"{version} {git.stdout.strip() or 'unknown'}"


def run_cargo_lambda(place, one, wanted, description, path):
    """Creates or changes the function, and publishes a version, which no alias points at. Returns its number."""
    command = [
        CARGO_LAMBDA, "lambda", "deploy", one.name(place), "--binary-path", path, "--region", place.region, "--output-format", "json",
        "--role", wanted["Role"], "--memory", wanted["MemorySize"], "--timeout", wanted["Timeout"], "--runtime", wanted["Runtime"],
        "--tracing", wanted["TracingConfig"]["Mode"].lower(), "--description", description, "--tag", "project=curfew",
    ]
    for name, value in wanted["Environment"]["Variables"].items():
        command += ["--env-var", f"{name}={value}"]
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        command += ["--endpoint-url", endpoint]
    for attempt in range(1, ATTEMPTS + 1):
        run = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
        if run.returncode == 0:
            return json.loads(run.stdout[run.stdout.index("{"):])["version"]
        # Lambda learns of a new role some seconds after IAM does.
        if attempt == ATTEMPTS or not re.search(r"cannot be assumed by lambda|ResourceConflictException", run.stderr, re.I):
            raise Trouble(f"cargo lambda could not deploy {one.name(place)} to {place.region}:\n{run.stderr.strip() or run.stdout.strip()}", AGAIN)
        time.sleep(PAUSE_SECONDS)


def ask(place, one, version, question):
    """What a version answers, and whether it is no error."""
    with trouble(f"asking version {version} of {one.name(place)}", place.region):
        asked = place.client("lambda").invoke(FunctionName=one.name(place), Qualifier=version, Payload=json.dumps(question))
    return asked["Payload"].read().decode(errors="replace")[:500], not asked.get("FunctionError")


def probe(place, one, version, attempts=1):
    """Asks a version whether it starts and is the function that it should be, before it is handed anything."""
    with trouble(f"waiting for version {version} of {one.name(place)}", place.region):
        waiter = place.client("lambda").get_waiter("published_version_active")
        waiter.wait(FunctionName=one.name(place), Qualifier=version, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    for attempt in range(1, attempts + 1):
        answer, is_right = ask(place, one, version, {"probe": True})
        if is_right and f'"control":"{one.control}"' in answer.replace(" ", ""):
            return
        # A new role's permissions hold some seconds after they were given.
        if attempt < attempts:
            time.sleep(PAUSE_SECONDS)
    raise Trouble(f"Version {version} of {one.name(place)} in {place.region} does not work: {answer}", f"It is handed nothing; what was at work before still is. {AGAIN}")


def point(place, one, version, before):
    """Hands events to a version from now on. The alias keeps in its description which one was before."""
    client, name = place.client("lambda"), one.name(place)
    alias = {"FunctionName": name, "Name": LIVE, "FunctionVersion": version, "Description": f"before: {before['Version']}" if before else ""}
    with trouble(f"handing events to version {version} of {name}", place.region):
        client.update_alias(**alias) if before else client.create_alias(**alias)


def rollback(place, one):
    """Hands events to the version that was live before this one, once it answers."""
    now, client = describe(place, one), place.client("lambda")
    if not now:
        raise Trouble(f"{one.name(place)} is not in {place.region}.", f"Run `make deploy REGION={place.region}` first.")
    with trouble(f"looking at the alias of {one.name(place)}", place.region):
        version = client.get_alias(FunctionName=one.name(place), Name=LIVE)["Description"].removeprefix("before: ")
    if not version:
        return "nothing before it"
    probe(place, one, version)
    point(place, one, version, now)
    return f"back at version {version}"


def reserve(place, one, number):
    """Sets a function's reserved concurrency, or takes it away."""
    client, name = place.client("lambda"), one.name(place)
    with trouble(f"setting the concurrency of {name}", place.region):
        if number is None:
            client.delete_function_concurrency(FunctionName=name)
        else:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=number)


def switch(place, wanted):
    """Turns the mappings of all queues on or off, at once and whatever the stacks say. Returns how many there are."""
    client, mappings = place.client("lambda"), [found for one in FUNCTIONS for found in mappings_of(place, one)]
    with trouble("stopping or starting the mappings", place.region):
        for mapping in mappings:
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=wanted)
    return len(mappings)


def mappings_of(place, one):
    queue = f"arn:{place.partition}:sqs:{place.region}:{place.account}:{one.name(place)}"
    with trouble(f"looking for the mapping of {one.name(place)}", place.region):
        return place.client("lambda").list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]


def is_stopped(place, one):
    return any(found["State"] in ("Disabled", "Disabling") for found in mappings_of(place, one))


def remove(place, one):
    """Removes a function with its versions. Says whether there was one."""
    client = place.client("lambda")
    with trouble(f"removing {one.name(place)}", place.region):
        try:
            client.delete_function(FunctionName=one.name(place))
        except client.exceptions.ResourceNotFoundException:
            return False
    return True
