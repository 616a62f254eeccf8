using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

/// <summary>
/// From an overlay's upper to the names of a new layer: laid on the base, it shows what the overlay showed. Only what the upper names is looked at;
/// where it hides or moves a whole directory, that is compared name by name, so that a tree made anew costs what differs in it.
/// Holds the upper open: contents are read until it is disposed.
/// </summary>
public sealed class LayerDifference : IDisposable
{
    private static readonly Xattr OpaqueMark = new(AttributePolicy.OpaqueMark.ToArray(), "y"u8.ToArray());

    private readonly DifferenceRequest _request;
    private readonly SafeFileHandle _upper;
    private readonly UpperReader _reader;
    private readonly DifferenceList _found = new();
    private readonly List<byte[]> _leftOut = [];
    private readonly HashSet<byte[]> _except;
    private readonly MountPointStubs _stubs;
    private readonly CancellationToken _cancellationToken;

    private LayerDifference(DifferenceRequest request, SafeFileHandle upper, CancellationToken cancellationToken)
    {
        (_request, _upper, _cancellationToken) = (request, upper, cancellationToken);
        _reader = new(request);
        _except = new(request.Except, NameComparer.Instance);
        _stubs = new(request.MountPoints, _reader);
    }

    /// <summary>In path order, ready to be written. Empty: nothing changed, or nothing is there any more.</summary>
    public IReadOnlyList<DifferenceEntry> Entries { get; private set; } = [];

    /// <summary>Whether the directory asked for is there.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>Whether a directory of the lowers shows in another place.</summary>
    public bool HasRenamed { get; private set; }

    /// <summary>What the request left out, the topmost names, in path order.</summary>
    public IReadOnlyList<byte[]> LeftOut => _leftOut;

    /// <summary>Names of kinds that layers have no place for: sockets.</summary>
    public long Dropped => _reader.Dropped;

    /// <exception cref="IOException">Something cannot be read.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer: an id over the limit, nested too deep.</exception>
    public static LayerDifference Compute(DifferenceRequest request, CancellationToken cancellationToken)
    {
        var difference = new LayerDifference(request, OpenDirectory(request.Upper), cancellationToken);
        try
        {
            difference.Run();
            return difference;
        }
        catch
        {
            difference.Dispose();
            throw;
        }
    }

    public void Dispose() => _upper.Dispose();

    private static unsafe SafeFileHandle OpenDirectory(string path)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            var file = Libc.OpenAt(Libc.CurrentDirectory, terminated, Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
            return file >= 0 ? new(file, ownsHandle: true) : throw Errno.Failure("open directory", path, Errno.Last);
        }
    }

    private void Run()
    {
        if (Locate() is not { } place)
        {
            return;
        }

        IsPresent = true;
        if (place.Upper is not null || !place.IsAsBefore)
        {
            var below = _request.Lowers.Find(_request.Path);
            Directory(place, below?.Entry.Kind is EntryKind.Directory ? below : null, 0);
        }

        Entries = _found.Finish();
    }

    /// <summary>The directory asked for: where it is in the upper, and what of the lowers it shows. Null: it is not there.</summary>
    private MergedDirectory? Locate()
    {
        var at = MergedDirectory.Root(_upper, _reader.ReadSelf(_upper, []).Entry);
        if (_request.Path.Length == 0)
        {
            return at;
        }

        foreach (var range in _request.Path.AsSpan().Split((byte)'/'))
        {
            var name = _request.Path[range];
            var isNamed = false;
            UpperEntry? child = null;
            if (at.Upper is { } upper)
            {
                child = _reader.Read(upper).Find(e => e.Name.AsSpan().SequenceEqual(name));
                isNamed = child is not null;
            }

            var next = isNamed
                ? child!.Entry.Kind is EntryKind.Directory ? at.Enter(child, _request.Lowers) : null
                : at.EnterLower(name, _request.Lowers);
            if (at.Upper != _upper)
            {
                at.Upper?.Dispose();
            }

            if (next is null)
            {
                return null;
            }

            at = next;
        }

        return at;
    }

    /// <param name="below">The directory the new layer's one will lie on; null: none, all must be written.</param>
    /// <param name="mark">Whether the new layer's one hides what lies below it.</param>
    private void Directory(MergedDirectory directory, MergedEntry? below, int depth, bool mark = false)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (depth > EntryPath.DepthMax)
        {
            throw new HostileArchiveException($"{PosixPath.Show(directory.Path)}: directories are nested deeper than {EntryPath.DepthMax}.", ArchiveFault.TooLarge);
        }

        var entry = directory.Entry with { Path = Rerooted(directory.Path) };
        entry = mark ? entry with { Attributes = [.. entry.Attributes, OpaqueMark] } : entry;
        var self = _found.Count;
        var isChanged = below is null || !EntryComparison.IsSame(entry, below.Entry);
        _found.Add(entry, isChanged);
        var names = directory.Upper is { } upper ? _reader.Read(upper) : [];
        var became = NameChange.None;
        if (_request.IsVerbatim || (below is not null && directory.IsAsBefore))
        {
            foreach (var name in names)
            {
                became |= Named(directory, name, true, depth);
            }
        }
        else
        {
            became = Rebuilt(directory, names, below, self, depth);
        }

        if (became is NameChange.LeftOut && below is not null)
        {
            // Its time is that of what was left out.
            _found.Replace(self, entry with { Modified = below.Entry.Modified }, !EntryComparison.IsSameButForTime(entry, below.Entry));
        }
    }

    /// <summary>A directory that is not simply laid on the one below it: new, opaque, or moved here.</summary>
    private NameChange Rebuilt(MergedDirectory directory, List<UpperEntry> names, MergedEntry? below, int self, int depth)
    {
        var children = new SortedDictionary<byte[], UpperEntry?>(Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        if (directory.Lower is { } lower)
        {
            foreach (var (name, _) in _request.Lowers.List(lower))
            {
                children[name] = null;
            }
        }

        foreach (var name in names)
        {
            if (name.IsWhiteout)
            {
                children.Remove(name.Name);
            }
            else
            {
                children[name.Name] = name;
            }
        }

        var hasSame = below is not null && _request.Lowers.List(directory.Path).Any(c => children.ContainsKey(c.Name));
        var isOpaque = below is not null && !hasSame && _request.Base is null && _request.Lowers.List(directory.Path).Any();
        if (isOpaque)
        {
            _found.Replace(self, directory.Entry with { Path = Rerooted(directory.Path), Attributes = [.. directory.Entry.Attributes, OpaqueMark] }, true);
        }
        else if (below is not null)
        {
            foreach (var (name, _) in _request.Lowers.List(directory.Path))
            {
                children.TryAdd(name, Gone(name));
            }
        }

        var became = NameChange.None;
        var isLaidOn = below is not null && !isOpaque;
        foreach (var (name, upper) in children)
        {
            if (upper is not null)
            {
                became |= Named(directory, upper, isLaidOn, depth);
            }
            else
            {
                became |= Moved(directory, name, isLaidOn, depth);
            }
        }

        return isOpaque ? NameChange.MadeOrRemoved : became;
    }

    /// <summary>What hides a name of a lower layer.</summary>
    internal static LayerEntry Whiteout(byte[] path) => new() { Kind = EntryKind.CharacterDevice, Path = path, Mode = 0, User = 0, Group = 0, Modified = default };

    private static UpperEntry Gone(byte[] name) => new(name, Whiteout(name), true, false, null, null);

    /// <summary>A name of the upper.</summary>
    private NameChange Named(MergedDirectory parent, UpperEntry upper, bool isLaidOn, int depth)
    {
        var path = TreePath.Join(parent.Path, upper.Name);
        if (_except.Contains(path))
        {
            return NameChange.None;
        }

        var below = isLaidOn ? _request.Lowers.Find(path) : null;
        if (upper.IsWhiteout)
        {
            if (_request.IsVerbatim || (isLaidOn && (_request.Base is { } @base ? @base.Value.Find(Rerooted(path)) : below) is not null))
            {
                _found.Add(Whiteout(Rerooted(path)), true);
            }

            return NameChange.MadeOrRemoved;
        }

        if (below is null && _stubs.IsStub(parent, upper, path))
        {
            return NameChange.LeftOut;
        }

        if (IsLeftOut(path))
        {
            return NameChange.LeftOut;
        }

        if (upper.Entry.Kind is EntryKind.Directory)
        {
            HasRenamed |= upper.Redirect is not null;
            if (parent.Enter(upper, _request.Lowers) is { } child)
            {
                using (child.Upper)
                {
                    Directory(child, below?.Entry.Kind is EntryKind.Directory ? below : null, depth + 1, mark: _request.IsVerbatim && upper.IsOpaque);
                }
            }

            return below is null ? NameChange.MadeOrRemoved : NameChange.None;
        }

        var upperPath = TreePath.Join(parent.UpperPath!, upper.Name);
        var entry = upper.Entry with { Path = Rerooted(path) };
        var isChanged = below is null
            || !EntryComparison.IsSame(entry, below.Entry)
            || (entry.Kind is EntryKind.File && entry.Size > 0 && UpperReader.HashBelow(_upper, upperPath, _cancellationToken) != below.Content);
        if (isChanged || upper.File is not null)
        {
            _found.Add(entry, isChanged, () => UpperReader.OpenBelow(_upper, upperPath), upper.File);
        }

        return below is null ? NameChange.MadeOrRemoved : NameChange.None;
    }

    /// <summary>A name of the lowers that shows in another place now.</summary>
    private NameChange Moved(MergedDirectory parent, byte[] name, bool isLaidOn, int depth)
    {
        var path = TreePath.Join(parent.Path, name);
        if (_except.Contains(path) || parent.EnterAny(name, _request.Lowers) is not { } shown)
        {
            return NameChange.None;
        }

        if (IsLeftOut(path))
        {
            return NameChange.LeftOut;
        }

        var below = isLaidOn ? _request.Lowers.Find(path) : null;
        if (shown.Entry.Kind is EntryKind.Directory)
        {
            Directory(parent.EnterLower(name, _request.Lowers)!, below?.Entry.Kind is EntryKind.Directory ? below : null, depth + 1);
            return below is null ? NameChange.MadeOrRemoved : NameChange.None;
        }

        var entry = shown.Entry with { Path = Rerooted(path) };
        var isChanged = below is null || !EntryComparison.IsSame(entry, below.Entry) || shown.Content != below.Content;
        (ulong, ulong)? file = shown.LinkGroup == 0 ? null : (ulong.MaxValue, (ulong)shown.LinkGroup);
        if (isChanged || file is not null)
        {
            _found.Add(entry, isChanged, () => _request.OpenLower(shown), file);
        }

        return below is null ? NameChange.MadeOrRemoved : NameChange.None;
    }

    private bool IsLeftOut(byte[] path)
    {
        if (!_request.LeavesOut(path))
        {
            return false;
        }

        _leftOut.Add(path);
        return true;
    }

    private byte[] Rerooted(byte[] path) =>
        _request.Path.Length == 0 ? path : path.Length == _request.Path.Length ? [] : path[(_request.Path.Length + 1)..];

    /// <summary>What became of the names of a directory.</summary>
    [Flags]
    private enum NameChange
    {
        None = 0,

        /// <summary>As a mount point or by a rule.</summary>
        LeftOut = 1,

        MadeOrRemoved = 2,
    }
}
