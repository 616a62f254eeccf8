using Strata.Core;
using Strata.Layers.Trees;

namespace Strata.Caching.Entries;

/// <summary>What an entry holds: a tree for each of its paths, in the order of the identity.</summary>
public sealed record CacheContent(IReadOnlyList<CachedPath> Paths)
{
    /// <summary>Most layers an entry may have, over all its paths.</summary>
    public const int LayersMax = 256;

    /// <summary>Of the contents of all files.</summary>
    public long SizeBytes => Paths.Sum(static path => path.Tree?.SizeBytes ?? 0);

    /// <summary>Each once.</summary>
    public IReadOnlySet<Digest> Layers()
    {
        var layers = new HashSet<Digest>();
        foreach (var path in Paths)
        {
            if (path.Tree is { } tree)
            {
                layers.UnionWith(tree.Layers);
            }
        }

        return layers;
    }

    /// <summary>Whether it shows the same, whatever its layers are.</summary>
    public bool IsSameTreeAs(CacheContent other) =>
        Paths.Count == other.Paths.Count && Paths.Zip(other.Paths).All(static pair => pair.First.Path == pair.Second.Path && pair.First.IsFile == pair.Second.IsFile && pair.First.Tree?.Tree == pair.Second.Tree?.Tree);
}

/// <param name="Path">As in the identity; of a step its output root.</param>
/// <param name="Tree">Null: the path was absent or empty.</param>
/// <param name="IsFile">The path is no directory: the tree is the directory that holds it, with it alone.</param>
public sealed record CachedPath(string Path, StoredTree? Tree, bool IsFile = false);
