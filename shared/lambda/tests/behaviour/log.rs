//! The log lines, whole.

use crate::support::{event, invocation, logged};
use insta::assert_snapshot;
use lambda::Service;
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, denied, open};
use remediation::testing::{Still, Topic, run};
use serde_json::{Map, Value};
use settings::Settings;

fn lines(doors: &Doors, payload: &str) -> String {
    let (told, clock) = (Topic::default(), Still::default());
    let service = Service::new(doors.clone(), &told, &clock, Memory::default(), Settings::default());
    let (_, lines) = logged(|| run(service.handle(payload, &invocation())));
    pretty(&lines)
}

/// The lines with their fields in the order in which they are written.
fn pretty(lines: &[Value]) -> String {
    lines.iter().map(|line| serde_json::to_string_pretty(line).unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_line_of_a_remediated_subject() {
    let doors = Doors::read([open(&["front door", "window"]), open(&["window"])]);
    assert_snapshot!(lines(&doors, &event("acme", "e1")));
}

#[test]
fn the_line_of_a_compliant_subject() {
    assert_snapshot!(lines(&Doors::read([open(&[])]), &event("acme", "e1")));
}

#[test]
fn the_line_of_a_failure() {
    assert_snapshot!(lines(&Doors::read([Err(denied())]), &event("acme", "e1")));
}

#[test]
fn the_line_of_an_unreadable_trigger() {
    assert_snapshot!(lines(&Doors::default(), r#"{"source": "aws.config"}"#));
}

#[test]
fn what_lambdas_runtime_repeats_is_not_logged_again() {
    let ((), lines) = logged(|| {
        tracing::error!(target: "lambda_runtime::layers::panic", "Answer(Unreadable)");
        tracing::error!(target: "lambda_runtime::layers::panic", error = ?"Any", "user handler panicked");
    });
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn foreign_lines_are_json_too_and_only_from_warn_on() {
    let ((), lines) = logged(|| {
        tracing::info!(target: "aws_sdk", "a request with who knows what");
        tracing::warn!(target: "aws_sdk", attempts = 3, slow = true, error = %"time-out", "a retry");
    });
    assert_snapshot!(pretty(&lines));
}

#[test]
fn facts_are_fields_as_they_are_written_and_what_is_no_object_is_one_field() {
    let ((), lines) = logged(|| {
        for facts in [r#"{"found":{"ports":[22,null]},"words":"ä \"b\"\n"}"#, "{}", r#"{"half": "#, "[1]"] {
            tracing::info!(target: telemetry::TARGET, facts, "a line");
        }
    });
    let after_the_others = |line: &Value| {
        let fields: Map<String, Value> = line.as_object().unwrap().clone().into_iter().skip(5).collect();
        Value::Object(fields).to_string()
    };
    assert!(lines.iter().all(|line| line["message"] == "a line" && line["service"] == "curfew"));
    assert_eq!(
        lines.iter().map(after_the_others).collect::<Vec<_>>(),
        [
            r#"{"found":{"ports":[22,null]},"words":"ä \"b\"\n"}"#,
            "{}",
            r#"{"facts":"{\"half\": "}"#,
            r#"{"facts":"[1]"}"#,
        ]
    );
}
