# Sourced: one compiler server for all projects of this build, ended with it. A compiler started for each project warms up each time: twice the time.
COMPILER_SERVER="-p:UseSharedCompilation=true -p:SharedCompilationId=strata-$$"
export DOTNET_TieredPGO=0 # profiles pay off in programs that run for longer than a build
end_compiler_server() {
  trap - EXIT
  unset DOTNET_TieredPGO
  dotnet "$(dotnet --list-sdks | sed -n "s|^$(dotnet --version) \\[\\(.*\\)\\]|\\1|p")/$(dotnet --version)/Roslyn/bincore/VBCSCompiler.dll" \
    -shutdown "-pipename:strata-$$" >/dev/null 2>&1 || :
}
trap end_compiler_server EXIT
