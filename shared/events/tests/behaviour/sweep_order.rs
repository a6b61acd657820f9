//! What the queue of the function `sweep` hands out.

use events::{AccountId, OrderMessage, Queue, Region, SweepOrder, SweepStep, read_orders};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::hostile::{any_json, damage};
use crate::support::{fixture, with};

const ARN: &str = "arn:aws:sqs:eu-central-1:111122223333:curfew-sweep";

fn tick() -> Value {
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "111122223333", "time": "2026-11-22T04:00:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:111122223333:rule/curfew-sweep-tick"], "detail": {},
    })
}

fn batch(bodies: &[Value]) -> Value {
    let record = |(index, body): (usize, &Value)| {
        json!({
            "messageId": format!("m{index}"), "body": body.to_string(), "eventSource": "aws:sqs",
            "eventSourceARN": ARN,
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

fn orders(payload: &Value) -> Vec<OrderMessage> {
    read_orders(&payload.to_string()).unwrap()
}

fn queue() -> Queue {
    let (account, region) = (AccountId::new("111122223333").unwrap(), Region::new("eu-central-1").unwrap());
    Queue { account, region, name: "curfew-sweep".to_owned() }
}

/// Why the first message cannot be read.
fn reason(payload: &Value) -> String {
    orders(payload)[0].order.as_ref().unwrap_err().to_string()
}

#[test]
fn the_schedule_and_a_person_begin_a_sweep_and_the_sweep_itself_goes_on() {
    let begin = SweepOrder { queue: queue(), step: SweepStep::Begin };
    let go_on = SweepOrder { queue: queue(), step: SweepStep::GoOn(json!({ "sweep": "s", "rest": [] })) };
    let read = orders(&batch(&[tick(), begin.to_json(), go_on.to_json()]));
    let expected = [&begin, &begin, &go_on];
    for (index, (message, expected)) in read.iter().zip(expected).enumerate() {
        assert_eq!(
            (message.id.as_str(), &message.order),
            (format!("m{index}").as_str(), &Ok(expected.clone()))
        );
    }
}

#[test]
fn what_is_swept_is_the_queues_own_account_and_region() {
    for body in [tick(), SweepOrder { queue: queue(), step: SweepStep::Begin }.to_json()] {
        for (pointer, value, said) in [
            (
                "/account",
                Some(json!("444455556666")),
                "account` is `444455556666`, which is not the queue's own",
            ),
            ("/region", Some(json!("eu-west-1")), "region` is `eu-west-1`, which is not the queue's own"),
            ("/account", None, "account` is missing"),
            ("/region", None, "region` is missing"),
        ] {
            let reason = reason(&batch(&[with(body.clone(), pointer, value)]));
            assert_eq!(reason, format!("`Records[0].body.{said}"));
        }
    }
}

#[test]
fn a_message_from_no_queue_is_refused() {
    for (arn, said) in [
        (None, "`Records[0].eventSourceARN` is missing"),
        (
            Some(json!("arn:aws:sns:eu-central-1:111122223333:curfew-sweep")),
            "which is not the ARN of a queue",
        ),
        (
            Some(json!("arn:aws-cn:sqs:eu-central-1:111122223333:curfew-sweep")),
            "which is not the ARN of a queue",
        ),
        (Some(json!("arn:aws:sqs:eu-central-1:111122223333:")), "which is not the ARN of a queue"),
    ] {
        let reason = reason(&with(batch(&[tick()]), "/Records/0/eventSourceARN", arn));
        assert!(reason.ends_with(said), "{reason}");
    }
}

#[test]
fn what_is_no_order_is_named_and_hides_no_other() {
    let read = orders(&batch(&[
        fixture("sweep_found"),
        fixture("config_rule_non_compliant_bucket"),
        json!({}),
        tick(),
    ]));
    let said: Vec<String> =
        read.iter().filter_map(|message| message.order.as_ref().err().map(ToString::to_string)).collect();
    assert_eq!(
        said,
        [
            "`curfew.sweep` / `Sweep Found Resources` is not a trigger that Curfew reads",
            "`aws.config` / `Config Rules Compliance Change` is not a trigger that Curfew reads",
            "`Records[2].body.source` is missing",
        ]
    );
    assert!(read[3].order.is_ok());
}

#[test]
fn an_order_outside_a_queue_is_refused_as_a_whole() {
    for (payload, said) in [
        (tick(), "`Records` is missing"),
        (json!({ "Records": [{ "eventSource": "aws:s3" }] }), "an S3 notification"),
        (json!([]), "not a JSON object"),
        (json!({ "Records": [{ "eventSource": "aws:sqs" }] }), "`Records[0].messageId` is missing"),
    ] {
        let error = read_orders(&payload.to_string()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn other_queues_of_a_deployment_are_called_alike() {
    let named = |own: &Queue| own.beside("sweep", "sg-quarantine").map(|queue| queue.name);
    assert_eq!(named(&queue()).as_deref(), Some("curfew-sg-quarantine"));
    let renamed = Queue { name: "acme-sweep-sweep".to_owned(), ..queue() };
    assert_eq!(named(&renamed).as_deref(), Some("acme-sweep-sg-quarantine"));
    for name in ["curfew-restore", "sweep", "curfewsweep"] {
        assert_eq!(named(&Queue { name: name.to_owned(), ..queue() }), None);
    }
}

proptest! {
    #[test]
    fn any_payload_is_read_or_refused_and_never_sweeps_elsewhere(
        path in proptest::collection::vec(0_usize..12, 0..6),
        with in any_json(),
        inside in any::<bool>(),
    ) {
        let mut body = SweepOrder { queue: queue(), step: SweepStep::GoOn(json!({ "sweep": "s" })) }.to_json();
        if inside {
            damage(&mut body, &path, with.clone());
        }
        let mut payload = batch(&[tick(), body]);
        if !inside {
            damage(&mut payload, &path, with);
        }
        let Ok(messages) = read_orders(&payload.to_string()) else { return Ok(()) };
        for order in messages.iter().filter_map(|message| message.order.as_ref().ok()) {
            prop_assert_eq!(&order.queue, &queue());
        }
    }

    #[test]
    fn any_text_as_orders_is_read_or_refused(text in ".*", document in any_json()) {
        let _ = read_orders(&text);
        let _ = read_orders(&document.to_string());
    }
}
