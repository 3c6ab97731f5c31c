# Every job of the project by one name. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run run-branch test lint types contract check screenshots bench bench-dispatch bench-forecast bench-sync soak soak-calls soak-sync soak-wall lock clean
PYTHON := .venv/bin/python
SECONDS ?= 60
SEED ?= 1

help: ## list these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## make .venv with everything pinned; asks for root only when a system package is missing
	@scripts/setup.sh

run: setup ## open the greeter's desk on a demo branch
	@.venv/bin/lobby greeter --demo

# Two workers: the smallest machine that it must fit in ten minutes on has two cores.
test: setup ## run the whole suite
	@$(PYTHON) -m pytest -n 2 --dist worksteal

lint: setup ## style and common mistakes
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: setup ## strict types
	@.venv/bin/mypy

contract: setup ## who may import whom
	@.venv/bin/lint-imports

check: lint types contract test ## everything CI asks

screenshots: setup ## render every window and state to build/screenshots
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -m tests.screens.render build/screenshots

bench: setup ## measure; writes build/bench.json
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -m tests.bench build/bench.json

bench-dispatch: setup ## calling rules on simulated days; writes docs/dispatch-measurements.md
	@$(PYTHON) -m tests.simulation.dispatch docs/dispatch-measurements.md $(SEED)

bench-forecast: setup ## goals of forecast and calling rule, against truth; takes three minutes
	@$(PYTHON) -m tests.simulation.goals $(SEED)

bench-sync: setup ## replication beside its limits; writes build/bench-sync.json
	@$(PYTHON) -m tests.bench.sync build/bench-sync.json

soak: setup ## kill real desks: make soak SECONDS=600 SEED=1
	@$(PYTHON) -m tests.soak.soak --seconds $(SECONDS) --seed $(SEED)

soak-calls: setup ## twenty processes call 10,000 tickets
	@$(PYTHON) -m tests.soak.calls

soak-sync: setup ## break a branch of desks and its centre: make soak-sync SECONDS=3600 SEED=1
	@$(PYTHON) -m tests.soak.sync --seconds $(SECONDS) --seed $(SEED)

soak-wall: setup ## hang a wall for 24 hours, twelve times as fast
	@$(PYTHON) -m tests.soak.wall

run-branch: setup ## two greeters, a counter and a wall on one central database, with a line to cut
	@.venv/bin/lobby demo --network

lock: setup ## pin again from pyproject.toml
	@scripts/lock.sh

clean: ## forget the environment and everything built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
