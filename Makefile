# Everything runs in a virtual environment of its own, from the exact versions and hashes in requirements/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
LOCK = $(PIP) --require-hashes --requirement
SELF = $(PIP) --no-deps --no-build-isolation --editable .

.PHONY: demo test slow clients bench lint format snapshots validation messages lock clean

demo: $(VENV)/run ## calibrate a virtual analyzer, from the first reading to the certificate
	@$(BIN)/benchtui demo --out demo

test: $(VENV)/test ## the tests that take seconds
	@$(BIN)/pytest -n 4 --dist worksteal -m "not slow and not client"

slow: $(VENV)/test ## the tests that take minutes
	@$(BIN)/pytest -n 4 --dist worksteal -m "slow and not client"

clients: $(VENV)/dev ## third-party instrument drivers against the virtual bench
	@$(BIN)/pytest -m client

bench: $(VENV)/test ## speed, as ratios to a floor or a peer measured in the same run
	@$(BIN)/python -m benchmarks

lint: $(VENV)/dev ## form, types, and who may import whom
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

snapshots: $(VENV)/test ## draw the pictures of the screens anew; look at them before you commit them
	@$(BIN)/pytest tests/screens -n 2 --snapshot-update

validation: $(VENV)/run ## recompute docs/validation.md
	@$(BIN)/benchtui validate --markdown > docs/validation.md

messages: $(VENV)/test ## collect the messages of the program and compile the catalogues
	@$(BIN)/python tools/messages.py

lock: ## resolve all versions anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group build --output-file requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group build --group test --output-file requirements/test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group build --group test --group clients --group lint --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) demo

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@$(LOCK) requirements/run.txt
	@$(SELF)
	@touch $@

$(VENV)/test: requirements/test.txt pyproject.toml | $(VENV)/bin/python
	@$(LOCK) requirements/test.txt
	@$(SELF)
	@touch $@ $(VENV)/run

$(VENV)/dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@$(LOCK) requirements/dev.txt
	@$(SELF)
	@touch $@ $(VENV)/test $(VENV)/run
