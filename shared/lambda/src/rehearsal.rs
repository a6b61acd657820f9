//! The first event, before there is one.
//!
//! What runs for the first time is slow: its pages and the processor's caches are cold. Lambda gives a start all of a core
//! and an event a part of one, so an event is handled at the start already, about a resource that nobody has. Each call in it
//! is answered here, as its service answers about what is as it should be; nothing leaves the process, nothing is written.

use std::time::Duration;

use aws::Rehearsed;
use aws_types::region::Region;
use remediation::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::service::{HandleError, Invocation};

/// Handles an event about the resource with `handle`, unheard.
pub(crate) async fn hold(
    rehearsed: Rehearsed,
    handle: impl AsyncFnOnce(&str, &Invocation) -> Result<Value, HandleError>,
    region: Option<&Region>,
) {
    let region = region.map_or("us-east-1", Region::as_ref);
    let payload = payload(rehearsed, region).to_string();
    let invocation = Invocation {
        request_id: String::new(),
        xray_trace_id: None,
        cold_start: false,
        deadline: SystemClock.now() + Duration::from_secs(1),
    };
    let handled = telemetry::unheard(https::rehearse(rehearsed.answer, handle(&payload, &invocation))).await;
    if !matches!(&handled, Ok(answer) if *answer == json!({ "batchItemFailures": [] })) {
        tracing::debug!(target: telemetry::TARGET, "the rehearsal did not go well: {handled:?}");
    }
}

/// A batch as a queue hands it over.
fn payload(rehearsed: Rehearsed, region: &str) -> Value {
    json!({
        "Records": [{
            "messageId": rehearsed.id,
            "receiptHandle": "",
            "body": event(rehearsed, region).to_string(),
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "awsRegion": region,
        }],
    })
}

/// An event as AWS Config sends it, with what is read of it.
fn event(rehearsed: Rehearsed, region: &str) -> Value {
    json!({
        "detail-type": "Config Rules Compliance Change",
        "source": "aws.config",
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": region,
        "detail": {
            "messageType": "ComplianceChangeNotification",
            "configRuleName": "rehearsed",
            "resourceType": rehearsed.config_type,
            "resourceId": rehearsed.id,
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
    async fn an_event_about_the_resource_is_handled() {
        let bucket = Rehearsed { config_type: "AWS::S3::Bucket", id: "rehearsed", answer: |_| (404, "") };
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
        hold(bucket, handle, Some(&Region::from_static("eu-west-1"))).await;
        let handled = handled.iter().map(|subject| (subject.resource.to_string(), subject.region.as_str()));
        assert_eq!(handled.collect::<Vec<_>>(), [("S3 bucket rehearsed".to_owned(), "eu-west-1")]);
    }
}
