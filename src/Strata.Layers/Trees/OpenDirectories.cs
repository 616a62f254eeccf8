using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>
/// Descriptors of the directories from a tree's root to where the last entry was written. Each is opened from its parent without
/// following links, so no path of an archive is ever resolved by the kernel as a whole.
/// </summary>
internal sealed unsafe class OpenDirectories(int root) : IDisposable
{
    private readonly List<(byte[] Name, int File)> _open = [];
    /// <summary>The directory given at the start, which stays the caller's.</summary>
    public int Root => root;

    /// <summary>The descriptor of an existing directory; it stays open until another branch is asked for.</summary>
    /// <param name="path">Relative and normalised; empty is the root.</param>
    public int Open(ReadOnlySpan<byte> path)
    {
        var depth = 0;
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range];
            if (name.IsEmpty)
            {
                break; // the root
            }

            if (depth == _open.Count || !name.SequenceEqual(_open[depth].Name))
            {
                CloseFrom(depth);
                _open.Add((name.ToArray(), OpenChild(depth == 0 ? root : _open[depth - 1].File, name)));
            }

            depth++;
        }

        return depth == 0 ? root : _open[depth - 1].File;
    }

    public void Dispose() => CloseFrom(0);

    private static int OpenChild(int parent, ReadOnlySpan<byte> name)
    {
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            var flags = Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec;
            var file = Libc.OpenAt(parent, terminated, flags, 0);
            return file >= 0 ? file : throw Errno.Failure("open directory", name);
        }
    }

    private void CloseFrom(int depth)
    {
        for (var i = _open.Count - 1; i >= depth; i--)
        {
            _ = Libc.Close(_open[i].File);
        }

        _open.RemoveRange(depth, _open.Count - depth);
    }
}
