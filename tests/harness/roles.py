"""What the functions' roles allow, as the templates say."""

from . import templates

# IAM names some operations otherwise than the API does.
ACTION_OF_OPERATION = {
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}


def as_list(value):
    return value if isinstance(value, list) else [value]


def policies(function):
    """(logical id, properties) of each policy that a function's role has, in shared.yaml, in its own stack and in config.yaml."""
    role, by_name = templates.logical(function) + "Role", f"curfew-{function}-{templates.REGION}"
    listed = [one["Ref"] for one in templates.resources("shared")[role]["Properties"]["ManagedPolicyArns"]]
    mine = [("shared", {"Ref": role}), ("function", by_name), ("config", by_name)]
    for name, attached in mine:
        for logical, one in templates.resources(name, function if name == "function" else None).items():
            is_its = logical in listed or attached in one["Properties"].get("Roles", [])
            if one["Type"] == "AWS::IAM::ManagedPolicy" and is_its:
                yield logical, one["Properties"]


def wanted(value):
    """(condition, value) of each of a list, or of one alone: what a condition leaves out otherwise is there, with its name."""
    for one in as_list(value):
        if isinstance(one, dict) and "Fn::If" in one and one["Fn::If"][2] == {"Ref": "AWS::NoValue"}:
            yield tuple(one["Fn::If"][:2])
        else:
            yield None, one


def statements_of(policy):
    """A policy's statements, those included that a condition makes, with the actions that one makes."""
    for _, one in wanted(policy["PolicyDocument"]["Statement"]):
        actions = [action for _, action in wanted(one["Action"])]
        yield {**one, "Action": actions if isinstance(one["Action"], list) else one["Action"]}


def statements(function):
    """Every statement of the policies of a function's role."""
    return [statement for _, policy in policies(function) for statement in statements_of(policy)]


def actions_by_condition(function, policy_condition):
    """(condition, action) of each action of the function's own code: the innermost condition that it hangs on."""
    for name, policy in policies(function):
        for of_statement, one in wanted(policy["PolicyDocument"]["Statement"]):
            if not one["Sid"].startswith("Service"):
                yield from ((of_action or of_statement or policy_condition(name), action) for of_action, action in wanted(one["Action"]))


def own_actions(function):
    """The actions that the function's own code may call: of all statements but those of services for it."""
    own = [one for one in statements(function) if not one["Sid"].startswith("Service")]
    return {action for statement in own for action in as_list(statement["Action"])}


def service_actions(function):
    """The actions that Lambda and other services may call on the function's behalf."""
    theirs = [one for one in statements(function) if one["Sid"].startswith("Service")]
    return {action for statement in theirs for action in as_list(statement["Action"])}


def differences(function, recorded_actions):
    """Compares the role with recorded calls, IAM actions or API operations (`s3:GetPublicAccessBlock`).

    Returns (used but not allowed, allowed but never used), each a sorted list.
    """
    recorded = {ACTION_OF_OPERATION.get(action, action) for action in recorded_actions}
    allowed = own_actions(function)
    return sorted(recorded - allowed), sorted(allowed - recorded)
