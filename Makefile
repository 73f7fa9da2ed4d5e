# Verbs: build, test, lint, docs. CI calls .ci/run, which calls these.
GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

build: ## bin/runexp
	go build -o bin/runexp ./cmd/runexp

test: ## every test; those that need what is not here say so and are skipped
	go vet ./...
	go test ./...

lint: ## the linter, pinned; import rules are in .golangci.yml
	go run $(GOLANGCI) run ./...

docs: ## what is generated from the code
	go run ./cmd/runexp plugins --markdown > docs/plugins.md

.PHONY: build test lint docs
