# make demo    audits the worked examples       make lock     pins every package again
# make test    passes every check               make help     lists the rest
#
# On a fresh machine this needs Python 3.11 or newer (with venv and pip) and make; nothing else by hand.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Not from an index: the backend comes from the lock (hatchling, editables), so nothing is built in isolation.
INSTALL_PROJECT := $(PIP) install --quiet --no-deps --no-build-isolation --editable .
# One lock for every platform; no host names, no comments that would name a machine.
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --upgrade \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml -
BUILD_TOOLS := 'hatchling>=1.27\neditables>=0.5\n'

.DEFAULT_GOAL := help
.PHONY: help demo test lock format docs messages benchmark-speed benchmark-validity benchmark-feedback benchmark-fuzz benchmark-intake clean

help:
	@echo "make demo     set up .venv, fetch the example data, audit the worked examples"
	@echo "make test     format, lint, types, import contracts, tests, coverage; each stops on failure"
	@echo "make format   format the code and mend what the linter can mend"
	@echo "make docs     write docs/reference/ again"
	@echo "make messages gather the messages of reports, and update every translation"
	@echo "make lock     pin every package again (needs uv)"
	@echo "make benchmark-validity  audit made worlds with known truth, and count how often audits are right (about an hour)"
	@echo "make benchmark-speed   measure how long audits take, beside other tools (about half an hour)"
	@echo "make benchmark-intake  measure how fast files are read, and what memory a file of 2 GB needs (about ten minutes)"
	@echo "make benchmark-feedback  measure how fast the feedback loop is played (about five minutes)"
	@echo "make benchmark-fuzz  break 100,000 audits: each must end in a valid report or a plain error (an hour or two)"
	@echo "make clean    remove .venv and everything that tools leave behind"

demo: $(VENV)/runtime.stamp
	@$(BIN)/python -m auditkit demo

test: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy docs/generate.py
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses auto --dist loadfile --cov --cov-report= --cov-fail-under=0
	$(BIN)/coverage report --skip-covered --show-missing
	$(BIN)/coverage report --show-missing --include='*/auditkit/statistics/*,*/auditkit/judge/*' --fail-under=100

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/dev.stamp
	$(BIN)/python docs/generate.py

messages: $(VENV)/runtime.stamp
	$(BIN)/python -m auditkit translate

benchmark-speed: $(VENV)/runtime.stamp
	$(BIN)/python -m benchmarks.speed

benchmark-validity: $(VENV)/runtime.stamp
	$(BIN)/python -m benchmarks.validity

benchmark-intake: $(VENV)/runtime.stamp
	$(BIN)/python -m benchmarks.intake

benchmark-feedback: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.feedback

benchmark-fuzz: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.fuzz

lock:
	printf $(BUILD_TOOLS) | $(COMPILE) --output-file requirements.lock
	printf $(BUILD_TOOLS) | $(COMPILE) --extra dev --constraints requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist audits .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp stands for a finished installation, so that the second time takes seconds.
$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "auditkit needs Python 3.11 or newer: make PYTHON=python3.12 demo" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runtime.stamp: requirements.lock pyproject.toml $(VENV)/made.stamp
	@echo "Installing what auditkit needs; the first time takes a minute or two ..."
	$(PIP) install --quiet --require-hashes --requirement requirements.lock
	$(INSTALL_PROJECT)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml $(VENV)/made.stamp
	@echo "Installing what the tests need; the first time takes a few minutes ..."
	$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	$(INSTALL_PROJECT)
	@touch $@
