# Everything a newcomer or CI needs. `make run` and `make test` work first thing
# on a fresh machine with Go and, for the browser, either Chromium or Debian.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go
BIN := bin
export GOFLAGS := -buildvcs=false

.DEFAULT_GOAL := help
.PHONY: help run test build mock bench images screens fmt check unit endure judge seeds mutants replay browser clients go clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: browser build ## judge the embedded mock with all suites and write report/
	$(BIN)/runner run --target mock --report report

test: browser check unit judge mutants replay ## everything CI checks

build: go ## bin/mockserver and bin/runner
	$(GO) build -o $(BIN)/ ./cmd/...

mock: build ## a portal on http://127.0.0.1:8092 with the demo app on http://localhost:3001
	$(BIN)/mockserver --demo-app localhost:3001

bench: build ## load on the built portal, beside a bare fosite program (about two minutes)
	$(GO) build -o $(BIN)/ ./bench/...
	$(BIN)/load -portal $(BIN)/mockserver -bare $(BIN)/barefosite

images: run ## the pictures of the README
	$(GO) run ./docs/images report/report.html

screens: go browser ## a picture of every page in both themes, on a phone and a desktop, in screens/
	$(GO) run ./docs/screens screens

fmt: go ## format the code
	$(GO) tool gofumpt -w .

check: go ## format, vet, staticcheck
	@unformatted=$$($(GO) tool gofumpt -l .); if [ -n "$$unformatted" ]; then echo "run make fmt for:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

unit: go browser clients ## all Go tests, with the race detector but for the longest in the browser
	$(GO) test -race -timeout 15m $$($(GO) list ./... | grep -Ev '/(gallery|goldenbrowser)$$')
	$(GO) test -timeout 15m ./internal/gallery ./mockdocspace/goldenbrowser
	$(GO) test -timeout 10m -run '^(TestLifecycle.*|TestSnapshotRestoresEverything)$$' ./mockdocspace

endure: go ## the long tests at full length: 400 kills, random lives, 1,000 rounds of races, an hour of load
	KILL_TEST_KILLS=200 SQLITE_TEST_KILLS=200 $(GO) test -count=1 -timeout 1h -run Kill -v ./cmd/mockserver ./mockdocspace/internal/store/sqlite
	LIFECYCLE_TEST_FOR=10m $(GO) test -count=1 -timeout 1h -run '^TestLifecycle$$' -v ./mockdocspace -rapid.steps 60
	RACE_TEST_ALL_ROUNDS=1 $(GO) test -race -count=1 -timeout 1h -run OneOfManyParallel -v ./mockdocspace/internal/identity
	SOAK_TEST_FOR=30m $(GO) test -count=1 -timeout 2h -run '^TestSoak$$' -v ./mockdocspace

judge: build browser ## all suites against the mock: nothing may fail
	$(BIN)/runner run --target mock --report report --quiet

seeds: go browser ## twenty whole runs in twenty orders: the verdicts must be the same (some ten minutes)
	JUDGE_SEEDS=20 $(GO) test -count=1 -timeout 2h -run TestVerdictsAreTheSameWithEverySeed -v ./cmd/runner

mutants: build browser ## proof that every check can fail: each fault on, its checks must notice
	$(BIN)/runner mutants --report report --quiet

replay: build ## the recordings of the real portal against the mock
	@said=$$($(BIN)/runner replay testdata/golden | tail -n 1) || true; echo "$$said"; grep -Eq '^([0-9]+) of \1 exchanges identical$$' <<<"$$said"

browser: ## find Chromium, or install Debian's
	@scripts/browser.sh

clients: ## install the foreign clients that the tests run, into .cache
	@scripts/clients.sh >/dev/null

go:
	@command -v $(GO) >/dev/null || { echo "Go 1.26 or newer is needed: https://go.dev/dl/"; exit 1; }

clean: ## remove what the targets made
	rm -rf $(BIN) report screens
