//! Which bucket a policy is about where it does not say so in full, or where it is asked about by name.

use policy::{Analysis, analyse, analyse_bucket, explain_text, headline};
use serde_json::{Value, json};

use crate::support::{asking, parse, policy_of, statement};

fn of(effect: &str, resource: Value) -> Value {
    let mut statement = statement(effect, json!("*"), json!({}));
    statement["Resource"] = resource;
    statement
}

fn denied(resources: &[&str]) -> Analysis {
    let mut statements = vec![of("Allow", json!("*"))];
    statements.extend(resources.iter().map(|resource| of("Deny", json!(resource))));
    analyse(&parse(&policy_of(statements)), asking())
}

#[test]
fn a_bucket_that_is_known_by_a_pattern_is_one_that_all_patterns_match() {
    for (resources, public) in [
        (&["arn:aws:s3:::b*"][..], false),
        (&["arn:aws:s3:::b*", "arn:aws:s3:::*-logs/private/*"], false),
        (&["arn:aws:s3:::b?cket/*", "arn:aws:s3:::*t/private/*"], false),
        (&["arn:aws:s3:::*q*/private/*", "arn:aws:s3:::*z*/*"], false),
        (&["arn:aws:s3:::*q*/private/*", "arn:aws:s3:::*z*/secret/*"], true),
    ] {
        assert_eq!(denied(resources).semantic.public, public, "{resources:?}");
    }
}

#[test]
fn what_is_found_is_about_one_bucket() {
    let analysis = denied(&["arn:aws:s3:::b*/private/*"]);
    let witness = analysis.semantic.witness.clone().unwrap();
    assert_eq!(witness.resource, "arn:aws:s3:::bucket/object");
    assert!(!analysis.abilities.list.is_empty());
    assert!(
        analysis.abilities.list.iter().all(|own| own.witness.resource.starts_with("arn:aws:s3:::bucket/"))
    );
    assert_eq!(headline(&analysis, "x"), "Anyone on the internet can read some objects of `x`.");
}

#[test]
fn the_bucket_that_is_asked_about_is_the_one_that_is_spoken_of() {
    let policy = parse(&policy_of(vec![of("Allow", json!("*"))]));
    let analysis = analyse_bucket(&policy, asking(), "mine");
    let witnesses = analysis.abilities.list.iter().map(|own| &own.witness).chain(&analysis.semantic.witness);
    assert!(witnesses.clone().count() > 1);
    for witness in witnesses {
        assert!(witness.resource.starts_with("arn:aws:s3:::mine/"), "{}", witness.resource);
    }
    let text = explain_text(&policy, &analysis, "mine");
    assert!(text.contains("may call s3:GetObject on arn:aws:s3:::mine/object"), "{text}");
}

#[test]
fn a_name_that_the_policy_cannot_be_about_does_not_hide_what_it_lets_in() {
    let policy = parse(&policy_of(vec![of("Allow", json!("arn:aws:s3:::bucket/*"))]));
    let analysis = analyse_bucket(&policy, asking(), "policy");
    assert!(analysis.semantic.public);
    assert!(
        analysis.abilities.list.iter().all(|own| own.witness.resource.starts_with("arn:aws:s3:::bucket/"))
    );
    assert!(!analysis.abilities.list.is_empty());
}

#[test]
fn a_policy_of_several_buckets_is_explained_for_the_one_that_is_open() {
    let mut closed = of("Allow", json!("arn:aws:s3:::first/*"));
    closed["Principal"] = json!({ "AWS": "444455556666" });
    let policy = parse(&policy_of(vec![closed, of("Allow", json!("arn:aws:s3:::second/*"))]));
    let analysis = analyse(&policy, asking());
    assert!(analysis.semantic.public);
    assert!(!analysis.abilities.list.is_empty());
    assert!(
        analysis.abilities.list.iter().all(|own| own.witness.resource.starts_with("arn:aws:s3:::second/"))
    );
}
