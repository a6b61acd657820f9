//! Which source a service's call can name: one of the service's own.

use crate::pattern::{Pattern, Style};
use crate::template::Bindings;

/// The services of which AWS documents what the sources of their calls are, without `.amazonaws.com`, and every service
/// that the ARNs of these name. Where the documentation does not settle it, a service may name any source.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
const KNOWN: &[(&str, &[&str])] = &[
    // Trails, event data stores and channels.
    ("cloudtrail", &["cloudtrail"]),
    // The bucket whose accesses are logged.
    ("logging.s3", &["s3"]),
    // The bucket of an inventory, an analysis or a replication; the configuration of a Storage Lens.
    ("s3", &["s3"]),
    // Every log that is delivered comes from `arn:aws:logs:REGION:ACCOUNT:*`, whatever it is a log of.
    ("delivery.logs", &["logs"]),
    // Log groups that are exported.
    ("logs", &["logs"]),
    // Always `arn:aws:config:REGION:ACCOUNT:*`.
    ("config", &["config"]),
    // Distributions.
    ("cloudfront", &["cloudfront"]),
    // Load balancers.
    ("logdelivery.elasticloadbalancing", &["elasticloadbalancing"]),
    // Detectors.
    ("guardduty", &["guardduty"]),
    // Reports and scans.
    ("inspector2", &["inspector2"]),
    // The configuration of the export, and classification jobs.
    ("macie", &["macie2"]),
    // Receipt rules.
    ("ses", &["ses"]),
    // Resource data syncs.
    ("ssm", &["ssm"]),
    // AWS's one policy for both names reports and exports.
    ("billingreports", &["cur", "bcm-data-exports"]),
    ("bcm-data-exports", &["bcm-data-exports", "cur"]),
];

/// The services of which AWS documents that their calls name the account that they act for.
const SAYING_ACCOUNT: [&str; 14] = [
    "cloudtrail",
    "logging.s3",
    "s3",
    "delivery.logs",
    "logs",
    "config",
    "guardduty",
    "inspector2",
    "macie",
    "ses",
    "ssm",
    "serverlessrepo",
    "billingreports",
    "bcm-data-exports",
];

/// Whether each call of the service names the account that it acts for.
pub(crate) fn says_account(service: &str) -> bool {
    name(service).is_some_and(|name| SAYING_ACCOUNT.contains(&name))
}

/// Whether it is known which sources a service's calls name.
pub(crate) fn is_known(service: &str) -> bool {
    known(service).is_some()
}

/// Whether the source is one of the service's own, as far as that can be told.
pub(crate) fn is_own(service: &str, arn: &str) -> bool {
    own(service).contains(&of(arn))
}

/// Whether the service may name the source: it is one of its own, or it is not known what its sources are.
pub(crate) fn may_name(service: &str, arn: &str) -> bool {
    !is_known(service) || is_own(service, arn)
}

/// Whether both may be names of one service: the same, or the one with more before it or after it, as in
/// `cloudtrail.us-east-1.amazonaws.com` and `delivery.logs.amazonaws.com`.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let is_longer = |short: &str, long: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'))
            || long.strip_suffix(short).is_some_and(|rest| rest.ends_with('.'))
    };
    let names = name(one).zip(name(other));
    one == other || names.is_some_and(|(one, other)| is_longer(one, other) || is_longer(other, one))
}

/// The known services that may be one with some of these.
pub(crate) fn related(services: &[String]) -> Vec<String> {
    let known = KNOWN.iter().map(|(name, _)| format!("{name}.amazonaws.com"));
    known.filter(|known| services.iter().any(|service| is_same(known, service))).collect()
}

/// The names that [may be](is_same) those of a service.
pub(crate) fn names_like(service: &str) -> Vec<Pattern> {
    let all = match name(service) {
        Some(name) => {
            let longer = [format!("{name}.*.amazonaws.com*"), format!("*.{name}.amazonaws.com*")];
            longer.into_iter().chain([service.to_owned()]).collect()
        }
        None => vec![service.to_owned()],
    };
    let compile = |text: &String| Pattern::compile(text, Style::Like, false, &Bindings::default());
    all.iter().filter_map(compile).collect()
}

/// What the ARNs of a service's own sources name as their service.
pub(crate) fn own(service: &str) -> Vec<&str> {
    match known(service) {
        Some(own) => own.to_vec(),
        None => service.split('.').take(1).collect(),
    }
}

/// A service whose own source this is.
pub(crate) fn owner(arn: &str) -> String {
    let own = of(arn);
    let known = KNOWN.iter().find(|(_, sources)| sources.contains(&own));
    format!("{}.amazonaws.com", known.map_or(own, |(service, _)| service))
}

fn known(service: &str) -> Option<&'static [&'static str]> {
    let name = name(service)?;
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, own)| *own)
}

/// A service principal without what all of them end in.
fn name(service: &str) -> Option<&str> {
    service.strip_suffix(".cn").unwrap_or(service).strip_suffix(".amazonaws.com")
}

/// The service in an ARN.
fn of(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or_default()
}
