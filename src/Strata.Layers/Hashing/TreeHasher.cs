using System.Security.Cryptography;
using System.Text;
using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Entries;

namespace Strata.Layers.Hashing;

/// <summary>GitHub's hashFiles over layers, from their indexes: no file is read.</summary>
public static class TreeHasher
{
    private const int LinksMax = 40; // as in the kernel

    /// <inheritdoc cref="FileHasher.HashFilesAsync"/>
    public static string HashFiles(MergedTree tree, GlobSet globs)
    {
        var files = new List<string>();
        foreach (var shown in tree.Entries([], [], path => path.Length == 0 || MayMatch(globs, path)))
        {
            if (shown.Entry.Kind is EntryKind.File or EntryKind.HardLink or EntryKind.Symlink)
            {
                files.Add(Encoding.UTF8.GetString(shown.Entry.Path));
            }
        }

        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var any = false;
        foreach (var file in globs.Select(files))
        {
            if (Resolve(tree, Encoding.UTF8.GetBytes(file)) is { Entry.Kind: EntryKind.File, Content: { } content })
            {
                content.CopyTo(digest);
                total.AppendData(digest);
                any = true;
            }
        }

        return any ? Convert.ToHexStringLower(total.GetHashAndReset()) : "";
    }

    private static bool MayMatch(GlobSet globs, byte[] path)
    {
        var text = Encoding.UTF8.GetString(path);
        return globs.Matches(text) || globs.MayMatchBelow(text);
    }

    /// <summary>What a path leads to, links followed on the way. Null: nothing.</summary>
    /// <exception cref="IOException">A link is broken, or leads outside.</exception>
    private static MergedEntry? Resolve(MergedTree tree, byte[] path)
    {
        var rest = new Stack<byte[]>();
        Push(rest, path);
        var at = new List<byte[]>();
        var links = 0;
        MergedEntry? found = null;
        while (rest.TryPop(out var name))
        {
            if (name.AsSpan().SequenceEqual(".."u8))
            {
                if (at.Count == 0)
                {
                    throw LeadsOut(path);
                }

                at.RemoveAt(at.Count - 1);
                continue;
            }

            at.Add(name);
            found = tree.Find(Joined(at)) ?? throw new IOException($"{Posix.PosixPath.Show(path)} is a link that leads nowhere.");
            if (found.Entry.Kind is EntryKind.Symlink)
            {
                if (found.Entry.Link is [(byte)'/', ..] || ++links > LinksMax)
                {
                    throw LeadsOut(path);
                }

                at.RemoveAt(at.Count - 1);
                Push(rest, found.Entry.Link);
                found = null;
            }
        }

        return found;
    }

    private static IOException LeadsOut(byte[] path) => new($"{Posix.PosixPath.Show(path)} is a link that leads out of the workspace.");

    private static byte[] Joined(List<byte[]> names)
    {
        byte[] path = [];
        foreach (var name in names)
        {
            path = TreePath.Join(path, name);
        }

        return path;
    }

    private static void Push(Stack<byte[]> rest, byte[] path)
    {
        var names = new List<byte[]>();
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            var name = path[range];
            if (name.Length > 0 && !name.AsSpan().SequenceEqual("."u8))
            {
                names.Add(name);
            }
        }

        for (var i = names.Count - 1; i >= 0; i--)
        {
            rest.Push(names[i]);
        }
    }
}
