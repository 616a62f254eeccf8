using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>
/// All names of a layer while it is made and what they stand for, about 110 bytes each: contents and, after the first, their digests are elsewhere. Names may come in any order; parents that are
/// missing are made with mode 0755, owner 0 and time 0, and marked as implied.
/// </summary>
internal sealed class EntryTree
{
    public const int None = NameTree.None;
    public const int Root = NameTree.Root;

    private readonly NameTree _names;
    private readonly PagedList<Inode> _inodes = new();
    private readonly DigestList _contents;
    private readonly ByteArena _targets = new();
    private readonly AttributeLists _attributes = new();
    private readonly ExtentArena _pieces = new();
    private readonly bool _lastWins;
    private readonly long _namesMax;
    private byte[] _recentPath = [];
    private int _recentParent = Root;

    /// <param name="lastWins">Whether a name that comes again replaces the first, as in tar; else it is refused.</param>
    /// <param name="namesMax">The root and directories that no entry names included: an entry may bring many.</param>
    /// <param name="digests">Where digests go that are too many: <see cref="DigestList"/>.</param>
    public EntryTree(bool lastWins, long? namesMax = null, string? digests = null)
    {
        _lastWins = lastWins;
        _namesMax = namesMax ?? TreeImportLimits.Default.EntriesMax;
        _contents = new(digests);
        _contents.Add(default); // 0 means none
        _names = new(AddImplied());
        _inodes[0].Names = 1;
    }

    /// <summary>Names, the root included.</summary>
    public int NodeCount => _names.Count;

    public int InodeCount => _inodes.Count;

    public ref Inode InodeAt(int inode) => ref _inodes[inode];

    public ref Inode InodeOf(int node) => ref _inodes[_names.InodeOf(node)];

    public int InodeIndexOf(int node) => _names.InodeOf(node);

    /// <inheritdoc cref="NameTree.ParentOf"/>
    public int ParentOf(int node) => _names.ParentOf(node);

    /// <inheritdoc cref="NameTree.FirstChildOf"/>
    public int FirstChildOf(int node) => _names.FirstChildOf(node);

    /// <inheritdoc cref="NameTree.NextOf"/>
    public int NextOf(int node) => _names.NextOf(node);

    /// <inheritdoc cref="NameTree.NameOf"/>
    public ReadOnlySpan<byte> NameOf(int node) => _names.NameOf(node);

    /// <inheritdoc cref="NameTree.PathOf"/>
    public ReadOnlySpan<byte> PathOf(int node, Span<byte> path) => _names.PathOf(node, path);

    /// <inheritdoc cref="NameTree.Find(ReadOnlySpan{byte})"/>
    public int Find(ReadOnlySpan<byte> path) => _names.Find(path);

    /// <inheritdoc cref="NameTree.Sort"/>
    public void Sort() => _names.Sort();

    /// <inheritdoc cref="NameTree.Following"/>
    public int Following(int node) => _names.Following(node);

    public ReadOnlySpan<byte> TargetOf(in Inode symlink) => _targets.Get(symlink.Extra, (int)symlink.Size);

    public IReadOnlyList<Xattr> AttributesOf(in Inode inode) => _attributes.Get(inode.Attributes, inode.Has(InodeMarks.Opaque));

    public Span<DataExtent> PiecesOf(in Inode inode) => _pieces.Get(inode.Extra, (int)inode.StartBlock);

    public Digest ContentOf(in Inode inode) => _contents.Get(inode.Content);

    /// <inheritdoc cref="DigestList.Close"/>
    public void Close() => _contents.Close();

    /// <summary>Adds or replaces a name. Returns the index of what it stands for.</summary>
    /// <exception cref="HostileArchiveException">It has no place in this tree.</exception>
    public int Add(LayerEntry entry)
    {
        if (entry.Path.Length == 0)
        {
            return entry.Kind is EntryKind.Directory
                ? SetMetadata(Root, entry)
                : throw Refuse(entry.Path, "the root is not a directory");
        }

        var split = entry.Path.AsSpan().LastIndexOf((byte)'/');
        var parent = EnsureDirectory(entry.Path.AsSpan(0, Math.Max(split, 0)), entry.Path);
        return AddChild(parent, entry.Path.AsSpan(split + 1), entry);
    }

    /// <param name="entry">Its path is used for messages only.</param>
    public int AddChild(int parent, ReadOnlySpan<byte> name, LayerEntry entry)
    {
        var node = _names.Find(parent, name);
        if (entry.Kind is EntryKind.HardLink)
        {
            return Link(parent, name, node, entry);
        }

        if (node == None)
        {
            return SetMetadata(AddName(parent, name, _inodes.Add(default)), entry);
        }

        ref var existing = ref InodeOf(node);
        var isDirectory = existing.Kind is EntryKind.Directory;
        if (!_lastWins && !existing.Has(InodeMarks.Implied))
        {
            throw Refuse(entry.Path, "it comes twice");
        }

        if (isDirectory && entry.Kind is EntryKind.Directory)
        {
            return SetMetadata(node, entry);
        }

        Replace(node, _inodes.Add(default), entry.Path);
        return SetMetadata(node, entry);
    }

    /// <summary>A name and what it stands for, taken as they are. The name is new and is not looked for again: <see cref="Find"/> does not see it.</summary>
    /// <param name="inode">Without its names, attributes and a symlink's target.</param>
    public int AddNew(int parent, ReadOnlySpan<byte> name, in Inode inode, IReadOnlyList<Xattr> attributes, ReadOnlySpan<byte> target)
    {
        var index = _inodes.Add(inode);
        ref var added = ref _inodes[index];
        added.Attributes = _attributes.Add(attributes);
        if (added.Kind is EntryKind.Symlink)
        {
            (added.Size, added.Extra) = (target.Length, _targets.Add(target));
        }

        AddName(parent, name, index, isFound: false);
        return index;
    }

    /// <summary>One more name for what is there already. The name is new.</summary>
    public void LinkChild(int parent, ReadOnlySpan<byte> name, int inode) => AddName(parent, name, inode);

    /// <summary>Hides what lower layers hold in a directory. It need not be there yet.</summary>
    public void MarkOpaque(ReadOnlySpan<byte> path) => InodeOf(EnsureDirectory(path, path)).Marks |= InodeMarks.Opaque;

    /// <summary>A directory that is there gets the mode, owner, times and attributes of another; it stays opaque or not.</summary>
    public void TakeOver(int node, LayerEntry directory) => SetMetadata(node, directory);

    public void SetContent(int inode, Digest content) => _inodes[inode].Content = _contents.Add(content);

    public void SetPieces(int inode, ReadOnlySpan<DataExtent> pieces)
    {
        ref var file = ref _inodes[inode];
        file.Marks |= InodeMarks.Pieces;
        (file.Extra, file.StartBlock) = (_pieces.Add(pieces), (uint)pieces.Length);
    }

    public void SetAttributes(int inode, IReadOnlyList<Xattr> attributes) => _inodes[inode].Attributes = _attributes.Add(attributes);

    /// <summary>For a new layout.</summary>
    public void ForgetPlaces()
    {
        for (var inode = 0; inode < _inodes.Count; inode++)
        {
            _inodes[inode].Nid = 0;
            _inodes[inode].Marks &= ~InodeMarks.InlineTail;
        }
    }

    private int Link(int parent, ReadOnlySpan<byte> name, int existing, LayerEntry entry)
    {
        var target = Find(entry.Link);
        if (target == None)
        {
            throw new MissingLinkTargetException(
                $"{PosixPath.Show(entry.Path)}: it is a hard link to {PosixPath.Show(entry.Link)}, which does not come before it.");
        }

        var inode = _names.InodeOf(target);
        if (_inodes[inode].Kind is EntryKind.Directory)
        {
            throw Refuse(entry.Path, "it is a hard link to a directory");
        }

        if (existing == None)
        {
            AddName(parent, name, inode);
        }
        else if (_names.InodeOf(existing) != inode)
        {
            if (!_lastWins)
            {
                throw Refuse(entry.Path, "it comes twice");
            }

            Replace(existing, inode, entry.Path);
        }

        return inode;
    }

    private void Replace(int node, int inode, ReadOnlySpan<byte> shownPath)
    {
        if (_names.FirstChildOf(node) != None)
        {
            throw Refuse(shownPath, "it replaces a directory that is not empty");
        }

        InodeOf(node).Names--;
        _names.SetInode(node, inode);
        _inodes[inode].Names++;
    }

    private int AddName(int parent, ReadOnlySpan<byte> name, int inode, bool isFound = true)
    {
        if (name.Length is 0 or > PosixPath.NameLengthMax)
        {
            throw Refuse(name, "its name is empty or too long");
        }

        if (_names.Count >= _namesMax)
        {
            throw new HostileArchiveException($"The tree has more than {_namesMax} names.", ArchiveFault.TooLarge);
        }

        _inodes[inode].Names++;
        return _names.Add(parent, name, inode, isFound);
    }

    private int SetMetadata(int node, LayerEntry entry)
    {
        var index = _names.InodeOf(node);
        ref var inode = ref _inodes[index];
        inode.Kind = entry.Kind;
        inode.Mode = (ushort)(entry.Kind is EntryKind.Symlink ? 0x1ff : entry.Mode & 0xfff); // Linux has no other mode of links
        if (entry.IsWhiteout)
        {
            (inode.Mode, entry) = (0, entry with { User = 0, Group = 0, Modified = default, Attributes = [] }); // overlayfs looks at its number alone
        }

        (inode.User, inode.Group) = (entry.User, entry.Group);
        (inode.Seconds, inode.Nanoseconds) = (entry.Modified.Seconds, entry.Modified.Nanoseconds);
        inode.Marks &= InodeMarks.Opaque;
        inode.Attributes = _attributes.Add(entry.Attributes);
        switch (entry.Kind)
        {
            case EntryKind.File:
                inode.Size = entry.Size;
                break;
            case EntryKind.Symlink:
                inode.Size = entry.Link.Length;
                inode.Extra = _targets.Add(entry.Link);
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                inode.Extra = DeviceNumber.Encode(entry.DeviceMajor, entry.DeviceMinor)
                    ?? throw Refuse(entry.Path, $"its device number {entry.DeviceMajor}:{entry.DeviceMinor} is not one of Linux");
                break;
        }

        return index;
    }

    private int AddImplied() => _inodes.Add(new() { Kind = EntryKind.Directory, Mode = 0x1ed, Marks = InodeMarks.Implied }); // 0755

    private int EnsureDirectory(ReadOnlySpan<byte> path, ReadOnlySpan<byte> shownEntry)
    {
        if (path.SequenceEqual(_recentPath) && InodeOf(_recentParent).Kind is EntryKind.Directory)
        {
            return _recentParent;
        }

        var node = Root;
        foreach (var range in path.Split((byte)'/'))
        {
            if (path[range].IsEmpty)
            {
                break; // the root
            }

            var child = _names.Find(node, path[range]);
            if (child == None)
            {
                child = AddName(node, path[range], AddImplied());
            }
            else if (InodeOf(child).Kind is not EntryKind.Directory)
            {
                throw Refuse(shownEntry, InodeOf(child).Kind is EntryKind.Symlink
                    ? $"it would be written through the link {PosixPath.Show(path[..range.End])}"
                    : $"{PosixPath.Show(path[..range.End])} is not a directory");
            }

            node = child;
        }

        (_recentPath, _recentParent) = (path.ToArray(), node);
        return node;
    }

    private static HostileArchiveException Refuse(ReadOnlySpan<byte> entry, string reason) =>
        new($"{PosixPath.Show(entry)}: {reason}.", ArchiveFault.Unsafe);
}
