//! A bounded run of what the fuzz target does: texts near to policies, parsed and decided.

use policy::{Policy, analyse, explain_text};
use proptest::prelude::*;

use crate::support::{asking, generator, policy_of, statement};

/// What the fuzz target does with a text.
fn digest(text: &str) {
    if let Ok(policy) = Policy::parse(text) {
        let analysis = analyse(&policy, asking());
        assert!(analysis.documented || !analysis.semantic.public, "{text}");
        assert!(!explain_text(&policy, &analysis, "bucket").is_empty());
    }
}

/// Pieces that mean something to the parser or the search.
const PIECES: [&str; 18] = [
    "*",
    "?",
    "${",
    "}",
    "${aws:username}",
    "${*}",
    ":",
    "::",
    "arn:aws:iam::",
    "/",
    "\\u0000",
    "é",
    "0.0.0.0/0",
    "o-*",
    "IfExists",
    "ForAllValues:",
    "Not",
    "null",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_policy_does_no_harm(
        document in generator::policy(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&PIECES[..]), 0..6_usize), 1..6),
    ) {
        let mut text = document.to_string();
        for (at, piece, removed) in damages {
            let positions: Vec<usize> = text.char_indices().map(|(position, _)| position).collect();
            let start = positions[at.index(positions.len())];
            let end = text[start..].char_indices().nth(removed).map_or(text.len(), |(position, _)| start + position);
            text.replace_range(start..end, piece);
        }
        digest(&text);
    }

    #[test]
    fn values_made_of_wildcards_do_no_harm(values in prop::collection::vec("[ab*?:/${}]{0,12}", 1..6), key in "aws:(SourceArn|userid|PrincipalArn|Referer|SourceIp|PrincipalAccount|CurrentTime)") {
        let document = serde_json::json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": "*", "Action": &values[0], "Resource": "*", "Condition": { "StringLike": { &key: &values } } },
            { "Effect": "Deny", "Principal": { "AWS": &values }, "Action": "*", "Resource": &values, "Condition": { "ArnNotLike": { &key: &values } } },
        ]});
        digest(&document.to_string());
    }
}

#[test]
fn long_values_of_wildcards_are_decided_in_bounded_work() {
    for value in ["*a".repeat(5_000), "?".repeat(10_000), "*?".repeat(5_000), "a*:".repeat(3_000)] {
        for operator in ["StringLike", "ArnLike", "StringNotLike"] {
            let condition = serde_json::json!({ operator: { "aws:PrincipalArn": &value } });
            let deny = statement("Deny", serde_json::json!("*"), condition.clone());
            digest(&policy_of(vec![statement("Allow", serde_json::json!("*"), condition), deny]).to_string());
        }
    }
}
