using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Tar;

namespace Strata.Layers.Differences;

/// <summary>What a stack of layers shows when it is mounted, from their indexes alone. Not for concurrent use.</summary>
public sealed class MergedTree
{
    private static readonly LayerEntry EmptyRoot = new()
    {
        Kind = EntryKind.Directory, Path = [], Mode = 0x1ed, User = 0, Group = 0, Modified = default,
    };

    private MergedNode _root = new(new(EmptyRoot, null), 0);
    private int _linkGroups;

    private MergedTree()
    {
    }

    /// <summary>Nothing but a root.</summary>
    public static MergedTree Empty { get; } = new();

    /// <summary>Bytes of the files of all layers, hidden ones included.</summary>
    public long TotalBytes { get; private set; }

    /// <param name="layers">Bottom first.</param>
    /// <exception cref="DamagedLayerException">An index makes no sense.</exception>
    public static MergedTree Of(IReadOnlyList<LayerIndex> layers)
    {
        var tree = new MergedTree();
        for (var i = 0; i < layers.Count; i++)
        {
            tree.Apply(layers[i], i);
        }

        return tree;
    }

    /// <summary>What a path shows. No link is followed. Null: nothing.</summary>
    public MergedEntry? Find(ReadOnlySpan<byte> path) => NodeAt(path)?.Shown;

    /// <summary>What a directory holds, in the order of the bytes of its names.</summary>
    public IEnumerable<(byte[] Name, MergedEntry Entry)> List(ReadOnlySpan<byte> path)
    {
        return NodeAt(path) is { } node ? Shown(node) : [];

        static IEnumerable<(byte[] Name, MergedEntry Entry)> Shown(MergedNode directory) // no query: over a pair it is not compiled ahead
        {
            foreach (var child in directory.Children())
            {
                yield return (child.Name.ToArray(), child.Shown);
            }
        }
    }

    /// <summary>
    /// The whole tree, or what is below a path, in path order: ready to be written as one layer. Files with several names come once, their other
    /// names as hard links.
    /// </summary>
    /// <param name="below">A directory of this tree, which becomes the root.</param>
    /// <param name="prefix">Put before every path. Directories above are not made.</param>
    /// <param name="shows">Whether a path, with its prefix, is among them: else neither is what is below. Null: all are.</param>
    public IEnumerable<MergedEntry> Entries(byte[] below, byte[] prefix, Func<byte[], bool>? shows = null)
    {
        var firstNames = new Dictionary<int, byte[]>();
        var waiting = new Stack<(byte[] Path, MergedNode Node)>();
        if (NodeAt(below) is { } top)
        {
            waiting.Push((prefix, top));
        }

        while (waiting.TryPop(out var at))
        {
            if (shows?.Invoke(at.Path) == false)
            {
                continue;
            }

            var shown = at.Node.Shown;
            var entry = shown.Entry with { Path = at.Path };
            if (shown.LinkGroup != 0 && !firstNames.TryAdd(shown.LinkGroup, at.Path))
            {
                entry = entry with { Kind = EntryKind.HardLink, Link = firstNames[shown.LinkGroup], Size = 0 };
            }

            yield return shown with { Entry = entry, Content = entry.Kind is EntryKind.File ? shown.Content : null };
            var children = at.Node.Children();
            for (var i = children.Count - 1; i >= 0; i--)
            {
                waiting.Push((TreePath.Join(at.Path, children[i].Name), children[i]));
            }
        }
    }

    /// <summary>The same tree with something else at a name; this one stays as it is.</summary>
    /// <param name="path">The directory it is in is there. Not the root.</param>
    /// <param name="from">A tree of the same layers. Null: nothing is at that name.</param>
    /// <param name="target">What is there now, of that tree; it is there.</param>
    public MergedTree With(ReadOnlySpan<byte> path, MergedTree? from, ReadOnlySpan<byte> target) => new()
    {
        _root = With(_root, path, from?.NodeAt(target)!.Named(TreePath.NameOf(path).ToArray())),
        _linkGroups = _linkGroups,
        TotalBytes = TotalBytes,
    };

    private static MergedNode With(MergedNode directory, ReadOnlySpan<byte> path, MergedNode? node)
    {
        var slash = path.IndexOf((byte)'/');
        return slash < 0 ? directory.With(path, node) : directory.With(path[..slash], With(directory.Find(path[..slash])!, path[(slash + 1)..], node));
    }

    /// <summary>Bytes of the files it shows, each once.</summary>
    public long VisibleBytes() => Entries([], []).Sum(static e => e.Entry.Kind is EntryKind.File ? e.Entry.Size : 0);

    private MergedNode? NodeAt(ReadOnlySpan<byte> path)
    {
        var node = _root;
        if (path.IsEmpty)
        {
            return node;
        }

        foreach (var range in path.Split((byte)'/'))
        {
            node = node.Find(path[range]);
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }

    private void Apply(LayerIndex layer, int number)
    {
        var parents = new List<(byte[] Path, MergedNode Node)>(); // from the root to the directory of the entry before
        foreach (var source in layer.Entries())
        {
            var entry = source.Entry;
            TotalBytes += entry.Kind is EntryKind.File ? entry.Size : 0;
            if (entry.Path.Length == 0)
            {
                _root = Directory(_root, source, number);
                parents.Add(([], _root));
                continue;
            }

            var name = TreePath.NameOf(entry.Path);
            var parent = ParentOf(parents, entry.Path);
            switch (entry.Kind)
            {
                case EntryKind.CharacterDevice when entry.IsWhiteout:
                    parent.Set(name, null);
                    break;
                case EntryKind.Directory:
                    var node = Directory(parent.Find(name), source, number);
                    parent.Set(name, node);
                    parents.Add((entry.Path, node));
                    break;
                case EntryKind.HardLink:
                    parent.Set(name, Linked(entry, number));
                    break;
                default:
                    parent.Set(name, new(source, number));
                    break;
            }
        }
    }

    private MergedNode Linked(LayerEntry link, int layer)
    {
        // Indexes name the first of a file's names first, and each name once: it is still what this layer put there.
        if (NodeAt(link.Link) is not { } first || first.Layer != layer || first.Source.Entry.Kind is EntryKind.Directory)
        {
            throw new DamagedLayerException($"An index has {Posix.PosixPath.Show(link.Path)} as a link to a name that does not come before it.");
        }

        if (first.LinkGroup == 0)
        {
            first.LinkGroup = ++_linkGroups;
        }

        return new(first.Source with { Entry = first.Source.Entry with { Path = link.Path } }, layer) { LinkGroup = first.LinkGroup };
    }

    private static MergedNode Directory(MergedNode? below, IndexEntry source, int layer)
    {
        var entry = source.Entry;
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.Name.AsSpan().SequenceEqual(AttributePolicy.OpaqueMark))
            {
                return new(new(entry with { Attributes = [.. entry.Attributes.Where(a => a != attribute)] }, null), layer);
            }
        }

        return below?.Source.Entry.Kind is EntryKind.Directory ? below.Under(source, layer) : new(source, layer);
    }

    /// <summary>Indexes are in path order: the parent is the last entry's directory or one above it.</summary>
    private static MergedNode ParentOf(List<(byte[] Path, MergedNode Node)> parents, byte[] path)
    {
        var length = TreePath.ParentLength(path);
        while (parents.Count > 0)
        {
            var (candidate, node) = parents[^1];
            if (candidate.Length == length && path.AsSpan(0, length).SequenceEqual(candidate))
            {
                return node;
            }

            parents.RemoveAt(parents.Count - 1);
        }

        throw new DamagedLayerException($"{Posix.PosixPath.Show(path)} comes before its directory.");
    }
}
