//! A preview for programs.

use remediation::clock::rfc3339;
use serde_json::{Map, Value, json};

use crate::{Part, Preview, Would};

/// The preview as one JSON object.
///
/// `parts` has a member for each control and Region: `seen`, `clean` and a count for each of `close`, `mail`, `unknown` and
/// `leave`; `not_listed` says why there may be more. `resources` has what is not clean, with the members of a log line and
/// `would`.
#[must_use]
pub fn json(preview: &Preview) -> Value {
    let resources = preview.parts.iter().flat_map(Part::sorted).map(|(would, report)| {
        let mut facts = report.facts();
        facts.insert("would".to_owned(), json!(would));
        Value::Object(facts)
    });
    json!({
        "made_at": rfc3339(preview.made_at),
        "of": preview.of,
        "parts": preview.parts.iter().map(part).collect::<Vec<_>>(),
        "resources": resources.collect::<Vec<_>>(),
    })
}

fn part(part: &Part) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("control".to_owned(), part.control.into());
    facts.insert("region".to_owned(), json!(part.region));
    facts.insert("seen".to_owned(), part.seen.into());
    facts.insert("clean".to_owned(), part.clean().into());
    for would in Would::ALL {
        facts.insert(would.as_str().to_owned(), part.count(would).into());
    }
    facts
        .insert("not_listed".to_owned(), part.not_listed.as_ref().map_or(Value::Null, |error| error.facts()));
    facts
}
