namespace Strata.Tenancy;

/// <summary>Kept as their numbers.</summary>
public enum ProductKind
{
    /// <summary>An entry of a dependency or build-output cache.</summary>
    CacheEntry,

    /// <summary>A record of an image's step.</summary>
    ImageLayer,

    Artifact,
}

/// <summary>Something published, of any kind: what others may derive from, and what revoking a run takes back.</summary>
/// <param name="Id">Of its record; never used again.</param>
public readonly record struct Product(ProductKind Kind, long Id);
