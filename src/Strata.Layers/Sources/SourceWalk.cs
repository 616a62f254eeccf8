using Strata.Core.Diagnostics;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Sources;

/// <summary>All names of a workspace without git, but no repository's own directory.</summary>
internal static class SourceWalk
{
    /// <param name="hidden">Not entered.</param>
    /// <returns>Each with a NUL, in no order but always the same for the same directories.</returns>
    public static byte[] List(string workspace, byte[] hidden, CancellationToken cancellationToken)
    {
        using var root = DirectoryHandle.Open(workspace, followLink: true); // its own: reading moves it on
        var names = new List<byte>();
        Below(root.File, [], 0);
        return [.. names];

        void Below(int directory, byte[] prefix, int depth)
        {
            if (depth > EntryPath.DepthMax)
            {
                throw Unreadable(prefix, $"it is nested deeper than {EntryPath.DepthMax} directories");
            }

            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (name, kind) in Entries(directory))
            {
                byte[] path = [.. prefix, .. name];
                if (path.AsSpan().SequenceEqual(hidden))
                {
                    continue;
                }

                names.AddRange(path.AsSpan());
                names.Add(0);
                if (kind is FileKind.Directory or FileKind.None && Open(directory, name) is var below and >= 0)
                {
                    try
                    {
                        Below(below, [.. path, (byte)'/'], depth + 1);
                    }
                    finally
                    {
                        _ = Libc.Close(below);
                    }
                }
            }
        }
    }

    private static List<(byte[] Name, FileKind Kind)> Entries(int directory)
    {
        var found = new List<(byte[] Name, FileKind Kind)>();
        using var entries = new DirectoryEntries(directory);
        while (entries.Next())
        {
            if (!entries.Name.SequenceEqual(".git"u8))
            {
                found.Add((entries.Name.ToArray(), entries.Kind));
            }
        }

        found.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return found;
    }

    /// <summary>Negative: it is gone, or no directory.</summary>
    private static unsafe int Open(int directory, byte[] name)
    {
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            var file = Libc.OpenAt(directory, terminated, Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
            return file >= 0 || Errno.Last is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks
                ? file
                : throw Unreadable(name, Errno.Failure("open directory", name).Message);
        }
    }

    private static UserErrorException Unreadable(ReadOnlySpan<byte> path, string reason) => new(SourceDiagnostics.Unreadable(PosixPath.Show(path), reason));
}
