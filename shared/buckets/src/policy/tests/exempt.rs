//! What is exempt of a policy is not said; what is not exempt is said as it would be without that.

use std::collections::BTreeSet;

use exemptions::{CONTROLS, Grantee, Scope};
use remediation::testing::run;

use super::unread::failures;
use super::*;

/// A website, a partner, and everything for everybody without a name of its own.
const THREE: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"Website","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"},
    {"Sid":"Partner","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"},
    {"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-reports/*"}
]}"#;

/// The first two.
const TWO: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"Website","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"},
    {"Sid":"Partner","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}
]}"#;

const ASKS_FOR_PARTNERS: &str = r#"{"alert_on": ["public", "outside-account"]}"#;

fn sids(sids: &[&str]) -> Scope {
    Scope { sids: Some(sids.iter().map(ToString::to_string).collect()), ..Scope::default() }
}

fn rest(settings: &str, document: &str, is_public: bool, scope: &Scope) -> Vec<Finding> {
    let control = control(settings);
    let assessment = control.assess(&state(document, is_public), SystemTime::UNIX_EPOCH);
    control.findings(&control.exempt(assessment, scope))
}

#[test]
fn the_control_can_be_exempted_from_by_its_name() {
    assert!(CONTROLS.iter().any(|known| known.name == S3Policy::<Answers>::NAME));
}

#[test]
fn a_statement_that_is_exempt_is_not_said_and_the_others_are() {
    let all = rest("{}", THREE, true, &sids(&[]));
    assert_eq!(kinds(&all), ["public", "public", "outside-account"]);
    let left = rest("{}", THREE, true, &sids(&["Website"]));
    assert_eq!(kinds(&left), ["public", "outside-account"]);
    assert!(left.iter().all(|finding| finding.evidence["sid"] != "Website"), "{left:?}");
    // A statement without a `Sid` has no name to be exempt by.
    assert_eq!(kinds(&rest("{}", THREE, true, &sids(&["Website", "Partner", ""]))), ["public"]);
    assert_eq!(rest("{}", THREE, true, &Scope::default()), []);
}

#[test]
fn what_is_not_worth_a_mail_by_itself_is_none_beside_what_is_exempt() {
    assert_eq!(kinds(&rest("{}", TWO, true, &sids(&["Partner"]))), ["public"]);
    assert_eq!(rest("{}", TWO, true, &sids(&["Website"])), []);
    assert_eq!(kinds(&rest(ASKS_FOR_PARTNERS, TWO, true, &sids(&["Website"]))), ["outside-account"]);
    assert_eq!(rest(ASKS_FOR_PARTNERS, TWO, true, &sids(&["Website", "Partner"])), []);
}

#[test]
fn what_is_about_no_statement_is_exempt_with_the_whole_policy_only() {
    assert_eq!(kinds(&rest("{}", PUBLIC, false, &sids(&["Website"]))), ["verdict-disagreement"]);
    assert_eq!(rest("{}", PUBLIC, false, &Scope::default()), []);
    assert_eq!(kinds(&rest("{}", "{", true, &sids(&["Website"]))), ["unreadable-policy"]);
    assert_eq!(rest("{}", "{", true, &Scope::default()), []);
}

#[test]
fn what_means_nothing_to_the_control_exempts_nothing() {
    for scope in [
        Scope { ports: Some([443].into()), ..Scope::default() },
        Scope { grantees: Some(BTreeSet::from([Grantee::AllUsers])), ..sids(&["Website"]) },
        sids(&["website"]),
    ] {
        assert_eq!(kinds(&rest("{}", PUBLIC, true, &scope)), ["public"], "{scope}");
    }
}

#[test]
fn tags_that_cannot_be_read_are_unknown() {
    for error in failures("s3:GetBucketTagging") {
        let control = over(&state(PUBLIC, true), &[error]);
        let subject = testing::bucket("acme-reports");
        let id = S3Policy::<Answers>::id(&subject.resource).unwrap();
        let tags = run(control.tags(&remediation::Target::of(&subject, id), &state(PUBLIC, true)));
        assert_eq!(tags.unknown().unwrap().action, "s3:GetBucketTagging");
    }
}

proptest! {
    /// Of however many public statements: those that are named go, and each other is said with its own findings.
    #[test]
    fn exactly_the_statements_that_are_named_are_not_said(
        statements in proptest::collection::vec((0_u8..4, any::<bool>()), 1..5),
    ) {
        let statement = |(index, (kind, _)): (usize, &(u8, bool))| {
            let principal = match kind { 0 | 1 => r#""*""#, 2 => r#"{"AWS":"111122223333"}"#, _ => r#"{"AWS":"210987654321"}"# };
            let action = if *kind == 1 { "s3:PutObject" } else { "s3:GetObject" };
            format!(
                r#"{{"Sid":"S{index}","Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"arn:aws:s3:::acme-reports/*"}}"#
            )
        };
        let written: Vec<String> = statements.iter().enumerate().map(statement).collect();
        let document = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, written.join(","));
        let is_public = statements.iter().any(|(kind, _)| *kind < 2);
        let exempt: Vec<String> = (0..statements.len()).filter(|at| statements[*at].1).map(|at| format!("S{at}")).collect();
        let scope = Scope { sids: Some(exempt.iter().cloned().collect()), ..Scope::default() };
        let said = |findings: Vec<Finding>| -> BTreeSet<String> {
            findings.iter().filter_map(|finding| Some(finding.evidence["sid"].as_str()?.to_owned())).collect()
        };
        let before = said(rest(ASKS_FOR_PARTNERS, &document, is_public, &sids(&[])));
        let after = said(rest(ASKS_FOR_PARTNERS, &document, is_public, &scope));
        let expected: BTreeSet<String> = before.into_iter().filter(|sid| !exempt.contains(sid)).collect();
        prop_assert_eq!(after, expected);
    }
}
