using System.CommandLine;
using Strata.Cli.Upkeep;
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
            var done = place.Database is null ? null : await CacheUpkeep.RunAsync(place.Database, place.Data, place.Configuration, cancellationToken).ConfigureAwait(false);
            var result = done is null ? new GcResult(0, 0, 0, 0, 0)
                : new(done.Revoked, done.Swept.Expired, done.Swept.Evicted, done.Swept.Forgotten, done.Swept.FreedBytes);
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
