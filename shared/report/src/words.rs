//! The controls' own types in words again.

use buckets::{AclChange, AclPlan};
use remediation::Change;
use security_groups::{Quarantine, SgChange};
use serde::Deserialize;
use serde_json::Value;

/// What a control writes down, in words; `None` where it is not in the control's types, such as that of another version.
struct Words {
    /// The control's name.
    control: &'static str,
    /// A plan, a line a step.
    plan: fn(&Value) -> Option<Vec<String>>,
    /// A change.
    change: fn(&Value) -> Option<Change>,
}

/// The controls that change something.
const WORDS: [Words; 2] = [
    Words {
        control: "s3-acl",
        plan: |plan| Some(read::<AclPlan>(plan)?.in_words()),
        change: |change| Some(read::<AclChange>(change)?.in_words()),
    },
    Words {
        control: "sg-ingress",
        plan: |plan| Some(read::<Quarantine>(plan)?.in_words()),
        change: |change| Some(read::<SgChange>(change)?.in_words()),
    },
];

/// A plan, a line a step. One that nobody can read is said as it is written.
pub(crate) fn plan(control: &str, plan: &Value) -> Vec<String> {
    let words = of(control).and_then(|words| (words.plan)(plan));
    words.unwrap_or_else(|| vec![plan.to_string()])
}

/// A change. The same holds for it.
pub(crate) fn change(control: &str, change: &Value) -> String {
    let words = of(control).and_then(|words| (words.change)(change));
    words.map_or_else(|| change.to_string(), |change| change.summary)
}

fn of(control: &str) -> Option<&'static Words> {
    WORDS.iter().find(|words| words.control == control)
}

fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[cfg(test)]
mod tests {
    use exemptions::CONTROLS;

    use super::WORDS;

    #[test]
    fn each_control_has_words_but_for_the_one_that_changes_nothing() {
        let controls = CONTROLS.iter().map(|known| known.name).filter(|name| *name != "s3-policy");
        assert!(controls.eq(WORDS.iter().map(|words| words.control)));
    }
}
