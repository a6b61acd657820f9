//! One JSON object a line on standard output, flat, as CloudWatch Logs Insights finds its fields by itself.
//!
//! Every line has `timestamp`, `level`, `message`, `service` and `function_name`; within an invocation also
//! `cold_start`, `function_request_id`, `xray_trace_id` (empty where Lambda gives none) and, where the settings are in a
//! parameter, its version as `settings_version`. All fields are in the table of `functions/README.md`. A test holds that
//! table to every line that the end-to-end tests see.
//!
//! Never logged: credentials, the payload of a trigger, the contents of objects.

use std::fmt;
use std::panic::{self, PanicHookInfo};

use serde_json::value::RawValue;
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
use crate::out::out;

/// What the lines call the product.
pub(crate) const SERVICE: &str = "curfew";

/// A field of this name holds a JSON object whose members become fields of the line, after all others and as they are
/// written there: none may be called as another one is.
pub(crate) const FACTS: &str = "facts";

/// Writes lines to standard output from now on, for the whole process.
pub fn start(function_name: &str, level: LevelFilter) {
    let subscriber = subscriber(function_name, level, SystemClock, out);
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::warn!("logging was started twice");
    }
    panic::set_hook(Box::new(panicked));
}

/// Says where Curfew itself is at fault. In what is deployed the process ends with it, and nobody else has a word for it.
/// What the panic says is left out: it may show what was read.
pub fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    tracing::error!(
        target: TARGET,
        "Curfew has a fault at {place}: this invocation ends here",
    );
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

/// Lambda's runtime repeats every error that a handler returns, as Rust's debug text, and every panic; they are logged by
/// then.
fn is_echo(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "lambda_runtime::layers::panic"
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
        let facts = own.0.shift_remove(FACTS).unwrap_or_default();
        let members = facts.as_str().and_then(members);

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
        if members.is_none() && !facts.is_null() {
            line.insert(FACTS.into(), facts.clone());
        }
        line.extend(own.0);
        // Whole, since a writer of `fmt` costs something for each piece.
        let mut line = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
        if let Some(members) = members.filter(|members| !members.is_empty()) {
            line.truncate(line.len() - "}".len());
            line.extend([",", members, "}"]);
        }
        line.push('\n');
        writer.write_str(&line)
    }
}

/// The members of a JSON object as they are written in it; `None` where the text is anything else.
fn members(object: &str) -> Option<&str> {
    let object: &RawValue = serde_json::from_str(object).ok()?;
    object.get().strip_prefix('{')?.strip_suffix('}')
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
