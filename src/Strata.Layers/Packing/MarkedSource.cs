using Strata.Layers.Entries;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>Gives overlayfs' mark of opaque directories the name the overlay will look for, or none.</summary>
internal sealed class MarkedSource(IEntrySource source, ExtractedMarks marks) : IEntrySource
{
    public async ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken)
    {
        var entry = await source.NextAsync(cancellationToken).ConfigureAwait(false);
        return entry is { Attributes.Count: > 0 } && marks is not ExtractedMarks.Trusted ? entry with { Attributes = Renamed(entry.Attributes) } : entry;
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken) => source.ReadContentAsync(cancellationToken);

    private List<Xattr> Renamed(IReadOnlyList<Xattr> attributes)
    {
        var renamed = new List<Xattr>(attributes.Count);
        foreach (var attribute in attributes)
        {
            if (!attribute.Name.AsSpan().SequenceEqual(AttributePolicy.OpaqueMark))
            {
                renamed.Add(attribute);
            }
            else if (marks is ExtractedMarks.User)
            {
                renamed.Add(attribute with { Name = "user.overlay.opaque"u8.ToArray() });
            }
        }

        return renamed;
    }
}
