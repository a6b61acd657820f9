//! Which rules AWS Config should evaluate again, once what they had found is closed.
//!
//! A rule that fires on change evaluates by itself what was closed. A periodic one shows it as it was until its next
//! period. `StartConfigRulesEvaluation` judges all resources of a rule by their last known state, and AWS takes money for
//! each evaluation.
//!
//! AWS Config says itself when it evaluated a rule last: that is the one place that all share, so nothing is written down.
//!
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html>
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_SourceDetail.html>

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::time::{Duration, SystemTime};

use remediation::clock::rfc3339;
use remediation::ledger::Ended;
use remediation::{CallError, Outcome};

/// How long a rule is left alone after it was evaluated, by whomever.
pub const AT_MOST_EVERY: Duration = Duration::from_secs(60 * 60);

/// How long AWS Config may take to record that something was closed: an evaluation before that judges the state before.
pub const RECORDED_WITHIN: Duration = Duration::from_secs(15 * 60);

/// How old a closing may be: by then each periodic rule was evaluated anyway.
pub const LOOK_BACK: Duration = Duration::from_secs(24 * 60 * 60);

/// The trigger whose rule is asked again.
const TRIGGER: &str = "AWS Config rule";

/// What makes AWS Config evaluate a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fires {
    /// The time alone.
    OnSchedule,
    /// That something changed, whatever else.
    OnChange,
    /// AWS Config does not say.
    Unknown,
}

/// A rule of AWS Config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRule {
    /// What makes it evaluate.
    pub fires: Fires,
    /// The service that has made it and evaluates it for its own purposes, where one has.
    pub service: Option<String>,
    /// Whether it is neither being deleted nor evaluated just now.
    pub is_idle: bool,
}

/// AWS Config, as who has rules evaluated again has it. Each method is one action, and errs when AWS Config does not answer.
pub trait Reevaluations {
    /// `DescribeConfigRules`: `None` where there is no such rule.
    fn rule(&self, name: &str) -> impl Future<Output = Result<Option<ConfigRule>, CallError>>;

    /// `DescribeConfigRuleEvaluationStatus`: when AWS Config evaluated it last, or tried to; `None` where it never did.
    fn evaluated_at(&self, name: &str) -> impl Future<Output = Result<Option<SystemTime>, CallError>>;

    /// `StartConfigRulesEvaluation`.
    fn start(&self, name: &str) -> impl Future<Output = Result<(), CallError>>;
}

impl<P: Reevaluations> Reevaluations for &P {
    async fn rule(&self, name: &str) -> Result<Option<ConfigRule>, CallError> {
        (*self).rule(name).await
    }

    async fn evaluated_at(&self, name: &str) -> Result<Option<SystemTime>, CallError> {
        (*self).evaluated_at(name).await
    }

    async fn start(&self, name: &str) -> Result<(), CallError> {
        (*self).start(name).await
    }
}

/// Why a rule is not evaluated again now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaves {
    /// There is no such rule any more.
    Gone,
    /// It evaluates by itself what changes.
    OnChange,
    /// Nobody knows whether it does.
    Unknown,
    /// A service has made it.
    OfService(String),
    /// It is at work, or being deleted.
    Busy,
    /// It was evaluated then, after what was closed was recorded.
    Evaluated(SystemTime),
    /// It was evaluated then, which is less than an hour ago.
    Lately(SystemTime),
    /// It was never evaluated: AWS Config does that by itself where a rule is new.
    New,
}

/// The rules that had found what was closed since: by name, with the time of the last closing.
#[must_use]
pub fn to_ask_again(ended: &[Ended], now: SystemTime) -> BTreeMap<String, SystemTime> {
    let mut rules: BTreeMap<String, SystemTime> = BTreeMap::new();
    for Ended { subject, end, .. } in ended {
        let rule = subject.cause.rule().filter(|_| subject.cause.trigger() == TRIGGER);
        let age = now.duration_since(end.at).unwrap_or_default();
        let is_meant = end.outcome == Outcome::Remediated && (RECORDED_WITHIN..=LOOK_BACK).contains(&age);
        if let Some(rule) = rule.filter(|_| is_meant) {
            let last = rules.entry(rule.to_owned()).or_insert(end.at);
            *last = end.at.max(*last);
        }
    }
    rules
}

/// Has AWS Config evaluate a rule again that had found what was closed at `closed_at`; or says why it does not.
///
/// # Errors
/// When AWS Config does not say what decides, or does not begin.
pub async fn evaluate_again(
    port: &impl Reevaluations,
    rule: &str,
    closed_at: SystemTime,
    now: SystemTime,
) -> Result<Option<Leaves>, CallError> {
    let Some(found) = port.rule(rule).await? else { return Ok(Some(Leaves::Gone)) };
    if let Some(leaves) = by_kind(&found) {
        return Ok(Some(leaves));
    }
    if let Some(leaves) = by_time(port.evaluated_at(rule).await?, closed_at, now) {
        return Ok(Some(leaves));
    }
    port.start(rule).await.map(|()| None)
}

fn by_kind(rule: &ConfigRule) -> Option<Leaves> {
    match (&rule.service, rule.fires) {
        (Some(service), _) => Some(Leaves::OfService(service.clone())),
        (None, Fires::OnChange) => Some(Leaves::OnChange),
        (None, Fires::Unknown) => Some(Leaves::Unknown),
        (None, Fires::OnSchedule) => (!rule.is_idle).then_some(Leaves::Busy),
    }
}

pub(crate) fn by_time(
    evaluated_at: Option<SystemTime>,
    closed_at: SystemTime,
    now: SystemTime,
) -> Option<Leaves> {
    match evaluated_at {
        None => Some(Leaves::New),
        Some(at) if at >= closed_at + RECORDED_WITHIN => Some(Leaves::Evaluated(at)),
        Some(at) if at + AT_MOST_EVERY > now => Some(Leaves::Lately(at)),
        Some(_) => None,
    }
}

impl fmt::Display for Leaves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("there is no such rule any more"),
            Self::OnChange => f.write_str("it evaluates by itself what changes"),
            Self::Unknown => f.write_str("AWS Config does not say that time alone makes it evaluate"),
            Self::OfService(service) => write!(f, "it belongs to {service}"),
            Self::Busy => f.write_str("it is at work already, or being deleted"),
            Self::Evaluated(at) => write!(f, "it was evaluated since, at {}", rfc3339(*at)),
            Self::Lately(at) => write!(f, "it was evaluated at {}, less than an hour ago", rfc3339(*at)),
            Self::New => f.write_str("it is new, and AWS Config evaluates it by itself"),
        }
    }
}
