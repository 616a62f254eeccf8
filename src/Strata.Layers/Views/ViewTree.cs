using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Views;

/// <summary>All names of a view, gathered from its parts.</summary>
internal sealed class ViewTree(ViewRequest request)
{
    internal const uint LinkMode = 0x1ff; // Linux has no other mode of links

    internal static readonly Digest EmptyContent = Digest.Of([]);

    private readonly ViewDevices _devices = new();
    private readonly ViewDirectories _directories = new(request);
    private readonly Dictionary<(int Part, ViewLayer Layer, ulong Nid), int> _linked = [];
    private readonly List<(int Node, int PathLength)> _parents = []; // from the root to the directory of the name before

    public EntryTree Names { get; } = new(lastWins: false);

    /// <returns>The images the data is on.</returns>
    public IReadOnlyList<ErofsDevice> Fill(CancellationToken cancellationToken)
    {
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
        return _devices.Finish(Names);
    }

    /// <summary>A view has one, whatever its parts show.</summary>
    private void AddRoot()
    {
        SetRoot(_directories.At([]));
        _parents.Add((EntryTree.Root, 0));
    }

    private void SetRoot(ViewDirectory root) => Names.Add(new()
    {
        Kind = EntryKind.Directory,
        Path = [],
        Mode = root.Mode,
        User = root.User,
        Group = root.Group,
        Modified = root.Modified,
        Attributes = AttributePolicy.WithoutMarks(root.Attributes),
    });

    private void Add(int part, PartWalk at)
    {
        var path = at.Path;
        if (path.IsEmpty)
        {
            SetRoot(_directories.At(at));
            return;
        }

        var split = Math.Max(path.LastIndexOf((byte)'/'), 0);
        while (_parents[^1].PathLength > split)
        {
            _parents.RemoveAt(_parents.Count - 1);
        }

        var parent = _parents[^1].Node;
        var name = path[(split == 0 ? 0 : split + 1)..];
        if (at.Current.IsDirectory)
        {
            AddDirectory(parent, name, _directories.At(at), path);
            return;
        }

        ref readonly var inode = ref at.Current.Inode;
        if (inode.Links == 1)
        {
            AddFile(parent, name, at);
        }
        else if (_linked.TryGetValue((part, at.Current.Layer!, at.Current.Nid), out var linked))
        {
            Names.LinkChild(parent, name, linked);
        }
        else
        {
            _linked.Add((part, at.Current.Layer!, at.Current.Nid), AddFile(parent, name, at));
        }
    }

    private void AddDirectory(int parent, ReadOnlySpan<byte> name, ViewDirectory directory, ReadOnlySpan<byte> shownPath)
    {
        Names.AddNew(
            parent,
            name,
            new()
            {
                Kind = EntryKind.Directory,
                Mode = (ushort)directory.Mode,
                User = directory.User,
                Group = directory.Group,
                Seconds = directory.Modified.Seconds,
                Nanoseconds = directory.Modified.Nanoseconds,
            },
            AttributePolicy.WithoutMarks(directory.Attributes),
            []);
        _parents.Add((Names.NodeCount - 1, shownPath.Length));
        if (_parents.Count > EntryPath.DepthMax + 1)
        {
            throw new HostileArchiveException($"{PosixPath.Show(shownPath)}: directories are nested deeper than {EntryPath.DepthMax}.", ArchiveFault.TooLarge);
        }
    }

    private int AddFile(int parent, ReadOnlySpan<byte> name, PartWalk at)
    {
        var layer = at.Current.Layer!;
        ref readonly var inode = ref at.Current.Inode;
        var (user, group) = request.OwnedBy ?? (inode.User, inode.Group);
        var modified = request.Modified ?? inode.Modified;
        var added = Names.AddNew(
            parent,
            name,
            new()
            {
                Kind = inode.Kind,
                Mode = (ushort)(inode.Kind is EntryKind.Symlink ? LinkMode : inode.Mode),
                User = user,
                Group = group,
                Seconds = modified.Seconds,
                Nanoseconds = modified.Nanoseconds,
                Size = inode.Kind is EntryKind.File ? inode.Size : 0,
            },
            AttributePolicy.WithoutMarks(layer.Nodes.Attributes(inode)),
            inode.Kind is EntryKind.Symlink ? layer.Nodes.Target(inode, at.Path) : []);
        if (inode.Kind is EntryKind.File)
        {
            AddContent(added, layer, inode, at.PathInStack);
        }

        return added;
    }

    private void AddContent(int file, ViewLayer layer, in RawInode inode, ReadOnlySpan<byte> path)
    {
        var extents = layer.Nodes.Extents(inode);
        Names.SetContent(file, inode.Size == 0 ? EmptyContent : layer.ContentOf(path, inode.Size, extents));
        if (extents.Length > 0)
        {
            _devices.Place(layer, extents);
            Names.SetPieces(file, extents);
        }
    }
}
