using System.Text.Json.Nodes;
using Strata.Core.Identity;
using Strata.Execution.Caches;
using Strata.Workflows.Locking;
using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>One execution of a workflow: everything that was chosen before it starts.</summary>
public sealed record RunRequest
{
    public required Workflow Workflow { get; init; }

    public required RunIdentity Identity { get; init; }

    /// <summary>Absolute host directory of the workspace (DESIGN §10).</summary>
    public required string WorkspaceDirectory { get; init; }

    /// <summary>Absolute data directory.</summary>
    public required string DataDirectory { get; init; }

    public required RunSelection Selection { get; init; }

    public int MaxParallel { get; init; } = 1;

    /// <summary>Added to the workflow's env, over it.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Vars { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>For example push.</summary>
    public string EventName { get; init; } = "push";

    public JsonObject EventPayload { get; init; } = [];

    /// <summary>False for --no-site.</summary>
    public bool Site { get; init; } = true;

    /// <summary>Why caches and hermetic steps are neither looked for nor saved; null: they are.</summary>
    public CachesOff? CachesOff { get; init; }

    /// <summary>Caches of a preset that is not active are off.</summary>
    public Func<string, bool> IsPresetActive { get; init; } = static _ => true;

    /// <summary>The share of hits of hermetic steps that are run again after their job, 0 to 1.</summary>
    public double VerifyShare { get; init; }

    /// <summary>A verified hit that differs fails the run.</summary>
    public bool VerifyStrict { get; init; }

    /// <summary>Id or name of a hermetic step that is first run with the whole workspace, to tell which of it it reads.</summary>
    public string? SuggestInputs { get; init; }

    public bool ShellOnFailure { get; init; }

    /// <summary>Say of everything that is reused or made anew why.</summary>
    public bool Explain { get; init; }

    /// <summary>From <c>runs-on</c> label to image reference, from the configuration.</summary>
    public IReadOnlyDictionary<string, string> RunnerImages { get; init; } = new Dictionary<string, string>();

    /// <summary>What the images are pinned to.</summary>
    public ImageLock Lock { get; init; } = ImageLock.Empty;
}

/// <param name="Jobs">YAML ids; empty is all.</param>
/// <param name="Matrix">Only combinations in which each of these keys has this value (as text).</param>
public sealed record RunSelection(IReadOnlyList<string> Jobs, bool WithNeeds, IReadOnlyDictionary<string, string> Matrix)
{
    public static RunSelection All { get; } = new([], true, new Dictionary<string, string>());
}
