using System.Runtime.ExceptionServices;
using Strata.Core.Diagnostics;
using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>
/// Looks at names in path order, from open directory to open directory: no link is followed, and what lies behind one is not there. For one thread.
/// </summary>
internal sealed unsafe class SourceStatus(int root) : IDisposable
{
    private const int PathOnly = 0x200000; // O_PATH
    private const int NotThere = -1;
    private const int Share = 512; // names; fewer are not worth another thread

    private readonly List<(int Length, int File)> _open = [];
    private readonly byte[] _path = new byte[PosixPath.LengthMax];
    private readonly byte[] _name = new byte[PosixPath.LengthMax];

    /// <summary>All names, on all cores. One that is late to begin finds less left to do.</summary>
    /// <exception cref="UserErrorException">A directory may not be searched (STR3306).</exception>
    public static SourceStamp[] Read(int root, SourceNames names, CancellationToken cancellationToken)
    {
        var stamps = new SourceStamp[names.Count];
        var next = 0;
        var workers = Math.Clamp(names.Count / Share, 1, Environment.ProcessorCount);
        if (workers == 1)
        {
            ReadShares(0);
            return stamps;
        }

        try
        {
            Parallel.For(0, workers, ReadShares);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return stamps;

        void ReadShares(int worker)
        {
            using var status = new SourceStatus(root);
            while (Interlocked.Add(ref next, Share) - Share is var start && start < names.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var i = start; i < Math.Min(start + Share, names.Count); i++)
                {
                    stamps[i] = status.Find(names[i]);
                }
            }
        }
    }

    /// <param name="path">Without a NUL.</param>
    public SourceStamp Find(ReadOnlySpan<byte> path)
    {
        var slash = path.LastIndexOf((byte)'/');
        var directory = slash < 0 ? root : Enter(path[..slash]);
        if (directory == NotThere)
        {
            return default;
        }

        StatXBuffer status = default;
        fixed (byte* name = Terminated(path[(slash + 1)..]))
        {
            return Libc.StatX(directory, name, Libc.NoFollow, StatXBuffer.BasicFields, &status) == 0 ? SourceStamp.Of(status)
                : IsGone(Errno.Last) ? default
                : throw Unreadable(path, "stat");
        }
    }

    public void Dispose() => LeaveTo(0);

    private int Enter(ReadOnlySpan<byte> parent)
    {
        while (_open.Count > 0 && !Contains(_open[^1].Length, parent))
        {
            LeaveTo(_open.Count - 1);
        }

        var (length, file) = _open.Count > 0 ? _open[^1] : (0, root);
        while (length < parent.Length)
        {
            var start = length == 0 ? 0 : length + 1;
            var end = parent[start..].IndexOf((byte)'/') is var slash and >= 0 ? start + slash : parent.Length;
            if (file != NotThere)
            {
                fixed (byte* name = Terminated(parent[start..end]))
                {
                    var next = Libc.OpenAt(file, name, PathOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
                    file = next >= 0 ? next : IsGone(Errno.Last) ? NotThere : throw Unreadable(parent[..end], "open directory");
                }
            }

            parent[length..end].CopyTo(_path.AsSpan(length));
            length = end;
            _open.Add((length, file));
        }

        return file;
    }

    private bool Contains(int length, ReadOnlySpan<byte> path) =>
        path.Length >= length && (path.Length == length || path[length] == (byte)'/') && path[..length].SequenceEqual(_path.AsSpan(0, length));

    private void LeaveTo(int count)
    {
        for (var i = _open.Count - 1; i >= count; i--)
        {
            if (_open[i].File != NotThere)
            {
                _ = Libc.Close(_open[i].File);
            }

            _open.RemoveAt(i);
        }
    }

    private ReadOnlySpan<byte> Terminated(ReadOnlySpan<byte> name)
    {
        name.CopyTo(_name);
        _name[name.Length] = 0;
        return _name;
    }

    private static bool IsGone(int error) => error is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks;

    private static UserErrorException Unreadable(ReadOnlySpan<byte> path, string operation) =>
        new(SourceDiagnostics.Unreadable(PosixPath.Show(path), Errno.Failure(operation, path).Message));
}
