using Strata.Core.Diagnostics;
using Strata.Workflows.Model;

namespace Strata.Execution.Artifacts;

/// <summary>An artifact that is to be published, all text final.</summary>
internal sealed record ArtifactRequest
{
    public required string Name { get; init; }

    public required ArtifactPaths Paths { get; init; }

    /// <summary>Null: the site's default.</summary>
    public required TimeSpan? Retention { get; init; }

    public required ArtifactIfEmpty IfEmpty { get; init; }

    /// <summary>Names that begin with a point.</summary>
    public bool WithHidden { get; init; } = true;

    /// <summary>Patterns from the artifact's root: what looks like a secret there is none.</summary>
    public IReadOnlyList<string> AllowSecretsIn { get; init; } = [];

    public SourceSpan? At { get; init; }
}
