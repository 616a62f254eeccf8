#!/bin/bash
# Installs what the tests need and runs all of them. --soak: full counts of the long tests. Other arguments go to `dotnet test` (e.g. --filter).
set -euo pipefail
cd "$(dirname "$0")"
arguments=()
for argument in "$@"; do
  case $argument in
    --soak) export STRATA_SOAK=1 ;;
    *) arguments+=("$argument") ;;
  esac
done

tools/build.sh
. tools/progress.sh
. tools/packages.sh
# shellcheck disable=SC2086
install_packages $TEST_PACKAGES

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
. tools/compiler.sh
# shellcheck disable=SC2086
run_with_progress "building the tests" .build/build-tests.log dotnet build Strata.slnx -c Release -m:2 $COMPILER_SERVER ||
  { grep -E 'error' .build/build-tests.log | sort -u | head -n 20; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
end_compiler_server

# One project after another: tests of sandboxes compare the state of the whole host before and after.
log=.build/test.log
: >"$log"
status=0
for project in tests/*/*.csproj; do
  dotnet test "$project" -c Release --no-build --logger "console;verbosity=minimal" "${arguments[@]}" 2>&1 | tee -a "$log" || status=1
done

count() { awk -v name="$1" 'match($0, name ": +[0-9]+") { split(substr($0, RSTART, RLENGTH), part, ": +"); n += part[2] } END { print n + 0 }' "$log"; }
passed=$(count Passed) failed=$(count Failed) skipped=$(count Skipped)
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1 # a crashed test host reports no failure of its own
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
