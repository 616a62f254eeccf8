using Strata.Core;
using Strata.Storage;

namespace Strata.Layers.Store;

/// <summary>For layers whose only place is this host's disk.</summary>
internal sealed class NoUploads : ILayerUploads
{
    public static NoUploads Instance { get; } = new();

    public Task WarmUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<UploadedLayers> EnsureAsync(IReadOnlyList<LayerLease> layers, StoreContext context, CancellationToken cancellationToken) => new(UploadedLayers.Nothing);

    public ValueTask<string?> CheckAsync(IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken) => new((string?)null);
}
