"""The templates and what they are deployed with: rows of infra/functions.toml, and what is said to `make deploy`.

What is not said keeps its value from the last deployment, or else is the template's default.
"""

import functools
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import yaml

from aws import UNCHANGED, Trouble

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
# What can be said, and the parameter that it becomes in each template that declares it.
OPTIONS = {
    "EMAIL": "Email", "KEY": "KeyChoice", "LOG_DAYS": "LogRetentionDays", "ALERT_TOPIC": "AlertTopicArn", "MODE": "Mode",
    "ALERT_KEY": "AlertKeyArn", "CONFIG_RULES": "CreateConfigRules", "RECORDER": "CreateRecorder", "CURFEW_RULES": "CurfewRules",
    "TCP_PORTS": "AuthorizedTcpPorts", "MAXIMUM_CONCURRENCY": "MaximumConcurrency", "PREFIX": "NamePrefix", "REEVALUATE": "Reevaluate",
    "OLDEST_MESSAGE_SECONDS": "OldestMessageSeconds", "ROLE_PATH": "RolePath", "BOUNDARY": "PermissionsBoundary",
}


class Row(NamedTuple):
    """A function, as the table has it. Without a resource no event is for it, without a schedule it has no queue."""

    binary: str
    control: str
    changes: bool
    memory: int
    timeout: int
    resource: str = ""
    source: str = ""
    calls: str = ""
    findings: str = "none"
    schedule: str = ""

    def parameters(self, prefix):
        """What it is in function.yaml. A message stays hidden for six times the time-out, as Lambda asks for."""
        return {
            "FunctionName": self.binary, "Control": self.control, "ResourceType": self.resource, "Source": self.source,
            "Calls": self.calls, "FindingTypes": self.findings, "Schedule": self.schedule, "Changes": "yes" if self.changes else "no",
            "MemoryMegabytes": str(self.memory), "TimeoutSeconds": str(self.timeout), "VisibilitySeconds": str(6 * self.timeout),
            "OwnRoles": ",".join(f"{prefix}-{name}-" for name in ROWS),
        }


ROWS = {name: Row(name, **row) for name, row in tomllib.loads((INFRA / "functions.toml").read_text()).items()}


class Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's short forms, as in `!Ref`."""


def long_form(loader, tag, node):
    kind = type(node).__name__.removesuffix("Node").lower()
    value = getattr(loader, f"construct_{kind}")(node, **({} if kind == "scalar" else {"deep": True}))
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


Loader.add_multi_constructor("!", long_form)


@functools.cache
def load(name):
    return yaml.load((INFRA / f"{name}.yaml").read_text(), Loader)


def declared(name):
    """The parameters that a template declares, by name."""
    return load(name)["Parameters"]


def given(name, options):
    """The values that were said for this template."""
    said = {parameter: getattr(options, variable) for variable, parameter in OPTIONS.items()}
    # Another topic has another key, or none.
    if said["AlertTopicArn"] is not None and said["AlertKeyArn"] is None:
        said["AlertKeyArn"] = ""
    return {parameter: value for parameter, value in said.items() if value is not None and parameter in declared(name)}


def fit(variable, value):
    """The value as CloudFormation takes it, which would say so only after the build. `none` is none, where there may be none."""
    name = OPTIONS[variable]
    one = next(declared(template)[name] for template in ("kept", "shared", "function", "config") if name in declared(template))
    if value == "none" and one.get("Default") == "":
        return ""
    allowed = list(map(str, one.get("AllowedValues", range(one.get("MinValue", 1), one.get("MaxValue", 0) + 1))))
    if not re.fullmatch(one.get("AllowedPattern", ".*"), value) or (allowed and value not in allowed):
        form = f"must be one of {', '.join(allowed)}" if len(allowed) < 20 else f"must be a number up to {allowed[-1]}"
        form = one.get("ConstraintDescription", form).replace("or empty", "or none")
        raise Trouble(f"{variable} cannot be `{value}`.", f"It {form}. {UNCHANGED}")
    return value


def carried_out(value, names, conditions):
    """A part of a template with what it refers to and decides."""
    if isinstance(value, list):
        return [carried_out(one, names, conditions) for one in value]
    if not isinstance(value, dict):
        return value
    match {key: carried_out(one, names, conditions) for key, one in value.items()}:
        case {"Ref": name}:
            return names.get(name, "")
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{([\w:]+)\}", lambda found: names[found[1]], text)
        case {"Fn::Equals": [one, other]}:
            return str(one) == str(other)
        case {"Fn::Not": [one]}:
            return not one
        case {"Fn::If": [condition, *choices]}:
            return choices[not carried_out(conditions[condition], names, conditions)]
        case found:
            return found


def properties(place, values):
    """What function.yaml says of the function itself with these values, as Lambda's API takes it."""
    pseudo = {"AWS::Region": place.region, "AWS::AccountId": place.account, "AWS::Partition": place.partition}
    defaults = {name: one.get("Default", "") for name, one in declared("function").items()}
    template = load("function")
    found = carried_out(template["Resources"]["Function"]["Properties"], {**defaults, **values, **pseudo}, template["Conditions"])
    del found["Code"], found["ReservedConcurrentExecutions"]
    # Where an emulator stands in for AWS, the functions have to find it too.
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        found["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = endpoint
    return {**found, "MemorySize": int(found["MemorySize"]), "Timeout": int(found["Timeout"]), "Tags": {"project": "curfew"}}


if __name__ == "__main__":
    # For StackSets: a function's row as parameters, their commas as the AWS CLI wants them.
    function, prefix = (*sys.argv[1:], "curfew")[:2]
    print(*(f"{name}={value}".replace(",", r"\,") for name, value in ROWS[function].parameters(prefix).items()))
