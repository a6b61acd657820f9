# Curfew. `make` alone says what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := $(VENV)/.complete
# checkov pins other versions of what the tests use.
CHECKOV := .venv-checkov/.complete

# What a deployment can be told; see the README. What is left out stays as it was.
REGIONS ?= $(REGION)
ARCH ?= arm64
LAMBDA_DIR := target/lambda
DEPLOYMENT = --regions "$(REGIONS)" --email "$(EMAIL)" --key "$(KEY)" --log-days "$(LOG_DAYS)" \
	--alert-topic "$(ALERT_TOPIC)" --alert-key "$(ALERT_KEY)" --config-rules "$(CONFIG_RULES)" \
	--recorder "$(RECORDER)" --tcp-ports "$(TCP_PORTS)" --maximum-concurrency "$(MAXIMUM_CONCURRENCY)" \
	--oldest-message-seconds "$(OLDEST_MESSAGE_SECONDS)" --concurrency "$(CONCURRENCY)" --file "$(FILE)"
CURFEW := $(BIN)/python infra/tool
# What this machine can run itself.
OWN_ARCH := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86-64)

.PHONY: help setup debug demo test lint build deploy status settings redrive remove bench lock clean

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(TOOLS) ## The Python tools, into .venv

$(TOOLS): tests/requirements.txt
	@echo "Python tools into $(VENV) ..."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	touch $@

$(CHECKOV): tests/checkov.txt
	@echo "checkov into .venv-checkov ..."
	$(PYTHON) -m venv --clear .venv-checkov
	.venv-checkov/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/checkov.txt
	touch $@

# All targets, although the demo needs the binaries alone: their dependencies then have the same features
# as in the tests, and aws-sdk-ec2, which takes minutes, is built once.
debug: ## The functions and tests, unoptimized
	cargo build --locked --workspace --all-targets

demo: $(TOOLS) debug ## The main job, against an emulator on this machine
	@$(BIN)/python tests/demo.py

test: $(TOOLS) $(CHECKOV) debug ## Everything: units, properties, adapters, snapshots, templates, end to end
	cargo test --locked --workspace
	$(BIN)/python -m pytest -q tests

lint: $(TOOLS) ## Format, clippy, docs, templates and shell, warnings denied
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --quiet
	$(BIN)/cfn-lint infra/*.yaml
	$(BIN)/shellcheck .ci/run
	@# What make would run for each target, as the shell sees it.
	@for target in build demo test bench deploy status settings redrive remove lock clean; do \
		$(MAKE) --dry-run --always-make --no-print-directory "$$target" REGION=eu-central-1 EMAIL=ops@example.com \
			FILE=settings.json | $(BIN)/shellcheck --shell=bash - || { echo "make $$target: see above"; exit 1; }; \
	done

build: $(TOOLS) ## The functions as they are deployed; ARCH=arm64 or x86-64
	@# It looks for zig on the path.
	PATH="$(CURDIR)/$(BIN):$$PATH" cargo-lambda lambda build --locked --release --bins --$(ARCH) \
		--lambda-dir $(LAMBDA_DIR)
	@echo "Sizes in bytes, plain and zipped:"
	@for binary in $(LAMBDA_DIR)/*/bootstrap; do \
		printf '  %-40s%12d%12d\n' "$$binary" "$$(wc -c < "$$binary")" "$$(gzip -9 < "$$binary" | wc -c)"; \
	done

deploy: $(TOOLS) ## Curfew into REGION, or REGIONS="a b"; the mails go to EMAIL
	@$(CURFEW) check $(DEPLOYMENT)
	@$(MAKE) --no-print-directory build
	@$(CURFEW) deploy --lambda-dir $(LAMBDA_DIR) $(DEPLOYMENT)

status: $(TOOLS) ## What is deployed in REGION, and what waits there
	@$(CURFEW) status --regions "$(REGIONS)"

settings: $(TOOLS) ## FILE, checked and then written to REGION
	@$(CURFEW) settings --regions "$(REGIONS)" --file "$(FILE)"

redrive: $(TOOLS) ## Dead letters of FUNCTION in REGION, back to its queue
	@$(CURFEW) redrive --regions "$(REGIONS)" --function "$(FUNCTION)"

remove: $(TOOLS) ## Curfew out of REGION; LOGS=delete deletes logs, settings and key too
	@$(CURFEW) remove --regions "$(REGIONS)" --logs "$(LOGS)" --force "$(FORCE)"

bench: $(TOOLS) ## Size and start time beside an empty Lambda (release builds: takes a while at first)
	@$(MAKE) --no-print-directory build ARCH=$(OWN_ARCH)
	PATH="$(CURDIR)/$(BIN):$$PATH" cargo-lambda lambda build --locked --release --package lambda --example empty \
		--$(OWN_ARCH) --lambda-dir target/bench
	$(BIN)/python tests/bench.py $(LAMBDA_DIR) target/bench

lock: ## tests/*.txt anew, from tests/*.in
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.in
	{ echo "# Written by 'make lock' from requirements.in."; $(BIN)/python -m pip freeze; } > tests/requirements.txt
	touch $(TOOLS)
	$(PYTHON) -m venv --clear .venv-checkov
	.venv-checkov/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/checkov.in
	{ echo "# Written by 'make lock' from checkov.in."; .venv-checkov/bin/python -m pip freeze; } > tests/checkov.txt
	touch $(CHECKOV)

clean: ## All that was built or installed here
	rm -rf target $(VENV) .venv-checkov
