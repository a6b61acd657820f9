//! Which source a service's call can name: one of the service's own.

/// The services that are known to name certain sources, without `.amazonaws.com`, and the services in the ARNs of these.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
const KNOWN: &[(&str, &[&str])] = &[
    ("cloudtrail", &["cloudtrail"]),
    ("logging.s3", &["s3"]),
    ("s3", &["s3"]),
    ("delivery.logs", &["logs"]),
    ("logs", &["logs"]),
    ("config", &["config"]),
    ("cloudfront", &["cloudfront"]),
    ("logdelivery.elasticloadbalancing", &["elasticloadbalancing"]),
    ("guardduty", &["guardduty"]),
    ("inspector2", &["inspector2"]),
    ("macie", &["macie2"]),
    ("redshift", &["redshift"]),
    ("ses", &["ses"]),
    ("sns", &["sns"]),
    ("ssm", &["ssm"]),
    ("serverlessrepo", &["serverlessrepo"]),
    ("billingreports", &["cur"]),
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
