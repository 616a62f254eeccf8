using Strata.Core.Identity;

namespace Strata.Runs.Records;

/// <summary>What is known of a run when it starts.</summary>
public sealed record RunStart
{
    /// <summary>Unique in the database.</summary>
    public required string RunId { get; init; }

    public required RunIdentity Identity { get; init; }

    /// <summary>The workflow's name, or its file.</summary>
    public required string Workflow { get; init; }

    /// <summary>Whether visible files differed from the commit: others cannot repeat it from there.</summary>
    public required bool IsDirty { get; init; }
}
