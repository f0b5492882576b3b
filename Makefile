# `make` lists what can be made. Everything works with Go, git and make alone;
# with a C compiler what may run at once is tested under the race detector, too.

GO       ?= go
BIN      := $(CURDIR)/.bin
GOLANGCI := $(BIN)/golangci-lint
GOLANGCI_VERSION := v2.15.0
# Each system and each architecture once; Linux on amd64 is built by the linter.
PLATFORMS := linux/arm64 darwin/arm64 windows/amd64

# Google's client speaks HTTP: gRPC with all its parts makes a fifth of the binary
# and is not called.
LEAN := disable_grpc_modules
WITH_DUCKDB := duckdb,$(LEAN)
export GOFLAGS := $(strip $(GOFLAGS) -tags=$(LEAN))

# A compiler without the C library's headers is of no use to Go.
HAS_CC := $(shell printf '\043include <pthread.h>\n' | $$($(GO) env CC) -E - >/dev/null 2>&1 && echo yes)

# Packages with files for DuckDB, which needs a C++ compiler, too.
DUCKDB  := ./internal/connectors/duckdb ./internal/app ./internal/bench
HAS_CXX := $(if $(HAS_CC),$(shell echo 'int main() {}' | $$($(GO) env CXX) -x c++ -o /dev/null - 2>/dev/null && echo yes))

# More flags for `go test`: make test TESTFLAGS='-v -run TestCredential'
TESTFLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench build build-duckdb

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## copy a sandbox organization into ./kalends-demo/calendly.db, prove the copy, ask it a few questions
	./kalends demo

test: ## run every test, and with a C compiler those that are not long again under the race detector
	CGO_ENABLED=0 scripts/services $(GO) test -timeout 15m $(TESTFLAGS) ./...
	$(if $(HAS_CC),CGO_ENABLED=1 scripts/services $(GO) test -race -short -timeout 15m $(TESTFLAGS) ./...)
	$(if $(HAS_CXX),CGO_ENABLED=1 $(GO) test -race -tags $(WITH_DUCKDB) -timeout 15m $(TESTFLAGS) ./internal/connectors/duckdb)
	$(if $(HAS_CXX),CGO_ENABLED=1 scripts/services $(GO) test -race -tags $(WITH_DUCKDB) -timeout 15m -run '^TestViews_' $(TESTFLAGS) ./internal/app)

lint: ## check the format, the code, and that every platform builds
	@files=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
		test -z "$$files" || { echo "not formatted (gofmt -w):"; echo "$$files"; exit 1; }
	@$(GOLANGCI) version 2>/dev/null | grep -qF ' $(GOLANGCI_VERSION:v%=%) ' || \
		GOBIN=$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	CGO_ENABLED=0 $(GOLANGCI) run ./...
	$(if $(HAS_CXX),CGO_ENABLED=1 GOFLAGS='$(GOFLAGS) -race' $(GOLANGCI) run --build-tags $(WITH_DUCKDB),$(LEAN) $(DUCKDB)) # as the tests are built
	@for p in $(PLATFORMS); do echo "build $$p"; \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -o /dev/null ./... || exit 1; done

bench: ## measure the promises that have numbers, as ratios
	scripts/services $(GO) run $(if $(HAS_CXX),-tags $(WITH_DUCKDB)) ./internal/bench

build: ## build ./kalends, in pure Go
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o $(if $(filter windows,$(shell $(GO) env GOOS)),kalends.exe,kalends) ./cmd/kalends

build-duckdb: ## build ./kalends with DuckDB, which needs a C++ compiler
	CGO_ENABLED=1 $(GO) build -tags $(WITH_DUCKDB) -trimpath -ldflags '-s -w' -o $(if $(filter windows,$(shell $(GO) env GOOS)),kalends.exe,kalends) ./cmd/kalends
