# Curfew. `make` alone says what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# requirements.txt names every package, and what is imported compiles itself.
INSTALL := bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --requirement
TOOLS := $(VENV)/.complete
# Each is removed and not cleared: where it is a link to another checkout's, only the link goes.
# checkov pins other versions of what the tests use.
CHECKOV := .venv-checkov/.complete
MINISTACK := .venv-ministack/.complete
# What the preview is compared with; each pins other versions of what the tests use.
PEERS := target/bench-peers
PEER_TOOLS := $(PEERS)/custodian/.complete $(PEERS)/prowler/.complete
# The AWS CLI, for who tries Curfew here.
SANDBOX := target/sandbox/awscli
# Many events at once.
STORM := tests/faults/test_many_events.py
# What writes bills of materials.
CYCLONEDX := target/tools/bin/cargo-cyclonedx

# What a deployment can be told; see infra/README.md. What is left out stays as it was. It has to be said in the call: a
# variable such as EMAIL or FORCE that merely is in the environment means something else.
said = $(if $(findstring command line,$(origin $1)),$($1))
WHERE := $(or $(call said,REGIONS),$(call said,REGION))
BUILD_ARCH := $(or $(call said,ARCH),arm64)
LAMBDA_DIR := target/lambda
# What is in functions/ and no function: it is not built for Lambda, nor deployed.
NO_FUNCTION := curfew
FUNCTIONS := $(filter-out $(NO_FUNCTION),$(notdir $(patsubst %/,%,$(wildcard functions/*/))))
CHECKER_DIR := target/checker
# What is said in the call, but for what make itself goes by. The tool refuses what a command does not take.
UTTERED := $(filter-out CARGO_TARGET_DIR LAMBDA_DIR PYTHON REGION REGIONS RUSTC_WRAPPER,$(foreach name,$(.VARIABLES),$(if \
	$(filter command,$(origin $(name))),$(name))))
OPTIONS = --regions "$(WHERE)" $(foreach name,$(UTTERED),$(if $($(name)),--$(name) "$($(name))"))
# It looks for zig on the path, and joins these flags with its own, which name the processor. The script's path is whole,
# since a dependency may be linked in a folder of its own.
FOR_LAMBDA = env -u MAKEFLAGS -u MFLAGS PATH="$(CURDIR)/$(BIN):$$PATH" cargo-lambda lambda build --locked --release \
	--config 'build.rustflags = ["-C", "link-arg=-T$(CURDIR)/.cargo/without-unwinding.ld"]'
CURFEW := $(BIN)/python infra/tool
# What people ask of their account: the command, which finds credentials as the AWS CLI does.
ASK := "$${CARGO_TARGET_DIR:-target}/debug/curfew"
says = $(if $(call said,$1),$2 "$($1)")
flag = $(if $(call said,$1),$(if $(filter yes,$($1)),$2,$(if $(filter no,$($1)),,$(error $1 is yes or no))))
# A slip of the pen is not passed over either: DRYRUN=yes would be no dry run.
takes = $(if $(filter-out $1,$(UTTERED)),$(error `make $@` knows no $(filter-out $1,$(UTTERED)). Nothing was changed))
PLACE = $(if $(WHERE),--region "$(WHERE)") $(call says,PREFIX,--prefix)
# What checks a file of settings.
CHECKER = $(if $(call said,FILE),checker)
# Python's tools are installed while cargo builds.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=3
endif
# Cargo shares the cores by itself, not by make's leave. It builds nothing here that is shipped; see .ci/debug-rustc.
CARGO := env -u MAKEFLAGS -u MFLAGS RUSTC_WRAPPER="$(or $(RUSTC_WRAPPER),$(CURDIR)/.ci/debug-rustc)" cargo
# What this machine can run itself.
OWN_ARCH := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86-64)

.PHONY: help setup functions debug demo sandbox test fuzz test-faults lint build package bills checker deploy rollback status test-alert stop start settings preview report redrive history export restore remove bench bench-peers lock clean

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(TOOLS) $(CHECKOV) $(MINISTACK) ## The Python tools, into .venv, .venv-checkov and .venv-ministack

$(TOOLS): tests/requirements.txt
	@echo "Python tools into $(VENV) ..."
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/$(INSTALL) tests/requirements.txt
	touch $@

$(CHECKOV): tests/checkov.txt
	@echo "checkov into .venv-checkov ..."
	rm -rf .venv-checkov
	$(PYTHON) -m venv .venv-checkov
	.venv-checkov/$(INSTALL) tests/checkov.txt
	touch $@

$(MINISTACK): tests/ministack.txt
	@echo "ministack into .venv-ministack ..."
	rm -rf .venv-ministack
	$(PYTHON) -m venv .venv-ministack
	.venv-ministack/$(INSTALL) tests/ministack.txt
	touch $@

# With examples, since cargo gives dependencies the features that the tests want as soon as one is built of what may
# have dev-dependencies: aws-sdk-ec2, which takes minutes, is then built once for programs, tests and lints.
# In two steps, since cargo begins with what most others wait for. Of the other functions only the libraries are in the
# first, so that aws-sdk-ec2 begins before the SDK crates that more functions use.
# `curfew` apart: nobody waits for its own SDK crates before the demonstration.
functions:
	@$(CARGO) build --locked --workspace --example empty --example ledgers --lib --bin sg-quarantine
	@$(CARGO) build --locked --workspace --example empty --example ledgers $(FUNCTIONS:%=--bin %)

debug: functions ## The functions and `curfew`, unoptimized
	@$(CARGO) build --locked --workspace --example empty --example ledgers --bins

demo: $(TOOLS) functions ## The main job, against an emulator on this machine
	@$(BIN)/python tests/demo.py

$(SANDBOX)/.complete: tests/awscli.txt
	@echo "The AWS CLI into $(@D) ..."
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/$(INSTALL) tests/awscli.txt
	touch $@

sandbox: $(TOOLS) $(SANDBOX)/.complete debug ## Curfew at work in an emulated account on this machine, until Ctrl-C; its mails come to the screen
	@$(BIN)/python tests/sandbox.py

test: $(TOOLS) $(CHECKOV) $(MINISTACK) debug ## Everything: units, properties, adapters, snapshots, templates, end to end
	@# The same cases each time: who changes something is to hear of that alone. See `fuzz`.
	PROPTEST_RNG_SEED=1 $(CARGO) test --locked --workspace
	@# The functions at work in one process; what brings them to AWS in four, since it mostly waits. What goes wrong comes
	@# alone: it has deadlines of seconds.
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	$(BIN)/python -m pytest -q -n 4 tests/infra tests/large >"$$log" 2>&1 & infra=$$!; \
	status=0; $(BIN)/python -m pytest -q tests/e2e || status=$$?; \
	wait $$infra || status=$$?; \
	$(BIN)/python -m pytest -q -n 4 tests/faults || status=$$?; \
	cat "$$log"; exit $$status

fuzz: ## The properties, with other cases each time; CASES=20000
	PROPTEST_CASES="$(or $(call said,CASES),20000)" $(CARGO) test --locked --workspace

test-faults: $(TOOLS) debug ## Every fault at every call to AWS that a function makes, an hour or more
	$(BIN)/python -m pytest -q -n 4 tests/faults --every --deselect $(STORM)
	@# Alone: it takes the whole machine, and what waits beside it would run out of time.
	$(BIN)/python -m pytest -q $(STORM) --every

lint: $(TOOLS) debug ## Format, clippy, docs, dependencies, templates and shell, warnings denied
	cargo fmt --all --check
	$(BIN)/cargo-deny --locked check --deny warnings licenses bans sources
	RUSTC_WORKSPACE_WRAPPER=$(CURDIR)/.ci/lint-rustc $(CARGO) build --locked --workspace --all-targets --keep-going
	@# The command as it checks settings.
	RUSTC_WORKSPACE_WRAPPER=$(CURDIR)/.ci/lint-rustc $(CARGO) build --locked --package curfew --no-default-features --target-dir $(CHECKER_DIR)
	$(BIN)/cfn-lint --include-checks I --template infra/*.yaml
	$(BIN)/shellcheck .ci/run .ci/debug-rustc .ci/lint-rustc
	@# What make would run for each target, as the shell sees it.
	@for words in build "package VERSION=0.1.0" bills demo sandbox test fuzz test-faults bench bench-peers rollback status test-alert \
		"deploy EMAIL=ops@example.com MODE=observe FILE=settings.json" stop start "settings FILE=settings.json" "preview FILE=settings.json" \
		report redrive "history RESOURCE=arn:aws:s3:::acme" "export SINCE=2026-11-01 FILE=records.jsonl" restore remove lock clean; do \
		$(MAKE) --dry-run --always-make --no-print-directory $$words REGION=eu-central-1 | $(BIN)/shellcheck --shell=bash - || \
			{ echo "make $$words: see above"; exit 1; }; \
	done

build: $(TOOLS) ## The functions as they are deployed; ARCH=arm64 or x86-64
	$(FOR_LAMBDA) --workspace --exclude $(NO_FUNCTION) --bins --$(BUILD_ARCH) --lambda-dir $(LAMBDA_DIR)
	@echo "Sizes in bytes, plain and zipped:"
	@for binary in $(LAMBDA_DIR)/*/bootstrap; do \
		printf '  %-40s%12d%12d\n' "$$binary" "$$(wc -c < "$$binary")" "$$(gzip -9 < "$$binary" | wc -c)"; \
	done

# Of the project that says what such bills look like.
$(CYCLONEDX):
	$(CARGO) install --quiet --locked --root target/tools cargo-cyclonedx@0.5.9

package: $(TOOLS) $(CYCLONEDX) ## Zips, sums and bills of materials for both architectures, into target/package/VERSION; VERSION=...
	@$(MAKE) --no-print-directory bills ARCH=arm64 LAMBDA_DIR=target/package/built/arm64
	@$(MAKE) --no-print-directory bills ARCH=x86-64 LAMBDA_DIR=target/package/built/x86_64
	rm -rf "target/package/$(VERSION)"
	$(BIN)/python infra/tool/packages.py "$(VERSION)" target/package/built "target/package/$(VERSION)"

# It names a folder that is made anew: no path, and nothing that leads out of where packages are.
ifneq ($(filter package,$(MAKECMDGOALS)),)
ifeq ($(shell [[ "$(call said,VERSION)" =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$$ ]] && echo right),)
$(error Say which version it is, as in VERSION=0.1.0)
endif
endif

# What each function is made of. cargo-cyclonedx writes beside each Cargo.toml, and says in which folder that was. It looks
# at the whole workspace: without what is no function, whose default features are what AWS's SDK has for people.
bills: build
	@SOURCE_DATE_EPOCH="$$(git log -1 --format=%ct)" $(CYCLONEDX) cyclonedx --quiet --no-default-features --format json --spec-version 1.5 \
		--describe binaries --target $(if $(filter arm64,$(BUILD_ARCH)),aarch64,x86_64)-unknown-linux-gnu
	@rm -f functions/$(NO_FUNCTION)/*_bin.cdx.json
	@for bill in functions/*/*_bin.cdx.json; do \
		function=$$(basename "$$bill" _bin.cdx.json); \
		sed 's|file://$(CURDIR)|file://.|g' "$$bill" > "$(LAMBDA_DIR)/$$function.cdx.json"; \
		rm "$$bill"; \
	done

deploy: $(TOOLS) $(CHECKER) ## Curfew into REGION, or REGIONS="a b"; the first time with EMAIL and MODE=observe or enforce
	@$(CURFEW) check $(OPTIONS)
	@$(if $(call said,PACKAGE),,$(MAKE) --no-print-directory build ARCH=$(BUILD_ARCH))
	@$(CURFEW) deploy --lambda-dir $(LAMBDA_DIR) $(OPTIONS)

# With the functions' own code, and without what asks AWS, whose SDK takes minutes.
checker:
	@$(CARGO) build --locked --package curfew --no-default-features --target-dir $(CHECKER_DIR)

rollback: $(TOOLS) ## Events in REGION go to the version before this one again; of FUNCTION alone where it is said
	@$(CURFEW) rollback $(OPTIONS)

status: $(TOOLS) ## What is deployed in REGION, what waits there, and what is wrong
	@$(CURFEW) status $(OPTIONS)

test-alert: $(TOOLS) ## One mail, marked as a test, from a function in REGION to where its alerts go
	@$(CURFEW) test-alert $(OPTIONS)

settings: $(TOOLS) $(CHECKER) ## FILE, checked and then written to REGION
	@$(CURFEW) settings $(OPTIONS)

redrive: $(TOOLS) ## Dead letters of FUNCTION in REGION, back to its queue
	@$(CURFEW) redrive $(OPTIONS)

preview: debug ## What Curfew would close, mail and leave in REGION or REGIONS, read with your credentials; FORMAT=text, json or html, OUTPUT=preview.html
	@$(call takes,FORMAT OUTPUT FILE)$(ASK) preview $(foreach one,$(WHERE),--region "$(one)") $(call says,FORMAT,--format) $(call says,OUTPUT,--output) $(call says,FILE,--settings)

report: debug ## What Curfew did in REGION since SINCE (30d), read with your credentials; FORMAT=text, json, csv or html, OUTPUT=report.html
	@$(call takes,PREFIX SINCE FORMAT OUTPUT)$(ASK) report $(PLACE) $(call says,SINCE,--since) $(call says,FORMAT,--format) $(call says,OUTPUT,--output)

history: debug ## The records of RESOURCE, an ARN, in REGION
	@$(call takes,PREFIX RESOURCE)$(ASK) history $(PLACE) "$(or $(call said,RESOURCE),$(error Say of what, as in RESOURCE=arn:aws:s3:::my-bucket))"

export: debug ## All records of REGION since SINCE, a day, to the end of FILE, a JSON object a line
	@$(call takes,PREFIX SINCE FILE)$(ASK) history --json $(PLACE) --since "$(or $(call said,SINCE),$(error Say since when, as in SINCE=2026-11-01))" >> "$(or $(call said,FILE),$(error Say where to, as in FILE=records.jsonl))"

stop: $(TOOLS) ## Nothing more is done in REGION: events wait, for four days at most
	@$(CURFEW) stop $(OPTIONS)

start: $(TOOLS) ## Goes on in REGION, with what has waited first
	@$(CURFEW) start $(OPTIONS)

remove: $(TOOLS) ## Curfew out of REGION; LOGS=delete ACCOUNT=... deletes logs, records, settings and key too
	@$(CURFEW) remove $(OPTIONS)

restore: debug ## What RECORD (or the newest of RESOURCE=<arn>) changed in REGION, put back; DRY_RUN=yes, FORCE=yes, REASON=...
	@$(call takes,PREFIX RECORD RESOURCE REASON CLAIMED_BY ACCOUNT DRY_RUN FORCE)$(ASK) restore $(PLACE) $(call says,RECORD,--record) $(call says,RESOURCE,--resource) $(call says,REASON,--reason) \
		$(call says,CLAIMED_BY,--claimed-by) $(call says,ACCOUNT,--account) $(call flag,DRY_RUN,--dry-run) $(call flag,FORCE,--force)

bench: $(TOOLS) ## Size, start and speed beside an empty Lambda function and boto3; BASE=a943bdd beside a commit too
	@$(MAKE) --no-print-directory build ARCH=$(OWN_ARCH)
	$(FOR_LAMBDA) --package lambda --example empty --example connected --$(OWN_ARCH) --lambda-dir target/bench/empty
	env -u MAKEFLAGS -u MFLAGS cargo build --quiet --locked --release --package curfew --no-default-features --target-dir target/bench/explain
	env -u MAKEFLAGS -u MFLAGS cargo run --quiet --locked --package policy --example hard_policies --target-dir target/bench/explain \
		> target/bench/hard.jsonl
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/bench $(LAMBDA_DIR) target/bench/empty "target/bench/explain/release/curfew explain" \
		target/bench/hard.jsonl --architecture $(OWN_ARCH) $(if $(call said,BASE),--base "$(BASE)")

$(PEER_TOOLS): $(PEERS)/%/.complete: tests/%.txt
	@echo "$* into $(@D) ..."
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/$(INSTALL) tests/$*.txt
	touch $@

bench-peers: $(TOOLS) $(PEER_TOOLS) ## The preview beside Cloud Custodian's dry run and Prowler, some minutes and 2.5 GB of tools
	env -u MAKEFLAGS -u MFLAGS cargo build --quiet --locked --release --bin curfew
	$(BIN)/python tests/bench/peers "$${CARGO_TARGET_DIR:-target}/release/curfew" $(PEERS)/custodian/bin/custodian $(PEERS)/prowler/bin/prowler

lock: ## tests/*.txt anew, from tests/*.in
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.in
	{ echo "# Written by 'make lock' from requirements.in."; $(BIN)/python -m pip freeze; } > tests/requirements.txt
	touch $(TOOLS)
	rm -rf .venv-checkov
	$(PYTHON) -m venv .venv-checkov
	.venv-checkov/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/checkov.in
	{ echo "# Written by 'make lock' from checkov.in."; .venv-checkov/bin/python -m pip freeze; } > tests/checkov.txt
	touch $(CHECKOV)
	rm -rf .venv-ministack
	$(PYTHON) -m venv .venv-ministack
	.venv-ministack/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/ministack.in
	{ echo "# Written by 'make lock' from ministack.in."; .venv-ministack/bin/python -m pip freeze; } > tests/ministack.txt
	touch $(MINISTACK)
	@for place in $(PEERS)/custodian $(PEERS)/prowler $(SANDBOX); do \
		name=$$(basename "$$place"); \
		rm -rf "$$place"; \
		$(PYTHON) -m venv "$$place"; \
		"$$place/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "tests/$$name.in"; \
		{ echo "# Written by 'make lock' from $$name.in."; "$$place/bin/python" -m pip freeze; } > "tests/$$name.txt"; \
		touch "$$place/.complete"; \
	done

clean: ## All that was built or installed here
	rm -rf target $(VENV) .venv-checkov .venv-ministack
