using System.Text;
using Strata.Core;
using Strata.Layers.Store;

namespace Strata.Images.Registries;

/// <summary>
/// The layers of an image while they come, several at once, bottom first. One that needs those below waits for them: it never waits for ever, because those
/// were begun before it, and what fails one cancels all. Disposed before <see cref="HandOver"/>: lets go of those that came.
/// </summary>
internal sealed class IncomingLayers : IDisposable
{
    /// <summary>How many are begun: of each the names it has so far are in memory, about 110 bytes each, also while it waits for layers below.</summary>
    public const int BegunMax = 16;

    private const int DownloadsMax = 3;

    private readonly IReadOnlyList<Digest> _diffIds;
    private readonly Digest[] _chainIds;
    private readonly TaskCompletionSource<LayerLease>[] _leases;
    private readonly ResolvedLayer?[] _resolved;
    private readonly SemaphoreSlim _turns = new(DownloadsMax);
    private bool _handedOver;

    public IncomingLayers(IReadOnlyList<Digest> diffIds)
    {
        _diffIds = diffIds;
        _leases = new TaskCompletionSource<LayerLease>[diffIds.Count];
        _resolved = new ResolvedLayer[diffIds.Count];
        _chainIds = new Digest[diffIds.Count];
        for (var i = 0; i < diffIds.Count; i++)
        {
            _leases[i] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _chainIds[i] = i == 0 ? diffIds[0] : Digest.Of(Encoding.ASCII.GetBytes($"{_chainIds[i - 1]} {diffIds[i]}"));
        }
    }

    public int Count => _leases.Length;

    public Digest DiffIdOf(int index) => _diffIds[index];

    /// <summary>Names a layer with all below it (OCI image-spec, config.md, Layer ChainID).</summary>
    public Digest ChainIdOf(int index) => _chainIds[index];

    /// <summary>Waits until a layer may be fetched.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _turns.WaitAsync(cancellationToken);

    public void Leave() => _turns.Release();

    /// <param name="lease">Taken over.</param>
    public void Add(int index, LayerLease lease, ResolvedLayer layer)
    {
        _resolved[index] = layer;
        _leases[index].SetResult(lease);
    }

    /// <summary>The layers below one that is being fetched, bottom first, once all are here. Others are fetched meanwhile.</summary>
    public async Task<IReadOnlyList<LayerLease>> BelowAsync(int index, CancellationToken cancellationToken)
    {
        Leave();
        try
        {
            return await Task.WhenAll(_leases.Take(index).Select(static l => l.Task)).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EnterAsync(CancellationToken.None).ConfigureAwait(false); // it comes: who has a turn does not wait for layers
        }
    }

    /// <summary>All of them, bottom first, when all are here; they are the caller's then.</summary>
    public (IReadOnlyList<LayerLease> Leases, IReadOnlyList<ResolvedLayer> Layers) HandOver()
    {
        _handedOver = true;
        return ([.. _leases.Select(static l => l.Task.GetAwaiter().GetResult())], [.. _resolved.Select(static l => l!)]);
    }

    public void Dispose()
    {
        _turns.Dispose();
        foreach (var lease in _handedOver ? [] : _leases)
        {
            if (lease.Task.IsCompletedSuccessfully)
            {
                lease.Task.GetAwaiter().GetResult().Dispose();
            }
        }
    }
}
