using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>All names of a view, gathered from its parts.</summary>
internal sealed class ViewTree(ViewRequest request)
{
    private static readonly Digest EmptyContent = Digest.Of([]);

    private readonly ViewDevices _devices = new();
    private readonly Dictionary<byte[], ViewDirectory> _directories = new(NameComparer.Instance);
    private readonly Dictionary<(int Part, ViewLayer Layer, ulong Nid), int> _linked = [];
    private readonly List<(int Node, int PathLength)> _parents = []; // from the root to the directory of the name before

    public EntryTree Names { get; } = new(lastWins: false);

    /// <returns>The images the data is on.</returns>
    public IReadOnlyList<ErofsDevice> Fill(CancellationToken cancellationToken)
    {
        foreach (var directory in request.Directories)
        {
            _directories[directory.Path] = directory;
        }

        AddRoot();
        using var walk = new ViewWalk(request.Parts);
        foreach (var part in walk.Parts)
        {
            foreach (var layer in part.Layers)
            {
                _devices.Add(layer);
            }
        }

        while (walk.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(walk.Part, walk.Parts[walk.Part]);
        }

        Names.Sort();
        return _devices.Finish();
    }

    /// <summary>A view has one, whatever its parts show.</summary>
    private void AddRoot()
    {
        Names.Add(Entry(DirectoryAt([])));
        _parents.Add((EntryTree.Root, 0));
    }

    private void Add(int part, PartWalk at)
    {
        var path = at.Path;
        var name = at.Current;
        if (path.IsEmpty)
        {
            Names.Add(Entry(name, path)); // again, as a part has it
            return;
        }

        var split = Math.Max(path.LastIndexOf((byte)'/'), 0);
        while (_parents[^1].PathLength > split)
        {
            _parents.RemoveAt(_parents.Count - 1);
        }

        var parent = _parents[^1].Node;
        var last = path[(split == 0 ? 0 : split + 1)..];
        if (name.IsDirectory)
        {
            Names.AddChild(parent, last, Entry(name, path));
            _parents.Add((Names.NodeCount - 1, path.Length));
            if (_parents.Count > EntryPath.DepthMax + 1)
            {
                throw new HostileArchiveException($"{PosixPath.Show(path)}: directories are nested deeper than {EntryPath.DepthMax}.", ArchiveFault.TooLarge);
            }

            return;
        }

        if (name.Inode.Links > 1 && _linked.TryGetValue((part, name.Layer!, name.Nid), out var linked))
        {
            Names.LinkChild(parent, last, linked);
            return;
        }

        var inode = AddFile(parent, last, Entry(name, path), at);
        if (name.Inode.Links > 1)
        {
            _linked.Add((part, name.Layer!, name.Nid), inode);
        }
    }

    private int AddFile(int parent, ReadOnlySpan<byte> last, LayerEntry entry, PartWalk at)
    {
        var (layer, inode) = (at.Current.Layer!, at.Current.Inode);
        switch (inode.Kind)
        {
            case EntryKind.File:
                entry = entry with { Size = inode.Size };
                break;
            case EntryKind.Symlink:
                entry = entry with { Link = layer.Nodes.Target(inode, at.Path) };
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                var (major, minor) = DeviceNumber.Decode(inode.Union);
                entry = entry with { DeviceMajor = major, DeviceMinor = minor };
                break;
        }

        var added = Names.AddChild(parent, last, entry);
        if (inode.Kind is EntryKind.File)
        {
            var extents = layer.Nodes.Extents(inode);
            Names.SetContent(added, inode.Size == 0 ? EmptyContent : layer.ContentOf(at.PathInStack, inode.Size, extents));
            if (extents.Count > 0)
            {
                Names.SetPieces(added, _devices.Place(layer, extents));
            }
        }

        return added;
    }

    private LayerEntry Entry(in ViewName name, ReadOnlySpan<byte> path)
    {
        if (name.Layer is not { } layer)
        {
            return Entry(DirectoryAt(path));
        }

        var inode = name.Inode;
        var (user, group) = request.OwnedBy ?? (inode.User, inode.Group);
        return new()
        {
            Kind = inode.Kind,
            Path = [], // the tree knows it
            Mode = inode.Mode,
            User = user,
            Group = group,
            Modified = request.Modified ?? inode.Modified,
            Attributes = Kept(inode.Kind is EntryKind.Directory ? name.Attributes : layer.Nodes.Attributes(inode)),
        };
    }

    private static LayerEntry Entry(ViewDirectory directory) => new()
    {
        Kind = EntryKind.Directory,
        Path = [],
        Mode = directory.Mode,
        User = directory.User,
        Group = directory.Group,
        Modified = directory.Modified,
        Attributes = Kept(directory.Attributes),
    };

    private ViewDirectory DirectoryAt(ReadOnlySpan<byte> path)
    {
        if (_directories.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(path, out var given))
        {
            return given;
        }

        var (user, group) = request.OwnedBy ?? (0, 0);
        return ViewDirectory.Default(path.ToArray(), user, group, request.Modified ?? ViewDirectory.DefaultModified);
    }

    /// <summary>A view hides nothing of what it is laid on: overlayfs' own marks are never part of it.</summary>
    private static IReadOnlyList<Xattr> Kept(IReadOnlyList<Xattr> attributes)
    {
        if (attributes.Count == 0)
        {
            return attributes;
        }

        var kept = new List<Xattr>(attributes.Count);
        foreach (var attribute in attributes)
        {
            if (attribute.Name.AsSpan().IndexOf(".overlay."u8) < 0)
            {
                kept.Add(attribute);
            }
        }

        return kept;
    }
}
