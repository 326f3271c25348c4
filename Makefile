# Everything here needs Go, git and make; tools come from internal/tools. The
# race detector needs a C compiler as well: without one, tests run without it.
GO      ?= go
VERSION := $(shell sed -n 's/^  version: //p' builder-config.yaml)
LDFLAGS := -X main.version=$(VERSION)
# The version is in the manifest; Git is not asked, as it refuses to answer in a
# folder that belongs to somebody else.
BUILD   := $(GO) build -buildvcs=false
MODULES := . examples/shop test
# Tests compile with the race detector; two packages at a time is what two cores take.
TESTFLAGS ?=
RACE := $(if $(shell command -v gcc || command -v clang || command -v cc),-race)
TEST := $(GO) test $(RACE) -p 2 -timeout 10m $(TESTFLAGS)
FAULT ?=
SEED ?=
KEEP ?=

# step,name,command: runs a build step and says how long it took.
define step
	@printf '%-44s ' '$(1)'; s=$$(date +%s); $(2) || exit 1; echo "$$(( $$(date +%s) - s )) s"
endef

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 16

.PHONY: build
build: ## bin/otelheal, the collector with our components
	$(call step,building bin/otelheal (cold: some minutes),$(BUILD) -ldflags '$(LDFLAGS)' -o bin/otelheal ./cmd/otelheal)

.PHONY: tool
tool: ## bin/otelheal-tool: the detector and the ranking on files
	$(BUILD) -ldflags '$(LDFLAGS)' -o bin/otelheal-tool ./cmd/otelheal-tool

.PHONY: build-shop
build-shop:
	$(call step,building bin/shop (the application),cd examples/shop && $(BUILD) -o ../../bin/shop ./cmd/shop)
	$(call step,building bin/demo (faults and the witness),cd examples/shop && $(BUILD) -o ../../bin/demo ./cmd/demo)

.PHONY: demo
demo: build build-shop ## break the shop, watch it heal: FAULT=all|slow|… SEED=7 KEEP=1
	@bin/demo --otelheal bin/otelheal --shop bin/shop --out demo-out \
	  $(if $(FAULT),--fault '$(FAULT)') $(if $(SEED),--seed '$(SEED)') $(if $(KEEP),--keep)

.PHONY: demo-benign
demo-benign: build build-shop ## what must not lead to any action
	@bin/demo --otelheal bin/otelheal --shop bin/shop --out demo-out --benign \
	  $(if $(SEED),--seed '$(SEED)') $(if $(KEEP),--keep)

.PHONY: test
test: ## unit tests with the race detector, all modules
	@test -n '$(RACE)' || echo 'no C compiler: testing without the race detector' >&2
	$(TEST) ./...
	cd examples/shop && $(TEST) ./...
	cd test && $(TEST) ./bench/... ./contract/... ./eval/... ./harness/...

.PHONY: e2e
e2e: build ## slow tests of the built binaries beside real servers, which are built where missing (half an hour cold)
	@GO='$(GO)' OTELHEAL_BIN=$(CURDIR)/bin/otelheal TESTFLAGS='$(TESTFLAGS)' test/e2e.sh

.PHONY: eval
eval: ## accuracy on labelled data (needs ../shared/data)
	cd test && OTELHEAL_EVAL_DAY=1 OTELHEAL_EVAL_DETECTOR=1 $(GO) test -count=1 -v -timeout 30m ./eval/...

.PHONY: bench
bench: ## hot paths, beside contrib's components
	$(GO) test -run '^$$' -bench . -benchmem ./detector/... ./rca/... ./processor/... ./connector/... ./receiver/... ./exporter/...
	cd test && $(GO) test -run '^$$' -bench . -benchmem -count 3 ./bench/...
	OTELHEAL_BENCH_RATIOS=1 $(GO) test -count=1 -v -run 'TestRatios|TestSnapshotOfAMillion' ./processor/anomalyprocessor
	cd test && OTELHEAL_BENCH_RATIOS=1 $(GO) test -count=1 -v -run TestRatios ./bench/...

.PHONY: bench-smoke
bench-smoke: ## every benchmark runs once
	$(GO) test -run '^$$' -bench . -benchtime 1x ./detector/... ./rca/... ./processor/... ./connector/... ./receiver/... ./exporter/... ./healing/...
	cd test && $(GO) test -run '^$$' -bench . -benchtime 1x ./bench/...

.PHONY: generate
generate: ## components.go from the manifest, and what mdatagen writes
	$(GO) run ./internal/repo/components
	$(GO) generate ./...

# generate-check fails if `make generate` would change a committed file.
.PHONY: generate-check
generate-check: generate
	@git diff --exit-code --stat || { echo 'generated files are stale: run make generate and commit' >&2; exit 1; }

.PHONY: fmt
fmt: ## gofmt everything
	gofmt -w $$(git ls-files '*.go')

.PHONY: lint
lint: ## gofmt, vet, staticcheck, file length, purity
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not gofmt'ed:"; echo "$$out"; exit 1; }
	$(GO) test -count=1 -run 'Length|Pure|Heavy|Pins' ./internal/repo
	@set -e; for m in $(MODULES); do echo "vet and staticcheck in $$m"; \
	  ( cd $$m && $(GO) vet ./... && $(GO) tool -modfile=$(CURDIR)/internal/tools/go.mod staticcheck ./... ); done

.PHONY: build-full
build-full: ## build/full/otelheal, the complete set, in a module of its own
	mkdir -p build/full
	$(GO) tool -modfile=internal/tools/go.mod builder --config build/full.yaml --skip-strict-versioning=false

.PHONY: clean
clean: ## what was built and what the demo left
	rm -rf bin build/full demo-out
