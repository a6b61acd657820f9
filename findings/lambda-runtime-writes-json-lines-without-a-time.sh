#!/usr/bin/env bash
# lambda_runtime writes JSON log lines without the timestamp by which Lambda believes their level.
#
# To filter what a function on an OS-only runtime logs, Lambda wants JSON lines with "level". "If you don't supply a valid timestamp,
# Lambda will assign the log the level INFO and add a timestamp for you", says
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
# `tracing::init_default_subscriber` of lambda_runtime 1.5.0 follows Lambda's logging controls, says its documentation; it writes
# `level` and `fields` alone. By that rule each line counts as INFO: with the log level WARN the crate writes only warnings
# and errors, and Lambda keeps none of them.
#
# Seen with lambda_runtime 1.5.0, log format JSON and log level WARN: two lines, WARN and ERROR, which have level and fields alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat >src/main.rs <<'RUST'
use lambda_runtime::tracing;

fn main() {
    tracing::init_default_subscriber();
    tracing::info!("information");
    tracing::warn!("a warning");
    tracing::error!("an error");
}
RUST
cat >Cargo.toml <<'TOML'
[package]
name = "lines"
version = "0.0.0"
edition = "2021"
[dependencies]
lambda_runtime = { version = "=1.5.0", default-features = false, features = ["tracing"] }
lambda_runtime_api_client = { version = "=1.1.1", default-features = false }
[profile.dev]
debug = false
TOML
cargo build --quiet --target-dir target
env -u RUST_LOG AWS_LAMBDA_LOG_FORMAT=JSON AWS_LAMBDA_LOG_LEVEL=WARN target/debug/lines >lines
python3 - <<'PYTHON'
import json

with open("lines", encoding="utf-8") as file:
    lines = [json.loads(line) for line in file]
print("lambda_runtime 1.5.0:", *(json.dumps(line) for line in lines), sep="\n  ")
assert [line["level"] for line in lines] == ["WARN", "ERROR"], "the log level is read otherwise now"
assert all(set(line) == {"level", "fields"} for line in lines), "the lines have other members now"
PYTHON
