using Strata.Core;
using Strata.Layers.Store;
using Strata.Sandbox;

namespace Strata.Images;

/// <summary>An image ready to mount.</summary>
/// <param name="Lowers">What a sandbox's root stands on, bottom first.</param>
public sealed record ResolvedImage(IReadOnlyList<SandboxTree> Lowers, ImageConfig Config, IReadOnlyList<ResolvedLayer> Layers)
{
    /// <summary>DESIGN §3: of {snapshot digest, env, workdir, user, entrypoint, cmd, platform}. Computed each time.</summary>
    public Digest Digest => ImageDigest.OfImage(Layers, Config);

    /// <summary>Of its layers, bottom first; held by who made it.</summary>
    public IReadOnlyList<LayerLease> Leases { get; init; } = [];

    /// <summary>Whether forks may see what is made in it (DESIGN §7).</summary>
    public bool IsShareable { get; init; } = true;
}

/// <summary>What the image says of how to start in it.</summary>
public sealed record ImageConfig(IReadOnlyDictionary<string, string> Environment, string? WorkingDirectory, string? User)
{
    /// <summary>Part of what the image is; a job's steps are run without it.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <inheritdoc cref="Entrypoint"/>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>This image's, with what a definition sets over it.</summary>
    public ImageConfig With(ImageConfig definition)
    {
        var env = Environment;
        if (definition.Environment.Count > 0)
        {
            var over = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
            foreach (var (name, value) in definition.Environment)
            {
                over[name] = value;
            }

            env = over;
        }

        return this with { Environment = env, WorkingDirectory = definition.WorkingDirectory ?? WorkingDirectory, User = definition.User ?? User };
    }

    public static ImageConfig Empty { get; } = new(new Dictionary<string, string>(), null, null);
}

public enum LayerOutcome
{
    Reused,
    Built,
    Pulled,
}

/// <summary>One layer, as the report shows it.</summary>
public sealed record ResolvedLayer(string? Key, Digest Digest, LayerOutcome Outcome, TimeSpan Duration, long SizeBytes);

public static class LayerOutcomes
{
    /// <summary>As reports and <c>--json</c> say it.</summary>
    public static string Name(this LayerOutcome outcome) => outcome switch
    {
        LayerOutcome.Reused => "reused",
        LayerOutcome.Built => "built",
        _ => "pulled",
    };
}
