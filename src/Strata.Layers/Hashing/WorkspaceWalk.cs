using System.Text;
using Strata.Core.Globs;
using Strata.Layers.Posix;

namespace Strata.Layers.Hashing;

/// <summary>
/// Finds the files of a workspace that match, in glob order: search path after search path, in each the names of a directory in byte
/// order. Directories nothing can match in are not read; links to directories are not entered, as @actions/glob does without followSymbolicLinks.
/// </summary>
internal sealed class WorkspaceWalk(int root, GlobSet globs, Action<byte[], bool> found, CancellationToken cancellationToken)
{
    private const int DepthMax = 1024;

    private byte[] _path = new byte[PosixPath.LengthMax];
    private char[] _text = new char[PosixPath.LengthMax];

    public void Run()
    {
        foreach (var start in globs.SearchPaths)
        {
            if (start.Length == 0)
            {
                Directory(root, 0, 0, 0);
            }
            else
            {
                Start(start);
            }
        }
    }

    private unsafe void Start(string start)
    {
        var terminated = PosixPath.Terminated(start);
        int file;
        fixed (byte* path = terminated)
        {
            file = Libc.OpenBeneath(root, path, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec, Libc.ResolveBeneath | Libc.ResolveNoMagicLinks);
        }

        if (file < 0)
        {
            if (Errno.Last is Errno.NotFound or Errno.NotDirectory)
            {
                return;
            }

            throw FileHasher.Unreadable(terminated, Errno.Last);
        }

        try
        {
            var kind = FileHasher.StatusOf(file, terminated).Kind;
            Ensure(terminated.Length);
            terminated.AsSpan(..^1).CopyTo(_path);
            start.CopyTo(_text);
            if (kind is FileKind.Directory)
            {
                Directory(file, terminated.Length - 1, start.Length, 0);
            }
            else if (kind is FileKind.Regular && globs.Matches(start))
            {
                found(terminated, true);
            }
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <param name="length">Of the directory's path in bytes; <paramref name="textLength"/>: in characters.</param>
    private void Directory(int directory, int length, int textLength, int depth)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (depth > DepthMax)
        {
            throw new IOException($"{PosixPath.Show(_path.AsSpan(0, length))}: directories are nested deeper than {DepthMax}.");
        }

        if (!globs.MayMatchBelow(_text.AsSpan(0, textLength)))
        {
            return;
        }

        foreach (var (name, kind) in Names(directory, length))
        {
            var (end, textEnd) = Append(name, length, textLength);
            switch (kind)
            {
                case FileKind.Directory:
                    Enter(directory, name, end, textEnd, depth);
                    break;
                case FileKind.Regular or FileKind.Symlink when globs.Matches(_text.AsSpan(0, textEnd)):
                    found(PosixPath.Terminated(_path.AsSpan(0, end)), kind is FileKind.Symlink);
                    break;
            }
        }
    }

    private unsafe void Enter(int parent, byte[] name, int length, int textLength, int depth)
    {
        if (!globs.MayMatchBelow(_text.AsSpan(0, textLength)))
        {
            return;
        }

        int directory;
        fixed (byte* path = PosixPath.Terminated(name))
        {
            directory = Libc.OpenAt(parent, path, Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
        }

        if (directory < 0)
        {
            throw FileHasher.Unreadable(_path.AsSpan(0, length), Errno.Last);
        }

        try
        {
            Directory(directory, length, textLength, depth + 1);
        }
        finally
        {
            _ = Libc.Close(directory);
        }
    }

    private List<(byte[] Name, FileKind Kind)> Names(int directory, int length)
    {
        var names = new List<(byte[] Name, FileKind Kind)>();
        using var entries = new DirectoryEntries(directory);
        while (entries.Next())
        {
            names.Add((entries.Name.ToArray(), entries.Kind));
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Kind is FileKind.None)
            {
                names[i] = (names[i].Name, KindOf(directory, names[i].Name, length));
            }
        }

        names.Sort(static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        return names;
    }

    private unsafe FileKind KindOf(int directory, byte[] name, int length)
    {
        StatXBuffer status = default;
        fixed (byte* path = PosixPath.Terminated(name))
        {
            return Libc.StatX(directory, path, Libc.NoFollow, StatXBuffer.BasicFields, &status) == 0
                ? status.Kind
                : throw FileHasher.Unreadable(_path.AsSpan(0, Append(name, length, 0).Length), Errno.Last);
        }
    }

    private (int Length, int TextLength) Append(byte[] name, int length, int textLength)
    {
        Ensure(length + 1 + name.Length);
        if (length > 0)
        {
            _path[length++] = (byte)'/';
            _text[textLength++] = '/';
        }

        name.CopyTo(_path, length);
        return (length + name.Length, textLength + Encoding.UTF8.GetChars(name, _text.AsSpan(textLength)));
    }

    private void Ensure(int length)
    {
        if (length > _path.Length)
        {
            Array.Resize(ref _path, length * 2);
            Array.Resize(ref _text, length * 2); // UTF-8 never has more characters than bytes
        }
    }
}
