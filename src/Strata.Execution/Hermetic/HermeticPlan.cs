using Strata.Core.Globs;
using Strata.Execution.Steps;
using Strata.Layers.Entries;
using Strata.Sandbox.Scripts;

namespace Strata.Execution.Hermetic;

/// <summary>A hermetic step with all it will see: enough to run it, any number of times.</summary>
internal sealed record HermeticPlan
{
    public required HermeticCommand Command { get; init; }

    public required Shell Shell { get; init; }

    public required GlobSet Outputs { get; init; }

    public required Timestamp Epoch { get; init; }

    /// <summary>Of its outputs in the job's workspace.</summary>
    public required Timestamp OutputTime { get; init; }

    public required PlannedView Workspace { get; init; }

    /// <summary>What is there of the caches it names, at their places in the root.</summary>
    public required IReadOnlyList<PlannedView> Caches { get; init; }

    /// <summary>Those places.</summary>
    public required IReadOnlyList<byte[]> CachePaths { get; init; }

    public required string Key { get; init; }

    /// <summary>Canonical JSON of what the key is the digest of.</summary>
    public required string Manifest { get; init; }
}
