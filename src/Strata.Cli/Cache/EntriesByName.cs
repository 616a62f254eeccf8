using System.Globalization;
using Strata.Caching;
using Strata.Caching.Entries;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Cache;

/// <summary>Entries as users name them: by number, or by key.</summary>
internal static class EntriesByName
{
    /// <returns>Of a key all that have it, newest first; never empty.</returns>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static IReadOnlyList<CacheEntry> Get(CachePlace place, string name, bool withRetired)
    {
        if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && place.Catalog?.FindAsync(id, CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } entry
            && (withRetired || entry.State is EntryState.Live))
        {
            return [entry];
        }

        var found = place.List(place.Filter with { KeyPrefix = name, WithRetired = withRetired }).Where(other => other.Key == name).ToList();
        return found.Count > 0 ? found : throw new UserErrorException(CachingDiagnostics.NoSuchEntry(name));
    }
}
