//! What AWS Config asks of the function behind its custom rules, and what it is told.

mod again;

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use evaluations::{Compliance, ConfigRule, Evaluation, Evaluations, Fires, Item, Reevaluations, Token};
use events::{BucketName, GroupId, Resource};
use lambda::Invocation;
use lambda::rule::{Judges, NotEvaluated, Rules, Work};
use remediation::clock::{Clock, rfc3339};
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, open, throttled};
use remediation::testing::{NOW, Still, run};
use remediation::{CallError, Denied};
use serde_json::{Value, json};
use settings::Settings;

use crate::support::{invocation, logged};

const HOME: &str = "arn:aws:lambda:eu-west-1:210987654321:function:curfew-config-rule:live";

/// AWS Config, which remembers what it was told.
#[derive(Default)]
struct Config {
    put: RefCell<Vec<Evaluation>>,
    /// How many came at once, with which token, and whether it was a test.
    batches: RefCell<Vec<(usize, String, bool)>>,
    /// What the rule said something of before.
    past: Vec<Resource>,
    /// Whether it says so.
    hides_past: bool,
    /// The resource that it never takes.
    refuses: Option<&'static str>,
    /// The rules that it was asked to evaluate again.
    started: RefCell<Vec<String>>,
}

/// Each rule is periodic and was evaluated yesterday, but for one that nobody may look at.
impl Reevaluations for Config {
    async fn rule(&self, name: &str) -> Result<Option<ConfigRule>, CallError> {
        let action = "config:DescribeConfigRules";
        if name == "secret" {
            return Err(CallError::Denied(Denied { action, message: "no".to_owned() }));
        }
        let fires = if name == "on-change" { Fires::OnChange } else { Fires::OnSchedule };
        Ok(Some(ConfigRule { fires, service: None, is_idle: true }))
    }

    async fn evaluated_at(&self, _: &str) -> Result<Option<SystemTime>, CallError> {
        Ok(Some(SystemTime::UNIX_EPOCH + NOW - Duration::from_secs(24 * 60 * 60)))
    }

    async fn start(&self, name: &str) -> Result<(), CallError> {
        self.started.borrow_mut().push(name.to_owned());
        Ok(())
    }
}

impl Evaluations for Config {
    async fn put(&self, token: &Token<'_>, evaluations: &[Evaluation]) -> Result<Vec<Evaluation>, CallError> {
        self.batches.borrow_mut().push((evaluations.len(), token.text.to_owned(), token.is_test));
        let is_refused = |one: &Evaluation| Some(one.resource_id.as_str()) == self.refuses;
        let (failed, taken): (Vec<_>, Vec<_>) = evaluations.iter().cloned().partition(is_refused);
        self.put.borrow_mut().extend(taken);
        Ok(failed)
    }

    async fn evaluated(&self, rule: &str) -> Result<Vec<Resource>, CallError> {
        assert_eq!(rule, "curfew-doors");
        let action = "config:GetComplianceDetailsByConfigRule";
        if self.hides_past {
            return Err(CallError::Denied(Denied { action, message: "no".to_owned() }));
        }
        Ok(self.past.clone())
    }
}

/// The one control of these tests.
struct Only(Doors);

impl Judges for Only {
    fn names() -> Vec<&'static str> {
        vec!["doors"]
    }

    async fn hand<W: Work>(&self, control: &str, work: W) -> Option<W::Output> {
        if control == "doors" { Some(work.with(&self.0).await) } else { None }
    }
}

#[derive(Default)]
struct World {
    doors: Doors,
    config: Config,
    clock: Still,
    ledger: Memory,
}

impl World {
    fn of(doors: Doors) -> Self {
        Self { doors, ..Self::default() }
    }

    fn ask_at(&self, home: &str, invocation: &Invocation, payload: &Value) -> Result<Value, NotEvaluated> {
        let arm = |_: &Settings, _: Option<Item>| Only(self.doors.clone());
        let rules = Rules::new(arm, &self.config, &self.ledger, &self.clock);
        run(rules.answer(&payload.to_string(), home, invocation, &Settings::default()))
    }

    fn ask(&self, payload: &Value) -> Result<Value, NotEvaluated> {
        self.ask_at(HOME, &invocation(), payload)
    }

    /// What AWS Config was told, by resource.
    fn told(&self) -> Vec<(String, Compliance)> {
        let put = self.config.put.borrow();
        put.iter().map(|one| (one.resource_id.clone(), one.verdict.compliance)).collect()
    }
}

fn rule(invoking: &Value) -> Value {
    json!({
        "invokingEvent": invoking.to_string(),
        "ruleParameters": json!({ "control": "doors" }).to_string(),
        "resultToken": "a token",
        "eventLeftScope": false,
        "configRuleName": "curfew-doors",
        "accountId": "210987654321",
    })
}

fn item() -> Value {
    json!({
        "resourceType": "AWS::S3::Bucket",
        "resourceId": "acme",
        "awsAccountId": "210987654321",
        "awsRegion": "eu-west-1",
        "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-11-20T09:59:04.512Z",
    })
}

fn change_of(item: &Value) -> Value {
    rule(&json!({
        "configurationItem": item,
        "messageType": "ConfigurationItemChangeNotification",
        "notificationCreationTime": "2026-11-20T10:00:41.118Z",
    }))
}

fn change() -> Value {
    change_of(&item())
}

fn schedule() -> Value {
    rule(&json!({
        "messageType": "ScheduledNotification",
        "notificationCreationTime": "2026-11-20T10:00:00.271Z",
        "awsAccountId": "210987654321",
    }))
}

fn with(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

#[test]
fn a_change_is_answered_for_with_its_token_its_time_and_a_line_of_the_log() {
    let world = World::of(Doors::read([open(&["front"])]));
    let (answer, lines) = logged(|| world.ask(&change()).unwrap());
    assert_eq!(answer["compliance"], "NON_COMPLIANT");
    assert_eq!((&answer["annotation"], &answer["told"]), (&json!("the front is open"), &json!("AWS Config")));
    assert_eq!(*world.config.batches.borrow(), [(1, "a token".to_owned(), false)]);
    let put = world.config.put.borrow();
    assert_eq!((put[0].resource_type.as_str(), put[0].resource_id.as_str()), ("AWS::S3::Bucket", "acme"));
    assert_eq!(rfc3339(put[0].ordered_at), "2026-11-20T09:59:04.512Z");

    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    for (field, value) in [
        ("control", "doors"),
        ("resource", "acme"),
        ("arn", "arn:aws:s3:::acme"),
        ("account", "210987654321"),
        ("mode", "observe"),
        ("outcome", "observed"),
        ("rule", "curfew-doors"),
        ("compliance", "NON_COMPLIANT"),
        ("annotation", "the front is open"),
        ("level", "INFO"),
        ("alert", "none"),
    ] {
        assert_eq!(line[field], value, "{field} of {line}");
    }
    assert_eq!(*world.doors.calls.borrow(), ["read acme", "tags of acme"]);
}

#[test]
fn a_test_says_so_and_without_a_token_nobody_is_told() {
    let world = World::of(Doors::read([open(&[])]));
    let answer = world.ask(&with(change(), "resultToken", "TESTMODE".into())).unwrap();
    assert_eq!(
        (&answer["compliance"], &answer["told"]),
        (&json!("COMPLIANT"), &json!("AWS Config, as a test"))
    );
    assert_eq!(*world.config.batches.borrow(), [(1, "TESTMODE".to_owned(), true)]);

    let world = World::of(Doors::read([open(&[])]));
    let answer = world.ask(&with(change(), "resultToken", Value::Null)).unwrap();
    assert_eq!((&answer["compliance"], &answer["told"]), (&json!("COMPLIANT"), &json!("nobody")));
    assert!(world.config.batches.borrow().is_empty());
}

#[test]
fn there_is_nothing_to_judge_about_what_is_deleted_out_of_scope_or_of_another_type() {
    let deleted = change_of(&with(item(), "configurationItemStatus", "ResourceDeleted".into()));
    let left = with(change(), "eventLeftScope", true.into());
    let unknown = change_of(&with(item(), "resourceType", "AWS::EC2::Instance".into()));
    let other = with(item(), "resourceType", "AWS::EC2::SecurityGroup".into());
    let other = change_of(&with(other, "resourceId", "sg-1a2b3c4d".into()));
    for (payload, resource, why) in [
        (deleted, "acme", "the resource was deleted"),
        (left, "acme", "the rule does not apply to the resource any more"),
        (unknown, "acme", "doors is not about resources of the type AWS::EC2::Instance"),
        (other, "sg-1a2b3c4d", "doors is not about resources of the type AWS::EC2::SecurityGroup"),
    ] {
        let world = World::of(Doors::read([open(&["front"])]));
        let (answer, lines) = logged(|| world.ask(&payload).unwrap());
        assert_eq!(world.told(), [(resource.to_owned(), Compliance::NotApplicable)]);
        assert_eq!((&answer["annotation"], &lines[0]["annotation"]), (&json!(why), &json!(why)));
        assert!(world.doors.calls.borrow().is_empty(), "{why}");
    }
    let world = World::of(Doors::read([Ok(None)]));
    world.ask(&change()).unwrap();
    assert_eq!(world.told(), [("acme".to_owned(), Compliance::NotApplicable)]);
}

#[test]
fn what_could_not_be_evaluated_aws_config_is_not_told_and_the_invocation_fails() {
    let world = World::of(Doors::read([Err(throttled())]));
    let (error, lines) = logged(|| world.ask(&change()).unwrap_err());
    assert_eq!(error.error_type(), "Curfew.NotEvaluated");
    let words = "S3 bucket acme could not be evaluated, and AWS Config is told nothing of it: ";
    assert!(error.to_string().starts_with(words), "{error}");
    assert!(world.config.batches.borrow().is_empty());
    assert_eq!((&lines[0]["outcome"], &lines[0]["compliance"]), (&json!("failed"), &Value::Null));
    assert_eq!(lines[1]["level"], "ERROR");
}

#[test]
fn an_evaluation_that_is_not_taken_twice_fails_the_invocation() {
    let mut world = World::of(Doors::read([open(&[])]));
    world.config.refuses = Some("acme");
    let error = world.ask(&change()).unwrap_err();
    assert_eq!(error.error_type(), "Curfew.EvaluationsNotTaken");
    assert_eq!(world.config.batches.borrow().len(), 2);
}

#[test]
fn what_is_another_accounts_is_refused_before_anything_is_read() {
    let of_rule = with(change(), "accountId", "111122223333".into());
    let of_item = change_of(&with(item(), "awsAccountId", "111122223333".into()));
    let everything = with(schedule(), "accountId", "111122223333".into());
    for payload in [of_rule, of_item, everything] {
        let world = World::of(Doors::read([open(&[])]));
        let error = world.ask(&payload).unwrap_err();
        assert_eq!(error.error_type(), "Curfew.ForeignAccount");
        let words = "it is about account 111122223333, and this function evaluates the resources of its own account 210987654321 alone";
        assert!(error.to_string().starts_with(words), "{error}");
        assert!(world.config.batches.borrow().is_empty() && world.doors.calls.borrow().is_empty());
    }
    let world = World::of(Doors::read([open(&[])]));
    let error = world.ask_at("function-arn", &invocation(), &change()).unwrap_err();
    assert!(error.to_string().starts_with("`function-arn` is no ARN of a Lambda function"), "{error}");
}

#[test]
fn what_is_no_invocation_of_a_rule_or_cannot_be_read_is_refused_by_its_field() {
    let of_nothing = with(change(), "ruleParameters", Value::Null);
    let timeless = change_of(&with(item(), "configurationItemCaptureTime", "yesterday".into()));
    for (payload, kind, complaint) in [
        (
            json!({ "source": "aws.config" }),
            "Curfew.UnreadableTrigger",
            "this is no invocation of an AWS Config",
        ),
        (json!({ "Records": [] }), "Curfew.UnreadableTrigger", "this is no invocation of an AWS Config"),
        (json!({ "invokingEvent": "{" }), "Curfew.UnreadableTrigger", "the invocation could not be read: "),
        (of_nothing, "Curfew.UnusableParameters", "`ruleParameters.control` is missing"),
        (timeless, "Curfew.UnreadableTrigger", "`invokingEvent.configurationItemCaptureTime` is not a time"),
    ] {
        let world = World::of(Doors::read([open(&[])]));
        let error = world.ask(&payload).unwrap_err();
        assert_eq!(error.error_type(), kind, "{payload}");
        assert!(error.to_string().starts_with(complaint), "{error}");
        assert!(world.config.batches.borrow().is_empty(), "{payload}");
    }
    let probe = World::default().ask(&json!({ "probe": true })).unwrap();
    assert_eq!(probe["control"], "config-rule");
}

fn town(houses: usize) -> World {
    let world = World::of(Doors::read([open(&[])]));
    *world.doors.listed.borrow_mut() = (0..houses).map(|number| format!("acme-{number}")).collect();
    world
}

#[test]
fn a_schedule_is_answered_for_with_everything_in_the_region_in_batches() {
    let world = town(205);
    let answer = world.ask(&schedule()).unwrap();
    assert_eq!(answer, json!({ "evaluated": { "COMPLIANT": 205 }, "told": "AWS Config" }));
    let sizes: Vec<usize> = world.config.batches.borrow().iter().map(|(size, ..)| *size).collect();
    assert_eq!(sizes, [100, 100, 5]);
    let put = world.config.put.borrow();
    assert!(put.iter().all(|one| rfc3339(one.ordered_at) == "2026-11-20T10:00:00.271Z"));
    assert_eq!(world.doors.calls.borrow()[0], "list in eu-west-1 of 210987654321");
}

#[test]
fn what_was_deleted_since_keeps_no_stale_result_and_what_is_only_not_listed_is_judged() {
    let mut world = town(1);
    let bucket = |name: &str| Resource::Bucket(BucketName::new(name).unwrap());
    let group = Resource::SecurityGroup(GroupId::new("sg-1a2b3c4d").unwrap());
    world.config.past = vec![bucket("acme-0"), bucket("gone"), group, bucket("late")];
    *world.doors.reads.borrow_mut() = [open(&[]), Ok(None), open(&["front"])].into();
    world.ask(&schedule()).unwrap();
    let told = [
        ("acme-0".to_owned(), Compliance::Compliant),
        ("gone".to_owned(), Compliance::NotApplicable),
        ("late".to_owned(), Compliance::NonCompliant),
    ];
    assert_eq!(world.told(), told);
}

#[test]
fn where_it_is_not_known_what_was_said_before_all_else_is_told_and_the_invocation_fails() {
    let mut world = town(2);
    world.config.hides_past = true;
    let error = world.ask(&schedule()).unwrap_err();
    assert_eq!(world.told().len(), 2);
    assert_eq!(error.error_type(), "Curfew.NotEvaluated");
    assert!(error.to_string().contains("config:GetComplianceDetailsByConfigRule"), "{error}");

    // Of a test AWS Config keeps nothing, so that nothing is asked.
    world.ask(&with(schedule(), "resultToken", "TESTMODE".into())).unwrap();
}

#[test]
fn of_everything_only_what_could_be_evaluated_is_told() {
    let world = town(6);
    *world.doors.reads.borrow_mut() = [Err(throttled()), open(&["front"]), Err(throttled())].into();
    let error = world.ask(&schedule()).unwrap_err();
    assert_eq!(world.told(), [("acme-1".to_owned(), Compliance::NonCompliant)]);
    let words = error.to_string();
    assert!(words.starts_with("S3 bucket acme-0 could not be evaluated"), "{words}");
    assert!(words.ends_with("; and 2 more"), "{words}");
}

#[test]
fn what_cannot_be_listed_or_has_no_time_left_is_not_told_as_if_it_were_all() {
    let world = town(3);
    world.doors.listed.borrow_mut().push("no bucket".to_owned());
    let error = world.ask(&schedule()).unwrap_err();
    assert!(
        error.to_string().starts_with("nothing was evaluated, since what there is could not be listed: ")
    );
    assert!(world.config.batches.borrow().is_empty());

    let world = town(30);
    let rules = Rules::new(
        |_: &Settings, _| Only(world.doors.clone()),
        &world.config,
        Memory::default(),
        Passing::default(),
    );
    let short = Invocation { deadline: world.clock.now() + Duration::from_secs(20), ..invocation() };
    let answer = run(rules.answer(&schedule().to_string(), HOME, &short, &Settings::default()));
    let error = answer.unwrap_err().to_string();
    let not_looked_at: usize = error.split(' ').next().unwrap().parse().unwrap();
    assert!(error.contains(" resources were not looked at, since too little time was left"), "{error}");
    assert_eq!(not_looked_at + world.told().len(), 30);
    assert!((20..30).contains(&not_looked_at), "{error}");
}

/// A clock by which each look at it takes a second.
#[derive(Default)]
struct Passing(Still);

impl Clock for Passing {
    fn now(&self) -> SystemTime {
        self.0.forward(Duration::from_secs(1));
        self.0.now()
    }

    async fn sleep(&self, pause: Duration) {
        self.0.sleep(pause).await;
    }
}
