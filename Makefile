# Forbear's commands. `make` alone lists them; each works on a fresh Debian 12 and builds what it needs first.

PYTHON ?= python3
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test needs check static house fix bench rehearse-long docs screenshots lock

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Make the environment in .venv with the locked packages that a running desk needs
	@$(PYTHON) tools/setup.py run

setup-dev:
	@$(PYTHON) tools/setup.py dev

run: setup ## Start the site and its worker on a small made-up loan book (PORT, FORBEAR_HOME, DATABASE_URL)
	@FORBEAR_DEV=$${FORBEAR_DEV:-1} exec $(BIN)/forbear run

test: setup-dev needs static ## Everything: the checks, then all tests (installs Chromium and PostgreSQL on Debian)
	@$(BIN)/python -m pytest -n 2 --dist worksteal

needs:
	@$(PYTHON) tools/test_needs.py

check: setup-dev static house ## Formatting, lint, types, import directions, migrations, the house rules

static:
	@$(BIN)/python tools/check.py

house:
	@$(BIN)/python -m pytest tests/house

fix: setup-dev ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-dev ## Measure what the documents claim, on this machine, and write docs/figures.md
	@$(BIN)/python tools/bench.py

rehearse-long: setup-dev needs ## Every test by chance, the attacks for hours: more kills, flips and games
	@FORBEAR_LONG=1 $(BIN)/python -m pytest -o faulthandler_timeout=0

docs: setup-dev ## Write the generated pages of docs/ anew
	@$(BIN)/python tools/docs.py

screenshots: setup-dev needs ## Take the pictures of both sites in docs/pictures anew
	@$(BIN)/python tools/screenshots.py

lock: ## Write requirements/run.txt and dev.txt anew from pyproject.toml (needs uv)
	@$(PYTHON) tools/lock.py
