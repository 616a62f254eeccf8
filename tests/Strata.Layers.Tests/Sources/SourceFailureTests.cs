using Strata.Core.Diagnostics;
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
}
