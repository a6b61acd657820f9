//! The controls' own types in words again.

use buckets::{AclChange, AclPlan};
use security_groups::{Quarantine, SgChange};
use serde::Deserialize;
use serde_json::Value;

/// A plan, a line a step. One that is not in the control's types, such as that of another version, is said as it is written.
pub(crate) fn plan(control: &str, plan: &Value) -> Vec<String> {
    let words = match control {
        "s3-acl" => read::<AclPlan>(plan).map(|plan| plan.in_words()),
        "sg-ingress" => read::<Quarantine>(plan).map(|plan| plan.in_words()),
        _ => None,
    };
    words.unwrap_or_else(|| vec![plan.to_string()])
}

/// A change.
pub(crate) fn change(control: &str, change: &Value) -> String {
    let words = match control {
        "s3-acl" => read::<AclChange>(change).map(|change| change.in_words()),
        "sg-ingress" => read::<SgChange>(change).map(|change| change.in_words()),
        _ => None,
    };
    words.map_or_else(|| change.to_string(), |change| change.summary)
}

fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Option<T> {
    T::deserialize(value).ok()
}
