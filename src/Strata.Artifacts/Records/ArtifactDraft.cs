using Strata.Tenancy;

namespace Strata.Artifacts.Records;

/// <summary>What is known of an artifact before there is anything of it.</summary>
public sealed record ArtifactDraft
{
    /// <summary>The producer's.</summary>
    public required Scope Scope { get; init; }

    public required Producer Producer { get; init; }

    /// <summary>Checked by <c>ArtifactNames</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Null: the default of <see cref="ArtifactLimits"/>.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Whether forks may see it (DESIGN §7).</summary>
    public required bool Shareable { get; init; }

    /// <summary>All that the job restored, consumed or was built on: revoking any of it revokes this.</summary>
    public IReadOnlyList<Product> DerivedFrom { get; init; } = [];
}
