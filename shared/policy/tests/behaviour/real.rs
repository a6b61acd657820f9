//! Requests that nobody can send show nothing: their action, caller or values do not exist.

use serde_json::{Value, json};

use crate::support::{decide, policy_of, statement, verdicts};

const OPEN: (bool, bool) = (true, true);
/// S3 says public, but nobody gets in.
const BY_TEXT: (bool, bool) = (true, false);

fn of(effect: &str, principal: Value, resource: &str, condition: Value) -> Value {
    let mut statement = statement(effect, principal, condition);
    statement["Resource"] = json!(resource);
    statement
}

#[test]
fn an_action_that_is_not_there_is_asked_for_by_nobody() {
    let with = |action: &str, resource: &str| {
        let mut statement = of("Allow", json!("*"), resource, json!({}));
        statement["Action"] = json!(action);
        policy_of(vec![statement])
    };
    let (bucket, objects) = ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*");
    for action in ["s3:*Object", "s3:?etObject", "s3:Get*Object", "s3:*ObjectVersion*"] {
        assert_eq!(verdicts(&with(action, bucket)), BY_TEXT, "{action}");
        assert_eq!(verdicts(&with(action, objects)), OPEN, "{action}");
    }
    for action in ["s3:*Bucket", "s3:List?ucket", "s3:*BucketPolicy", "s3:DeleteBucket"] {
        assert_eq!(verdicts(&with(action, objects)), BY_TEXT, "{action}");
        assert_eq!(verdicts(&with(action, bucket)), OPEN, "{action}");
    }
    // Whoever names one that is not known knows a newer one.
    for action in ["s3:GetThingOfTomorrow", "s3:GetThing*", "s3:getthing?ftomorrow"] {
        assert_eq!(verdicts(&with(action, bucket)), OPEN, "{action}");
    }
}

#[test]
fn a_witness_asks_for_an_action_of_s3() {
    let mut rest = of("Allow", json!("*"), "*", json!({}));
    rest["NotAction"] = json!(["s3:Get*", "s3:Put*", "s3:List*", "s3:Delete*"]);
    rest.as_object_mut().unwrap().remove("Action");
    let witness = decide(&policy_of(vec![rest.clone()])).witness.unwrap();
    assert_eq!(
        (witness.action.as_str(), witness.resource.as_str()),
        ("s3:AbortMultipartUpload", "arn:aws:s3:::bucket/object")
    );
    rest["NotAction"] = json!("s3:*");
    assert_eq!(verdicts(&policy_of(vec![rest])), BY_TEXT);
}
