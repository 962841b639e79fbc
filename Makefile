# SPDX-License-Identifier: Apache-2.0
# Kaquan's front door. What is behind it: meson.build builds, scripts/ does the rest.

BUILD        ?= build
PREFIX       ?= /usr/local
LIBDIR       ?=
DESTDIR      ?=
FUZZ_SECONDS ?= 20

# An empty environment is enough: the system's own tools, and UTF-8 because vouchers have Chinese names.
PATH   := $(if $(PATH),$(PATH),/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
LC_ALL := C.UTF-8
export BUILD FUZZ_SECONDS PATH LC_ALL

MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.PHONY: help build test demo run lint fuzz bench check install deb clean bootstrap-build bootstrap-test bootstrap-deb bootstrap-check

help:            ## show this list
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | \
	    while IFS="$$(printf '\t')" read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done
	@printf '\nEach installs with apt what it misses, and says so. Variables: BUILD=%s PREFIX=%s FUZZ_SECONDS=%s\n' \
	    '$(BUILD)' '$(PREFIX)' '$(FUZZ_SECONDS)'

demo: build      ## start a gateway with demo data, make the three calls, explain them, stop
	@scripts/demo

run: build       ## serve the demo data until Ctrl-C, and print what to paste in another terminal
	@scripts/run-demo

build: bootstrap-build ## compile build/kaquan
	@test -f '$(BUILD)/build.ninja' || meson setup '$(BUILD)' --buildtype=release -Db_ndebug=false
	@ninja -C '$(BUILD)' kaquan

test: bootstrap-test build ## unit tests and black-box tests; the last line is "N passed, N failed"
	@scripts/test

lint: bootstrap-check build ## format, house rules, clang-tidy, cppcheck, gcc -fanalyzer, both compilers
	@scripts/lint

fuzz: bootstrap-check ## every parser of foreign bytes under libFuzzer, FUZZ_SECONDS each
	@scripts/fuzz

bench: build     ## measure against the limit of RSA signatures; SIZES=10k,1m vouchers, QUICK=1 for a trial
	@ninja -C '$(BUILD)' bench/kaquan-bench
	@scripts/bench

check:           ## all that CI runs
	@.ci/run

install: build   ## install program and library to PREFIX (libraries to LIBDIR), below DESTDIR if given
	@meson configure '$(BUILD)' -Dprefix='$(PREFIX)' $(if $(LIBDIR),-Dlibdir='$(LIBDIR)')
	@ninja -C '$(BUILD)' installed
	@DESTDIR='$(DESTDIR)' meson install -C '$(BUILD)' --no-rebuild
	@if [ -z '$(DESTDIR)' ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

deb: bootstrap-deb ## make the Debian packages of server, library and development files in build/deb
	@scripts/deb

clean:           ## remove what was built
	@rm -rf -- '$(BUILD)' '$(BUILD)'-asan '$(BUILD)'-tsan '$(BUILD)'-valgrind '$(BUILD)'-clang '$(BUILD)'-analyzer '$(BUILD)'-fuzz

bootstrap-build bootstrap-test bootstrap-deb bootstrap-check:
	@scripts/bootstrap $(@:bootstrap-%=%)
