#!/usr/bin/env bash
# lambda_runtime logs more when Lambda's log level is raised to FATAL, and RUST_LOG overrules Lambda's log level.
#
# Lambda's log levels, which a function is told in AWS_LAMBDA_LOG_LEVEL, run from TRACE, the most detail, to FATAL, the least:
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
# "if `AWS_LAMBDA_LOG_LEVEL` is set, it takes precedence over any other environment variables", says
# https://docs.rs/lambda_runtime_api_client/1.1.1/lambda_runtime_api_client/tracing/fn.init_default_subscriber.html
# lambda_runtime 1.5.0 has no level by that name and falls back to INFO: who asks for the least gets what INFO gives. Where
# RUST_LOG is set too, say by a template, its level holds and Lambda's does nothing in either direction.
#
# Seen with lambda_runtime 1.5.0: ERROR gives one line, FATAL three; RUST_LOG=info gives three under WARN and under DEBUG.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat >src/main.rs <<'RUST'
use lambda_runtime::tracing;

fn main() {
    tracing::init_default_subscriber();
    tracing::error!("an error");
    tracing::warn!("a warning");
    tracing::info!("information");
    tracing::debug!("details");
}
RUST
cat >Cargo.toml <<'TOML'
[package]
name = "levels"
version = "0.0.0"
edition = "2021"
[dependencies]
lambda_runtime = { version = "=1.5.0", default-features = false, features = ["tracing"] }
lambda_runtime_api_client = { version = "=1.1.1", default-features = false }
[profile.dev]
debug = false
TOML
cargo build --quiet --target-dir target
lines() { env -u RUST_LOG "$@" target/debug/levels | wc -l; }
echo "lambda_runtime 1.5.0, lines of four:"
for level in DEBUG INFO WARN ERROR FATAL; do
  declare "$level=$(lines AWS_LAMBDA_LOG_LEVEL=$level)" "${level}_info=$(lines AWS_LAMBDA_LOG_LEVEL=$level RUST_LOG=info)"
  also=${level}_info
  echo "  $level: ${!level}, with RUST_LOG=info ${!also}"
done
[[ "$DEBUG $INFO $WARN $ERROR" == "4 3 2 1" ]] || { echo "the levels are read otherwise now"; exit 1; }
[[ $FATAL == 3 ]] || { echo "FATAL is not taken for INFO now"; exit 1; }
[[ "$DEBUG_info $WARN_info" == "3 3" ]] || { echo "RUST_LOG does not overrule Lambda's level now"; exit 1; }
