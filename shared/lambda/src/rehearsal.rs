//! The first event, before there is one.
//!
//! What runs for the first time is slow: its pages and the processor's caches are cold. Lambda gives a start all of a core
//! and an event a part of one, so an event is handled at the start already, about resources that nobody has. Each call in it
//! is answered here, as S3 and EC2 answer about what does not exist; nothing leaves the process, nothing is written.

use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_types::region::Region;
use serde_json::{Value, json};

use crate::service::Invocation;

/// As S3 says it.
const NO_BUCKET: &str = "<Error><Code>NoSuchBucket</Code><Message>rehearsed</Message></Error>";

/// As EC2 says it, which is asked by POST.
const NO_GROUP: &str = "<Response><Errors><Error><Code>InvalidGroup.NotFound</Code><Message>rehearsed</Message></Error>\
    </Errors></Response>";

/// Handles an event of each kind with `handle`, unheard. What comes of it is of no use to anybody.
pub(crate) async fn hold(handle: impl AsyncFnOnce(&str, &Invocation), region: Option<&Region>) {
    let region = region.map_or("us-east-1", Region::as_ref);
    let payload = payload(region).to_string();
    let invocation = Invocation {
        request_id: String::new(),
        xray_trace_id: None,
        cold_start: false,
        deadline: SystemTime::now() + Duration::from_secs(1),
    };
    telemetry::unheard(https::rehearse(absent, handle(&payload, &invocation))).await;
}

fn absent(request: &HttpRequest) -> (u16, &'static str) {
    if request.method() == "POST" { (400, NO_GROUP) } else { (404, NO_BUCKET) }
}

/// A batch as a queue hands it over.
fn payload(region: &str) -> Value {
    let resources = [("AWS::S3::Bucket", "rehearsed"), ("AWS::EC2::SecurityGroup", "sg-00000000000000000")];
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
            assert!(invocation.deadline > SystemTime::now());
            let Ok(Trigger::Batch(messages)) = events::read(payload, &OwnRoles::none()) else {
                panic!("no batch: {payload}");
            };
            for message in messages {
                assert_eq!((message.receive_count, &message.reading.unreadable[..]), (1, &[][..]));
                handled.extend(message.reading.subjects);
            }
        };
        hold(handle, Some(&Region::from_static("eu-west-1"))).await;
        let handled = handled.iter().map(|subject| (subject.resource.to_string(), subject.region.as_str()));
        let expected = ["rehearsed", "sg-00000000000000000"].map(|id| (id.to_owned(), "eu-west-1"));
        assert_eq!(handled.collect::<Vec<_>>(), expected);
    }
}
