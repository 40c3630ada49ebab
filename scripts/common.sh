# shellcheck shell=bash
# What setup.sh, demo.sh and test.sh share: how they speak, how they fail, how they build.
# Sourced, from any folder; leaves the caller in the root of the repository.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '==> %s\n' "$*"; }

# One sentence and the end.
fail() {
  printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Shows a command and runs it.
run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

# Runs a command with its output in a log that is shown only where the command fails:
# quietly LOG "sentence for the failure" COMMAND...
quietly() {
  local log=$1 sentence=$2
  shift 2
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "$sentence; the whole log is in $log"
  fi
}

# Configures and builds the release preset; at once where nothing changed.
build_release() {
  say "Configuring build/release"
  quietly build/configure.log "CMake could not configure the build" cmake --preset release
  say "Building; a first build takes a few minutes"
  cmake --build --preset release || fail "the build failed; the compiler's messages are above"
}
