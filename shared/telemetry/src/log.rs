//! One JSON object a line on standard output, flat, as CloudWatch Logs Insights finds its fields by itself.
//!
//! Every line has `timestamp`, `level`, `message`, `service` and `function_name`; within an invocation also
//! `cold_start`, `function_request_id`, `xray_trace_id` (empty where Lambda gives none) and, where the settings are in a
//! parameter, its version as `settings_version`. A subject's line has besides:
//!
//! | field | what it holds |
//! | --- | --- |
//! | `control` | the control that walked, as in `s3-acl` |
//! | `resource` | the bucket's name or the group's id |
//! | `arn`, `account`, `region` | where it is |
//! | `cause` | the trigger that pointed at it |
//! | `mode` | `enforce` or `observe` |
//! | `outcome` | `compliant`, `remediated`, `alerted`, `observed`, `exempt`, `held`, `gone`, `closed-meanwhile`, `restored`, `still-open` or `failed` |
//! | `record` | what finds the record of it, where there is one: `KEY@ARN` |
//! | `hold` | `until`, `by`: why it waits, where it does |
//! | `restores` | of a restore: the record whose changes were put back |
//! | `reason`, `claimed_by` | of a restore: why, and who asked, as was said; nobody verifies that |
//! | `asked_before` | list of `at`, `reason`, `claimed_by`: who asked for the same restore before, of which nobody was told how it ended |
//! | `late` | of a restore that is told by who came next, since nobody was told at once: `cut-off`, or `mail-lost` |
//! | `left_alone_until` | of a restore: until when Curfew does not close it again |
//! | `changed_since`, `lost`, `left` | of a restore: what was changed before, what is gone, what is not back yet |
//! | `stays` | of a restore: what Curfew put there and does not take away |
//! | `unnoted` | of a restore: what is done although no answer told so, as far as a read afterwards shows |
//! | `untold` | of a restore: what had been changed before and nobody was told of |
//! | `severity` | the worst finding's, where there is one or the walk failed |
//! | `findings` | list of `kind`, `severity`, `remedy`, `summary`, `evidence` |
//! | `planned` | what the plan was, a line a step, where it was not carried out to its end |
//! | `changes` | list of `action`, `summary`, `detail`: what was changed, completely |
//! | `before` | the state before, where there was a finding |
//! | `remaining` | what the read after the change still found |
//! | `unread` | list of `what`, `action`, `kind`, `message`: what could not be read and may change the judgement |
//! | `exemptions` | list of `by`, `scope`, `reason`, `owner`, `until`: what exempts what was found, or a part of it |
//! | `exemptions_refused` | list of `by`, `field`, `flaw`, `why`: what would exempt it, were it not for that |
//! | `rule` | of a custom rule of AWS Config: what it is called |
//! | `compliance`, `annotation` | of a custom rule: what AWS Config is told, and the words beside it |
//! | `by_item` | of a custom rule: list of the IAM actions that are denied, so that the configuration item was judged |
//! | `alert` | `sent`, `none`, `repeated` (people know this already) or `failed` |
//! | `undelivered` | the whole alert (`subject`, `text`), where it did not get through |
//! | `error` | `kind`, `message`, and the denied `action`, where a step failed |
//! | `record_error` | the same, where it could not be written down that the work is over |
//! | `note` | anything else |
//! | `exposed_for_ms` | from the event that tells since when it was open to the read that found it closed, in milliseconds |
//! | `duration_ms` | how long the walk took, in milliseconds |
//! | `api_calls` | how many requests to AWS it took, the alert and retries included |
//!
//! A sweep has one line at its end, and one each time that it goes on in another invocation:
//!
//! | field | what it holds |
//! | --- | --- |
//! | `control` | `sweep` |
//! | `account`, `region` | where it swept |
//! | `sweep`, `began` | its id, which causes have as the event's, and when it began |
//! | `invocations`, `api_calls` | how many of each it took so far |
//! | `found` | by control: `seen`, `clean`, `gone`, `exempt`, `held`, `to_close`, `to_tell`, `unreadable` |
//! | `not_listed` | by control: why not all of its resources were seen |
//! | `took_ms` | how long it took, waits included, in milliseconds |
//!
//! Never logged: credentials, the payload of a trigger, the contents of objects.

use std::fmt;
use std::io;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;

use remediation::clock::{Clock, SystemClock, rfc3339};

use crate::TARGET;

/// What the lines call the product.
pub(crate) const SERVICE: &str = "curfew";

/// A field of this name holds a JSON object whose members become fields of the line.
pub(crate) const FACTS: &str = "facts";

/// Writes lines to standard output from now on, for the whole process.
pub fn start(function_name: &str, level: LevelFilter) {
    let subscriber = subscriber(function_name, level, SystemClock, io::stdout);
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::warn!("logging was started twice");
    }
}

/// The lines, written anywhere, with any clock.
pub fn subscriber<W>(
    function_name: &str,
    level: LevelFilter,
    clock: impl Clock + Send + Sync + 'static,
    writer: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .fmt_fields(JsonFields::new())
        .event_format(JsonLine { function_name: function_name.to_owned(), clock })
        .with_writer(writer);
    // The SDK's own lines below `warn` describe requests: not for these logs.
    let targets = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target(TARGET, level);
    let wanted = filter_fn(move |metadata| {
        targets.would_enable(metadata.target(), metadata.level()) && !is_echo(metadata)
    });
    tracing_subscriber::registry().with(lines.with_filter(wanted))
}

/// Lambda's runtime repeats every error that a handler returns, as Rust's debug text; ours are logged by then.
/// A panic, which it reports from the same place, has a field for its cause.
fn is_echo(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "lambda_runtime::layers::panic" && metadata.fields().field("error").is_none()
}

struct JsonLine<C> {
    function_name: String,
    clock: C,
}

impl<C, S, N> FormatEvent<S, N> for JsonLine<C>
where
    C: Clock,
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut own = Fields::default();
        event.record(&mut own);

        let mut line = Map::new();
        line.insert("timestamp".into(), rfc3339(self.clock.now()).into());
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("message".into(), own.0.shift_remove("message").unwrap_or_default());
        line.insert("service".into(), SERVICE.into());
        line.insert("function_name".into(), self.function_name.as_str().into());
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>().map(|fields| fields.fields.as_str());
            if let Some(Ok(Value::Object(fields))) = fields.map(serde_json::from_str) {
                line.extend(fields);
            }
        }
        match own.0.shift_remove(FACTS) {
            Some(Value::String(facts)) => match serde_json::from_str(&facts) {
                Ok(Value::Object(facts)) => line.extend(facts),
                _ => {
                    line.insert(FACTS.into(), facts.into());
                }
            },
            Some(facts) => {
                line.insert(FACTS.into(), facts);
            }
            None => {}
        }
        line.extend(own.0);
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// An event's fields as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().into(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().into(), value.into());
    }
}
