//! What outsiders really have.

mod access_points;
mod actions;
mod extent;
mod outsiders;
mod properties;
mod undecided;
mod variables;

use policy::{Analysis, analyse};
use serde_json::{Value, json};

use crate::support::{allow, asking, parse};

fn analysis(document: &Value) -> Analysis {
    analyse(&parse(document), asking())
}

/// What is found, as in `anonymous read all`.
fn found(document: &Value) -> Vec<String> {
    let word = |value: Value| value.as_str().unwrap().to_owned();
    let list = analysis(document).abilities.list;
    let words = list.iter().map(|own| [json!(own.caller), json!(own.ability), json!(own.scope)].map(word));
    words.map(|words| words.join(" ")).collect()
}

fn of(action: Value, resource: Value) -> Value {
    let mut document = allow(json!({ "AWS": "*" }), json!({}));
    document["Statement"][0]["Action"] = action;
    document["Statement"][0]["Resource"] = resource;
    document
}

/// What each kind of outsider has alike.
fn everyone(what: &[&str]) -> Vec<String> {
    let of = |caller: &str| what.iter().map(|what| format!("{caller} {what}")).collect::<Vec<_>>();
    ["anonymous", "account", "service"].iter().flat_map(|caller| of(caller)).collect()
}
