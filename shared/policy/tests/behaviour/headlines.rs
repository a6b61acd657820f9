//! The leading sentence is true of one kind of caller, and what is said stays short.

use policy::{FindingKind, Trust, analyse, explain_text, headline};
use serde_json::{Value, json};

use crate::support::{allow, asking, parse, policy_of, statement, trusting};

fn said(document: &Value) -> String {
    headline(&analyse(&parse(document), asking()), "x")
}

fn of(action: Value, resource: Value) -> Value {
    let mut statement = statement("Allow", json!("*"), json!({}));
    statement["Action"] = action;
    statement["Resource"] = resource;
    statement
}

#[test]
fn other_actions_are_named_and_a_part_is_named_as_one() {
    let bucket = "arn:aws:s3:::bucket";
    for (action, resource, sentence) in [
        ("s3:GetBucketLocation", bucket.to_owned(), "call `s3:GetBucketLocation` on `bucket`."),
        ("s3:GetObject", format!("{bucket}/public/*"), "read objects under `bucket/public/*`."),
        ("s3:GetObject", format!("{bucket}/index.html"), "read the object `bucket/index.html`."),
        ("s3:GetObject", format!("{bucket}/*.jpg"), "read some objects of `x`."),
        ("s3:PutObject", format!("{bucket}/*"), "write every object in `x`."),
        ("s3:ListBucket", bucket.to_owned(), "list what is in `x`."),
        ("s3:PutBucketPolicy", bucket.to_owned(), "change the permissions of `x`."),
    ] {
        let document = policy_of(vec![of(json!(action), json!(resource))]);
        assert_eq!(said(&document), format!("Anyone on the internet can {sentence}"));
    }
}

#[test]
fn who_reads_is_not_said_to_delete_what_a_service_may() {
    let mut service = of(json!("s3:DeleteObject"), json!("arn:aws:s3:::bucket/*"));
    service["Principal"] = json!({ "Service": "cloudtrail.amazonaws.com" });
    let open = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/*"));
    assert_eq!(
        said(&policy_of(vec![service.clone(), open])),
        "Anyone on the internet can read every object in `x`."
    );
    assert_eq!(
        said(&policy_of(vec![service])),
        "`cloudtrail.amazonaws.com`, acting for an outside account, can delete every object in `x`."
    );
}

#[test]
fn a_service_that_may_come_only_by_calls_that_do_not_name_their_source_is_named_so_and_last() {
    let mut service = of(json!(["s3:PutObject", "s3:DeleteObject"]), json!("arn:aws:s3:::bucket/*"));
    service["Principal"] = json!({ "Service": "cloudtrail.amazonaws.com" });
    service["Condition"] = json!({ "StringEqualsIfExists": { "aws:SourceAccount": "111122223333" } });
    let location = of(json!("s3:GetBucketLocation"), json!("arn:aws:s3:::bucket"));
    let document = policy_of(vec![service, location]);
    assert_eq!(said(&document), "Anyone on the internet can call `s3:GetBucketLocation` on `bucket`.");
    let policy = parse(&document);
    let text = explain_text(&policy, &analyse(&policy, asking()), "x");
    let sentence = "  `cloudtrail.amazonaws.com`, where its call does not say all about whom it acts for, can write and \
                    delete every object in `x`.";
    assert!(text.contains(sentence), "{text}");
}

#[test]
fn what_a_deny_takes_away_is_not_said() {
    let both = of(json!(["s3:GetObject", "s3:PutObject"]), json!("arn:aws:s3:::bucket/*"));
    let mut deny = of(json!("s3:PutObject"), json!("*"));
    deny["Effect"] = json!("Deny");
    assert_eq!(said(&policy_of(vec![both, deny])), "Anyone on the internet can read every object in `x`.");
}

#[test]
fn nobody_takes_the_bucket_over_whom_a_deny_keeps_from_it() {
    let all = of(json!("s3:*"), json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]));
    let mut deny = of(json!(["s3:Put*", "s3:Delete*"]), json!("*"));
    deny["Effect"] = json!("Deny");
    deny["Condition"] = json!({ "StringNotEquals": { "aws:PrincipalAccount": "111122223333" } });
    let kinds = |document: &Value| -> Vec<FindingKind> {
        analyse(&parse(document), asking()).findings.iter().map(|finding| finding.kind).collect()
    };
    assert_eq!(kinds(&policy_of(vec![all.clone()])), [FindingKind::Public, FindingKind::PowerfulAccess]);
    assert_eq!(kinds(&policy_of(vec![all, deny])), [FindingKind::Public]);
}

#[test]
fn many_parties_make_one_finding_and_a_short_text() {
    let blocks: Vec<String> =
        (0..900).map(|number| format!("11.{}.{}.0/24", number / 256, number % 256)).collect();
    let accounts: Vec<String> =
        (0..400).map(|number| format!("arn:aws:iam::{:012}:root", 300_000_000_000_u64 + number)).collect();
    let roles: Vec<String> =
        (0..400).map(|number| format!("arn:aws:iam::*:role/application-{number}")).collect();
    let many: Vec<Value> =
        (0..150).map(|_| of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/*"))).collect();
    for document in [
        allow(json!("*"), json!({ "IpAddress": { "aws:SourceIp": blocks } })),
        allow(json!({ "AWS": accounts }), json!({})),
        allow(json!({ "AWS": roles }), json!({})),
        policy_of(many),
    ] {
        let trust = Trust::default();
        let policy = parse(&document);
        let analysis = analyse(&policy, trusting(&trust));
        let text = explain_text(&policy, &analysis, "x");
        let fixed = analysis.fix.as_ref().map_or(0, |fix| format!("{:#}", fix.policy).len());
        let shown = format!("{:#}", policy.document()).len() + fixed;
        assert!(text.len() < shown + 12_000, "{} of {shown}", text.len());
        assert!(analysis.findings.len() <= policy.statements.len(), "{}", analysis.findings.len());
    }
}

#[test]
fn what_nobody_can_do_yet_is_not_said_to_be_so_now() {
    let at = |conditions: Value| {
        let mut own = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/*"));
        own["Condition"] = conditions;
        policy_of(vec![own])
    };
    let later = json!({ "DateGreaterThan": { "aws:CurrentTime": "2099-01-01T00:00:00Z" } });
    assert_eq!(
        said(&at(later)),
        "Anyone on the internet can read every object in `x`, not yet but at a time to come, as at 2099-01-01T00:00:01Z."
    );
    for now in [
        json!({ "DateLessThan": { "aws:CurrentTime": "2099-01-01T00:00:00Z" } }),
        json!({ "DateGreaterThan": { "aws:EpochTime": "1000000000" } }),
    ] {
        assert_eq!(said(&at(now)), "Anyone on the internet can read every object in `x`.");
    }
    // Where something can be done now and more later, each is said as it is.
    let mut list = of(json!("s3:ListBucket"), json!("arn:aws:s3:::bucket"));
    list["Condition"] = json!({ "DateGreaterThan": { "aws:EpochTime": "4000000000" } });
    let both = policy_of(vec![of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/*")), list]);
    let text = explain_text(&parse(&both), &analyse(&parse(&both), asking()), "x");
    assert!(text.contains("  Anyone on the internet can read every object in `x`.\n"), "{text}");
    assert!(
        text.contains("  Anyone on the internet can list what is in `x`, not yet but at a time"),
        "{text}"
    );
}

#[test]
fn what_an_account_calls_its_users_is_no_header() {
    let mut own = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/*"));
    own["Condition"] = json!({ "StringEquals": { "aws:username": "bob" } });
    let document = policy_of(vec![own]);
    let text = explain_text(&parse(&document), &analyse(&parse(&document), asking()), "x");
    assert!(text.contains("`aws:username` is whatever the caller's own account chooses."), "{text}");
    assert!(!text.contains("chooses to send"), "{text}");
}
