# Every target sets up what it needs. Python 3.11+ and make are all that must be there first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml

.PHONY: install demo test test-all lint docs bench clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: $(BIN)/python $(SOURCES)
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/installed-demo: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[demo]'
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[test]'
	touch $@

$(VENV)/installed-browser: $(VENV)/installed-test
	$(BIN)/pip install --quiet --editable '.[browser]'
	touch $@

install: $(VENV)/installed  ## leaves .venv/bin/alemtuzumab-cds

demo: $(VENV)/installed-demo  ## a FHIR server, its sandbox patients, the service, and the cards; ONCE=1 ends after printing
	$(BIN)/alemtuzumab-cds demo $(if $(ONCE),--once)

test: $(VENV)/installed-test  ## every test that needs pip alone
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -m "not slow" -n auto

test-all: test $(VENV)/installed-browser  ## also what needs a browser, Node or PostgreSQL; says what it could not run
	bash tests/needs.sh
	$(BIN)/python -m pytest -m slow -rfEs

lint: $(VENV)/installed-test
	$(BIN)/ruff check . --fix

docs: $(VENV)/installed-test  ## writes the generated pages
	$(BIN)/alemtuzumab-cds rules --write docs/rules.md

bench: $(VENV)/installed  ## every row of docs/performance.md; ONLY=http measures one
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

clean:
	rm -rf $(VENV) .venv-bench build *.egg-info
