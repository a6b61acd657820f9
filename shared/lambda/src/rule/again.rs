//! What the function's schedule is for: rules of others that had found what was closed since are evaluated again.
//!
//! Nothing in here fails an invocation. What AWS Config refuses is a warning, and is tried again by the next tick as long as
//! what was closed is not a day old.

use std::time::SystemTime;

use evaluations::{LOOK_BACK, Reevaluations, evaluate_again, to_ask_again};
use remediation::ledger::Chronicle;
use serde_json::{Map, Value, json};
use telemetry::TARGET;

use super::NAME;

/// Has AWS Config evaluate each such rule that only time makes it evaluate, and says what became of each.
pub(super) async fn all(port: &impl Reevaluations, ledger: &impl Chronicle, now: SystemTime) -> Value {
    let ended = match ledger.ended(now.checked_sub(LOOK_BACK).unwrap_or(now), now).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::warn!(
                target: TARGET,
                control = NAME,
                "no rule is evaluated again, since it could not be listed what was closed: {error}",
            );
            return json!({ "rules": {}, "not_listed": error.to_string() });
        }
    };
    let mut rules = Map::new();
    for (rule, closed_at) in to_ask_again(&ended, now) {
        let said = one(port, &rule, closed_at, now).await;
        rules.insert(rule, said.into());
    }
    json!({ "rules": rules })
}

async fn one(port: &impl Reevaluations, rule: &str, closed_at: SystemTime, now: SystemTime) -> String {
    match evaluate_again(port, rule, closed_at, now).await {
        Ok(None) => {
            tracing::info!(
                target: TARGET,
                control = NAME,
                rule,
                "AWS Config evaluates the rule {rule} again, since what it had found is closed",
            );
            "evaluated again".to_owned()
        }
        Ok(Some(leaves)) => {
            let said = format!("not evaluated again: {leaves}");
            tracing::info!(target: TARGET, control = NAME, rule, "the rule {rule} is {said}");
            said
        }
        Err(error) => {
            let said = format!("not evaluated again: {error}");
            tracing::warn!(target: TARGET, control = NAME, rule, "the rule {rule} is {said}");
            said
        }
    }
}
