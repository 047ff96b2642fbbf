# Two commands do all their own set-up on a fresh machine: `make demo` and `make test`.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test check fast format docs lock .asreview

# What there is to do.
help:
	@echo "make demo   the sample review, the whole way, and the app (ARGS=--no-serve: without the app)"
	@echo "make test   all tests, with everything they need"
	@echo "make check  formatting, lint, types, floors, generated docs, then all tests"
	@echo "make fast   the tests that need no server and no browser"

# Take the sample review the whole way and open the app at 127.0.0.1:8501.
demo: .venv/.demo
	@$(BIN)/review demo $(ARGS)

# Everything the tests need, then the tests. PYTEST_ARGS=… goes to pytest.
test: .venv/.dev $(if $(REVIEW_REQUIRE_ALL),.asreview/.ready)
	@sh tests/servers.sh
	sh tests/in_memory.sh $(BIN)/python -m pytest -n 2 --dist worksteal -q $(PYTEST_ARGS)

# The gate: CI calls this.
check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/generate.py --check
	$(MAKE) test

# The quick half, for the moment between two edits.
fast: .venv/.dev
	$(BIN)/python -m pytest -q -m "not browser and not postgres and not shared" $(PYTEST_ARGS)

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/.dev
	$(BIN)/python docs/generate.py

# ASReview in an environment of its own, in which a test opens what is written for it (half a gigabyte).
.asreview: .asreview/.ready

# Choose new versions of everything (needs uv).
lock:
	sh requirements/lock.sh

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it from python.org or your system's packages."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/.demo: requirements/demo.txt pyproject.toml | .venv/bin/python
	@echo "Installing Scopewright and what it needs into .venv (a few minutes the first time) …"
	@test -e .venv/.dev || $(PIP) install --require-hashes -r requirements/demo.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing Scopewright and what its tests need into .venv (a few minutes the first time) …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.asreview/.ready: requirements/asreview.txt
	@echo "Installing ASReview into .asreview (a minute or two the first time) …"
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv .asreview
	@.asreview/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/asreview.txt
	@touch $@
