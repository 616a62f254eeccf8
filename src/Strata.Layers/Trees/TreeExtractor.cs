using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>
/// Writes an archive's entries below one directory and remembers what it wrote; decisions are taken on that memory, never on what the
/// file system would resolve. A name that comes twice: the last counts.
/// </summary>
internal sealed class TreeExtractor : IDisposable
{
    private readonly TreeWriter _writer;
    private readonly OwnerPolicy _owners;
    private readonly bool _keepsWhiteouts;
    private readonly bool _hashes;
    private readonly OpenDirectories _directories;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="root">Descriptor of an empty directory; stays the caller's.</param>
    /// <param name="keepsWhiteouts">Whether whiteouts are made; else they are dropped as all devices are.</param>
    /// <param name="hashes">Whether the digests of contents are wanted.</param>
    public TreeExtractor(int root, OwnerPolicy owners, bool keepsWhiteouts = false, bool hashes = true)
    {
        (_owners, _keepsWhiteouts, _hashes) = (owners, keepsWhiteouts, hashes);
        _writer = new(owners);
        _directories = new(root);
        Root = NewDirectory();
    }

    public TreeNode Root { get; }

    public long DevicesDropped { get; private set; }

    public long AttributesDropped { get; private set; }

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

        AttributesDropped = source.AttributesDropped;
        CompleteDirectories(Root, []);
    }

    public void Dispose()
    {
        _directories.Dispose();
        _hash.Dispose();
    }

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
                TreeWriter.MakeWhiteout(Place(entry, new(NodeKind.Dropped)), Name(entry.Path));
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
        var node = SetMetadata(new(NodeKind.File) { Size = entry.Size }, entry);
        var file = TreeWriter.CreateFile(Place(entry, node), Name(entry.Path));
        var length = 0L;
        try
        {
            while (await source.ReadContentAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
            {
                if (_hashes)
                {
                    _hash.AppendData(piece.Span);
                }

                length += piece.Length;
                TreeWriter.WriteSparse(file, piece.Span, entry.Path);
            }

            TreeWriter.SetLength(file, length, entry.Path);
            node.Content = _hashes ? Finish() : default;
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
            ?? throw Refuse(entry.Path, $"it is a hard link to {PosixPath.Show(entry.Link)}, which the archive does not hold before it");
        if (target.Kind is NodeKind.Directory)
        {
            throw Refuse(entry.Path, "it is a hard link to a directory");
        }

        if (Find(entry.Path) == target)
        {
            return; // it has this name already
        }

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
            return Root;
        }

        if (Find(entry.Path) is { Kind: NodeKind.Directory } existing)
        {
            return existing;
        }

        var node = NewDirectory();
        TreeWriter.MakeDirectory(Place(entry, node), Name(entry.Path));
        return node;
    }

    /// <summary>Gives the entry's name to <paramref name="node"/>, removing what had it. Returns the directory to make it in.</summary>
    private int Place(LayerEntry entry, TreeNode node)
    {
        var parent = EnsureParent(entry.Path);
        var directory = _directories.Open(Parent(entry.Path));
        var name = Name(entry.Path);
        var children = parent.Children!;
        if (children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var existing))
        {
            if (existing.Kind is NodeKind.Directory)
            {
                if (existing.Children!.Count > 0)
                {
                    throw Refuse(entry.Path, "it replaces a directory that is not empty");
                }

                _directories.CloseAll();
                directory = _directories.Open(Parent(entry.Path));
            }

            existing.Names--;
            if (existing.Kind is not NodeKind.Dropped)
            {
                TreeWriter.Remove(directory, name, existing.Kind is NodeKind.Directory);
            }
        }

        node.Names++;
        children[name.ToArray()] = node;
        return directory;
    }

    /// <summary>The directory an entry is in, made if absent: archives may leave out parents.</summary>
    private TreeNode EnsureParent(ReadOnlySpan<byte> entry)
    {
        var path = Parent(entry);
        var node = Root;
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range];
            if (name.IsEmpty)
            {
                break; // the root
            }

            if (!node.Children!.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var child))
            {
                child = NewDirectory();
                TreeWriter.MakeDirectory(_directories.Open(Parent(path[..range.End])), name);
                node.Children.Add(name.ToArray(), child);
            }
            else if (child.Kind is not NodeKind.Directory)
            {
                throw Refuse(entry, child.Kind is NodeKind.Symlink
                    ? $"it would be written through the link {PosixPath.Show(path[..range.End])}"
                    : $"{PosixPath.Show(path[..range.End])} is not a directory");
            }

            node = child;
        }

        return node;
    }

    private TreeNode? Find(ReadOnlySpan<byte> path)
    {
        var node = Root;
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
            throw Refuse(entry.Path, $"its owner {Math.Max(entry.User, entry.Group)} is over {_owners.IdMax}, the highest id a job has");
        }
    }

    private static TreeNode SetMetadata(TreeNode node, LayerEntry entry)
    {
        (node.Mode, node.User, node.Group) = (entry.Mode, entry.User, entry.Group);
        (node.Modified, node.Attributes) = (entry.Modified, entry.Attributes);
        return node;
    }

    /// <summary>As it stays if the archive never names it.</summary>
    private static TreeNode NewDirectory() => new(NodeKind.Directory) { Mode = 0x1ed }; // 0755

    private Digest Finish()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return Digest.FromHash(hash);
    }

    private static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> path) => path[..Math.Max(path.LastIndexOf((byte)'/'), 0)];

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    private static HostileArchiveException Refuse(ReadOnlySpan<byte> entry, string reason) =>
        new($"{PosixPath.Show(entry)}: {reason}.", ArchiveFault.Unsafe);
}
