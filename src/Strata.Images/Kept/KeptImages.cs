using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Images.BaseSystems;
using Strata.Images.Registries;
using Strata.Layers.Store;
using Strata.Oci.References;

namespace Strata.Images.Kept;

/// <summary>The images on this host: listed and found.</summary>
public sealed class KeptImages(string dataDirectory, TimeProvider time)
{
    private const int DigestPrefixMin = 12;

    private readonly PulledImages _images = new(dataDirectory);
    private readonly BaseRecords _bases = new(dataDirectory);
    private readonly LocalLayerStore _store = new(dataDirectory, time);

    private IReadOnlyList<KeptImage>? _listed; // for many questions one after another

    /// <summary>All of every organization, by name.</summary>
    public IReadOnlyList<KeptImage> List() => _listed = Read();

    private List<KeptImage> Read()
    {
        var tags = _images.ListTags().Select(found => found.Tag).ToList();
        var imports = _images.ListImported().Select(found => found.Name).ToList();
        var images = _images.List().Select(image => Of(image, tags, imports)).Concat(_bases.List().Select(found => Of(found.Key, found.Record))).ToList();
        images.Sort(static (a, b) => (string.CompareOrdinal(a.Name, b.Name), string.CompareOrdinal(a.Digest.Hex, b.Digest.Hex)) switch { (0, var second) => second, (var first, _) => first });
        return images;
    }

    /// <summary>What a job would get for it without asking anybody. Null: nothing yet.</summary>
    public KeptImage? Find(BaseImage image, RunIdentity forWhom)
    {
        var owner = ImageOwner.Of(forWhom);
        switch (image)
        {
            case BaseImage.Debootstrap suite:
                var key = DebootstrapBase.Key(suite.Suite, DebootstrapBase.CheckedPackages(suite));
                return _bases.Find(key) is { } record ? Of(key, record) : null;
            case BaseImage.RootFs file:
                return Listed().FirstOrDefault(kept => kept.Kind is KeptKind.RootFs && kept.Org == owner.Org.Name && kept.Name == $"rootfs:{file.Path}");
            case BaseImage.Oci oci:
                var reference = Reference.Parse(oci.Reference, oci.At);
                var named = oci.Pin ?? reference.Digest
                    ?? (_images.FindImported(owner.Org, reference.ToString()) is { } import && Digest.TryParse(import.Manifest, null, out var imported) ? imported : (Digest?)null)
                    ?? _images.FindLastKnown(owner, reference.ToString());
                return named is null ? null : Listed().FirstOrDefault(kept => kept.Manifest == named && IsVisible(kept, owner));
            default:
                return null;
        }
    }

    /// <exception cref="UserErrorException">There is none.</exception>
    public IReadOnlyList<KeptImage> Get(string name, RunIdentity forWhom) =>
        Find(name, forWhom) is { Count: > 0 } found ? found : throw new UserErrorException(ImageDiagnostics.NotKept(name));

    /// <summary>By a reference, a base's <c>from:</c>, or the beginning of a digest.</summary>
    public IReadOnlyList<KeptImage> Find(string name, RunIdentity forWhom)
    {
        var owner = ImageOwner.Of(forWhom);
        var visible = List().Where(kept => IsVisible(kept, owner)).ToList();
        var hex = name.StartsWith("sha256:", StringComparison.Ordinal) ? name["sha256:".Length..] : name;
        if (hex.Length >= DigestPrefixMin && hex.All(char.IsAsciiHexDigitLower))
        {
            var byDigest = visible.Where(kept => kept.Manifest?.Hex.StartsWith(hex, StringComparison.Ordinal) == true || kept.Digest.Hex.StartsWith(hex, StringComparison.Ordinal)).ToList();
            if (byDigest.Count > 0)
            {
                return byDigest;
            }
        }

        if (visible.Where(kept => kept.Name == name && kept.Kind is KeptKind.BaseSystem or KeptKind.RootFs).ToList() is { Count: > 0 } bases)
        {
            return bases;
        }

        return Reference.TryParse(name, out var reference, out _)
            ? visible.Where(kept => (reference.Digest is { } digest && kept.Manifest == digest) || kept.References.Contains(reference.ToString(), StringComparer.Ordinal)).ToList()
            : [];
    }

    private KeptImage Of(PulledImage image, List<LastKnown> tags, List<ImportedName> imports)
    {
        var org = OrgOf(image.Org);
        var imported = imports.Where(name => name.Org == image.Org && name.Manifest == image.Manifest).Select(name => name.Reference).ToList();
        var references = tags.Where(tag => tag.Digest == image.Manifest && (org == LayerOrg.Public || LayerOrg.Of(tag.Organization) == org))
            .Select(tag => tag.Reference).Concat(imported).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var config = new ImageConfig(image.Env, image.WorkingDirectory, image.User) { Entrypoint = image.Entrypoint, Command = image.Command };
        return new()
        {
            Kind = imported.Count > 0 ? KeptKind.Imported : KeptKind.Pulled,
            Name = references.Count > 0 ? Reference.Parse(references[0]).ToShortString() : image.Reference ?? image.Manifest,
            References = references,
            Org = image.Org,
            Digest = ImageDigest.OfImage(ImageDigest.OfSnapshot(Digests(image.Layers)), config),
            Manifest = Digest.TryParse(image.Manifest, null, out var manifest) ? manifest : null,
            Layers = LayersOf(image.Layers, org),
            Config = config,
            CreatedAt = image.At,
        };
    }

    private KeptImage Of(Digest key, BaseRecord record)
    {
        var org = OrgOf(record.Org ?? (record.Stamp is null ? LayerOrg.Public.Name : ImageOwner.Local.Org.Name));
        return new()
        {
            Kind = record.Stamp is null ? KeptKind.BaseSystem : KeptKind.RootFs,
            Name = record.From ?? $"base {key.Short}",
            References = [],
            Org = org.Name,
            Digest = ImageDigest.OfImage(ImageDigest.OfSnapshot(Digests([record.Layer])), ResolvedBase.DefaultConfig),
            Layers = LayersOf([record.Layer], org),
            Earlier = LayersOf([.. (record.Earlier ?? []).Select(build => build.Layer)], org),
            Config = ResolvedBase.DefaultConfig,
            Packages = record.Packages ?? [],
            Releases = record.Releases ?? new Dictionary<string, string>(),
            CreatedAt = record.At,
            Key = key,
        };
    }

    private List<KeptLayer> LayersOf(IReadOnlyList<string> layers, LayerOrg org)
    {
        var found = new List<KeptLayer>(layers.Count);
        foreach (var digest in Digests(layers))
        {
            var stored = _store.Find(new(org, digest)) ?? _store.Find(new(LayerOrg.Public, digest));
            found.Add(new(digest, stored?.SizeBytes, stored?.LastUsed));
        }

        return found;
    }

    private static List<Digest> Digests(IReadOnlyList<string> texts)
    {
        var digests = new List<Digest>(texts.Count);
        foreach (var text in texts)
        {
            if (Digest.TryParse(text, null, out var digest))
            {
                digests.Add(digest);
            }
        }

        return digests;
    }

    private IReadOnlyList<KeptImage> Listed() => _listed ?? List();

    private static bool IsVisible(KeptImage image, ImageOwner owner) => IsOrgs(image, owner.Org);

    internal static bool IsOrgs(KeptImage image, LayerOrg org) => image.Org == LayerOrg.Public.Name || image.Org == org.Name;

    internal static LayerOrg OrgOf(string name) => LayerOrg.TryParse(name, out var org) ? org : LayerOrg.Public;
}
