namespace Strata.EndToEnd;

/// <summary>Builds of images that cannot end well: who is told what, and what is left.</summary>
public sealed class ImageFailureTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Of_eight_processes_that_want_an_image_whose_step_fails_one_runs_it_and_all_are_told_why()
    {
        _bench.Workflow("""
              broken:
                from: images.tiny
                steps: [{ run: "echo out of milk; sleep 3; exit 7" }]
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        (await _bench.StrataAsync("image", "pull", "images.tiny", "--data", _bench.Data)).ExitCode.ShouldBe(0);
        using var first = StrataProgram.Start(_bench.Workspace, "image", "build", "broken", "--data", _bench.Data);
        var told = new List<string?>();
        while (told.LastOrDefault()?.Contains("out of milk", StringComparison.Ordinal) != true)
        {
            told.Add(await first.StandardError.ReadLineAsync());
            told[^1].ShouldNotBeNull();
        }

        var others = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => _bench.StrataAsync("image", "build", "broken", "--data", _bench.Data)));
        await first.WaitForExitAsync();
        var again = await _bench.StrataAsync("image", "build", "broken", "--data", _bench.Data);

        first.ExitCode.ShouldBe(1);
        var waited = others.Where(other => other.Stderr.Contains("for which this build waited", StringComparison.Ordinal)).ToList();
        waited.Count.ShouldBeGreaterThan(0, others[0].All); // a machine under load may start the others late: those run it themselves
        foreach (var other in others)
        {
            other.ExitCode.ShouldBe(1, other.All);
            other.Stderr.ShouldContain("STR3180: Step 1 of the image 'broken' failed with exit code 7", Case.Sensitive, other.All);
            other.Stderr.ShouldContain("strata.yml:5:", Case.Sensitive, other.All);
            other.Stderr.ShouldContain("out of milk");
        }

        waited.ShouldAllBe(other => !other.Stderr.Contains(": building", StringComparison.Ordinal));
        again.Stderr.ShouldContain(": building"); // a failure is not remembered
        again.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Whatever_wants_an_image_whose_step_fails_fails_as_its_build_does_and_writes_nothing()
    {
        _bench.Workflow("""
              broken: { from: images.tiny, steps: [{ run: exit 7 }] }
              above: { from: images.broken }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        string[][] commands =
        [
            ["build", "broken"], ["pull", "broken"], ["pull", "above", "--json"], ["export", "broken", $"{_bench.Data}.tar", "--json"], ["push", "broken", "127.0.0.1:1/broken:1", "--json"],
        ];
        foreach (var command in commands)
        {
            var outcome = await _bench.StrataAsync(["image", .. command, "--data", _bench.Data]);

            outcome.ExitCode.ShouldBe(1, outcome.All);
            outcome.Stdout.ShouldBeEmpty();
            outcome.Stderr.ShouldContain("STR3180", Case.Sensitive, outcome.All);
        }

        File.Exists($"{_bench.Data}.tar").ShouldBeFalse();
    }

    [Fact]
    public async Task A_copy_of_a_file_that_holds_a_secret_is_refused_and_nothing_of_it_is_kept()
    {
        const string Value = "s3cr3t-value-0123456789";
        _bench.Workflow("""
              leaky:
                from: images.tiny
                steps: [{ copy: { from: conf/, to: /etc/app/ } }]
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        _bench.Write("conf/settings", $"user: me\npassword: {Value}\n");

        var refused = await _bench.StrataAsync("image", "build", "leaky", "--secret", $"TOKEN={Value}", "--data", _bench.Data);
        _bench.Write("conf/settings", "user: me\n");
        _bench.Write("conf/.npmrc", "//registry.example/:_authToken=abcdef\n");
        var credential = await _bench.StrataAsync("image", "build", "leaky", "--data", _bench.Data);
        _bench.Write("conf/.npmrc", "//registry.example/:_authToken=${NPM_TOKEN}\n");
        var fine = await _bench.StrataAsync("image", "build", "leaky", "--secret", $"TOKEN={Value}", "--data", _bench.Data);

        refused.ExitCode.ShouldBe(1, refused.All);
        refused.Stderr.ShouldContain("strata.yml:5:", Case.Sensitive, refused.All);
        refused.Stderr.ShouldContain("STR3170");
        refused.Stderr.ShouldContain("/etc/app/settings, line 2");
        refused.Stderr.ShouldContain("exclude:");
        refused.Stderr.ShouldNotContain(Value);
        (credential.ExitCode, credential.Stderr.Contains("STR3171", StringComparison.Ordinal)).ShouldBe((1, true), credential.All);
        fine.ExitCode.ShouldBe(0, fine.All);
    }

    [Fact]
    public async Task Images_that_stand_on_each_other_or_on_nothing_are_errors_at_their_lines()
    {
        _bench.Workflow("""
              one: { from: images.two, steps: [{ run: "true" }] }
              two: { from: images.one, steps: [{ run: "true" }] }
              three: { from: images.nowhere, steps: [{ run: "true" }] }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);

        var outcome = await _bench.StrataAsync("image", "build", "--data", _bench.Data);

        outcome.ExitCode.ShouldBe(2, outcome.All);
        outcome.Stderr.ShouldContain("strata.yml:3:", Case.Sensitive, outcome.All);
        outcome.Stderr.ShouldContain("strata.yml:5:", Case.Sensitive, outcome.All);
        Directory.Exists(Path.Combine(_bench.Data, "layers")).ShouldBeFalse();
    }
}
