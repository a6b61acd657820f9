"""What AWS Config invokes the function of a custom rule with."""

import json

from .stack import ACCOUNT, REGION
from .triggers import BUCKET, GROUP

CAPTURED = "2026-11-22T05:13:51.251Z"
NOTIFIED = "2026-11-22T05:14:07.751Z"


def invocation(control, invoking, **changes):
    """The invocation of the rule of a control."""
    event = {
        "version": "1.0",
        "invokingEvent": json.dumps({**invoking, "notificationCreationTime": NOTIFIED, "recordVersion": "1.3"}),
        "ruleParameters": json.dumps({"control": control}),
        "resultToken": "a-token-of-config",
        "eventLeftScope": False,
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/config",
        "configRuleArn": f"arn:aws:config:{REGION}:{ACCOUNT}:config-rule/config-rule-abcdef",
        "configRuleName": f"curfew-{control}",
        "configRuleId": "config-rule-abcdef",
        "accountId": ACCOUNT,
        "evaluationMode": "DETECTIVE",
    }
    return {**event, **changes}


def change(control, item, **changes):
    """A resource changed."""
    return invocation(control, {"messageType": "ConfigurationItemChangeNotification", "configurationItem": item}, **changes)


def oversized(control, item, **changes):
    """The same, where the item is too large to be handed over."""
    summary = {key: item[key] for key in item if not key.endswith("onfiguration") and key != "tags"}
    message = {"messageType": "OversizedConfigurationItemChangeNotification", "configurationItemSummary": summary}
    return invocation(control, message, **changes)


def schedule(control, **changes):
    """It is time to evaluate everything."""
    return invocation(control, {"messageType": "ScheduledNotification", "awsAccountId": ACCOUNT}, **changes)


def item(resource_type, resource_id, **changes):
    base = {
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": CAPTURED,
        "configurationItemStatus": "OK",
        "awsAccountId": ACCOUNT,
        "awsRegion": REGION,
        "resourceType": resource_type,
        "resourceId": resource_id,
        "configuration": {},
        "supplementaryConfiguration": {},
        "tags": {},
    }
    return {**base, **changes}


def bucket_item(name, *groups, policy=None, **changes):
    """A bucket that these groups may list: the ACL is JSON inside JSON, with their bare names."""
    owner = {"displayName": None, "id": "0123"}
    grants = [{"grantee": owner, "permission": "FullControl"}, *({"grantee": group, "permission": "Read"} for group in groups)]
    supplement = {
        "AccessControlList": json.dumps({"grantSet": None, "grantList": grants, "owner": owner, "isRequesterCharged": False}),
        "BucketPolicy": {"policyText": policy},
    }
    return item(BUCKET, name, supplementaryConfiguration=supplement, **changes)


def group_item(group_id, *blocks, **changes):
    """A group that lets these blocks in on port 22."""
    permissions = [{
        "fromPort": 22, "toPort": 22, "ipProtocol": "tcp", "ipv6Ranges": [], "prefixListIds": [], "userIdGroupPairs": [],
        "ipv4Ranges": [{"cidrIp": block}], "ipRanges": [block],
    } for block in blocks]
    configuration = {
        "groupId": group_id, "groupName": "web", "description": "the web", "vpcId": "vpc-0a1b2c3d4e5f60718",
        "ipPermissions": permissions, "ipPermissionsEgress": [], "tags": [],
    }
    return item(GROUP, group_id, configuration=configuration, **changes)
