using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Indexes;

/// <summary>
/// The digests of a layer's files, asked for in path order: what lies between is passed over without being made into entries. Of a name that is a hard link
/// the file's. Not for concurrent use.
/// </summary>
internal sealed class IndexContents(byte[] index)
{
    private readonly IndexCursor _names = new(index);
    private bool _isRead;
    private Dictionary<byte[], (long Size, Digest Content)>? _linked;

    /// <exception cref="DamagedLayerException">The index has no such file: it is not that of the image, or makes no sense.</exception>
    public Digest Find(ReadOnlySpan<byte> path, long size)
    {
        while (!_isRead || PathOrder.Compare(_names.Path, path) < 0)
        {
            _isRead = _names.Next() ? true : throw IndexCursor.Damaged("it ends before the image does");
        }

        if (!_names.Path.SequenceEqual(path))
        {
            throw IndexCursor.Damaged($"it does not have {PosixPath.Show(path)}");
        }

        var (foundSize, content) = _names.Kind switch
        {
            EntryKind.File => (_names.Size, _names.Content),
            EntryKind.HardLink when (_linked ??= Linked()).TryGetValue(_names.Link.ToArray(), out var first) => first,
            _ => throw IndexCursor.Damaged($"{PosixPath.Show(path)} is no file in it"),
        };
        return foundSize == size ? content : throw IndexCursor.Damaged($"{PosixPath.Show(path)} has another size in it");
    }

    /// <summary>The files that have other names: the index is read once more for all of them.</summary>
    private Dictionary<byte[], (long, Digest)> Linked()
    {
        var targets = new HashSet<byte[]>(NameComparer.Instance);
        for (var names = new IndexCursor(index); names.Next();)
        {
            if (names.Kind is EntryKind.HardLink)
            {
                targets.Add(names.Link.ToArray());
            }
        }

        var files = new Dictionary<byte[], (long, Digest)>(NameComparer.Instance);
        var isTarget = targets.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (var names = new IndexCursor(index); names.Next();)
        {
            if (names.Kind is EntryKind.File && isTarget.Contains(names.Path))
            {
                files.TryAdd(names.Path.ToArray(), (names.Size, names.Content));
            }
        }

        return files;
    }
}
