"""The CloudFormation templates as Python data: short tags (`!Ref`, `!Sub`) become their long forms."""

import functools
import re
from pathlib import Path

import yaml

from .stack import ACCOUNT, REGION, ROOT

INFRA = ROOT / "infra"
TEMPLATES = ("foundation", "functions", "triggers", "watch")
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


def functions(root=ROOT):
    """The functions: the directories of functions/, in order."""
    return sorted(path.parent.name for path in Path(root).glob("functions/*/Cargo.toml"))


def logical(function):
    """What a function's logical ids begin with: `sg-quarantine` -> `SgQuarantine`."""
    return "".join(part.capitalize() for part in function.split("-"))


def resolve(value):
    """A value with its `Fn::Sub` of pseudo parameters carried out; other functions stay as they are."""
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            return re.sub(r"\$\{([^}]+)\}", lambda m: PSEUDO.get(m[1], m[0]), value["Fn::Sub"])
        if set(value) == {"Ref"} and value["Ref"] in PSEUDO:
            return PSEUDO[value["Ref"]]
        return {key: resolve(one) for key, one in value.items()}
    if isinstance(value, list):
        return [resolve(one) for one in value]
    return value
