using System.Globalization;
using Strata.Caching;
using Strata.Caching.Entries;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Cache;

/// <summary>Entries as users name them: by number, or by key.</summary>
internal static class EntriesByName
{
    /// <returns>In the order of the names; of a key all that have it, newest first.</returns>
    /// <exception cref="UserErrorException">Of some names there is none: it says of which.</exception>
    public static IReadOnlyList<CacheEntry> Get(CachePlace place, IReadOnlyList<string> names, bool withRetired)
    {
        var found = names.Select(name => (Name: name, Entries: Find(place, name, withRetired))).ToList();
        var missing = found.Where(entry => entry.Entries.Count == 0).Select(entry => entry.Name).Distinct(StringComparer.Ordinal).ToList();
        return missing.Count == 0 ? [.. found.SelectMany(entry => entry.Entries).DistinctBy(entry => entry.Id)] : throw new UserErrorException([.. missing.Select(CachingDiagnostics.NoSuchEntry)]);
    }

    private static IReadOnlyList<CacheEntry> Find(CachePlace place, string name, bool withRetired)
    {
        if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && place.Catalog?.FindAsync(id, CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } entry
            && (withRetired || entry.State is EntryState.Live)
            && place.Part.Holds(entry.Scope.Organization, entry.Scope.Repository))
        {
            return [entry];
        }

        return [.. place.List(place.Filter with { KeyPrefix = name, WithRetired = withRetired }).Where(other => other.Key == name)];
    }
}
