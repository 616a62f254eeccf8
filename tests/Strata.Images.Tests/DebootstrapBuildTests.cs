using Strata.Core.Diagnostics;

namespace Strata.Images.Tests;

/// <summary>Builds that start: how they end, and that they leave nothing.</summary>
[Collection("builds")]
public sealed class DebootstrapBuildTests : IDisposable
{
    private static readonly SourceSpan At = new("strata.yml", 3, 11);

    private readonly string _directory = Directory.CreateTempSubdirectory("strata-images-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_unknown_package_is_a_user_error_that_names_it()
    {
        var error = await Should.ThrowAsync<UserErrorException>(() => Build("bookworm", "no-such-package-here"));
        error.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR3003");
        error.Message.ShouldContain("no-such-package-here");
        NothingIsLeft();
    }

    [Fact]
    public async Task An_unknown_suite_is_a_user_error()
    {
        (await Should.ThrowAsync<UserErrorException>(() => Build("nosuchsuite"))).Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR3002");
        NothingIsLeft();
    }

    [Fact]
    public async Task Cancelling_ends_the_builder_and_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new CancelAt("apt-get update", cancellation);
        await Should.ThrowAsync<OperationCanceledException>(async () => await TestData.Resolver(_directory)
            .ResolveAsync(new BaseImage.Debootstrap("bookworm", ["busybox"], At), progress, cancellation.Token));
        NothingIsLeft();
    }

    [Fact]
    public async Task One_definition_gives_one_digest_whenever_it_is_built()
    {
        if (Environment.GetEnvironmentVariable("STRATA_SOAK") != "1")
        {
            return; // a second real build: 20 s and more
        }

        var packages = new BaseImage.Debootstrap("bookworm", ["busybox-static", "ca-certificates"], At);
        var kept = await TestData.Resolver().ResolveAsync(packages, new ProgressLines(), CancellationToken.None);
        var progress = new ProgressLines();
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            await TestData.Resolver(_directory).ResolveAsync(packages, progress, CancellationToken.None))));
        both.ShouldAllBe(image => image.Digest == kept.Digest);
        both.Count(image => image.Layers[0].Outcome == LayerOutcome.Built).ShouldBe(1);
        progress.Lines.ShouldContain(line => line.Line.Contains("another process", StringComparison.Ordinal));
        progress.Lines.Zip(progress.Lines.Skip(1)).ShouldAllBe(pair => pair.Second.At - pair.First.At < TimeSpan.FromSeconds(4));
        NothingIsLeft();
    }

    private Task<ResolvedImage> Build(string suite, params string[] packages) => TestData.Resolver(_directory)
        .ResolveAsync(new BaseImage.Debootstrap(suite, packages, At), new ProgressLines(), CancellationToken.None).AsTask();

    private void NothingIsLeft()
    {
        foreach (var place in (IEnumerable<string>)["/dev/shm/strata-0", Path.Combine(_directory, "tmp/strata-0"), Path.Combine(_directory, "layers/_public")])
        {
            if (Directory.Exists(place))
            {
                Directory.GetDirectories(place, "tmp-*").ShouldBeEmpty();
            }
        }

        File.ReadAllText("/proc/self/mountinfo").ShouldNotContain("mmdebstrap");
    }

    private sealed class CancelAt(string phase, CancellationTokenSource cancellation) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value.Contains(phase, StringComparison.Ordinal))
            {
                cancellation.Cancel();
            }
        }
    }
}
