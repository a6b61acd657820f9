//! Answering one invocation after the other by settings that are renewed: for what has no trigger of its own, and so keeps
//! nothing armed.

use std::cell::RefCell;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use parameters::SettingsParameter;
use remediation::clock::SystemClock;
use serde_json::Value;
use settings::Settings;

use crate::payload::{Payload, Readable};
use crate::{Answer, Invocation, Renewal, invocation, until_stopped};

/// What is asked, and what it is answered by.
pub(crate) struct Question {
    pub(crate) payload: String,
    pub(crate) invocation: Invocation,
    /// The ARN by which the function was invoked.
    pub(crate) function_arn: String,
    /// The settings as they are now.
    pub(crate) settings: Settings,
}

/// Answers until Lambda stops the process. The log calls the function by `name` where others name their control.
pub(crate) async fn all<E: Into<Answer>>(
    name: &'static str,
    parameter: Option<SettingsParameter>,
    settings: Settings,
    answer: impl AsyncFn(Question) -> Result<Value, E>,
) -> ExitCode {
    let current = RefCell::new(settings.clone());
    let renewal = parameter.map(|source| Renewal::new(source, SystemClock, name, settings));
    let is_cold = AtomicBool::new(true);
    let handler = service_fn(|event: LambdaEvent<Payload>| async {
        let LambdaEvent { payload: Payload(payload), context } = event;
        let cold_start = is_cold.swap(false, Ordering::Relaxed);
        if let Some(renewal) = &renewal
            && let Some(settings) = renewal.renewed().await
        {
            current.replace(settings);
        }
        let settings = current.borrow().clone();
        let function_arn = context.invoked_function_arn.clone();
        let question =
            Question { payload, invocation: invocation(context, cold_start), function_arn, settings };
        answer(question).await.map_err(Into::into)
    });
    let ended = Runtime::new(handler).layer(Readable).run().await;
    until_stopped(ended, current.borrow().written)
}
