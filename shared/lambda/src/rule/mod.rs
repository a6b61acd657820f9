//! What AWS Config asks of the function behind custom rules: whether resources comply.
//!
//! One function serves a rule for each control; the rule's parameters say which, as in `{"control": "sg-ingress"}`. The
//! judgement is that of the walk, by ports that only read. What nobody can say AWS Config is not told: the invocation fails,
//! so that AWS Config shows the error and Lambda tries again.
//!
//! Its schedule, where it has one, is no question: rules of others are evaluated again whose findings were closed.
//!
//! <https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html>

mod again;
mod error;
mod everything;
mod home;
mod judges;
mod look;

use std::collections::BTreeMap;
use std::time::SystemTime;

use evaluations::{
    Evaluation, Evaluations, Item, ParametersError, Reevaluations, Token, Verdict, chosen, deliver,
};
use events::{AccountId, OwnRoles, RuleInvocation, RuleQuestion, RuleResource, Standing, Trigger};
use remediation::clock::{self, Clock};
use remediation::ledger::{Chronicle, Graces};
use serde_json::{Map, Value, json};
use settings::Settings;
use telemetry::line;
use tracing::Instrument;

use crate::Invocation;
use crate::asked::{Asked, asked};
use crate::service::{left, probe};

pub use error::{Failures, NotEvaluated};
pub use home::Home;
pub use judges::{Judges, Judging, Work};

use everything::AtAll;
use look::{AtOne, Looks};

/// What the function is called in the places where others name their control.
pub(crate) const NAME: &str = "config-rule";

/// What answers AWS Config: `arm` builds the controls with the settings as they are, and with the configuration item for
/// what they may not read.
#[derive(Debug)]
pub struct Rules<A, P, L, K> {
    arm: A,
    port: P,
    ledger: L,
    clock: K,
}

impl<A, J, P, L, K> Rules<A, P, L, K>
where
    A: Fn(&Settings, Option<Item>) -> J,
    J: Judges,
    P: Evaluations + Reevaluations,
    L: Graces + Chronicle,
    K: Clock,
{
    /// An answer through this port, which goes by what the ledger knows.
    pub fn new(arm: A, port: P, ledger: L, clock: K) -> Self {
        Self { arm, port, ledger, clock }
    }

    /// Handles one payload of a function that is at `function_arn`.
    ///
    /// # Errors
    /// For what is no invocation of a rule of this account, and for all that could not be evaluated or delivered; what could
    /// be is. The log says so already.
    pub async fn answer(
        &self,
        payload: &str,
        function_arn: &str,
        invocation: &Invocation,
        settings: &Settings,
    ) -> Result<Value, NotEvaluated> {
        if asked(payload) == Some(Asked::Probe) {
            return Ok(probe::answer(NAME, settings.mode));
        }
        let span = invocation.span(settings.written);
        let work = async {
            let answer = self.evaluate(payload, function_arn, invocation, settings).await;
            if let Err(error) = &answer {
                line::not_evaluated(NAME, error);
            }
            answer
        };
        work.instrument(span).await
    }

    async fn evaluate(
        &self,
        payload: &str,
        function_arn: &str,
        invocation: &Invocation,
        settings: &Settings,
    ) -> Result<Value, NotEvaluated> {
        let rule = match events::read(payload, &OwnRoles::none()) {
            Ok(Trigger::Rule(rule)) => rule,
            Ok(Trigger::Event(reading)) if reading.is_tick => {
                let again = again::all(&self.port, &self.ledger, self.clock.now());
                let (again, _) = aws::within(left(invocation, &self.clock), again).await;
                return Ok(again);
            }
            Ok(Trigger::Event(_) | Trigger::Batch(_)) => return Err(NotEvaluated::NoRule),
            Err(error) => return Err(NotEvaluated::Unreadable(error)),
        };
        let home = Home::of(function_arn).ok_or_else(|| NotEvaluated::NoHome(function_arn.to_owned()))?;
        let control = chosen(&rule.parameters, &J::names())?;
        at_home(rule.account.as_ref(), &home)?;
        at_home(rule.subject().map(|subject| &subject.account), &home)?;
        let token = rule.result_token.as_deref().map(|text| Token { text, is_test: rule.is_test() });
        let exemptions = settings.exemptions();
        let looks = |ordered_at, item| Looks {
            asked: &rule,
            exemptions: &exemptions,
            graces: &self.ledger,
            clock: &self.clock,
            invocation,
            ordered_at,
            item,
        };
        match &rule.question {
            RuleQuestion::Resource(resource) => {
                let ordered_at = time("configurationItemCaptureTime", &resource.captured_at)?;
                let item = resource.item.clone().map(Item::new);
                let judges = (self.arm)(settings, item.clone());
                let looks = looks(ordered_at, item.as_ref());
                let evaluation = self.one(&judges, control, resource, looks).await?;
                self.deliver(token.as_ref(), &evaluation, invocation).await?;
                Ok(answer(&rule, one(&evaluation)))
            }
            RuleQuestion::Everything { asked_at } => {
                let looks = looks(time("notificationCreationTime", asked_at)?, None);
                let work = AtAll { looks, port: &self.port, token, home: &home, asked_at };
                let judges = (self.arm)(settings, None);
                let no_control = || ParametersError::NoControl { known: J::names() };
                let all = judges.hand(control, work).await.ok_or_else(no_control)?;
                let all = all.map_err(NotEvaluated::NotListed)?;
                match Failures::of(&all) {
                    Some(failures) => Err(failures.into()),
                    None => Ok(answer(&rule, counts(&all.evaluations))),
                }
            }
        }
    }

    /// The evaluation of the one resource that AWS Config asks about, named as AWS Config names it.
    async fn one(
        &self,
        judges: &J,
        control: &'static str,
        resource: &RuleResource,
        looks: Looks<'_, K, L>,
    ) -> Result<Evaluation, NotEvaluated> {
        let RuleResource { resource_type, resource_id, standing, .. } = resource;
        let (ordered_at, rule) = (looks.ordered_at, looks.asked.rule.as_deref());
        let other_type = || format!("{control} is not about resources of the type {resource_type}");
        let looked = match standing {
            Standing::Judged(subject) => {
                judges.hand(control, AtOne { looks, subject }).await.flatten().ok_or_else(other_type)
            }
            Standing::UnknownType => Err(other_type()),
            Standing::Deleted => Err("the resource was deleted".to_owned()),
            Standing::LeftScope => Err("the rule does not apply to the resource any more".to_owned()),
        };
        let verdict = match looked {
            Ok(Ok(evaluation)) => evaluation.verdict,
            Ok(Err(unevaluated)) => return Err(Failures::one(&unevaluated).into()),
            Err(why) => {
                let verdict = Verdict::not_applicable(&why);
                line::nothing_to_judge(control, rule, resource_id, verdict.compliance.as_str(), &why);
                verdict
            }
        };
        let (resource_type, resource_id) = (resource_type.clone(), resource_id.clone());
        Ok(Evaluation { resource_type, resource_id, verdict, ordered_at })
    }

    async fn deliver(
        &self,
        token: Option<&Token<'_>>,
        evaluation: &Evaluation,
        invocation: &Invocation,
    ) -> Result<(), NotEvaluated> {
        let Some(token) = token else { return Ok(()) };
        let deliver = deliver(&self.port, token, std::slice::from_ref(evaluation));
        let (delivered, _) = aws::within(left(invocation, &self.clock), deliver).await;
        delivered.map_err(|not_taken| Failures::not_taken(&not_taken).into())
    }
}

/// Refuses what is another account's: AWS Config would not take the answer, and the live read would be of something else.
fn at_home(asked: Option<&AccountId>, home: &Home) -> Result<(), NotEvaluated> {
    match asked {
        Some(asked) if *asked != home.account => {
            Err(NotEvaluated::Foreign { asked: asked.clone(), own: home.account.clone() })
        }
        _ => Ok(()),
    }
}

fn time(field: &'static str, text: &str) -> Result<SystemTime, NotEvaluated> {
    clock::parse(text).ok_or_else(|| NotEvaluated::NoTime { field, value: text.chars().take(80).collect() })
}

/// What is answered to whoever invoked the function, and whether AWS Config was told the same: without a token nobody is,
/// and of a test AWS Config keeps nothing.
fn answer(rule: &RuleInvocation, said: Map<String, Value>) -> Value {
    let told = match &rule.result_token {
        None => "nobody",
        Some(_) if rule.is_test() => "AWS Config, as a test",
        Some(_) => "AWS Config",
    };
    let mut answer = said;
    answer.insert("told".to_owned(), told.into());
    answer.into()
}

fn one(evaluation: &Evaluation) -> Map<String, Value> {
    let Evaluation { resource_type, resource_id, verdict, .. } = evaluation;
    let mut said = Map::new();
    said.insert("resource_type".to_owned(), resource_type.as_str().into());
    said.insert("resource".to_owned(), resource_id.as_str().into());
    said.insert("compliance".to_owned(), verdict.compliance.as_str().into());
    if let Some(annotation) = &verdict.annotation {
        said.insert("annotation".to_owned(), annotation.as_str().into());
    }
    said
}

fn counts(evaluations: &[Evaluation]) -> Map<String, Value> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for evaluation in evaluations {
        *counts.entry(evaluation.verdict.compliance.as_str()).or_default() += 1;
    }
    Map::from_iter([("evaluated".to_owned(), json!(counts))])
}
