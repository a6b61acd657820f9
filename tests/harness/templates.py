"""The CloudFormation templates as Python data: short tags (`!Ref`, `!Sub`) become their long forms."""

import functools
import json
import re

import yaml

from .functions import FUNCTIONS, ROWS
from .stack import ACCOUNT, REGION, ROOT

INFRA = ROOT / "infra"
# How the names of the roles begin that Curfew's functions have.
OWN_ROLES = ",".join(f"curfew-{function}-" for function in FUNCTIONS)
TEMPLATES = ("kept", "shared", "function", "config")
# In the order in which they are deployed, each with its template.
STACKS = {"kept": "kept", "shared": "shared", **dict.fromkeys(FUNCTIONS, "function"), "config": "config"}
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}


class _Loader(yaml.CSafeLoader):
    """YAML without dates: a policy's version is a string."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _short_form(loader, tag, node):
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if tag == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


def text(name):
    return (INFRA / f"{name}.yaml").read_text()


@functools.cache
def load(name):
    """A template by the name of its file, to be read and not written to."""
    return yaml.load(text(name), _Loader)  # noqa: S506: a safe loader with CloudFormation's tags


def logical(function):
    """What a function's logical ids begin with: `sg-quarantine` -> `SgQuarantine`."""
    return "".join(part.capitalize() for part in function.split("-"))


def values_of(function):
    """What the stack of a function is deployed with: its row, and the defaults."""
    row = ROWS[function]
    return {
        "FunctionName": row.name, "Control": row.control, "ResourceType": row.resource, "Source": row.source, "Calls": row.calls,
        "FindingTypes": row.findings, "Schedule": row.schedule,
        "Changes": "yes" if row.changes else "no", "MemoryMegabytes": str(row.memory),
        "TimeoutSeconds": str(row.timeout), "VisibilitySeconds": str(6 * row.timeout),
        "OwnRoles": OWN_ROLES,
    }


def names(template, function=None):
    """What a reference in a template stands for: pseudo parameters, defaults, and the values of a function's row."""
    defaults = {name: str(one["Default"]) for name, one in load(template)["Parameters"].items() if "Default" in one}
    return {**PSEUDO, **defaults, **(values_of(function) if function else {})}


def resolve(value, known=PSEUDO):
    """A value with references and `Fn::Sub` of what is known carried out; other functions stay as they are."""
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            return re.sub(r"\$\{([^}]+)\}", lambda m: known.get(m[1], m[0]), value["Fn::Sub"])
        if set(value) == {"Ref"} and value["Ref"] in known:
            return known[value["Ref"]]
        return {key: resolve(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [resolve(one, known) for one in value]
    return value


def resources(template, function=None):
    """A template's resources with what is known carried out; of a function those that its row makes."""
    row = ROWS[function] if function else None
    gone = {"ChangesSomething"} if row and not (row.changes and row.schedule) else set()
    gone |= {"IsTriggered"} if row and not row.schedule else set()
    gone |= {"HearsEvents"} if row and not row.resource else set()
    found = load(template)["Resources"].items()
    return {name: resolve(one, names(template, function)) for name, one in found if one.get("Condition") not in gone}


def carried_out(value, function):
    """A part of function.yaml as CloudFormation makes it of a function's row, lists included."""
    known = names("function", function)
    if isinstance(value, list):
        return [carried_out(one, function) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: carried_out(one, function) for key, one in resolve(value, known).items()}
    if "Fn::Split" in found:
        return found["Fn::Split"][1].split(found["Fn::Split"][0])
    if "Fn::Join" in found:
        return found["Fn::Join"][0].join(found["Fn::Join"][1])
    return found


def patterns(function):
    """The event patterns of a function's rules that are no schedule, by the end of the rule's name."""
    rules = (one["Properties"] for one in resources("function", function).values() if one["Type"] == "AWS::Events::Rule")
    found = {rule["Name"].removeprefix(f"curfew-{function}-"): rule.get("EventPattern") for rule in rules}
    return {kind: carried_out(pattern, function) for kind, pattern in found.items() if pattern}


def dashboard():
    return json.loads(resources("shared")["Dashboard"]["Properties"]["DashboardBody"])


def queries():
    """Saved queries and those of the dashboard, by name and title."""
    saved = [one["Properties"] for one in resources("shared").values() if one["Type"] == "AWS::Logs::QueryDefinition"]
    shown = [widget["properties"] for widget in dashboard()["widgets"] if widget["type"] == "log"]
    return {one["Name"]: one["QueryString"] for one in saved} | {one["title"]: one["query"] for one in shown}


def alarms_of(function):
    """A function's alarms, by logical id."""
    found = resources("function", function).items()
    return {name: one["Properties"] for name, one in found if one["Type"] == "AWS::CloudWatch::Alarm"}


def alarms(namespace):
    """(name of the alarm, metric, dimensions with their values) of each metric of a namespace that an alarm watches."""
    for alarm in (alarm for function in FUNCTIONS for alarm in alarms_of(function).values()):
        for metric in (one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one):
            if metric["Namespace"] == namespace:
                yield alarm["AlarmName"], metric["MetricName"], tuple(sorted((one["Name"], one["Value"]) for one in metric["Dimensions"]))


def shown(namespace):
    """(metric, dimensions with their values) of each metric of a namespace that the dashboard shows."""
    for widget in dashboard()["widgets"]:
        for metric in widget["properties"].get("metrics", []):
            if metric[0] == namespace:
                plain = [part for part in metric[2:] if isinstance(part, str)]
                yield metric[1], tuple(sorted(zip(plain[::2], plain[1::2], strict=True)))


def searched(namespace):
    """(metric, names of its dimensions) of each metric of a namespace that the dashboard searches for."""
    for widget in dashboard()["widgets"]:
        for metric in widget["properties"].get("metrics", []):
            if isinstance(metric[0], dict):
                pattern = rf"\{{{namespace},([^}}]*)\}} MetricName=\"(\w+)\""
                for dimensions, name in re.findall(pattern, metric[0]["expression"]):
                    yield name, tuple(sorted(dimensions.split(",")))


def ledger():
    """What makes the table of records, as far as an emulator takes it."""
    properties = load("kept")["Resources"]["Ledger"]["Properties"]
    return {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")}
