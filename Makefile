# Targets are those that README and CI name; each prints what it does and fails loudly.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
export PYTHONUTF8 := 1

.PHONY: help setup demo up test test-browser check docs bench sim

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile

setup: $(VENV)/.runtime ## .venv/ from the runtime hash lock, once

demo: setup ## the sandbox runs every demo case and verifies every record log
	$(BIN)/nakadachi demo

up: setup ## the sandbox stays up in var/sandbox and prints its URLs
	rm -rf var/sandbox
	$(BIN)/nakadachi up --folder "$(CURDIR)/var/sandbox"

test: $(VENV)/.dev ## the whole suite under coverage, then the canary search
	$(BIN)/python tools/run_tests.py

test-browser: $(VENV)/.dev ## the panel in a real Chromium; as root on Debian it installs one
	tools/chromium.sh
	$(BIN)/python -m pytest -q tests/browser

check: $(VENV)/.dev ## format, lint, types, import contracts, generated pages, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tools docs/conf.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.generate_docs --check
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

docs: $(VENV)/.dev ## the documentation site, generated pages included
	$(BIN)/python -m tools.generate_docs
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo docs/_build/html/index.html

bench: $(VENV)/.dev $(VENV)-bench/.installed ## side by side with what it is compared with: ratios, a table, JSON below var/
	$(BIN)/python tools/bench/run.py $(BENCH)

sim: $(VENV)/.dev ## the long runs of what `make test` samples: permissions, records, runs of one seed
	$(BIN)/nakadachi permits oracle-check --full --mutations 1000000
	NAKADACHI_RECORDS=1000000 $(BIN)/python -m pytest -q -p no:randomly --timeout 3600 -k random_files tests/unit/wire/test_file_columns.py
	SAME_SEED_RUNS=20 $(BIN)/python -m pytest -q -p no:randomly --timeout 3600 -k same_seed tests/e2e/test_scenario_runs.py

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --only-binary :all: -r requirements/runtime.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.lock
	$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.lock
	touch $@

$(VENV)-bench/.installed: requirements/bench.lock
	test -x $(VENV)-bench/bin/python || $(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes --only-binary :all: -r requirements/bench.lock
	touch $@
