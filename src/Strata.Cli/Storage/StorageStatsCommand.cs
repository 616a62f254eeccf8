using System.CommandLine;
using System.Globalization;
using Strata.Core;

namespace Strata.Cli.Storage;

/// <summary><c>strata storage stats</c>: how uploads went so far.</summary>
internal static class StorageStatsCommand
{
    public static Command Create()
    {
        var options = new StorageOptions();
        var prometheus = new Option<bool>("--prometheus") { Description = "The counters as text that Prometheus reads." };
        var command = new Command("stats", "How uploads went so far: how many were stored, repeated calls, resumed parts, reaped uploads.") { prometheus };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => options.RunAsync(
            parsed,
            async (storage, _, stop) =>
            {
                if (!storage.Archives.IsUsed)
                {
                    await storage.Archives.ProbeAsync(stop).ConfigureAwait(false); // nothing was counted: that may be why
                }

                var counts = storage.Archives.Count();
                if (parsed.GetValue(prometheus))
                {
                    Console.Out.Write(counts.ToPrometheus());
                }
                else if (parsed.GetValue(options.Json))
                {
                    StorageJson.Print(
                        new(storage.Archives.Description, counts.Stored, counts.Present, counts.Failed, counts.SuccessRate, counts.BytesSent, counts.Retries, counts.PartsResumed, counts.Reaped),
                        StorageJson.Default.StorageStatsResult);
                }
                else
                {
                    var rate = counts.SuccessRate is { } share ? string.Create(CultureInfo.InvariantCulture, $", {share:P1} went well") : "";
                    Console.Out.WriteLine($"uploads:         {counts.Stored} stored, {counts.Present} were there, {counts.Failed} failed{rate}");
                    Console.Out.WriteLine($"sent:            {new ByteSize(counts.BytesSent)}");
                    Console.Out.WriteLine($"calls repeated:  {counts.Retries}");
                    Console.Out.WriteLine($"parts resumed:   {counts.PartsResumed}");
                    Console.Out.WriteLine($"uploads reaped:  {counts.Reaped}");
                }

                return ExitCode.Success;
            },
            cancellationToken));
        return command;
    }
}
