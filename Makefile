# CI calls .ci/run, which calls tidy, test, kernels, lint and docs.
GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
MODULES = $(patsubst %/go.mod,%,$(wildcard examples/*/go.mod tools/*/go.mod))
FUZZ = -fuzztime 60s -fuzzminimizetime 20x

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## bin/runexp
	go build -o bin/runexp ./cmd/runexp

quickstart: build ## a first picture, in about a minute
	bin/runexp -c configs/quickstart.yaml

test: ## all tests; those with missing requirements are skipped, with the reason
	go vet ./...
	go test -timeout 20m ./...
	for m in $(MODULES); do go -C $$m vet ./... && go -C $$m test -count=1 ./... || exit 1; done

kernels: ## the C kernels with clang, the address sanitizer, the race detector (which does not see C), NEON in an emulator
	CC=clang go test ./framework/compute
	go test -asan ./framework/compute
	RUNEXP_ISA=generic go test -race ./framework/... ./experiments/... -skip 'PyTorch|Threads|Iterations'
	RUNEXP_ISA=avx2 go test ./experiments -run 'Activations|Trace|Threads'
	GOARCH=arm64 CGO_ENABLED=1 CC=aarch64-linux-gnu-gcc go test -exec 'qemu-aarch64 -L /usr/aarch64-linux-gnu' ./framework/compute

soak: ## kills a run and a sweep a hundred times at random moments, the bits must stay the same; two programs write for ten minutes while the server reads
	RUNEXP_KILLS=100 go test ./cmd -count=1 -v -timeout 40m -run Killed
	RUNEXP_SOAK=10m go test ./cmd -count=1 -v -timeout 20m -run BesideWriters

tidy: ## checks that every go.mod is tidy
	for m in . $(MODULES); do go -C $$m mod tidy -diff || exit 1; done

lint: ## the linter, pinned; import rules are in .golangci.yml
	for m in . $(MODULES); do (cd $$m && go run $(GOLANGCI) run ./...) || exit 1; done

fuzz: ## fuzzes each parser of foreign files for a minute
	go test ./framework/config -run '^$$' -fuzz '^FuzzLoad$$' $(FUZZ)
	go test ./framework/config -run '^$$' -fuzz '^FuzzOverride$$' $(FUZZ)
	go test ./framework/config -run '^$$' -fuzz '^FuzzExtends$$' $(FUZZ)
	go test ./backbones/file -run '^$$' -fuzz '^FuzzParse$$' $(FUZZ)
	go test ./framework/imaging -run '^$$' -fuzz '^FuzzDecode$$' $(FUZZ)
	go test ./framework/weights -run '^$$' -fuzz '^FuzzOpen$$' $(FUZZ)
	go test ./framework/weights -run '^$$' -fuzz '^FuzzCheckpoint$$' $(FUZZ)
	go test ./framework/store -run '^$$' -fuzz '^FuzzOpen$$' $(FUZZ)
	go test ./experiments/trial -run '^$$' -fuzz '^FuzzCheckpoint$$' $(FUZZ)

docs: ## generates docs from the code
	go run ./cmd/runexp plugins --markdown > docs/plugins.md
	go run ./cmd/runexp config keys --markdown > docs/config.md
	go run ./tools/licences > docs/licences.md
	go run ./tools/operations > docs/operations.md
	go run ./tools/schema > docs/schema.md

picture: quickstart ## docs/quickstart.jpg, the picture in the README, from the quickstart's result
	go run ./tools/readme

looks: build ## the pictures in docs/looks, by the commands of docs/looks.md, in about ten minutes
	go run ./tools/looks

screenshots: build ## the pictures in docs/ui, of a sweep of 12 trials, in about five minutes
	rm -rf /tmp/runexp-screenshots && mkdir -p /tmp/runexp-screenshots
	bin/runexp -c docs/ui/demo.yaml --db /tmp/runexp-screenshots/runexp.db --out /tmp/runexp-screenshots --quiet
	bin/runexp star 2 --db /tmp/runexp-screenshots/runexp.db
	bin/runexp tag 2 5 --add for-paper --db /tmp/runexp-screenshots/runexp.db
	RUNEXP_SCREENSHOTS=$(CURDIR)/docs/ui RUNEXP_SCREENSHOTS_DB=/tmp/runexp-screenshots/runexp.db go test ./reports/ui -count=1 -run Screenshots -v

paint: ## the computed images in configs/images
	go -C tools/paint run .

.PHONY: help build quickstart test kernels soak tidy lint fuzz docs picture looks screenshots paint
