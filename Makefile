# Everything a person types. `make run` and `make test` are the two commands of the README.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help install run test check eval bench lock clean
help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP)  ## make .venv with the locked packages
$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

run: install  ## install, seed the demo company if there is none, serve at port 3002
	$(BIN)/lifecycle serve

test: install  ## all tests
	$(BIN)/python -m pytest

check: install  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: install  ## the scoreboard, offline
	$(BIN)/lifecycle eval

bench: install  ## times beside a baseline of the same run
	$(BIN)/python -m evals.bench

lock:  ## resolve requirements.in into requirements.lock (needs uv)
	uv pip compile --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements.in -o requirements.lock

clean:  ## remove the environment and the demo store
	rm -rf $(VENV) data
