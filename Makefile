# Everything that a person or a machine does with this checkout. `make help` lists it.
# Nothing here names a package host: pip and uv use whatever index they are configured for.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

# The first Python that is new enough; `make PYTHON=… venv` chooses another.
PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$one; break; }; done)
# uv installs the same locks several times faster, where somebody has it.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv)
ifdef UV
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: help
help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## +/\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

# ── environment ──────────────────────────────────────────────────────────────────────────────────

.PHONY: venv
venv: $(RUN)  ## .venv with the locked dependencies and `crisis`, editable

.PHONY: venv-dev
venv-dev: $(DEV)  ## the same with the tools for tests and checks

$(RUN): requirements.lock requirements-build.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "make: no Python 3.11 or newer found; install one, or say make PYTHON=/path/to/python3" >&2; exit 1; fi
	@[ -x $(BIN)/python ] || { echo "Making $(VENV) with $(PYTHON) …"; $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "make: the venv module is incomplete; on Debian: apt-get install python3-venv" >&2; exit 1; }; }
	@echo "Installing the locked dependencies (about a minute with pip, a quarter of that with uv) …"
	@$(INSTALL) --require-hashes -r requirements.lock -r requirements-build.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q crisis  # so that the first start is as fast as the next
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	@echo "Installing the locked tools for tests …"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# ── running ──────────────────────────────────────────────────────────────────────────────────────

.PHONY: demo
demo: $(RUN)  ## everything, with fictional platforms that answer; Ctrl-C stops it (ARGS="--port 8001 --speed 10")
	@exec $(BIN)/crisis up --demo $(ARGS)

.PHONY: run
run: $(RUN)  ## everything, without demo data; kept in var/
	@exec $(BIN)/crisis up $(ARGS)

# ── checks ───────────────────────────────────────────────────────────────────────────────────────

.PHONY: test
test: $(DEV)  ## the whole test suite on two processes (ARGS="tests/domain -k word -n0" for one)
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

.PHONY: sure
sure: format-check lint types layers lock-check no-hosts vendor-check translations-check test  ## all that CI runs

.PHONY: format
format: $(DEV)  ## put the code in its one format
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

.PHONY: format-check
format-check: $(DEV)
	@$(BIN)/ruff format --check --quiet . || { echo "make: run make format" >&2; exit 1; }

.PHONY: lint
lint: $(DEV)
	@$(BIN)/ruff check --quiet .

.PHONY: types
types: $(DEV)
	@$(BIN)/mypy

.PHONY: layers
layers: $(DEV)
	@$(BIN)/lint-imports --no-cache

.PHONY: lock
lock:  ## compile the locks again (needs uv); pins stay unless a range changed
	@$(MAKE) --no-print-directory LOCKS_IN=. compile-locks

# Compiling onto the committed locks keeps their pins, so a difference means that pyproject.toml moved on.
.PHONY: lock-check
lock-check:
ifdef UV
	@set -e; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; cp requirements*.lock "$$new"; \
	$(MAKE) --no-print-directory LOCKS_IN="$$new" compile-locks; \
	for lock in requirements*.lock; do diff -q "$$lock" "$$new/$$lock" || { echo "make: run make lock" >&2; exit 1; }; done
else
	@echo "lock-check: not compiled again, because uv is not here; a test compares the locks with pyproject.toml"
endif

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
.PHONY: compile-locks
compile-locks:
	@test -n "$(UV)" || { echo "make: compiling locks needs uv (pip install uv)" >&2; exit 1; }
	@$(COMPILE) pyproject.toml -o $(LOCKS_IN)/requirements.lock >/dev/null
	@$(COMPILE) pyproject.toml --extra dev -c $(LOCKS_IN)/requirements.lock -o $(LOCKS_IN)/requirements-dev.lock >/dev/null
	@echo 'setuptools>=80' | $(COMPILE) -o $(LOCKS_IN)/requirements-build.lock - >/dev/null

# The pattern is in pieces so that this file does not match itself.
.PHONY: no-hosts
no-hosts:
	@! git grep -nIE 'py''pi\.org|python''hosted|registry\.npm''js|deb\.deb''ian' -- . || \
		{ echo "make: package hosts are named above; none may be committed" >&2; exit 1; }

.PHONY: vendor-check
vendor-check: $(DEV)
	@[ ! -f tools/vendor.py ] || $(BIN)/python tools/vendor.py --check

# The compiled catalogues are committed, so that running needs no build step: they must be those of the texts.
.PHONY: translations-check
translations-check: $(DEV)
	@set -e; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; cp -r crisis/translations/. "$$new"; \
	$(BIN)/pybabel --quiet compile --directory "$$new"; \
	cd crisis/translations; for one in */LC_MESSAGES/messages.mo; do \
		cmp -s "$$one" "$$new/$$one" || { echo "make: $$one is not the compiled catalogue; run make translations" >&2; exit 1; }; done

# ── the rest ─────────────────────────────────────────────────────────────────────────────────────

.PHONY: bench
bench: $(DEV)  ## measure, and print the numbers with the machine
	@$(BIN)/python -m bench $(ARGS)

MINUTES ?= 30
.PHONY: chaos
chaos: $(DEV)  ## break real processes at random for MINUTES=30, judge every round (ARGS="--seed N")
	@$(BIN)/python -m tests.faults.chaos --minutes $(MINUTES) $(ARGS)

.PHONY: screenshots
screenshots: $(DEV)  ## take the pictures of docs/images again, from the demo (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

.PHONY: translations
translations: $(DEV)  ## collect the texts, bring the catalogues up to date, compile them
	@$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --no-location --no-wrap --sort-output --omit-header \
		--output-file crisis/translations/messages.pot .
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date --input-file crisis/translations/messages.pot --output-dir crisis/translations
	@$(BIN)/pybabel --quiet compile --directory crisis/translations

.PHONY: vendor
vendor: $(DEV)  ## fetch the locked front-end files again (needs npm) and write their manifest
	@npm ci --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python tools/vendor.py

.PHONY: clean
clean:  ## remove .venv and caches; data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache node_modules *.egg-info
