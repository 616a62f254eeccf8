namespace Strata.Artifacts.Records;

/// <summary>Where an artifact is (docs/artifacts.md). Only what is ready can be read, and it never changes.</summary>
public enum ArtifactState
{
    /// <summary>Announced: its name is taken.</summary>
    Pending,

    Uploading,

    /// <summary>All of it was stored, and is compared with what was meant.</summary>
    Verifying,

    Ready,

    /// <summary>There will be nothing; the reason says why.</summary>
    Failed,

    /// <summary>Its retention is over.</summary>
    Expired,

    /// <summary>By a user.</summary>
    Deleted,
}
