using Strata.Core.Identity;

namespace Strata.Artifacts.Records;

/// <summary>Which artifacts are meant: those the reader may see, newest first.</summary>
public sealed record ArtifactFilter(RunIdentity Reader)
{
    /// <summary>Null: of any run.</summary>
    public string? RunId { get; init; }

    public string? Name { get; init; }

    /// <summary>Null: in any state.</summary>
    public ArtifactState? State { get; init; }

    /// <summary>The reader takes what less trusted runs made. Counts only together with <see cref="RunId"/>.</summary>
    public bool TrustFork { get; init; }

    /// <summary>Only those before this id: the last of the page before.</summary>
    public long? Before { get; init; }

    public int Limit { get; init; } = 100;
}
