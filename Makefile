# fiducial: `make demo` and `make test` are all that a fresh machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LEARN := .venv-learn
LEARN_STAMP := $(LEARN)/.installed
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: demo slow test lint types unit learn prove bench bench-learn bench-serve docs-pictures docs-conditions docs-heads clean help

help:
	@echo "make demo    phantom hospitals with four hidden faults, and a report (demo/)"
	@echo "make test    tests, linters, types, layering; what learns runs in .venv-learn, which has torch"
	@echo "make prove   the long proofs; writes their tables to docs/"
	@echo "make slow    what needs torch: the demo's networks are trained again (.venv-learn)"
	@echo "make bench   our speed against the peers'; writes docs/benchmarks.md"

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	$(BIN)/fiducial demo --out demo

$(LEARN_STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(LEARN)
	$(LEARN)/bin/pip --disable-pip-version-check --quiet install --constraint constraints.txt --editable '.[dev,learn]'
	@touch $@

test: lint types unit learn

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(LEARN_STAMP)
	$(LEARN)/bin/mypy

unit: $(STAMP)
	$(BIN)/python -m pytest

learn: $(LEARN_STAMP)
	$(LEARN)/bin/python -m pytest tests/learn tests/test_house.py

slow: $(LEARN_STAMP)
	$(LEARN)/bin/python -m pytest -m slow -n 0

prove: $(STAMP) $(LEARN_STAMP)
	$(BIN)/python -m proofs.run docs/proofs.md
	$(BIN)/python -m proofs.duplicates docs/proofs-duplicates.md
	$(BIN)/python -m proofs.planted_faults docs/planted-faults.md
	$(BIN)/python -m proofs.metric docs/proofs-metric.md
	$(BIN)/python -m proofs.readers docs/proofs-readers.md
	$(BIN)/python -m proofs.labels docs/proofs-labels.md
	$(BIN)/python -m proofs.detection docs/proofs-detection.md
	$(BIN)/python -m proofs.alignment docs/align-proofs.md docs/align-thresholds.md
	$(BIN)/python -m proofs.relevance docs/proofs-relevance.md
	$(BIN)/python -m proofs.large_graph docs/proofs-large-graph.md
	$(BIN)/python -m proofs.queue_kills docs/proofs-queue.md
	$(BIN)/python -m proofs.serve_soak docs/proofs-serve-soak.md
	$(BIN)/python -m proofs.api docs/proofs-api.md
	$(BIN)/python -m proofs.serve_faults docs/proofs-serve.md
	$(LEARN)/bin/python -m proofs.learn_hospitals docs/proofs-learn-hospitals.md
	$(LEARN)/bin/python -m proofs.learn_nih docs/proofs-learn-nih.md
	$(LEARN)/bin/python -m proofs.ich docs/proofs-ich.md
	$(LEARN)/bin/python -m proofs.selfsup docs/proofs-selfsup.md

bench-serve: $(STAMP) $(LEARN_STAMP)
	$(BIN)/python -m benchmarks.serve docs/benchmarks-serve.md

bench: $(STAMP)
	$(BIN)/python -m benchmarks.run docs/benchmarks.md

bench-learn: $(LEARN_STAMP)
	$(LEARN)/bin/python -m benchmarks.learn docs/benchmarks-learn.md

docs-pictures: $(STAMP)
	$(BIN)/python -m docs.pictures

docs-conditions: $(STAMP)
	$(BIN)/python -m docs.pictures_of_conditions

docs-heads: $(STAMP)
	$(BIN)/python -m docs.pictures_of_heads

clean:
	rm -rf $(VENV) $(LEARN) demo report .pytest_cache .mypy_cache .ruff_cache .hypothesis
