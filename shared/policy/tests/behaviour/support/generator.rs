//! Random policies and random requests by outsiders.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::evaluator::Request;

const OPERATORS: [&str; 24] = [
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "ArnEquals",
    "ArnLike",
    "ArnNotLike",
    "StringEqualsIfExists",
    "StringLikeIfExists",
    "StringNotEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringEquals",
    "ForAnyValue:StringLike",
    "ForAnyValue:StringNotLike",
    "ForAllValues:StringNotEquals",
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "ArnLikeIfExists",
    "StringEquals",
    "StringNotEquals",
    "StringLike",
];

const TEXT_KEYS: [(&str, &[&str]); 18] = [
    (
        "aws:SourceVpc",
        &["vpc-11111111", "vpc-22222222", "vpc-*", "*", "vpc-1?111111", "${aws:PrincipalTag/team}"],
    ),
    ("aws:SourceOrgID", &["o-aaaaaaaaaa", "o-*", "${aws:ResourceOrgID}"]),
    ("aws:SourceVpce", &["vpce-11111111", "vpce-*", "vpce-2*"]),
    ("aws:SourceAccount", &["111111111111", "222222222222", "*", "1111*", "${aws:PrincipalAccount}"]),
    (
        "aws:SourceArn",
        &[
            "arn:aws:s3:::source",
            "arn:aws:s3:::sou*",
            "arn:aws:sns:*:111111111111:*",
            "arn:aws:sns:us-east-1:*:topic",
            "*",
        ],
    ),
    (
        "aws:PrincipalAccount",
        &["111111111111", "222222222222", "*", "3*", "${aws:ResourceAccount}", "anonymous"],
    ),
    (
        "aws:PrincipalArn",
        &[
            "arn:aws:iam::111111111111:role/app",
            "arn:aws:iam::111111111111:*",
            "arn:aws:iam::*:role/app",
            "arn:aws:iam::*:user/*",
            "arn:aws:iam::*",
            "*",
        ],
    ),
    ("aws:PrincipalOrgID", &["o-aaaaaaaaaa", "o-bbbbbbbbbb", "o-*", "*"]),
    (
        "aws:PrincipalOrgPaths",
        &["o-aaaaaaaaaa/r-ab12/*", "o-*/r-ab12/*", "o-aaaaaaaaaa/r-ab12/ou-ab12-11111111/"],
    ),
    (
        "aws:userid",
        &["AIDAEXAMPLE", "anonymous", "AROAEXAMPLE:*", "AROAEXAMPLE:session", "*", "AROA*", "*:session"],
    ),
    ("aws:PrincipalType", &["Anonymous", "User", "AssumedRole", "Account", "A*"]),
    ("aws:username", &["admin", "*", "a*"]),
    ("aws:Referer", &["https://example.com/page", "https://example.com/*", "*"]),
    ("aws:UserAgent", &["agent", "agent*"]),
    ("aws:PrincipalTag/team", &["red", "blue", "r*", "${aws:username}"]),
    ("s3:prefix", &["", "public/", "public/*", "${aws:username}/*"]),
    ("s3:DataAccessPointAccount", &["111111111111", "*"]),
    (
        "s3:DataAccessPointArn",
        &["arn:aws:s3:us-east-1:111111111111:accesspoint/*", "arn:aws:s3:*:*:accesspoint/*"],
    ),
];

const FLAGS: [&str; 6] = [
    "aws:SecureTransport",
    "aws:PrincipalIsAWSService",
    "aws:ViaAWSService",
    "aws:MultiFactorAuthPresent",
    "s3:TlsVersion",
    "s3:signatureversion",
];

const BLOCKS: [&str; 12] = [
    "203.0.113.0/24",
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "11.0.0.0/8",
    "10.0.0.0/8",
    "10.0.0.0/7",
    "12.0.0.0/7",
    "8.8.8.8",
    "2001:db8::/32",
    "2000::/3",
    "::/0",
];

fn condition() -> impl Strategy<Value = (String, String, Value)> {
    let values = |values: &'static [&'static str]| {
        let most = values.len().min(3);
        subsequence(values.to_vec(), 1..=most)
            .prop_map(|values| if let [one] = values[..] { json!(one) } else { json!(values) })
    };
    prop_oneof![
        10 => (select(&OPERATORS[..]), select(&TEXT_KEYS[..])).prop_flat_map(move |(operator, (key, own))| {
            values(own).prop_map(move |value| (operator.to_owned(), key.to_owned(), value))
        }),
        3 => (select(&["IpAddress", "NotIpAddress", "IpAddressIfExists", "NotIpAddressIfExists"][..]), values(&BLOCKS))
            .prop_map(|(operator, value)| (operator.to_owned(), "aws:SourceIp".to_owned(), value)),
        2 => (select(&TEXT_KEYS[..]), any::<bool>())
            .prop_map(|((key, _), absent)| ("Null".to_owned(), key.to_owned(), json!(absent.to_string()))),
        1 => (select(&FLAGS[..]), any::<bool>())
            .prop_map(|(key, absent)| ("Null".to_owned(), key.to_owned(), json!(absent.to_string()))),
        3 => (select(&FLAGS[..]), select(&["Bool", "BoolIfExists", "StringEquals"][..]), any::<bool>())
            .prop_map(|(key, operator, value)| (operator.to_owned(), key.to_owned(), json!(value.to_string()))),
        1 => (select(&["NumericLessThan", "NumericGreaterThanEquals", "NumericEquals"][..]), 0..20_u32)
            .prop_map(|(operator, value)| (operator.to_owned(), "s3:max-keys".to_owned(), json!(value))),
        1 => (select(&["NumericLessThan", "NumericGreaterThanEquals"][..]), select(&["aws:MultiFactorAuthAge", "s3:TlsVersion"][..]))
            .prop_map(|(operator, key)| (operator.to_owned(), key.to_owned(), json!("1.2"))),
        1 => (select(&["DateLessThan", "DateGreaterThan"][..]), 2024..2029_u32).prop_map(|(operator, year)| {
            (operator.to_owned(), "aws:CurrentTime".to_owned(), json!(format!("{year}-01-01T00:00:00Z")))
        }),
    ]
}

fn principal() -> impl Strategy<Value = (String, Value)> {
    let values = [
        json!("*"),
        json!("*"),
        json!({ "AWS": "*" }),
        json!({ "AWS": ["arn:aws:iam::111111111111:root", "*"] }),
        json!({ "AWS": "111111111111" }),
        json!({ "AWS": "arn:aws:iam::111111111111:role/app" }),
        json!({ "AWS": "arn:aws:iam::111111111111:role/*" }),
        json!({ "AWS": "arn:aws:iam::*:role/app" }),
        json!({ "AWS": "AIDAEXAMPLE" }),
        json!({ "Service": "cloudtrail.amazonaws.com" }),
        json!({ "Federated": "graph.facebook.com" }),
        json!({ "Federated": "arn:aws:iam::111111111111:saml-provider/sso" }),
        json!({ "CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" }),
    ];
    (prop_oneof![9 => Just("Principal"), 1 => Just("NotPrincipal")], select(values.to_vec()))
        .prop_map(|(name, value)| (name.to_owned(), value))
}

fn scope(
    plain: &'static str,
    negated: &'static str,
    values: &'static [&'static str],
) -> impl Strategy<Value = (String, Value)> {
    (prop_oneof![6 => Just(plain), 1 => Just(negated)], subsequence(values.to_vec(), 1..=2))
        .prop_map(|(name, values)| (name.to_owned(), json!(values)))
}

pub(crate) fn statement() -> impl Strategy<Value = Value> {
    (
        prop_oneof![3 => Just("Allow"), 2 => Just("Deny")],
        principal(),
        scope("Action", "NotAction", &["s3:GetObject", "s3:Get*", "s3:PutObject", "s3:*", "*", "ec2:*"]),
        scope(
            "Resource",
            "NotResource",
            &[
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::b",
                "*",
                "arn:aws:s3:::b/a/*",
                "arn:aws:s3:::b/${aws:username}/*",
            ],
        ),
        prop::collection::vec(condition(), 0..3),
    )
        .prop_map(|(effect, principal, action, resource, conditions)| {
            let mut block = Map::new();
            for (operator, key, value) in conditions {
                block.entry(operator).or_insert_with(|| json!({}))[key] = value;
            }
            let mut statement =
                Map::from_iter([("Effect".to_owned(), json!(effect)), principal, action, resource]);
            if !block.is_empty() {
                statement.insert("Condition".to_owned(), Value::Object(block));
            }
            Value::Object(statement)
        })
}

pub(crate) fn policy() -> impl Strategy<Value = Value> {
    (prop::collection::vec(statement(), 1..4), prop_oneof![5 => Just("2012-10-17"), 1 => Just("2008-10-17")])
        .prop_map(|(statements, version)| json!({ "Version": version, "Statement": statements }))
}

/// A request by an outsider: nothing in it is a fixed value of the policies above.
pub(crate) fn outside_request() -> impl Strategy<Value = Request> {
    request("999999999999", "888888888888")
}

/// A request for an account, of a bucket that another account may own.
pub(crate) fn request(account: &'static str, owner: &'static str) -> impl Strategy<Value = Request> {
    let caller = select(vec!["anonymous", "user", "role", "root", "web-identity", "service"]);
    let text = |values: &'static [&'static str]| prop::option::of(select(values.to_vec()));
    (
        caller,
        any::<[bool; 8]>(),
        // Actions of objects are about objects, and those of the bucket about the bucket.
        prop_oneof![
            3 => (
                select(vec!["s3:GetObject", "s3:PutObject", "s3:GetObjectAcl"]),
                select(vec!["arn:aws:s3:::b/x", "arn:aws:s3:::b/a/x", "arn:aws:s3:::b/eve/x"]),
            ),
            1 => (select(vec!["s3:GetBucketAcl", "s3:ListBucket"]), Just("arn:aws:s3:::b")),
        ],
        select(vec!["8.8.4.4", "12.3.4.5", "130.0.0.1", "2a00::1"]),
        (
            text(&["https://example.com/page", "https://example.com/*", "*", "elsewhere", ""]),
            text(&["agent", "agents"]),
            text(&["red", "green"]),
            text(&["public/", "public/*", "eve/x", ""]),
            text(&["5", "15"]),
        ),
        select(vec!["eve", "admin", "abel"]),
        select(vec!["2026-11-22T05:41:07Z", "2027-06-01T00:00:00Z", "2030-06-01T00:00:00Z"]),
    )
        .prop_map(
            move |(
                kind,
                flags,
                (action, resource),
                address,
                (referer, agent, team, prefix, keys),
                user,
                time,
            )| {
                let mut request = Request {
                    kind: kind.to_owned(),
                    action: action.to_owned(),
                    resource: resource.to_owned(),
                    ..Request::default()
                };
                let mut put = |key: &str, value: &str| {
                    drop(request.context.insert(key.to_owned(), vec![value.to_owned()]))
                };
                // A service calls S3 over TLS.
                put("aws:securetransport", if flags[0] || kind == "service" { "true" } else { "false" });
                let is_principal = !matches!(kind, "anonymous" | "service");
                let is_forwarded = flags[1] && is_principal;
                if kind != "anonymous" {
                    put("aws:principalisawsservice", if kind == "service" { "true" } else { "false" });
                    put("s3:signatureversion", "AWS4-HMAC-SHA256");
                }
                put("aws:viaawsservice", if is_forwarded { "true" } else { "false" });
                put("aws:currenttime", time);
                put("aws:resourceaccount", owner);
                // Only what lists has these.
                let listing = |own| if action == "s3:ListBucket" { own } else { None };
                let optional = [
                    ("aws:referer", referer),
                    ("aws:useragent", agent),
                    ("s3:prefix", listing(prefix)),
                    ("s3:max-keys", listing(keys)),
                ];
                for (key, value) in optional {
                    if let Some(value) = value {
                        put(key, value);
                    }
                }
                // A request without TLS has no version of it.
                if kind != "service" && flags[0] {
                    put("s3:tlsversion", "1.2");
                }
                // Neither a service nor whoever comes through one says where from.
                match (kind == "service" || is_forwarded, flags[2]) {
                    (true, _) => {}
                    (false, true) => {
                        put("aws:sourcevpc", "vpc-19111111");
                        put("aws:sourcevpce", "vpce-23456789");
                    }
                    (false, false) => put("aws:sourceip", address),
                }
                if flags[3] {
                    put("s3:dataaccesspointaccount", account);
                    put("s3:dataaccesspointarn", &format!("arn:aws:s3:us-east-1:{account}:accesspoint/x"));
                }
                if kind == "anonymous" {
                    put("aws:principalaccount", "anonymous");
                    put("aws:userid", "anonymous");
                    put("aws:principaltype", "Anonymous");
                    return request;
                }
                put("aws:principalaccount", account);
                if kind == "service" {
                    let service = match (flags[4], flags[7]) {
                        (true, _) => "logging.s3",
                        (false, true) => "sns",
                        (false, false) => "cloudtrail",
                    };
                    put("aws:userid", "AROASERVICE:session");
                    // Not each service says all.
                    if flags[5] {
                        put("aws:sourceaccount", account);
                    }
                    if flags[6] {
                        let topic = format!("arn:aws:sns:us-east-1:{account}:topic");
                        let trail = format!("arn:aws:cloudtrail:us-east-1:{account}:trail/trail");
                        // A service names sources of its own.
                        let source = match service {
                            "sns" => topic.as_str(),
                            "logging.s3" => "arn:aws:s3:::sources",
                            _ => trail.as_str(),
                        };
                        put("aws:sourcearn", source);
                    }
                    request.service = Some(format!("{service}.amazonaws.com"));
                    request.account = Some(account.to_owned());
                    return request;
                }
                if flags[5] {
                    put("aws:principalorgid", "o-cccccccccc");
                    put("aws:principalorgpaths", "o-cccccccccc/r-ab12/ou-ab12-33333333/");
                }
                if let Some(team) = team {
                    put("aws:principaltag/team", team);
                }
                let (arn, id, principal_type) = match kind {
                    "user" => (format!("arn:aws:iam::{account}:user/{user}"), "AIDAOTHER".to_owned(), "User"),
                    "root" => (format!("arn:aws:iam::{account}:root"), account.to_owned(), "Account"),
                    _ => (
                        format!("arn:aws:iam::{account}:role/app"),
                        "AROAOTHER:session".to_owned(),
                        "AssumedRole",
                    ),
                };
                put("aws:principalarn", &arn);
                put("aws:userid", &id);
                put("aws:principaltype", principal_type);
                if kind == "user" {
                    put("aws:username", user);
                }
                // A web identity has no second factor, and only temporary credentials say how old it is.
                if kind != "web-identity" && flags[6] {
                    put("aws:multifactorauthpresent", "true");
                    put("aws:multifactorauthage", "60");
                    put("aws:tokenissuetime", "2026-11-22T04:00:00Z");
                }
                if kind == "web-identity" {
                    put("aws:federatedprovider", "graph.facebook.com");
                    request.provider = Some("graph.facebook.com".to_owned());
                }
                request.arn = Some(arn);
                request.account = Some(account.to_owned());
                request.canonical_user = Some("0123456789abcdef".to_owned());
                request
            },
        )
}
