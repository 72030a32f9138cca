#!/bin/sh
# All tests, from a bare Debian 12: installs what is missing, builds, runs, and ends with one line of sums. Some of it by name:
#   tests/run.sh [release] [asan] [tidy] [guards] [system]
# release: what is installed, on RNP of our own build; fast, lab, interop, hosts, slow. asan: fast tests on the shared RNP, with the
# address and undefined behaviour sanitizers. tidy: clang-tidy. guards: the rest of the checks of the source tree. By name only, system:
# dev build on the shared RNP, and the labels of release.
# SM_NO_SKIP=1 turns what a test machine must offer, and this one does not, from a skip into a failure.
set -u
cd "$(dirname "$0")/.." || exit 1
stages=${*:-release asan tidy guards}
began=$(date +%s)
passed=0 failed=0 skipped=0 table=

# result WHAT SECONDS PASSED FAILED SKIPPED
result() {
  passed=$((passed + $3)) failed=$((failed + $4)) skipped=$((skipped + $5))
  line=$(printf '%-18s %5d s %7d passed %5d failed %5d skipped' "$@")
  table="$table$line
"
  echo "== $line"
}

# build PRESET [CMAKE-ARGUMENT…]
build() {
  preset=$1
  shift
  start=$(date +%s)
  echo "== building $preset"
  if cmake --preset "$preset" "$@" >"build/$preset.log" 2>&1 && cmake --build "build/$preset" >>"build/$preset.log" 2>&1; then
    grep -E '^-- (RNP|librnp):' "build/$preset.log"
    result "$preset build" $(($(date +%s) - start)) 0 0 0
  else
    grep -vE '^\[[0-9]+/[0-9]+\] |^-- ' "build/$preset.log" | tail -n 60
    result "$preset build" $(($(date +%s) - start)) 0 1 0
    return 1
  fi
}

# Sums of ctest's log: checks of a TAP script, cases of a doctest program, otherwise tests.
count() {
  awk '
    function add() {
      if (!name) return
      if (status == "Skipped") s++
      else if (points) { p += ok; f += not_ok; s += skips; if (status == "Failed" && !not_ok) f++ }
      else if (cases) { p += cases_passed - skips; f += cases_failed; s += skips; if (status == "Failed" && !cases_failed) f++ }
      else if (status == "Passed") p++
      else f++
      name = ""
    }
    /^[0-9]+\/[0-9]+ Testing: / { add(); name = $3; status = "Failed"; points = ok = not_ok = skips = cases = cases_passed = cases_failed = 0 }
    /^ok [0-9]/ { points++; if (/ # SKIP /) skips++; else ok++ }
    /^not ok [0-9]/ { points++; not_ok++ }
    /^skip: / { skips++ }
    /^\[doctest\] test cases: / { cases = 1; gsub(/\|/, ""); cases_passed = $5; cases_failed = $4 ? $7 : 1 }
    /^Test Passed\.$/ { status = "Passed" }
    /^Test Pass Reason:$|^Test Skipped/ { status = "Skipped" }
    END { add(); print p + 0, f + 0, s + 0 }
  ' "build/$1/Testing/Temporary/LastTest.log"
}

# run PRESET LABEL [JOBS]
run() {
  start=$(date +%s)
  rm -f "build/$1/Testing/Temporary/LastTest.log"
  echo "== $2 ($1)"
  ctest --test-dir "build/$1" -L "^$2\$" -j "${3:-$(nproc)}" --output-on-failure --no-tests=ignore 2>&1 |
    grep -vE '^(Internal ctest|Label Time Summary|[a-z]+ += +[0-9.]+ sec|Total Test time|$)|^ +Start +[0-9]+:|Errors while running CTest'
  if [ -f "build/$1/Testing/Temporary/LastTest.log" ]; then
    # shellcheck disable=SC2046 # three numbers
    result "$2 ($1)" $(($(date +%s) - start)) $(count "$1")
  else
    echo "no test has this label"
  fi
}

start=$(date +%s)
.ci/install build test || exit 1
result "packages" $(($(date +%s) - start)) 0 0 0
mkdir -p build

# labels PRESET
labels() {
  for label in fast lab interop hosts; do run "$1" $label; done
  run "$1" slow 1
}

# The README's commands, which a slow test runs, leave this tree without its tests: each stage asks again.
need_release() { build release -DSM_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON; }

for stage in $stages; do
  case $stage in
  release)
    if need_release; then
      if ! grep -q '^SM_RNP_USED:INTERNAL=static$' build/release/CMakeCache.txt; then
        echo "no static RNP on this machine: see build/release.log"
        if [ "${SM_NO_SKIP:-0}" = 1 ]; then result "static RNP" 0 0 1 0; else result "static RNP" 0 0 0 1; fi
      fi
      labels release
    fi
    ;;
  system) if build dev -DSM_TESTS=ON; then labels dev; fi ;;
  asan) if build asan -DSM_TESTS=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON; then run asan fast; fi ;;
  tidy) if need_release; then run release tidy; fi ;;
  guards) if need_release; then run release guards; fi ;;
  *)
    echo "tests/run.sh: no stage $stage: release asan tidy guards system" >&2
    exit 64
    ;;
  esac
done

echo
printf '%s' "$table"
echo "all of it: $(($(date +%s) - began)) s"
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
