//! What one invocation does, whom it tells, what it answers.

use std::time::Duration;

use crate::support::{batch, event, invocation, logged};
use lambda::{HandleError, Invocation, Service};
use remediation::Outcome;
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, denied, open, throttled};
use remediation::testing::{Still, Topic, run};
use serde_json::{Value, json};
use settings::Settings;

fn service<'a>(
    doors: &Doors,
    told: &'a Topic,
    clock: &'a Still,
) -> Service<Doors, &'a Topic, &'a Still, Memory> {
    Service::new(doors.clone(), told, clock, Memory::default(), Settings::default())
}

fn outcomes(told: &Topic) -> Vec<Outcome> {
    told.reports.borrow().iter().map(|report| report.outcome).collect()
}

#[test]
fn a_remediated_subject_is_told_once_and_its_second_delivery_is_not() {
    let (doors, told, clock) =
        (Doors::read([open(&["door"]), open(&[])]), Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    let answer = run(service.handle(&event("acme", "e1"), &invocation())).unwrap();
    assert_eq!(answer, json!({ "subjects": [{ "resource": "S3 bucket acme", "outcome": "remediated" }] }));
    let answer = run(service.handle(&event("acme", "e1"), &invocation())).unwrap();
    assert_eq!(answer["subjects"][0]["outcome"], "compliant");
    assert_eq!(outcomes(&told), [Outcome::Remediated]);
}

#[test]
fn an_alert_is_not_repeated_for_the_same_situation() {
    let (doors, told, clock) = (Doors::read([open(&["window"])]), Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    let handle = |id: &str| run(service.handle(&event("acme", id), &invocation())).unwrap();
    handle("e1");
    handle("e1");
    handle("e2");
    assert_eq!(outcomes(&told), [Outcome::Alerted]);

    // Another trigger a day later is a reminder, the same one delivered again is not.
    clock.forward(Duration::from_secs(24 * 60 * 60));
    handle("e1");
    assert_eq!(told.reports.borrow().len(), 1);
    handle("e3");
    assert_eq!(told.reports.borrow().len(), 2);
}

#[test]
fn what_stays_after_a_remediation_was_told_with_it() {
    let doors = Doors::read([open(&["door", "window"]), open(&["window"])]);
    let (told, clock) = (Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    for _ in 0..2 {
        run(service.handle(&event("acme", "e1"), &invocation())).unwrap();
    }
    assert_eq!(outcomes(&told), [Outcome::Remediated]);
}

#[test]
fn a_resource_that_opens_again_is_closed_and_told_again() {
    let doors = Doors::read([open(&["door"]), open(&[]), open(&[]), open(&["door"]), open(&[])]);
    let (told, clock) = (Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    for id in ["e1", "e2", "e3"] {
        run(service.handle(&event("acme", id), &invocation())).unwrap();
    }
    assert_eq!(outcomes(&told), [Outcome::Remediated, Outcome::Remediated]);
}

#[test]
fn only_the_unreadable_message_of_a_batch_comes_back() {
    let (doors, told, clock) = (Doors::read([open(&[])]), Topic::default(), Still::default());
    let bodies = [event("acme", "e1"), "garbage".to_owned(), event("acme-2", "e2")];
    let (answer, lines) =
        logged(|| run(service(&doors, &told, &clock).handle(&batch(&bodies, 1), &invocation())).unwrap());
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }));
    let errors: Vec<&Value> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["message_id"], "m1");
}

#[test]
fn the_same_subject_in_several_messages_is_walked_once_and_answers_for_all() {
    let doors = Doors::read([Err(throttled())]);
    let (told, clock) = (Topic::default(), Still::default());
    let bodies = [event("acme", "e1"), event("acme", "e2")];
    let answer = run(service(&doors, &told, &clock).handle(&batch(&bodies, 1), &invocation())).unwrap();
    assert_eq!(doors.calls.borrow().len(), 1);
    assert_eq!(
        answer,
        json!({ "batchItemFailures": [{ "itemIdentifier": "m0" }, { "itemIdentifier": "m1" }] })
    );
}

#[test]
fn what_was_found_is_told_at_once_and_the_message_comes_back_for_what_could_not_be_read() {
    let doors = Doors::read([open(&["window", "fogged attic"])]);
    let (told, clock) = (Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    for count in 1..=8 {
        let answer = run(service.handle(&batch(&[event("acme", "e1")], count), &invocation())).unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m0" }] }), "delivery {count}");
    }
    assert_eq!(outcomes(&told), [Outcome::Alerted]);
    let error = run(service.handle(&event("acme", "e1"), &invocation())).unwrap_err();
    assert_eq!(error.error_type(), "Curfew.NotAllRead");
    let reason = error.to_string();
    assert!(
        reason.starts_with(
            "S3 bucket acme: alerted, but the fogged attic could not be read: `house:CloseDoor`"
        ),
        "{reason}"
    );

    // What nobody may read does not come back.
    let doors = Doors::read([open(&["window", "barred cellar"])]);
    let service = self::service(&doors, &told, &clock);
    let answer = run(service.handle(&batch(&[event("acme-2", "e1")], 1), &invocation())).unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
}

#[test]
fn a_failure_that_may_pass_is_told_at_the_last_delivery_only() {
    let (doors, told, clock) = (Doors::read([Err(throttled())]), Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    for count in 1..=7 {
        run(service.handle(&batch(&[event("acme", "e1")], count), &invocation())).unwrap();
        assert!(told.reports.borrow().is_empty(), "delivery {count}");
    }
    run(service.handle(&batch(&[event("acme", "e1")], 8), &invocation())).unwrap();
    assert_eq!(outcomes(&told), [Outcome::Failed]);
}

#[test]
fn a_failure_that_stays_is_told_at_once_and_only_once() {
    let (doors, told, clock) = (Doors::read([Err(denied())]), Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    for count in 1..=8 {
        let answer = run(service.handle(&batch(&[event("acme", "e1")], count), &invocation())).unwrap();
        assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m0");
        clock.forward(Duration::from_secs(6 * 60));
    }
    assert_eq!(outcomes(&told), [Outcome::Failed]);
}

#[test]
fn a_failure_is_logged_once_and_answered_with_a_stable_type() {
    let (doors, told, clock) = (Doors::read([Err(denied())]), Topic::default(), Still::default());
    let (error, lines) = logged(|| {
        run(service(&doors, &told, &clock).handle(&event("acme", "e1"), &invocation())).unwrap_err()
    });
    assert_eq!(error.error_type(), "Curfew.Failed");
    assert_eq!(
        error.to_string(),
        "S3 bucket acme: access denied: the function's role may not call `house:CloseDoor` here: no"
    );
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["error"]["action"], "house:CloseDoor");
}

#[test]
fn an_alert_that_does_not_get_through_is_loud_and_whole_in_the_log() {
    let (doors, told, clock) =
        (Doors::read([open(&["door"]), open(&[])]), Topic::default(), Still::default());
    told.refuses.set(true);
    let (answer, lines) = logged(|| {
        run(service(&doors, &told, &clock).handle(&batch(&[event("acme", "e1")], 1), &invocation())).unwrap()
    });
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m0");
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!((&line["level"], &line["outcome"]), (&json!("ERROR"), &json!("remediated")));
    assert_eq!(line["undelivered"], json!({ "subject": "A door", "text": "The front door is open." }));

    // Told when the topic works again, should there still be something to tell.
    let error =
        run(service(&Doors::read([open(&["window"])]), &told, &clock)
            .handle(&event("a-b", "e2"), &invocation()))
        .unwrap_err();
    assert_eq!(error.error_type(), "Curfew.AlertNotDelivered");
}

#[test]
fn an_alert_that_was_refused_is_tried_again() {
    let (doors, told, clock) = (Doors::read([open(&["window"])]), Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    told.refuses.set(true);
    run(service.handle(&event("acme", "e1"), &invocation())).unwrap_err();
    told.refuses.set(false);
    run(service.handle(&event("acme", "e1"), &invocation())).unwrap();
    assert_eq!(outcomes(&told), [Outcome::Alerted]);
}

#[test]
fn a_tick_comes_back_for_a_mail_about_what_waits_that_did_not_get_through() {
    let doors = Doors::read([open(&["door"]), open(&[]), open(&["door"])]);
    let (told, clock) = (Topic::default(), Still::default());
    let settings = Settings { feud_limit: 1, ..Settings::default() };
    let service = Service::new(doors, &told, &clock, Memory::default(), settings);
    run(service.handle(&event("acme", "e1"), &invocation())).unwrap();
    clock.forward(Duration::from_secs(60));
    told.refuses.set(true);
    run(service.handle(&event("acme", "e2"), &invocation())).unwrap_err();
    clock.forward(Duration::from_secs(120));
    let tick = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} }).to_string();
    let answer = || run(service.handle(&batch(std::slice::from_ref(&tick), 1), &invocation())).unwrap();
    assert_eq!(answer(), json!({ "batchItemFailures": [{ "itemIdentifier": "m0" }] }));
    clock.forward(Duration::from_secs(120));
    told.refuses.set(false);
    for _ in 0..2 {
        assert_eq!(answer(), json!({ "batchItemFailures": [] }));
    }
    assert_eq!(outcomes(&told), [Outcome::Remediated, Outcome::Held]);
}

#[test]
fn an_unreadable_payload_is_an_error_without_a_walk() {
    let (doors, told, clock) = (Doors::default(), Topic::default(), Still::default());
    let (error, lines) =
        logged(|| run(service(&doors, &told, &clock).handle("{", &invocation())).unwrap_err());
    assert!(matches!(error, HandleError::Unreadable(_)));
    assert_eq!(lines.len(), 1);
    assert!(lines[0]["message"].as_str().unwrap().starts_with("the trigger could not be read: "));
}

#[test]
fn a_subject_of_another_control_is_left_alone_and_said() {
    let (doors, told, clock) = (Doors::default(), Topic::default(), Still::default());
    let other = event("sg-1d56fc66", "e1").replace("AWS::S3::Bucket", "AWS::EC2::SecurityGroup");
    let (answer, lines) =
        logged(|| run(service(&doors, &told, &clock).handle(&other, &invocation())).unwrap());
    assert_eq!(answer, json!({ "subjects": [] }));
    assert_eq!(lines[0]["message"], "the trigger names nothing that doors has to look at");
    assert!(doors.calls.borrow().is_empty());
}

#[test]
fn what_cannot_be_begun_in_time_comes_back_untouched() {
    let (told, clock) = (Topic::default(), Still::default());
    // Each walk that stays open waits 2.3 s between its reads; four run at the same time.
    let doors = Doors::read([open(&["door"])]);
    let bodies: Vec<String> = (0..10).map(|n| event(&format!("acme-{n}"), "e1")).collect();
    let short = Invocation { deadline: invocation().deadline - Duration::from_secs(56), ..invocation() };
    let answer = run(service(&doors, &told, &clock).handle(&batch(&bodies, 1), &short)).unwrap();
    let started = doors.calls.borrow().iter().filter(|call| call.starts_with("apply")).count();
    assert!((1..10).contains(&started), "{started} were started");
    assert_eq!(told.reports.borrow().len(), started);
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 10);
}

#[test]
fn what_is_delivered_for_the_last_time_is_begun_however_little_time_is_left() {
    let (told, clock) = (Topic::default(), Still::default());
    let doors = Doors::read([open(&["door"])]);
    let bodies: Vec<String> = (0..10).map(|n| event(&format!("acme-{n}"), "e1")).collect();
    let short = Invocation { deadline: invocation().deadline - Duration::from_secs(56), ..invocation() };
    run(service(&doors, &told, &clock).handle(&batch(&bodies, 8), &short)).unwrap();
    assert_eq!(told.reports.borrow().len(), 10);
}

#[test]
fn a_deadline_in_the_past_is_no_deadline() {
    let (doors, told, clock) = (Doors::read([open(&[])]), Topic::default(), Still::default());
    let past = Invocation { deadline: std::time::SystemTime::UNIX_EPOCH, ..invocation() };
    let answer = run(service(&doors, &told, &clock).handle(&event("acme", "e1"), &past)).unwrap();
    assert_eq!(answer["subjects"][0]["outcome"], "compliant");
}

#[test]
fn a_probe_is_answered_without_any_work() {
    let (doors, told, clock) = (Doors::read([open(&["door"])]), Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    let (answer, lines) = logged(|| run(service.handle(r#"{ "probe": true }"#, &invocation())).unwrap());
    assert_eq!(
        answer,
        json!({ "probe": true, "control": "doors", "mode": "enforce", "version": env!("CARGO_PKG_VERSION") })
    );
    assert!(outcomes(&told).is_empty());
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "INFO");
}

#[test]
fn what_is_no_probe_is_not_answered_as_one() {
    let (doors, told, clock) = (Doors::read([open(&["door"])]), Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    for payload in [r#"{ "probe": false }"#, r#"{ "probe": true, "source": "aws.config" }"#, "true"] {
        assert!(run(service.handle(payload, &invocation())).is_err(), "{payload}");
    }
}

#[test]
fn each_line_names_the_version_of_the_settings_that_it_went_by() {
    let (doors, told, clock) =
        (Doors::read([open(&["door"]), open(&[])]), Topic::default(), Still::default());
    let settings = Settings { written: Some(7), ..Settings::default() };
    let service = Service::new(doors.clone(), &told, &clock, Memory::default(), settings);
    let handle = |id: &str| logged(|| run(service.handle(&event("acme", id), &invocation())).unwrap()).1;
    assert_eq!(handle("e1")[0]["settings_version"], 7);
    service.rearm(doors.clone(), Settings { written: Some(8), ..Settings::default() });
    assert_eq!(handle("e2")[0]["settings_version"], 8);
}

/// CloudTrail says that somebody changed this prefix list.
fn changed_list(id: &str) -> String {
    json!({
        "id": "e9", "source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail",
        "time": "2026-11-22T05:41:00Z", "account": "210987654321", "region": "eu-west-1",
        "detail": {
            "eventName": "ModifyManagedPrefixList", "eventTime": "2026-11-22T05:40:51Z",
            "awsRegion": "eu-west-1", "recipientAccountId": "210987654321",
            "userIdentity": { "arn": "arn:aws:iam::210987654321:user/ann" },
            "requestParameters": { "ModifyManagedPrefixListRequest": { "PrefixListId": id } },
        },
    })
    .to_string()
}

fn street(names: &[&str]) -> Doors {
    let doors = Doors::read([open(&["door"]), open(&[]), open(&["door"]), open(&[])]);
    *doors.listed.borrow_mut() = names.iter().map(|name| (*name).to_owned()).collect();
    doors
}

#[test]
fn a_prefix_list_becomes_what_it_stands_for_and_each_is_walked_with_its_cause() {
    let doors = street(&["acme", "acme-2"]);
    let (told, clock) = (Topic::default(), Still::default());
    let bodies = [changed_list("pl-0a1b2c3d"), changed_list("pl-0a1b2c3d"), event("acme", "e1")];
    let service = service(&doors, &told, &clock);
    let (answer, lines) = logged(|| run(service.handle(&batch(&bodies, 1), &invocation())).unwrap());
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(outcomes(&told), [Outcome::Remediated, Outcome::Remediated]);
    let causes: Vec<String> =
        told.reports.borrow().iter().map(|report| report.subject.cause.to_string()).collect();
    let by = "CloudTrail ModifyManagedPrefixList by arn:aws:iam::210987654321:user/ann";
    assert!(causes.iter().all(|cause| cause.starts_with(by)), "{causes:?}");
    let asked = doors.calls.borrow().iter().filter(|call| call.starts_with("behind")).count();
    assert_eq!(asked, 1, "of all messages together");
    assert_eq!(lines[0]["message"], "prefix list pl-0a1b2c3d stands for 2 resources");
}

#[test]
fn a_message_about_a_prefix_list_comes_back_where_nobody_knows_what_it_stands_for() {
    let doors = street(&["no bucket"]);
    let (told, clock) = (Topic::default(), Still::default());
    let service = service(&doors, &told, &clock);
    let bodies = [event("acme", "e1"), changed_list("pl-0a1b2c3d")];
    let (answer, lines) = logged(|| run(service.handle(&batch(&bodies, 1), &invocation())).unwrap());
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }));
    assert_eq!(outcomes(&told), [Outcome::Remediated], "what else is in the batch does not wait");
    let said = lines[0]["message"].as_str().unwrap();
    assert!(said.starts_with("what prefix list pl-0a1b2c3d stands for is not known"), "{said}");
    let error = run(service.handle(&changed_list("pl-0a1b2c3d"), &invocation())).unwrap_err();
    assert_eq!(error.error_type(), "Curfew.NotListed");
}

#[test]
fn a_prefix_list_that_nothing_names_is_no_work() {
    let (doors, told, clock) = (street(&[]), Topic::default(), Still::default());
    let answer =
        run(service(&doors, &told, &clock).handle(&changed_list("pl-0a1b2c3d"), &invocation())).unwrap();
    assert_eq!(answer, json!({ "subjects": [] }));
}
