"""What the credentials of a deployment need: infra/deployer-policy.json against what the tool calls and the templates hold."""

import fnmatch
import json
import re

import pytest

from harness import templates
from harness.stack import ACCOUNT, REGION

POLICY = json.loads((templates.INFRA / "deployer-policy.json").read_text())["Statement"]
# What CloudFormation calls a service, where IAM calls it otherwise.
SERVICES = {"Logs": "logs", "Events": "events", "CloudWatch": "cloudwatch"}
# Nothing narrower than everything: ids that AWS chooses, or actions that know no resource.
WIDE = {"Mappings", "NewKey", "Queries", "LookAround", "Config", "Subscriptions"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def allows(action, resource):
    return any(
        action in as_list(one["Action"]) and any(fnmatch.fnmatchcase(resource, pattern) for pattern in as_list(one["Resource"]))
        for one in POLICY
    )


def test_no_action_is_a_wildcard_and_none_is_named_twice_for_the_same():
    named = [(action, resource) for one in POLICY for action in as_list(one["Action"]) for resource in as_list(one["Resource"])]
    assert len(named) == len(set(named))
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action) for action, _ in named)


@pytest.mark.parametrize("statement", POLICY, ids=lambda one: one["Sid"])
def test_what_can_be_named_is_curfews_own(statement):
    everything = as_list(statement["Resource"]) == ["*"]
    assert everything is (statement["Sid"] in WIDE)
    if not everything and statement["Sid"] != "OwnKey":
        assert all("curfew" in resource for resource in as_list(statement["Resource"]))


def test_each_service_of_the_templates_is_there():
    services = {action.split(":")[0] for one in POLICY for action in as_list(one["Action"])}
    for name in templates.TEMPLATES:
        for one in templates.load(name)["Resources"].values():
            service = one["Type"].split("::")[1]
            assert SERVICES.get(service, service.lower()) in services, one["Type"]


def test_aws_config_can_be_let_into_the_function_of_the_rules_and_out_again():
    function = templates.resources("config")["MayInvoke"]["Properties"]["FunctionName"]
    for action in ("AddPermission", "GetPolicy", "RemovePermission"):
        assert allows(f"lambda:{action}", function)
        assert not allows(f"lambda:{action}", function.replace("curfew-config-rule", "payroll"))


@pytest.mark.parametrize(("action", "resource"), [
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
    ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/admin"),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:payroll"),
    ("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/payroll/1"),
    ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/payroll"),
    ("s3:PutBucketPolicy", "arn:aws:s3:::payroll"),
])
def test_what_is_not_curfews_is_out_of_reach(action, resource):
    assert not allows(action, resource)
