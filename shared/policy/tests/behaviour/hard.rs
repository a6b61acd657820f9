//! Policies that are hard to decide are decided, and none of their statements hides another.

use policy::{FindingKind, Outsider, analyse};
use serde_json::{Map, Value, json};

use crate::support::{asking, decide, hard, parse, policy_of, statement};

#[test]
fn every_hard_policy_is_decided_with_its_abilities_and_findings() {
    for (name, document) in hard::all() {
        let size = document.to_string().len();
        assert!((7_000..20_480).contains(&size), "{name} has {size} bytes");
        let analysis = analyse(&parse(&document), asking());
        assert!(!analysis.semantic.bounded, "{name}");
        assert!(!format!("{:?}", analysis.findings).contains("too intricate"), "{name}");
        // These tell accounts apart in more ways than are looked at: what nobody was found to have is not known.
        if !["organizations-and-accounts", "accounts-by-pattern"].contains(&name) {
            assert_eq!(analysis.abilities.unknown, [], "{name}");
        }
    }
}

/// Somebody may write whose eight tags are in seven holes, two of them in none: nobody, but that takes long to see.
fn pigeons() -> Vec<Value> {
    let tag = |pigeon: usize, hole: usize| format!("aws:PrincipalTag/p{pigeon}h{hole}");
    let denied = |condition: Value| {
        let mut denied = statement("Deny", json!("*"), condition);
        denied["Action"] = json!("s3:PutObject");
        denied
    };
    let mut denies = Vec::new();
    for pigeon in 0..8 {
        let keys: Map<String, Value> = (0..7).map(|hole| (tag(pigeon, hole), json!("x"))).collect();
        denies.push(denied(json!({ "StringNotEquals": keys })));
        for (other, hole) in (0..pigeon).flat_map(|other| (0..7).map(move |hole| (other, hole))) {
            denies.push(denied(json!({ "StringEquals": { tag(pigeon, hole): "x", tag(other, hole): "x" } })));
        }
    }
    denies
}

#[test]
fn where_most_of_the_work_shows_that_nobody_gets_in_the_statement_is_deleted() {
    let tag = |letter: char, number: usize| format!("aws:PrincipalTag/{letter}{number}");
    // Each of sixteen tags has one value, which escapes one Deny.
    let denied = |number: usize| {
        let (value, other) = (format!("v{number}"), format!("w{number}"));
        let condition = json!({
            "StringNotEquals": { tag('a', number % 9): value, tag('b', number % 7): other },
        });
        let mut denied = statement("Deny", json!("*"), condition);
        denied["Action"] = json!("s3:*");
        denied["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
        denied
    };
    let open = statement("Allow", json!("*"), json!({}));
    let document = policy_of(std::iter::once(open).chain((0..90).map(denied)).collect());
    let fix = analyse(&parse(&document), asking()).fix.unwrap();
    assert!(fix.summary[0].contains("delete the statement"), "{:?}", fix.summary);
}

#[test]
fn a_statement_that_is_hard_to_decide_hides_none_that_is_plainly_open() {
    let mut hard = statement("Allow", json!("*"), json!({}));
    hard["Action"] = json!("s3:PutObject");
    // Open to roles alone, so that the hard one is tried before.
    let roles = json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/*" } });
    let plain = statement("Allow", json!("*"), roles);
    for (place, allows) in [(1, [hard.clone(), plain.clone()]), (0, [plain, hard])] {
        let document = policy_of(allows.into_iter().chain(pigeons()).collect());
        let verdict = decide(&document);
        assert!(verdict.public && !verdict.bounded, "{place}");
        assert_eq!(verdict.witness.unwrap().statement, place);
        let analysis = analyse(&parse(&document), asking());
        let is_of_plain = |finding: &&policy::Finding| finding.statement == Some(place);
        let found = analysis.findings.iter().find(is_of_plain).unwrap();
        assert_eq!((found.kind, found.callers.as_slice()), (FindingKind::Public, &[Outsider::Account][..]));
        assert!(!found.reasons.iter().any(|reason| reason.contains("too intricate")), "{found:?}");
    }
}
