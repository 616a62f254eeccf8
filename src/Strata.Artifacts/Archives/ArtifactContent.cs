using Strata.Core;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Artifacts.Archives;

/// <summary>The layers of an artifact, verified and kept while this is held.</summary>
public sealed class ArtifactContent : IDisposable
{
    private readonly List<LayerLease> _layers = [];

    private ArtifactContent(StoredTree tree) => Tree = tree;

    public StoredTree Tree { get; }

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<LayerLease> Layers => _layers;

    /// <summary>Opens all layers: also what makes sure, before a commit, that the store holds what the record will say.</summary>
    /// <exception cref="IOException">The disk or the store fails.</exception>
    public static async ValueTask<ContentOpening> OpenAsync(ILayerPlace place, StoredTree tree, CancellationToken cancellationToken)
    {
        var content = new ArtifactContent(tree);
        try
        {
            foreach (var layer in tree.Layers)
            {
                var opening = await place.OpenNeededAsync(layer, cancellationToken).ConfigureAwait(false);
                if (opening.Lease is not { } lease)
                {
                    content.Dispose();
                    return new(null, layer, opening.Miss) { Reason = opening.Reason };
                }

                content._layers.Add(lease);
            }

            return new(content, null, LayerMiss.None);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }
    }
}

/// <summary>What opening the content came to.</summary>
/// <param name="Content">The caller disposes it. Null: <paramref name="Missing"/> could not be opened.</param>
/// <param name="Missing">The layer it failed at.</param>
public sealed record ContentOpening(ArtifactContent? Content, Digest? Missing, LayerMiss Miss)
{
    /// <inheritdoc cref="LayerOpening.Reason"/>
    public string? Reason { get; init; }
}
