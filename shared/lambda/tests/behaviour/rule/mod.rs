//! What AWS Config asks of the function behind its custom rules, and what it is told.

mod again;
mod change;
mod refused;
mod schedule;

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use evaluations::{Compliance, ConfigRule, Evaluation, Evaluations, Fires, Item, Reevaluations, Token};
use events::Resource;
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
