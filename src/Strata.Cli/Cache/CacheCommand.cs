using System.CommandLine;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache</c>: look into and manage what caches hold.</summary>
internal static class CacheCommand
{
    public static Command Create() => new("cache", "List, show, explain and remove cache entries; sweep; statistics.")
    {
        CacheListCommand.Create(),
        CacheShowCommand.Create(),
        CacheExplainCommand.Create(),
        CacheRemoveCommand.Create(),
        CacheGcCommand.Create(),
        CacheStatsCommand.Create(),
    };
}
