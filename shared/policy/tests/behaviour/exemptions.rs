//! What remains to be said when some findings are accepted.

use policy::{Analysis, Finding, FindingKind, NoFix, Trust, analyse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{generator, parse, policy_of, statement, trusting};

fn settings() -> Trust {
    Trust { own_account: Some("111122223333".to_owned()), ..Trust::default() }
}

fn named(sid: &str, mut statement: Value) -> Value {
    statement["Sid"] = json!(sid);
    statement
}

/// Two statements for everyone and one for an outside account.
fn mixed() -> Value {
    let mut writers = named("Writers", statement("Allow", json!("*"), json!({})));
    writers["Action"] = json!("s3:PutObjectAcl");
    policy_of(vec![
        named("Website", statement("Allow", json!("*"), json!({}))),
        named("Partner", statement("Allow", json!({ "AWS": "999999999999" }), json!({}))),
        writers,
    ])
}

fn without(document: &Value, exempt: impl Fn(&Finding) -> bool) -> Analysis {
    let policy = parse(document);
    analyse(&policy, trusting(&settings())).without(&policy, trusting(&settings()), exempt)
}

fn of<'a>(sid: &'a str) -> impl Fn(&Finding) -> bool + 'a {
    move |finding| finding.sid.as_deref() == Some(sid)
}

fn said(analysis: &Analysis) -> Vec<(FindingKind, usize)> {
    analysis.findings.iter().map(|finding| (finding.kind, finding.statement.unwrap())).collect()
}

#[test]
fn the_verdicts_speak_about_the_statements_that_are_left() {
    let document = mixed();
    let analysis = without(&document, of("Writers"));
    assert_eq!(said(&analysis), [(FindingKind::Public, 0), (FindingKind::OutsideAccount, 1)]);
    assert!(analysis.documented);
    assert_eq!(analysis.semantic.witness.unwrap().statement, 0);

    let analysis = without(&document, |finding| of("Website")(finding) || of("Writers")(finding));
    assert_eq!(said(&analysis), [(FindingKind::OutsideAccount, 1)]);
    assert!(!analysis.documented && !analysis.semantic.public);
    assert_eq!((analysis.semantic.witness, analysis.fix), (None, Err(NoFix::NotPublic)));
}

#[test]
fn statements_keep_their_numbers_and_the_fix_leaves_those_that_are_accepted() {
    let document = mixed();
    let analysis = without(&document, of("Website"));
    assert_eq!(
        said(&analysis),
        [(FindingKind::Public, 2), (FindingKind::PowerfulAccess, 2), (FindingKind::OutsideAccount, 1)]
    );
    let fix = analysis.fix.unwrap();
    assert_eq!(fix.policy["Statement"][0], document["Statement"][0]);
    assert_eq!(fix.patch[0]["path"], "/Statement/2/Principal");
    assert!(fix.summary[0].starts_with("In statement 3 (`Writers`), "), "{:?}", fix.summary);
}

#[test]
fn other_findings_about_an_accepted_statement_remain() {
    let analysis = without(&mixed(), |finding| finding.kind == FindingKind::Public);
    assert_eq!(said(&analysis), [(FindingKind::PowerfulAccess, 2), (FindingKind::OutsideAccount, 1)]);
    assert!(!analysis.documented && !analysis.semantic.public);
}

#[test]
fn accepting_a_party_changes_no_verdict() {
    let document = mixed();
    let analysis = without(&document, of("Partner"));
    let before = analyse(&parse(&document), trusting(&settings()));
    assert!(analysis.findings.iter().all(|finding| finding.kind != FindingKind::OutsideAccount));
    assert_eq!((analysis.documented, analysis.semantic), (before.documented, before.semantic));
    assert_eq!(analysis.fix, before.fix);
}

#[test]
fn whom_an_accepted_statement_names_is_no_outsider() {
    // Whoever is let in by the second statement is an account that the first one names.
    let by_number = json!({ "StringLike": { "aws:PrincipalAccount": "99999999999?" } });
    let accounts: Vec<String> = (0..10).map(|digit| format!("99999999999{digit}")).collect();
    let document = policy_of(vec![
        named("Pattern", statement("Allow", json!("*"), by_number)),
        named(
            "Partners",
            statement("Allow", json!({ "AWS": accounts, "Federated": "www.amazon.com" }), json!({})),
        ),
    ]);
    let analysis = without(&document, of("Partners"));
    assert_eq!(said(&analysis), [(FindingKind::PublicByText, 0)]);
    assert!(!analysis.semantic.public);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accepting_nothing_changes_nothing(document in generator::policy()) {
        let policy = parse(&document);
        let analysis = analyse(&policy, trusting(&settings()));
        prop_assert_eq!(analysis.without(&policy, trusting(&settings()), |_| false), analysis);
    }

    #[test]
    fn an_accepted_statement_is_never_spoken_of(document in generator::policy(), at in any::<prop::sample::Index>()) {
        let policy = parse(&document);
        let analysis = analyse(&policy, trusting(&settings()));
        let accepted = at.index(policy.statements.len());
        let left = analysis.without(&policy, trusting(&settings()), |finding| finding.statement == Some(accepted));
        prop_assert!(left.findings.iter().all(|finding| finding.statement != Some(accepted)), "{left:?}");
        prop_assert!(left.semantic.witness.as_ref().is_none_or(|witness| witness.statement != accepted));
        prop_assert!(left.documented || !left.semantic.public);
        prop_assert!(analysis.documented || !left.documented);
        prop_assert!(analysis.semantic.public || !left.semantic.public);
        if let Ok(fix) = &left.fix {
            let kept = &document["Statement"][accepted];
            prop_assert!(fix.policy["Statement"].as_array().unwrap().contains(kept), "{kept} is gone");
        }
    }
}
