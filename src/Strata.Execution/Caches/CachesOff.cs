namespace Strata.Execution.Caches;

/// <summary>Why a cache is neither looked for nor saved, though a job names it.</summary>
/// <param name="Reason">For people.</param>
/// <param name="SaveReason">For scripts.</param>
public sealed record CachesOff(string Reason, string SaveReason)
{
    public static CachesOff ByOption { get; } = new("--no-cache", "no-cache");

    public static CachesOff ByConfiguration { get; } = new("the configuration disables caches (enabled: false)", "disabled");

    public static CachesOff OfType(string preset) => new($"'{preset}' is not among the configuration's types", "not-in-types");
}
