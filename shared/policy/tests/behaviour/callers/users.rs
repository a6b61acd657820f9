//! The names and the ARNs of users go together.

use super::*;

/// The user whom the witness shows, by ARN and by name.
fn user(conditions: Value) -> Option<(String, String)> {
    let document = allow(json!("*"), conditions);
    let witness = analyse(&parse(&document), crate::support::asking()).semantic.witness?;
    let name = witness.context.get("aws:username")?.first()?.clone();
    Some((witness.caller.arn?, name))
}

#[test]
fn a_user_is_called_what_the_arn_says() {
    let arn = |rest: &str| format!("arn:aws:iam::444455556666:user/{rest}");
    let of = |name: &str, pattern: &str| {
        user(
            json!({ "StringEquals": { "aws:username": name }, "StringLike": { "aws:PrincipalArn": pattern } }),
        )
    };
    let bob = user(json!({ "StringEquals": { "aws:username": "bob" } }));
    assert_eq!(bob, Some((arn("bob"), "bob".to_owned())));
    let app = user(json!({ "StringLike": { "aws:username": "*", "aws:PrincipalArn": "*:role/app" } }));
    assert!(app.is_none_or(|(arn, name)| arn.ends_with(&format!("/{name}"))));
    let found = of("x", "arn:aws:iam::*:user/team/*").unwrap();
    assert!(found.0.starts_with(&arn("team/")) && found.0.ends_with("/x"), "{found:?}");
    let mut home = allow(json!({ "AWS": "arn:aws:iam::*:role/app" }), json!({}));
    home["Statement"][0]["Resource"] = json!("arn:aws:s3:::bucket/${aws:username}/*");
    let witness = analyse(&parse(&home), crate::support::asking()).semantic.witness.unwrap();
    assert_eq!(witness.context["aws:username"], ["app"], "{witness:?}");
    assert!(witness.resource.starts_with("arn:aws:s3:::bucket/app/"), "{witness:?}");
    // Whoever is called otherwise is shown by nobody.
    assert_eq!(of("x", "arn:aws:iam::*:user/bob"), None);
    assert_eq!(under(json!({ "StringEquals": { "aws:username": "x" } })), OPEN);
}

#[test]
fn an_id_that_is_shown_is_one_that_aws_can_have_given() {
    for pattern in ["*a*", "AROA*", "AIDA?*", "*:b?b", "A*Z*"] {
        let context = witness_under(json!({ "StringLike": { "aws:userid": pattern } })).context;
        let id = context["aws:userid"][0].split(':').next().unwrap();
        let is_account = id.bytes().all(|byte| byte.is_ascii_digit());
        assert!(id == "anonymous" || is_account || id.len() >= 16, "{pattern} {id}");
    }
    // Shorter ones are nobody's.
    assert_eq!(under(json!({ "StringLike": { "aws:userid": "AROA???:*" } })), BY_TEXT);
}

#[test]
fn a_user_whose_arn_and_name_differ_is_nobody() {
    let both =
        |arn: &str, name: &str| json!({ "StringLike": { "aws:PrincipalArn": arn, "aws:username": name } });
    assert_eq!(under(both("arn:aws:iam::*:user/app", "b*")), BY_TEXT);
    assert_eq!(under(both("arn:aws:iam::*:user/*/app", "app")), OPEN);
    assert_eq!(under(both("arn:aws:iam::*:user/app*", "*p")), OPEN);
    assert_eq!(under(both("arn:aws:iam::*:user/b*", "bob")), OPEN);
}

#[test]
fn a_vpc_and_its_arn_go_together_where_the_user_was_asked_for_again() {
    // The name and the ARN of the user are found apart first, and then the VPC and its ARN.
    let policy = allow(
        json!("*"),
        json!({
            "StringLike": { "aws:username": "a*", "aws:SourceVpc": "vpc-*" },
            "ArnLike": {
                "aws:PrincipalArn": "arn:aws:iam::*:user/*",
                "aws:SourceVpcArn": "arn:aws:ec2:*:*:vpc/vpc-1*",
            },
        }),
    );
    let context = decide(&policy).witness.unwrap().context;
    let ends_with = |key: &str, own: &str| context[key][0].ends_with(&format!("/{}", context[own][0]));
    assert!(ends_with("aws:sourcevpcarn", "aws:sourcevpc"), "{context:?}");
    assert!(ends_with("aws:principalarn", "aws:username"), "{context:?}");
}
