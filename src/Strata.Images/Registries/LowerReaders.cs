using Strata.Layers.Erofs;

namespace Strata.Images.Registries;

/// <summary>Readers of the layers below an incoming one, opened when they are asked for.</summary>
internal sealed class LowerReaders(IncomingLayers layers, int index) : IDisposable
{
    private readonly List<ErofsReader> _readers = new(index);

    /// <summary>Waits until they are here. Asked once.</summary>
    public async ValueTask<IReadOnlyList<ErofsReader>> OpenAsync(CancellationToken cancellationToken)
    {
        foreach (var lease in await layers.BelowAsync(index, cancellationToken).ConfigureAwait(false))
        {
            _readers.Add(ErofsReader.Open(lease.Image, ownsFile: false));
        }

        return _readers;
    }

    public void Dispose() => _readers.ForEach(static reader => reader.Dispose());
}
