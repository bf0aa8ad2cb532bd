# Shortcuts; the build itself is CMake's (CMakePresets.json).
#
#   make run [TREE=DIR]   install what is missing, build, and advise on a tree (examples/ unless told otherwise)
#   make test             install what is missing, build with assertions, run all tests
#   make build            build build/release/bin/concadvise
#   make clean            remove everything that was built

TREE ?= examples
concadvise := build/release/bin/concadvise

.PHONY: run test build clean

run:
	@scripts/setup run
	@$(MAKE) --no-print-directory build
	$(concadvise) check --exit-zero '$(TREE)'
	$(concadvise) classify '$(TREE)'

build:
	@cmake --preset release >/dev/null
	@cmake --build --preset release

test:
	@scripts/setup test
	@cmake --preset debug >/dev/null
	@cmake --build --preset debug
	ctest --preset debug --parallel $$(nproc)

clean:
	rm -rf build
