using Strata.Core.Diagnostics;
using Strata.Layers.Packing;
using Strata.Layers.Sources;
using Strata.Layers.Store;

namespace Strata.Layers.Tests.Sources;

public sealed class SourceFailureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_nothing()
    {
        Shell.Run(_directory.Path, "mkdir data workspace; mount -t tmpfs -o size=1m none data; head -c 3000000 /dev/urandom > workspace/a");
        try
        {
            var data = _directory.Combine("data");
            var layers = new LocalLayerStore(data, TimeProvider.System).Of(SampleSources.Org);
            var thrown = await Should.ThrowAsync<EnvironmentException>(() => new SourceLayers(data, TimeProvider.System).CaptureAsync(
                _directory.Combine("workspace"), SampleSources.Org, layers, CancellationToken.None));
            thrown.Diagnostic.Code.ShouldBe("STR3307");
            Shell.Run(data, "find . -type f | wc -l").Trim().ShouldBe("0");
        }
        finally
        {
            Shell.Run(_directory.Path, "umount data");
        }
    }

    [Theory]
    [InlineData("ln -sfn new link")]
    [InlineData("rm link; echo x > link")]
    [InlineData("rm link; mkdir link")]
    public async Task A_link_that_changed_after_it_was_looked_at_is_not_packed(string change)
    {
        Shell.Run(_directory.Path, "mkdir workspace; ln -s old workspace/link");
        using var reader = new SourceReader(_directory.Combine("workspace"), _directory.Combine("data"));
        var state = await reader.ReadAsync(null, null, CancellationToken.None);
        Shell.Run(_directory.Combine("workspace"), change);

        var packing = new SourcePacking(reader.Root, state, new(state), new Dictionary<int, SteadyFile>());

        var thrown = await Should.ThrowAsync<TreeChangedException>(() => packing.RunAsync(new(_directory.Combine("image"), null), CancellationToken.None));
        thrown.ChangedPath.ShouldBe("link");
    }
}
