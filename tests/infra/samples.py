"""Events of each kind that may come by on the bus or into a function, and which functions each is for: what is failed,
archived, passed, Curfew's own or another account's is for nobody."""

import copy
import json

from harness.functions import FUNCTIONS, about
from harness.stack import ACCOUNT, REGION
from harness.triggers import BUCKET, GROUP, call, compliance_change, event, put_evaluations, role, sqs_batch

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


def security_hub(*findings):
    return event("aws.securityhub", "Security Hub Findings - Imported", {"findings": list(findings)})


def finding(resource_type, arn, **more):
    """A finding of Security Hub in AWS's own format."""
    return {
        "SchemaVersion": "2018-10-08", "Id": f"arn:aws:securityhub:{REGION}:{ACCOUNT}:security-control/S3.2/finding/1",
        "AwsAccountId": ACCOUNT, "Compliance": {"Status": "FAILED"}, "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"}, "Resources": [{"Type": resource_type, "Id": arn, "Region": REGION}],
    } | more


def security_hub_v2(*findings):
    return event("aws.securityhub", "Findings Imported V2", {"findings": list(findings)})


def ocsf(resource_type, arn, class_uid=2003, account=ACCOUNT, **more):
    """A finding of Security Hub in the Open Cybersecurity Schema Framework."""
    return {
        "activity_id": 1, "class_uid": class_uid, "cloud": {"account": {"uid": account}, "provider": "AWS", "region": REGION},
        "status": "New", "status_id": 1, "resources": [{"type": resource_type, "uid": arn, "region": REGION}],
        **({"compliance": {"status": "Fail", "status_id": 3}} if class_uid == 2003 else {}),
    } | more


def analyzed(**more):
    """A finding of Access Analyzer."""
    return event("aws.access-analyzer", "Access Analyzer Finding", {
        "resource": "arn:aws:s3:::b", "resourceType": BUCKET, "accountId": ACCOUNT, "region": REGION, "principal": {"AWS": "*"},
        "isPublic": True, "isDeleted": False, "status": "ACTIVE",
    } | more)


def guarded(kind, service=None, **more):
    """A finding of GuardDuty."""
    return event("aws.guardduty", "GuardDuty Finding", {
        "type": kind, "accountId": ACCOUNT, "region": REGION, "resource": {"resourceType": "AccessKey", "s3BucketDetails": [{"name": "b"}]},
        "service": {"archived": False, "additionalInfo": {"value": "{}", "type": "default"}, **(service or {})},
    } | more)


def item(resource_type, status="OK", member="configurationItem"):
    """AWS Config recorded a resource."""
    return event("aws.config", "Config Configuration Item Change", {
        "messageType": "ConfigurationItemChangeNotification",
        member: {"resourceType": resource_type, "resourceId": "b", "configurationItemStatus": status},
    })


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
    "bucket changed, not its compliance": (item(BUCKET), S3),
    "group was found": (item(GROUP, "ResourceDiscovered"), EC2),
    "group with an item too large for an event": (item(GROUP, member="configurationItemSummary"), EC2),
    "bucket was deleted, its item": (item(BUCKET, "ResourceDeleted"), NOBODY),
    "group was deleted, its item is too large": (item(GROUP, "ResourceDeleted", "configurationItemSummary"), NOBODY),
    "group is not recorded": (item(GROUP, "ResourceNotRecorded"), NOBODY),
    "instance changed": (item("AWS::EC2::Instance"), NOBODY),
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
    "by a role of Curfew's own": (changed(put_evaluations(bad_bucket), userIdentity=role(f"curfew-restore-{REGION}")), NOBODY),
    "another call to Config": (changed(put_evaluations(bad_bucket), eventName="PutExternalEvaluation"), NOBODY),
}

PUBLIC = {"Grantee": {"xsi:type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
EVERYBODY = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
LOGS = {"Grantee": {"xsi:type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, "Permission": "WRITE"}
OWNER = {"Grantee": {"xsi:type": "CanonicalUser", "ID": "5f0c"}, "Permission": "FULL_CONTROL"}
OPEN = {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {}, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}, "prefixListIds": {}}]}

OF_BUCKETS = {
    "PutBucketAcl, canned": call("s3", "PutBucketAcl", {"bucketName": "b", "x-amz-acl": ["public-read"], "acl": [""]}),
    "PutBucketAcl, grants": call("s3", "PutBucketAcl", {"bucketName": "b", "AccessControlPolicy": {"AccessControlList": {"Grant": [PUBLIC]}}}),
    "PutBucketPolicy": call("s3", "PutBucketPolicy", {"bucketName": "b", "bucketPolicy": {"Statement": []}}),
    "DeleteBucketPublicAccessBlock": call("s3", "DeleteBucketPublicAccessBlock", {"bucketName": "b"}),
    "PutBucketPublicAccessBlock": call("s3", "PutBucketPublicAccessBlock", {"bucketName": "b", "publicAccessBlock": [""]}),
    "PutBucketOwnershipControls": call("s3", "PutBucketOwnershipControls", {"bucketName": "b"}),
    "DeleteBucketOwnershipControls": call("s3", "DeleteBucketOwnershipControls", {"bucketName": "b"}),
    "CreateBucket": call("s3", "CreateBucket", {"bucketName": "b"}),
    "PutObjectAcl, canned": call("s3", "PutObjectAcl", {"bucketName": "b", "key": "k", "x-amz-acl": ["public-read"]}),
    "PutObjectAcl, canned as text": call("s3", "PutObjectAcl", {"bucketName": "b", "key": "k", "x-amz-acl": "authenticated-read"}),
    "PutObjectAcl, grants": call("s3", "PutObjectAcl", {"bucketName": "b", "key": "k", "AccessControlPolicy": {"AccessControlList": {"Grant": [OWNER, PUBLIC]}}}),
    "PutObjectAcl, one grant": call("s3", "PutObjectAcl", {"bucketName": "b", "key": "k", "AccessControlPolicy": {"AccessControlList": {"Grant": PUBLIC}}}),
    "PutObjectAcl, by header": call("s3", "PutObjectAcl", {"bucketName": "b", "key": "k", "x-amz-grant-read": [EVERYBODY]}),
}
OF_GROUPS = {
    "AuthorizeSecurityGroupIngress": call("ec2", "AuthorizeSecurityGroupIngress", {"groupId": "sg-1", "ipPermissions": OPEN}),
    "AuthorizeSecurityGroupIngress, by name": call(
        "ec2", "AuthorizeSecurityGroupIngress", {"groupName": "web", "ipPermissions": OPEN},
        {"securityGroupRuleSet": {"items": [{"groupId": "sg-1"}]}},
    ),
    "ModifySecurityGroupRules": call("ec2", "ModifySecurityGroupRules", {"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1"}}),
    "AssociateSecurityGroupVpc": call("ec2", "AssociateSecurityGroupVpc", {"AssociateSecurityGroupVpcRequest": {"GroupId": "sg-1"}}),
    # Which groups name the list, the function finds out.
    "ModifyManagedPrefixList": call("ec2", "ModifyManagedPrefixList", {"ModifyManagedPrefixListRequest": {"PrefixListId": "pl-1"}}),
    "RestoreManagedPrefixListVersion": call("ec2", "RestoreManagedPrefixListVersion", {"RestoreManagedPrefixListVersionRequest": {"PrefixListId": "pl-1"}}),
}
OF_NOTHING_OPEN = {
    "PutBucketAcl, refused": call("s3", "PutBucketAcl", {"bucketName": "b"}, errorCode="AccessDenied"),
    "AuthorizeSecurityGroupIngress, refused": call("ec2", "AuthorizeSecurityGroupIngress", None, errorCode="Client.UnauthorizedOperation"),
    "PutObjectAcl, private": call("s3", "PutObjectAcl", {"bucketName": "b", "key": "k", "x-amz-acl": ["bucket-owner-full-control"]}),
    "PutObjectAcl, log delivery": call("s3", "PutObjectAcl", {"bucketName": "b", "AccessControlPolicy": {"AccessControlList": {"Grant": [LOGS]}}}),
    "PutBucketTagging": call("s3", "PutBucketTagging", {"bucketName": "b"}),
    "DeleteBucketPolicy": call("s3", "DeleteBucketPolicy", {"bucketName": "b"}),
    "PutObject": call("s3", "PutObject", {"bucketName": "b", "key": "k", "x-amz-acl": "public-read"}),
    "PutObject, by header": call("s3", "PutObject", {"bucketName": "b", "key": "k", "x-amz-grant-read": [EVERYBODY]}),
    "CreateSecurityGroup": call("ec2", "CreateSecurityGroup", {"groupName": "web"}, {"groupId": "sg-1"}),
    "ModifyManagedPrefixList, refused": call("ec2", "ModifyManagedPrefixList", None, errorCode="Client.IncorrectState"),
    "RevokeSecurityGroupIngress": call("ec2", "RevokeSecurityGroupIngress", {"groupId": "sg-1"}),
    "RunInstances": call("ec2", "RunInstances", {}),
    "a name of S3's from EC2": call("ec2", "PutBucketAcl", {"bucketName": "b"}),
    "somebody's own event that looks like EC2's": {**OF_GROUPS["ModifySecurityGroupRules"], "source": "acme.ec2"},
}

# Who makes a call, and whether that is a reason to look.
USER = {"type": "IAMUser", "principalId": "AIDA1", "arn": f"arn:aws:iam::{ACCOUNT}:user/ann", "accountId": ACCOUNT, "userName": f"curfew-restore-{REGION}"}
SERVICE = {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}
OTHERS = {
    "a user, of whatever name": USER,
    "a user with a session": USER | {"sessionContext": {"sessionIssuer": {}, "attributes": {"mfaAuthenticated": "true"}}},
    "root": {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT},
    "a service": SERVICE,
    "another account": {"type": "AWSAccount", "principalId": "AIDA2", "accountId": "999900001111"},
    "a role that is called nearly so": role("my-curfew-restore-eu-central-1"),
    "a role of Curfew's deployer": role("curfew-deployer"),
    "a role of no function": role(f"curfew-admin-{REGION}"),
    "a role of that name in another account": role(f"curfew-restore-{REGION}", "999900001111"),
}
OWN = {
    **{f"the role of {function}": role(f"curfew-{function}-{REGION}") for function in FUNCTIONS},
    "a role with a path": role(f"curfew-sg-quarantine-{REGION}", path="/security/"),
}


def by(whom, meant_for):
    """Calls about a bucket and a group that each of these made, and which functions they are for."""
    calls = [(OF_BUCKETS["PutBucketAcl, canned"], S3), (OF_GROUPS["AuthorizeSecurityGroupIngress"], EC2)]
    return {
        f"{one['detail']['eventName']} by {name}": (changed(one, userIdentity=identity), meant_for & functions)
        for one, functions in calls for name, identity in whom.items()
    }


OF_CALLS = {
    **{name: (one, S3) for name, one in OF_BUCKETS.items()},
    **{name: (one, EC2) for name, one in OF_GROUPS.items()},
    **{name: (one, NOBODY) for name, one in OF_NOTHING_OPEN.items()},
    **by(OTHERS, S3 | EC2),
    **by(OWN, NOBODY),
}

HUB_BUCKET = ("AwsS3Bucket", "arn:aws:s3:::b")
HUB_GROUP = ("AwsEc2SecurityGroup", f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-1")
OF_FINDINGS = {
    "Security Hub, a bucket and a group": (security_hub(finding(*HUB_BUCKET), finding(*HUB_GROUP)), S3 | EC2),
    "Security Hub, people were told": (security_hub(finding(*HUB_BUCKET, Workflow={"Status": "NOTIFIED"})), S3),
    "Security Hub, two resources": (
        security_hub(finding(*HUB_GROUP, Resources=[{"Type": "AwsIamRole", "Id": "r"}, {"Type": "AwsEc2SecurityGroup", "Id": "sg-1"}])), EC2,
    ),
    "Security Hub, suppressed": (security_hub(finding(*HUB_BUCKET, Workflow={"Status": "SUPPRESSED"})), NOBODY),
    "Security Hub, resolved": (security_hub(finding(*HUB_BUCKET, Workflow={"Status": "RESOLVED"})), NOBODY),
    "Security Hub, passed": (security_hub(finding(*HUB_BUCKET, Compliance={"Status": "PASSED"})), NOBODY),
    "Security Hub, not available": (security_hub(finding(*HUB_GROUP, Compliance={"Status": "NOT_AVAILABLE"})), NOBODY),
    "Security Hub, archived": (security_hub(finding(*HUB_GROUP, RecordState="ARCHIVED")), NOBODY),
    "Security Hub, archived beside one in force": (security_hub(finding(*HUB_BUCKET, RecordState="ARCHIVED"), finding(*HUB_GROUP)), EC2),
    "Security Hub, of a member": (security_hub(finding(*HUB_BUCKET, AwsAccountId="999900001111")), NOBODY),
    "Security Hub, about an instance": (security_hub(finding("AwsEc2Instance", "i-1")), NOBODY),
    "Security Hub V2, bucket": (security_hub_v2(ocsf(BUCKET, "arn:aws:s3:::b")), S3),
    "Security Hub V2, detected at a group": (security_hub_v2(ocsf(GROUP, "sg-1", 2004)), EC2),
    "Security Hub V2, in progress": (security_hub_v2(ocsf(GROUP, "sg-1", status_id=2, activity_id=2)), EC2),
    "Security Hub V2, passed": (security_hub_v2(ocsf(BUCKET, "b", compliance={"status": "Pass"})), NOBODY),
    "Security Hub V2, suppressed": (security_hub_v2(ocsf(BUCKET, "b", status_id=3)), NOBODY),
    "Security Hub V2, resolved": (security_hub_v2(ocsf(BUCKET, "b", status_id=4)), NOBODY),
    "Security Hub V2, archived": (security_hub_v2(ocsf(GROUP, "sg-1", 2004, status_id=5)), NOBODY),
    "Security Hub V2, just being closed": (security_hub_v2(ocsf(GROUP, "sg-1", activity_id=3)), NOBODY),
    "Security Hub V2, a vulnerability": (security_hub_v2(ocsf(GROUP, "sg-1", 2002)), NOBODY),
    "Security Hub V2, of a member": (security_hub_v2(ocsf(BUCKET, "b", account="999900001111")), NOBODY),
    "Security Hub V2, passed beside one in force": (
        security_hub_v2(ocsf(BUCKET, "b", compliance={"status": "Pass"}), ocsf(GROUP, "sg-1")), EC2,
    ),
    "Access Analyzer": (analyzed(), S3),
    "Access Analyzer, for another account": (analyzed(isPublic=False, principal={"AWS": "999900001111"}), S3),
    "Access Analyzer, archived": (analyzed(status="ARCHIVED"), NOBODY),
    "Access Analyzer, resolved": (analyzed(status="RESOLVED"), NOBODY),
    "Access Analyzer, deleted": (analyzed(isDeleted=True), NOBODY),
    "Access Analyzer, of a member": (analyzed(accountId="999900001111"), NOBODY),
    "Access Analyzer, about a role": (analyzed(resourceType="AWS::IAM::Role"), NOBODY),
    "Access Analyzer, access inside": ({**analyzed(), "detail-type": "Internal Access Finding"}, NOBODY),
    "Access Analyzer, unused access": ({**analyzed(), "detail-type": "Unused Access Finding for IAM entities"}, NOBODY),
    "GuardDuty": (guarded("Policy:S3/BucketAnonymousAccessGranted"), S3),
    "GuardDuty, no Block Public Access": (guarded("Policy:S3/BucketBlockPublicAccessDisabled"), S3),
    "GuardDuty, said to be no sample": (guarded("Policy:S3/BucketPublicAccessGranted", {"additionalInfo": {"sample": False}}), S3),
    "GuardDuty, sample": (guarded("Policy:S3/BucketAnonymousAccessGranted", {"additionalInfo": {"sample": True}}), NOBODY),
    "GuardDuty, archived": (guarded("Policy:S3/BucketAnonymousAccessGranted", {"archived": True}), NOBODY),
    "GuardDuty, about the account": (guarded("Policy:S3/AccountBlockPublicAccessDisabled"), NOBODY),
    "GuardDuty, of a member": (guarded("Policy:S3/BucketAnonymousAccessGranted", accountId="999900001111"), NOBODY),
    "GuardDuty, another type": (guarded("Backdoor:EC2/C&CActivity.B!DNS"), NOBODY),
    "GuardDuty, reading from a bucket": (guarded("Discovery:S3/AnomalousBehavior"), NOBODY),
}

OF_OTHERS = {
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
    **{f"call: {name}": sample for name, sample in OF_CALLS.items()},
    **{f"finding: {name}": sample for name, sample in OF_FINDINGS.items()},
    **{f"other: {name}": (sample, NOBODY) for name, sample in OF_OTHERS.items()},
}
