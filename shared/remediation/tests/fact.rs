//! What AWS said, or why it did not, as a record keeps it.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::prelude::*;
use remediation::testing::assert_round_trip;
use remediation::{CallError, Denied, Fact, Transport};

fn denied(message: &str) -> CallError {
    CallError::Denied(Denied { action: "s3:GetBucketWebsite", message: message.to_owned() })
}

fn any_error() -> impl Strategy<Value = CallError> {
    let action = "s3:GetBucketWebsite";
    "[ -~ü中]{0,12}".prop_flat_map(move |text| {
        proptest::sample::select(vec![
            denied(&text),
            CallError::Passing { action, code: text.clone(), message: text.clone() },
            CallError::Refused { action, code: text.clone(), message: text.clone() },
            CallError::Incomplete { action, field: "Website" },
            CallError::Unanswered {
                action,
                failure: "no connection",
                cause: Transport::new(std::io::Error::other(text)),
            },
        ])
    })
}

#[test]
fn what_is_known_is_the_value_itself() {
    assert_eq!(serde_json::to_string(&Fact::Known(true)).unwrap(), "true");
    assert_eq!(serde_json::to_string(&Fact::<Option<bool>>::Known(None)).unwrap(), "null");
    assert!(serde_json::from_str::<Fact<bool>>("null").is_err());
    assert!(serde_json::from_str::<Fact<bool>>(r#"{"unknown": {"action": "s3:GetBucketWebsite"}}"#).is_err());
}

#[test]
fn the_services_own_words_make_no_other_reason() {
    let [one, other] = ["request A", "request B"].map(|words| Fact::<bool>::of(Err(denied(words))));
    assert_ne!(one, other);
    assert_eq!(one.unknown().unwrap().why(), "the function's role may not call `s3:GetBucketWebsite`");
    assert_eq!(one.unknown().unwrap().why(), other.unknown().unwrap().why());
    let hash = |fact: &Fact<bool>| {
        let mut hasher = DefaultHasher::new();
        fact.hash(&mut hasher);
        hasher.finish()
    };
    assert_eq!(hash(&one), hash(&other));
}

proptest! {
    #[test]
    fn a_fact_comes_back_as_it_was(value in any::<Option<bool>>(), error in any_error()) {
        let words = error.to_string();
        let unknown: Fact<Option<bool>> = Fact::of(Err(error));
        prop_assert_eq!(unknown.unknown().unwrap().to_string(), words);
        assert_round_trip(&unknown);
        assert_round_trip(&Fact::Known(value));
    }
}
