//! What can be said on the command line. Its help has to fit a screen of 80 columns and 24 lines.

use std::path::PathBuf;
#[cfg(feature = "live")]
use std::time::Duration;
use std::time::SystemTime;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
#[cfg(not(feature = "live"))]
use events::AccountId;
#[cfg(feature = "live")]
use events::{AccountId, BucketName, Region};
#[cfg(feature = "live")]
use time::{Date, format_description::well_known::Iso8601};

const EXIT_STATUS: &str = "\
Exit    0  done                         3  AWS did not answer, or refused
status  1  something could not be read  4  nothing was put back (restore)
        2  the command line is wrong    5  not all was put back (restore)";

const POLICIES: &str = "\
Without FILE or --bucket: a policy a line on standard input, a JSON object a
line on standard output.";

const GROUPS: &str = "\
GROUP: a file with what `aws ec2 describe-security-groups` (or
describe-security-group-rules) printed, - for standard input, or the id of a
group (sg-...), which is read from AWS. Without any: a question a line on
standard input, a JSON object a line on standard output.";

#[cfg(feature = "live")]
const PREVIEW: &str = "\
It only reads. FILE: what `aws ec2 describe-security-groups` printed, or the
policy of a bucket, called as the bucket is (my-bucket.json).";

#[cfg(feature = "live")]
const REPORT: &str = "\
It only reads the table of records. FILE: records (`make export`) or lines of
the log (`aws logs tail`), a JSON object a line; - is standard input. In CSV,
a cell that would begin with = + - or @ has a ' before it: no formulas.";

/// Says what is open in an AWS account, why, and what Curfew did about it
#[derive(Debug, Parser)]
#[command(name = "curfew", version, disable_help_subcommand = true, after_help = EXIT_STATUS)]
pub(crate) struct Arguments {
    /// Writes JSON
    #[arg(long, global = true, display_order = 100)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Whether a bucket policy is public, why, and a proven fix
    Explain(Explain),
    /// What security groups open to the world, and what would close it
    Exposure(Exposure),
    /// Which resources an event on standard input points at
    Subjects(Subjects),
    /// Whether settings can be used (`curfew settings check`)
    Settings(Settings),
    /// What Curfew would close, mail and leave: look before you deploy
    #[cfg(feature = "live")]
    Preview(Preview),
    /// What was closed, who had opened it, and what is not closed
    #[cfg(feature = "live")]
    Report(Report),
    /// Records of a resource, or all: what was closed, mailed, put back
    #[cfg(feature = "live")]
    History(History),
    /// Puts back what a record says was changed
    #[cfg(feature = "live")]
    Restore(Restore),
    /// Completions for a shell
    Completions(Completions),
}

#[derive(Debug, Args)]
#[command(after_help = POLICIES)]
pub(crate) struct Explain {
    /// Files with a policy each, for a person; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The same as FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) text: Option<PathBuf>,
    /// A bucket: its policy now, and what blocks it
    #[cfg(feature = "live")]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["files", "text"], value_parser = bucket)]
    pub(crate) bucket: Option<BucketName>,
    /// The account that owns the bucket; for --bucket your own
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(crate) account: Option<AccountId>,
    /// As of then (RFC 3339), instead of now
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) now: Option<SystemTime>,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
#[command(after_help = GROUPS)]
pub(crate) struct Exposure {
    /// Files with groups, or ids of groups
    #[arg(value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// The same as GROUP; without FILE, standard input
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) text: Option<String>,
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Subjects {
    /// Whose calls to leave out: roles of these names, not curfew-
    #[arg(value_name = "PREFIX", default_value = "curfew-", hide_default_value = true)]
    pub(crate) own_roles: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Settings {
    #[command(subcommand)]
    pub(crate) command: OfSettings,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OfSettings {
    /// Says whether settings can be used, with the functions' own code
    Check {
        /// The file; without it, standard input
        file: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Of which shell
    pub(crate) shell: Shell,
}

/// Where AWS is asked, and as whom.
#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Where, unless an ARN, AWS_REGION or the profile says
    #[arg(long, value_parser = region)]
    pub(crate) region: Option<Region>,
    /// Whose credentials: a profile of ~/.aws/config
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

/// Which deployment of Curfew is asked.
#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(crate) struct Deployment {
    /// How the names in AWS begin
    #[arg(long, default_value = "curfew")]
    pub(crate) prefix: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[cfg(feature = "live")]
#[derive(Debug, Args)]
#[command(after_help = PREVIEW)]
pub(crate) struct Preview {
    /// Files to look at, instead of an account
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// text, json, or html: a page that needs nothing else
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true, hide_default_value = true)]
    pub(crate) format: Format,
    /// Where it is written, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The settings to go by, instead of the defaults
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Prints what an IAM policy for this has to allow
    #[arg(long)]
    pub(crate) permissions: bool,
    /// Whose FILE is, where it does not say so
    #[arg(long, value_name = "ID", value_parser = account, requires = "files")]
    pub(crate) account: Option<AccountId>,
    /// Where, unless AWS_REGION says; several with commas
    #[arg(long = "region", value_name = "REGION", value_parser = region, value_delimiter = ',')]
    pub(crate) regions: Vec<Region>,
    /// Whose credentials: a profile of ~/.aws/config
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

/// How a preview is written.
#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
}

#[cfg(feature = "live")]
#[derive(Debug, Args)]
#[command(after_help = REPORT)]
pub(crate) struct Report {
    /// Files to read, instead of the table
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// 30d (the table's default), 12h, 2026-11-01, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<Moment>,
    /// Before then, in the same words
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Moment>,
    /// text, json, csv, or html: one page, without network
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, hide_possible_values = true, hide_default_value = true)]
    pub(crate) format: ReportFormat,
    /// Where it is written, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Prints what an IAM policy for this has to allow
    #[arg(long)]
    pub(crate) permissions: bool,
    #[command(flatten)]
    pub(crate) deployment: Deployment,
}

/// How a report is written.
#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    Text,
    Json,
    Csv,
    Html,
}

/// A moment that somebody says.
#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// So long ago.
    Ago(Duration),
    /// Then.
    At(SystemTime),
}

#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(crate) struct History {
    /// The resource's ARN, as in arn:aws:s3:::my-bucket
    #[arg(value_name = "ARN", value_parser = arn, required_unless_present = "since")]
    pub(crate) resource: Option<String>,
    /// Or all since a day, as in 2026-11-01, and what is open
    #[arg(long, value_name = "DAY", value_parser = day, conflicts_with = "resource")]
    pub(crate) since: Option<Date>,
    #[command(flatten)]
    pub(crate) deployment: Deployment,
}

#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The record, KEY@ARN, as mails and `history` have it
    #[arg(long, value_name = "ID", value_parser = record, required_unless_present = "resource")]
    pub(crate) record: Option<String>,
    /// Or a resource: its newest record with a change
    #[arg(long, value_name = "ARN", value_parser = arn, conflicts_with = "record")]
    pub(crate) resource: Option<String>,
    /// Why, for the record and the mail
    #[arg(long, value_name = "WORDS")]
    pub(crate) reason: Option<String>,
    /// Who asks, unless it is whom the credentials are of
    #[arg(long, value_name = "NAME")]
    pub(crate) claimed_by: Option<String>,
    /// Does nothing with credentials of another account
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(crate) account: Option<AccountId>,
    /// Only says what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Though others changed something since, which is kept
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) deployment: Deployment,
}

fn time(text: &str) -> Result<SystemTime, String> {
    remediation::clock::parse(text)
        .ok_or_else(|| "it is not an RFC 3339 time such as 2026-11-22T05:41:07Z".to_owned())
}

#[cfg(feature = "live")]
fn day(text: &str) -> Result<Date, String> {
    Date::parse(text, &Iso8601::DATE).map_err(|_| "it is not a day such as 2026-11-01".to_owned())
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::new(text).ok_or_else(|| format!("it is not {}", AccountId::EXPECTED))
}

/// A span, a day that begins in UTC, or a time.
#[cfg(feature = "live")]
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    const UNITS: [(char, u64); 3] = [('h', 60 * 60), ('d', 24 * 60 * 60), ('w', 7 * 24 * 60 * 60)];
    let span = UNITS.into_iter().find_map(|(unit, seconds)| {
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        Some(Moment::Ago(Duration::from_secs(seconds * u64::from(number))))
    });
    let at = || {
        remediation::clock::parse(text).or_else(|| remediation::clock::parse(&format!("{text}T00:00:00Z")))
    };
    span.or_else(|| at().map(Moment::At))
        .ok_or_else(|| "it is neither like 30d, 12h or 4w, nor a day, nor a time in RFC 3339".to_owned())
}

#[cfg(feature = "live")]
fn bucket(text: &str) -> Result<BucketName, String> {
    BucketName::new(text).ok_or_else(|| format!("it is not {}", BucketName::EXPECTED))
}

#[cfg(feature = "live")]
fn region(text: &str) -> Result<Region, String> {
    Region::new(text).ok_or_else(|| format!("it is not {}, as in eu-central-1", Region::EXPECTED))
}

#[cfg(feature = "live")]
fn arn(text: &str) -> Result<String, String> {
    if text.starts_with("arn:") && text.split(':').count() >= 6 {
        return Ok(text.to_owned());
    }
    Err("it is not an ARN, as in arn:aws:s3:::my-bucket".to_owned())
}

#[cfg(feature = "live")]
fn record(text: &str) -> Result<String, String> {
    remediation::ledger::RecordId::try_from(text.to_owned())
        .map(String::from)
        .map_err(|error| error.to_string())
}
