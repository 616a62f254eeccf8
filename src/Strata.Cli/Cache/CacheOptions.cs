using System.CommandLine;
using System.CommandLine.Completions;
using Strata.Caching.Entries;
using Strata.Cli.Configuration;
using Strata.Core.Diagnostics;
using Strata.Metadata;

namespace Strata.Cli.Cache;

/// <summary>The options all cache commands share.</summary>
internal sealed class CacheOptions() : PlaceOptions("Only this organization's.", "Only this repository's.")
{
    private const int OfferedMax = 200;

    /// <summary>For the shell: keys of live entries.</summary>
    public IEnumerable<CompletionItem> Keys(CompletionContext context) =>
        Complete(context, static place => place.List(place.Filter with { CountMax = OfferedMax }).Select(static entry => entry.Key).Distinct(StringComparer.Ordinal));

    /// <summary>For the shell: runs that looked for caches, the newest first.</summary>
    public IEnumerable<CompletionItem> Runs(CompletionContext context) =>
        Complete(context, static place => place.Catalog?.ListRunsAsync(place.Part, OfferedMax, CancellationToken.None).AsTask().GetAwaiter().GetResult() ?? []); // read on this thread

    private IEnumerable<CompletionItem> Complete(CompletionContext context, Func<CachePlace, IEnumerable<string>> words)
    {
        try
        {
            using var place = CachePlace.Open(context.ParseResult, this);
            return [.. words(place).Select(static word => new CompletionItem(word))];
        }
        catch (Exception e) when (e is UserErrorException or EnvironmentException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>Where a cache command works. Who only looks makes no database.</summary>
internal sealed class CachePlace : IDisposable
{
    private readonly Database? _database;

    private CachePlace(string data, ConfigurationFile configuration, CacheFilter filter)
    {
        (Data, Configuration, Filter) = (data, configuration, filter);
        _database = Database.Exists(data) ? new(data, TimeProvider.System) : null;
        Catalog = _database is null ? null : new(_database, TimeProvider.System);
    }

    public string Data { get; }

    public ConfigurationFile Configuration { get; }

    /// <summary>As the options say.</summary>
    public CacheFilter Filter { get; }

    /// <summary>As <see cref="Filter"/>.</summary>
    public CachePart Part => new(Filter.Organization, Filter.Repository);

    /// <summary>Null: nothing was ever recorded here.</summary>
    public CacheCatalog? Catalog { get; }

    /// <summary>As <see cref="Catalog"/>.</summary>
    public Database? Database => _database;

    /// <exception cref="UserErrorException">The configuration is wrong.</exception>
    /// <exception cref="EnvironmentException">The data directory cannot be seen.</exception>
    public static CachePlace Open(ParseResult parsed, CacheOptions options)
    {
        List<Diagnostic> problems = [];
        var data = DataDirectory.Resolve(parsed.GetValue(options.Data));
        DataDirectory.CheckReadable(data);
        var configuration = ConfigurationFile.Read(parsed.GetValue(options.Config), data, problems);
        var errors = problems.Where(problem => problem.Severity == Severity.Error).ToList();
        return errors.Count > 0
            ? throw new UserErrorException(errors)
            : new(data, configuration, new() { Organization = parsed.GetValue(options.Org), Repository = parsed.GetValue(options.Repo) });
    }

    public IReadOnlyList<CacheEntry> List(CacheFilter filter) => Catalog?.ListAsync(filter, CancellationToken.None).AsTask().GetAwaiter().GetResult() ?? [];

    public void Dispose() => _database?.Dispose();
}
