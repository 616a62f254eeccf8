using System.Diagnostics;
using System.Globalization;
using Strata.Core;
using Strata.Storage;
using Strata.Storage.Blobs;
using Strata.Storage.Tests.Faults;

namespace Strata.Bench;

/// <summary>A worker that dies in the middle of an upload, and what its replacement sends: bytes as a proxy before a real server counts them.</summary>
internal static class UploadResumeBench
{
    private const long Length = 256L << 20;
    private const long PartBytes = 8L << 20;

    /// <summary>At several moments, as what is on its way then differs, and on a slow line, where more may be.</summary>
    private static readonly (double At, long? BytesPerSecond)[] Moments = [(0.25, null), (0.5, null), (0.5, null), (0.5, null), (0.75, null), (0.5, 20_000_000), (0.75, 20_000_000)];

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "upload-resume",
            $"{new ByteSize(Length)} to radosgw through a proxy that counts bodies. The worker is killed (SIGKILL) at half of it; another, with nothing on its disk, makes the blob again and goes on, under the same records.");
        using var directory = new ThrowawayDirectory();
        using var server = RealS3.Start(repository, directory.File("rgw"));
        var excess = new List<double>();
        foreach (var moment in Moments)
        {
            await server.EmptyAsync();
            excess.Add(await ExcessAsync(repository, server, directory.File(Guid.NewGuid().ToString("n")), moment.At, moment.BytesPerSecond));
        }

        for (var i = 0; i < Moments.Length; i++)
        {
            result.Figure(
                string.Create(CultureInfo.InvariantCulture, $"killed at {Moments[i].At:P0}{(Moments[i].BytesPerSecond is { } rate ? $", {new ByteSize(rate)}/s" : "")}: in total 100 % and {excess[i]:0.00} parts (figure: ≤ 100 % + 1 part)"), excess[i] <= 1);
        }

        return result;
    }

    /// <returns>What was sent beyond the object's size, in parts.</returns>
    private static async Task<double> ExcessAsync(string repository, RealS3 server, string data, double moment, long? lineBytesPerSecond)
    {
        await using var proxy = new FaultProxy(server.Endpoint, static _ => Fault.None) { LineBytesPerSecond = lineBytesPerSecond };
        var url = RealS3.UrlAt(proxy.Endpoint);
        using (var first = Start(repository, url, data))
        {
            while (!first.HasExited && proxy.BodyBytes < moment * Length * 0.66) // of the stored size, about
            {
                await Task.Delay(1);
            }

            first.Kill();
            await first.WaitForExitAsync();
        }

        var sent = proxy.BodyBytes;
        using (var second = Start(repository, url, data))
        {
            var errors = await second.StandardError.ReadToEndAsync();
            await second.WaitForExitAsync();
            if (second.ExitCode != 0)
            {
                throw new InvalidOperationException(errors);
            }
        }

        await using var store = BlobStores.Open(StorageLocation.Parse(server.Url), BlobTimes.Default, TimeProvider.System);
        var size = 0L;
        await foreach (var stored in store.ListAsync("", CancellationToken.None))
        {
            size += stored.SizeBytes;
        }

        Console.WriteLine($"{sent} sent before, {proxy.BodyBytes} in total, {size} stored");
        return (proxy.BodyBytes - size) / (double)PartBytes;
    }

    private static Process Start(string repository, string url, string data) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(UploadResumeBench).Assembly.Location, repository, "upload-child", url, Length.ToString(CultureInfo.InvariantCulture), data]) { RedirectStandardError = true })!;
}
