# One command each: `make demo`, `make test`. Everything else is listed by `make help`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PHOTOS = $(shell $(BIN)/python -c "import pathlib, skimage; print(pathlib.Path(skimage.__file__).parent / 'data')")
DEMO := astronaut.png chelsea.png coffee.png rocket.jpg retina.jpg motorcycle_left.png ihc.png camera.png

.PHONY: help demo test check format docs browser bench slow intervals thumbs clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The environment is made when absent or not Python 3.11+, and filled anew when the needs change.
.venv/core: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "recoup needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	@touch $@

# PyTorch first and alone: asked for by another package it may come with several GB of CUDA.
.venv/dev: .venv/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: .venv/core  ## Compare codecs on real photographs and write a report
	@mkdir -p demo-photos && cp $(addprefix $(PHOTOS)/,$(DEMO)) demo-photos
	$(BIN)/recoup compare demo-photos --out demo-report
	@echo "Open demo-report/report.html in a browser."

test: .venv/dev browser  ## Run every test (documentation included)
	$(BIN)/python -m pytest -q

check: .venv/dev browser  ## Format, lint, types, layers, tests, documentation
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q --cov --cov-report=term:skip-covered

format: .venv/dev  ## Format the code, write the command reference anew
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/python docs/reference.py

slow: .venv/dev  ## Tests that take minutes
	$(BIN)/python -m pytest -q -m slow

intervals: .venv/dev  ## How often the intervals of BD-rates cover the truth: 1,000 trials each
	$(BIN)/python -m pytest -q -s -m slow tests/analysis/test_coverage.py

# A script that needs pictures or a peer prints its usage and ends with 2.
bench: .venv/dev  ## Every benchmark that needs nothing; see benchmarks/README.md for what each shows
	for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || [ $$? = 2 ] || exit 1; done

thumbs: .venv/core  ## What shipped weights were trained on, out of the sets (docs/data.md)
	$(BIN)/python -c 'from recoup.datasets.trained_on import make; make()'

# Tests drive Chromium and compare with others' programs: install what is missing where that can be
# done, else those tests skip and say so.
PROGRAMS := chromium:chromium cjpeg:libjpeg-turbo-progs webpinfo:webp opj_dump:libopenjp2-tools \
  vips:libvips-tools exiftool:libimage-exiftool-perl
browser:
	@missing=$$(for one in $(PROGRAMS); do command -v $${one%:*} >/dev/null || echo $${one#*:}; done); \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $$missing >/dev/null; } || \
	  echo "not installed, so that tests with them are skipped: $$missing"

clean:  ## Remove the environment and everything made
	rm -rf .venv demo-photos demo-report build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
