# Every target does its own set-up in .venv; no other preparation is needed than Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Each process of the tests reads the bytecode that the first one wrote.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo sample test test-slow proofs proof-later calibration accuracy slow-sql check bench bench-twin simulate bundle docs golden mutants messages clean

help:  ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(STAMP): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed (PYTHON=...)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[kernel,ssh,report,deliver,forecast,bundle,dev]'
	@touch $@

setup: $(STAMP)  ## The virtual environment with pinned packages

demo: $(STAMP)  ## Assess a faulty shop on an embedded OceanBase kernel; artifacts in build/demo/
	$(BIN)/ob-health demo --out build/demo

sample: demo  ## The sample report in docs/sample/ and the pictures of its page one, from a fresh demo
	rm -f docs/sample/report* docs/sample/findings*
	cp build/demo/report_* build/demo/findings_* docs/sample/
	cd docs/sample && whose=$$(ls report_*.en.html | sed 's/^report_//; s/\.en\.html$$//') && \
	sed -i -E "s#(report|findings)(_[^.()]*)?\.(zh-CN|en)\.(html|docx|pdf|xlsx)#\1_$$whose.\3.\4#g" README.md
	$(BIN)/python -m tests.agent.report.page_one_pictures docs/sample docs/images

# On two cores one of three workers mostly waits for a server.
PYTEST := $(BIN)/pytest -n 3 --no-loadscope-reorder

test: $(STAMP)  ## The tests, but for the long proofs: some minutes
	$(PYTEST) --dist loadgroup -m "not slow and not long"

test-slow: $(STAMP)  ## The long proofs: planted faults, hostile names, secrets, clusters, ways of installing
	$(PYTEST) --dist loadfile -m "slow and not long"  # each worker has one of its own

proofs: $(STAMP)  ## More forms of the long proofs: other versions, languages, signals; about a quarter of an hour
	$(PYTEST) --dist loadfile -m long

proof-later: $(STAMP)  ## Faults of statements judged ten minutes and 100,000 statements later: about an hour
	OB_HEALTH_STATEMENTS=100000 $(BIN)/pytest -q -rP tests/integration/test_judged_later.py

calibration: $(STAMP)  ## How often the score's range holds the truth, and how wide it is: some minutes
	$(BIN)/python -m tests.calibration.measure

accuracy: $(STAMP)  ## Recall and precision on seeded faults, and build/accuracy.json: about half an hour; exit 1 below the aims
	$(BIN)/python -m tests.accuracy.measure

slow-sql: $(STAMP)  ## Recall and false alarms of the diagnosis of slow statements, and build/slow-sql.json: some minutes
	$(BIN)/python -m tests.slow_sql.measure

check: $(STAMP)  ## Lint, types, import contracts, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/ob-health checks docs --check
	$(BIN)/python -m tests.proof --check

bench: $(STAMP)  ## Speed and size, and the backtest of forecasts: tables, build/bench.json and build/forecast.json; exit 1 beyond twice a limit or below an aim
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.forecast.backtest

simulate: $(STAMP)  ## Ten years of 200 targets under faults: owed, made, missed, double; exit 1 unless the last two are 0
	$(BIN)/python -m tests.simulation.simulate

bench-twin: $(STAMP)  ## What the twin's verdicts are worth, and build/bench-twin.json: about a quarter of an hour; exit 1 below the aims
	$(BIN)/python -m tests.twin.bench

# The file is for this version of Python and this platform. What is left of an earlier build would get into it.
bundle: $(STAMP)  ## The agent as one file for a machine with Python only, to collect there: dist/ob-health-*.pyz
	rm -rf build/lib build/bdist* && mkdir -p dist
	name=$$($(BIN)/python -c 'import agent, sys, sysconfig as s; print("ob-health", agent.__version__, "py%d.%d" % sys.version_info[:2], s.get_platform(), sep="-")') && \
	$(BIN)/shiv --console-script ob-health --python '/usr/bin/env python3' --preamble deploy/this_python.py --reproducible \
		--output-file dist/$$name.pyz --quiet --disable-pip-version-check --constraint constraints.txt '.[bundle,ssh]' && \
	ls -l dist/$$name.pyz

docs: $(STAMP)  ## Write the generated pages of the catalogue, and the Word template
	$(BIN)/ob-health checks docs
	$(BIN)/python -m tests.proof
	$(BIN)/python -m report_templates.docx_source

golden: $(STAMP)  ## Write the kept words of the report and of all cases anew, after a change that is meant
	$(BIN)/python -m tests.agent.report.golden
	$(BIN)/python -m tests.checks.keep

mutants: $(STAMP)  ## Change the code of ROOM a little (checks; agent/judgement); list the changes that no test sees
	nice -n 10 $(BIN)/python -m tests.mutants $(or $(ROOM),checks) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

messages: $(STAMP)  ## List messages that have no translation
	$(BIN)/python -m tests.messages

clean:  ## Remove what was made
	rm -rf $(VENV) build dist *.egg-info
