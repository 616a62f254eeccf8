using System.Runtime.CompilerServices;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Storage.Blobs;
using Strata.Storage.Garbage;
using Strata.Storage.S3;
using Strata.Storage.Tests.Faults;
using Strata.Storage.Tests.S3;
using Strata.Storage.Uploads;

namespace Strata.Storage.Tests.Uploads;

/// <summary>Uploads through a proxy that fails 30 % of all calls, to a real server.</summary>
[Collection(RadosGwCollection.Name)]
public sealed class FaultScheduleTests(RadosGw server)
{
    private const int Percent = 30;

    private static readonly Fault[] Faults = [.. Enum.GetValues<Fault>().Where(fault => fault is not Fault.None)];

    private static readonly BlobTimes Times = new() { Idle = TimeSpan.FromMilliseconds(400), Answer = TimeSpan.FromMilliseconds(800), Complete = TimeSpan.FromMilliseconds(1500) };

    private static readonly TransferOptions Options = new()
    {
        PieceBytesMin = 2 << 20,
        Upload = new(8, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)),
        Read = new(4, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)),
    };

    [Fact]
    public async Task Each_schedule_ends_stored_once_or_failed_with_a_reason_and_the_reaper_leaves_nothing()
    {
        var schedules = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 1000 : 8;
        var (stored, failed) = (0, 0);
        var first = int.TryParse(Environment.GetEnvironmentVariable("STRATA_FIRST_SEED"), out var given) ? given : 0; // to see one again
        for (var seed = first; seed < first + schedules; seed++)
        {
            var isStored = await RunAsync(seed);
            (stored, failed) = isStored ? (stored + 1, failed) : (stored, failed + 1);
        }

        stored.ShouldBeGreaterThan(0);
        Console.WriteLine($"{stored} stored, {failed} failed with a reason");
    }

    private async Task<bool> RunAsync(int seed)
    {
        using var directory = new TemporaryDirectory();
        var prefix = $"schedule-{seed}-{Guid.NewGuid():n}";
        var length = seed % 3 == 0 ? 100_000 : 14 << 20;
        var content = UploadBench.Content(length, seed);
        var isStored = await TryStoreAsync(seed, prefix, content, directory.Path);

        await using var bench = new UploadBench(Open(server.Endpoint, prefix, BlobTimes.Default), Options, directory.Path);
        ((await bench.Acme.FindAsync(Digest.Of(content), CancellationToken.None)) is not null).ShouldBe(isStored, $"seed {seed}");
        if (!isStored)
        {
            var lease = await bench.AttemptAsync("attempt/run/job/2");
            (await bench.StoreAsync(content, lease.Token)).ShouldBeOfType<StoreOutcome.Stored>($"seed {seed}");
        }

        (await bench.FetchAsync(Digest.Of(content)))!.AsSpan().SequenceEqual(content).ShouldBeTrue($"seed {seed}");
        await new UploadReaper(bench.Archives).RunAsync(TimeSpan.FromHours(-1), CancellationToken.None);
        (await bench.PendingAsync()).ShouldBeEmpty($"seed {seed}");
        await new BlobCollector(bench.Archives, new TestRoots(Digest.Of(content))).RunAsync(TimeSpan.FromHours(-1), CancellationToken.None);
        var only = (await bench.ObjectsAsync()).ShouldHaveSingleItem($"seed {seed}");
        await bench.Store.DeleteAsync(only.Key, CancellationToken.None); // the server keeps all in memory
        return isStored;
    }

    private async Task<bool> TryStoreAsync(int seed, string prefix, byte[] content, string directory)
    {
        await using var proxy = new FaultProxy(server.Endpoint, FaultProxy.Seeded(seed, Percent, Faults));
        await using var bench = new UploadBench(Open(proxy.Endpoint, prefix, Times), Options, directory);
        var lease = await bench.AttemptAsync();
        try
        {
            (await bench.StoreAsync(content, lease.Token)).ShouldBeOfType<StoreOutcome.Stored>();
            return true;
        }
        catch (BlobStoreException e)
        {
            e.Message.ShouldNotBeNullOrEmpty();
            TransferDiagnostics.StoreFailed(e).Help.ShouldNotBeNull();
            return false;
        }
    }

    private static S3BlobStore Open(Uri endpoint, string prefix, BlobTimes times) => new(
        S3Settings.Of(
            (StorageLocation.OfS3)StorageLocation.Parse($"s3://{RadosGw.Bucket}/{prefix}?endpoint={endpoint}&region=default"),
            name => name switch { "AWS_ACCESS_KEY_ID" => RadosGw.AccessKey, "AWS_SECRET_ACCESS_KEY" => RadosGw.SecretKey, _ => null }),
        times, TimeProvider.System);
}
