//! What AWS Config is told of one resource that changed.

use super::*;

#[test]
fn a_change_is_answered_for_with_its_token_its_time_and_a_line_of_the_log() {
    let world = World::of(Doors::read([open(&["front"])]));
    let (answer, lines) = logged(|| world.ask(&change()).unwrap());
    assert_eq!(answer["compliance"], "NON_COMPLIANT");
    assert_eq!((&answer["annotation"], &answer["told"]), (&json!("the front is open"), &json!("AWS Config")));
    assert_eq!(*world.config.batches.borrow(), [(1, "a token".to_owned(), false)]);
    let put = world.config.put.borrow();
    assert_eq!((put[0].resource_type.as_str(), put[0].resource_id.as_str()), ("AWS::S3::Bucket", "acme"));
    assert_eq!(rfc3339(put[0].ordered_at), "2026-11-20T09:59:04.512Z");

    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    for (field, value) in [
        ("control", "doors"),
        ("resource", "acme"),
        ("arn", "arn:aws:s3:::acme"),
        ("account", "210987654321"),
        ("mode", "observe"),
        ("outcome", "observed"),
        ("rule", "curfew-doors"),
        ("compliance", "NON_COMPLIANT"),
        ("annotation", "the front is open"),
        ("level", "INFO"),
        ("alert", "none"),
    ] {
        assert_eq!(line[field], value, "{field} of {line}");
    }
    assert_eq!(*world.doors.calls.borrow(), ["read acme", "tags of acme"]);
}

#[test]
fn a_test_says_so_and_without_a_token_nobody_is_told() {
    let world = World::of(Doors::read([open(&[])]));
    let answer = world.ask(&with(change(), "resultToken", "TESTMODE".into())).unwrap();
    assert_eq!(
        (&answer["compliance"], &answer["told"]),
        (&json!("COMPLIANT"), &json!("AWS Config, as a test"))
    );
    assert_eq!(*world.config.batches.borrow(), [(1, "TESTMODE".to_owned(), true)]);

    let world = World::of(Doors::read([open(&[])]));
    let answer = world.ask(&with(change(), "resultToken", Value::Null)).unwrap();
    assert_eq!((&answer["compliance"], &answer["told"]), (&json!("COMPLIANT"), &json!("nobody")));
    assert!(world.config.batches.borrow().is_empty());
}

#[test]
fn there_is_nothing_to_judge_about_what_is_deleted_out_of_scope_or_of_another_type() {
    let deleted = change_of(&with(item(), "configurationItemStatus", "ResourceDeleted".into()));
    let left = with(change(), "eventLeftScope", true.into());
    let unknown = change_of(&with(item(), "resourceType", "AWS::EC2::Instance".into()));
    let other = with(item(), "resourceType", "AWS::EC2::SecurityGroup".into());
    let other = change_of(&with(other, "resourceId", "sg-1a2b3c4d".into()));
    for (payload, resource, why) in [
        (deleted, "acme", "the resource was deleted"),
        (left, "acme", "the rule does not apply to the resource any more"),
        (unknown, "acme", "doors is not about resources of the type AWS::EC2::Instance"),
        (other, "sg-1a2b3c4d", "doors is not about resources of the type AWS::EC2::SecurityGroup"),
    ] {
        let world = World::of(Doors::read([open(&["front"])]));
        let (answer, lines) = logged(|| world.ask(&payload).unwrap());
        assert_eq!(world.told(), [(resource.to_owned(), Compliance::NotApplicable)]);
        assert_eq!((&answer["annotation"], &lines[0]["annotation"]), (&json!(why), &json!(why)));
        assert!(world.doors.calls.borrow().is_empty(), "{why}");
    }
    let world = World::of(Doors::read([Ok(None)]));
    world.ask(&change()).unwrap();
    assert_eq!(world.told(), [("acme".to_owned(), Compliance::NotApplicable)]);
}

#[test]
fn what_could_not_be_evaluated_aws_config_is_not_told_and_the_invocation_fails() {
    let world = World::of(Doors::read([Err(throttled())]));
    let (error, lines) = logged(|| world.ask(&change()).unwrap_err());
    assert_eq!(error.error_type(), "Curfew.NotEvaluated");
    let words = "S3 bucket acme could not be evaluated, and AWS Config is told nothing of it: ";
    assert!(error.to_string().starts_with(words), "{error}");
    assert!(world.config.batches.borrow().is_empty());
    assert_eq!((&lines[0]["outcome"], &lines[0]["compliance"]), (&json!("failed"), &Value::Null));
    assert_eq!(lines[1]["level"], "ERROR");
}

#[test]
fn an_evaluation_that_is_not_taken_twice_fails_the_invocation() {
    let mut world = World::of(Doors::read([open(&[])]));
    world.config.refuses = Some("acme");
    let error = world.ask(&change()).unwrap_err();
    assert_eq!(error.error_type(), "Curfew.EvaluationsNotTaken");
    assert_eq!(world.config.batches.borrow().len(), 2);
}
