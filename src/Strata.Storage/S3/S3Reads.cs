using System.Globalization;
using System.Net;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>Ranges of objects. What is cut off or stalls goes on where it was, as long as each try brings something.</summary>
internal sealed class S3Reads(S3Sender sender, BlobTimes times)
{
    private const int FruitlessMax = 2;

    /// <param name="url">See <see cref="S3Call.Url"/>.</param>
    public async Task<int> ReadAsync(string objectPath, Uri? url, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        var (total, fruitless) = (0, 0);
        while (total < into.Length)
        {
            var progress = new Progress();
            try
            {
                if (await ReadOnceAsync(objectPath, url, offset + total, into[total..], progress, cancellationToken).ConfigureAwait(false))
                {
                    return total + progress.Bytes;
                }
            }
            catch (BlobStoreException e) when (progress.HasBegun || e.Fault == BlobFault.Stalled)
            {
                fruitless = progress.Bytes > 0 ? 0 : fruitless + 1;
                if (!e.IsTransient || fruitless >= FruitlessMax)
                {
                    throw;
                }
            }

            total += progress.Bytes;
        }

        return total;
    }

    /// <returns>All is read that there is.</returns>
    private Task<bool> ReadOnceAsync(string objectPath, Uri? url, long offset, Memory<byte> into, Progress progress, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Get, objectPath) { Url = url, Range = (offset, offset + into.Length - 1), AnswerWithin = times.Idle };
        return sender.ReadAsync(
            call,
            async (response, read) =>
            {
                if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    return true; // behind the object's end
                }

                var expected = Expected(response, offset, into.Length);
                progress.HasBegun = true;
                while (progress.Bytes < expected)
                {
                    var count = await read(into[progress.Bytes..expected]).ConfigureAwait(false);
                    progress.Bytes += count > 0 ? count : throw new IOException("the answer ended before it was whole");
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>How many bytes are to come: what was asked for, or up to the object's end.</summary>
    /// <exception cref="IOException">It is not the range that was asked for.</exception>
    private static int Expected(HttpResponseMessage response, long offset, int length)
    {
        if (response.Content.Headers.ContentRange is { From: { } from, To: { } to } && response.StatusCode == HttpStatusCode.PartialContent)
        {
            return from == offset && to >= from && to - from < length
                ? (int)(to - from + 1)
                : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"asked for {length} bytes from {offset}, given {from} to {to}"));
        }

        return offset == 0 && response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentLength is { } whole
            ? (int)Math.Min(whole, length)
            : throw new IOException($"asked for a range, answered with {(int)response.StatusCode}");
    }

    private sealed class Progress
    {
        /// <summary>The answer is the one asked for, and its body has begun.</summary>
        public bool HasBegun { get; set; }

        public int Bytes { get; set; }
    }
}
