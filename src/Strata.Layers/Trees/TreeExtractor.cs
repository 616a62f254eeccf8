using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>
/// Writes a layer's entries below one directory and remembers what it wrote; decisions are taken on that memory, never on what the
/// file system would resolve.
/// </summary>
internal sealed class TreeExtractor : IDisposable
{
    private readonly TreeWriter _writer;
    private readonly OwnerPolicy _owners;
    private readonly bool _keepsWhiteouts;
    private readonly OpenDirectories _directories;
    private readonly TreeNode _root = new(NodeKind.Directory) { Mode = 0x1ed }; // 0755

    /// <param name="root">Descriptor of an empty directory; stays the caller's.</param>
    /// <param name="keepsWhiteouts">Whether whiteouts are made; else they are dropped as all devices are.</param>
    public TreeExtractor(int root, OwnerPolicy owners, bool keepsWhiteouts)
    {
        (_owners, _keepsWhiteouts) = (owners, keepsWhiteouts);
        _writer = new(owners);
        _directories = new(root);
    }

    public long DevicesDropped { get; private set; }

    public async ValueTask ExtractAsync(IEntrySource source, CancellationToken cancellationToken)
    {
        while (await source.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            CheckOwner(entry);
            if (entry.Kind is EntryKind.File)
            {
                await WriteFileAsync(entry, source, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                Apply(entry);
            }
        }

        CompleteDirectories(_root, []);
    }

    public void Dispose() => _directories.Dispose();

    private void Apply(LayerEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                SetMetadata(PlaceDirectory(entry), entry);
                break;
            case EntryKind.HardLink:
                MakeHardLink(entry);
                break;
            case EntryKind.CharacterDevice when _keepsWhiteouts && entry.IsWhiteout:
                TreeWriter.MakeWhiteout(Place(entry, new(NodeKind.Whiteout)), Name(entry.Path));
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                Place(entry, new(NodeKind.Dropped));
                DevicesDropped++;
                break;
            case EntryKind.Symlink:
                var link = SetMetadata(new(NodeKind.Symlink) { Target = entry.Link }, entry);
                _writer.MakeSymlink(Place(entry, link), Name(entry.Path), link);
                break;
            default:
                var fifo = SetMetadata(new(NodeKind.Fifo), entry);
                _writer.MakeFifo(Place(entry, fifo), Name(entry.Path), fifo);
                break;
        }
    }

    private async ValueTask WriteFileAsync(LayerEntry entry, IEntrySource source, CancellationToken cancellationToken)
    {
        var node = SetMetadata(new(NodeKind.File), entry);
        var file = TreeWriter.CreateFile(Place(entry, node), Name(entry.Path));
        var length = 0L;
        try
        {
            while (await source.ReadContentAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
            {
                length += piece.Length;
                TreeWriter.WriteSparse(file, piece.Span, entry.Path);
            }

            TreeWriter.SetLength(file, length, entry.Path);
            _writer.Complete(file, entry.Path, node);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    private void MakeHardLink(LayerEntry entry)
    {
        var target = Find(entry.Link)
            ?? throw Contradiction(entry.Path, $"it is a hard link to {PosixPath.Show(entry.Link)}, which does not come before it");
        var directory = Place(entry, target);
        if (target.Kind is NodeKind.Dropped)
        {
            DevicesDropped++;
            return;
        }

        using var other = new OpenDirectories(_directories.Root);
        TreeWriter.Link(other.Open(Parent(entry.Link)), Name(entry.Link), directory, Name(entry.Path));
    }

    private TreeNode PlaceDirectory(LayerEntry entry)
    {
        if (entry.Path.Length == 0)
        {
            return _root;
        }

        var node = new TreeNode(NodeKind.Directory);
        TreeWriter.MakeDirectory(Place(entry, node), Name(entry.Path));
        return node;
    }

    /// <summary>Gives the entry's name to <paramref name="node"/>. Returns the directory to make it in.</summary>
    private int Place(LayerEntry entry, TreeNode node)
    {
        if (Find(Parent(entry.Path)) is not { Children: { } children })
        {
            throw Contradiction(entry.Path, "it comes before its directory");
        }

        return children.TryAdd(Name(entry.Path).ToArray(), node)
            ? _directories.Open(Parent(entry.Path))
            : throw Contradiction(entry.Path, "it comes twice");
    }

    private TreeNode? Find(ReadOnlySpan<byte> path)
    {
        var node = _root;
        if (path.IsEmpty)
        {
            return node;
        }

        foreach (var range in path.Split((byte)'/'))
        {
            if (node.Children is null || !node.Children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(path[range], out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>Children first: making them changed the directory's time, and its mode may forbid it.</summary>
    private void CompleteDirectories(TreeNode node, byte[] path)
    {
        foreach (var (name, child) in node.Children!)
        {
            if (child.Kind is NodeKind.Directory)
            {
                CompleteDirectories(child, path.Length == 0 ? name : [.. path, (byte)'/', .. name]);
            }
        }

        _writer.Complete(_directories.Open(path), path, node);
    }

    private void CheckOwner(LayerEntry entry)
    {
        if (Math.Max(entry.User, entry.Group) > _owners.IdMax)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(entry.Path)}: its owner {Math.Max(entry.User, entry.Group)} is over {_owners.IdMax}, the highest id a job has.", ArchiveFault.Unsafe);
        }
    }

    private static TreeNode SetMetadata(TreeNode node, LayerEntry entry)
    {
        (node.Mode, node.User, node.Group) = (entry.Mode, entry.User, entry.Group);
        (node.Modified, node.Attributes) = (entry.Modified, entry.Attributes);
        return node;
    }

    private static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> path) => path[..Math.Max(path.LastIndexOf((byte)'/'), 0)];

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    /// <summary>The reader of images refuses them first.</summary>
    private static DamagedLayerException Contradiction(ReadOnlySpan<byte> entry, string reason) => new($"{PosixPath.Show(entry)}: {reason}.");
}
