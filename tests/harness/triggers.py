"""Triggers as AWS sends them."""

import json
import uuid

from .stack import ACCOUNT, REGION

BUCKET = "AWS::S3::Bucket"
GROUP = "AWS::EC2::SecurityGroup"


def event(source, detail_type, detail, region=REGION, account=ACCOUNT):
    """An event as EventBridge hands it on."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": "2026-11-22T05:14:07Z",
        "region": region,
        "resources": [],
        "detail": detail,
    }


def compliance_change(resource_type, resource_id, rule, compliance="NON_COMPLIANT", region=REGION, account=ACCOUNT):
    """AWS Config says that a resource's compliance changed."""
    qualifier = {"configRuleName": rule, "resourceType": resource_type, "resourceId": resource_id}
    detail = {
        "resourceId": resource_id,
        "awsRegion": region,
        "awsAccountId": account,
        "configRuleName": rule,
        "recordVersion": "1.0",
        "configRuleARN": f"arn:aws:config:{region}:{account}:config-rule/config-rule-abcdef",
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": {
            "evaluationResultIdentifier": {
                "evaluationResultQualifier": qualifier,
                "orderingTimestamp": "2026-11-22T05:13:51.251Z",
            },
            "complianceType": compliance,
            "resultRecordedTime": "2026-11-22T05:14:06.741Z",
            "configRuleInvokedTime": "2026-11-22T05:14:06.332Z",
        },
        "notificationCreationTime": "2026-11-22T05:14:07.751Z",
        "resourceType": resource_type,
    }
    return event("aws.config", "Config Rules Compliance Change", detail, region, account)


def put_evaluations(*evaluations, region=REGION, account=ACCOUNT):
    """CloudTrail: a rule reported its evaluations, each (type, id, compliance)."""
    detail = {
        "eventVersion": "1.08",
        "eventSource": "config.amazonaws.com",
        "eventName": "PutEvaluations",
        "awsRegion": region,
        "recipientAccountId": account,
        "requestParameters": {
            "evaluations": [
                {
                    "complianceResourceType": kind,
                    "complianceResourceId": name,
                    "complianceType": compliance,
                    "orderingTimestamp": "Nov 22, 2026 5:13:51 AM",
                }
                for kind, name, compliance in evaluations
            ],
            "resultToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
            "testMode": False,
        },
        "responseElements": {"failedEvaluations": []},
    }
    return event("aws.config", "AWS API Call via CloudTrail", detail, region, account)


def role(name, account=ACCOUNT, path="/"):
    """The identity of a call that somebody made as a role."""
    issuer = {"type": "Role", "principalId": "AROA1", "arn": f"arn:aws:iam::{account}:role{path}{name}", "accountId": account, "userName": name}
    return {
        "type": "AssumedRole", "principalId": "AROA1:ann", "arn": f"arn:aws:sts::{account}:assumed-role/{name}/ann", "accountId": account,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
    }


def call(service, name, request, response=None, **detail):
    """An API call that CloudTrail saw, by a person."""
    return event(f"aws.{service}", "AWS API Call via CloudTrail", {
        "eventVersion": "1.09", "userIdentity": role("admin"),
        "eventTime": "2026-11-22T05:14:01Z", "eventSource": f"{service}.amazonaws.com", "eventName": name,
        "awsRegion": REGION, "requestParameters": request, "responseElements": response,
        "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT,
    } | detail)


def tick(**options):
    """The schedule."""
    return event("aws.events", "Scheduled Event", {}, **options)


def sqs_batch(*bodies, receive_count=1, queue="curfew"):
    """An SQS batch; a body that is no string is written as JSON. Message ids are m0, m1, ..."""
    return {
        "Records": [
            {
                "messageId": f"m{index}",
                "receiptHandle": "r",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": str(receive_count), "SentTimestamp": "1763788447000"},
                "messageAttributes": {},
                "md5OfBody": "0",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
                "awsRegion": REGION,
            }
            for index, body in enumerate(bodies)
        ]
    }
