using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>Finds the regular files of an image by their paths; quickly those that lie beside the one asked for before. Not for concurrent use.</summary>
internal sealed class FileLookup(ErofsReader reader)
{
    private ErofsNodes _nodes = reader.Nodes(); // they enter a directory once
    private readonly Dictionary<byte[], DirectoryName> _names = new(NameComparer.Instance);
    private byte[]? _directory; // whose names they are
    private readonly Dictionary<ulong, ErofsEntry> _found = []; // in that directory: nodes read each once, and a large file is asked for part by part

    /// <returns>Null: there is none.</returns>
    /// <exception cref="DamagedLayerException">The image contradicts itself.</exception>
    public ErofsEntry? Find(byte[] path)
    {
        var parent = path.AsSpan(0, TreePath.ParentLength(path));
        if ((_directory is null || !parent.SequenceEqual(_directory)) && !TryEnter(parent))
        {
            return null;
        }

        if (!_names.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(TreePath.NameOf(path), out var name) || name.Kind is not EntryKind.File)
        {
            return null;
        }

        if (_found.TryGetValue(name.Nid, out var known))
        {
            return known;
        }

        var inode = _nodes.Read(name.Nid, name.Kind, path);
        return _found[name.Nid] = new(
            new() { Kind = EntryKind.File, Path = path, Mode = inode.Mode, User = inode.User, Group = inode.Group, Modified = inode.Modified, Size = inode.Size },
            _nodes.Extents(inode).ToArray());
    }

    private bool TryEnter(ReadOnlySpan<byte> directory)
    {
        (_directory, _nodes) = (null, reader.Nodes());
        _found.Clear();
        Load(_nodes.Root, []);
        foreach (var range in directory.Split((byte)'/'))
        {
            var name = directory[range];
            if (name.IsEmpty)
            {
                break; // the root
            }

            if (!_names.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var next) || next.Kind is not EntryKind.Directory)
            {
                return false;
            }

            Load(next.Nid, directory[..range.End]);
        }

        _directory = directory.ToArray();
        return true;
    }

    private void Load(ulong directory, ReadOnlySpan<byte> path)
    {
        _names.Clear();
        foreach (var name in _nodes.Names(directory, _nodes.Read(directory, EntryKind.Directory, path), path))
        {
            _names[name.Name.ToArray()] = name;
        }
    }
}
