using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>What a path is in layers mounted over each other, without mounting them.</summary>
internal static class LowerLayers
{
    /// <summary>Null: absent, or hidden by a layer above.</summary>
    /// <param name="layers">Bottom first.</param>
    public static (ErofsReader Layer, ErofsEntry Entry)? Find(IReadOnlyList<ErofsReader> layers, byte[] path)
    {
        for (var i = layers.Count - 1; i >= 0; i--)
        {
            var found = layers[i].FindDeepest(path, out var isWhole);
            if (isWhole)
            {
                return found[^1].Entry.IsWhiteout ? null : (layers[i], found[^1]);
            }

            if (found.Any(static e => e.Entry.Kind is not EntryKind.Directory || e.Entry.Attributes.Any(static a => a.Name.AsSpan().SequenceEqual(AttributePolicy.OpaqueMark))))
            {
                return null;
            }
        }

        return null;
    }
}
