using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Packing;

/// <summary>
/// Whiteouts as OCI writes them (image-spec, layer.md): they count for the layers below only, wherever they stand in the archive, so they are applied
/// at its end. What the archive itself holds under a name stays; a directory then hides what was below it.
/// </summary>
internal sealed class OciWhiteouts
{
    private readonly HashSet<byte[]> _removed = new(NameComparer.Instance);
    private readonly HashSet<byte[]> _opaque = new(NameComparer.Instance);

    private static ReadOnlySpan<byte> Prefix => ".wh."u8;

    private static ReadOnlySpan<byte> Opaque => ".wh..wh..opq"u8;

    private static ReadOnlySpan<byte> Reserved => ".wh..wh."u8; // AUFS' own files

    /// <summary>True: the entry is a mark, not a file.</summary>
    public bool Take(LayerEntry entry)
    {
        var split = entry.Path.AsSpan().LastIndexOf((byte)'/') + 1;
        var name = entry.Path.AsSpan(split);
        if (!name.StartsWith(Prefix))
        {
            return false;
        }

        if (name.SequenceEqual(Opaque))
        {
            _opaque.Add(entry.Path[..Math.Max(split - 1, 0)]);
        }
        else if (!name.StartsWith(Reserved))
        {
            var removed = name[Prefix.Length..];
            _removed.Add(removed.IsEmpty || removed.SequenceEqual("."u8) || removed.SequenceEqual(".."u8)
                ? throw new HostileArchiveException($"{PosixPath.Show(entry.Path)}: it removes no name.", ArchiveFault.Unsafe)
                : [.. entry.Path.AsSpan(0, split), .. removed]);
        }

        return true;
    }

    /// <summary>Whether the marks that were taken so far hide what the layers below have under a name.</summary>
    public bool Hide(ReadOnlySpan<byte> path)
    {
        var (removed, opaque) = (_removed.GetAlternateLookup<ReadOnlySpan<byte>>(), _opaque.GetAlternateLookup<ReadOnlySpan<byte>>());
        while (!removed.Contains(path))
        {
            if (path.IsEmpty)
            {
                return false;
            }

            path = path[..Math.Max(path.LastIndexOf((byte)'/'), 0)];
            if (opaque.Contains(path))
            {
                return true;
            }
        }

        return true;
    }

    public void Apply(EntryTree tree)
    {
        foreach (var path in _removed)
        {
            var node = tree.Find(path);
            if (node == EntryTree.None)
            {
                tree.Add(new() { Kind = EntryKind.CharacterDevice, Path = path, Mode = 0, User = 0, Group = 0, Modified = default });
            }
            else if (tree.InodeOf(node).Kind is EntryKind.Directory)
            {
                tree.MarkOpaque(path);
                tree.InodeOf(node).Marks &= ~InodeMarks.Implied; // a new directory, not the one that was removed
            }
        }

        foreach (var path in _opaque)
        {
            tree.MarkOpaque(path);
        }
    }
}
