using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
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

    /// <summary>The same for a run: images that need credentials belong to its organization, and last known tags to its repository and trust (DESIGN §4, §5).</summary>
    ValueTask<ResolvedImage> ResolveAsync(BaseImage image, RunIdentity forWhom, IProgress<string> progress, CancellationToken cancellationToken) =>
        ResolveAsync(image, progress, cancellationToken);
}

/// <summary>A base system to start from.</summary>
public abstract record BaseImage(SourceSpan? At)
{
    /// <param name="Suite">For example bookworm.</param>
    /// <param name="Packages">As written; order and duplicates do not matter.</param>
    public sealed record Debootstrap(string Suite, IReadOnlyList<string> Packages, SourceSpan? At) : BaseImage(At)
    {
        /// <summary>From the lock file; null: what the mirror gives.</summary>
        public SuitePin? Pin { get; init; }

        public override Digest? PinnedTo => Pin?.Release;
    }

    /// <param name="Path">Absolute host path of a .tar, .tar.gz or .tar.zst.</param>
    public sealed record RootFs(string Path, SourceSpan? At) : BaseImage(At);

    /// <param name="Reference">Of an image in a registry; see <see cref="CheckReference"/>.</param>
    public sealed record Oci(string Reference, SourceSpan? At) : BaseImage(At)
    {
        /// <summary>From the lock file: the manifest or index that counts, whatever the tag names.</summary>
        public Digest? Pin { get; init; }

        public override Digest? PinnedTo => Pin;
    }

    /// <summary>What the lock file holds it to, or null.</summary>
    public virtual Digest? PinnedTo => null;

    /// <summary>An OCI reference as docker's archives name it: short, with a tag.</summary>
    public static string Tagged(string reference)
    {
        var parsed = Strata.Oci.References.Reference.Parse(reference);
        var name = parsed.ToShortString().Split('@')[0];
        return name.AsSpan(name.LastIndexOf('/') + 1).Contains(':') ? name : $"{name}:{parsed.Tag ?? "latest"}";
    }

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

/// <summary>A suite as it was when it was pinned.</summary>
/// <param name="Release">Of its InRelease.</param>
/// <param name="Packages"><c>name=version</c>: whatever is installed must be among them.</param>
public sealed record SuitePin(Digest Release, IReadOnlyList<string> Packages);

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

    /// <summary>This image's, with what a definition sets over it.</summary>
    public ImageConfig With(ImageConfig definition)
    {
        var env = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
        foreach (var (name, value) in definition.Environment)
        {
            env[name] = value;
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
