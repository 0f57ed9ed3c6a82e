# srx-issu: everything a developer or an operator runs. 'make' alone lists the targets.
#
# The first call of any target makes .venv from the pinned requirements; later calls cost nothing.
# Nothing is written outside this folder, apart from the package manager's own cache.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# Airflow's processes share the compiled files that the first of them writes.
unexport PYTHONDONTWRITEBYTECODE
# Tests and tools find the virtual environment's programs, and never another one's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport VIRTUAL_ENV
unexport PYTHONPATH
unexport PYTHONHOME

# Every file that is fetched is compared with the hash in requirements*.txt, which name all there is: nothing is
# added by resolving (pip would fetch celery 5.7 for a 'celery[redis]'). What is published as source only is built
# with the hashed setuptools, without an environment of its own, for which a backend would be fetched unseen.
SOURCE_ONLY := ncclient pyeapi
ONLY_HASHED := --require-hashes --no-deps --only-binary :all:
HASHED := $(ONLY_HASHED) $(addprefix --no-binary ,$(SOURCE_ONLY)) --no-build-isolation
# uv installs in seconds what takes pip minutes; pip remains where uv cannot be had.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PIP_INSTALL = $(call INSTALL_WITH,$(BIN)/python,$(1))
INSTALL_WITH = if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --python $(1) $(2) \
	|| { echo "uv could not install; trying pip" >&2; $(1) -m pip install --quiet --disable-pip-version-check $(2); }; \
	else $(1) -m pip install --quiet --disable-pip-version-check $(2); fi

##@ Running it

.PHONY: demo
demo: $(STAMPS)/project ## Upgrade a simulated cluster, start to finish (FAULT=name SPEED=60 APPROVERS=2 ROUTE=icu KEEP=1 TOPOLOGY=file RELEASE=name)
	@$(BIN)/python -m srx_demo $(if $(FAULT),--fault '$(FAULT)') $(if $(SPEED),--speed '$(SPEED)') \
		$(if $(APPROVERS),--approvers '$(APPROVERS)') $(if $(ROUTE),--route '$(ROUTE)') $(if $(KEEP),--keep) \
		$(if $(TOPOLOGY),--topology '$(TOPOLOGY)') $(if $(RELEASE),--release '$(RELEASE)')

.PHONY: demo-campaign
demo-campaign: $(STAMPS)/project ## Upgrade twelve simulated clusters on three sites, in waves (FLEET=mixed SPEED=120 KEEP=1)
	@$(BIN)/python -m srx_demo.campaign $(if $(FLEET),--fleet '$(FLEET)') $(if $(SPEED),--speed '$(SPEED)') $(if $(KEEP),--keep)

.PHONY: up
up: $(STAMPS)/project ## Start PostgreSQL and Airflow here, until Ctrl-C (FILES=folder PORT=number)
	@exec $(BIN)/python -m srx_issu.stack.embedded up $(if $(FILES),--files '$(FILES)') $(if $(PORT),--port '$(PORT)')

.PHONY: down
down: $(STAMPS)/project ## End what 'make up' started
	@$(BIN)/python -m srx_issu.stack.embedded down

.PHONY: status
status: $(STAMPS)/project ## Is it running, and is each component healthy
	@$(BIN)/python -m srx_issu.stack.embedded status

.PHONY: pin-images
pin-images: $(STAMPS)/project ## Ask the registries for the digests of .env's images, and write them there
	@$(BIN)/python -m srx_issu.stack.production pin-images

##@ Checking it

# What starts Airflow or measures this machine (marked 'stack'): one after the other. All else shares both cores.
ON_A_STACK := tests/stack
TESTED = $(BIN)/python -m pytest -p tests.closing_summary --durations=10
FOR_EVERY_CHANGE := -m 'not release'
STACKS_FOR_EVERY_CHANGE := -m 'not release and stack'
BESIDE_FOR_EVERY_CHANGE := -m 'not release and not stack'

.PHONY: check
check: lint files unit ## Format, lint, types, import contracts, operator's files, unit tests, DAG integrity

.PHONY: lint
lint: types style

.PHONY: types
types: $(STAMPS)/dev
	@$(BIN)/mypy

.PHONY: style
style: $(STAMPS)/dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.dead_code

.PHONY: files
files: $(STAMPS)/project ## Every fault of the operator's files: inventory, images, campaigns, policy (FILES=folder)
	@$(BIN)/srx-issu validate $(or $(FILES),include)

.PHONY: unit
unit: $(STAMPS)/dev
	@$(BIN)/python -m pytest -q -n 2 tests/unit tests/stack/airflow/test_dag_integrity.py

.PHONY: test
test: tested-programs ## What every change must pass, in three tiers; with CI=true a skipped test fails it
	@$(MAKE) --no-print-directory -j 2 types style test-units
	@$(MAKE) --no-print-directory -j 3 test-on-stacks test-beside test-rows-beside || { $(SAY_WHAT_FAILED); exit 1; }

.PHONY: test-units
test-units: $(STAMPS)/dev
	@echo "== units, in one process"
	@$(TESTED) -q tests/unit

# Upgrades mostly wait, on stacks and in one process, so the three go side by side, and the stacks, which take
# longest, go first where all want a core; the others' words come when each is over. They are far up by the time
# all have ended: what failed is said once more as the last thing.
SAY_WHAT_FAILED = echo "== failed beside the stacks:"; grep -hE '^(FAILED|ERROR|make|error)|^E   ' $(BESIDE) $(ROWS) | tail -n 60

.PHONY: test-on-stacks
test-on-stacks: $(STAMPS)/dev
	@echo "== on stacks: what only a scheduler, Celery or a browser can show"
	@$(TESTED) $(STACKS_FOR_EVERY_CHANGE) $(ON_A_STACK)

# Not $(MAKE) itself: a dry run ('make -n test') would carry the line out, over the log of a running one.
THIS_MAKE := $(MAKE)
BESIDE := build/tests-beside.log
ROWS := build/tests-rows.log

# $(1) = target, $(2) = file for what it says.
define aside
	@mkdir -p $(dir $(2))
	@MAKEFLAGS= nice -n 5 $(THIS_MAKE) --no-print-directory $(1) > $(2) 2>&1 || status=$$?; cat $(2); exit $${status:-0}
endef

.PHONY: test-beside
test-beside: $(STAMPS)/dev
	$(call aside,test-without-upgrades,$(BESIDE))

.PHONY: test-rows-beside
test-rows-beside: $(STAMPS)/dev
	$(call aside,test-rows,$(ROWS))

.PHONY: test-without-stack
test-without-stack: test-without-upgrades test-rows ## Of 'make test' what needs no running Airflow

.PHONY: test-without-upgrades
test-without-upgrades: $(STAMPS)/dev
	@echo "== without a stack: nodes, PostgreSQL, properties, a part of the mutants"
	@$(TESTED) -q -n 2 $(FOR_EVERY_CHANGE) $(addprefix --ignore=,tests/unit tests/foreign tests/integration/oneprocess $(ON_A_STACK)) tests
	@MAKEFLAGS= $(THIS_MAKE) --no-print-directory test-foreign
	@echo "== with Airflow's code, without its processes"
	@$(TESTED) -q -n 2 --dist loadfile $(BESIDE_FOR_EVERY_CHANGE) $(ON_A_STACK)

.PHONY: test-rows
test-rows: $(STAMPS)/dev
	@echo "== every row of the failure table, each in one process; half of its time is waiting"
	@$(TESTED) -q -n 4 --maxschedchunk=1 $(FOR_EVERY_CHANGE) tests/integration/oneprocess

# Clients of other people, in an environment of their own. Its installation is a part of what the tier takes.
FOREIGN := $(VENV)/foreign

.PHONY: test-foreign
test-foreign: $(STAMPS)/foreign $(STAMPS)/project ## ncclient, netmiko, PyEZ and NAPALM against the lab, in an environment of their own
	@echo "== clients that were not written here"
	@$(TESTED_ABROAD) $(FOR_EVERY_CHANGE) tests/foreign

# They wait for answers more than they work, file by file.
TESTED_ABROAD = SRX_ISSU_LAB_PYTHON=$(CURDIR)/$(BIN)/python $(FOREIGN)/bin/python -m pytest -p tests.closing_summary \
	--durations=5 -q -n 4 --dist loadfile --confcutdir=tests/foreign

# What each row of the failure table came to, on a stack and in one process: compared at the end.
PLAYED := build/played

.PHONY: test-all
test-all: export SRX_ISSU_PLAYED := $(CURDIR)/$(PLAYED)
test-all: forget-played test ## For a release and at night: 'make test', then everything it leaves out (hours)
	@echo "== what 'make test' leaves out: $$($(BIN)/python -m pytest -q --collect-only -m release tests 2>/dev/null | tail -1)"
	@$(TESTED) -q -n 2 -m release $(addprefix --ignore=,tests/unit tests/foreign $(ON_A_STACK)) tests
	@$(TESTED_ABROAD) -m release tests/foreign
	@$(TESTED) -m release $(ON_A_STACK)
	@$(BIN)/python -m tests.stack.scenarios.played $(PLAYED)/stack $(PLAYED)/oneprocess
	@$(MAKE) test-fuzz

.PHONY: forget-played
forget-played:
	@rm -rf $(PLAYED)

# A machine for CI is made ready; on a person's own nothing is installed unasked.
.PHONY: tested-programs
tested-programs:
	@tools/system-packages $(if $(filter true,$(CI)),install,check)

.PHONY: system-packages
system-packages: ## What 'make test' needs besides Python, with apt-get (CI=true make test does it by itself)
	@tools/system-packages install

.PHONY: check-compose
check-compose: $(STAMPS)/dev ## docker-compose.yaml: specification, secrets, parity with the native layout
	@$(BIN)/python -m pytest -q tests/integration/stack/production/test_compose_file.py tests/integration/stack/production/test_dashboard.py

.PHONY: test-faults
test-faults: $(STAMPS)/dev ## Every row of the failure table on a real scheduler; 'make test' plays them in one process
	@$(TESTED) tests/stack/scenarios/test_every_fault.py

.PHONY: test-fuzz
test-fuzz: $(STAMPS)/dev ## What people do, in any order: random sequences against the send gate (SRX_ISSU_FUZZ=5000)
	@SRX_ISSU_FUZZ=$(or $(SRX_ISSU_FUZZ),5000) $(BIN)/python -m pytest -q -s -n 2 tests/properties/actions

.PHONY: test-mutants
test-mutants: $(STAMPS)/dev ## Each guard of the decision code removed in turn: units and properties must notice
	@$(BIN)/python -m pytest -q -s tests/integration/mutants

.PHONY: test-crashes
test-crashes: $(STAMPS)/dev ## kill -9 for tasks, workers and every component, with upgrades in every phase
	@$(TESTED) tests/stack/scenarios/test_crashes.py

.PHONY: test-distributed
test-distributed: $(STAMPS)/dev ## A campaign on Celery while a worker, a scheduler and a triggerer are killed
	@$(TESTED) -s tests/stack/distributed

.PHONY: bench
bench: $(STAMPS)/project ## What one upgrade costs, at 60 and at 5 times real speed, and a stack that idles (SPEED=60)
	@$(BIN)/python -m srx_demo.bench $(if $(SPEED),--speed '$(SPEED)')

.PHONY: bench-campaign
bench-campaign: $(STAMPS)/project ## A campaign with everything in flight at once (CLUSTERS=50 SPEED=3 TROUBLE=1)
	@$(BIN)/python -m srx_demo.campaign_bench $(if $(CLUSTERS),--clusters '$(CLUSTERS)') $(if $(SPEED),--speed '$(SPEED)') \
		$(if $(TROUBLE),--trouble)

.PHONY: bench-idle
bench-idle: $(STAMPS)/project ## What a stack costs while nothing is to be done, component by component
	@$(BIN)/python -m srx_demo.idle

.PHONY: bench-watch
bench-watch: $(STAMPS)/project ## What one triggerer needs to watch a fleet in mid-ISSU, at real speed (CLUSTERS=1000)
	@$(BIN)/python -m srx_demo.watch_bench $(if $(CLUSTERS),--clusters '$(CLUSTERS)')

.PHONY: bench-plan
bench-plan: $(STAMPS)/project ## What planning a campaign and an audit of a whole inventory costs (CLUSTERS=5000)
	@$(BIN)/python -m srx_demo.plan_bench $(if $(CLUSTERS),--clusters '$(CLUSTERS)')

.PHONY: bench-checks
bench-checks: $(STAMPS)/project ## What looking and judging costs: one cluster, and comparing 100,000 policies
	@$(BIN)/python -m srx_demo.bench_checks

.PHONY: bench-lab
bench-lab: $(STAMPS)/project ## What the simulator can carry
	@$(BIN)/python -m srx_lab bench

##@ Keeping it

.PHONY: install
install: $(STAMPS)/project ## Make .venv with what the software runs on

# UPGRADE= adds or renews hashes and leaves every version as it is. uv writes no address unless it is told to.
UPGRADE ?= --upgrade
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE)

.PHONY: lock
lock: $(STAMPS)/uv ## Resolve requirements*.in anew into requirements*.txt, with hashes (UPGRADE= keeps versions)
	@for name in requirements-uv requirements-build requirements requirements-dev requirements-foreign; do \
		$(LOCK) $$name.in -o $$name.txt; done

.PHONY: pages
pages: $(STAMPS)/dev ## Write schemas, tables of keys, runbook and failure pages anew from the code they tell of
	@$(BIN)/python -m tools

.PHONY: clean
clean: ## Remove what was built or installed; a stack's state (.srx-issu) stays
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage include/*.egg-info
	@find dags include plugins tests tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- installation, one stamp a step ---------------------------------------------------------------

$(STAMPS)/venv:
	@for python in python3 python3.13 python3.12 python3.11; do \
		if $$python -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; \
		then found=$$python; break; fi; done; \
	if [ -z "$${found:-}" ]; then \
		echo "Found no Python 3.11, 3.12 or 3.13 with venv; on Debian, 'make system-packages' installs it." >&2; exit 1; fi; \
	echo "Installing into $(VENV) with $$($$found --version)" >&2; $$found -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

# Not to be had is no fault; to be had with another hash is one.
$(STAMPS)/uv: requirements-uv.txt $(STAMPS)/venv
	@if ! words=$$($(PIP) $(ONLY_HASHED) -r requirements-uv.txt 2>&1); then \
		case "$$words" in *"DO NOT MATCH THE HASHES"*) echo "$$words" >&2; exit 1;; esac; \
		echo "the uv of requirements-uv.txt cannot be had here; pip installs, which takes some minutes" >&2; fi
	@touch $@

$(STAMPS)/build: requirements-build.txt $(STAMPS)/uv
	@$(call PIP_INSTALL,$(ONLY_HASHED) -r requirements-build.txt)
	@touch $@

$(STAMPS)/runtime: requirements.txt $(STAMPS)/build
	@$(call PIP_INSTALL,$(HASHED) -r requirements.txt)
	@touch $@

# The project itself is this folder, which has no hash: it brings no requirement and no build backend along.
$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	@$(call PIP_INSTALL,--no-deps --no-build-isolation --editable .)
	@touch $@

$(STAMPS)/dev: requirements-dev.txt $(STAMPS)/project
	@$(call PIP_INSTALL,$(HASHED) -r requirements.txt -r requirements-dev.txt)
	@touch $@

$(STAMPS)/foreign: requirements-foreign.txt requirements-build.txt $(STAMPS)/build
	@[ -x $(FOREIGN)/bin/python ] || $(BIN)/python -m venv $(FOREIGN)
	@$(call INSTALL_WITH,$(FOREIGN)/bin/python,$(ONLY_HASHED) -r requirements-build.txt)
	@$(call INSTALL_WITH,$(FOREIGN)/bin/python,$(HASHED) -r requirements-foreign.txt)
	@touch $@
