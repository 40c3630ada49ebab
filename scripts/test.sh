#!/usr/bin/env bash
# Sets Sinter up, builds it and runs every test: GoogleTest binaries, lit suites and the
# examples built against an installed Sinter. Arguments go to ctest (-R NAME, -j 4, ...).

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh
build_release

say "Testing"
start=$SECONDS
log=build/test.log
if ctest --test-dir build/release --output-on-failure --no-tests=error "$@" | tee "$log"; then
  say "Passed: $(grep -o '[0-9]* tests passed\|tests failed out of [0-9]*' "$log" | grep -o '[0-9]*$' | tail -n 1) tests, $((SECONDS - start)) s"
else
  sed -n '/The following tests FAILED/,$p' "$log" >&2
  fail "some tests failed; their output is above and in $log"
fi
