using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Images;

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
