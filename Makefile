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
INTEROP := .interop
# The site in Chromium. What drives it lies in a folder of its own, not in an environment:
# the tests run in .venv and find it behind everything else.
BROWSER := .browser
DRIVER := $(BROWSER)/.installed

.PHONY: demo test test-ocr test-s3 browser check format eval bench torture interop lock metadata clean

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

$(DRIVER): constraints-browser.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --upgrade --target $(BROWSER)/python -r constraints-browser.txt \
	  || echo "Playwright cannot be installed here: tests in a browser are skipped"
	@mkdir -p $(BROWSER) && touch $@

demo: $(RUN)
	$(BIN)/nianbao demo

test: $(DEV) $(PYWB) $(if $(shell command -v chromium),$(DRIVER))
	NIANBAO_BROWSER=$(CURDIR)/$(BROWSER)/python \
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

# Needs some 320 MB more: networks and what runs them.
test-ocr: $(DEV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -c constraints-ocr.txt -e '.[dev,ocr]'
	$(BIN)/python -m pytest -q tests/pipelines/test_ocr.py tests/pipelines/test_ocr_absent.py
	$(BIN)/python -m tests.eval.ocr

# WARC files on an S3 server of the tests' own: some 100 MB more.
test-s3: $(DEV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -c constraints-s3.txt \
	  -e '.[dev,s3]' 'moto[s3]' flask flask-cors
	$(BIN)/python -m pytest -q tests/archive/test_storage.py tests/archive/test_storage_s3.py

# All pages in all views; their pictures are kept in .browser/pictures.
browser: $(DEV) $(DRIVER)
	NIANBAO_BROWSER=$(CURDIR)/$(BROWSER)/python NIANBAO_PICTURES=$(CURDIR)/$(BROWSER)/pictures \
	  $(BIN)/python -m pytest -n 2 -q tests/browser

# Small sizes in some minutes; the sizes of the bars with make bench BENCH=--full.
bench: $(DEV)
	$(BIN)/python -m benchmarks.gather $(BENCH)

# Kills, full disks, fault points, a long frontier: a quarter of an hour. The last tables
# are in docs/reliability.md.
torture: $(DEV)
	NIANBAO_LONG=1 $(BIN)/python -m tests.torture

# Programs that read and write WARC and WACZ files, to read ours and be read by us.
interop: $(DEV) $(PYWB)
	test -x $(INTEROP)/py/bin/python || $(PYTHON) -m venv $(INTEROP)/py
	$(INTEROP)/py/bin/python -m pip install --quiet -r tests/archive/interop/requirements.txt
	mkdir -p $(INTEROP) && cp tests/archive/interop/package.json $(INTEROP)/
	npm install --prefix $(INTEROP) --no-audit --no-fund --silent \
	  || echo "npm is not here: what needs warcio.js is skipped"
	NIANBAO_INTEROP=$(CURDIR)/$(INTEROP) NIANBAO_PYWB=$(CURDIR)/$(REPLAY)/bin/wayback \
	  $(BIN)/python -m pytest -q tests/archive/test_interop.py tests/archive/test_replay_odd.py

# What the pinned versions are is decided here and nowhere else: in an environment of its
# own, since the one beside it may have extras that are pinned elsewhere.
lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --upgrade pip
	.venv-lock/bin/python -m pip install --quiet -e '.[dev,s3]'
	{ head -2 constraints.txt; .venv-lock/bin/python -m pip freeze --exclude-editable; } > constraints.new
	mv constraints.new constraints.txt && rm -rf .venv-lock

metadata: $(RUN)
	$(BIN)/nianbao metadata > datasette-metadata.json
	$(BIN)/nianbao metadata --docs > docs/data-dictionary.md
	$(BIN)/nianbao metadata --questions > docs/questions.md

clean:
	rm -rf $(VENV) $(REPLAY) $(INTEROP) $(BROWSER)

# The site on the newest pre-release of Datasette 1.0, in an environment of its own. It may
# fail: nothing depends on it. -k leaves out what is known to be of 0.65.
NEXT := .venv-next
.PHONY: datasette-next
datasette-next: | $(BIN)/python
	test -x $(NEXT)/bin/python || $(PYTHON) -m venv $(NEXT)
	-$(NEXT)/bin/python -m pip install --quiet -e '.[dev]'
	-$(NEXT)/bin/python -m pip install --quiet --pre --upgrade 'datasette>=1.0a41,<2'
	-$(NEXT)/bin/python -m pytest -q tests/archive/site
