# Each target sets up what it needs, in .venv; nothing but Python 3.11, make and a package index.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
.PHONY: help demo test lint bench bench-corpus wheel browser clean

help:
	@echo "make demo    the whole journey on the built-in sample (about 2 minutes the first time)"
	@echo "make test    every test, with a real Label Studio and a real browser (about half an hour)"
	@echo "make lint    style and types"
	@echo "make bench   ratios against peers; make bench-corpus: those that take a quarter of an hour"
	@echo "make wheel   the wheel, tried in a bare environment"

demo: .venv/ready
	$(BIN)/wirecopy demo wirecopy-demo

test: .venv/ready browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready
	$(BIN)/python benchmarks/startup.py

bench-corpus: .venv/ready
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group peers
	$(BIN)/python -m benchmarks.corpus --steps
	$(BIN)/python -m benchmarks.corpus --scale
	$(BIN)/python -m benchmarks.alignment

wheel: .venv/ready
	$(BIN)/python -m build --wheel --no-isolation --outdir dist
	sh tests/smoke.sh $(BIN)/uv $(BIN)/python

.venv/ready: pyproject.toml requirements.lock
	@echo "== setting up .venv (once, about a minute)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.lock)"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

browser: .venv/ready
	@echo "== looking for a Chromium and a PostgreSQL for the tests"
	@sh tests/system.sh $(BIN)/playwright

clean:
	rm -rf .venv dist build wirecopy-demo
