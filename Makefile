# Every task of this project; `make` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# PYTHON= if given; else 3.13, the Lambda's version, if installed; else any from 3.11 on.
find_python = for python in $(PYTHON) python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python3.13 python3.14 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; exit 0; }; \
	done; echo "Python 3.11 or newer with venv is needed (on Debian: apt install python3 python3-venv)" >&2; exit 1

ENVIRONMENT := .venv/.installed
BENCH_ENVIRONMENT := .venv/.bench-installed
GENERATORS_ENVIRONMENT := .venv-generators/.installed
SAM_ENVIRONMENT := .venv-sam/.installed
AUDIT_ENVIRONMENT := .venv-audit/.installed
SAM_PROGRAM ?= .venv-sam/bin/sam
# Validating and building need some region; a deployment gets the chosen one or none, never ours.
# SAM reads only AWS_DEFAULT_REGION.
SAM := SAM_CLI_TELEMETRY=0 AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_REGION=$${AWS_REGION:-$${AWS_DEFAULT_REGION:-eu-central-1}} $(SAM_PROGRAM)
SAM_DEPLOY := env SAM_CLI_TELEMETRY=0 $${AWS_REGION:+AWS_DEFAULT_REGION="$$AWS_REGION"} $(SAM_PROGRAM)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PORT ?= 8000
export ARCH ?= arm64

.PHONY: help install run test packages generators faults mutants rehearse-deploy life check format validate build deploy invoke-list invoke-refresh invoke-announce e2e-sam bench-cold bench-warm bench-refresh bench-growth lock audit release clean

help: ## list these targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

install: $(ENVIRONMENT) ## install the development environment into .venv

$(ENVIRONMENT): requirements-dev.txt pyproject.toml
	@python="$$($(find_python))" && echo "installing into .venv with $$("$$python" --version), once; takes a minute or two" && "$$python" -m venv .venv
	@.venv/bin/pip install --quiet --require-hashes -r requirements-dev.txt
	@.venv/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BENCH_ENVIRONMENT): requirements-bench.txt $(ENVIRONMENT)
	@.venv/bin/pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

$(GENERATORS_ENVIRONMENT): requirements-generators.txt
	@python="$$($(find_python))" && echo "installing the generators of clients into .venv-generators" && "$$python" -m venv .venv-generators
	@.venv-generators/bin/pip install --quiet --require-hashes -r requirements-generators.txt
	@touch $@

$(AUDIT_ENVIRONMENT): requirements-audit.txt
	@python="$$($(find_python))" && echo "installing the audit of packages into .venv-audit" && "$$python" -m venv .venv-audit
	@.venv-audit/bin/pip install --quiet --require-hashes -r requirements-audit.txt
	@touch $@

$(SAM_ENVIRONMENT): requirements-sam.txt requirements-emulator.txt
	@python="$$($(find_python))" && echo "installing SAM into .venv-sam with $$("$$python" --version), once; takes a minute or two" && "$$python" -m venv .venv-sam
	@.venv-sam/bin/pip install --quiet --require-hashes -r requirements-sam.txt
	@.venv-sam/bin/pip install --quiet --require-hashes --no-deps --upgrade --target .venv-sam/runtime \
		--only-binary=:all: --python-version 3.13 --platform manylinux2014_$$(uname -m) -r requirements-emulator.txt \
		|| echo "awslambdaric has no wheel for this machine: make invoke-* cannot run without containers"
	@touch $@

run: install ## run everything on this machine and serve the API (PORT=, UPSTREAM=, MUSIC=)
	@exec .venv/bin/python -m local --port $(PORT) $(if $(UPSTREAM),--upstream "$(UPSTREAM)") $(if $(MUSIC),--music "$(MUSIC)")

test: install $(SAM_ENVIRONMENT) ## run all tests, JOBS= at a time (one per core); gets a browser if there is none
	@.venv/bin/python -m tools.testing.get_browser
	.venv/bin/python -m pytest --numprocesses $(or $(JOBS),auto)

packages: install ## build the picker's package into apps with React, Vue and Svelte, and use them in a browser (needs npm)
	PACKAGE_TEST=1 .venv/bin/python -m pytest -q -p no:schemathesis tests/browser/test_picker_package.py tests/browser/test_drawn_media_readers.py

generators: install $(GENERATORS_ENVIRONMENT) ## generate clients from openapi.json and run them against the application (needs npm)
	PACKAGE_TEST=1 .venv/bin/python -m pytest -q -p no:schemathesis tests/generators

faults: install ## test a refresh against every fault of every call; print the results
	FAULTS=full .venv/bin/python -m pytest -q tests/faults

rehearse-deploy: install ## create the stack on moto in every combination of its parts, and judge its roles
	REHEARSE=full .venv/bin/python -m pytest -q --numprocesses $(or $(JOBS),auto) --dist load tests/rehearsal

life: install ## simulate a year of scheduled runs against an independent model (SLOTS=730, SEED=, MOTO=1)
	@.venv/bin/python -m tests.life --slots $(or $(SLOTS),730) $(if $(SEED),--seed $(SEED)) $(if $(MOTO),--moto)

mutants: install ## change the core in every small way; print what no test notices (MODULES=)
	@.venv/bin/python -m tools.testing.mutants $(MODULES)

check: install $(SAM_ENVIRONMENT) ## check format, lint, types, imports and template
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/cfn-lint template.yaml
	$(SAM) validate --lint

format: install ## format the code
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

validate: $(SAM_ENVIRONMENT) ## validate the template with SAM
	$(SAM) validate --lint

build: $(SAM_ENVIRONMENT) ## build the functions without a container (ARCH=arm64 or x86_64)
	$(SAM) build --parameter-overrides Architecture=$(ARCH)
	@.venv-sam/bin/python -m tools.packaging.seal_build $(ARCH)

deploy: build ## build and deploy (PROFILE=default or prod of samconfig.toml, ARCH=, OPTIONS= of sam deploy)
	@set -f; parameters="$$(.venv-sam/bin/python -m tools.packaging.seal_build --deploy $(or $(PROFILE),default))" && \
		$(SAM_DEPLOY) deploy --config-env $(or $(PROFILE),default) --parameter-overrides $$parameters $(OPTIONS)

invoke-list: $(SAM_ENVIRONMENT) install ## build and invoke the list function (sam local, or the emulator without containers)
	@.venv/bin/python -m local.invoke list

invoke-refresh: $(SAM_ENVIRONMENT) install ## build and invoke the refresh function, in the same way
	@.venv/bin/python -m local.invoke refresh

invoke-announce: $(SAM_ENVIRONMENT) install ## build and invoke the function that announces changes, in the same way
	@.venv/bin/python -m local.invoke announce

e2e-sam: $(SAM_ENVIRONMENT) install ## test the built functions with sam local in podman containers (SAM_LOCAL_IMAGE=)
	@.venv/bin/python -m local.e2e_sam

bench-cold: $(SAM_ENVIRONMENT) install ## measure a cold start of the list function and its first requests (needs valgrind)
	@.venv/bin/python -m bench.cold

bench-warm: $(BENCH_ENVIRONMENT) ## measure CPU per request of the list function and of alternatives
	@.venv/bin/python -m bench.warm

bench-refresh: install ## measure a refresh of N new tracks and one without new tracks (N=60, or CHARTS=50)
	@.venv/bin/python -m $(if $(CHARTS),bench.charts --charts $(CHARTS),bench.refresh --tracks $(or $(N),60))

bench-growth: install ## measure how every step grows with the number of tracks (SIZES="1000 100000")
	@.venv/bin/python -m bench.growth $(SIZES)

lock: ## pin the requirements again (needs uv)
	tools/packaging/lock.sh

audit: $(AUDIT_ENVIRONMENT) ## look up the deployed packages in a database of vulnerabilities; write sbom.json
	@.venv-audit/bin/python -m tools.packaging.sbom > sbom.json
	@for folder in layers_shared functions/*; do [ ! -f $$folder/requirements.txt ] || \
		.venv-audit/bin/pip-audit --require-hashes --disable-pip --requirement $$folder/requirements.txt || exit 1; done

release: install ## build and check the packages of TAG=vX.Y.Z into dist/ (needs npm)
	@.venv/bin/python -m tools.packaging.release $(TAG) dist

clean: ## remove everything that the other targets made
	rm -rf .venv .venv-audit .venv-generators .venv-sam .aws-sam .local build dist sbom.json *.egg-info
