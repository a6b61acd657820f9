//! Policies of 11 to 20 KB that are hard to decide, each of a kind that people write.

use serde_json::{Value, json};

/// Every hard policy by its name.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("referers", referers()),
        ("referers-left-over", referers_left_over()),
        ("referers-against-referers", referers_against_referers()),
        ("variables-of-tags", variables_of_tags()),
        ("variables-of-users", variables_of_users()),
        ("variables-denied", variables_denied()),
        ("organizations-and-accounts", organizations_and_accounts()),
        ("accounts-by-pattern", accounts_by_pattern()),
        ("blocks", blocks("IpAddress", "Allow")),
        ("blocks-left-over", blocks("NotIpAddress", "Deny")),
        ("services-denied", services_denied()),
        ("services-by-source", services_by_source()),
        ("services-for-many", services_for_many()),
        ("arns-against-accounts", arns_against_accounts()),
        ("arns-against-arns", arns_against_arns()),
        ("folders", folders()),
        ("folders-denied", folders_denied()),
        ("endpoints", endpoints()),
        ("referers-and-agents", referers_and_agents()),
        ("teams", teams()),
    ]
}

fn policy(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn statement(effect: &str, principal: Value, action: Value, resource: Value, condition: Value) -> Value {
    if condition == json!({}) {
        return json!({ "Effect": effect, "Principal": principal, "Action": action, "Resource": resource });
    }
    json!({
        "Effect": effect, "Principal": principal, "Action": action, "Resource": resource,
        "Condition": condition,
    })
}

const OBJECTS: &str = "arn:aws:s3:::shared-bucket/*";

fn allow(condition: Value) -> Value {
    statement("Allow", json!("*"), json!("s3:GetObject"), json!(OBJECTS), condition)
}

fn deny(condition: Value) -> Value {
    statement("Deny", json!("*"), json!("s3:*"), json!([OBJECTS, "arn:aws:s3:::shared-bucket"]), condition)
}

fn many<T>(count: usize, one: impl FnMut(usize) -> T) -> Vec<T> {
    (0..count).map(one).collect()
}

fn account(number: usize) -> String {
    format!("{:012}", 100_200_300_400 + 7_919 * number)
}

/// 300 sites that may show what is in the bucket.
fn referers() -> Value {
    let sites = many(300, |number| format!("https://*.site-{number:03}.example.com/*"));
    policy(vec![
        allow(json!({ "StringLike": { "aws:Referer": sites } })),
        deny(json!({ "StringLike": { "aws:Referer": ["*//old.*", "*hotlink*"] } })),
        deny(json!({ "Bool": { "aws:SecureTransport": "false" } })),
    ])
}

/// Everything but 300 sites is denied, with an exception for each of two readers.
fn referers_left_over() -> Value {
    let sites = many(300, |number| format!("http*://*.shop-{number:03}.example.org/*"));
    policy(vec![
        allow(json!({})),
        deny(json!({
            "StringNotLike": { "aws:Referer": sites },
            "StringNotEquals": { "aws:UserAgent": ["reader-1", "reader-2"] },
        })),
        deny(json!({ "StringLike": { "aws:Referer": "*shop-299*" } })),
    ])
}

/// Globs with many stars, some of which let in what all others take away.
fn referers_against_referers() -> Value {
    let letter = |number: usize, place: usize| {
        char::from(b'a' + u8::try_from((number * 31 + place * place * 7) % 26).unwrap_or_default())
    };
    let glob = |number: usize| {
        let letters = (0..7).map(|place| format!("{}*", letter(number, place)));
        format!("https://*{}", letters.collect::<String>())
    };
    policy(vec![
        allow(json!({ "StringLike": { "aws:Referer": many(30, glob) } })),
        deny(json!({ "StringLike": { "aws:Referer": many(420, |number| glob(number + 30)) } })),
    ])
}

/// Ninety variables: a folder for each value of each of ninety tags.
fn variables_of_tags() -> Value {
    let mut statements = many(90, |number| {
        let folder = format!("arn:aws:s3:::shared-bucket/${{aws:PrincipalTag/t{number}}}/*");
        statement("Allow", json!("*"), json!("s3:GetObject"), json!(folder), json!({}))
    });
    statements.push(deny(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } })));
    policy(statements)
}

/// Ninety folders of users, each for users of one department.
fn variables_of_users() -> Value {
    policy(many(90, |number| {
        let folder = format!("arn:aws:s3:::shared-bucket/d{number}/${{aws:username}}/*");
        let condition = json!({ "StringEquals": { "aws:PrincipalTag/d": format!("d-{number}") } });
        statement("Allow", json!({ "AWS": "*" }), json!("s3:GetObject"), json!(folder), condition)
    }))
}

/// Forty tags of objects that must be those of whoever reads them.
fn variables_denied() -> Value {
    let mut statements = vec![allow(json!({}))];
    statements.extend(many(40, |number| {
        let own = format!("${{aws:PrincipalTag/t{number}}}");
        let tag = format!("s3:ExistingObjectTag/t{number}");
        statement(
            "Deny",
            json!("*"),
            json!("s3:GetObject"),
            json!(OBJECTS),
            json!({ "StringNotEquals": { tag: own } }),
        )
    }));
    policy(statements)
}

/// Twenty patterns of organizations, 89 of accounts, and ninety denies.
fn organizations_and_accounts() -> Value {
    let organizations = many(20, |number| format!("o-{number:02}*"));
    let accounts = many(89, |number| format!("{:03}*", 100 + 7 * number));
    let mut statements = vec![allow(json!({
        "StringLike": { "aws:PrincipalOrgID": organizations, "aws:PrincipalAccount": accounts },
    }))];
    statements.extend(many(90, |number| {
        let role = format!("arn:aws:iam::*:role/team-{number}-*");
        let folder = format!("arn:aws:s3:::shared-bucket/{number}/*");
        statement(
            "Deny",
            json!("*"),
            json!("s3:*"),
            json!(folder),
            json!({ "ArnNotLike": { "aws:PrincipalArn": role } }),
        )
    }));
    policy(statements)
}

/// Roles of accounts whose ids begin in any of ninety ways, and a Deny for as many other beginnings.
fn accounts_by_pattern() -> Value {
    let roles =
        many(90, |number| format!("arn:aws:iam::{:04}????????:role/reader-{number}", 1_000 + 13 * number));
    let denied = many(90, |number| format!("arn:aws:iam::{:04}*:role/*", 5_000 + 17 * number));
    let agents = many(60, |number| format!("agent-{number}/*"));
    policy(vec![
        allow(json!({ "StringLike": { "aws:PrincipalArn": roles } })),
        deny(json!({ "ArnLike": { "aws:PrincipalArn": denied } })),
        deny(json!({ "StringLike": { "aws:UserAgent": agents } })),
    ])
}

/// 1,050 address blocks.
fn blocks(operator: &str, effect: &str) -> Value {
    let block =
        |number: usize| format!("{}.{}.{}.0/24", 11 + number % 90, number * 7 % 256, number * 13 % 256);
    let limited = json!({ operator: { "aws:SourceIp": many(1_050, block) } });
    if effect == "Allow" {
        policy(vec![allow(limited), deny(json!({ "Bool": { "aws:SecureTransport": "false" } }))])
    } else {
        policy(vec![allow(json!({})), deny(limited)])
    }
}

fn service(number: usize) -> String {
    format!("service-{number}.amazonaws.com")
}

/// 110 services that are denied one by one.
fn services_denied() -> Value {
    let mut statements =
        vec![statement("Allow", json!("*"), json!("s3:PutObject"), json!(OBJECTS), json!({}))];
    statements.extend(many(110, |number| {
        let principal = json!({ "Service": service(number) });
        statement("Deny", principal, json!("s3:PutObject"), json!(OBJECTS), json!({}))
    }));
    policy(statements)
}

/// 85 services of which each may only act for one account.
fn services_by_source() -> Value {
    let mut statements = vec![statement(
        "Allow",
        json!({ "Service": many(20, service) }),
        json!("s3:PutObject"),
        json!(OBJECTS),
        json!({}),
    )];
    statements.extend(many(70, |number| {
        let condition = json!({
            "StringNotEquals": { "aws:SourceAccount": account(number) },
            "StringEquals": { "aws:PrincipalServiceName": service(number) },
        });
        statement("Deny", json!("*"), json!("s3:PutObject"), json!(OBJECTS), condition)
    }));
    policy(statements)
}

/// Services that act for 300 accounts and for whatever is theirs.
fn services_for_many() -> Value {
    let services = ["cloudtrail", "config", "delivery.logs", "logging.s3"];
    let services = services.map(|name| format!("{name}.amazonaws.com"));
    let accounts = many(300, account);
    let sources = many(180, |number| format!("arn:aws:*:*:{}:*", account(number)));
    policy(vec![
        statement(
            "Allow",
            json!({ "Service": services }),
            json!("s3:PutObject"),
            json!(OBJECTS),
            json!({ "StringEquals": { "aws:SourceAccount": accounts } }),
        ),
        statement(
            "Allow",
            json!({ "Service": services }),
            json!("s3:GetBucketAcl"),
            json!("arn:aws:s3:::shared-bucket"),
            json!({ "ArnLike": { "aws:SourceArn": sources } }),
        ),
        deny(json!({ "Bool": { "aws:SecureTransport": "false" } })),
    ])
}

/// Twelve Allows with patterns of ARNs against a Deny that leaves twelve accounts over.
fn arns_against_accounts() -> Value {
    let mut statements = many(12, |number| {
        let roles = many(18, |role| format!("arn:aws:iam::{}:role/t{number}-{role}-*", account(number)));
        let folder = format!("arn:aws:s3:::shared-bucket/team-{number}/*");
        let condition = json!({ "ArnLike": { "aws:PrincipalArn": roles } });
        statement("Allow", json!("*"), json!(["s3:GetObject", "s3:PutObject"]), json!(folder), condition)
    });
    statements.push(deny(json!({ "StringNotEquals": { "aws:PrincipalAccount": many(12, account) } })));
    policy(statements)
}

/// Patterns of ARNs in any account against others.
fn arns_against_arns() -> Value {
    let allowed = many(120, |number| format!("arn:aws:iam::*:role/*-{number}-reader"));
    let denied = many(240, |number| format!("arn:aws:*::*:*/*-{number}-*"));
    policy(vec![
        allow(json!({ "ArnLike": { "aws:PrincipalArn": allowed } })),
        deny(json!({ "ArnLike": { "aws:PrincipalArn": denied } })),
    ])
}

/// Everybody may read 250 folders, and list what is in them.
fn folders() -> Value {
    let folders = many(250, |number| format!("arn:aws:s3:::shared-bucket/public/{number}/*"));
    let prefixes = many(250, |number| format!("public/{number}/*"));
    policy(vec![
        statement("Allow", json!("*"), json!("s3:GetObject"), json!(folders), json!({})),
        statement(
            "Allow",
            json!("*"),
            json!("s3:ListBucket"),
            json!("arn:aws:s3:::shared-bucket"),
            json!({ "StringLike": { "s3:prefix": prefixes } }),
        ),
    ])
}

/// Everybody may read, but for folders of which each has a Deny with its own exception.
fn folders_denied() -> Value {
    let mut statements = vec![allow(json!({}))];
    statements.extend(many(90, |number| {
        let folder = format!("arn:aws:s3:::shared-bucket/*/secret-{number}/*");
        let condition = json!({ "StringNotEquals": { "aws:PrincipalAccount": account(number) } });
        statement("Deny", json!("*"), json!("s3:GetObject"), json!(folder), condition)
    }));
    policy(statements)
}

/// Everything that comes through none of 250 endpoints and from none of 250 addresses is denied.
fn endpoints() -> Value {
    let endpoints = many(250, |number| format!("vpce-{:08x}", 0x0a1b_2c3d + 7_919 * number));
    let addresses = many(250, |number| format!("198.{}.{}.7", 20 + number % 200, number * 3 % 256));
    policy(vec![
        allow(json!({})),
        deny(json!({
            "StringNotEqualsIfExists": { "aws:SourceVpce": endpoints },
            "NotIpAddressIfExists": { "aws:SourceIp": addresses },
            "Bool": { "aws:ViaAWSService": "false" },
        })),
    ])
}

/// Agents and sites that are let in, each of many, beside many that are not.
fn referers_and_agents() -> Value {
    let sites = many(120, |number| format!("https://*.partner-{number:03}.example.net/*"));
    let agents = many(120, |number| format!("reader-{number}/*"));
    let refused = many(120, |number| format!("*//test.partner-{number:03}.*"));
    policy(vec![
        allow(json!({ "StringLike": { "aws:Referer": sites, "aws:UserAgent": agents } })),
        deny(json!({ "StringLike": { "aws:Referer": refused } })),
    ])
}

/// What a bucket has that many teams share, closed by one Deny.
fn teams() -> Value {
    let mut statements =
        vec![allow(json!({})), deny(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }))];
    statements.extend(many(75, |number| {
        let principal = json!({ "AWS": format!("arn:aws:iam::{}:root", account(number)) });
        let folder = format!("arn:aws:s3:::shared-bucket/team-{number}/*");
        let condition = json!({ "Bool": { "aws:SecureTransport": "true" } });
        statement("Allow", principal, json!("s3:GetObject"), json!(folder), condition)
    }));
    policy(statements)
}
