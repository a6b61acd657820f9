//! Which source a service's call can name: one of the service's own.

use crate::pattern::{Pattern, Style};
use crate::template::Bindings;

/// The services of which AWS documents what the sources of their calls are, without `.amazonaws.com`, and every service
/// that the ARNs of these name. Each row says where: the page of the service's guide whose bucket policy names the source.
/// Where no page settles it, a service may name any source.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
const KNOWN: &[(&str, &[&str])] = &[
    // `arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME`, or the account instead: "Amazon S3 bucket policy for
    // CloudTrail". Event data stores and channels are of the same service.
    ("cloudtrail", &["cloudtrail"]),
    // `arn:aws:s3:::SOURCE-BUCKET`: "Enabling Amazon S3 server access logging".
    ("logging.s3", &["s3"]),
    // `arn:aws:s3:::SOURCE-BUCKET`: "Grant permissions for S3 Inventory and S3 analytics".
    ("s3", &["s3"]),
    // `arn:aws:s3:REGION:ACCOUNT:storage-lens/NAME`: "Grant permissions for Amazon S3 Storage Lens".
    ("storage-lens.s3", &["s3"]),
    // `arn:aws:logs:REGION:ACCOUNT:*`, whatever it is a log of: "Logs sent to Amazon S3" of CloudWatch Logs.
    ("delivery.logs", &["logs"]),
    // `arn:aws:logs:REGION:ACCOUNT:log-group:*`: "Export log data to Amazon S3".
    ("logs", &["logs"]),
    // `arn:aws:config:REGION:ACCOUNT:*`: "Permissions for the Amazon S3 bucket for the AWS Config delivery channel".
    ("config", &["config"]),
    // `arn:aws:cloudfront::ACCOUNT:distribution/ID`: "Restrict access to an Amazon S3 origin".
    ("cloudfront", &["cloudfront"]),
    // `arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/*`: "Enable access logs for your Application Load
    // Balancer", where it is recommended and not part of the first example.
    ("logdelivery.elasticloadbalancing", &["elasticloadbalancing"]),
    // `arn:aws:guardduty:REGION:ACCOUNT:detector/ID`: "Exporting generated GuardDuty findings".
    ("guardduty", &["guardduty"]),
    // `arn:aws:inspector2:REGION:ACCOUNT:report/*`: "Exporting Amazon Inspector findings reports" and "SBOMs".
    ("inspector2", &["inspector2"]),
    // `arn:aws:macie2:REGION:ACCOUNT:export-configuration:*` and `:classification-job/*`: "Storing and retaining
    // sensitive data discovery results". The service's name has no 2, and its ARNs do.
    ("macie", &["macie2"]),
    // `arn:aws:ses:REGION:ACCOUNT:receipt-rule-set/SET:receipt-rule/RULE`: "Giving permissions to Amazon SES for email
    // receiving".
    ("ses", &["ses"]),
    // `arn:aws:ssm:*:ACCOUNT:resource-data-sync/*`: "Creating a resource data sync for Inventory".
    ("ssm", &["ssm"]),
    // `arn:aws:cur:us-east-1:ACCOUNT:definition/*` and `arn:aws:bcm-data-exports:us-east-1:ACCOUNT:export/*`, in one
    // policy for both services: "Setting up an Amazon S3 bucket for data exports".
    ("billingreports", &["cur", "bcm-data-exports"]),
    ("bcm-data-exports", &["bcm-data-exports", "cur"]),
];

/// The services of which the same pages name the account too, by `aws:SourceAccount`; those of CloudFront and of load
/// balancers do not. That of the Serverless Application Repository ("Publishing applications") names it alone.
const SAYING_ACCOUNT: [&str; 15] = [
    "cloudtrail",
    "logging.s3",
    "s3",
    "storage-lens.s3",
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
