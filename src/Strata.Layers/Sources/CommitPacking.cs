using System.Globalization;
using System.Text;
using Strata.Core.Diagnostics;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Sources;

/// <summary>
/// The tree of a commit as a layer: the stored contents, without filters and conversions, all as old as the commit. The same commit gives the same layer
/// everywhere. A submodule is an empty directory.
/// </summary>
internal sealed class CommitPacking(GitState git, string commit)
{
    private const int LinkMax = PosixPath.LengthMax - 1;
    private const string GitName = ".git";

    /// <exception cref="EnvironmentException">git failed: the commit is not there (STR3303).</exception>
    /// <exception cref="HostileArchiveException">Its tree has names no checkout would make.</exception>
    public async Task<PackedLayer> RunAsync(LayerTarget target, CancellationToken cancellationToken)
    {
        var seconds = await GitProcess.RunAsync(git, git.WorkTree, ["show", "-s", "--no-show-signature", "--format=%ct", commit, "--"], cancellationToken).ConfigureAwait(false);
        var time = new Timestamp(long.Parse(Encoding.ASCII.GetString(seconds).Trim(), CultureInfo.InvariantCulture), 0);
        var listing = await GitProcess.RunAsync(git, git.WorkTree, ["ls-tree", "-r", "-t", "-z", "--full-tree", commit], cancellationToken).ConfigureAwait(false);
        using var builder = new LayerBuilder(target);
        builder.Add(Entry(EntryKind.Directory, [], 0x1ed, time));
        var objects = new CommitObjects(git);
        await using (objects.ConfigureAwait(false))
        {
            for (var rest = listing.AsMemory(); rest.Span.IndexOf((byte)0) is var end and >= 0; rest = rest[(end + 1)..])
            {
                await AddAsync(builder, objects, rest[..end], time, cancellationToken).ConfigureAwait(false);
            }
        }

        return builder.Finish();
    }

    /// <param name="line"><c>mode type id TAB path</c></param>
    private async ValueTask AddAsync(LayerBuilder builder, CommitObjects objects, ReadOnlyMemory<byte> line, Timestamp time, CancellationToken cancellationToken)
    {
        var tab = line.Span.IndexOf((byte)'\t');
        var (mode, id) = Encoding.ASCII.GetString(line.Span[..tab]).Split(' ') is [var m, _, var i] ? (m, i)
            : throw new EnvironmentException(SourceDiagnostics.GitFailed(git.WorkTree, "ls-tree answered something else than a tree."));
        var path = Checked(line.Span[(tab + 1)..]);
        switch (mode)
        {
            case "040000" or "160000":
                builder.Add(Entry(EntryKind.Directory, path, 0x1ed, time));
                break;
            case "120000":
                builder.Add(Entry(EntryKind.Symlink, path, 0x1ff, time) with { Link = await LinkAsync(objects, id, path, cancellationToken).ConfigureAwait(false) });
                break;
            default:
                var size = await objects.OpenAsync(id, cancellationToken).ConfigureAwait(false);
                var entry = Entry(EntryKind.File, path, mode == "100755" ? 0x1edu : 0x1a4u, time) with { Size = size };
                builder.BeginFile(entry);
                for (var left = size; left > 0;)
                {
                    var piece = await objects.ReadAsync(left, cancellationToken).ConfigureAwait(false);
                    builder.Write(piece.Span);
                    left -= piece.Length;
                }

                builder.EndFile();
                await objects.CloseAsync(cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static async ValueTask<byte[]> LinkAsync(CommitObjects objects, string id, byte[] path, CancellationToken cancellationToken)
    {
        var size = await objects.OpenAsync(id, cancellationToken).ConfigureAwait(false);
        if (size is 0 or > LinkMax)
        {
            throw new HostileArchiveException($"{PosixPath.Show(path)}: a link target of {size} bytes.", ArchiveFault.Unsafe);
        }

        var target = new byte[size];
        for (var at = 0; at < size;)
        {
            var piece = await objects.ReadAsync(size - at, cancellationToken).ConfigureAwait(false);
            piece.CopyTo(target.AsMemory(at));
            at += piece.Length;
        }

        await objects.CloseAsync(cancellationToken).ConfigureAwait(false);
        return target.Contains((byte)0) ? throw new HostileArchiveException($"{PosixPath.Show(path)}: a NUL in its link target.", ArchiveFault.Unsafe) : target;
    }

    /// <summary>git refuses such names when it checks out; a tree that was made by hand may have them.</summary>
    private static byte[] Checked(ReadOnlySpan<byte> path)
    {
        var normal = EntryPath.Normalise(path, path, "name");
        foreach (var range in path.Split((byte)'/'))
        {
            if (Encoding.ASCII.GetString(path[range]).Equals(GitName, StringComparison.OrdinalIgnoreCase))
            {
                throw new HostileArchiveException($"{PosixPath.Show(path)}: a repository in the tree of a commit.", ArchiveFault.Unsafe);
            }
        }

        return normal.Length == path.Length ? normal : throw new HostileArchiveException($"{PosixPath.Show(path)} is no normal path.", ArchiveFault.Unsafe);
    }

    private static LayerEntry Entry(EntryKind kind, byte[] path, uint mode, Timestamp time) =>
        new() { Kind = kind, Path = path, Mode = mode, User = 0, Group = 0, Modified = time };
}
