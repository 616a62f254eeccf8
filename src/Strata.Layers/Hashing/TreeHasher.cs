using System.Security.Cryptography;
using System.Text;
using Strata.Core;
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
        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var any = false;
        foreach (var start in globs.SearchPaths)
        {
            foreach (var content in ContentsFrom(tree, globs, start))
            {
                content.CopyTo(digest);
                total.AppendData(digest);
                any = true;
            }
        }

        return any ? Convert.ToHexStringLower(total.GetHashAndReset()) : "";
    }

    /// <summary>As <see cref="WorkspaceWalk"/>: links lead to where a walk begins, and to files; a walk does not go through them.</summary>
    private static IEnumerable<Digest> ContentsFrom(MergedTree tree, GlobSet globs, string start)
    {
        var shownStart = Encoding.UTF8.GetBytes(start);
        if (Follow(tree, shownStart) is not var (realStart, top))
        {
            yield break;
        }

        if (top.Entry.Kind is EntryKind.File && globs.Matches(start))
        {
            yield return top.Content!.Value;
        }

        if (top.Entry.Kind is not EntryKind.Directory)
        {
            yield break;
        }

        foreach (var shown in tree.Entries(realStart, shownStart, path => path.Length == shownStart.Length || MayMatch(globs, path)))
        {
            var path = shown.Entry.Path;
            if (shown.Entry.Kind is not (EntryKind.File or EntryKind.HardLink or EntryKind.Symlink) || !globs.Matches(Encoding.UTF8.GetString(path)))
            {
                continue;
            }

            var real = shownStart.Length == 0 ? path : TreePath.Join(realStart, path.AsSpan(shownStart.Length + 1));
            var (_, found) = Follow(tree, real) ?? throw new IOException($"{Posix.PosixPath.Show(path)} is a link that leads nowhere.");
            if (found is { Entry.Kind: EntryKind.File, Content: { } content })
            {
                yield return content;
            }
        }
    }

    private static bool MayMatch(GlobSet globs, byte[] path)
    {
        var text = Encoding.UTF8.GetString(path);
        return globs.Matches(text) || globs.MayMatchBelow(text);
    }

    /// <summary>What a path leads to, links followed on the way. Null: nothing.</summary>
    /// <exception cref="IOException">A link leads outside.</exception>
    private static (byte[] Path, MergedEntry Entry)? Follow(MergedTree tree, byte[] path)
    {
        var rest = new Stack<byte[]>();
        Push(rest, path);
        var at = new List<byte[]>();
        var links = 0;
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
            if (tree.Find(Joined(at)) is not { } found)
            {
                return null;
            }

            if (found.Entry.Kind is EntryKind.Symlink)
            {
                if (found.Entry.Link is [(byte)'/', ..] || ++links > LinksMax)
                {
                    throw LeadsOut(path);
                }

                at.RemoveAt(at.Count - 1);
                Push(rest, found.Entry.Link);
            }
        }

        var real = Joined(at);
        return tree.Find(real) is { } entry ? (real, entry) : null;
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
