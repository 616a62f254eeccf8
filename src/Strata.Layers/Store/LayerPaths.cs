using System.Globalization;
using Strata.Core;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>
/// Where things lie:
/// <code>
/// layers/
///   ORG/ _public/
///     DIGEST-HEX/            whole, verified when it appeared, never changed but for its stamp
///       image.erofs          flock: shared = leased, exclusive = being removed
///       index                side index, optional
///       stamp                the image's file stamp when it was verified; its own mtime is the last use
///     derived/KEY-HEX        which layer a key gave: DerivedLayers
///     summaries/KEY-HEX      what a selection of layers shows: RememberedSummaries
///     damaged-DIGEST-HEX-…/  put aside: did not have its digest, or could not be read
///     tmp-…/                 being written or removed, flocked by its owner; of a dead owner: swept
/// </code>
/// </summary>
internal sealed class LayerPaths(string organization, Digest digest)
{
    public const string ImageName = "image.erofs";
    public const string IndexName = "index";
    public const string StampName = "stamp";
    public const string DamagedPrefix = "damaged-";

    public string Directory { get; } = Path.Combine(organization, digest.Hex);

    public string Image => Path.Combine(Directory, ImageName);

    public string Index => Path.Combine(Directory, IndexName);

    public string Stamp => Path.Combine(Directory, StampName);

    public string NewDamaged() => Path.Combine(organization, string.Create(CultureInfo.InvariantCulture, $"{DamagedPrefix}{digest.Hex}-{Guid.NewGuid():n}"));

    /// <summary>Whether what has its name no more was damaged, as far as that is still kept.</summary>
    public bool HasDamaged() =>
        System.IO.Directory.Exists(organization) && System.IO.Directory.EnumerateDirectories(organization, $"{DamagedPrefix}{digest.Hex}-*").Any();

    public static Digest? DigestOf(string directoryName) => Digest.TryParse($"sha256:{directoryName}", null, out var digest) ? digest : null;

    /// <summary>Null: absent, or without an image.</summary>
    public static StoredLayer? Read(LayerOrg org, string organization, Digest digest)
    {
        var paths = new LayerPaths(organization, digest);
        return FileStamp.Find(paths.Image) is { } image
            ? new(org, digest, image.Size + (FileStamp.Find(paths.Index)?.Size ?? 0), LayerStamp.LastUsed(paths.Stamp, image))
            : null;
    }
}
