using System.Text;
using Strata.Core.Diagnostics;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Sources;

/// <summary>
/// Copies files below one directory to another. Sources are opened beneath the workspace without following links; what is gone meanwhile is
/// left out.
/// </summary>
internal sealed unsafe class SourceCopy : IDisposable
{
    private readonly DirectoryHandle _source;
    private readonly DirectoryHandle _target;
    private readonly OpenDirectories _open;
    private readonly TreeWriter _writer;
    private readonly FileCopier _copier = new();
    private readonly (ulong Device, ulong Inode)? _data;
    private readonly string _dataPrefix;
    private readonly string _workspace;
    private readonly Dictionary<string, TreeNode> _made = new(StringComparer.Ordinal);
    private readonly List<Diagnostic> _diagnostics = [];
    private long _special;
    private string _firstSpecial = "";

    public SourceCopy(string workspace, string target, uint ownerShift, string dataDirectory)
    {
        _workspace = workspace;
        _source = DirectoryHandle.Open(workspace, followLink: true);
        _target = DirectoryHandle.Open(target);
        _open = new(_target.File);
        _writer = new(new OwnerPolicy(ownerShift, uint.MaxValue));
        _dataPrefix = Path.GetRelativePath(workspace, dataDirectory).TrimEnd('/') + "/";
        _data = Find(Libc.CurrentDirectory, PosixPath.Terminated(dataDirectory), out var status) ? (Device(status), status.Inode) : null;
    }

    public long FileCount { get; private set; }

    public long SizeBytes { get; private set; }

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <param name="listing">Paths, each ending in NUL, as git lists them. One may come several times in a row (a merge conflict).</param>
    /// <param name="repositories">Gets the directories in it: submodules and nested repositories.</param>
    public void CopyListed(ReadOnlySpan<byte> listing, string prefix, List<string> repositories, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> last = [];
        var start = Encoding.UTF8.GetBytes(prefix);
        while (listing.IndexOf((byte)0) is var end and >= 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = listing[..end].TrimEnd((byte)'/');
            listing = listing[(end + 1)..];
            if (name.SequenceEqual(last))
            {
                continue;
            }

            last = name;
            byte[] path = [.. start, .. name, 0];
            if (Copy(path) is FileKind.Directory)
            {
                repositories.Add(Encoding.UTF8.GetString(name));
            }
        }
    }

    /// <summary>All files, but no repository's own directory.</summary>
    public void CopyAll(CancellationToken cancellationToken) => CopyBelow(_source.File, [], 0, cancellationToken);

    /// <summary>To be called once, at the end: owners, modes and times of directories.</summary>
    public void Complete()
    {
        var paths = new List<string>(_made.Keys);
        paths.Sort(static (a, b) => b.Length.CompareTo(a.Length)); // deeper ones are longer than their parents
        foreach (var path in paths)
        {
            var node = _made[path];
            var bytes = Encoding.Latin1.GetBytes(path);
            _writer.Complete(_open.Open(bytes), bytes, node);
        }

        Find(_source.File, ".\0"u8, out var root);
        _writer.Complete(_target.File, "."u8, Directory(root));
        if (SizeBytes > SourceTree.SizeWarningBytes)
        {
            _diagnostics.Add(SourceDiagnostics.Large(_workspace, SizeBytes));
        }

        if (_special > 0)
        {
            _diagnostics.Add(SourceDiagnostics.Special(_firstSpecial, _special));
        }
    }

    public void Dispose()
    {
        _open.Dispose();
        _source.Dispose();
        _target.Dispose();
    }

    private void CopyBelow(int directory, byte[] prefix, int depth, CancellationToken cancellationToken)
    {
        if (depth > EntryPath.DepthMax)
        {
            throw new UserErrorException(SourceDiagnostics.Unreadable(PosixPath.Show(prefix), $"it is nested deeper than {EntryPath.DepthMax} directories"));
        }

        using var entries = new DirectoryEntries(directory);
        while (entries.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entries.Name.SequenceEqual(".git"u8))
            {
                continue;
            }

            byte[] path = [.. prefix, .. entries.Name, 0];
            if (Copy(path) is FileKind.Directory)
            {
                var below = OpenSource(path, Libc.Directory);
                try
                {
                    CopyBelow(below, [.. path.AsSpan(..^1), (byte)'/'], depth + 1, cancellationToken);
                }
                finally
                {
                    _ = Libc.Close(below);
                }
            }
        }
    }

    /// <returns>What it is; None if there is nothing to do with it.</returns>
    private FileKind Copy(byte[] path)
    {
        var shown = path.AsSpan(..^1);
        if (!Find(_source.File, path, out var status))
        {
            return FileKind.None;
        }

        switch (status.Kind)
        {
            case FileKind.Regular:
                return CopyFile(path) ? FileKind.Regular : FileKind.None;
            case FileKind.Symlink:
                CopyLink(path, status);
                return FileKind.Symlink;
            case FileKind.Directory:
                if ((Device(status), status.Inode) == _data)
                {
                    return FileKind.None;
                }

                EnsureDirectory(shown);
                return FileKind.Directory;
            default:
                _firstSpecial = _special++ == 0 ? PosixPath.Show(shown) : _firstSpecial;
                return FileKind.None;
        }
    }

    private bool CopyFile(byte[] path)
    {
        var name = path.AsSpan(..^1);
        if (IsData(name))
        {
            return false;
        }

        var source = OpenSource(path, 0);
        if (source < 0)
        {
            return false;
        }

        try
        {
            var status = Status(source, name);
            if (status.Kind is not FileKind.Regular)
            {
                return false; // replaced since
            }

            var target = TreeWriter.CreateFile(EnsureParent(name), Name(name));
            try
            {
                status = CopySteadily(source, target, name, status);
                _writer.Complete(target, name, new(NodeKind.File) { Mode = status.Permissions & 0x1ff, Modified = Modified(status) });
            }
            finally
            {
                _ = Libc.Close(target);
            }

            FileCount++;
            SizeBytes += (long)status.Size;
            return true;
        }
        finally
        {
            _ = Libc.Close(source);
        }
    }

    /// <summary>A file that changes meanwhile is copied once more.</summary>
    private StatXBuffer CopySteadily(int source, int target, ReadOnlySpan<byte> name, StatXBuffer before)
    {
        for (var again = false; ; again = true)
        {
            _copier.Copy(source, target, (long)before.Size, name);
            var after = Status(source, name);
            if (FileStamp.Of(after) == FileStamp.Of(before))
            {
                return after;
            }

            if (again)
            {
                _diagnostics.Add(SourceDiagnostics.Changing(PosixPath.Show(name)));
                return after;
            }

            before = after;
        }
    }

    private void CopyLink(byte[] path, in StatXBuffer status)
    {
        var name = path.AsSpan(..^1);
        var target = new byte[PosixPath.LengthMax];
        nint length;
        fixed (byte* start = path, buffer = target)
        {
            length = Libc.ReadLinkAt(_source.File, start, buffer, (nuint)target.Length);
        }

        if (length <= 0)
        {
            return; // gone, or replaced since
        }

        var node = new TreeNode(NodeKind.Symlink) { Target = target[..(int)length], Modified = Modified(status) };
        _writer.MakeSymlink(EnsureParent(name), Name(name), node);
        FileCount++;
    }

    private int EnsureParent(ReadOnlySpan<byte> path)
    {
        var parent = path[..Math.Max(path.LastIndexOf((byte)'/'), 0)];
        EnsureDirectory(parent);
        return _open.Open(parent);
    }

    private void EnsureDirectory(ReadOnlySpan<byte> path)
    {
        var key = Encoding.Latin1.GetString(path); // one character a byte: any name is a key
        if (path.IsEmpty || _made.ContainsKey(key))
        {
            return;
        }

        var directory = EnsureParent(path);
        TreeWriter.MakeDirectory(directory, Name(path));
        Find(_source.File, PosixPath.Terminated(path), out var status);
        _made.Add(key, Directory(status));
    }

    /// <summary>Negative if it is gone, or behind a link.</summary>
    private int OpenSource(byte[] path, int flags)
    {
        fixed (byte* start = path)
        {
            var file = Libc.OpenBeneath(
                _source.File, start, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec | flags, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
            return file >= 0 || Errno.Last is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks
                ? file
                : throw new UserErrorException(SourceDiagnostics.Unreadable(PosixPath.Show(path), Errno.Failure("open", path).Message));
        }
    }

    private bool IsData(ReadOnlySpan<byte> path) =>
        !_dataPrefix.StartsWith("../", StringComparison.Ordinal) && path.StartsWith(Encoding.UTF8.GetBytes(_dataPrefix));

    private static bool Find(int directory, ReadOnlySpan<byte> path, out StatXBuffer status)
    {
        StatXBuffer found = default;
        bool exists;
        fixed (byte* start = path)
        {
            exists = Libc.StatX(directory, start, Libc.NoFollow, StatXBuffer.BasicFields, &found) == 0;
        }

        status = found;
        return exists;
    }

    private static StatXBuffer Status(int file, ReadOnlySpan<byte> name)
    {
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            return Libc.StatX(file, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) == 0 ? status : throw Errno.Failure("stat", name);
        }
    }

    private static TreeNode Directory(in StatXBuffer status) =>
        new(NodeKind.Directory) { Mode = (status.Permissions & 0x1ff) | 0x1c0, Modified = Modified(status) };

    private static ulong Device(in StatXBuffer status) => ((ulong)status.DeviceMajor << 32) | status.DeviceMinor;

    private static Timestamp Modified(in StatXBuffer status) => new(status.ModifySeconds, status.ModifyNanoseconds);

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];
}
