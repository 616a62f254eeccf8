namespace Strata.Caching.Entries;

/// <summary>Whose caches something is about.</summary>
/// <param name="Organization">Null: every one's.</param>
/// <param name="Repository">Null: every one's.</param>
public readonly record struct CachePart(string? Organization, string? Repository)
{
    public static CachePart All => default;

    public bool Holds(string organization, string repository) => (Organization ?? organization) == organization && (Repository ?? repository) == repository;
}
