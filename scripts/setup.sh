#!/usr/bin/env bash
# Installs what Sinter needs to be built and tested: packages from apt, and a virtual
# environment in .venv for the Python side of the tests. Says nothing and takes no time
# where everything is there already, so demo.sh and test.sh always call it.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

missing=()

# need PACKAGE PROBE...: PACKAGE is missing unless one of the commands or files exists.
need() {
  local package=$1 probe
  shift
  for probe in "$@"; do
    case $probe in
    */*) [[ -e $probe ]] && return ;;
    *) command -v "$probe" >/dev/null && return ;;
    esac
  done
  missing+=("$package")
}

find_missing() {
  local llvm=/usr/lib/llvm-22 multiarch
  multiarch=$(uname -m)-linux-gnu
  missing=()
  need ca-certificates /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt
  need git git
  need cmake cmake
  need ninja-build ninja
  need clang-22 clang++-22
  need lld-22 $llvm/bin/ld.lld
  need libclang-rt-22-dev $llvm/lib/clang/22/lib/linux/libclang_rt.asan-"$(uname -m)".a \
    $llvm/lib/clang/22/lib/"$multiarch"/libclang_rt.asan.a
  need llvm-22-dev $llvm/lib/cmake/llvm/LLVMConfig.cmake
  need llvm-22-tools $llvm/bin/FileCheck
  need libmlir-22-dev $llvm/lib/cmake/mlir/MLIRConfig.cmake
  need mlir-22-tools $llvm/bin/mlir-tblgen
  need liblld-22-dev $llvm/lib/cmake/lld/LLDConfig.cmake
  need zlib1g-dev {/usr,/usr/local}/include/zlib.h
  need libzstd-dev {/usr,/usr/local}/include/zstd.h
  need libfmt-dev {/usr,/usr/local}/include/fmt/core.h
  need libboost-program-options-dev {/usr,/usr/local}/include/boost/program_options.hpp
  need libonnx-dev {/usr,/usr/local}/include/onnx/onnx_pb.h
  need libprotobuf-dev {/usr,/usr/local}/include/google/protobuf/message.h
  need libstb-dev {/usr,/usr/local}/include/{stb,.}/stb_image.h
  need libgtest-dev {/usr,/usr/local}/include/gtest/gtest.h
  need libgmock-dev {/usr,/usr/local}/include/gmock/gmock.h
  need python3 python3
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=(python3-venv)
  fi
}

# Runs a command as root, which check_can_install has found possible.
as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

check_can_install() {
  local id='' version='' name='this system'
  if [[ -r /etc/os-release ]]; then
    id=$(. /etc/os-release && echo "${ID:-}")
    version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    name=$(. /etc/os-release && echo "${PRETTY_NAME:-this system}")
  fi
  if [[ $id != debian || $version != 12 ]] || ! command -v apt-get >/dev/null; then
    fail "$name is not Debian 12, for which this script installs packages; install what these hold and run it again: ${missing[*]}"
  fi
  if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
    fail "installing packages needs root, and there is no sudo; as root, run: apt-get install ${missing[*]}"
  fi
  as_root true || fail "installing packages needs root, and sudo refuses; as root, run: apt-get install ${missing[*]}"
}

# The packages among those missing that no configured source offers.
without_candidate() {
  local package
  for package in "${missing[@]}"; do
    [[ $(apt-cache policy "$package") == *'Candidate: '[!\(]* ]] || echo "$package"
  done
}

install_missing() {
  local log=build/setup.log reachable=yes absent
  check_can_install
  mkdir -p build
  say "Installing with apt: ${missing[*]}"
  as_root apt-get update -q -o APT::Update::Error-Mode=any >"$log" 2>&1 || reachable=no
  absent=$(without_candidate | tr '\n' ' ')
  if [[ $absent == *-22* && $reachable == yes ]]; then
    fail "no configured apt source offers ${absent% }: enable Debian's own bookworm-security suite, or add the LLVM project's, 'deb https://apt.llvm.org/bookworm/ llvm-toolchain-bookworm-22 main', and run this again"
  elif [[ -n $absent && $reachable == yes ]]; then
    fail "no configured apt source offers ${absent% }: enable Debian's bookworm main suite and run this again"
  fi
  if ! as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qy --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    [[ $reachable == yes ]] ||
      fail "apt cannot reach its package sources (is there a network?); apt's messages are in $log"
    fail "apt could not install the packages; its messages are in $log"
  fi
  hash -r
  find_missing
  [[ ${#missing[@]} -eq 0 ]] ||
    fail "these are installed, but what they should bring is not there: ${missing[*]}"
}

# The environment is complete when the requirements it was made from are today's.
make_environment() {
  local wanted=scripts/requirements.txt made_from=.venv/requirements.txt
  cmp -s $wanted $made_from && return
  say "Making the Python environment .venv from $wanted"
  rm -rf .venv
  quietly build/venv.log "python3 could not make a virtual environment" python3 -m venv .venv
  quietly build/venv.log "pip could not install the packages of $wanted (is there a network?)" \
    .venv/bin/python -m pip install --disable-pip-version-check -r $wanted
  cp $wanted $made_from
}

find_missing
if [[ ${#missing[@]} -gt 0 ]]; then
  install_missing
fi
make_environment
