#!/usr/bin/env bash
# Sets Sinter up, builds it and runs every test: the lit suite, the GoogleTest programs and
# the examples built against an installed Sinter. Arguments go to ctest (-R NAME, -j 4, ...).

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# What ran, counted in ctest's log: test programs, and the single tests inside them.
summary() {
  awk -v seconds="$1" '
    /^Test (Passed\.|Pass Reason:)/ { ++programs }
    /^ *(Passed|Unsupported|Skipped) *:/ {
      split($0, parts, ":") # "  Passed: 59 (98.33%)"
      if ($1 ~ /^Passed/) lit += parts[2]; else skipped += parts[2]
    }
    /^\[  PASSED  \]/ { unit += $4 }
    END {
      printf "%d test programs passed, with %d lit tests and %d unit tests", programs, lit, unit
      if (skipped) printf " (%d more do not apply to this machine)", skipped
      printf "; %d s\n", seconds
    }' build/release/Testing/Temporary/LastTest.log
}

scripts/setup.sh
build_release
say "Testing"
start=$SECONDS
ctest --test-dir build/release --output-on-failure --no-tests=error "$@" ||
  fail "some tests failed; their output is above"
say "$(summary $((SECONDS - start)))"
