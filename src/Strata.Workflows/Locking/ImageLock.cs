using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Workflows.Locking;

/// <summary>What the images of a workflow are pinned to: <c>strata.lock</c> beside it (docs/format/lock-file.md).</summary>
/// <param name="Images">By reference, exactly as the workflow writes it.</param>
public sealed record ImageLock(IReadOnlyDictionary<string, LockedImage> Images)
{
    public const string FileName = "strata.lock";
    public const string Format = "strata.lock/1";

    public static ImageLock Empty { get; } = new(new Dictionary<string, LockedImage>());
}

/// <param name="Digest">Of an image's manifest or index; of a suite its InRelease.</param>
/// <param name="Resolved">What the reference was resolved to, for people; null for a suite.</param>
/// <param name="Packages">Of a suite: <c>name=version</c> of all that was installed.</param>
/// <param name="At">Null: not read from a file.</param>
public sealed record LockedImage(Digest Digest, string? Resolved, IReadOnlyList<string> Packages, SourceSpan? At);
