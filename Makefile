# The two commands that matter are `make run` and `make test`; both begin from nothing.

VENV := .venv
PORT ?= 8000
BIN := $(VENV)/bin

.PHONY: run test test-unit check format slow constraints schema screenshots walkthrough lighthouse checkers bench pip-audit clean

run: $(VENV)/run
	@exec $(BIN)/calendar-service serve data/events.yaml --port $(PORT)

# OPTIONS=--no-skips fails where something is missing that tests need.
test: $(VENV)/test tests/node_modules/.ready
	$(BIN)/python -m pytest -m "not slow" -n logical --dist worksteal $(OPTIONS)

# What needs Python alone: no other program, no other process, no database.
test-unit: $(VENV)/test
	$(BIN)/python -m pytest -m "not (slow or database or browser or node or php or java or process)" -n logical --dist worksteal $(OPTIONS)

slow: $(VENV)/test tests/node_modules/.ready
	$(BIN)/python -m pytest -m slow

check: $(VENV)/test
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

format: $(VENV)/test
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# What editors complete data/events.yaml from.
schema: $(VENV)/run
	$(BIN)/calendar-service schema > data/events.schema.json

# Pictures of the pages in all their states, into var/screenshots; those of the README into docs/images.
screenshots: $(VENV)/test
	$(BIN)/python -m tests.support.screenshots

# Pictures of docs/admin-walkthrough.md.
walkthrough: $(VENV)/test
	$(BIN)/python -m tests.support.walkthrough

# Measures the pages as a phone would load them; npm fetches Lighthouse.
lighthouse: $(VENV)/test
	$(BIN)/python -m tests.support.lighthouse

# Other programs over the service behind nginx, both as in deploy/: make checkers NAMES="redbot vnu". Needs root, for a
# network of its own, Debian's nginx and chromium, and npm; what checks comes from pip and npm, into var/checkers.
checkers: $(VENV)/test tests/node_modules/.ready
	$(BIN)/python -m tests.checkers $(NAMES)

# Measures speed beside peers, into docs/performance.md: make bench ROWS="feeds reading".
bench: $(VENV)/test
	$(BIN)/python -m bench $(ROWS)

# Known vulnerabilities of the pinned versions, as PyPI's database has them.
pip-audit:
	python3 -m venv var/pip-audit
	var/pip-audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	var/pip-audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt

# Renews the pinned versions from the ranges in pyproject.toml.
constraints:
	rm -rf var/constraints && python3 -m venv var/constraints
	var/constraints/bin/pip install --quiet -e '.[test]'
	var/constraints/bin/pip freeze --exclude-editable > constraints.txt
	rm -rf var/constraints

clean:
	rm -rf $(VENV) tests/node_modules dist

$(VENV)/run: pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/test: pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/run

tests/node_modules/.ready: tests/package.json tests/package-lock.json $(VENV)/test
	cd tests && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --no-audit --no-fund
	@touch $@
