using Strata.Images.Records;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Tests.Records;

/// <summary>Builders in processes of their own.</summary>
internal static class RecordsChild
{
    /// <summary>Looks for layers as a builder does, and "builds" what is missing. Prints which it built.</summary>
    public static async Task<int> BuildLayersAsync(string directory, int layers)
    {
        using var bench = new RecordsBench(TimeProvider.System, directory);
        var scope = Scope.Of(RecordsBench.Main);
        for (var i = 0; i < layers; i++)
        {
            var name = $"layer {i}";
            while (await bench.FindAsync(name, RecordsBench.Main) is null)
            {
                if (await bench.Leases.TryAcquireAsync(scope, RecordsBench.Key(name), $"{Environment.ProcessId}", "/log", CancellationToken.None) is not LeaseAttempt.Acquired acquired)
                {
                    await Task.Delay(5);
                    continue;
                }

                await using (acquired.Lease)
                {
                    if (await bench.FindAsync(name, RecordsBench.Main) is not null)
                    {
                        break;
                    }

                    await Task.Delay(10);
                    var outcome = await bench.Records.PublishAsync(bench.Record(name, RecordsBench.Main, name), acquired.Lease, false, CancellationToken.None);
                    outcome.ShouldBeOfType<PublishOutcome.Published>();
                    Console.WriteLine(name);
                }
            }
        }

        return 0;
    }

    /// <summary>Everything that writes, once: from no file at all.</summary>
    public static async Task<int> EveryStatementAsync(string directory)
    {
        var clock = new ManualClock();
        using var bench = new RecordsBench(clock, directory);
        foreach (var name in (string[])["a", "b"])
        {
            await bench.BuildAsync(bench.Record(name, RecordsBench.Main, $"{name} old"));
            await bench.BuildAsync(bench.Record(name, RecordsBench.Main, $"{name} new"), replaces: true);
        }

        clock.Set(TimeSpan.FromHours(2));
        await bench.Records.TouchAsync([(RecordsBench.Key("a"), Scope.Of(RecordsBench.Main))], CancellationToken.None);
        await bench.EvictAsync(RecordsBench.Key("a"), Scope.Of(RecordsBench.Main));
        await bench.Records.QuarantineAsync(RecordsBench.Key("b"), Scope.Of(RecordsBench.Main), "damaged", CancellationToken.None);
        clock.Set(TimeSpan.FromDays(31));
        await bench.BuildAsync(bench.Record("c", RecordsBench.Main));
        return 0;
    }
}
