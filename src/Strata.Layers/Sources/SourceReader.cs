using System.Runtime.CompilerServices;
using System.Text;
using Strata.Core;
using Strata.Core.Tasks;
using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>
/// Finds what is visible in a workspace: in a repository tracked and untracked, not ignored, names, as git lists them; else all. A submodule, or a
/// repository in the tree, is listed by its own git. The workspace is only read.
/// </summary>
internal sealed class SourceReader : IDisposable
{
    private readonly string _workspace;
    private readonly byte[] _hidden;
    private readonly DirectoryHandle _root;

    /// <param name="dataDirectory">Left out if it lies in the workspace.</param>
    public SourceReader(string workspace, string dataDirectory)
    {
        _workspace = workspace;
        _root = DirectoryHandle.Open(workspace, followLink: true);
        var relative = Path.GetRelativePath(workspace, dataDirectory).TrimEnd('/');
        _hidden = relative is "." or ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? [] : Encoding.UTF8.GetBytes(relative);
    }

    public int Root => _root.File;

    /// <param name="known">What is likely to be found again: looked at while git lists.</param>
    /// <exception cref="Core.Diagnostics.UserErrorException">A directory cannot be read (STR3306).</exception>
    /// <exception cref="Core.Diagnostics.EnvironmentException">git failed (STR3302, STR3303).</exception>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<SourceState> ReadAsync(GitState? git, SourceState? known, CancellationToken cancellationToken)
    {
        var early = known is null ? null : Task.Run(() => SourceStatus.Read(Root, known.Names, cancellationToken), CancellationToken.None);
        var blocks = new List<SourceBlock>();
        var listings = new List<byte[]>();
        try
        {
            await ListAsync(git, _workspace, "", known, blocks, listings, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (early is not null)
            {
                await ((Task)early).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it uses the open directory
            }
        }

        if (early is not null && AreSame(blocks, known!.Blocks))
        {
            return known with { Stamps = await early.ConfigureAwait(false) };
        }

        var names = SourceNames.Of(listings, _hidden);
        return new(blocks, names, SourceStatus.Read(Root, names, cancellationToken));
    }

    public void Dispose() => _root.Dispose();

    private async Task ListAsync(
        GitState? git, string directory, string prefix, SourceState? known, List<SourceBlock> blocks, List<byte[]> listings, CancellationToken cancellationToken)
    {
        if (git is null)
        {
            var names = SourceWalk.List(_workspace, _hidden, cancellationToken);
            blocks.Add(new("", Digest.Of(names), []));
            listings.Add(names);
            return;
        }

        string[] without = prefix.Length == 0 && _hidden.Length > 0 ? ["--", ".", $":(exclude,literal){Encoding.UTF8.GetString(_hidden)}"] : [];
        var listing = await GitProcess.RunAsync(
            git, directory, ["ls-files", "-z", "--cached", "--others", "--exclude-standard", .. without], cancellationToken).ConfigureAwait(false);
        var digest = Digest.Of(listing);
        var at = blocks.Count;
        var same = known is not null && at < known.Blocks.Count && known.Blocks[at] is var block && block.Prefix == prefix && block.Listing == digest;
        var directories = same ? known!.Blocks[at].Directories : Directories(listing, prefix);
        blocks.Add(new(prefix, digest, directories));
        listings.Add(prefix.Length == 0 ? listing : Prefixed(listing, Encoding.UTF8.GetBytes(prefix)));
        foreach (var name in directories)
        {
            var below = Path.Combine(directory, name);
            if (GitState.Read(below) is { } inner && inner.WorkTree == below)
            {
                await ListAsync(inner, below, $"{prefix}{name}/", known, blocks, listings, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool AreSame(List<SourceBlock> blocks, IReadOnlyList<SourceBlock> known)
    {
        var same = blocks.Count == known.Count;
        for (var i = 0; same && i < blocks.Count; i++)
        {
            same = blocks[i].Prefix == known[i].Prefix && blocks[i].Listing == known[i].Listing;
        }

        return same;
    }

    private List<string> Directories(ReadOnlySpan<byte> listing, string prefix)
    {
        var found = new List<string>();
        var start = Encoding.UTF8.GetBytes(prefix);
        using var status = new SourceStatus(Root);
        while (listing.IndexOf((byte)0) is var end and >= 0)
        {
            var name = listing[..end].TrimEnd((byte)'/');
            listing = listing[(end + 1)..];
            if (name.Length + start.Length < PosixPath.LengthMax && status.Find([.. start, .. name]).Kind is FileKind.Directory)
            {
                found.Add(Encoding.UTF8.GetString(name));
            }
        }

        return found;
    }

    private static byte[] Prefixed(ReadOnlySpan<byte> listing, ReadOnlySpan<byte> prefix)
    {
        var result = new List<byte>(listing.Length * 2);
        while (listing.IndexOf((byte)0) is var end and >= 0)
        {
            result.AddRange(prefix);
            result.AddRange(listing[..(end + 1)]);
            listing = listing[(end + 1)..];
        }

        return [.. result];
    }
}
