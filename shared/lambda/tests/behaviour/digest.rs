//! What the tick does with what waits for one mail.

use std::time::{Duration, SystemTime};

use crate::support::{batch, event, invocation, logged};
use lambda::{Invocation, Service};
use remediation::Pace;
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, open};
use remediation::testing::{NOW, Still, Topic, run};
use serde_json::json;
use settings::Settings;

fn tick() -> String {
    json!({ "id": "t1", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} }).to_string()
}

fn at(hours: u64) -> Invocation {
    let deadline = SystemTime::UNIX_EPOCH + NOW + Duration::from_secs(hours * 3_600 + 60);
    Invocation { deadline, request_id: format!("r{hours}"), ..invocation() }
}

#[test]
fn a_tick_mails_what_waits_and_comes_back_where_that_fails() {
    let (told, clock, ledger) = (Topic::default(), Still::default(), Memory::default());
    let doors = Doors::read([open(&["door"]), open(&[])]);
    let settings = Settings { alerts: Pace::Hourly, ..Settings::default() };
    let service = Service::new(doors, &told, &clock, &ledger, settings);
    let (_, lines) = logged(|| run(service.handle(&batch(&[event("acme", "e1")], 1), &at(0))).unwrap());
    assert_eq!((&lines[0]["outcome"], &lines[0]["alert"]), (&json!("remediated"), &json!("digest")));

    clock.forward(Duration::from_secs(3_600));
    told.refuses.set(true);
    let bodies = [event("acme", "e1"), tick()];
    let (answer, lines) = logged(|| run(service.handle(&batch(&bodies, 1), &at(1))).unwrap());
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }), "the tick alone");
    let errors: Vec<_> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0]["message"],
        "the digest was not delivered: `sns:Publish` was refused (NotFound): no such topic"
    );

    clock.forward(Duration::from_secs(3_600));
    told.refuses.set(false);
    let (answer, lines) = logged(|| run(service.handle(&batch(&[tick()], 2), &at(2))).unwrap());
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(
        (&lines[0]["mailed"], &lines[0]["message"]),
        (&json!(1), &json!("the digest was sent, about 1 resource"))
    );
    assert_eq!((told.digests.borrow().len(), told.reports.borrow().len()), (1, 0));
    run(service.handle(&tick(), &at(3))).unwrap();
    assert_eq!(told.digests.borrow().len(), 1, "once");
}
