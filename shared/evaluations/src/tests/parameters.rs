use serde_json::{Value, json};

use crate::{ParametersError, chosen};

const KNOWN: &[&str] = &["s3-acl", "s3-policy", "sg-ingress"];

fn choose(parameters: &Value) -> Result<&'static str, ParametersError> {
    chosen(parameters.as_object().unwrap(), KNOWN)
}

#[test]
fn a_rule_is_about_the_control_that_it_names() {
    for name in KNOWN {
        assert_eq!(choose(&json!({ "control": name })), Ok(*name));
    }
}

#[test]
fn what_names_no_control_or_says_more_is_refused_by_its_key() {
    for (parameters, complaint) in [
        (json!({}), "`ruleParameters.control` is missing: it has to be one of s3-acl, s3-policy, sg-ingress"),
        (json!({ "control": null }), "`ruleParameters.control` is missing"),
        (json!({ "control": "sg" }), "`ruleParameters.control` is `sg`, which is none of s3-acl"),
        (json!({ "control": ["s3-acl"] }), "`ruleParameters.control` is `[\"s3-acl\"]`, which is none of"),
        (json!({ "control": "s3-acl", "ports": 22 }), "`ruleParameters.ports` is no parameter of this rule"),
    ] {
        let error = choose(&parameters).unwrap_err().to_string();
        assert!(error.starts_with(complaint), "{error}");
    }
}
