using System.Text;
using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>Keys of caches as they were evaluated: which cannot be used, what is told of them, and why another was found.</summary>
public sealed class CacheKeyTests : IDisposable
{
    private const string Secret = "s3cr3t-value-0123456789";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("paths: [~/c], key: \"k-${{ env.TOKEN }}\"", "STR2204: The cache 'c' is not used: its key contains a secret")]
    [InlineData("paths: [~/c], key: k, restore-keys: [\"k-${{ env.TOKEN }}\"]", "STR2204: The cache 'c' is not used: its restore key contains a secret")]
    [InlineData("paths: [\"~/c-${{ env.TOKEN }}\"], key: k", "a path of it contains a secret")]
    public async Task A_secret_in_what_a_cache_is_found_by_is_shown_and_stored_nowhere(string cache, string reason)
    {
        _bench.Workflow($$$"""
            env: { TOKEN: "${{ secrets.TOKEN }}" }
            caches: { c: { {{{cache}}} } }
            jobs:
              a:
                image: tiny
                network: none
                caches: [c]
                steps:
                  - run: mkdir -p ~/c ~/d && echo 1 > ~/c/f && echo 1 > ~/d/f
                  - { uses: actions/cache@v4, with: { path: ~/d, key: "d-${{ env.TOKEN }}" } }
            """);
        var outcome = await _bench.RunAsync("--secret", $"TOKEN={Secret}", "--explain");
        var report = _bench.Report();
        var json = await _bench.RunAsync("--secret", $"TOKEN={Secret}", "--json");
        var explained = await _bench.StrataAsync("cache", "explain", report.RunId(), "--data", _bench.Data, "--json");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        foreach (var name in (string[])["c", "actions/cache"])
        {
            report.Cache(name).Both.ShouldBe("error skipped");
        }

        report.Cache("c").Reason.ShouldNotBeNull().ShouldContain(reason);
        JsonNode.Parse(explained.Stdout)!["lookups"]!.AsArray().Select(lookup => (string?)lookup!["class"]).ShouldBe(["error", "error"], explained.All);
        foreach (var text in (string[])[outcome.All, json.All, explained.All, report.ToJsonString(), Database()])
        {
            text.ShouldNotContain(Secret);
        }
    }

    [Theory]
    [InlineData("a,b", "", "its key contains a comma")]
    [InlineData("401", ", rolling: true", "its key has more than 400 characters")]
    [InlineData("513", "", "its key has more than 512 characters")]
    public async Task A_key_that_cannot_be_used_costs_the_cache_and_is_recorded(string key, string more, string problem)
    {
        _bench.Workflow(CacheWorkflow.Job("[~/c]", $"\"${{{{ vars.KEY }}}}\"{more}", "mkdir -p ~/c && echo 1 > ~/c/f"));
        var outcome = await _bench.RunAsync("--var", $"KEY={(int.TryParse(key, out var length) ? new string('k', length) : key)}");
        var explained = await _bench.StrataAsync("cache", "explain", _bench.Report().RunId(), "--data", _bench.Data);

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain($"warning STR2204: The cache 'c' is not used: {problem}");
        _bench.Report().Cache().Both.ShouldBe("error skipped");
        explained.Stdout.ShouldContain($"a · c: error: STR2204: The cache 'c' is not used: {problem}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_key_reads_tells_why_it_is_another(bool isDeclared)
    {
        const string key = "\"k-${{ env.MODE }}-${{ matrix.v }}-${{ hashFiles('lock') }}\"";
        _bench.Workflow($$$"""
            env: { MODE: "${{ vars.MODE }}" }
            {{{(isDeclared ? $"caches: {{ c: {{ paths: [~/c], key: {key} }} }}" : "")}}}
            jobs:
              a:
                image: tiny
                network: none
                strategy: { matrix: { v: ["${{ vars.V }}"] } }
                {{{(isDeclared ? "caches: [c]" : "")}}}
                steps:
                  - run: mkdir -p ~/c && echo 1 > ~/c/f
                  {{{(isDeclared ? "" : $"- {{ uses: actions/cache@v4, with: {{ path: ~/c, key: {key} }} }}")}}}
            """);
        _bench.Write("lock", "1");
        await _bench.ReportAsync(0, "--var", "MODE=fast", "--var", "V=1");
        var env = await _bench.RunAsync("--var", "MODE=slow", "--var", "V=1", "--explain");
        var matrix = await _bench.RunAsync("--var", "MODE=slow", "--var", "V=2", "--explain");
        _bench.Write("lock", "2");
        var file = await _bench.RunAsync("--var", "MODE=slow", "--var", "V=2", "--explain");
        var explained = await _bench.StrataAsync("cache", "explain", _bench.Report().RunId(), "--data", _bench.Data);

        env.Stderr.ShouldContain("miss (env): ");
        env.Stderr.ShouldContain("    env MODE: \"fast\" → \"slow\"");
        matrix.Stderr.ShouldContain("miss (input): ");
        matrix.Stderr.ShouldContain("    matrix.v: \"1\" → \"2\"");
        file.Stderr.ShouldContain("miss (input): ");
        file.Stderr.ShouldContain("    hashFiles('lock'): ");
        explained.Stdout.ShouldContain(": input: ");
        explained.Stdout.ShouldNotContain("matrix.v");
    }

    private string Database() => string.Concat(Directory.GetFiles(_bench.Data, "strata.db*").Select(static file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
}
