namespace Strata.Execution.Caches;

/// <summary>A cache that a hermetic step sees.</summary>
/// <param name="Places">None: it is not used in this job.</param>
/// <param name="Env">What its preset sets for its tool.</param>
internal sealed record NamedCache(string Name, IReadOnlyList<CachePlace> Places, IReadOnlyDictionary<string, string> Env);
