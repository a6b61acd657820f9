//! What is exempt, and what only looks so.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::time::SystemTime;

use exemptions::{ArnPattern, Candidates, Entry, Exemptions, Origin, Until};
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use serde_json::{Value, json};

const BUCKET: &str = "arn:aws:s3:::my-bucket";
const GROUP: &str = "arn:aws:ec2:eu-west-1:210987654321:security-group/sg-1a2b3c4d";

fn now() -> SystemTime {
    Until::parse("2026-11-29T12:00:00Z").unwrap().end()
}

fn settings(entries: &Value) -> Exemptions {
    let entries = serde_json::from_value::<Vec<Entry>>(entries.clone()).unwrap();
    Exemptions { entries, ..Exemptions::default() }
}

fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn of_tags(pairs: &[(&str, &str)]) -> Candidates {
    Exemptions::default().of_tags(&tags(pairs), "s3-acl", now())
}

fn refusals(candidates: &Candidates) -> Vec<String> {
    candidates.refused.iter().map(ToString::to_string).collect()
}

#[test]
fn an_entry_exempts_its_resources_from_its_controls_until_its_end() {
    let exemptions = settings(&json!([
        { "resource": GROUP, "controls": "all", "reason": "a jump host", "until": "2026-12-31" },
        { "resource": "arn:aws:s3:::my-*", "controls": ["s3-acl", "s3-policy"], "reason": " our website ",
          "owner": "web@example.com", "until": "2027-01-31T18:00:00Z" },
    ]));
    let found = exemptions.of_settings(BUCKET, "s3-acl", now());
    assert_eq!(found.in_force.len(), 1);
    let exemption = &found.in_force[0];
    assert_eq!(
        (exemption.reason.as_str(), exemption.owner.as_deref()),
        ("our website", Some("web@example.com"))
    );
    assert_eq!(exemption.origin, Origin::Settings(1));
    assert_eq!(
        exemption.to_string(),
        "everything, until 2027-01-31T18:00:00Z, by `exemptions[1]` of the settings, owner web@example.com: our \
         website"
    );
    assert_eq!(exemptions.of_settings(BUCKET, "sg-ingress", now()), Candidates::default());
    assert_eq!(exemptions.of_settings(&format!("{BUCKET}2"), "s3-policy", now()).in_force.len(), 1);
    assert_eq!(exemptions.of_settings("arn:aws:s3:::other", "s3-acl", now()), Candidates::default());
    assert_eq!(exemptions.of_settings(GROUP, "sg-ingress", now()).in_force.len(), 1);
}

#[test]
fn what_is_over_or_too_far_ahead_is_refused_and_says_so() {
    let exemptions = settings(&json!([
        { "resource": BUCKET, "controls": ["s3-acl"], "reason": "r", "until": "2026-11-28" },
        { "resource": BUCKET, "controls": ["s3-acl"], "reason": "r", "until": "2026-11-29" },
        { "resource": BUCKET, "controls": ["s3-acl"], "reason": "r", "until": "2028-01-03" },
        { "resource": BUCKET, "controls": ["s3-acl"], "reason": "r", "until": "2028-01-04" },
    ]));
    let found = exemptions.of_settings(BUCKET, "s3-acl", now());
    let origins: Vec<Origin> = found.in_force.iter().map(|one| one.origin).collect();
    assert_eq!(origins, [Origin::Settings(1), Origin::Settings(2)]);
    assert_eq!(
        refusals(&found),
        [
            "`exemptions[0]` of the settings: `until` is over since the end of 2026-11-28 (UTC)",
            "`exemptions[3]` of the settings: `until` is too far ahead: the end of 2028-01-04 (UTC), where \
             `exempt_max_days` allows 400 days",
        ]
    );
}

#[test]
fn tags_exempt_the_whole_resource() {
    for controls in ["s3-acl", "s3-policy  s3-acl", " s3-acl ", "all"] {
        let found = of_tags(&[
            ("Name", "x"),
            ("curfew:exempt", controls),
            ("curfew:exempt-reason", "our website"),
            ("curfew:exempt-until", "2026-12-31"),
        ]);
        assert_eq!(refusals(&found), [""; 0], "{controls}");
        assert_eq!(found.in_force.len(), 1, "{controls}");
        assert_eq!(found.in_force[0].origin, Origin::Tags);
        assert!(found.in_force[0].scope.is_whole());
    }
}

#[test]
fn tags_of_other_controls_and_other_tags_say_nothing() {
    let other = [("curfew:exempt", "s3-policy sg-ingress"), ("curfew:exempt-until", "never")];
    assert_eq!(of_tags(&other), Candidates::default());
    assert_eq!(of_tags(&[("curfew:quarantined-at", "2026-11-22"), ("exempt", "all")]), Candidates::default());
    assert_eq!(of_tags(&[]), Candidates::default());
}

#[test]
fn tags_count_for_nothing_where_the_settings_say_so() {
    let pairs =
        [("curfew:exempt", "all"), ("curfew:exempt-reason", "r"), ("curfew:exempt-until", "2026-12-31")];
    let exemptions = Exemptions { by_tag: false, ..Exemptions::default() };
    assert_eq!(exemptions.of_tags(&tags(&pairs), "s3-acl", now()), Candidates::default());
}

#[test]
fn tags_with_one_field_wrong_exempt_nothing_and_say_which() {
    const GOOD: [(&str, &str); 3] =
        [("curfew:exempt", "all"), ("curfew:exempt-reason", "r"), ("curfew:exempt-until", "2026-12-31")];
    for (key, value, complaint) in [
        ("curfew:exempt", Some("s3_acl"), "`curfew:exempt` cannot be right: `s3_acl` is no control"),
        ("curfew:exempt", Some("s3-acl,sg-ingress"), "`s3-acl,sg-ingress` is no control"),
        ("curfew:exempt", Some("All"), "`All` is no control"),
        ("curfew:exempt", Some("all s3-acl"), "`all` stands alone"),
        ("curfew:exempt", Some(""), "no control is named"),
        ("curfew:exempt", None, "`curfew:exempt` is missing"),
        (
            "curfew:exempt-reason",
            Some("  "),
            "`curfew:exempt-reason` cannot be right: `  ` is not a text of 1 to 256",
        ),
        ("curfew:exempt-reason", Some("a\nb"), "on one line"),
        ("curfew:exempt-reason", None, "`curfew:exempt-reason` is missing"),
        (
            "curfew:exempt-until",
            Some("2026-13-31"),
            "`curfew:exempt-until` cannot be right: `2026-13-31` is not a date",
        ),
        ("curfew:exempt-until", Some("2026-11-28"), "`curfew:exempt-until` is over since"),
        ("curfew:exempt-until", Some("2030-01-01"), "`curfew:exempt-until` is too far ahead"),
        ("curfew:exempt-until", None, "`curfew:exempt-until` is missing"),
        ("curfew:exempt-owner", Some(""), "`curfew:exempt-owner` cannot be right"),
        ("curfew:exempt-unitl", Some("2026-12-31"), "`curfew:exempt-unitl` cannot be right: there are"),
        ("Curfew:Exempt", Some("s3-acl"), "`Curfew:Exempt` cannot be right"),
    ] {
        let mut written = tags(&GOOD);
        match value {
            Some(value) => written.insert(key.to_owned(), value.to_owned()),
            None => written.remove(key),
        };
        let found = Exemptions::default().of_tags(&written, "s3-acl", now());
        assert_eq!(found.in_force, [], "{key}={value:?}");
        let refusals = refusals(&found);
        assert_eq!(refusals.len(), 1, "{refusals:?}");
        assert!(refusals[0].starts_with("the resource's tags: "), "{refusals:?}");
        assert!(refusals[0].contains(complaint), "{key}={value:?}: {refusals:?}");
    }
}

#[test]
fn an_arn_pattern_is_one_of_a_resource() {
    for good in [
        BUCKET,
        GROUP,
        "arn:*",
        "arn:aws*:s3:::web-?",
        "arn:aws:ec2:*:*:security-group/*",
        "arn:aws:s3*x",
        "arn:aws-cn:s3:::*",
        "arn:aws-us-gov:ec2:us-gov-*",
        "arn:*:cn-north-1:*",
        "arn:aws:s3:::Old_Bucket.Name",
        "arn:?????3???abc",
        "arn:*/sg-0123456789abcdef0",
        "arn:aws:ec2:*:210987654321:*",
    ] {
        assert!(ArnPattern::new(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "*",
        "my-bucket",
        "sg-1a2b3c4d",
        "arn:aws:s3::my-bucket",
        "arn:aws:s3:::",
        "arn:aws:s3:::my-bucket/*",
        "arn:aws:s3:::my-bucket/a",
        "ARN:aws:s3:::b",
        "arn:aws:s3:::my bucket",
        " arn:aws:s3:::b",
        "arn",
        "arn:aws:s3:::ab",
        "arn:aws:s3:eu-west-1::my-bucket",
        "arn:aws:s3:::my-bucket:x",
        "arn:aws-mars:s3:::my-bucket",
        "arn:aws:iam::210987654321:role/*",
        "arn:aws:s3-object-lambda:*",
        "arn:aws:s3:eu-west-1:210987654321:accesspoint/*",
        "arn:aws:ec2:eu-west-1:210987654321:sg-1a2b3c4d",
        "arn:aws:ec2:eu-west-1:21098765432:security-group/*",
        "arn:aws:ec2:eu-west-1:*:instance/*",
        "arn:aws:ec2:*:security-group/vpc-*",
        "arn:aws:ec2:*:security-group/sg-1A2B3C4D",
        "arn:aws:ec2:cn-north-1:*",
        "arn:aws-cn:ec2:eu-west-1:*",
        "arn:aws:ec2:europe:*:security-group/*",
    ] {
        assert!(ArnPattern::new(bad).is_none(), "{bad}");
    }
    let matches = |pattern: &str, arn: &str| ArnPattern::new(pattern).unwrap().matches(arn);
    assert!(matches("arn:aws:s3:::my-*et", BUCKET));
    assert!(matches("arn:*/sg-1a2b3c??", GROUP));
    assert!(!matches("arn:aws:s3:::my-bucke", BUCKET));
    assert!(!matches("arn:aws:s3:::My-bucket", BUCKET));
    assert!(!matches("arn:aws:s3:::my-bucket?", BUCKET));
    assert!(matches("arn:aws:s3:::my-bucket*", BUCKET));
}

/// The same by trying every way.
fn matches_slowly(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => matches_slowly(rest, text),
        (Some((b'*', rest)), Some((_, behind))) => {
            matches_slowly(rest, text) || matches_slowly(pattern, behind)
        }
        (Some((own, rest)), Some((other, behind))) if *own == b'?' || own == other => {
            matches_slowly(rest, behind)
        }
        _ => false,
    }
}

/// A tag's value, often nearly a good one.
fn values() -> impl Strategy<Value = String> {
    let near =
        select(vec!["all", "s3-acl", "", " ", "2026-12-31", "2026-11-28", "2031-01-01", "x", "s3-acl all"]);
    proptest::prop_oneof![near.prop_map(ToOwned::to_owned), any::<String>()]
}

proptest! {
    #[test]
    fn a_pattern_matches_what_every_way_of_trying_says(pattern in "[ab.*?]{0,9}", text in "[ab.]{0,9}") {
        let (pattern, text) = (format!("arn:aws:s3:::{pattern}*a"), format!("arn:aws:s3:::{text}a"));
        let expected = matches_slowly(pattern.as_bytes(), text.as_bytes());
        prop_assert_eq!(ArnPattern::new(&pattern).unwrap().matches(&text), expected);
    }

    /// A pattern of an ARN that there may be is never refused.
    #[test]
    fn a_pattern_of_a_resource_is_taken(
        arn in select(vec![BUCKET, GROUP, "arn:aws-cn:ec2:cn-northwest-1:210987654321:security-group/sg-0123456789abcdef0"]),
        blanks in proptest::collection::vec((4_usize..90, 0_usize..12, any::<bool>()), 0..4),
    ) {
        let mut pattern = arn.as_bytes().to_vec();
        for (from, length, is_star) in blanks {
            pattern.iter_mut().skip(from).take(length).for_each(|byte| *byte = if is_star { b'*' } else { b'?' });
        }
        let pattern = String::from_utf8(pattern).unwrap();
        let taken = ArnPattern::new(&pattern);
        prop_assert!(taken.as_ref().is_some_and(|taken| taken.matches(arn)), "{}", pattern);
    }

    /// Whatever the tags say: in force is only what names the control, has a reason and an end that is ahead and near.
    #[test]
    fn tags_exempt_only_where_all_three_are_right(
        controls in proptest::option::of(values()),
        reason in proptest::option::of(values()),
        until in proptest::option::of(values()),
    ) {
        let pairs = [
            ("curfew:exempt", &controls), ("curfew:exempt-reason", &reason), ("curfew:exempt-until", &until),
        ];
        let written = pairs.iter().filter_map(|(key, value)| Some(((*key).to_owned(), (*value).clone()?)));
        let found = Exemptions::default().of_tags(&written.collect(), "s3-acl", now());
        let names = controls.as_deref().is_some_and(|text| matches!(text.trim(), "all" | "s3-acl"));
        let says_why = reason.as_deref().is_some_and(|text| !text.trim().is_empty() && !text.trim().contains(char::is_control));
        let ends = until.as_deref().map(str::trim) == Some("2026-12-31");
        prop_assert_eq!(!found.in_force.is_empty(), names && says_why && ends, "{:?}", pairs);
        // Nothing that is about this control goes unsaid.
        let is_silent = found.in_force.is_empty() && found.refused.is_empty();
        prop_assert!(!is_silent || pairs.iter().all(|(_, value)| value.is_none()));
    }

    /// Only the resource, the control and the time that are named.
    #[test]
    fn an_entry_exempts_nothing_else(
        bucket in "[a-z]{3,5}", other in "[a-z]{3,5}", days in 0_u64..800, control in select(vec!["s3-acl", "s3-policy"]),
    ) {
        let exemptions = settings(&json!([{
            "resource": format!("arn:aws:s3:::{bucket}"), "controls": ["s3-acl"], "reason": "r", "until": "2027-06-30",
        }]));
        let at = now() + std::time::Duration::from_secs(days * 86_400);
        let found = exemptions.of_settings(&format!("arn:aws:s3:::{other}"), control, at);
        // From noon on 2026-11-29 to noon on 2027-06-30 it is 213 days.
        prop_assert_eq!(!found.in_force.is_empty(), bucket == other && control == "s3-acl" && days <= 213);
    }
}
