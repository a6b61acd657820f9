//! The first event, before there is one.
//!
//! What runs for the first time is slow: its pages and the processor's caches are cold. Lambda gives a start all of a core
//! and an event a part of one, so an event is handled at the start already, about resources that nobody has. Each call in it
//! is answered here, as S3 and EC2 answer about what is as it should be; nothing leaves the process, nothing is written.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_types::region::Region;
use remediation::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::service::{HandleError, Invocation};

const BUCKET: &str = "rehearsed";
const GROUP: &str = "sg-00000000000000000";

/// Nobody is granted anything.
const ACL: &str = "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList/></AccessControlPolicy>";
const NO_POLICY: &str = "<Error><Code>NoSuchBucketPolicy</Code><Message>rehearsed</Message></Error>";
const GROUPS: &str = "<DescribeSecurityGroupsResponse><securityGroupInfo><item>\
    <groupId>sg-00000000000000000</groupId><groupName>rehearsed</groupName><groupDescription>rehearsed</groupDescription>\
    <ownerId>123456789012</ownerId><vpcId>vpc-00000000000000000</vpcId>\
    </item></securityGroupInfo></DescribeSecurityGroupsResponse>";
const NO_RULES: &str =
    "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet/></DescribeSecurityGroupRulesResponse>";

/// Handles an event of each kind with `handle`, unheard.
pub(crate) async fn hold(
    handle: impl AsyncFnOnce(&str, &Invocation) -> Result<Value, HandleError>,
    region: Option<&Region>,
) {
    let region = region.map_or("us-east-1", Region::as_ref);
    let payload = payload(region).to_string();
    let invocation = Invocation {
        request_id: String::new(),
        xray_trace_id: None,
        cold_start: false,
        deadline: SystemClock.now() + Duration::from_secs(1),
    };
    let handled = telemetry::unheard(https::rehearse(answer, handle(&payload, &invocation))).await;
    if !matches!(&handled, Ok(answer) if *answer == json!({ "batchItemFailures": [] })) {
        tracing::debug!(target: telemetry::TARGET, "the rehearsal did not go well: {handled:?}");
    }
}

/// EC2 is asked by what is in the body, S3 by the path.
fn answer(request: &HttpRequest) -> (u16, &'static str) {
    match request.body().bytes() {
        Some(body) if body.starts_with(b"Action=DescribeSecurityGroupRules&") => (200, NO_RULES),
        Some(body) if body.starts_with(b"Action=") => (200, GROUPS),
        _ if request.uri().contains("?acl") => (200, ACL),
        _ => (404, NO_POLICY),
    }
}

/// A batch as a queue hands it over.
fn payload(region: &str) -> Value {
    let resources = [("AWS::S3::Bucket", BUCKET), ("AWS::EC2::SecurityGroup", GROUP)];
    let messages = resources.map(|(kind, id)| {
        json!({
            "messageId": id,
            "receiptHandle": "",
            "body": event(region, kind, id).to_string(),
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "awsRegion": region,
        })
    });
    json!({ "Records": messages })
}

/// An event as AWS Config sends it, with what is read of it.
fn event(region: &str, kind: &str, id: &str) -> Value {
    json!({
        "detail-type": "Config Rules Compliance Change",
        "source": "aws.config",
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": region,
        "detail": {
            "messageType": "ComplianceChangeNotification",
            "configRuleName": "rehearsed",
            "resourceType": kind,
            "resourceId": id,
            "awsRegion": region,
            "awsAccountId": "123456789012",
            "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
        },
    })
}

#[cfg(test)]
mod tests {
    use events::{OwnRoles, Trigger};

    use super::*;

    #[tokio::test]
    async fn an_event_of_each_kind_of_resource_is_handled() {
        let mut handled = Vec::new();
        let handle = async |payload: &str, invocation: &Invocation| {
            assert!(invocation.deadline > SystemClock.now());
            let Ok(Trigger::Batch(messages)) = events::read(payload, &OwnRoles::none()) else {
                panic!("no batch: {payload}");
            };
            for message in messages {
                assert_eq!((message.receive_count, &message.reading.unreadable[..]), (1, &[][..]));
                handled.extend(message.reading.subjects);
            }
            Ok(Value::Null)
        };
        hold(handle, Some(&Region::from_static("eu-west-1"))).await;
        let handled = handled.iter().map(|subject| (subject.resource.to_string(), subject.region.as_str()));
        let expected = [format!("S3 bucket {BUCKET}"), format!("security group {GROUP}")];
        let expected = expected.map(|resource| (resource, "eu-west-1"));
        assert_eq!(handled.collect::<Vec<_>>(), expected);
    }
}
