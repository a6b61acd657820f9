# Curfew. `make` alone says what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := $(VENV)/.complete

.PHONY: help setup build demo test lint bench lock clean

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(TOOLS) ## The Python tools, into .venv

$(TOOLS): tests/requirements.txt
	@echo "Python tools into $(VENV) ..."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	touch $@

# All targets, although the demo needs the binaries alone: their dependencies then have the same features
# as in the tests, and aws-sdk-ec2, which takes minutes, is built once.
build: ## The functions and tests, unoptimized
	cargo build --locked --workspace --all-targets

demo: $(TOOLS) build ## The main job, against an emulator on this machine
	@$(BIN)/python tests/demo.py

test: $(TOOLS) build ## Everything: units, properties, adapters, snapshots, end to end
	cargo test --locked --workspace
	$(BIN)/python -m pytest -q tests/e2e

lint: ## Format, clippy and docs, warnings denied
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --quiet

bench: $(TOOLS) ## Size and start time beside an empty Lambda (release builds: takes a while at first)
	cargo build --locked --release --workspace --bins
	cargo build --locked --release --package lambda --example empty
	$(BIN)/python tests/bench.py

lock: ## tests/requirements.txt anew, from tests/requirements.in
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.in
	{ echo "# Written by 'make lock' from requirements.in."; $(BIN)/python -m pip freeze; } > tests/requirements.txt
	touch $(TOOLS)

clean: ## All that was built or installed here
	rm -rf target $(VENV)
