using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Store;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>
/// What a stack of layers shows, read from their images directory by directory: for a few questions to large layers, none of whose indexes is read. Not for
/// concurrent use.
/// </summary>
public sealed class StackTree : ILowerTree, IDisposable
{
    private readonly List<ViewLayer> _layers = [];
    private readonly StackDirectory? _root;
    private readonly Dictionary<StackDirectory, Dictionary<byte[], Named>> _names = [];

    /// <param name="layers">Bottom first; held by the caller until this is disposed.</param>
    /// <exception cref="DamagedLayerException">One is no layer.</exception>
    public StackTree(IReadOnlyList<LayerLease> layers)
    {
        try
        {
            foreach (var layer in layers)
            {
                _layers.Add(new(layer, forContents: false));
            }

            _root = _layers.Count > 0 ? StackDirectory.Root(_layers) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="DamagedLayerException">What leads there contradicts itself.</exception>
    public LayerEntry? Find(ReadOnlySpan<byte> path) =>
        path.IsEmpty ? _root is null ? null : EntryOf(_root, path)
        : Locate(path) is { } found ? found.Entry ??= EntryOf(found.Name, path)
        : null;

    /// <summary>What a directory holds. None, where there is none.</summary>
    /// <exception cref="DamagedLayerException">What leads there contradicts itself.</exception>
    public IReadOnlyCollection<byte[]> Names(ReadOnlySpan<byte> path) =>
        (path.IsEmpty ? _root : Locate(path)?.Name.Directory) is { } directory ? NamesOf(directory, path).Keys : [];

    /// <summary>The content of a file, no link followed. Null: no file is there, or a longer one.</summary>
    /// <param name="sizeMax">Bytes.</param>
    /// <exception cref="DamagedLayerException">Its layer contradicts itself, or is a view that has it elsewhere.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[]? ReadFile(ReadOnlySpan<byte> path, int sizeMax)
    {
        if (Locate(path)?.Name is not { Kind: EntryKind.File } name)
        {
            return null;
        }

        var inode = name.Layer.Read(name.Nid, name.Kind, path);
        return inode.Size > sizeMax ? null : name.Layer.ReadContent(inode, path);
    }

    public void Dispose() => _layers.ForEach(static l => l.Dispose());

    /// <summary>Null: nothing is there, or it is the root.</summary>
    private Named? Locate(ReadOnlySpan<byte> path)
    {
        var directory = _root;
        Named? found = null;
        foreach (var range in path.Split((byte)'/'))
        {
            if (directory is null || !NamesOf(directory, path).GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(path[range], out found))
            {
                return null;
            }

            directory = found.Name.Directory;
        }

        return found;
    }

    private Dictionary<byte[], Named> NamesOf(StackDirectory directory, ReadOnlySpan<byte> shownPath)
    {
        if (!_names.TryGetValue(directory, out var names))
        {
            names = new(NameComparer.Instance);
            foreach (var name in directory.Names(shownPath))
            {
                names.Add(name.Name.ToArray(), new(name));
            }

            _names.Add(directory, names);
        }

        return names;
    }

    private static LayerEntry EntryOf(StackDirectory directory, ReadOnlySpan<byte> path)
    {
        ref readonly var top = ref directory.Top;
        return EntryOf(top.Inode, path, AttributePolicy.WithoutMarks(top.Attributes), []);
    }

    private static LayerEntry EntryOf(in StackName name, ReadOnlySpan<byte> path)
    {
        if (name.Directory is { } directory)
        {
            return EntryOf(directory, path);
        }

        var inode = name.Layer.Read(name.Nid, name.Kind, path);
        return EntryOf(
            inode, path, AttributePolicy.WithoutMarks(name.Layer.Nodes.Attributes(inode)), name.Kind is EntryKind.Symlink ? name.Layer.Nodes.Target(inode, path) : []);
    }

    private static LayerEntry EntryOf(in RawInode inode, ReadOnlySpan<byte> path, IReadOnlyList<Xattr> attributes, byte[] link)
    {
        var (major, minor) = inode.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice ? DeviceNumber.Decode(inode.Union) : default;
        return new()
        {
            Kind = inode.Kind,
            Path = path.ToArray(),
            Mode = inode.Mode,
            User = inode.User,
            Group = inode.Group,
            Modified = inode.Modified,
            Size = inode.Kind is EntryKind.File ? inode.Size : 0,
            Link = link,
            DeviceMajor = major,
            DeviceMinor = minor,
            Attributes = attributes,
        };
    }

    /// <summary>Its inode is read once: what an image is read in all is limited.</summary>
    private sealed class Named(StackName name)
    {
        public StackName Name => name;

        public LayerEntry? Entry { get; set; }
    }
}
