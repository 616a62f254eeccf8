using System.CommandLine;
using Strata.Core;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache gc</c>: what a run does when it has ended, at once and to the end.</summary>
internal static class CacheGcCommand
{
    public static Command Create()
    {
        var options = new CacheOptions();
        var command = new Command("gc", "Take out of use what is too old or over a limit.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = CachePlace.Open(parsed, options);
            var result = place.Database is null ? new(0, 0, 0, 0, 0) : await CacheUpkeep.RunAsync(place.Database, place.Configuration.Cache, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(result, CacheJson.Default.GcResult);
            }
            else
            {
                Console.Out.WriteLine($"{result.Expired} expired, {result.Evicted} evicted, {result.Revoked} revoked, {result.Forgotten} forgotten; {new ByteSize(result.BytesFreed)} no longer needed");
            }

            return ExitCode.Success;
        });
        return command;
    }
}
