using Strata.Images.Recipes;
using Strata.Layers.Differences;
using Strata.Layers.Store;
using Strata.Sandbox;

namespace Strata.Images.Capturing;

/// <summary>A <c>run</c> step and what it runs in.</summary>
internal sealed record RunCaptureRequest
{
    public required ISandboxHost Host { get; init; }

    /// <summary>What the step stands on, bottom first: <see cref="Below"/>, as trees for this host.</summary>
    public required IReadOnlyList<SandboxTree> Lowers { get; init; }

    public required IReadOnlyList<LayerLease> Below { get; init; }

    /// <summary>What <see cref="Below"/> shows.</summary>
    public required MergedTree BelowTree { get; init; }

    public required RecipeStep.Run Step { get; init; }

    /// <summary>The image's, the step's, and the arguments it names. PATH, HOME, SOURCE_DATE_EPOCH and the site's are added where they are missing.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>As an image says it: NAME or UID, with :GROUP or :GID; null is root.</summary>
    public string? User { get; init; }

    /// <summary>Those of the step: values by name.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    public required bool Site { get; init; }

    public ResourceLimits Limits { get; init; } = ResourceLimits.None;

    public TimeSpan? Timeout { get; init; }

    public required IExecOutput Output { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILayerPlace Target { get; init; }
}
