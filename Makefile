# Every command works from a fresh clone: the first one installs what is needed (see tools/bootstrap.py).
# One command a line, without shell syntax around `run`: make must be its parent (see assistant/server/run.py).

PYTHON3 ?= python3
PY = .venv/bin/python
# Two processes: the machines that test have two cores. A file's tests stay together, they share what they start.
TWO = -n 2 --dist loadfile
export RASA_TELEMETRY_ENABLED = false
export TF_CPP_MIN_LOG_LEVEL = 3
.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help run run-scaled test test-all test-scaled train validate bench bench-channels chaos capacity eval eval-public shell backup restore sbom audit check-launch format clean bootstrap checks browser servers

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: bootstrap ## start everything; the first time installs and trains; Ctrl-C stops
	@$(PY) -m assistant.server.run --stop-with-parent

run-scaled: bootstrap servers ## the same with two assistants behind nginx, PostgreSQL and Redis (Debian's packages)
	@$(PY) -m assistant.server.scaled --stop-with-parent

test: checks browser servers ## every check that .ci/run makes
	$(PY) -m pytest $(TWO) -m "not long"

test-all: checks browser servers ## the same with the long tests
	$(PY) -m pytest $(TWO)

test-scaled: checks browser servers ## the same as test-all, with PostgreSQL and Redis below all that is started
	$(PY) -m tests.scaled $(TWO)

train: bootstrap ## train a model, unless there is one of these data
	@$(PY) -m assistant.server.train

validate: bootstrap ## check data and answers
	$(PY) -m quality

sbom: bootstrap ## list what the servers run (CycloneDX): sbom.cdx.json
	@$(PYTHON3) tools/supply_chain.py sbom

audit: bootstrap ## ask for known weaknesses of the locked packages (needs pypi.org; see docs/advisories.md)
	@$(PYTHON3) tools/supply_chain.py audit

check-launch: bootstrap ## what a person must still do before going live
	@$(PY) -m quality.launch

bench: bootstrap train ## measure speed beside a stock Rasa, write docs/benchmarks.md
	$(PY) -m bench

bench-channels: bootstrap train ## measure WhatsApp under load, the widget on a bad line, the console's pages
	$(PY) -m bench.channels

chaos: bootstrap train servers ## break what can break while people talk, write docs/reliability.md (a quarter of an hour)
	$(PY) -m chaos

capacity: bootstrap train servers ## measure one and two assistants, simulate a national peak, write docs/capacity.md
	$(PY) -m chaos.capacity

eval: bootstrap train ## measure understanding, write docs/scorecard.md
	$(PY) -m evaluation

eval-public: bootstrap train ## the same on a public benchmark: make eval-public DATA=<folder>
	$(PY) -m evaluation.public "$(DATA)"

backup: bootstrap ## everything people and staff wrote, in a file: make backup TO=<folder>
	@$(PY) -m assistant.backup.make "$(TO)"

restore: bootstrap ## put a backup back: make restore FILE=<file>
	@$(PY) -m assistant.backup.restore "$(FILE)" $(if $(REPLACE),--replace) $(if $(WITHOUT_LOG),--without-erased-log)

shell: bootstrap train ## talk in the terminal
	@$(PY) -m assistant.shell

format: bootstrap ## bring the code into the house style
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean: ## remove models and caches; var/ (conversations, keys) and .venv/ stay
	rm -rf models/*.tar.gz models/*.sha256 models/.training .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -not -path './.uv/*' -prune -exec rm -rf {} +

checks: bootstrap
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	@$(PY) -m assistant.server.train
	$(PY) -m quality

browser:
	@$(PYTHON3) tools/browser.py

servers:
	@$(PYTHON3) tools/servers.py

bootstrap:
	@command -v $(PYTHON3) >/dev/null || { echo "STOPPED  No $(PYTHON3) here. Install Python 3 (Debian: apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 8))' || { echo "STOPPED  $(PYTHON3) is older than 3.8. Name a newer one: make PYTHON3=/path/to/python3" >&2; exit 1; }
	@$(PYTHON3) tools/bootstrap.py
