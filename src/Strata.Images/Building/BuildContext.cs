using Strata.Core.Identity;
using Strata.Layers.Store;
using Strata.Sandbox;
using Strata.Tenancy;

namespace Strata.Images.Building;

/// <summary>For whom an image is built, and with what.</summary>
public sealed record BuildContext
{
    public required RunIdentity Identity { get; init; }

    public required Producer Producer { get; init; }

    /// <summary>By name; a step sees those it lists.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Values over those the recipe gives its args.</summary>
    public IReadOnlyDictionary<string, string> Args { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether commands get the host's proxies, CA bundle and clients' settings.</summary>
    public bool Site { get; init; } = true;

    /// <summary>Asked for when the first command must run.</summary>
    public required Func<CancellationToken, ValueTask<ISandboxHost>> OpenHost { get; init; }

    /// <summary>The visible files of the workspace, asked for when the first copy needs them. The lease is the callee's, and lives as long as the build.</summary>
    public required Func<CancellationToken, ValueTask<LayerLease>> OpenWorkspace { get; init; }

    /// <summary>Where the workspace is on this host, for messages.</summary>
    public string? Workspace { get; init; }

    /// <summary>Told what happens, from any thread, one call at a time for one recipe.</summary>
    public required IBuildObserver Observer { get; init; }

    /// <summary>Nothing secret is shown or written to a log: each line goes through this first.</summary>
    public Func<string, string> Mask { get; init; } = static line => line;

    /// <summary>Each layer is made twice, and the two are compared.</summary>
    public bool Verify { get; init; }
}
