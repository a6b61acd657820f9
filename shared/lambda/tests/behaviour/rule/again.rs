//! What a rule's function goes by that the ledger knows: what people put back, and what was closed.

use events::{Cause, Subject};
use remediation::ledger::Graces;
use remediation::testing::{Topic, bucket, deliver};
use remediation::{Delivery, Ports};

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn tick() -> Value {
    json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} })
}

impl World {
    /// The same, once Curfew has closed the front door of a house, which this rule of AWS Config had found.
    fn closing(self, rule: &str) -> Self {
        let mut subject = bucket("acme");
        subject.cause = Cause::new("AWS Config rule").with_rule(Some(rule));
        self.closing_for(&subject)
    }

    fn closing_for(self, subject: &Subject) -> Self {
        let doors = Doors::read([open(&["front"]), open(&[])]);
        let topic = Topic::default();
        deliver(&doors, subject, Delivery::First, &Ports::new(&self.clock, &topic, &self.ledger));
        self
    }

    fn started(&self) -> Vec<String> {
        self.config.started.take()
    }
}

#[test]
fn an_hour_after_a_periodic_rule_led_to_a_closing_the_tick_has_it_evaluated_again() {
    let world = World::default().closing("a-rule");
    world.ask(&tick()).unwrap();
    assert!(world.started().is_empty(), "AWS Config may not have recorded it yet");
    world.clock.forward(HOUR);
    let (answer, lines) = logged(|| world.ask(&tick()).unwrap());
    assert_eq!(answer, json!({ "rules": { "a-rule": "evaluated again" } }));
    assert_eq!(world.started(), ["a-rule"]);
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["rule"]), (&json!("INFO"), &json!("a-rule")));
    world.clock.forward(25 * HOUR);
    assert_eq!(world.ask(&tick()).unwrap(), json!({ "rules": {} }));
    assert!(world.config.batches.borrow().is_empty() && world.doors.calls.borrow().is_empty());
}

#[test]
fn a_rule_that_fires_on_change_is_left_and_one_that_nobody_may_see_is_a_warning_that_fails_nothing() {
    for (rule, level, why) in [
        ("on-change", "INFO", "not evaluated again: it evaluates by itself what changes"),
        (
            "secret",
            "WARN",
            "not evaluated again: access denied: the function's role may not call `config:DescribeConfigRules` here: no",
        ),
    ] {
        let world = World::default().closing(rule);
        world.clock.forward(HOUR);
        let (answer, lines) = logged(|| world.ask(&tick()).unwrap());
        assert_eq!(answer["rules"][rule], why);
        assert_eq!(lines[0]["message"], format!("the rule {rule} is {why}"));
        assert_eq!((lines.len(), &lines[0]["level"]), (1, &json!(level)));
        assert!(world.started().is_empty());
    }
}

#[test]
fn what_a_call_or_a_finding_led_to_asks_no_rule_again() {
    let mut subject = bucket("acme");
    for cause in [
        Cause::new("CloudTrail PutBucketAcl"),
        Cause::new("Security Hub").with_rule(Some("S3.2")),
        Cause::new("AWS Config rule"),
    ] {
        subject.cause = cause;
        let world = World::default().closing_for(&subject);
        world.clock.forward(HOUR);
        assert_eq!(world.ask(&tick()).unwrap(), json!({ "rules": {} }));
    }
}

#[test]
fn what_a_person_put_back_complies_until_curfew_would_close_it_again() {
    let world = World::default().closing("a-rule");
    world.clock.forward(HOUR);
    let doors = Doors::read([open(&[]), open(&[]), open(&["front"])]);
    let topic = Topic::default();
    let ports = Ports::new(&world.clock, &topic, &world.ledger);
    let (hands, order) = ((doors, ()), json!({ "resource": "arn:aws:s3:::acme" }).to_string());
    run(lambda::restore::answer(&hands, &order, &ports, &invocation(), &Settings::default())).unwrap();
    let until =
        run(world.ledger.left_alone(&bucket("acme"), "doors", world.clock.now())).unwrap().unwrap().until;

    let world = World { doors: Doors::read([open(&["front"])]), ..world };
    let (answer, lines) = logged(|| world.ask(&change()).unwrap());
    let why = format!("a person put it back, and Curfew leaves it alone until {}", rfc3339(until));
    assert_eq!((&answer["compliance"], &answer["annotation"]), (&json!("COMPLIANT"), &json!(why)));
    assert_eq!((&lines[0]["outcome"], &lines[0]["note"]), (&json!("exempt"), &json!(why)));

    let world = World { doors: Doors::read([open(&["front", "back"])]), ..world };
    let answer = world.ask(&change()).unwrap();
    let said = (&answer["compliance"], &answer["annotation"]);
    assert_eq!(said, (&json!("NON_COMPLIANT"), &json!("the back is open")), "it was opened beside it");

    world.clock.forward(24 * HOUR);
    let world = World { doors: Doors::read([open(&["front"])]), ..world };
    assert_eq!(world.ask(&change()).unwrap()["compliance"], "NON_COMPLIANT");
}
