using System.Globalization;

namespace Strata.EndToEnd;

/// <summary>
/// Hermetic steps and compiler caches with the compilers and interpreters people use, in a base system that is made once and kept between test runs: what they ask
/// of a file system is their own affair, and not what a test would think of.
/// </summary>
public sealed class RealToolTests : IDisposable
{
    private const string Images = """
        images:
          tools: { from: debootstrap:trixie, packages: [ccache, gcc, libc6-dev, nodejs, python3-minimal] }

        """;

    private static readonly string Data = Environment.GetEnvironmentVariable("STRATA_TEST_DATA")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/strata-tests/tools");

    private readonly Workbench _bench = new();
    private readonly string _repository = $"t{Guid.NewGuid():N}"; // what an earlier run of the tests kept is not seen

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Gcc_is_told_the_headers_that_it_did_not_find_and_no_others()
    {
        _bench.Write("src/main.c", "#include \"config.h\"\n#include \"sub/deep.h\"\n#include <stdio.h>\nint main(void) { return puts(NAME DEEP) < 0; }\n");
        _bench.Write("include/config.h", "#define NAME \"name\"\n");
        _bench.Write("include/other.h", "#define OTHER 1\n");
        _bench.Write("generated/sub/deep.h", "#define DEEP \"deep\"\n");
        _bench.Write("README.md", "not for gcc\n");
        const string Command = "gcc -Iinclude -Igenerated -O1 -c src/main.c -o main.o";

        var header = await FailAsync(Command, "src/**, include/other.h, generated/**");
        var directory = await FailAsync(Command, "src/**, include/**");
        var suggested = await SuggestAsync(Command);

        Named(header).ShouldBe("include/config.h");
        Named(directory).ShouldBe("generated"); // gcc passes over a directory that is not there
        suggested.ShouldBe("[generated/sub/deep.h, include/config.h, src/main.c]");
    }

    [Fact]
    public async Task Node_is_told_the_modules_that_it_did_not_find_and_no_others()
    {
        _bench.Write("package.json", """{ "name": "app", "version": "1.0.0" }""");
        _bench.Write("app.js", "const { hello } = require('./lib/hello');\nconst dep = require('dep');\nconsole.log(hello(dep));\n");
        _bench.Write("lib/hello.js", "exports.hello = d => `hello ${d}`;\n");
        _bench.Write("lib/unused.js", "exports.unused = 1;\n");
        _bench.Write("node_modules/dep/package.json", """{ "name": "dep", "version": "1.0.0", "main": "main.js" }""");
        _bench.Write("node_modules/dep/main.js", "module.exports = 'dep';\n");
        _bench.Write("node_modules/dep/test.js", "throw 1;\n");
        const string Command = "node app.js";

        var module = await FailAsync(Command, "app.js, package.json, lib/unused.js, node_modules/**");
        var package = await FailAsync(Command, "app.js, package.json, lib/**");
        var suggested = await SuggestAsync(Command);

        Named(module).ShouldBe("lib/hello.js");
        Named(package).ShouldBe("node_modules");
        suggested.ShouldBe("[app.js, lib/hello.js, node_modules/dep/main.js, node_modules/dep/package.json, package.json]");
    }

    /// <summary>It reads the names of a directory and asks for none that is not among them.</summary>
    [Fact]
    public async Task Python_is_told_the_modules_beside_those_it_found()
    {
        _bench.Write("tools/make.py", "import sys\nsys.dont_write_bytecode = True\nimport words\nfrom pack import one\nprint(words.TEXT, one.TEXT)\n");
        _bench.Write("tools/words.py", "TEXT = 'words'\n");
        _bench.Write("tools/pack/__init__.py", "");
        _bench.Write("tools/pack/one.py", "TEXT = 'one'\n");
        _bench.Write("tools/pack/two.py", "TEXT = 'two'\n");
        _bench.Write("data.txt", "not for python\n");
        const string Command = "python3 tools/make.py";

        var module = await FailAsync(Command, "tools/make.py, tools/pack/**");
        var package = await FailAsync(Command, "tools/*.py");
        var submodule = await FailAsync(Command, "tools/*.py, tools/pack/__init__.py, tools/pack/two.py");
        var suggested = await SuggestAsync(Command);

        module.ShouldContain("tools/words.py");
        package.ShouldContain("tools/pack");
        submodule.ShouldContain("tools/pack/one.py");
        (module + package + submodule).ShouldNotContain("data.txt");
        suggested.ShouldBe("[tools/**]");
    }

    [Fact]
    public async Task Ccache_compiles_once_and_then_only_what_changed()
    {
        const int Files = 6;
        for (var i = 0; i < Files; i++)
        {
            _bench.Write($"src/f{i}.c", $"#include <stdio.h>\nint f{i}(void) {{ return puts(\"{i}\"); }}\n");
        }

        _bench.Write("strata.yml", Images + """
            jobs:
              build:
                image: tools
                network: none
                caches: [{ preset: ccache }]
                steps:
                  - run: |
                      ccache --zero-stats > /dev/null
                      mkdir -p build
                      for f in src/*.c; do ccache gcc -O1 -c $f -o build/$(basename $f .c).o; done
                      ccache --print-stats | grep -E '^(direct_cache_hit|preprocessed_cache_hit|cache_miss)\b' | sort | tr '\t\n' '= ' | sed 's/^/counted /'
            """);

        var cold = await BuildAsync();
        var warm = await BuildAsync();
        _bench.Write("src/f3.c", "int f3(void) { return 3; }\n");
        var changed = await BuildAsync();
        var rolled = await BuildAsync();

        Counts(cold).ShouldBe((0, Files));
        Counts(warm).ShouldBe((Files, 0));
        Counts(changed).ShouldBe((Files - 1, 1));
        Counts(rolled).ShouldBe((Files, 0)); // what the changed run compiled was saved too, under a key of its own

        async Task<Outcome> BuildAsync()
        {
            var outcome = await RunAsync();
            outcome.ExitCode.ShouldBe(0, outcome.All);
            return outcome;
        }

        static (int Hits, int Misses) Counts(Outcome outcome)
        {
            var line = outcome.All.Split('\n').Single(static l => l.Contains("counted ", StringComparison.Ordinal));
            var counts = line[(line.IndexOf("counted ", StringComparison.Ordinal) + 8)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(static c => c.Split('=')).ToDictionary(static c => c[0], static c => int.Parse(c[1], CultureInfo.InvariantCulture));
            return (counts["direct_cache_hit"] + counts["preprocessed_cache_hit"], counts["cache_miss"]);
        }
    }

    /// <returns>What a failing step is told.</returns>
    private async Task<string> FailAsync(string command, string inputs)
    {
        Step(command, inputs);
        var outcome = await RunAsync();
        outcome.ExitCode.ShouldBe(1, outcome.All);
        return string.Join('\n', outcome.Stderr.Split('\n').Where(static line => line.Contains("not declared: ", StringComparison.Ordinal) || line.Contains("not in the image: ", StringComparison.Ordinal)));
    }

    /// <returns>The paths of the only thing it is told.</returns>
    private static string Named(string told)
    {
        const string Before = "it looked for ", After = ", which the workspace has";
        told.ShouldContain(After);
        told.ShouldNotContain("\n");
        return told[(told.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..told.IndexOf(After, StringComparison.Ordinal)];
    }

    private async Task<string> SuggestAsync(string command)
    {
        Step(command, "\"**\"");
        var outcome = await RunAsync("--suggest-inputs", "it");
        outcome.ExitCode.ShouldBe(0, outcome.All);
        var line = outcome.Stderr.Split('\n').Single(static l => l.Contains("inputs: [", StringComparison.Ordinal)).Trim();
        return line[(line.IndexOf("inputs: [", StringComparison.Ordinal) + 8)..];
    }

    private void Step(string command, string inputs) => _bench.Write("strata.yml", Images + $$"""
        jobs:
          job:
            image: tools
            network: none
            steps:
              - { id: it, run: "{{command}}", cache: { inputs: [{{inputs}}], outputs: [main.o] } }
        """);

    private Task<Outcome> RunAsync(params string[] arguments) => _bench.StrataAsync(["run", "--data", Data, "--repo", _repository, "--report", "report.json", .. arguments]);
}
