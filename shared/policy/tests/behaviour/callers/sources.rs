//! What services say of those for whom they act.

use policy::Outsider;

use super::*;

#[test]
fn a_service_acts_for_a_source_of_its_own() {
    let source = |pattern: &str| witness_under(json!({ "ArnLike": { "aws:SourceArn": pattern } }));
    for (pattern, service, arn) in [
        (
            "arn:aws:*:*:*:*",
            "cloudtrail.amazonaws.com",
            "arn:aws:cloudtrail:us-east-1:444455556666:trail/trail",
        ),
        ("arn:aws:sns:*:*:*", "sns.amazonaws.com", "arn:aws:sns:us-east-1:444455556666:topic"),
        ("arn:aws:s3:::*", "logging.s3.amazonaws.com", "arn:aws:s3:::outsiders-bucket"),
        (
            "arn:aws:logs:*:*:*",
            "delivery.logs.amazonaws.com",
            "arn:aws:logs:us-east-1:444455556666:log-group:group",
        ),
    ] {
        let witness = source(pattern);
        assert_eq!(witness.caller.service.as_deref(), Some(service), "{pattern}");
        assert_eq!(witness.context["aws:sourcearn"], [arn], "{pattern}");
    }
    let unknown = source("arn:aws:kafka:*:*:*");
    assert_eq!(unknown.caller.service.as_deref(), Some("kafka.amazonaws.com"));
}

/// What the service `cloudtrail`, or `other`, can do for outsiders under conditions.
fn abilities_of(service: &str, conditions: Value) -> usize {
    let policy = parse(&allow(json!({ "Service": service }), conditions));
    analyse(&policy, asking()).abilities.list.len()
}

#[test]
fn a_service_that_is_known_sends_no_source_of_another_one() {
    let foreign = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:*:*" } });
    assert_eq!(abilities_of("cloudtrail.amazonaws.com", foreign.clone()), 0);
    // Of a service that is not known nobody knows what it sends.
    assert_eq!(abilities_of("unheard-of.amazonaws.com", foreign), 1);
    let either = json!({ "ArnLike": { "aws:SourceArn": ["arn:aws:sns:*:*:*", "arn:aws:cloudtrail:*:*:*"] } });
    assert_eq!(abilities_of("cloudtrail.amazonaws.com", either), 1);
    let named = json!({
        "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:*:*" },
        "StringEquals": { "aws:PrincipalServiceName": "cloudtrail.amazonaws.com" },
    });
    assert_eq!(under(named), BY_TEXT);
}

#[test]
fn a_source_is_taken_from_a_service_only_where_its_documentation_settles_it() {
    let from =
        |service: &str, arn: &str| abilities_of(service, json!({ "ArnLike": { "aws:SourceArn": arn } }));
    for (service, arn) in [
        ("cloudtrail", "arn:aws:s3:::*"),
        ("logging.s3", "arn:aws:cloudtrail:*:*:*"),
        ("delivery.logs", "arn:aws:elasticloadbalancing:*:*:*"),
        ("config", "arn:aws:sns:*:*:*"),
        ("cloudfront", "arn:aws:s3:::*"),
        ("storage-lens.s3", "arn:aws:cloudtrail:*:*:*"),
    ] {
        assert_eq!(from(&format!("{service}.amazonaws.com"), arn), 0, "{service} {arn}");
    }
    for (service, arn) in [
        ("s3", "arn:aws:s3:::*"),
        ("s3", "arn:aws:s3:*:*:storage-lens/*"),
        ("storage-lens.s3", "arn:aws:s3:*:*:storage-lens/*"),
        ("delivery.logs", "arn:aws:logs:*:*:*"),
        ("logs", "arn:aws:logs:*:*:log-group:*"),
        ("billingreports", "arn:aws:bcm-data-exports:*:*:export/*"),
        ("bcm-data-exports", "arn:aws:cur:*:*:definition/*"),
        ("macie", "arn:aws:macie2:*:*:*"),
        // What these send is not settled.
        ("redshift", "arn:aws:redshift-serverless:*:*:*"),
        ("serverlessrepo", "arn:aws:cloudformation:*:*:*"),
        ("sns", "arn:aws:sqs:*:*:*"),
        ("scheduler", "arn:aws:events:*:*:rule/*"),
        ("monitoring", "arn:aws:cloudwatch:*:*:alarm:*"),
    ] {
        assert_eq!(from(&format!("{service}.amazonaws.com"), arn), 1, "{service} {arn}");
    }
}

#[test]
fn the_list_of_a_services_names_is_that_of_the_service() {
    let listed = |service: &str, name: &str| {
        let condition = json!({ "ForAnyValue:StringLike": { "aws:PrincipalServiceNamesList": name } });
        abilities_of(service, condition)
    };
    assert_eq!(listed("cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com"), 1);
    assert_eq!(listed("cloudtrail.amazonaws.com", "cloudtrail.us-east-1.amazonaws.com"), 1);
    assert_eq!(listed("cloudtrail.amazonaws.com", "cloudtrail.*"), 1);
    assert_eq!(listed("cloudtrail.amazonaws.com", "*"), 1);
    assert_eq!(listed("cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com"), 0);
    // The names of this one may well hold that of the service that it belongs to.
    assert_eq!(listed("delivery.logs.amazonaws.com", "logs.amazonaws.com"), 1);

    let witness = witness_under(json!({
        "ForAnyValue:StringEquals": { "aws:PrincipalServiceNamesList": "delivery.logs.amazonaws.com" },
    }));
    assert_eq!(witness.caller.service.as_deref(), Some("delivery.logs.amazonaws.com"));
    assert_eq!(witness.context["aws:principalservicenameslist"], ["delivery.logs.amazonaws.com"]);
    let apart = json!({
        "ForAnyValue:StringEquals": { "aws:PrincipalServiceNamesList": "delivery.logs.amazonaws.com" },
        "StringEquals": { "aws:PrincipalServiceName": "cloudtrail.amazonaws.com" },
    });
    assert_eq!(under(apart), BY_TEXT);
    let others = json!({
        "ForAllValues:StringNotEquals": { "aws:PrincipalServiceNamesList": "cloudtrail.amazonaws.com" },
        "StringEquals": { "aws:PrincipalServiceName": "cloudtrail.amazonaws.com" },
    });
    assert_eq!(under(others), BY_TEXT);
    // Where the first statement leaves only the impossible, another service still comes in by the second.
    let mut impossible = statement("Allow", json!({ "Service": "config.amazonaws.com" }), json!({}));
    impossible["Condition"] = json!({
        "ForAllValues:StringEquals": { "aws:PrincipalServiceNamesList": "cloudtrail.amazonaws.com" },
    });
    let others = json!({
        "StringNotEquals": { "aws:PrincipalServiceName": ["cloudtrail.amazonaws.com", "config.amazonaws.com"] },
    });
    let document = policy_of(vec![impossible, statement("Allow", json!("*"), others)]);
    let abilities = analyse(&parse(&document), asking()).abilities;
    assert_eq!(abilities.unknown, []);
    assert!(abilities.has(Outsider::Service), "{abilities:?}");
    let refused = json!({
        "ForAnyValue:StringEquals": { "aws:PrincipalServiceNamesList": "cloudtrail.amazonaws.com" },
        "StringNotEquals": { "aws:PrincipalServiceName": ["cloudtrail.amazonaws.com", "config.amazonaws.com"] },
    });
    assert_eq!(under(refused), BY_TEXT);
}

#[test]
fn not_each_service_says_all_about_the_source() {
    let keys = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];
    for said in keys {
        assert_eq!(under(json!({ "Null": { said: "false" } })), OPEN, "{said}");
        for left_out in keys.iter().filter(|key| **key != said) {
            let conditions = json!({ "Null": { said: "false", *left_out: "true" } });
            assert_eq!(under(conditions), OPEN, "{said} without {left_out}");
        }
        let web = allow(json!({ "Federated": "graph.facebook.com" }), json!({ "Null": { said: "false" } }));
        assert_eq!(verdicts(&web), BY_TEXT, "{said}");
        let person = json!({ "Null": { said: "false" }, "StringLike": { "aws:PrincipalArn": "*" } });
        assert_eq!(under(person), BY_TEXT, "{said}");
    }
}
