//! What is refused before anything is read.

use super::*;

#[test]
fn what_is_another_accounts_is_refused_before_anything_is_read() {
    let of_rule = with(change(), "accountId", "111122223333".into());
    let of_item = change_of(&with(item(), "awsAccountId", "111122223333".into()));
    let everything = with(schedule(), "accountId", "111122223333".into());
    for payload in [of_rule, of_item, everything] {
        let world = World::of(Doors::read([open(&[])]));
        let error = world.ask(&payload).unwrap_err();
        assert_eq!(error.error_type(), "Curfew.ForeignAccount");
        let words = "it is about account 111122223333, and this function evaluates the resources of its own account 210987654321 alone";
        assert!(error.to_string().starts_with(words), "{error}");
        assert!(world.config.batches.borrow().is_empty() && world.doors.calls.borrow().is_empty());
    }
    let world = World::of(Doors::read([open(&[])]));
    let error = world.ask_at("function-arn", &invocation(), &change()).unwrap_err();
    assert!(error.to_string().starts_with("`function-arn` is no ARN of a Lambda function"), "{error}");
}

#[test]
fn what_is_no_invocation_of_a_rule_or_cannot_be_read_is_refused_by_its_field() {
    let of_nothing = with(change(), "ruleParameters", Value::Null);
    let timeless = change_of(&with(item(), "configurationItemCaptureTime", "yesterday".into()));
    for (payload, kind, complaint) in [
        (
            json!({ "source": "aws.config" }),
            "Curfew.UnreadableTrigger",
            "this is no invocation of an AWS Config",
        ),
        (json!({ "Records": [] }), "Curfew.UnreadableTrigger", "this is no invocation of an AWS Config"),
        (json!({ "invokingEvent": "{" }), "Curfew.UnreadableTrigger", "the invocation could not be read: "),
        (of_nothing, "Curfew.UnusableParameters", "`ruleParameters.control` is missing"),
        (timeless, "Curfew.UnreadableTrigger", "`invokingEvent.configurationItemCaptureTime` is not a time"),
    ] {
        let world = World::of(Doors::read([open(&[])]));
        let error = world.ask(&payload).unwrap_err();
        assert_eq!(error.error_type(), kind, "{payload}");
        assert!(error.to_string().starts_with(complaint), "{error}");
        assert!(world.config.batches.borrow().is_empty(), "{payload}");
    }
    let probe = World::default().ask(&json!({ "probe": true })).unwrap();
    assert_eq!(probe["control"], "config-rule");
}
