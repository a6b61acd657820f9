//! What every function does before and after its control: start, and answer Lambda.
//!
//! The only crate that knows Lambda's runtime. A function's `main` reads
//!
//! ```ignore
//! let function = match lambda::Function::start(&[s3::endpoint]).await {
//!     Ok(function) => function,
//!     Err(stopped) => return stopped,
//! };
//! let policies = S3BucketPolicies::new(&function.sdk);
//! function.run(s3::REHEARSED_BUCKET, |settings| S3Policy::new(policies.clone(), settings.s3_policy.clone())).await
//! ```

mod answering;
mod asked;
mod book;
mod environment;
mod payload;
mod rehearsal;
mod renewal;
pub mod restore;
pub mod rule;
mod sdk;
mod service;
pub mod sweep;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use alerts::{Topic, TopicArn, TopicArnError};
use aws::Rehearsed;
use aws_types::SdkConfig;
use evaluations::{Evaluations, Item, Reevaluations};
use events::OwnRoles;
use futures_util::future::join;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, Runtime, service_fn};
use parameters::SettingsParameter;
use remediation::clock::SystemClock;
use remediation::{CallError, Ports, Recount};
use serde_json::json;
use settings::{Settings, SettingsNotRead, SettingsSource};
use sweeping::{Post, Surveys};
use telemetry::{log, metrics};

use crate::answering::Question;
use crate::asked::{Asked, asked};
use crate::book::{Book, Recorded};
use crate::environment::{Environment, Origin, OriginError};
use crate::payload::{Payload, Readable};
use crate::restore::{Hands, NotRestored};
use crate::rule::{Judges, NotEvaluated, Rules};
use crate::sdk::SwitchError;

pub use renewal::Renewal;
pub use service::{AT_ONCE, HandleError, Invocation, Service};

/// Where a service is reached in the function's own Region: `s3::endpoint` and its like.
pub type Endpoint = fn(&SdkConfig) -> Option<String>;

/// A function that has started: it logs, its settings are good, it can reach AWS.
#[derive(Debug)]
pub struct Function {
    /// The configuration of every client.
    pub sdk: SdkConfig,
    settings: Settings,
    /// Where the settings are read again; `None` where they cannot change.
    parameter: Option<SettingsParameter>,
    topic: Topic,
    book: Book,
    own_roles: OwnRoles,
}

/// Why a function does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Origin(#[from] OriginError),
    #[error(transparent)]
    Settings(#[from] SettingsNotRead),
    #[error(transparent)]
    Topic(#[from] TopicArnError),
    #[error(transparent)]
    Switch(#[from] SwitchError),
    #[error("{variable} is not set: nothing is put back without a record of it")]
    NoTable { variable: &'static str },
}

impl StartError {
    /// Which writing of the settings is in the way.
    fn written(&self) -> Option<i64> {
        match self {
            Self::Settings(error) => error.written(),
            Self::Origin(_) | Self::Topic(_) | Self::Switch(_) | Self::NoTable { .. } => None,
        }
    }
}

impl Function {
    /// Starts logging, reads the settings and makes ready what every client shares. Connections are opened to the
    /// `services` that each event needs, as often as one is named, and to the topic's and the table's; where somebody can
    /// wait, none are named.
    ///
    /// # Errors
    /// When the settings or the topic cannot be used: the log says which and why, and the
    /// process should exit with this code.
    pub async fn start(services: &[Endpoint]) -> Result<Self, ExitCode> {
        let environment = Environment::read();
        let name = environment.function_name.as_deref().unwrap_or("unknown");
        log::start(name, environment.level());
        metrics::start(name);
        prepare(environment, services).await.map_err(|error| cannot_start(&error))
    }

    /// Handles invocations until Lambda stops the process. `arm` builds the control, anew when the settings have
    /// changed. An event about `rehearsed` is handled before the first one comes.
    pub async fn run<C: Recount>(self, rehearsed: Rehearsed, arm: impl Fn(&Settings) -> C) -> ExitCode {
        let Self { sdk, settings, parameter, topic, book, own_roles } = self;
        let has_table = book.is_table();
        if let Err(error) = book::check(&settings, C::NAME, has_table) {
            return cannot_start(&error.into());
        }
        let settings = book::usable(settings, has_table);
        let service = Service::new(arm(&settings), topic.clone(), SystemClock, book, settings.clone())
            .working_as(own_roles);
        let handle = async |payload: &str, invocation: &Invocation| {
            Box::pin(service.handle(payload, invocation)).await
        };
        rehearsal::hold(rehearsed, handle, sdk.region()).await;
        let topic = &topic;
        let renewal = parameter.map(|source| {
            let source = Recorded { source, control: C::NAME, has_table };
            Renewal::new(source, SystemClock, C::NAME, settings)
        });
        let is_cold = AtomicBool::new(true);
        let handler = service_fn(|event: LambdaEvent<Payload>| async {
            let LambdaEvent { payload: Payload(payload), context } = event;
            let cold_start = is_cold.swap(false, Ordering::Relaxed);
            if let Some(renewal) = &renewal
                && let Some(settings) = renewal.renewed().await
            {
                service.rearm(arm(&settings), settings);
            }
            if asked(&payload) == Some(Asked::TestAlert) {
                return topic
                    .test(C::NAME, service.mode())
                    .await
                    .map(|()| json!({ "test_alert": "sent" }))
                    .map_err(Answer::from);
            }
            let invocation = invocation(context, cold_start);
            Box::pin(service.handle(&payload, &invocation)).await.map_err(Answer::from)
        });
        until_stopped(Runtime::new(handler).layer(Readable).run().await, service.written())
    }

    /// Handles what people ask for by hand until Lambda stops the process. `arm` builds the controls that put back, with the
    /// settings as they are then.
    ///
    /// It works in each mode, since a person asks, and not without a table: nobody would know what was changed.
    pub async fn restore<H: Hands>(self, arm: impl Fn(&Settings) -> H) -> ExitCode {
        let Self { settings, parameter, topic, book, .. } = self;
        if !book.is_table() {
            return cannot_start(&StartError::NoTable { variable: environment::LEDGER });
        }
        let ports = Ports::new(SystemClock, topic, book);
        let answer = async |Question { payload, invocation, settings, .. }: Question| {
            Box::pin(restore::answer(&arm(&settings), &payload, &ports, &invocation, &settings)).await
        };
        answering::all(restore::NAME, parameter, settings, answer).await
    }

    /// Answers AWS Config through `port` until Lambda stops the process. `arm` builds the controls, with the settings as they
    /// are then and the configuration item for what they may not read.
    pub async fn evaluate<J: Judges>(
        self,
        port: impl Evaluations + Reevaluations,
        arm: impl Fn(&Settings, Option<Item>) -> J,
    ) -> ExitCode {
        let Self { settings, parameter, book, .. } = self;
        let rules = Rules::new(arm, port, book, SystemClock);
        let answer = async |Question { payload, invocation, function_arn, settings }: Question| {
            Box::pin(rules.answer(&payload, &function_arn, &invocation, &settings)).await
        };
        answering::all(rule::NAME, parameter, settings, answer).await
    }

    /// Looks at everything each time that its own queue says so, until Lambda stops the process. `arm` builds what is
    /// looked with, with the settings as they are then; `post` sends what was found.
    pub async fn sweep<S: Surveys, P: Post>(self, post: P, arm: impl Fn(&Settings) -> S) -> ExitCode {
        let Self { settings, parameter, book, .. } = self;
        let ports = sweep::Ports { clock: &SystemClock, post: &post, ledger: &book };
        let answer = async |Question { payload, invocation, settings, .. }: Question| {
            Box::pin(sweep::answer(&arm(&settings), &payload, &ports, &invocation, &settings)).await
        };
        answering::all(sweep::NAME, parameter, settings, answer).await
    }
}

fn until_stopped(ended: Result<(), lambda_runtime::Error>, settings_version: Option<i64>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(target: telemetry::TARGET, settings_version, "the Lambda runtime stopped: {error}");
            ExitCode::FAILURE
        }
    }
}

fn cannot_start(error: &StartError) -> ExitCode {
    tracing::error!(
        target: telemetry::TARGET,
        settings_version = error.written(),
        "the function cannot start: {error}",
    );
    ExitCode::FAILURE
}

async fn prepare(environment: Environment, services: &[Endpoint]) -> Result<Function, StartError> {
    let origin = environment.origin()?;
    let own_roles = environment.own_roles();
    let topic = TopicArn::parse(environment.topic_arn.as_deref())?;
    let sdk = environment.surroundings.configuration(topic.region())?;
    // Lambda gives a start all of a core, and an event a part of one: what can be done once is done here.
    let mut endpoints: Vec<String> = services.iter().filter_map(|endpoint| endpoint(&sdk)).collect();
    if !services.is_empty() {
        let ledger = environment.ledger_table.as_ref().and_then(|_| ledger::endpoint(&sdk));
        for other in [topic.endpoint(&sdk), ledger].into_iter().flatten() {
            if !endpoints.contains(&other) {
                endpoints.push(other);
            }
        }
    }
    let (read, ()) = join(read(&sdk, origin), https::open(&sdk, &endpoints)).await;
    let (settings, parameter) = read?;
    let topic = Topic::new(&sdk, topic);
    let book = Book::open(&sdk, environment.ledger_table, &settings);
    Ok(Function { sdk, settings, parameter, topic, book, own_roles })
}

/// The settings, and where they are read again.
async fn read(
    sdk: &SdkConfig,
    origin: Origin,
) -> Result<(Settings, Option<SettingsParameter>), SettingsNotRead> {
    match origin {
        Origin::Fixed(settings) => Ok((*settings, None)),
        Origin::Parameter(name) => {
            let parameter = SettingsParameter::new(sdk, name);
            Ok((parameter.settings().await?, Some(parameter)))
        }
    }
}

fn invocation(context: Context, cold_start: bool) -> Invocation {
    Invocation {
        deadline: context.deadline(),
        request_id: context.request_id,
        xray_trace_id: context.xray_trace_id,
        cold_start,
    }
}

/// An error as Lambda reports it: with a stable type, which alarms and people can go by.
#[derive(Debug)]
struct Answer {
    kind: &'static str,
    message: String,
}

impl From<HandleError> for Answer {
    fn from(error: HandleError) -> Self {
        Self { kind: error.error_type(), message: error.to_string() }
    }
}

impl From<NotRestored> for Answer {
    fn from(error: NotRestored) -> Self {
        Self { kind: error.error_type(), message: error.to_string() }
    }
}

impl From<NotEvaluated> for Answer {
    fn from(error: NotEvaluated) -> Self {
        Self { kind: error.error_type(), message: error.to_string() }
    }
}

impl From<CallError> for Answer {
    fn from(error: CallError) -> Self {
        Self { kind: "Curfew.TestAlertNotSent", message: error.to_string() }
    }
}

impl From<Answer> for Diagnostic {
    fn from(Answer { kind, message }: Answer) -> Self {
        Self { error_type: kind.to_owned(), error_message: message }
    }
}
