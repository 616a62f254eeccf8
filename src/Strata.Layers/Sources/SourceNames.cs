using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Sources;

/// <summary>The visible names of a workspace in path order, with the directories that lead to them. Immutable.</summary>
internal sealed class SourceNames
{
    private readonly byte[] _paths; // each ends in NUL
    private readonly int[] _starts; // one more than there are names
    private readonly byte[] _implied;

    private SourceNames(byte[] paths, int[] starts, byte[] implied) => (_paths, _starts, _implied) = (paths, starts, implied);

    public int Count => _implied.Length;

    /// <summary>For records.</summary>
    public ReadOnlySpan<byte> Paths => _paths;

    /// <inheritdoc cref="Paths"/>
    public ReadOnlySpan<byte> Implied => _implied;

    /// <summary>Relative, without its NUL, which follows.</summary>
    public ReadOnlySpan<byte> this[int index] => _paths.AsSpan(_starts[index].._starts[index + 1])[..^1];

    /// <summary>Whether it was not listed: a directory that counts only for what is visible in it.</summary>
    public bool IsImplied(int index) => _implied[index] != 0;

    /// <param name="listings">Paths from the workspace on, each with a NUL; directories may end in '/'. A path may come more than once.</param>
    /// <param name="hidden">Left out with all below it; empty: nothing.</param>
    /// <exception cref="Core.Diagnostics.UserErrorException">A path is too long or too deep (STR3306).</exception>
    public static SourceNames Of(IReadOnlyList<byte[]> listings, ReadOnlySpan<byte> hidden)
    {
        var listed = new List<byte[]>();
        foreach (var listing in listings)
        {
            var rest = listing.AsSpan();
            while (rest.IndexOf((byte)0) is var end and >= 0)
            {
                var path = rest[..end].TrimEnd((byte)'/');
                rest = rest[(end + 1)..];
                if (!path.IsEmpty && !IsBelow(path, hidden))
                {
                    Check(path);
                    listed.Add(path.ToArray());
                }
            }
        }

        listed.Sort(static (a, b) => PathOrder.Compare(a, b));
        return WithDirectories(listed);
    }

    /// <summary>From a record. Null: it makes no sense.</summary>
    public static SourceNames? Parse(byte[] paths, byte[] implied)
    {
        var starts = new int[implied.Length + 1];
        var at = 0;
        for (var i = 0; i < implied.Length; i++)
        {
            var length = paths.AsSpan(at).IndexOf((byte)0);
            if (length <= 0)
            {
                return null;
            }

            at += length + 1;
            starts[i + 1] = at;
        }

        return at == paths.Length ? new(paths, starts, implied) : null;
    }

    private static SourceNames WithDirectories(List<byte[]> listed)
    {
        var paths = new List<byte>(listed.Count * 32);
        var starts = new List<int>(listed.Count + 1) { 0 };
        var implied = new List<byte>(listed.Count);
        byte[] last = [];
        foreach (var path in listed)
        {
            if (path.AsSpan().SequenceEqual(last))
            {
                continue; // a merge conflict is listed three times
            }

            var common = path.AsSpan().CommonPrefixLength(last);
            for (var i = 0; i < path.Length; i++)
            {
                if (path[i] == (byte)'/' && i > common) // in path order the name before lies in this directory, is it, or lies before it
                {
                    Add(path.AsSpan(0, i), 1);
                }
            }

            Add(path, 0);
            last = path;
        }

        return new([.. paths], [.. starts], [.. implied]);

        void Add(ReadOnlySpan<byte> path, byte isImplied)
        {
            paths.AddRange(path);
            paths.Add(0);
            starts.Add(paths.Count);
            implied.Add(isImplied);
        }
    }

    private static bool IsBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> directory) =>
        !directory.IsEmpty && path.StartsWith(directory) && (path.Length == directory.Length || path[directory.Length] == (byte)'/');

    private static void Check(ReadOnlySpan<byte> path)
    {
        if (path.Length >= PosixPath.LengthMax || path.Count((byte)'/') >= EntryPath.DepthMax)
        {
            throw new Core.Diagnostics.UserErrorException(SourceDiagnostics.Unreadable(
                PosixPath.Show(path), $"its path is longer than {PosixPath.LengthMax - 1} bytes or deeper than {EntryPath.DepthMax} directories"));
        }
    }
}
