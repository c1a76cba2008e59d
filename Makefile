.DEFAULT_GOAL := help
# uv where it is installed and can reach its registry, else a virtual environment and pip: the same commands work on a
# bare machine.
UV := $(shell command -v uv 2>/dev/null)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test check bench claims clean with-pip

help: ## Show this help
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): pyproject.toml uv.lock
ifdef UV
	uv sync --quiet --frozen || $(MAKE) --no-print-directory with-pip
else
	@$(MAKE) --no-print-directory with-pip
endif
	@touch $(READY)

with-pip:
	python3 -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev

demo: $(READY) ## Set up, then design the example
	$(BIN)/denshi design examples/hyperion.toml

test: $(READY) ## Set up, then run all tests
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(READY) ## Lint, types, import directions
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## Time the stages of a design
	$(BIN)/python benchmarks/stages.py
	$(BIN)/python benchmarks/training_search.py
	$(BIN)/python benchmarks/serving_search.py
	$(BIN)/python benchmarks/serving_simulation.py
	$(BIN)/python benchmarks/cables.py
	$(BIN)/python benchmarks/facility.py
	$(BIN)/python benchmarks/energy_peer.py
	$(BIN)/python benchmarks/energy_screen.py
	$(BIN)/python benchmarks/finance.py

claims: $(READY) ## The scoreboard: published claims against what denshi computes
	$(BIN)/denshi validate

clean: ## Remove what the other targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.denshi
