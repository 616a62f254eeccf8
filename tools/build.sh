#!/bin/sh
# Installs what Strata needs on Debian or Ubuntu (naming it) and builds the program into .build/strata. Safe to run twice at once.
set -eu
{ # read whole before it runs: an update of the checkout may replace this file
cd "$(dirname "$0")/.."
mkdir -p .build 2>/dev/null && [ -w .build ] ||
  { echo "strata: needs to be built, and $PWD is not writable for you: run ./strata version once as its owner." >&2; exit 3; }
exec 9>.build/lock
flock 9

. tools/progress.sh
. tools/packages.sh
# shellcheck disable=SC2086
install_packages $RUNTIME_PACKAGES

if ! command -v dotnet >/dev/null 2>&1; then
  echo "strata: the .NET SDK 10 is missing. Install it (package dotnet-sdk-10.0, or from the .NET site) and start again." >&2
  exit 3
fi

case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) echo "strata: no build for $(uname -m); x86_64 and aarch64 are supported." >&2; exit 3 ;;
esac

. tools/compiler.sh
rm -f .build/stamp # of a program that did not look at its sources itself
: >.build/built.new # made before the build: a source changed meanwhile is newer, and builds again
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
log=.build/build.log
# Whoever builds to run needs no analysis of the code and no documentation files: that is for the builds of the tests.
# shellcheck disable=SC2086
run_with_progress "building (once)" $log dotnet publish src/Strata.Cli -c Release -r "$rid" --self-contained -o .build/next \
  $COMPILER_SERVER -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false -p:GenerateDocumentationFile=false ||
  { grep -E 'error|Error' $log | sort -u | head -n 20 >&2; echo "strata: the build failed; the whole log is in $PWD/$log" >&2; exit 3; }

rm -rf .build/previous .build/built # whoever is killed here builds again
[ ! -d .build/strata ] || mv .build/strata .build/previous # a running program keeps its files
mv .build/next .build/strata
rm -rf .build/previous
mv .build/built.new .build/built
exit
}
