"""The templates and what they are deployed with: rows of infra/functions.toml, and what is said to `make deploy`.

What is not said keeps its value from the last deployment, or else is the template's default.
"""

import functools
import os
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from cfnlint.decode import cfn_yaml

from trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"

# What can be said, and the parameter that it becomes in each template that declares it.
OPTIONS = {
    "email": "Email", "key": "KeyChoice", "log-days": "LogRetentionDays", "alert-topic": "AlertTopicArn",
    "alert-key": "AlertKeyArn", "config-rules": "CreateConfigRules", "recorder": "CreateRecorder",
    "tcp-ports": "AuthorizedTcpPorts", "maximum-concurrency": "MaximumConcurrency",
    "oldest-message-seconds": "OldestMessageSeconds", "role-path": "RolePath", "boundary": "PermissionsBoundary",
}


@dataclass(frozen=True)
class Function:
    """A row of the table."""

    binary: str
    control: str
    changes: bool
    memory: int
    timeout: int
    # Empty where nothing triggers it: it has no queue then.
    resource: str = ""

    def name(self, place):
        return f"{place.prefix}-{self.binary}"

    @property
    def parameters(self):
        """What its row is in function.yaml. A message stays hidden for six times the time-out, as Lambda asks for."""
        return {
            "FunctionName": self.binary, "Control": self.control, "ResourceType": self.resource,
            "Changes": "yes" if self.changes else "no", "MemoryMegabytes": str(self.memory),
            "TimeoutSeconds": str(self.timeout), "VisibilitySeconds": str(6 * self.timeout),
        }


FUNCTIONS = [Function(name, **row) for name, row in tomllib.loads((INFRA / "functions.toml").read_text()).items()]


def function(text, variable="FUNCTION"):
    """The function that somebody names in a variable."""
    known = {one.binary: one for one in FUNCTIONS}
    if text.removeprefix("curfew-") not in known:
        raise Trouble(f"{variable} has `{text}`, which is none of Curfew's.", f"It is one of {', '.join(known)}.")
    return known[text.removeprefix("curfew-")]


@functools.cache
def load(name):
    return cfn_yaml.load(str(INFRA / f"{name}.yaml"))


def declared(name):
    """The parameters that a template declares, by name."""
    return load(name)["Parameters"]


def given(name, options):
    """The values that were said for this template, each checked against it before AWS sees it."""
    values = {}
    for option, parameter in OPTIONS.items():
        value = getattr(options, option.replace("-", "_")).strip()
        if value and parameter in declared(name):
            values[parameter] = check(option.upper().replace("-", "_"), value, declared(name)[parameter])
    # Another topic has another key, or none.
    if "AlertTopicArn" in values and "AlertKeyArn" in declared(name):
        values.setdefault("AlertKeyArn", "")
    return values


def check(variable, value, parameter):
    """The value as CloudFormation takes it. What may be empty can be taken back with `none`."""
    low, high = (int(parameter.get(bound, default)) for bound, default in (("MinValue", 0), ("MaxValue", 10**9)))
    allowed = [str(one) for one in parameter.get("AllowedValues", [])]
    form = parameter.get("ConstraintDescription", f"must be one of {', '.join(allowed)}" if allowed else f"must be a number from {low} to {high}")
    if parameter.get("Default") == "":
        form = form.replace("or empty", "or none")
        value = "" if value == "none" else value
    fits = not allowed or value in allowed
    fits &= bool(re.fullmatch(parameter.get("AllowedPattern", ".*"), value)) and len(value) <= int(parameter.get("MaxLength", 4096))
    if parameter["Type"] == "Number":
        fits &= bool(re.fullmatch(r"\d{1,9}", value)) and low <= int(value) <= high
    if not fits:
        raise Trouble(f"{variable} is `{value}`, which it cannot be.", f"It {form}. Nothing was changed.")
    return value


def resolve(value, names, conditions):
    """A part of a template with its references and conditions carried out."""
    if isinstance(value, list):
        return [resolve(one, names, conditions) for one in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return names.get(value["Ref"], "")
    if "Fn::Sub" in value:
        return re.sub(r"\$\{([\w:]+)\}", lambda found: names[found[1]], value["Fn::Sub"])
    if "Fn::If" in value:
        condition, yes, no = value["Fn::If"]
        return resolve(yes if holds(conditions[condition], names) else no, names, conditions)
    return {key: resolve(one, names, conditions) for key, one in value.items()}


def holds(condition, names):
    if "Fn::Not" in condition:
        return not holds(condition["Fn::Not"][0], names)
    left, right = (resolve(one, names, {}) for one in condition["Fn::Equals"])
    return str(left) == str(right)


def properties(place, values):
    """What function.yaml says of the function itself, with these values of its parameters."""
    template = load("function")
    pseudo = {"AWS::Region": place.region, "AWS::AccountId": place.account, "AWS::Partition": place.partition}
    defaults = {name: one.get("Default", "") for name, one in template["Parameters"].items()}
    found = resolve(template["Resources"]["Function"]["Properties"], {**defaults, **values, **pseudo}, template["Conditions"])
    # Where an emulator stands in for AWS, the functions have to find it too.
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        found["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = endpoint
    return found


if __name__ == "__main__":
    # For StackSets: a function's row as parameters.
    print(*(f"{name}={value}" for name, value in function(sys.argv[1]).parameters.items()))
