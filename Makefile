# Two commands do everything: `make demo` and `make test`. Both set up what they need first.
# On Windows, without make: py -3.11 -m venv .venv && .venv\Scripts\python -m pip install --require-hashes -r requirements.lock,
# then .venv\Scripts\python -m villagefp demo, and .venv\Scripts\python -m pytest.

PYTHON ?= python3
PY := .venv/bin/python
OUT ?= demo-out
SEEDS ?= 300
FIRST ?= 0
MINUTES ?= 20
SEED ?=
export QT_QPA_PLATFORM ?= $(if $(DISPLAY),,offscreen)

.PHONY: demo run test check processes bench lock setup prepare golden soak soak-planted

demo: setup  ## the main job on real input: import, visits, sheets; pictures and PDFs are in $(OUT)
	$(PY) -m villagefp demo --headless --out $(OUT)

run: setup  ## the window
	$(PY) -m villagefp

test: .venv/ready-for-tests setup  ## the whole suite
	$(PY) -m pytest -n 2 --dist loadfile

check: setup  ## format, lint, types, imports, translations: the same by hand and in CI
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m villagefp prepare --check

processes: .venv/ready-for-tests setup  ## the exchange by real processes under faults, for MINUTES (20) from SEED
	$(PY) -m tests.processes $(MINUTES) $(SEED)

bench: .venv/ready-for-tests setup  ## measure the budgets; JSON on standard output
	$(PY) -m tests.benchmarks

soak: .venv/ready-for-tests setup  ## the simulated exchange: SEEDS seeds from FIRST on, and how to replay the first that fails
	$(PY) -m tests.sync.simulation.soak --seeds $(SEEDS) --first $(FIRST)

soak-planted: .venv/ready-for-tests setup  ## each bug planted into the exchange, and the first of SEEDS seeds that finds it
	$(PY) -m tests.sync.simulation.soak --planted --seeds $(SEEDS)

golden: setup  ## render every sheet and a contact sheet of them, to look at before accepting
	$(PY) -m tests.printing.contact_sheet $(OUT)

lock: .venv/ready  ## pin all dependencies for every platform, with hashes, naming no index
	$(PY) -m pip install --quiet uv
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate -o requirements.lock pyproject.toml

setup: prepare

# Bytecode as an installed program has it: where Python is told to write none, each start would compile 270 files anew.
prepare: .venv/ready
	$(PY) -m compileall -q villagefp tests
	$(PY) -m villagefp prepare

.venv/ready-for-tests: requirements.lock .ci/setup
	PYTHON=$(PYTHON) .ci/setup tests
	touch .venv/ready $@

.venv/ready: requirements.lock .ci/setup
	PYTHON=$(PYTHON) .ci/setup
	touch $@
