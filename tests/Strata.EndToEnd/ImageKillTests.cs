using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>
/// Builds of images, ended by kill -9 at each point after which something else is left: the next takes the lease over, uses exactly what was recorded, comes to the
/// same, and leaves the host as if nothing had been.
/// </summary>
public sealed class ImageKillTests : IDisposable
{
    private const int Killed = 128 + 9;
    private const string Secret = "GO=go-on-with-it";

    private const string Images = """
          tool: { from: images.tiny, steps: [{ run: echo one > /one }, { run: echo two > /two }] }
          parts: { from: images.tiny, steps: [{ run: "mkdir /parts && echo part > /parts/part" }] }
          taker: { from: images.tiny, steps: [{ copy: { from-image: images.parts, from: parts/, to: /opt/ } }, { run: cat /opt/part > /copied }] }
        jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
        """;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    /// <param name="calls">What the process was about to ask of the kernel; the first such call does not happen.</param>
    /// <param name="path">Of a file it names or has open; <c>{1}</c> is the digest of the second step's layer.</param>
    /// <param name="then">What the next build does with each step.</param>
    [Theory]
    [InlineData("the lease is taken", "mkdir,mkdirat", "builds", "built built")]
    [InlineData("the step has ended and its layer is half written", "sync_file_range", null, "built built")]
    [InlineData("the layer is whole and not in the store", "rename,renameat,renameat2", "layers/local/{1}", "reused built")]
    [InlineData("the layer is in the store and not recorded", "fsync", "layers/local", "built built")]
    [InlineData("the layer is recorded and nobody was told", "write", "../project/report-build.json", "reused reused")]
    public async Task A_build_killed_when(string moment, string calls, string? path, string then)
    {
        _bench.Workflow(Images);
        var expected = await CleanAsync("tool");
        await PullAsync();

        await KilledAsync("tool", calls, path, expected);

        await ShouldGoOnAsync(moment, "tool", expected, then);
    }

    [Theory]
    [InlineData("the copy is whole and not in the store", "rename,renameat,renameat2", "layers/local/{0}", "built built")]
    [InlineData("the copy is in the store and not recorded", "fsync", "layers/local", "built built")]
    [InlineData("what follows the copy is whole and not in the store", "rename,renameat,renameat2", "layers/local/{1}", "reused built")]
    public async Task A_copy_from_another_image_killed_when(string moment, string calls, string path, string then)
    {
        _bench.Workflow(Images);
        var expected = await CleanAsync("taker");
        (await BuildAsync("parts")).ExitCode.ShouldBe(0);

        await KilledAsync("taker", calls, path, expected);

        await ShouldGoOnAsync(moment, "taker", expected, then);
    }

    [Fact]
    public async Task A_build_killed_while_its_step_runs()
    {
        _bench.Workflow("""
              tool:
                from: images.tiny
                steps: [{ run: echo one > /one }, { run: "test $(cat /run/secrets/GO) = go-on-with-it || { echo it runs; sleep 1000; }; echo two > /two", secrets: [GO] }]
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        var expected = await CleanAsync("tool");
        await PullAsync();
        using var build = StrataProgram.Start(_bench.Workspace, "image", "build", "tool", "--secret", "GO=stay-where-you-are", "--data", _bench.Data);
        var told = "";
        while (!told.EndsWith("it runs", StringComparison.Ordinal))
        {
            told = (await build.StandardError.ReadLineAsync()).ShouldNotBeNull();
        }

        build.Kill();
        await build.WaitForExitAsync();

        await ShouldGoOnAsync("its step runs", "tool", expected, "reused built");
    }

    /// <summary>A layer that is too old is replaced by what its step makes now: until that is recorded the old one is what is there.</summary>
    [Theory]
    [InlineData("fsync", "layers/local", true)]
    [InlineData("write", "../project/report-build.json", false)]
    public async Task A_layer_made_again_because_of_its_age_killed_before_it_is_recorded_or_after(string calls, string path, bool isOldThere)
    {
        void MaxAge(string age) => _bench.Workflow($$"""
              tool: { from: images.tiny, max-age: {{age}}, steps: [{ run: cat /proc/uptime /proc/sys/kernel/random/uuid > /made }] }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        MaxAge("7d");
        var old = Layers(await BuildAsync("tool"));
        MaxAge("1s");
        await Task.Delay(TimeSpan.FromSeconds(1.2));

        await KilledAsync("tool", calls, path, []);

        MaxAge("7d");
        var next = Layers(await BuildAsync("tool"));
        next.ShouldHaveSingleItem().Outcome.ShouldBe("reused");
        (next[0].Digest == old[0].Digest).ShouldBe(isOldThere);
        MaxAge("1s");
        await Task.Delay(TimeSpan.FromSeconds(1.2));
        var again = Layers(await BuildAsync("tool"));
        again.ShouldHaveSingleItem().Outcome.ShouldBe("built");
        again[0].Digest.ShouldNotBe(next[0].Digest);
        await ShouldBeCleanAsync();
    }

    /// <summary>That a layer was used is written when another was the step's last.</summary>
    [Fact]
    public async Task A_build_killed_as_it_marks_a_layer_as_used()
    {
        _bench.Workflow(Images);
        var expected = Layers(await BuildAsync("tool"));
        _bench.Workflow(Images.Replace("echo one", "echo other", StringComparison.Ordinal));
        Layers(await BuildAsync("tool")).ShouldNotBe(expected);
        _bench.Workflow(Images);

        await KilledAsync("tool", "fdatasync", "strata.db-wal", []);

        await ShouldGoOnAsync("a layer is marked as used", "tool", [.. expected.Select(static layer => layer.Digest)], "reused reused");
    }

    /// <summary>What it comes to where nothing was killed.</summary>
    private async Task<IReadOnlyList<string>> CleanAsync(string name)
    {
        var clean = $"{_bench.Data}-clean";
        var built = await _bench.StrataAsync("image", "build", name, "--secret", Secret, "--json", "--data", clean);
        Directory.Delete(clean, recursive: true);
        return [.. Layers(built).Select(static layer => layer.Digest)];
    }

    private async Task PullAsync() => (await _bench.StrataAsync("image", "pull", "images.tiny", "--data", _bench.Data)).ExitCode.ShouldBe(0);

    private async Task KilledAsync(string name, string calls, string? path, IReadOnlyList<string> digests)
    {
        var at = path is null ? null
            : Path.GetFullPath(Path.Combine(_bench.Data, string.Format(System.Globalization.CultureInfo.InvariantCulture, path, [.. digests.Select(static digest => digest["sha256:".Length..])])));
        using var build = StrataProgram.StartKilledAt(calls, at, "report-build.json", _bench.Workspace, "image", "build", name, "--json", "--data", _bench.Data);
        var told = await build.StandardError.ReadToEndAsync();
        await build.WaitForExitAsync();
        build.ExitCode.ShouldBe(Killed, told);
    }

    private async Task ShouldGoOnAsync(string moment, string name, IReadOnlyList<string> expected, string then)
    {
        var next = Layers(await BuildAsync(name));
        string.Join(' ', next.Select(static layer => layer.Outcome)).ShouldBe(then, moment);
        next.Select(static layer => layer.Digest).ShouldBe(expected, moment);
        Layers(await BuildAsync(name)).ShouldBe(expected.Select(static digest => (digest, "reused")), moment);
        await ShouldBeCleanAsync();
    }

    private async Task ShouldBeCleanAsync()
    {
        (await _bench.StrataAsync("doctor", "--clean", "--data", _bench.Data)).ExitCode.ShouldBe(0); // of a sandbox the next one would; a build that reuses all starts none
        var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", _bench.Data);
        scrub.ExitCode.ShouldBe(0, scrub.All);
        (await HostState.LeftOfAsync(Path.GetDirectoryName(_bench.Data)!)).ShouldBeEmpty();
        string[] left =
        [
            .. Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Data, "live")),
            .. Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Data, "builds")),
            .. Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Data, "sandbox", "runtime")),
            .. Directory.EnumerateFileSystemEntries(_bench.Data, "tmp-*", SearchOption.AllDirectories),
        ];
        left.ShouldBeEmpty();
    }

    private async Task<Outcome> BuildAsync(string name)
    {
        var built = await _bench.StrataAsync("image", "build", name, "--secret", Secret, "--json", "--data", _bench.Data);
        built.ExitCode.ShouldBe(0, built.All);
        return built;
    }

    /// <summary>Those that steps made.</summary>
    private static List<(string Digest, string Outcome)> Layers(Outcome built) =>
    [
        .. JsonNode.Parse(built.Stdout)!["images"]![0]!["layers"]!.AsArray().Where(static layer => layer!["key"] is not null)
            .Select(static layer => ((string)layer!["digest"]!, (string)layer["outcome"]!)),
    ];
}
