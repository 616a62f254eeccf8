namespace Strata.Caching.Life;

/// <summary>How long entries live, and how much they may take.</summary>
public sealed record SweepPolicy
{
    /// <summary>Since the last use, for entries that do not say.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Of all layers of live entries together, each counted once for a repository. Null: no limit but the layer store's.</summary>
    public long? SizeBytesMax { get; init; }

    /// <summary>Of each organization's.</summary>
    public long? OrganizationBytesMax { get; init; }

    /// <summary>Of each repository's.</summary>
    public long? RepositoryBytesMax { get; init; }
}
