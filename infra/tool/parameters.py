"""What can be said to `make deploy`, and which template's parameter it becomes.

What is not said keeps its value from the last deployment, or else is the template's default.
"""

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from cfnlint.decode import cfn_yaml

from trouble import Trouble

INFRA = Path(__file__).resolve().parents[1]
STACKS = ("foundation", "triggers", "watch")


@dataclass(frozen=True)
class Option:
    flag: str
    stack: str
    parameter: str

    @property
    def variable(self):
        """What the option is called in a call of make."""
        return self.flag.upper().replace("-", "_")


OPTIONS = (
    Option("email", "foundation", "Email"),
    Option("key", "foundation", "KeyChoice"),
    Option("log-days", "foundation", "LogRetentionDays"),
    Option("alert-topic", "foundation", "AlertTopicArn"),
    Option("alert-key", "foundation", "AlertKeyArn"),
    Option("config-rules", "triggers", "CreateConfigRules"),
    Option("recorder", "triggers", "CreateRecorder"),
    Option("tcp-ports", "triggers", "AuthorizedTcpPorts"),
    Option("maximum-concurrency", "triggers", "MaximumConcurrency"),
    Option("oldest-message-seconds", "watch", "OldestMessageSeconds"),
)


# CloudFormation takes no longer text in a call.
LONGEST = 51_200


def template(stack, longest=LONGEST):
    """A template's text; where that is too long, the same as JSON without comments and spaces."""
    path = INFRA / f"{stack}.yaml"
    text = path.read_text()
    if len(text.encode()) > longest:
        text = json.dumps(cfn_yaml.load(str(path)), separators=(",", ":"))
    return text


@functools.cache
def declared(stack):
    """The parameters that a template declares, by name."""
    return cfn_yaml.load(str(INFRA / f"{stack}.yaml")).get("Parameters", {})


def given(stack, options):
    """The values that were said for this stack, each checked against the template before AWS sees it."""
    values = {}
    for option in OPTIONS:
        value = getattr(options, option.flag.replace("-", "_")).strip()
        if option.stack != stack or not value:
            continue
        parameter = declared(stack)[option.parameter]
        # What may be empty can be taken back.
        if value == "none" and parameter.get("Default") == "":
            value = ""
        check(option.variable, value, parameter)
        values[option.parameter] = value
    # Another topic has another key, or none.
    if "AlertTopicArn" in values:
        values.setdefault("AlertKeyArn", "")
    return values


def check(variable, value, parameter):
    refused = Trouble(
        f"{variable} is `{value}`, which it cannot be.",
        f"It {parameter.get('ConstraintDescription', 'has another form')}. Nothing was changed.",
    )
    allowed = [str(one) for one in parameter.get("AllowedValues", [])]
    if allowed and value not in allowed:
        raise refused
    if not re.fullmatch(parameter.get("AllowedPattern", ".*"), value) or len(value) > int(parameter.get("MaxLength", 4096)):
        raise refused
    if parameter["Type"] == "Number":
        if not re.fullmatch(r"\d{1,9}", value):
            raise refused
        if not int(parameter.get("MinValue", 0)) <= int(value) <= int(parameter.get("MaxValue", 10**9)):
            raise refused
