//! What CloudWatch counts: lines in its embedded metric format, beside the log lines.
//!
//! | metric | unit | dimensions | when |
//! | --- | --- | --- | --- |
//! | `Subjects` | count | `control`, `outcome` | each subject; a trigger that cannot be read counts as `failed` |
//! | `Duration` | milliseconds | `control` | each subject's walk |
//! | `ApiCalls` | count | `control` | each subject, and what is read for a whole batch: requests to AWS, retries included |
//! | `AlertsNotDelivered` | count | `control` | an alert that the topic did not take |
//! | `Swept` | count | `control`, `found` | each sweep, at its end: how many resources of the control it found to be so |
//! | `SettingsNotRead` | count | `control` | settings that could not be read again, or cannot be right |
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};

use remediation::Outcome;

use crate::TARGET;
use crate::out::out;

const NAMESPACE: &str = "Curfew";

static COLLECTOR: OnceLock<&Collector> = OnceLock::new();

/// Writes metrics to standard output from now on, for the whole process.
pub fn start(function_name: &str) {
    let started = Builder::new().cloudwatch_namespace(NAMESPACE).init();
    match started {
        Ok(collector) => {
            collector
                .set_property("service", crate::log::SERVICE)
                .set_property("function_name", function_name);
            describe_counter!("Subjects", Unit::Count, "how many subjects ended so");
            describe_histogram!("Duration", Unit::Milliseconds, "how long a walk took");
            describe_histogram!("ApiCalls", Unit::Count, "how many requests to AWS a walk took");
            describe_counter!("AlertsNotDelivered", Unit::Count, "alerts that the topic did not take");
            describe_counter!("Swept", Unit::Count, "how many resources a sweep found to be so");
            describe_counter!("SettingsNotRead", Unit::Count, "settings that could not be used");
            COLLECTOR.get_or_init(|| collector);
        }
        Err(error) => tracing::error!(target: TARGET, "there are no metrics: {error}"),
    }
}

/// Counts a subject that was walked.
pub fn subject(control: &'static str, outcome: Outcome, duration: Duration, api_calls: u32) {
    counter!("Subjects", "control" => control, "outcome" => outcome.as_str()).increment(1);
    histogram!("Duration", "control" => control).record(duration.as_secs_f64() * 1e3);
    histogram!("ApiCalls", "control" => control).record(api_calls);
    flush();
}

/// Counts requests that were made for several subjects.
pub fn api_calls(control: &'static str, api_calls: u32) {
    histogram!("ApiCalls", "control" => control).record(api_calls);
    flush();
}

/// Counts a trigger that could not be read.
pub fn unreadable(control: &'static str) {
    counter!("Subjects", "control" => control, "outcome" => Outcome::Failed.as_str()).increment(1);
    flush();
}

/// Counts an alert that the topic did not take.
pub fn alert_not_delivered(control: &'static str) {
    counter!("AlertsNotDelivered", "control" => control).increment(1);
    flush();
}

/// Counts what a sweep found of a control; [`flush`] writes it.
pub fn swept(control: &str, found: &'static str, count: u64) {
    counter!("Swept", "control" => control.to_owned(), "found" => found).increment(count);
}

/// Counts settings that could not be used.
pub fn settings_not_read(control: &'static str) {
    count_settings_not_read(control);
    flush();
}

fn count_settings_not_read(control: &'static str) {
    counter!("SettingsNotRead", "control" => control).increment(1);
}

/// Writes what was counted. Each count is written at once: a process that is stopped or frozen keeps nothing back.
pub fn flush() {
    let Some(collector) = COLLECTOR.get() else { return };
    // Standard output looks for the end of a line in each piece that it is given.
    let mut lines = Vec::new();
    if let Err(error) = collector.flush(&mut lines).and_then(|()| out().write_all(&lines)) {
        tracing::error!(target: TARGET, "the metrics could not be written: {error}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    // The other metrics are seen where the functions are at work; this one is counted after five minutes at the earliest.
    #[test]
    fn settings_that_were_not_read_are_counted_by_their_control_alone() {
        start("curfew-doors");
        count_settings_not_read("doors");
        let mut line = Vec::new();
        COLLECTOR.get().unwrap().flush(&mut line).unwrap();
        let line: Value = serde_json::from_slice(&line).unwrap();
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "Curfew");
        assert_eq!(directive["Dimensions"], json!([["control"]]));
        assert_eq!(directive["Metrics"], json!([{ "Name": "SettingsNotRead", "Unit": "Count" }]));
        assert_eq!((&line["control"], &line["SettingsNotRead"]), (&json!("doors"), &json!(1)));
        assert_eq!(line["function_name"], "curfew-doors");
    }
}
