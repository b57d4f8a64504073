# The commands of this project. Each target installs what it needs: uv from PyPI if this machine has none that works, then
# exactly the packages of uv.lock into VENV.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
export SAM_CLI_TELEMETRY := 0
# .ci/run has a second one, for targets beside `make test`.
VENV := .venv
export UV_PROJECT_ENVIRONMENT := $(VENV)
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .tools/uv/bin/uv)
# Packages are added to VENV, never removed: `make run` may still be running while `make check` starts.
SYNC := $(UV) sync --locked --inexact --quiet
REQUIREMENTS := functions/common/requirements.txt
EXPORT := $(UV) export --locked --quiet --no-default-groups --no-emit-project --no-annotate --no-header

CHECKOV := .tools/checkov
NODE_TOOLS := node_modules/.package-lock.json
FILES := git ls-files -z --cached --others --exclude-standard

# These targets never call AWS, but boto3 needs a region. `rotate-hmac` and the like call AWS in the operator's region.
test check-template build sam-local test-sam bench cost scale load prove: export AWS_DEFAULT_REGION ?= us-east-1

help: ## show this
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: uv ## start the local stack on PORT (default 8080)
	@echo "installs missing packages of uv.lock into $(VENV)"
	@$(SYNC) --no-default-groups --group local
	@exec python -m infra.local

test: uv ## run every test that needs no Docker (ARGS: for pytest)
	@$(SYNC) --no-default-groups --group local --group test --group client
	@# One process per suite: a simulated AWS or a browser in one suite must not affect another.
	@# Two run at a time: a core that is done takes the next. Each prints its output at its end. The browser, the longest,
	@# comes as soon as the containers of .ci/run are gone (tests/network.py), so that others are left for the second core.
	@# The races come last, by themselves.
	@mkdir -p build; rm -f build/failed-*; \
	suite() { log=build/test-$$1.log; echo "pytest tests/$$1 $(ARGS) >$$log"; \
		pytest tests/$$1 $(ARGS) >$$log 2>&1 || touch build/failed-$$1; cat $$log; }; export -f suite; \
	printf '%s\n' api contract unit local browser template | xargs -P 2 -I {} bash -c 'suite {}'; suite race; \
	failed=$$(cd build; echo failed-*); [ "$$failed" = 'failed-*' ] || { echo "FAILED: $${failed//failed-/}" >&2; exit 1; }

errors: setup ## write docs/twilio-errors.md from the table of errors
	python -m infra.vendor_errors_page

roles: setup ## write docs/roles.md from the table of roles and the operations
	python -m infra.roles_page

faults: export PYTHONPATH := functions/common:clients/python/src:.
faults: setup ## write docs/faults.md from the table of decided ends of faults
	@python -m tests.proof.faults

event-schemas: setup ## write docs/events/, the schemas of published events
	python -m infra.event_schemas

passwords: setup node $(NODE_TOOLS) ## write the layer's list of common passwords from the package in package-lock.json
	python -m infra.common_passwords

check: check-style check-types check-javascript check-passwords check-template check-policies check-secrets check-dependencies ## run all static checks: style, types, JavaScript, templates, secrets, dependencies

check-style: setup
	ruff check
	ruff format --check
	@dead=$$(vulture) || [ $$? = 3 ]; ! grep -E 'unused (class|function|import|method|property)|unreachable' <<<"$$dead" # vulture cannot see that fields of records are read by name
	bandit --quiet --recursive -ll functions clients/python/src

check-types: setup
	mypy functions infra events tests benchmarks
	@# The client library runs on older Pythons and on Windows too.
	for platform in linux win32; do mypy --config-file clients/python/pyproject.toml --platform $$platform clients/python/src; done

check-javascript: node $(NODE_TOOLS)
	node_modules/.bin/biome check --error-on-warnings
	node_modules/.bin/tsc

check-passwords: setup node $(NODE_TOOLS)
	python -m infra.common_passwords --check

# Exactly the packages of package-lock.json. Nothing of them is deployed but the list of common passwords.
$(NODE_TOOLS): package.json package-lock.json | node
	npm ci --silent --no-audit --no-fund
	@touch $@

node:
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "JavaScript is checked with Node.js 18 or newer: install node and npm (Debian: apt-get install nodejs npm)" >&2; exit 1; }

check-template: setup
	@mkdir -p build
	cfn-lint template.yaml infra/*.yaml
	python -m tests.template.sam >build/template.json
	@# W2001 (unused parameter): SAM replaces some references by values. The check of the source above covers it.
	cfn-lint --ignore-checks W2001 -- build/template.json
	sam validate --lint >/dev/null

check-policies: $(CHECKOV)/installed ## check the templates with checkov; a skipped rule has its reason beside the resource
	$(CHECKOV)/bin/checkov --quiet --compact --skip-download --framework cloudformation --file template.yaml infra/*.yaml

# checkov needs other versions of shared packages, so it has an environment of its own.
$(CHECKOV)/installed: .ci/checkov/requirements.txt | setup
	$(UV) venv --quiet --clear --python $(VENV)/bin/python $(CHECKOV)
	VIRTUAL_ENV=$(CHECKOV) $(UV) pip sync --quiet --require-hashes $<
	touch $@

checkov: uv ## pin the newest checkov
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header \
		.ci/checkov/requirements.in -o .ci/checkov/requirements.txt

check-secrets: setup
	$(FILES) | xargs -0 detect-secrets-hook --baseline .secrets.baseline

check-lock: setup
	$(UV) lock --check --quiet
	deptry functions
	deptry --config clients/python/pyproject.toml clients/python/src
	@$(EXPORT) | diff $(REQUIREMENTS) - || { echo "$(REQUIREMENTS) is not what uv.lock says: make requirements" >&2; exit 1; }

check-dependencies: check-lock
	@mkdir -p build && rm -f build/audit.*
	pip-audit --disable-pip --require-hashes -r $(REQUIREMENTS) -f json -o build/audit.json >build/audit.log 2>&1 || true
	@python -m infra.audit build/audit.json
	@$(UV) export --locked --quiet --only-group client --no-emit-project --no-annotate --no-header >build/client-requirements.txt
	pip-audit --disable-pip --require-hashes -r build/client-requirements.txt -f json -o build/audit.client.json >build/audit.client.log 2>&1 || true
	@python -m infra.audit build/audit.client.json

requirements: uv ## write the layer's requirements.txt from uv.lock
	$(EXPORT) >$(REQUIREMENTS)

accept-secrets: setup ## accept the current findings of check-secrets, such as a test's known answer
	@mkdir -p build
	$(FILES) | xargs -0 detect-secrets scan --slim --disable-plugin KeywordDetector --disable-plugin IPPublicDetector \
		--exclude-files '(^|/)(uv\.lock|package-lock\.json|requirements\.txt|\.secrets\.baseline)$$' >build/secrets.baseline
	mv build/secrets.baseline .secrets.baseline

fmt: setup node $(NODE_TOOLS) ## format, and apply automatic fixes
	ruff check --fix
	ruff format
	node_modules/.bin/biome check --write

sbom: setup ## write build/sbom.json: the layer's libraries, as CycloneDX
	@mkdir -p build
	python -W ignore -m cyclonedx_py requirements $(REQUIREMENTS) --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json

release: export VERSION := $(VERSION)
release: setup ## commit and tag VERSION (1.2.3) on a clean main that passes `make check`; pushes nothing
	@python -m infra.release -- "$$VERSION"

rotate-hmac: uv ## rotate the HMAC key of STACK (ARGS=--at-once: end every login under way; docs/runbook.md)
	@$(SYNC) --no-default-groups
	@python -m infra.rotate_secret hmac $(STACK) $(ARGS)

rotate-tokens: uv ## rotate the key of MFA tokens of STACK (ARGS=--at-once, as above)
	@$(SYNC) --no-default-groups
	@python -m infra.rotate_secret tokens $(STACK) $(ARGS)

rotate-factors: uv ## add a factor key to STACK (ARGS=--at-once: end every authenticator app and recovery code)
	@$(SYNC) --no-default-groups
	@python -m infra.rotate_secret factors $(STACK) $(ARGS)

# SAM runs a make of its own, which must not look for this one's jobs.
build: setup ## build the functions and the layer for both architectures
	MAKEFLAGS= sam build
	@python -m benchmarks.sizes

build-clients: build-client-python build-client-web ## build the client libraries into build/clients

# Without isolation, because the build backend is the one of uv.lock.
build-client-python: setup
	$(UV) build --quiet --no-build-isolation --clear --out-dir build/clients/python clients/python

# The files as they are, with the declarations of their types. Only the files that package.json names are packed.
build-client-web: node $(NODE_TOOLS)
	@rm -rf build/clients/web && mkdir -p build/clients/web
	@cp -R clients/web build/clients/web/package && cp LICENSE build/clients/web/package/
	@node_modules/.bin/tsc --project clients/web
	@cd build/clients/web && npm pack --silent ./package && rm -rf package

sam-local: docker build ## start the built functions in containers, behind `sam local start-api` on PORT (default 3000)
	@exec python -m infra.local.sam

test-sam: export PORT := 0
test-sam: docker build ## log in through `sam local start-api`, and invoke each event of events/ (ARGS: for pytest)
	pytest -m e2e tests/e2e $(ARGS)

docker: setup
	@python -m infra.local.sam --check

bench: build ## measure cold and warm starts of the built artifact (ARGS=--enforce: fail above the aims)
	python -m benchmarks $(ARGS)

cost: export PYTHONPATH := functions/common:clients/python/src:.
cost: setup ## measure what a login needs and print its cost (AWS_ENDPOINT_URL_DYNAMODB: a DynamoDB Local; ARGS=--items: list its requests)
	@python -W ignore -m benchmarks.cost $(ARGS)

scale load: export PYTHONPATH := functions/common:clients/python/src:.
scale: setup ## print what 10, 1,000 and 10,000 logins a second need of AWS and Twilio
	@python -W ignore -m benchmarks.scale

load: setup ## log in as fast as this machine can (AWS_ENDPOINT_URL_DYNAMODB: a DynamoDB Local; ARGS: --rate, --seconds, loads)
	@python -W ignore -m benchmarks.load $(ARGS)

# Each part goes on where it was ended: what it has so far is in build/prove. Delete that to begin again.
prove: export PYTHONPATH := functions/common:clients/python/src:.
prove: setup ## run the long forms of the proofs of docs/proof.md, for hours (PARTS: only these)
	@python -W ignore -m tests.proof $(PARTS)

clean: ## remove everything generated, including .venv and uv
	rm -rf .venv .tools .aws-sam build node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

setup: uv ## install all packages of uv.lock into .venv
	@$(SYNC)

uv:
	@[ $(UV) = uv ] || [ -x $(UV) ] || { echo "installs uv into .tools" >&2; python3 -m venv .tools/uv && .tools/uv/bin/pip install --quiet --disable-pip-version-check uv; }

.PHONY: help run test errors roles faults event-schemas check check-style check-types check-template check-policies checkov check-secrets check-dependencies requirements accept-secrets fmt rotate-hmac rotate-tokens rotate-factors build sam-local test-sam docker bench cost scale load prove clean setup uv check-lock sbom release check-javascript node build-clients build-client-python build-client-web
