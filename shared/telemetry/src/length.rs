//! Lines that CloudWatch takes.

use serde_json::{Map, Value, json};

/// How long the facts of a line may be, in bytes. CloudWatch takes events of at most 1 MB
/// (<https://aws.amazon.com/about-aws/whats-new/2025/04/amazon-cloudwatch-logs-increases-log-event-size-1-mb/>). What becomes of
/// a longer line nobody has tried. The rest is room for what else is on the line.
const LONGEST: usize = 1_000_000;

/// What is cut, in this order and no more of it than it takes. The record has all of it.
const CUT: [&str; 8] =
    ["before", "remaining", "planned", "unread", "changes", "begun_before", "found_before", "findings"];

/// How many values of a list that is cut stay.
const KEPT: usize = 20;

/// Facts as JSON. Those that are too long for a line are cut, and `cut` names what is not whole.
pub(crate) fn fitted(facts: Map<String, Value>) -> String {
    let mut facts = Value::Object(facts);
    let mut text = text_of(&facts);
    let mut cut = Vec::new();
    for name in CUT {
        if text.len() <= LONGEST {
            break;
        }
        if let Value::Object(facts) = &mut facts
            && shorten(facts, name)
        {
            cut.push(name);
            facts.shift_insert(0, "cut".to_owned(), json!(cut));
        }
        text = text_of(&facts);
    }
    text
}

/// The same as its `to_string`, which goes piece by piece through `fmt` and takes half as long again.
fn text_of(facts: &Value) -> String {
    serde_json::to_string(facts).unwrap_or_else(|_| facts.to_string())
}

/// Keeps the first values of a long list, and nothing of anything else. Says whether there was something.
fn shorten(facts: &mut Map<String, Value>, name: &str) -> bool {
    match facts.get_mut(name) {
        Some(Value::Array(values)) if values.len() > KEPT => {
            values.truncate(KEPT);
            true
        }
        _ => facts.shift_remove(name).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(rules: usize, length: usize) -> Map<String, Value> {
        let list: Vec<Value> =
            (0..rules).map(|rule| json!({ "id": rule, "text": "x".repeat(length) })).collect();
        let facts = json!({ "outcome": "remediated", "findings": list, "changes": list, "before": { "rules": list } });
        facts.as_object().unwrap().clone()
    }

    fn written(facts: Map<String, Value>) -> Value {
        let text = fitted(facts);
        assert!(text.len() <= LONGEST);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_line_that_fits_stays_whole() {
        assert_eq!(written(facts(1_000, 200)), Value::Object(facts(1_000, 200)));
    }

    #[test]
    fn of_a_longer_one_no_more_is_cut_than_it_takes_and_it_says_what() {
        let (own, whole) = (written(facts(1_000, 400)), facts(1_000, 400));
        assert_eq!((own.get("before"), &own["cut"]), (None, &json!(["before"])));
        assert_eq!((&own["findings"], &own["changes"]), (&whole["findings"], &whole["changes"]));

        let (own, whole) = (written(facts(1_000, 700)), facts(1_000, 700));
        assert_eq!(own["cut"], json!(["before", "changes"]));
        assert_eq!(own["findings"], whole["findings"]);
        assert_eq!(own["changes"].as_array().unwrap()[..], whole["changes"].as_array().unwrap()[..KEPT]);
    }

    #[test]
    fn a_few_values_that_are_too_long_are_left_out() {
        let own = written(facts(2, 600_000));
        assert_eq!(own, json!({ "outcome": "remediated", "cut": ["before", "changes", "findings"] }));
    }
}
