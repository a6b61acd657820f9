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
    mine = [("shared", {"Ref": role}), ("function", by_name), ("config", by_name)]
    for name, attached in mine:
        for logical, one in templates.resources(name, function if name == "function" else None).items():
            if one["Type"] == "AWS::IAM::ManagedPolicy" and attached in one["Properties"]["Roles"]:
                yield logical, one["Properties"]


def statements(function):
    """Every statement of the policies of a function's role, those included that a condition makes."""
    return [statement for _, policy in policies(function) for statement in policy["PolicyDocument"]["Statement"]]


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
