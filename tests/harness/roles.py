"""What the functions' roles allow, as infra/foundation.yaml says."""

from . import templates

# IAM names some operations otherwise than the API does.
ACTION_OF_OPERATION = {
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}


def as_list(value):
    return value if isinstance(value, list) else [value]


def statements(function):
    """Every statement of a function's role; of a conditional one the statement itself."""
    role = templates.load("foundation")["Resources"][f"{templates.logical(function)}Role"]
    found = []
    for policy in role["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if "Fn::If" in statement:
                _condition, *branches = statement["Fn::If"]
                found += [branch for branch in branches if "Action" in branch]
            else:
                found.append(statement)
    return found


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
