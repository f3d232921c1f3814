# Everything that is done with this project. `make` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# PYTHON= where it is given, the Lambda's own where this machine has it, else one of 3.11 or later.
find_python = for python in $(PYTHON) python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python3.13 python3.14 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; exit 0; }; \
	done; echo "Python 3.11 or newer with venv is needed (on Debian: apt install python3 python3-venv)" >&2; exit 1

ENVIRONMENT := .venv/.installed
BENCH_ENVIRONMENT := .venv/.bench-installed
SAM_ENVIRONMENT := .venv-sam/.installed
SAM := SAM_CLI_TELEMETRY=0 AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-eu-central-1} .venv-sam/bin/sam
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PORT ?= 8000
export ARCH ?= arm64

.PHONY: help install run test faults check format validate build deploy invoke-list invoke-refresh e2e-sam bench-cold bench-warm bench-refresh lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install: $(ENVIRONMENT) ## make the environment in .venv

$(ENVIRONMENT): requirements-dev.txt pyproject.toml
	@python="$$($(find_python))" && echo "installing into .venv with $$("$$python" --version): once, for a minute or two" && "$$python" -m venv .venv
	@.venv/bin/pip install --quiet --require-hashes -r requirements-dev.txt
	@.venv/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BENCH_ENVIRONMENT): requirements-bench.txt $(ENVIRONMENT)
	@.venv/bin/pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

$(SAM_ENVIRONMENT): requirements-sam.txt requirements-emulator.txt
	@python="$$($(find_python))" && echo "installing SAM into .venv-sam with $$("$$python" --version)" && "$$python" -m venv .venv-sam
	@.venv-sam/bin/pip install --quiet --require-hashes -r requirements-sam.txt
	@.venv-sam/bin/pip install --quiet --require-hashes --no-deps --upgrade --target .venv-sam/runtime \
		--only-binary=:all: --python-version 3.13 --platform manylinux2014_$$(uname -m) -r requirements-emulator.txt \
		|| echo "awslambdaric has no wheel for this machine: the built functions cannot be invoked here"
	@touch $@

run: install ## refresh on the embedded default, then serve the API (PORT=, UPSTREAM=, MUSIC=)
	@exec .venv/bin/python -m local --port $(PORT) $(if $(UPSTREAM),--upstream "$(UPSTREAM)") $(if $(MUSIC),--music "$(MUSIC)")

test: install $(SAM_ENVIRONMENT) ## run the whole test suite
	.venv/bin/python -m pytest

faults: install ## fail every call of a refresh in every way, and print the figures
	FAULTS=full .venv/bin/python -m pytest -q tests/faults

check: install $(SAM_ENVIRONMENT) ## lint, format, types, imports, template
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/cfn-lint template.yaml
	$(SAM) validate --lint

format: install ## format the code
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

validate: $(SAM_ENVIRONMENT) ## let SAM check the template
	$(SAM) validate --lint

build: $(SAM_ENVIRONMENT) ## build what is deployed (ARCH=arm64 or x86_64), without a container
	$(SAM) build --parameter-overrides Architecture=$(ARCH)

deploy: build ## build and deploy (PROFILE=default or prod, see samconfig.toml)
	$(SAM) deploy --config-env $(or $(PROFILE),default)

invoke-list: $(SAM_ENVIRONMENT) install ## invoke the built list function (sam local invoke, or the emulator without a container engine)
	@.venv/bin/python -m local.invoke list

invoke-refresh: $(SAM_ENVIRONMENT) install ## invoke the built refresh function, the same way
	@.venv/bin/python -m local.invoke refresh

e2e-sam: $(SAM_ENVIRONMENT) install ## run the built functions with the real SAM in podman's containers, and check their answers
	@.venv/bin/python -m local.e2e_sam

bench-cold: $(SAM_ENVIRONMENT) install ## what a new instance of the list function costs (needs valgrind)
	@.venv/bin/python -m bench.cold

bench-warm: $(BENCH_ENVIRONMENT) ## CPU per request of the list function, beside other ways to answer
	@.venv/bin/python -m bench.warm

bench-refresh: install ## what a refresh of N new tracks costs, and one with nothing new (N=60)
	@.venv/bin/python -m bench.refresh --tracks $(or $(N),60)

lock: ## pin the requirements again (needs uv on the PATH)
	tools/packaging/lock.sh

clean: ## remove what the other targets made
	rm -rf .venv .venv-sam .aws-sam .local build *.egg-info
