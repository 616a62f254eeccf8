namespace Strata.Execution.Caches;

/// <summary>A cache that a hermetic step sees.</summary>
/// <param name="Places">None: it is not used in this job.</param>
internal sealed record NamedCache(string Name, IReadOnlyList<CachePlace> Places);
