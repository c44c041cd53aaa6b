# Needs Python 3.11 or later and make; everything else is installed or started from here.
PYTHON ?= python3
TEST_PROCESSES ?= 3
ENGINE ?= docker
COMPOSE ?= docker compose
IMAGES ?= scoring relationship dedupe qualification conversation notes gateway
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/build/tools/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint types protos protos-check quality bench load soak clients images images-check containers-check compose-check tools programs web web-check chromium lock robustness fuzz load-thresholds sbom notices clean

help:  ## What can be done here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## Install the pinned packages and the project into .venv

$(VENV)/.ready: constraints.txt pyproject.toml protos/pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Leadlight needs Python 3.11 or later; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e protos -e .
	@touch $@

run: setup  ## Start the suite on a synthetic CRM and show every service; or on LEADS=FILE.csv LABEL=COL alone
	@leadlight $(if $(LEADS),quickstart --leads "$(LEADS)" $(if $(LABEL),--label "$(LABEL)") $(if $(POSITIVE),--positive "$(POSITIVE)") $(if $(ID),--id "$(ID)"),demo) $(RUN_FLAGS)

demo: setup  ## The same on the synthetic CRM, then stop
	@leadlight demo --once

test: setup programs chromium  ## All tests, on SQLite and on a PostgreSQL that is started for them
	$(BIN)/python -m pytest -m "not quality" --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --reruns 2

lint: setup  ## Style, import rules, protos
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	cd protos && buf lint && buf format --diff --exit-code --path leadlight

types: setup  ## mypy, strict
	$(BIN)/mypy services clients scripts tests bench

protos: setup  ## Generate the stubs anew
	$(BIN)/python scripts/gen_protos.py

protos-check: setup  ## Are the stubs current, and is no contract broken against the last release or main?
	$(BIN)/python scripts/gen_protos.py --check
	$(BIN)/python scripts/check_breaking.py

quality: setup  ## Measure ranking, calibration and parity on real data into build/
	$(BIN)/python -m tests.quality

bench: setup tools  ## Measure speed and memory as ratios into build/bench.json
	$(BIN)/python -m bench

load: setup tools  ## Load every RPC of every service with ghz and print one table (LEADLIGHT_LOAD_*)
	$(BIN)/python -m tests.load.every

load-thresholds: setup tools  ## Load all as `make load` does, and take half of what was measured as the thresholds
	$(BIN)/python -m tests.load.every --write-thresholds

robustness: setup programs  ## Every fault as often as it should be; one table, also in build/robustness.json
	LEADLIGHT_FAULTS=all $(BIN)/python -m pytest tests/robustness

fuzz: setup  ## 10,000 random messages for every RPC (LEADLIGHT_FUZZ_MESSAGES); FUZZ_FLAGS="--resume --seconds 600" for a slice
	$(BIN)/python -m tests.robustness.fuzz_suite $(FUZZ_FLAGS)

soak: setup  ## Ten minutes of mixed load: memory flat, no descriptor leaked (LEADLIGHT_SOAK_SECONDS)
	$(BIN)/python -m tests.load.soak

clients: setup  ## Generate, build and run the example clients of every language whose tools are here
	$(BIN)/python -m scripts.run_clients $(CLIENTS_FLAGS)

images:  ## Build the image of each service (ENGINE=docker, podman or buildah; IMAGES; IMAGE_FLAGS)
	@for service in $(IMAGES); do \
	  $(ENGINE) build --build-arg SERVICE=$$service --file docker/Dockerfile \
	    --tag leadlight-$$service:$(VERSION) $(IMAGE_FLAGS) . || exit 1; \
	done

images-check: setup  ## Install, start, ask and stop each service as its image does, without a container engine
	$(BIN)/python scripts/check_images.py

containers-check: setup  ## Dockerfile, compose files and Helm chart, held to their tools (needs Go)
	@sh scripts/check_containers.sh

compose-check: setup  ## Start the images of `make images` by Compose, ask the suite, stop it (COMPOSE; COMPOSE_FLAGS=--postgres)
	$(BIN)/python -m scripts.check_compose --compose "$(COMPOSE)" $(COMPOSE_FLAGS)

tools: build/tools/bin/ghz build/tools/bin/grpcurl  ## Install ghz and grpcurl (needs Go)

build/tools/bin/ghz:
	GOBIN=$(CURDIR)/build/tools/bin go install github.com/bojand/ghz/cmd/ghz@v0.120.0

build/tools/bin/grpcurl:
	GOBIN=$(CURDIR)/build/tools/bin go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4

programs:  ## Find the programs that tests run beside the suite (PostgreSQL, strace, libfaketime), or install Debian's
	@sh scripts/ensure_programs.sh

sbom: setup  ## The list of parts in CycloneDX's form, build/sbom.json
	$(BIN)/python -m scripts.sbom

notices: setup  ## THIRD_PARTY_NOTICES.md anew, after `make lock`
	$(BIN)/python -m scripts.notices

web: setup  ## Build the dashboard anew into the gateway's package (needs Node)
	$(BIN)/python scripts/build_web.py

web-check: setup  ## Is the dashboard's code in order, and are the built files those of the sources? (needs Node)
	$(BIN)/python scripts/build_web.py --check

chromium:  ## Find Chromium for the dashboard's tests, or install Debian's
	@sh scripts/ensure_chromium.sh

lock: setup  ## Resolve the pinned packages anew
	$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
	  --no-emit-package leadlight-protos -o constraints.txt

clean:  ## Remove what was built or installed here; data folders stay
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf *.egg-info protos/gen/python/*.egg-info protos/*.egg-info
	rm -rf clients/*/gen clients/java/target clients/typescript/dist clients/typescript/node_modules
