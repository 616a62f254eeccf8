using System.Runtime.InteropServices;
using Strata.Core;

namespace Strata.Layers.Sources;

/// <summary>One repository's answer, or the one of a workspace without git.</summary>
/// <param name="Prefix">Of the repository in the workspace: empty, or ending in '/'.</param>
/// <param name="Listing">Of all bytes it listed.</param>
/// <param name="Directories">Listed names that are directories: each may be a repository of its own.</param>
internal sealed record SourceBlock(string Prefix, Digest Listing, IReadOnlyList<string> Directories);

/// <summary>What is visible in a workspace, and what each name was when it was looked at.</summary>
internal sealed record SourceState(IReadOnlyList<SourceBlock> Blocks, SourceNames Names, SourceStamp[] Stamps)
{
    public ReadOnlySpan<byte> StampBytes => MemoryMarshal.AsBytes(Stamps.AsSpan());

    /// <summary>The names that are not what they were. Null: the names themselves are others.</summary>
    public IReadOnlyList<int>? ChangesSince(SourceState before)
    {
        if (!Names.Paths.SequenceEqual(before.Names.Paths))
        {
            return null;
        }

        if (StampBytes.SequenceEqual(before.StampBytes))
        {
            return [];
        }

        var changes = new List<int>();
        for (var i = 0; i < Stamps.Length; i++)
        {
            if (!Stamps[i].Equals(before.Stamps[i]))
            {
                changes.Add(i);
            }
        }

        return changes;
    }

    /// <summary>Seconds since 1970 of the latest change there was.</summary>
    public long LatestSeconds()
    {
        var latest = long.MinValue;
        foreach (ref var stamp in Stamps.AsSpan())
        {
            latest = Math.Max(latest, stamp.Mode == 0 ? latest : stamp.LatestSeconds);
        }

        return latest;
    }
}
