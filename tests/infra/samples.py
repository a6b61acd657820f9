"""One event of each kind that may come by on the bus or into a function, and which functions it is for.

Only Config's two kinds are for anybody: the functions answer every other one with an error.
"""

import copy
import json

from harness.functions import about
from harness.stack import ACCOUNT, REGION
from harness.triggers import BUCKET, GROUP, compliance_change, event, put_evaluations, sqs_batch

S3, EC2 = about(BUCKET), about(GROUP)
NOBODY = set()

ACL_TEXT = "The S3 bucket ACL allows public read access."
BOTH_TEXT = "The S3 bucket ACL allows public read access.The S3 bucket policy allows public read access."


def changed(event, **detail):
    """A copy with other members of `detail`; None takes a member away."""
    event = copy.deepcopy(event)
    for key, value in detail.items():
        if value is None:
            event["detail"].pop(key, None)
        else:
            event["detail"][key] = value
    return event


def with_old_result(event, compliance):
    result = {**event["detail"]["newEvaluationResult"], "complianceType": compliance}
    return changed(event, oldEvaluationResult=result)


def annotated(event, text):
    return changed(event, newEvaluationResult={**event["detail"]["newEvaluationResult"], "annotation": text})


def call(service, name, request, response=None, **detail):
    """An API call that CloudTrail saw, by a person."""
    return event(f"aws.{service}", "AWS API Call via CloudTrail", {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/ann", "accountId": ACCOUNT,
            "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/admin"}},
        },
        "eventTime": "2026-11-22T05:14:01Z", "eventSource": f"{service}.amazonaws.com", "eventName": name,
        "awsRegion": REGION, "requestParameters": request, "responseElements": response,
        "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT,
    } | detail)


def finding(resource_type, arn, **more):
    return {
        "SchemaVersion": "2018-10-08", "Id": f"arn:aws:securityhub:{REGION}:{ACCOUNT}:security-control/S3.2/finding/1",
        "AwsAccountId": ACCOUNT, "Compliance": {"Status": "FAILED"}, "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"}, "Resources": [{"Type": resource_type, "Id": arn, "Region": REGION}],
    } | more


bucket = compliance_change(BUCKET, "accounts-2019", "curfew-s3-bucket-public-read-prohibited")
group = compliance_change(GROUP, "sg-0a1b2c3d4e5f60718", "securityhub-restricted-ssh-1a2b3c")
bad_bucket = (BUCKET, "accounts-2019", "NON_COMPLIANT")
good_bucket = (BUCKET, "logs-2019", "COMPLIANT")
bad_group = (GROUP, "sg-0a1b2c3d4e5f60718", "NON_COMPLIANT")
good_group = (GROUP, "sg-0fedcba9876543210", "COMPLIANT")

OF_CONFIG = {
    "bucket became non-compliant": (bucket, S3),
    "bucket became non-compliant, with an annotation": (annotated(bucket, ACL_TEXT), S3),
    "bucket became non-compliant by ACL and policy": (annotated(bucket, BOTH_TEXT), S3),
    "bucket was compliant before": (with_old_result(bucket, "COMPLIANT"), S3),
    "bucket in another Region and account": (
        compliance_change(BUCKET, "b", "r", region="us-gov-west-1", account="210987654321"), S3,
    ),
    "bucket under a conformance pack's rule": (
        compliance_change(BUCKET, "b", "s3-bucket-acl-prohibited-conformance-pack-abc123"), S3,
    ),
    "bucket became compliant": (compliance_change(BUCKET, "b", "r", "COMPLIANT"), NOBODY),
    "bucket became compliant, was not before": (
        with_old_result(compliance_change(BUCKET, "b", "r", "COMPLIANT"), "NON_COMPLIANT"), NOBODY,
    ),
    "bucket was deleted": (with_old_result(compliance_change(BUCKET, "b", "r", "NOT_APPLICABLE"), "NON_COMPLIANT"), NOBODY),
    "bucket has too little data": (compliance_change(BUCKET, "b", "r", "INSUFFICIENT_DATA"), NOBODY),
    "bucket without a new result": (changed(bucket, newEvaluationResult=None), NOBODY),
    "group became non-compliant": (group, EC2),
    "group was compliant before": (with_old_result(group, "COMPLIANT"), EC2),
    "group became compliant": (compliance_change(GROUP, "sg-1", "r", "COMPLIANT"), NOBODY),
    "group was deleted": (compliance_change(GROUP, "sg-1", "r", "NOT_APPLICABLE"), NOBODY),
    "account's Block Public Access is off": (compliance_change("AWS::::Account", ACCOUNT, "r"), NOBODY),
    "instance became non-compliant": (compliance_change("AWS::EC2::Instance", "i-1", "r"), NOBODY),
    "VPC became non-compliant": (compliance_change("AWS::EC2::VPC", "vpc-1", "r"), NOBODY),
    "bucket changed, not its compliance": (
        event("aws.config", "Config Configuration Item Change", {
            "messageType": "ConfigurationItemChangeNotification",
            "configurationItem": {"resourceType": BUCKET, "resourceId": "b", "configurationItemStatus": "OK"},
        }), NOBODY,
    ),
    "somebody's own event that looks like Config's": ({**bucket, "source": "acme.config"}, NOBODY),
}

OF_EVALUATIONS = {
    "one bad bucket": (put_evaluations(bad_bucket), S3),
    "one bad group": (put_evaluations(bad_group), EC2),
    "a bad bucket and a bad group": (put_evaluations(bad_bucket, bad_group), S3 | EC2),
    "a bad bucket after good ones": (put_evaluations(good_bucket, good_group, bad_bucket), S3),
    "a bad bucket and a good group": (put_evaluations(bad_bucket, good_group), S3),
    "a good bucket and a bad group": (put_evaluations(good_bucket, bad_group), EC2),
    "a good bucket and a bad instance": (put_evaluations(good_bucket, ("AWS::EC2::Instance", "i-1", "NON_COMPLIANT")), NOBODY),
    "good ones only": (put_evaluations(good_bucket, good_group), NOBODY),
    "none": (put_evaluations(), NOBODY),
    "a deleted bucket": (put_evaluations((BUCKET, "b", "NOT_APPLICABLE")), NOBODY),
    "a hundred": (put_evaluations(*[good_group] * 99, bad_group), EC2),
    "without parameters": (changed(put_evaluations(), requestParameters=None), NOBODY),
    "parameters null": (put_evaluations() | {"detail": {**put_evaluations()["detail"], "requestParameters": None}}, NOBODY),
    "a call that failed": (changed(put_evaluations(bad_bucket), errorCode="InvalidResultTokenException"), NOBODY),
    "another call to Config": (changed(put_evaluations(bad_bucket), eventName="PutExternalEvaluation"), NOBODY),
}

PUBLIC = {"Grantee": {"xsi:type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
OPEN = {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {}, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}, "prefixListIds": {}}]}

OF_CALLS = {
    "PutBucketAcl, canned": call("s3", "PutBucketAcl", {"bucketName": "b", "x-amz-acl": ["public-read"], "acl": [""]}),
    "PutBucketAcl, grants": call("s3", "PutBucketAcl", {"bucketName": "b", "AccessControlPolicy": {"AccessControlList": {"Grant": [PUBLIC]}}}),
    "PutBucketAcl, refused": call("s3", "PutBucketAcl", {"bucketName": "b"}, errorCode="AccessDenied"),
    "PutBucketPolicy": call("s3", "PutBucketPolicy", {"bucketName": "b", "bucketPolicy": {"Statement": []}}),
    "DeleteBucketPublicAccessBlock": call("s3", "DeleteBucketPublicAccessBlock", {"bucketName": "b"}),
    "PutBucketPublicAccessBlock": call("s3", "PutBucketPublicAccessBlock", {"bucketName": "b", "publicAccessBlock": [""]}),
    "CreateBucket": call("s3", "CreateBucket", {"bucketName": "b"}),
    "PutObjectAcl": call("s3", "PutObjectAcl", {"bucketName": "b", "key": "k", "x-amz-acl": ["public-read"]}),
    "AuthorizeSecurityGroupIngress": call("ec2", "AuthorizeSecurityGroupIngress", {"groupId": "sg-1", "ipPermissions": OPEN}),
    "AuthorizeSecurityGroupIngress, by name": call(
        "ec2", "AuthorizeSecurityGroupIngress", {"groupName": "web", "ipPermissions": OPEN},
        {"securityGroupRuleSet": {"items": [{"groupId": "sg-1"}]}},
    ),
    "CreateSecurityGroup": call("ec2", "CreateSecurityGroup", {"groupName": "web"}, {"groupId": "sg-1"}),
    "ModifySecurityGroupRules": call("ec2", "ModifySecurityGroupRules", {"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1"}}),
}

OF_OTHERS = {
    "Security Hub finding": event("aws.securityhub", "Security Hub Findings - Imported", {
        "findings": [finding("AwsS3Bucket", "arn:aws:s3:::b"), finding("AwsEc2SecurityGroup", f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-1")],
    }),
    "Security Hub finding that was suppressed": event("aws.securityhub", "Security Hub Findings - Imported", {
        "findings": [finding("AwsS3Bucket", "arn:aws:s3:::b", Workflow={"Status": "SUPPRESSED"})],
    }),
    "Security Hub finding, OCSF": event("aws.securityhub", "Findings Imported V2", {
        "findings": [{"class_uid": 2003, "compliance": {"status": "Fail"}, "resources": [{"type": BUCKET, "uid": "arn:aws:s3:::b"}]}],
    }),
    "Access Analyzer finding": event("aws.access-analyzer", "Access Analyzer Finding", {
        "resource": "arn:aws:s3:::b", "resourceType": BUCKET, "isPublic": True, "isDeleted": False, "status": "ACTIVE",
    }),
    "GuardDuty finding": event("aws.guardduty", "GuardDuty Finding", {
        "type": "Policy:S3/BucketAnonymousAccessGranted", "resource": {"s3BucketDetails": [{"name": "b"}]},
        "service": {"archived": False, "additionalInfo": {"sample": False}},
    }),
    "schedule": event("aws.events", "Scheduled Event", {}),
    # Never on a bus: what AWS Config and SQS hand to a function as they are.
    "custom rule, configuration item": {
        "invokingEvent": json.dumps({"messageType": "ConfigurationItemChangeNotification", "configurationItem": {"resourceType": BUCKET, "resourceId": "b"}}),
        "ruleParameters": "{}", "resultToken": "TESTMODE", "eventLeftScope": False, "accountId": ACCOUNT,
    },
    "custom rule, oversized item": {
        "invokingEvent": json.dumps({"messageType": "OversizedConfigurationItemChangeNotification", "configurationItemSummary": {"resourceType": GROUP, "resourceId": "sg-1"}}),
        "resultToken": "t", "eventLeftScope": False, "accountId": ACCOUNT,
    },
    "custom rule, schedule": {
        "invokingEvent": json.dumps({"messageType": "ScheduledNotification", "awsAccountId": ACCOUNT}),
        "resultToken": "t", "eventLeftScope": False, "accountId": ACCOUNT,
    },
    "SQS batch": sqs_batch(bucket),
}

SAMPLES = {
    **{f"compliance: {name}": sample for name, sample in OF_CONFIG.items()},
    **{f"evaluations: {name}": sample for name, sample in OF_EVALUATIONS.items()},
    **{f"call: {name}": (sample, NOBODY) for name, sample in OF_CALLS.items()},
    **{f"other: {name}": (sample, NOBODY) for name, sample in OF_OTHERS.items()},
}
