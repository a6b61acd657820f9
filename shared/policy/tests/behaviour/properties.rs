//! What must hold for every policy.

use policy::{Change, Policy, Witness, documented, lets_in_more, semantic};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::evaluator::{Request, allows};
use crate::support::generator::{outside_request, policy, statement};
use crate::support::{asking, decide, now, parse};

fn is_public(document: &Value) -> bool {
    decide(document).public
}

/// Whether some outsider is shown to be let in; a search that was cut off shows nothing.
fn is_shown_public(document: &Value) -> bool {
    decide(document).witness.is_some()
}

/// Both verdicts, and whether the second was cut off.
fn decided(document: &Value) -> (bool, bool, bool) {
    let policy = parse(document);
    let semantic = semantic::decide(&policy, asking());
    (documented::is_public(&policy), semantic.public, semantic.bounded)
}

/// What in a witness no request can have.
fn impossible(witness: &Witness) -> Vec<String> {
    let is_name = |text: &str| {
        (1..=64).contains(&text.len())
            && text.chars().all(|own| own.is_ascii_alphanumeric() || "+=,.@_-".contains(own))
    };
    let is_path = |text: &str| text.chars().all(|own| own.is_ascii_graphic() && own != '*' && own != '?');
    let is_entity = |kind: &str, text: &str| {
        let Some(rest) = text.strip_prefix(kind) else { return false };
        let (path, name) = rest.rsplit_once('/').unwrap_or(("", rest));
        is_path(path) && is_name(name)
    };
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = |prefix: &str, text: &str, least: usize, allowed: &str| {
        text.strip_prefix(prefix)
            .is_some_and(|id| id.len() >= least && id.chars().all(|own| allowed.contains(own)))
    };
    let lower = "abcdefghijklmnopqrstuvwxyz0123456789";
    let is_arn = |text: &str| -> bool {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [_, "aws", service, region, account, resource] = parts[..] else { return false };
        match service {
            "iam" => {
                region.is_empty()
                    && is_account(account)
                    && (resource == "root" || is_entity("role/", resource) || is_entity("user/", resource))
            }
            "sts" => {
                is_account(account)
                    && (is_entity("assumed-role/", resource) || is_entity("federated-user/", resource))
            }
            "s3" => account.is_empty() || is_account(account),
            _ => is_account(account) || account.is_empty(),
        }
    };
    let is_possible = |key: &str, value: &str| match key {
        "aws:principalarn" | "aws:sourcearn" | "s3:dataaccesspointarn" => is_arn(value),
        "aws:sourceaccount" | "aws:resourceaccount" | "s3:dataaccesspointaccount" => is_account(value),
        "aws:principalaccount" => value == "anonymous" || is_account(value),
        "aws:sourcevpc" => is_id("vpc-", value, 8, "0123456789abcdef"),
        "aws:sourcevpce" => is_id("vpce-", value, 8, "0123456789abcdef"),
        "aws:principalorgid" | "aws:sourceorgid" | "aws:resourceorgid" => is_id("o-", value, 10, lower),
        "aws:principalorgpaths" => value.split('/').next().is_some_and(|own| is_id("o-", own, 10, lower)),
        "aws:username" => is_name(value),
        "aws:userid" => match value.split_once(':') {
            Some((id, session)) => (id.starts_with("AROA") || is_account(id)) && is_name(session),
            None => value == "anonymous" || value.starts_with("AIDA") || is_account(value),
        },
        _ => true,
    };
    let context =
        witness.context.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
    context
        .filter(|(key, value)| !is_possible(key, value))
        .map(|(key, value)| format!("{key} `{value}`"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn semantic_implies_documented(document in policy()) {
        let policy = parse(&document);
        prop_assert!(!decide(&document).public || documented::is_public(&policy));
    }

    #[test]
    fn a_plain_evaluator_allows_every_witness(document in policy()) {
        let verdict = decide(&document);
        if let Some(witness) = verdict.witness {
            prop_assert!(allows(&document, &Request::of(&witness)), "{document} does not allow {witness:?}");
        } else {
            prop_assert_eq!(verdict.public, verdict.bounded);
        }
    }

    #[test]
    fn a_witness_has_no_impossible_names(document in policy()) {
        if let Some(witness) = decide(&document).witness {
            for problem in impossible(&witness) {
                prop_assert!(false, "{document}: {problem} in {witness:?}");
            }
        }
    }

    #[test]
    fn no_outside_request_contradicts_a_no(
        document in policy(),
        requests in prop::collection::vec(outside_request(), 40),
    ) {
        if !is_public(&document) {
            // A service that the policy names is no outsider; that it can be misled is a finding of its own.
            let names_service = document.to_string().contains("cloudtrail.amazonaws.com");
            for request in requests.iter().filter(|request| request.kind != "service" || !names_service) {
                prop_assert!(!allows(&document, request), "{document} allows {request:?}");
            }
        }
    }

    #[test]
    fn another_deny_never_lets_anyone_in(document in policy(), mut deny in statement()) {
        deny["Effect"] = json!("Deny");
        let mut more = document.clone();
        more["Statement"].as_array_mut().unwrap().push(deny);
        prop_assert!(is_public(&document) || !is_shown_public(&more), "{more}");
    }

    #[test]
    fn another_condition_never_lets_anyone_in(document in policy(), other in statement(), at in any::<prop::sample::Index>()) {
        let mut more = document.clone();
        let statements = more["Statement"].as_array_mut().unwrap();
        let index = at.index(statements.len());
        if statements[index]["Effect"] == "Allow" {
            for (operator, keys) in other.get("Condition").and_then(Value::as_object).into_iter().flatten() {
                let block = &mut statements[index]["Condition"];
                if block.get(operator).is_none() {
                    block[operator] = keys.clone();
                }
            }
            prop_assert!(is_public(&document) || !is_shown_public(&more), "{more}");
        }
    }

    #[test]
    fn the_order_of_statements_changes_nothing(document in policy()) {
        let mut reversed = document.clone();
        reversed["Statement"].as_array_mut().unwrap().reverse();
        prop_assert_eq!(decided(&document), decided(&reversed));
    }

    #[test]
    fn the_case_of_keys_and_operators_changes_nothing(document in policy()) {
        let mut shouted = document.clone();
        for statement in shouted["Statement"].as_array_mut().unwrap() {
            if let Some(block) = statement.get_mut("Condition") {
                let upper = block.as_object().unwrap().iter().map(|(operator, keys)| {
                    let keys = keys.as_object().unwrap().iter().map(|(key, value)| (key.to_uppercase(), value.clone()));
                    (operator.to_uppercase(), Value::Object(keys.collect()))
                });
                *block = Value::Object(upper.collect());
            }
        }
        prop_assert_eq!(decided(&document), decided(&shouted));
    }

    #[test]
    fn a_value_and_a_list_of_one_are_the_same(document in policy()) {
        let mut listed = document.clone();
        for statement in listed["Statement"].as_array_mut().unwrap() {
            for block in statement.get_mut("Condition").and_then(Value::as_object_mut).into_iter() {
                for value in block.values_mut().flat_map(|keys| keys.as_object_mut().unwrap().values_mut()) {
                    if !value.is_array() {
                        *value = json!([value]);
                    }
                }
            }
        }
        if let [one] = listed["Statement"].as_array().unwrap().as_slice() {
            let one = one.clone();
            listed["Statement"] = one;
        }
        prop_assert_eq!(decided(&document), decided(&listed));
    }

    #[test]
    fn the_names_of_accounts_change_nothing(document in policy()) {
        let renamed = document.to_string().replace("111111111111", "123123123123").replace("222222222222", "456456456456");
        // A pattern such as `1111*` tells the names apart, and so may the verdict.
        if !renamed.contains("1111") {
            prop_assert_eq!(decided(&document), decided(&serde_json::from_str(&renamed).unwrap()));
        }
    }

    #[test]
    fn a_policy_lets_in_nobody_whom_it_let_in_before(document in policy()) {
        let policy = parse(&document);
        let change = lets_in_more(&policy, &policy, now());
        prop_assert!(!matches!(change, Change::LetsIn(_)), "{document}: {change:?}");
    }

    #[test]
    fn what_a_change_lets_in_is_allowed_now_and_was_not_before(before in policy(), after in policy()) {
        if let Change::LetsIn(witness) = lets_in_more(&parse(&before), &parse(&after), now()) {
            let request = Request::of(&witness);
            prop_assert!(allows(&after, &request), "{after} does not allow {witness:?}");
            prop_assert!(!allows(&before, &request), "{before} allows {witness:?}");
        }
    }

    #[test]
    fn whatever_the_text_parsing_never_panics(text in "\\PC*") {
        let _ = Policy::parse(&text);
    }
}
