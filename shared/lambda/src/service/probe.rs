//! The answer to the question whether a function is at work: asked of a new version before any event is handed to it.

use remediation::Mode;
use serde_json::{Value, json};

/// Which control it is, in which version of Curfew, and in which mode.
pub(crate) fn answer(control: &str, mode: Mode) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(target: telemetry::TARGET, control, mode = mode.as_str(), "asked whether it is at work: it is");
    json!({ "probe": true, "control": control, "mode": mode.as_str(), "version": version })
}
