using Strata.Core;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Storage;
using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Keys;
using Strata.Storage.Uploads;
using System.Globalization;

namespace Strata.Bench;

/// <summary>A large blob to a real S3 server, against the tools people use for that; and the memory that takes.</summary>
internal static class UploadBench
{
    private static readonly long Length = SizeOr(1L << 30);
    private static readonly long MemoryLength = SizeOr(10L << 30);
    private const long MemoryMax = 128_000_000;
    private const int Rounds = 3;

    /// <summary>For a quick look: STRATA_BENCH_MIB. Figures are of the whole.</summary>
    private static long SizeOr(long whole) =>
        long.TryParse(Environment.GetEnvironmentVariable("STRATA_BENCH_MIB"), NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes) ? mebibytes << 20 : whole;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "upload",
            $"{new ByteSize(Length)}, as a layer is (half of it shrinks to a third), from a warm file to radosgw on loopback, against `aws s3 cp` and `rclone copyto` of the same bytes. Strata also compresses, encrypts and records it.");
        using var directory = new ThrowawayDirectory();
        using var server = RealS3.Start(repository, directory.File("rgw"));
        var file = directory.File("layer");
        await WriteAsync(file);
        var (aws, rclone) = (server.Command("aws", file), server.Command("rclone", file));
        var samples = await Measurement.InTurnAsync(
            Rounds,
            () => server.EmptyAsync(),
            ("strata", () => StoreAsync(server.Url, directory.File(Guid.NewGuid().ToString("n")), Source(file))),
            ("aws s3 cp", () => Shell.RunAsync(aws, directory.Path)),
            ("rclone copyto", () => Shell.RunAsync(rclone, directory.Path)));
        result.Table(samples);
        foreach (var peer in samples.Skip(1))
        {
            var ratio = Measurement.Ratio(peer, samples[0]);
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}× as fast as {peer.Name} (figure: ≥ 1.2)"), ratio >= 1.2);
        }

        return result;
    }

    public static async Task<BenchResult> MemoryAsync(string repository)
    {
        var result = new BenchResult("upload-memory", $"{new ByteSize(MemoryLength)} that are made as they are read, to a server that keeps nothing: the most memory the uploading process had.");
        using var directory = new ThrowawayDirectory();
        await using var sink = new DiscardingS3();
        Environment.SetEnvironmentVariable("DOTNET_EnableWriteXorExecute", "0"); // as ./strata does
        var peak = await PeakMemory.OfAsync(
            "dotnet", [typeof(UploadBench).Assembly.Location, repository, "upload-child", sink.Url, MemoryLength.ToString(CultureInfo.InvariantCulture), directory.File("child")], directory.Path);
        result.Figure($"{new ByteSize(peak)} (figure: ≤ {new ByteSize(MemoryMax)})", peak <= MemoryMax);
        return result;
    }

    /// <summary>Bytes that are nowhere, to a server that keeps none.</summary>
    public static Task ChildAsync(string url, long length, string directory) => StoreAsync(
        url, directory,
        new(Digest.Of("generated"u8), length, 0, static (offset, into, _) =>
        {
            Fill(offset, into.Span);
            return ValueTask.CompletedTask;
        }));

    internal static async Task StoreAsync(string url, string directory, BlobSource source)
    {
        var time = TimeProvider.System;
        using var database = new Database(directory, time);
        var location = StorageLocation.Parse(url);
        await using var archives = new BlobArchives(
            BlobStores.Open(location, BlobTimes.Default, time), BlobArchives.PlaceOf(location), new KeyRing(directory, database, time), database, TransferOptions.Default, time);
        var leases = new Leases(database, time, LeaseTimes.Long);
        await leases.ExpireAsync("attempt/", CancellationToken.None); // of one that was killed
        var attempt = (LeaseAttempt.Acquired)await leases.TryAcquireAsync("attempt/bench", LeaseHolder.Current, "", CancellationToken.None);
        await using var lease = attempt.Lease;
        var outcome = await archives.Of("bench").StoreAsync(source, new(lease.Token, "bench", new HashSet<Digest>()), CancellationToken.None);
        _ = outcome as StoreOutcome.Stored ?? throw new InvalidOperationException($"{outcome}");
    }

    internal static BlobSource Source(string path, Digest? digest = null)
    {
        var file = File.OpenHandle(path);
        return new(
            digest ?? Digest.Of("layer"u8), RandomAccess.GetLength(file), 0,
            async (offset, into, cancellationToken) =>
            {
                while (into.Length > 0 && await RandomAccess.ReadAsync(file, into, offset, cancellationToken) is > 0 and var count)
                {
                    offset += count;
                    into = into[count..];
                }
            });
    }

    private static async Task WriteAsync(string path)
    {
        var piece = new byte[1 << 20];
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        for (var at = 0L; at < Length; at += piece.Length)
        {
            Fill(at, piece);
            await RandomAccess.WriteAsync(file, piece, at);
        }
    }

    /// <summary>Every other 64 KiB is random; the others shrink to a third or so.</summary>
    private static void Fill(long offset, Span<byte> into)
    {
        for (var done = 0; done < into.Length;)
        {
            var at = offset + done;
            var stretch = into.Slice(done, (int)Math.Min(into.Length - done, (64 << 10) - (at % (64 << 10))));
            var random = new Random((int)(at >> 16) ^ (int)(at % (64 << 10)));
            random.NextBytes(stretch);
            if ((at >> 16) % 2 == 0)
            {
                for (var i = 0; i < stretch.Length; i++)
                {
                    stretch[i] = i % 3 == 0 ? stretch[i] : (byte)'a';
                }
            }

            done += stretch.Length;
        }
    }
}
