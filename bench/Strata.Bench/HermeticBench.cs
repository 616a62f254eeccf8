using System.Globalization;
using Strata.Sandbox;

namespace Strata.Bench;

/// <summary>What hermetic steps cost when they are hits, and when they are not.</summary>
internal static class HermeticBench
{
    private const int Rounds = 10;

    /// <summary>A run of which every step is a hit, against the one sandbox that it still needs.</summary>
    public static async Task<BenchResult> HitsAsync(string repository)
    {
        var result = new BenchResult("hermetic-hits", "One job of five hermetic steps, all of them hits, against the sandbox of the job alone in a running process.");
        using var directory = new ThrowawayDirectory();
        var project = await HermeticProject.MakeAsync(repository, directory);
        File.WriteAllText(Path.Combine(project.Workspace, "a.txt"), "a");
        project.Steps([.. Enumerable.Range(0, 5).Select(i => $"{{ run: 'cat {(i == 0 ? "a.txt" : $"out{i - 1}")} > out{i}', cache: {{ inputs: [{(i == 0 ? "a.txt" : $"out{i - 1}")}], outputs: [out{i}] }} }}")]);
        await Task.Delay(TimeSpan.FromSeconds(3)); // files that changed just now are read again by each run
        (await project.RunAsync()).Expect(hits: false);
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = directory.File("alone") });
        var samples = await Measurement.InTurnAsync(
            2 * Rounds,
            static () => Task.Delay(TimeSpan.FromMilliseconds(200)), // the kernel ends namespaces in the background: of the one before
            ("strata run, five hits", async () => (await project.RunAsync()).Expect(hits: true)),
            ("the sandbox alone", () => SandboxStart.StartAndRunTrueAsync(host, directory.File("tiny"), network: false)));
        result.Table(samples);
        result.Figure(Text($"{samples[0].Median:0} ms in all (figure: ≤ 300)"), samples[0].Median <= 300);
        var over = Measurement.Difference(samples[0], samples[1]);
        result.Figure(Text($"{over:0} ms over the sandbox it needs (figure: ≤ 150)"), over <= 150);
        return result;
    }

    /// <summary>How long it takes to know that a step with 50,000 inputs is a hit.</summary>
    public static async Task<BenchResult> DecisionAsync(string repository)
    {
        var result = new BenchResult(
            "hermetic-decision", "A hit of a step whose inputs are 50,000 files of the source, from its start to its end (report: durationMs): key, look-up, one small output placed, log shown.");
        using var directory = new ThrowawayDirectory();
        var project = await HermeticProject.MakeAsync(repository, directory);
        ManyFiles.Make(Path.Combine(project.Workspace, "src"), 200);
        project.Steps("{ run: 'find src | wc -l > out', cache: { inputs: [src/**], outputs: [out] } }");
        await Task.Delay(TimeSpan.FromSeconds(3));
        (await project.RunAsync()).Expect(hits: false);
        var (same, other, written) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            same.Add(await DurationAsync(project, 0));
            await File.WriteAllTextAsync(Path.Combine(project.Workspace, "other.txt"), Text($"{round}"));
            other.Add(await DurationAsync(project, 0));
        }

        project.Steps("{ run: 'echo 1 > src/d1/more' }", "{ run: 'find src | wc -l > out', cache: { inputs: [src/**, '!src/d1/more'], outputs: [out] } }");
        (await project.RunAsync()).Expect(hits: true, from: 1); // what is declared is the same tree
        for (var round = 0; round < Rounds; round++)
        {
            written.Add(await DurationAsync(project, 1));
        }

        Samples[] all = [new("nothing changed", same), new("another file of the source changed", other), new("the job wrote beside the inputs", written)];
        result.Table(all);
        foreach (var samples in all)
        {
            result.Figure(Text($"{samples.Name}: {samples.Median:0} ms (figure: ≤ 20)"), samples.Median <= 20);
        }

        return result;
    }

    /// <summary>What a miss costs over a plain step that does the same.</summary>
    public static async Task<BenchResult> MissAsync(string repository)
    {
        var result = new BenchResult(
            "hermetic-miss", "A step that writes files, plain and as a hermetic step that misses (report: durationMs): sandbox, view, capture, search for secrets, record, outputs placed.");
        using var directory = new ThrowawayDirectory();
        var project = await HermeticProject.MakeAsync(repository, directory);
        File.WriteAllText(Path.Combine(project.Workspace, "a.txt"), "a");
        var small = await OverheadAsync(project, "mkdir dist && cat a.txt > dist/a");
        var large = await OverheadAsync(project, "mkdir dist && for i in 1 2 3 4 5 6 7 8; do head -c 16777216 /dev/urandom > dist/$i; done");
        result.Table([.. small, .. large]);
        var over = Measurement.Difference(small[1], small[0]);
        result.Figure(Text($"{over:0} ms over a plain step (figure: ≤ 80)"), over <= 80);
        var capture = Measurement.Difference(large[1], large[0]) - over;
        result.Figure(Text($"128 MB of outputs cost {capture:0} ms more, {128_000 / Math.Max(capture, 1):0} MB/s (figure: layer speed, ≥ 200 MB/s)"), capture <= 640);
        return result;
    }

    /// <summary>Large outputs of a hit.</summary>
    public static async Task<BenchResult> OutputsAsync(string repository)
    {
        var result = new BenchResult("hermetic-outputs", "A hit whose outputs are 500 MB in 100 files, from its start to its end (report: durationMs); and the same with a process of the job left running.");
        using var directory = new ThrowawayDirectory();
        var project = await HermeticProject.MakeAsync(repository, directory);
        const string Step = "{ run: 'mkdir dist && for i in $(seq 100); do head -c 5242880 /dev/urandom > dist/$i; done', cache: { inputs: [none], outputs: [dist/] } }";
        project.Steps(Step, "{ run: 'ls dist | wc -l | grep -q 100' }");
        (await project.RunAsync()).Expect(hits: false);
        var alone = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            alone.Add((await project.RunAsync()).DurationOf(0));
        }

        project.Steps("{ run: '(sleep 60 > /dev/null 2>&1 &)' }", Step);
        var beside = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            beside.Add((await project.RunAsync()).DurationOf(1));
        }

        Samples[] all = [new("nothing else runs: mounted", alone), new("something runs: copied", beside)];
        result.Table(all);
        result.Figure(Text($"{all[0].Median:0} ms (figure: ≤ 50)"), all[0].Median <= 50);
        return result;
    }

    private static async Task<double> DurationAsync(HermeticProject project, int step)
    {
        var run = await project.RunAsync();
        run.Expect(hits: true, from: step);
        return run.DurationOf(step);
    }

    private static async Task<IReadOnlyList<Samples>> OverheadAsync(HermeticProject project, string script)
    {
        project.Steps($"{{ run: '{script}' }}", "{ run: 'rm -rf dist' }", $"{{ run: '{script}', env: {{ N: \"${{{{ env.N }}}}\" }}, cache: {{ inputs: [a.txt], outputs: [dist/] }} }}");
        var (plain, hermetic) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var run = await project.RunAsync("--env", Text($"N={script.Length}-{round}"));
            if (round > 0) // the first warms up
            {
                plain.Add(run.DurationOf(0));
                hermetic.Add(run.DurationOf(2));
            }
        }

        return [new($"plain: {script}", plain), new("hermetic, missed", hermetic)];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
