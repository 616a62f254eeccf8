using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Json;

namespace Strata.Caching.Keys;

/// <summary>The automatic part of a dependency cache's key (DESIGN §4): what must be the same for two jobs to mean the same cache.</summary>
public sealed record CacheIdentity
{
    /// <summary>Whoever changes what an identity holds changes this.</summary>
    public const string Format = "strata.cache-identity/1";

    public required string Name { get; init; }

    /// <summary>Absolute, resolved in the image; any order and spelling: <see cref="CachePath.Normalize"/> is applied here.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public required uint UserId { get; init; }

    public required uint GroupId { get; init; }

    /// <summary><c>linux</c>.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>As OCI names it: <c>amd64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Null for <c>vary: [platform]</c>: the image does not count.</summary>
    public required Digest? Image { get; init; }

    /// <summary>Canonical, distinct, in order: what entries call their paths.</summary>
    public IReadOnlyList<string> PathSet() => CachePath.SetOf(Paths);

    /// <returns>The manifest is what the digest is of, as canonical JSON.</returns>
    public (Digest Identity, JsonObject Manifest) Compute()
    {
        var manifest = new JsonObject
        {
            ["format"] = Format,
            ["name"] = Name,
            ["paths"] = new JsonArray([.. PathSet().Select(static path => JsonValue.Create(path))]),
            ["user"] = $"{UserId}:{GroupId}",
            ["os"] = OperatingSystem,
            ["arch"] = Architecture,
        };
        if (Image is { } image)
        {
            manifest["image"] = image.ToString();
        }

        return (CanonicalJson.DigestOf(manifest), manifest);
    }

    /// <summary>Of all build-output caches: their key alone says what they are.</summary>
    public static Digest OfSteps { get; } = Digest.Of("strata.step-identity/1"u8);
}
