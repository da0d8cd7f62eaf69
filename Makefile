# seqbench: `make bench` runs the main job, `make test` the tests. Both set up what they need.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SEQBENCH := $(BIN)/python -m seqbench
PYTEST := $(BIN)/python -m pytest
# Sessions of pytest side by side: one more than two CPUs, as tests wait for browsers and processes.
PARALLEL = --numprocesses $(JOBS) --dist worksteal
STAMP := $(VENV)/.ready-$(shell cat requirements/dev.txt requirements/build.txt requirements/node.txt pyproject.toml seqbench/runtimes/browser/page/package-lock.json 2>/dev/null | cksum | cut -d' ' -f1)
JAX_VENV := .venv-jax
JAX_STAMP := $(JAX_VENV)/.ready-$(shell cat requirements/jax.txt requirements/build.txt pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)
# No hash: which file pip takes (with CUDA or without) depends on the index that it is told to use.
TORCH := 2.13.0

JOBS ?= 3
SCENARIO ?=
DEVICE ?=
TARGET ?=
RUNTIME ?=
OUT ?=
MODEL ?=
TO ?=
RUN ?= $(shell ls -dt results/*/run.json 2>/dev/null | head -1 | xargs -r dirname)
options = $(if $(DEVICE),--device $(DEVICE)) $(if $(TARGET),--target $(TARGET)) $(if $(RUNTIME),--runtime $(RUNTIME)) $(if $(OUT),--out $(OUT))

.PHONY: help setup setup-jax setup-torch bench bench-full export report coverage architectures speed sizes fidelity backends faults comparison test test-quick check format lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14
	@echo
	@echo "make bench SCENARIO=digits_cnn DEVICE=cpu RUNTIME=onnxruntime OUT=results/mine"
	@echo "make export MODEL=my.keras TO=onnx,tflite OUT=dist"

setup: $(STAMP) ## Make .venv, fetch TF.js, find or install a browser; once

$(STAMP): requirements/dev.txt requirements/build.txt requirements/node.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "CPython 3.11 to 3.13 is needed: make PYTHON=... $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setup: the Python packages into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --quiet --require-hashes -r requirements/build.txt
	@$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes \
		requirements/dev.txt requirements/build.txt \
		$$(command -v npm >/dev/null || echo requirements/node.txt)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(SEQBENCH) setup
	@rm -f $(VENV)/.ready-*
	@touch $@

setup-jax: $(JAX_STAMP) ## Make .venv-jax, which has jax and no TensorFlow

$(JAX_STAMP): $(STAMP) requirements/jax.txt
	@echo "setup: jax without TensorFlow into $(JAX_VENV)"
	@$(UV) venv --quiet --clear --python $(BIN)/python $(JAX_VENV)
	@$(UV) pip sync --quiet --python $(JAX_VENV)/bin/python --require-hashes \
		requirements/jax.txt requirements/build.txt
	@$(UV) pip install --quiet --python $(JAX_VENV)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

setup-torch: $(STAMP) ## Add PyTorch to .venv, from the index that pip is told to use
	@$(BIN)/python -c 'import importlib.metadata as m, sys; sys.exit(not m.version("torch").startswith("$(TORCH)"))' 2>/dev/null \
		|| { echo "setup: torch into $(VENV)"; $(BIN)/pip install --quiet torch==$(TORCH); }

bench: setup ## Run the main job: all scenarios, quick profile; ends with a table and the report's path
	@$(SEQBENCH) run $(SCENARIO) --quick $(options)

bench-full: setup ## The same with ten times the time for each measurement
	@$(SEQBENCH) run $(SCENARIO) --full $(options)

export: setup ## Export and verify MODEL=... TO=... OUT=...
	@$(SEQBENCH) export $(MODEL) $(if $(TO),--target $(TO)) $(if $(OUT),--out $(OUT))

report: setup ## Write the report of RUN=... again (the latest run by default)
	@$(SEQBENCH) report $(RUN)

coverage: setup ## Export every layer of Keras to every target and verify it; long
	@$(BIN)/python -m studies.layers $(if $(OUT),--out $(OUT))

architectures: setup ## Export published architectures to every target and verify them; long
	@$(BIN)/python -m studies.architectures results/architectures.md

speed: setup ## Time an export of six models against two yardsticks; long
	@$(BIN)/python -m studies.speed results/speed.md

sizes: setup ## Hold the CPU time and memory of exports of growing models against Keras's; long
	@$(BIN)/python -m studies.sizes results/sizes.md

fidelity: setup ## Hold our medians against the runtimes' own timers
	@$(BIN)/python -m studies.fidelity results/fidelity.md

backends: setup setup-torch ## Train and time three scenarios on every back end of Keras
	@$(BIN)/python -m studies.backends results/backends.md

faults: setup ## Inject faults into exports and count what the verdict catches; long
	@$(BIN)/python -m studies.faults results/faults.md

comparison: setup ## Count what seqbench ab and two others say of pairs that are and are not the same; long
	@$(BIN)/python -m studies.comparison results/comparison.md

test: setup setup-jax setup-torch ## Run all tests: those that hold times alone, then the others
	$(PYTEST) --durations 10 -m timing $$(grep -rl --include='*.py' 'mark\.timing' tests)
	$(PYTEST) --durations 10 -m "not timing" $(PARALLEL)

test-quick: setup ## Run the tests that take seconds
	$(PYTEST) -m "not slow and not browser and not timing" $(PARALLEL)

check: setup ## Formatting, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup ## Resolve the requirements anew
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev --extra tensorflow --extra jax --extra tpu --extra gpu pyproject.toml -o requirements/dev.txt
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra jax --constraints requirements/dev.txt pyproject.toml -o requirements/jax.txt
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/build.in -o requirements/build.txt
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/node.in -o requirements/node.txt

clean: ## Remove .venv and what tools have cached; results stay
	rm -rf $(VENV) $(JAX_VENV) .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
