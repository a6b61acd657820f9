//! Invocations of AWS Config custom rules.

use events::{RuleInvocation, RuleQuestion, RuleResource, Standing, Trigger};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::hostile::{any_json, damage};
use crate::support::{because, event, fixture, invocation, places, read, with};

fn change() -> Value {
    fixture("custom_rule_change")
}

/// The invocation with a member of the configuration item replaced.
fn with_item(pointer: &str, value: Option<Value>) -> Value {
    let inner: Value =
        serde_json::from_str(change().get("invokingEvent").unwrap().as_str().unwrap()).unwrap();
    let inner = with(inner, &format!("/configurationItem/{pointer}"), value);
    with(change(), "/invokingEvent", Some(inner.to_string().into()))
}

fn resource(document: &Value) -> RuleResource {
    match invocation(document).question {
        RuleQuestion::Resource(resource) => resource,
        other => panic!("not about one resource: {other:?}"),
    }
}

fn complaint(document: &Value) -> String {
    read(&document.to_string()).unwrap_err().to_string()
}

#[test]
fn a_change_asks_about_one_resource() {
    let RuleInvocation { rule, result_token, parameters, account, .. } = invocation(&change());
    assert_eq!((rule.as_deref(), result_token.as_deref()), (Some("curfew-s3-acl"), Some("eyJ0b2tlbiI6MX0=")));
    assert_eq!(Value::Object(parameters), json!({ "control": "s3-acl" }));
    assert_eq!(account.unwrap().as_str(), "210987654321");

    let asked = resource(&change());
    assert_eq!(
        (asked.resource_type.as_str(), asked.resource_id.as_str()),
        ("AWS::S3::Bucket", "acme-reports")
    );
    assert_eq!(asked.captured_at, "2026-11-20T09:59:04.512Z");
    assert_eq!(asked.item.unwrap()["configuration"]["name"], "acme-reports");

    let invocation = invocation(&change());
    let subject = invocation.subject().unwrap();
    assert_eq!(subject.arn(), "arn:aws:s3:::acme-reports");
    let words = "AWS Config custom rule curfew-s3-acl at 2026-11-20T10:00:41.118Z";
    assert_eq!(because(subject), [words, "", "2026-11-20T09:59:04.512Z"]);
}

#[test]
fn what_is_too_large_comes_without_its_item() {
    let asked = resource(&fixture("custom_rule_oversized"));
    assert_eq!(asked.item, None);
    assert_eq!(asked.resource_id, "sg-0a1b2c3d4e5f60718");
    assert!(matches!(asked.standing, Standing::Judged(_)));
}

#[test]
fn a_schedule_asks_about_everything() {
    let asked = invocation(&fixture("custom_rule_scheduled"));
    let asked_at = "2026-11-20T10:00:00.271Z".to_owned();
    assert_eq!((asked.subject(), &asked.question), (None, &RuleQuestion::Everything { asked_at }));
}

#[test]
fn there_is_nothing_to_judge_about_what_is_gone_out_of_scope_or_of_another_type() {
    let left = with(change(), "/eventLeftScope", Some(true.into()));
    for (document, standing) in [
        (with_item("configurationItemStatus", Some("ResourceDeleted".into())), Standing::Deleted),
        (left, Standing::LeftScope),
        (with_item("resourceType", Some("AWS::EC2::Instance".into())), Standing::UnknownType),
    ] {
        let asked = resource(&document);
        assert_eq!(asked.standing, standing);
        assert_eq!(asked.resource_id, "acme-reports", "the answer still has to name it");
        assert_eq!(invocation(&document).subject(), None);
    }
}

#[test]
fn a_token_says_whether_it_is_a_test() {
    assert!(!invocation(&change()).is_test());
    assert!(invocation(&with(change(), "/resultToken", Some("TESTMODE".into()))).is_test());
    let by_hand = json!({ "invokingEvent": change()["invokingEvent"] });
    let asked = invocation(&by_hand);
    assert_eq!((asked.result_token.as_deref(), asked.is_test(), asked.rule.as_deref()), (None, false, None));
    assert!(asked.subject().is_some() && asked.parameters.is_empty());
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let pointer = "/invokingEvent";
    let lacks = |member| complaint(&with_item(member, None));
    assert_eq!(lacks("resourceType"), "`invokingEvent.configurationItem.resourceType` is missing");
    assert_eq!(
        lacks("configurationItemCaptureTime"),
        "`invokingEvent.configurationItem.configurationItemCaptureTime` is missing"
    );
    for (value, reason) in [
        (json!({}), "`invokingEvent` is not a string"),
        (json!("{}"), "`invokingEvent.messageType` is missing"),
        (json!("soon"), "`invokingEvent` is plain text, which is not a trigger that Curfew reads"),
        (
            json!(r#"{"messageType":"ConfigurationItemChangeNotification"}"#),
            "`invokingEvent.configurationItem` is missing",
        ),
        (
            json!(r#"{"messageType":"ConfigurationHistoryDeliveryCompleted"}"#),
            "`invokingEvent` is an AWS Config notification of type ConfigurationHistoryDeliveryCompleted, which is \
             not a trigger that Curfew reads",
        ),
    ] {
        assert_eq!(complaint(&with(change(), pointer, Some(value))), reason);
    }
    let reason = complaint(&with(change(), "/ruleParameters", Some("[]".into())));
    assert_eq!(reason, "`ruleParameters` is not a JSON object");
    let reason = complaint(&with(change(), "/evaluationMode", Some("PROACTIVE".into())));
    assert_eq!(
        reason,
        "this is the invocation of an AWS Config custom rule in proactive mode, which is not a trigger that Curfew reads"
    );
}

#[test]
fn inside_a_message_nobody_could_answer_it() {
    let envelope = json!({ "Type": "Notification", "Message": change().to_string() });
    let reading = event(&envelope);
    assert_eq!(places(&reading), [""; 0]);
    assert_eq!(
        reading.unreadable[0].to_string(),
        "`Message` is the invocation of an AWS Config custom rule, which is not a trigger that Curfew reads"
    );
}

proptest! {
    /// AWS Config writes what it asks about as a text within: that is damaged too.
    #[test]
    fn an_invocation_that_is_damaged_within_is_read_or_refused_and_asks_about_nothing_new(
        name in proptest::sample::select(&["custom_rule_change", "custom_rule_oversized", "custom_rule_scheduled"][..]),
        member in proptest::sample::select(&["invokingEvent", "ruleParameters", ""][..]),
        path in proptest::collection::vec(0_usize..40, 0..9),
        with in any_json(),
    ) {
        let mut document = fixture(name);
        if member.is_empty() {
            damage(&mut document, &path, with);
        } else {
            let mut within: Value = serde_json::from_str(document[member].as_str().unwrap()).unwrap();
            damage(&mut within, &path, with);
            document[member] = within.to_string().into();
        }
        let text = document.to_string();
        if let Ok(Trigger::Rule(invocation)) = read(&text)
            && let Some(subject) = invocation.subject()
        {
            for name in [subject.resource.id(), subject.account.as_str(), subject.region.as_str()] {
                prop_assert!(text.contains(name), "{name} is not in {text}");
            }
        }
    }
}
