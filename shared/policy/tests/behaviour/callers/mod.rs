//! Callers as they are: which keys a request of each carries, and with which values.

mod resources;
mod sources;
mod time;
mod together;
mod users;
mod values;
mod variables;

use policy::analyse;
use serde_json::{Value, json};

use crate::support::{allow, asking, decide, parse, policy_of, statement, verdicts};

const OPEN: (bool, bool) = (true, true);
const CLOSED: (bool, bool) = (false, false);
/// S3 says public, but nobody gets in.
const BY_TEXT: (bool, bool) = (true, false);

/// The verdicts on an Allow for everyone under these conditions.
fn under(conditions: Value) -> (bool, bool) {
    verdicts(&allow(json!("*"), conditions))
}

/// The verdicts on an Allow for everyone under these conditions, beside a Deny under others.
fn but_for(conditions: Value, denied: Value) -> (bool, bool) {
    verdicts(&policy_of(vec![
        statement("Allow", json!("*"), conditions),
        statement("Deny", json!("*"), denied),
    ]))
}

/// An Allow for everyone on the bucket and all objects.
fn listing(action: &str, condition: Value) -> Value {
    let mut statement = statement("Allow", json!("*"), condition);
    statement["Action"] = json!(action);
    statement["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    statement
}

/// The witness of an Allow for everyone under these conditions.
fn witness_under(conditions: Value) -> policy::Witness {
    decide(&allow(json!("*"), conditions)).witness.unwrap()
}
