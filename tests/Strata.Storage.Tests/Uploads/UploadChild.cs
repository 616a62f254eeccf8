using Strata.Core;
using Strata.Storage.Garbage;

namespace Strata.Storage.Tests.Uploads;

/// <summary>A worker that stores a large and a small blob in a store of files, and is killed.</summary>
internal static class UploadChild
{
    private static readonly int[] Lengths = [60_000, 2_000];

    public static IReadOnlyList<byte[]> Contents { get; } = [.. Lengths.Select(length => UploadBench.Content(length, length))];

    public static async Task StoreAsync(string directory)
    {
        await using var bench = new UploadBench(null, UploadBench.Small, directory, new LongAgo());
        var lease = await bench.AttemptAsync();
        foreach (var content in Contents)
        {
            (await bench.StoreAsync(content, lease.Token, $"artifact/{content.Length}", stable: content.Length * 2 / 3)).ShouldBeOfType<StoreOutcome.Stored>();
        }
    }

    /// <summary>What is there is whole; who replaces the dead worker stores the rest; nothing is left over.</summary>
    public static async Task GoOnAsync(string directory)
    {
        await using var bench = new UploadBench(null, UploadBench.Small, directory);
        await new Metadata.Leases.Leases(bench.Database, bench.Time, Metadata.Leases.LeaseTimes.Long).ExpireAsync("attempt/", CancellationToken.None);
        var lease = await bench.AttemptAsync("attempt/run/job/2");
        foreach (var content in Contents)
        {
            if (await bench.FetchAsync(Digest.Of(content)) is { } fetched)
            {
                fetched.AsSpan().SequenceEqual(content).ShouldBeTrue();
            }
        }

        foreach (var content in Contents)
        {
            (await bench.StoreAsync(content, lease.Token, $"artifact/{content.Length}", readable: true, stable: content.Length * 2 / 3)).ShouldNotBeOfType<StoreOutcome.LeaseLost>();
            (await bench.FetchAsync(Digest.Of(content)))!.AsSpan().SequenceEqual(content).ShouldBeTrue();
        }

        await new UploadReaper(bench.Archives).RunAsync(TimeSpan.FromHours(-1), CancellationToken.None);
        await new BlobCollector(bench.Archives, new TestRoots(Contents.Select(content => Digest.Of(content)))).RunAsync(TimeSpan.FromHours(-1), CancellationToken.None);
        (await bench.PendingAsync()).ShouldBeEmpty();
        (await bench.ObjectsAsync()).Count.ShouldBe(Contents.Count);
    }

    /// <summary>So that leases of the dead have run out.</summary>
    private sealed class LongAgo : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddDays(-1);
    }
}
