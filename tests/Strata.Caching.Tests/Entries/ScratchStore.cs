using System.Text;
using Strata.Core;
using Strata.Layers.Store;

namespace Strata.Caching.Tests.Entries;

/// <summary>A layer store of its own, gone with this.</summary>
internal sealed class ScratchStore : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-layers-").FullName;

    public ScratchStore() => Place = new LocalLayerStore(_directory, TimeProvider.System).Of(LayerOrg.Of("acme"));

    public ILayerPlace Place { get; }

    /// <summary>The caller disposes the lease.</summary>
    public async Task<(Digest Digest, LayerLease Lease)> WriteAsync(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        using var write = Place.Start();
        await File.WriteAllBytesAsync(write.Target.ImagePath, content);
        return (Digest.Of(content), (await write.CommitAsync(Digest.Of(content), content.Length, CancellationToken.None)).Lease!);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
