//! A plain evaluator of one request, written apart from the crate: it reads the JSON document as it stands.

use std::collections::BTreeMap;
use std::net::IpAddr;

use names::Partition;
use serde_json::Value;

/// One request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub kind: String,
    pub account: Option<String>,
    pub arn: Option<String>,
    pub service: Option<String>,
    pub provider: Option<String>,
    pub canonical_user: Option<String>,
    pub action: String,
    pub resource: String,
    pub context: BTreeMap<String, Vec<String>>,
}

impl Request {
    pub(crate) fn of(witness: &policy::Witness) -> Self {
        let json = serde_json::to_value(witness).unwrap();
        let caller = |name: &str| json["caller"][name].as_str().map(str::to_owned);
        Self {
            kind: caller("kind").unwrap(),
            account: caller("account"),
            arn: caller("arn"),
            service: caller("service"),
            provider: caller("provider"),
            canonical_user: caller("canonical_user"),
            action: witness.action.clone(),
            resource: witness.resource.clone(),
            context: witness.context.clone(),
        }
    }
}

/// Whether the policy allows the request.
pub(crate) fn allows(policy: &Value, request: &Request) -> bool {
    let variables = policy["Version"] == "2012-10-17";
    let statements = list(&policy["Statement"]);
    let matching = |effect: &str| {
        statements
            .iter()
            .any(|statement| statement["Effect"] == effect && matches(statement, request, variables))
    };
    matching("Allow") && !matching("Deny")
}

fn matches(statement: &Value, request: &Request, variables: bool) -> bool {
    let principal = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(principal), _) => is_principal(principal, request),
        (_, Some(principal)) => !is_principal(principal, request),
        _ => false,
    };
    let scope = |plain: &str, negated: &str, value: &str, fold: bool| {
        let any = |patterns: &Value| {
            texts(patterns).iter().any(|pattern| match expand(pattern, request, variables && !fold) {
                Some(expanded) if fold => glob(&lower(&expanded), &value.to_lowercase()),
                Some(expanded) => glob(&expanded, value),
                None => false,
            })
        };
        match (statement.get(plain), statement.get(negated)) {
            (Some(patterns), _) => any(patterns),
            (_, Some(patterns)) => !any(patterns),
            _ => false,
        }
    };
    principal
        && scope("Action", "NotAction", &request.action, true)
        && scope("Resource", "NotResource", &request.resource, false)
        && conditions(&statement["Condition"], request, variables)
}

fn is_principal(element: &Value, request: &Request) -> bool {
    if let Some(text) = element.as_str() {
        return is_aws(text, request);
    }
    let Some(map) = element.as_object() else { return false };
    map.iter().any(|(kind, values)| {
        texts(values).iter().any(|value| match kind.as_str() {
            "AWS" => is_aws(value, request),
            "Service" => request.service.as_deref().is_some_and(|own| plain_glob(value, own)),
            "Federated" => request.provider.as_deref().is_some_and(|own| plain_glob(value, own)),
            "CanonicalUser" => request.canonical_user.as_deref().is_some_and(|own| plain_glob(value, own)),
            _ => false,
        })
    })
}

fn is_aws(value: &str, request: &Request) -> bool {
    if !value.is_empty() && value.chars().all(|character| character == '*') {
        return true;
    }
    if matches!(request.kind.as_str(), "anonymous" | "service") {
        return false;
    }
    let account = request.account.clone().unwrap();
    let id = request.context.get("aws:userid").and_then(|ids| ids.first()).cloned().unwrap_or_default();
    let id = id.split(':').next().unwrap().to_owned();
    let mut roots = Partition::all().iter().map(|partition| format!("arn:{partition}:iam::{account}:root"));
    plain_glob(value, &account)
        || roots.any(|root| plain_glob(value, &root))
        || request.arn.as_deref().is_some_and(|arn| plain_glob(value, arn))
        || (!value.contains(':') && !id.is_empty() && plain_glob(value, &id))
}

fn conditions(block: &Value, request: &Request, variables: bool) -> bool {
    let Some(block) = block.as_object() else { return true };
    block.iter().all(|(operator, keys)| {
        keys.as_object().unwrap().iter().all(|(key, values)| {
            let key = key.to_lowercase();
            let key = if key == "s3:resourceaccount" { "aws:resourceaccount".to_owned() } else { key };
            let present = request.context.get(&key);
            condition(&operator.to_lowercase(), present, &texts(values), request, variables)
        })
    })
}

fn condition(
    operator: &str,
    present: Option<&Vec<String>>,
    values: &[String],
    request: &Request,
    variables: bool,
) -> bool {
    if operator == "null" {
        return values.iter().any(|value| (value.to_lowercase() == "true") == present.is_none());
    }
    let (all, any, rest) = match operator.split_once(':') {
        Some(("forallvalues", rest)) => (true, false, rest),
        Some(("foranyvalue", rest)) => (false, true, rest),
        _ => (false, false, operator),
    };
    let (rest, optional) = match rest.strip_suffix("ifexists") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let (negated, positive) = match rest {
        "stringnotequals" => (true, "stringequals"),
        "stringnotequalsignorecase" => (true, "stringequalsignorecase"),
        "stringnotlike" => (true, "stringlike"),
        "arnnotequals" | "arnnotlike" => (true, "arnlike"),
        "notipaddress" => (true, "ipaddress"),
        "numericnotequals" => (true, "numericequals"),
        "datenotequals" => (true, "dateequals"),
        other => (false, other),
    };
    if !KNOWN.contains(&positive) {
        return false;
    }
    let Some(present) = present else {
        return optional || all || (negated && !any);
    };
    let hit = |own: &String| {
        values.iter().any(|value| {
            expand(value, request, variables).is_some_and(|value| compare(positive, own, &value))
        })
    };
    match (all, any, negated) {
        (true, _, false) => present.iter().all(hit),
        (true, _, true) => present.iter().all(|own| !hit(own)),
        (_, true, true) => present.iter().any(|own| !hit(own)),
        (_, _, false) => present.iter().any(hit),
        (_, _, true) => !present.iter().any(hit),
    }
}

const KNOWN: [&str; 17] = [
    "stringequals",
    "binaryequals",
    "stringequalsignorecase",
    "stringlike",
    "arnequals",
    "arnlike",
    "ipaddress",
    "bool",
    "numericequals",
    "numericlessthan",
    "numericlessthanequals",
    "numericgreaterthan",
    "numericgreaterthanequals",
    "dateequals",
    "datelessthan",
    "dategreaterthan",
    "dategreaterthanequals",
];

fn compare(operator: &str, own: &str, value: &[Symbol]) -> bool {
    let text: String = value.iter().map(|symbol| symbol.character()).collect();
    match operator {
        "stringequals" | "binaryequals" => own == text,
        "stringequalsignorecase" => own.eq_ignore_ascii_case(&text),
        "stringlike" => glob(value, own),
        "arnequals" | "arnlike" => arn(value, own),
        "ipaddress" => in_block(&text, own),
        "bool" => {
            own.eq_ignore_ascii_case(&text) && ["true", "false"].contains(&text.to_lowercase().as_str())
        }
        _ => {
            let numbers = (seconds_or_number(operator, own), seconds_or_number(operator, &text));
            let (Some(own), Some(value)) = numbers else { return false };
            match operator.trim_start_matches("numeric").trim_start_matches("date") {
                "equals" => own == value,
                "lessthan" => own < value,
                "lessthanequals" => own <= value,
                "greaterthan" => own > value,
                _ => own >= value,
            }
        }
    }
}

/// Dates in tests are years or full ISO dates with a Z, which sort as texts; here their digits make a number.
fn seconds_or_number(operator: &str, text: &str) -> Option<f64> {
    if operator.starts_with("numeric") {
        return text.parse().ok();
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    format!("{digits:0<14}").parse().ok()
}

fn in_block(block: &str, own: &str) -> bool {
    let (address, length) = match block.split_once('/') {
        Some((address, length)) => (address, length.parse::<u32>().ok()),
        None => (block, None),
    };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let (Ok(address), Ok(own)) = (address.parse::<IpAddr>(), own.parse::<IpAddr>()) else { return false };
    if address.is_ipv4() != own.is_ipv4() || (block.contains('/') && length.is_none()) {
        return false;
    }
    let ((address, width), (own, _)) = (bits(address), bits(own));
    let length = length.unwrap_or(width);
    length <= width && (length == 0 || (address ^ own) >> (128 - length) == 0)
}

/// A character of a value, or a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symbol {
    Plain(char),
    Star,
    Mark,
}

impl Symbol {
    fn character(self) -> char {
        match self {
            Self::Plain(character) => character,
            Self::Star => '*',
            Self::Mark => '?',
        }
    }
}

fn symbols(text: &str) -> Vec<Symbol> {
    let symbol = |character| match character {
        '*' => Symbol::Star,
        '?' => Symbol::Mark,
        other => Symbol::Plain(other),
    };
    text.chars().map(symbol).collect()
}

/// Puts the request's values in the place of variables; `None` when one is absent.
fn expand(text: &str, request: &Request, variables: bool) -> Option<Vec<Symbol>> {
    let mut expanded = Vec::new();
    let mut rest = text;
    while variables && rest.contains("${") {
        let start = rest.find("${").unwrap();
        let Some(end) = rest[start..].find('}') else { break };
        expanded.extend(symbols(&rest[..start]));
        let inside = &rest[start + 2..start + end];
        rest = &rest[start + end + 1..];
        if ["*", "?", "$"].contains(&inside) {
            expanded.extend(inside.chars().map(Symbol::Plain));
            continue;
        }
        let (key, default) = match inside.split_once(',') {
            Some((key, default)) => (key, Some(default.trim().trim_matches('\'').to_owned())),
            None => (inside, None),
        };
        let found =
            request.context.get(&key.trim().to_lowercase()).and_then(|values| values.first()).cloned();
        expanded.extend(found.or(default)?.chars().map(Symbol::Plain));
    }
    expanded.extend(symbols(rest));
    Some(expanded)
}

fn lower(pattern: &[Symbol]) -> Vec<Symbol> {
    let fold = |symbol: &Symbol| match symbol {
        Symbol::Plain(character) => Symbol::Plain(character.to_ascii_lowercase()),
        other => *other,
    };
    pattern.iter().map(fold).collect()
}

fn plain_glob(pattern: &str, value: &str) -> bool {
    glob(&symbols(pattern), value)
}

fn glob(pattern: &[Symbol], value: &str) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some((Symbol::Star, rest)) => {
            (0..=value.len()).any(|end| value.is_char_boundary(end) && glob(rest, &value[end..]))
        }
        Some((symbol, rest)) => match value.chars().next() {
            Some(first) if *symbol == Symbol::Mark || *symbol == Symbol::Plain(first) => {
                glob(rest, &value[first.len_utf8()..])
            }
            _ => false,
        },
    }
}

fn arn(pattern: &[Symbol], value: &str) -> bool {
    let segments: Vec<&[Symbol]> = pattern.splitn(6, |symbol| *symbol == Symbol::Plain(':')).collect();
    let own: Vec<&str> = value.splitn(segments.len(), ':').collect();
    segments.len() == own.len() && segments.iter().zip(own).all(|(pattern, own)| glob(pattern, own))
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}
