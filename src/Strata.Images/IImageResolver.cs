using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Sandbox;

namespace Strata.Images;

/// <summary>Turns what a job asks for into trees that can be mounted.</summary>
public interface IImageResolver
{
    /// <summary>Finds or makes the image. Concurrent calls for one key make it once, also across processes.</summary>
    /// <param name="progress">A line for people, at least every two seconds while work goes on.</param>
    /// <exception cref="UserErrorException">The request is wrong (STR3xxx): unknown suite, missing or hostile tar, bad package name.</exception>
    /// <exception cref="EnvironmentException">The machine failed: mmdebstrap missing, no network, disk full.</exception>
    ValueTask<ResolvedImage> ResolveAsync(BaseImage image, IProgress<string> progress, CancellationToken cancellationToken);
}

/// <summary>A base system to start from.</summary>
public abstract record BaseImage(SourceSpan? At)
{
    /// <param name="Suite">For example bookworm.</param>
    /// <param name="Packages">As written; order and duplicates do not matter.</param>
    public sealed record Debootstrap(string Suite, IReadOnlyList<string> Packages, SourceSpan? At) : BaseImage(At);

    /// <param name="Path">Absolute host path of a .tar, .tar.gz or .tar.zst.</param>
    public sealed record RootFs(string Path, SourceSpan? At) : BaseImage(At);

    /// <param name="Reference">Of an image in a registry; see <see cref="CheckReference"/>.</param>
    public sealed record Oci(string Reference, SourceSpan? At) : BaseImage(At);

    /// <returns>Why the text is no OCI reference, or null.</returns>
    public static Diagnostic? CheckReference(string text, SourceSpan? at)
    {
        try
        {
            Strata.Oci.References.Reference.Parse(text, at);
            return null;
        }
        catch (UserErrorException e)
        {
            return e.Diagnostics[0];
        }
    }
}

/// <summary>An image ready to mount.</summary>
/// <param name="Lowers">What a sandbox's root stands on, bottom first.</param>
public sealed record ResolvedImage(IReadOnlyList<SandboxTree> Lowers, ImageConfig Config, IReadOnlyList<ResolvedLayer> Layers)
{
    /// <summary>DESIGN §3: of {snapshot digest, env, workdir, user, entrypoint, cmd, platform}. Computed each time.</summary>
    public Digest Digest
    {
        get
        {
            var layers = new List<Digest>(Layers.Count);
            foreach (var layer in Layers)
            {
                layers.Add(layer.Digest);
            }

            return ImageDigest.OfImage(ImageDigest.OfSnapshot(layers), Config);
        }
    }
}

/// <summary>What the image says of how to start in it.</summary>
public sealed record ImageConfig(IReadOnlyDictionary<string, string> Environment, string? WorkingDirectory, string? User)
{
    /// <summary>Part of what the image is; a job's steps are run without it.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <inheritdoc cref="Entrypoint"/>
    public IReadOnlyList<string>? Command { get; init; }

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
