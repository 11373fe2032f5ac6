# llmtap's commands. `make` alone explains them; each sets up what it needs in .venv, and a second run starts at once.
.DEFAULT_GOAL := help
.PHONY: help install demo test lint types format elasticsearch bench constraints prices clean

bin := .venv/bin
installed := .venv/.installed

# $(call step,NAME,COMMAND): run a check, keep quiet when it passes, remember its name when it does not.
step = if log=$$($(2) 2>&1); then :; else printf '%s\n' "$$log"; failed="$$failed$${failed:+, }$(1)"; fi
verdict = if [ -n "$$failed" ]; then echo "failed: $$failed" >&2; exit 1; fi

help: ## what you are reading
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(installed) ## the main job, whole: a simulated provider, unmodified clients, the report
	@$(bin)/python -m demo

test: $(installed) ## all that a change must pass: lint, types and every test
	@failed=; \
	echo 'checking style and imports ...'; $(lint_steps); \
	echo 'checking types ...'; $(types_step); \
	echo 'running the tests ...'; $(bin)/python -m pytest || failed="$$failed$${failed:+, }pytest"; \
	$(verdict)

install: $(installed) ## llmtap and its tools, into .venv
	@echo 'llmtap is in $(bin): . $(bin)/activate'

lint: $(installed) ## style and the direction of imports
	@failed=; $(lint_steps); $(verdict)

types: $(installed) ## mypy, strict
	@failed=; $(types_step); $(verdict)

format: $(installed) ## mend what can be mended by itself
	@$(bin)/ruff check --quiet --fix-only . ; $(bin)/ruff format --quiet .

elasticsearch: $(installed) ## a real Elasticsearch on loopback, until Ctrl-C
	@$(bin)/python -m tests.engines.elasticsearch

bench: $(installed) ## llmtap against bare mitmdump, and what decoding costs
	@$(bin)/python -m benchmarks
	@$(bin)/python -m benchmarks.decoding

constraints: ## pin the newest tree that pyproject.toml allows
	@scripts/pin >constraints.txt.new && mv constraints.txt.new constraints.txt

prices: $(installed) ## read the second source of prices again, out of the pinned wheel
	@PYTHONPATH=addon $(bin)/python scripts/fallback_prices.py

clean: ## forget everything that was made here
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

define lint_steps
$(call step,ruff check,$(bin)/ruff check --quiet .); \
	$(call step,ruff format,$(bin)/ruff format --quiet --check .); \
	$(call step,lint-imports,$(bin)/lint-imports)
endef

define types_step
$(call step,mypy,$(bin)/mypy)
endef

$(installed): pyproject.toml constraints.txt
	@scripts/install
	@touch $@
