# Two commands do everything on a fresh machine with Python 3.11 or newer and make:
#   make demo   crawl the bundled sample portals, publish, serve
#   make test   run the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_VERSION := 26.3
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
# pywb replays the archive in tests; it cannot share an environment with Scrapy.
REPLAY := .venv-replay
PYWB := $(REPLAY)/.installed

.PHONY: demo test check format eval bench torture lock metadata clean

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "nianbao needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "pip==$(PIP_VERSION)"

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@ $(RUN)

$(PYWB): constraints-replay.txt | $(BIN)/python
	$(PYTHON) -m venv $(REPLAY)
	$(REPLAY)/bin/python -m pip install --quiet "pip==$(PIP_VERSION)"
	$(REPLAY)/bin/python -m pip install --quiet -r constraints-replay.txt \
	  || echo "pywb cannot be installed here: tests that replay with it are skipped"
	@touch $@

demo: $(RUN)
	$(BIN)/nianbao demo

test: $(DEV) $(PYWB)
	NIANBAO_PYWB=$(CURDIR)/$(REPLAY)/bin/wayback $(BIN)/python -m pytest -n 2 -q

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Share of cells read exactly; the floors in tests/eval/floors.json only rise.
eval: $(DEV)
	$(BIN)/python -m tests.eval.gate

bench: $(DEV)
	$(BIN)/python -m benchmarks.extract
	$(BIN)/python -m benchmarks.crawl

# 100 kills and 20 full disks, some minutes; the last table is in docs/reliability.md.
torture: $(DEV)
	NIANBAO_LONG=1 $(BIN)/python -m tests.torture

# What the pinned versions are is decided here and nowhere else.
lock: $(DEV)
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager -e '.[dev]'
	{ head -2 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable; } > constraints.new
	mv constraints.new constraints.txt

metadata: $(RUN)
	$(BIN)/nianbao metadata > datasette-metadata.json
	$(BIN)/nianbao metadata --docs > docs/data-dictionary.md

clean:
	rm -rf $(VENV) $(REPLAY)
