using System.Diagnostics;

namespace Strata.Artifacts.Records;

/// <summary>
/// Which states lead where (docs/artifacts.md):
/// <code>
/// pending ──▶ uploading ──▶ verifying ──▶ ready ──▶ expired
///    │            │             │           └─────▶ deleted
///    └────────────┴─────────────┴──▶ failed ──────▶ deleted
/// </code>
/// </summary>
public static class ArtifactTransitions
{
    public static bool IsLegal(ArtifactState from, ArtifactState to) => (from, to) switch
    {
        (ArtifactState.Pending, ArtifactState.Uploading or ArtifactState.Failed) => true,
        (ArtifactState.Uploading, ArtifactState.Verifying or ArtifactState.Failed) => true,
        (ArtifactState.Verifying, ArtifactState.Ready or ArtifactState.Failed) => true,
        (ArtifactState.Ready, ArtifactState.Expired or ArtifactState.Deleted) => true,
        (ArtifactState.Failed, ArtifactState.Deleted) => true,
        _ => false,
    };

    /// <summary>Whether its job is making it.</summary>
    public static bool IsBeingMade(ArtifactState state) => state is ArtifactState.Pending or ArtifactState.Uploading or ArtifactState.Verifying;

    /// <summary>As written everywhere.</summary>
    public static string WordOf(ArtifactState state) => state switch
    {
        ArtifactState.Pending => "pending",
        ArtifactState.Uploading => "uploading",
        ArtifactState.Verifying => "verifying",
        ArtifactState.Ready => "ready",
        ArtifactState.Failed => "failed",
        ArtifactState.Expired => "expired",
        ArtifactState.Deleted => "deleted",
        _ => throw new UnreachableException(),
    };

    internal static ArtifactState Parse(string word) => word switch
    {
        "pending" => ArtifactState.Pending,
        "uploading" => ArtifactState.Uploading,
        "verifying" => ArtifactState.Verifying,
        "ready" => ArtifactState.Ready,
        "failed" => ArtifactState.Failed,
        "expired" => ArtifactState.Expired,
        "deleted" => ArtifactState.Deleted,
        _ => throw new UnreachableException(word),
    };
}
