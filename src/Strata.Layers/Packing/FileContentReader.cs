using System.Buffers;
using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;

namespace Strata.Layers.Packing;

/// <summary>Reads and hashes the files of a job. One for each core.</summary>
internal sealed class FileContentReader(IContentSource source, EntryTree tree, PagedList<PendingFile> files)
{
    public const int BufferSize = 1 << 20;

    public long AttributesDropped => source.AttributesDropped;

    public async Task ReadAsync(ReadJob job, CancellationToken cancellationToken)
    {
        if (job.Count > 1 || tree.InodeOf(files[job.First].Node).Size <= BufferSize)
        {
            await job.Pieces.Writer.WriteAsync(ReadSmall(job), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await ReadLargeAsync(job, cancellationToken).ConfigureAwait(false);
        }
    }

    private (byte[] Buffer, int Length) ReadSmall(ReadJob job)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        try
        {
            var at = 0;
            for (var i = 0; i < job.Count; i++)
            {
                var file = source.Open(job.First + i);
                var size = SizeOf(job.First + i);
                try
                {
                    var content = buffer.AsSpan(at, (int)size);
                    Fill(file, content);
                    SHA256.HashData(content, hash); // of many files: the platform's from the first byte on
                    job.Contents[i] = Digest.FromHash(hash);
                    job.Attributes[i] = source.Check(job.First + i, file);
                }
                finally
                {
                    _ = Libc.Close(file);
                }

                var end = at + (int)size;
                at = (int)(ErofsFormat.BlocksOf(end) << ErofsFormat.BlockBits);
                buffer.AsSpan(end, at - end).Clear();
            }

            return (buffer, at);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private async Task ReadLargeAsync(ReadJob job, CancellationToken cancellationToken)
    {
        var file = source.Open(job.First);
        var size = SizeOf(job.First);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var at = 0L; at < size; at += BufferSize)
            {
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                var length = (int)Math.Min(BufferSize, size - at);
                try
                {
                    Fill(file, buffer.AsSpan(0, length));
                }
                catch
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    throw;
                }

                hash.AppendData(buffer, 0, length);
                await job.Pieces.Writer.WriteAsync((buffer, length), cancellationToken).ConfigureAwait(false);
            }

            job.Contents[0] = Finish(hash);
            job.Attributes[0] = source.Check(job.First, file);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>Less than expected: the rest stays as it is, and the file's status will tell that it changed.</summary>
    private static unsafe void Fill(int file, Span<byte> content)
    {
        fixed (byte* start = content)
        {
            for (var read = 0; read < content.Length;)
            {
                var count = Libc.Read(file, start + read, (nuint)(content.Length - read));
                if (count == 0)
                {
                    return;
                }

                if (count > 0)
                {
                    read += (int)count;
                }
                else if (Errno.Last != Errno.Interrupted)
                {
                    throw Errno.Failure("read", ""u8);
                }
            }
        }
    }

    private static Digest Finish(IncrementalHash hash)
    {
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Digest.FromHash(result);
    }

    private long SizeOf(int index) => tree.InodeOf(files[index].Node).Size;
}
