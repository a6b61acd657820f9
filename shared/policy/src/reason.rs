//! Why a statement is open although it names principals and conditions.

use crate::address::parse_block;
use crate::documented::{NoLimit, is_anonymous, limit};
use crate::template::{Piece, pieces};
use crate::words::short;
use crate::{Comparison, Condition, Key, Principal, PrincipalKind, Statement};

/// How many principals or conditions are told why they limit nothing; the others are counted.
const MOST: usize = 5;

/// Why the principals and each condition of a statement do not limit it, one sentence each.
pub(crate) fn why_open(statement: &Statement, has_variables: bool) -> Vec<String> {
    let mut reasons = few(principal_reasons(statement), "principals");
    if statement.conditions.is_empty() {
        reasons.push("There is no condition.".to_owned());
    }
    let conditions = statement.conditions.iter();
    let of_conditions =
        conditions.filter_map(|condition| condition_reason(condition, has_variables)).collect();
    reasons.extend(few(of_conditions, "conditions"));
    reasons
}

fn few(mut reasons: Vec<String>, what: &str) -> Vec<String> {
    if reasons.len() > MOST + 1 {
        let more = reasons.len() - MOST;
        reasons.truncate(MOST);
        reasons.push(format!("{more} more {what} limit nothing either."));
    }
    reasons
}

fn principal_reasons(statement: &Statement) -> Vec<String> {
    let element = &statement.principal;
    if element.negated {
        return vec![format!(
            "`NotPrincipal` with `Allow` speaks of {}, without signing in too.",
            element.brief()
        )];
    }
    if element.principals.is_empty() {
        return vec!["No principal is named, so nothing fixes whom the statement lets in.".to_owned()];
    }
    element.principals.iter().filter(|principal| !principal.is_fixed()).map(principal_reason).collect()
}

fn principal_reason(principal: &Principal) -> String {
    let value = short(&principal.value);
    if principal.is_everyone() {
        return format!("Principal `{value}` is everyone, without signing in too.");
    }
    match principal.kind {
        PrincipalKind::Federated if !principal.value.contains(['*', '?']) => {
            format!("Anybody can get an identity from `{value}`.")
        }
        _ => match principal.account() {
            Some(account) => format!(
                "Principal `{value}` has a wildcard. IAM keeps it within account {account}, but S3 counts it as public."
            ),
            None => format!("Principal `{value}` has a wildcard, so principals of any account can match it."),
        },
    }
}

/// Why a condition does not limit; `None` when it does.
fn condition_reason(condition: &Condition, has_variables: bool) -> Option<String> {
    let (name, key) = (&condition.operator_name, &condition.key);
    Some(match limit(condition).err()? {
        NoLimit::UnknownOperator => {
            format!("`{name}` is no operator of IAM, so the condition on `{key}` limits nothing.")
        }
        NoLimit::NoValues => format!("`{name}` on `{key}` has no value."),
        NoLimit::Value(value) => value_reason(condition, &value, has_variables),
        NoLimit::AbsentKey => {
            format!("`{name}` on `{key}` is true when the key is absent, and {} lack it.", who_lacks(key))
        }
        NoLimit::Key => format!("`{key}` {}.", what_key_says(key)),
        NoLimit::Operator => match condition.operator {
            Some(operator) if operator.negated => {
                format!("`{name}` on `{key}` only excludes some requests and lets in all others.")
            }
            _ if key.is_fixing() => format!("`{name}` on `{key}` does not fix a value of it."),
            _ => format!("`{name}` does not fix who sends the request: `{key}` {}.", what_key_says(key)),
        },
    })
}

fn value_reason(condition: &Condition, value: &str, has_variables: bool) -> String {
    let (name, key) = (&condition.operator_name, &condition.key);
    let alone = if condition.values.len() > 1 { " (one matching value is enough)" } else { "" };
    let shown = short(value);
    if key.name() == "aws:sourceip" {
        return match parse_block(value) {
            Some(_) => format!(
                "`{shown}` for `{key}` is broader than S3 counts as fixed: /8 in IPv4, /32 in IPv6{alone}."
            ),
            None => format!("`{shown}` for `{key}` is no address block{alone}."),
        };
    }
    if is_anonymous(condition, value) {
        return format!("`{key}` is `{value}` for everyone who does not sign in{alone}.");
    }
    if value.contains("${") {
        let why = if has_variables { variable_reason(value) } else { "holds `${`" };
        return format!("`{shown}` for `{key}` {why}, and S3 does not count it as fixed{alone}.");
    }
    let exact = condition.operator.is_some_and(|operator| {
        matches!(operator.comparison, Comparison::Equals | Comparison::EqualsIgnoreCase)
    });
    if exact {
        return format!(
            "`{name}` takes the wildcard in `{shown}` for an ordinary character, so no request matches it, but S3 counts \
             it as not fixed{alone}."
        );
    }
    format!("`{shown}` for `{key}` is not fixed{alone}.")
}

/// What the variables of a value stand for.
fn variable_reason(value: &str) -> &'static str {
    let keys: Vec<String> = pieces(value, true)
        .into_iter()
        .filter_map(|piece| if let Piece::Variable { key, .. } = piece { Some(key) } else { None })
        .collect();
    if keys.is_empty() {
        "holds an escaped character"
    } else if keys.iter().all(|key| Key::new(key).describes_bucket()) {
        "is a policy variable that stands for the bucket's owner, not for the caller"
    } else {
        "is a policy variable, and what it stands for depends on the request"
    }
}

fn who_lacks(key: &Key) -> &'static str {
    match key.name() {
        "aws:sourceip" => "requests through a VPC endpoint",
        "aws:sourcevpc" | "aws:sourcevpce" => "requests that do not come through a VPC endpoint",
        "aws:sourcearn" | "aws:sourceaccount" | "aws:sourceowner" => {
            "all requests but those of an AWS service"
        }
        "aws:principalarn" | "aws:principalorgid" | "aws:principalorgpaths" => "anonymous requests",
        "s3:dataaccesspointarn" | "s3:dataaccesspointaccount" => {
            "requests that do not go through an access point"
        }
        _ => "many requests",
    }
}

fn what_key_says(key: &Key) -> &'static str {
    if key.describes_object() {
        "describes the object, not the caller"
    } else if key.describes_bucket() {
        "describes the bucket or its owner, not the caller"
    } else if key.describes_access_point() {
        "only says from where the access point takes requests that the caller comes by"
    } else if key.name() == "aws:securetransport" {
        "only says whether the request is encrypted"
    } else if key.name() == "s3:tlsversion" {
        "only says how the request is encrypted"
    } else if key.is_of_provider() {
        "only says what an identity provider says of its user"
    } else if key.is_chosen_by_account() {
        "is whatever the caller's own account chooses"
    } else if key.is_chosen_by_caller() {
        "is whatever the caller chooses to send"
    } else if matches!(key.name(), "aws:currenttime" | "aws:epochtime") {
        "only says when the request comes"
    } else {
        "is not among the keys that AWS counts as fixing who is let in"
    }
}
