# The tasks of this project. `make setup` needs Python 3.11 and, for the tests, npm and Debian's chromium-headless-shell or chromium.
.PHONY: setup demo check format test soak bench pictures lock clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ARGS ?=
DATABASES ?= --draw-databases
# Many processes are started: none of them should compile the code again.
export PYTHONDONTWRITEBYTECODE =
export XDG_RUNTIME_DIR ?= $(CURDIR)/.venv/run

setup: .venv/ready

.venv/ready: pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	mkdir -p .venv/run && chmod 700 .venv/run
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch .venv/ready

demo: setup
	$(BIN)/bookbag demo $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup
	$(MAKE) --no-print-directory --jobs=2 check .venv/collected
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --equal-databases $(DATABASES) $(ARGS)

# Once, beside the check, which has work for one core: what pytest makes of the tests is kept, so
# that its workers need not all make it again. What is wrong with a test is told when it runs.
.venv/collected: .venv/ready
	-@$(BIN)/pytest --collect-only -qq > /dev/null
	touch $@

soak: setup
	$(BIN)/pytest -o faulthandler_timeout=0 bench/soak $(ARGS)

bench: setup
	$(BIN)/python -m bench $(ARGS)

pictures: setup
	BOOKBAG_PICTURES=docs/pictures $(BIN)/pytest -q tests/web/test_first_draft.py \
	  tests/web/test_zendesk_sidebar.py tests/web/test_zendesk_save.py $(ARGS)

lock:
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --extra dev --strip-extras \
	  --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info
