using System.Buffers;
using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;

namespace Strata.Layers.Packing;

/// <summary>Reads the files of a job, each in four or five system calls, and sees whether one changed since it was found. One for each core.</summary>
internal sealed class FileContentReader(int root, EntryTree tree, PagedList<PendingFile> files, PackOptions options)
{
    public const int BufferSize = 1 << 20;

    private readonly AttributeReader _attributes = new(options);
    private readonly byte[] _path = new byte[PosixPath.LengthMax + 1]; // with a NUL

    public long AttributesDropped => _attributes.Dropped;

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
                var (file, size) = Open(job.First + i);
                try
                {
                    var content = buffer.AsSpan(at, (int)size);
                    Fill(file, content);
                    SHA256.HashData(content, hash); // of many files: the platform's from the first byte on
                    job.Contents[i] = Digest.FromHash(hash);
                    Close(job, i, file);
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
        var (file, size) = Open(job.First);
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
            Close(job, 0, file);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    private unsafe (int File, long Size) Open(int index)
    {
        var node = files[index].Node;
        _path[^1] = 0;
        var path = tree.PathOf(node, _path.AsSpan(..^1));
        int file;
        fixed (byte* terminated = path)
        {
            var flags = Libc.ReadOnly | Libc.NonBlocking | Libc.NoFollowLink | Libc.CloseOnExec;
            file = Libc.OpenBeneath(root, terminated, flags, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
        }

        return file >= 0 ? (file, tree.InodeOf(node).Size)
            : Errno.Last is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks ? throw Changed(path)
            : throw Errno.Failure("open", path);
    }

    /// <summary>Everything about a file that was read, and whether it is still the one that was found.</summary>
    private unsafe void Close(ReadJob job, int index, int file)
    {
        var pending = files[job.First + index];
        var path = tree.PathOf(pending.Node, _path.AsSpan(..^1));
        job.Attributes[index] = _attributes.Read(file, EntryKind.File, path);
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            if (Libc.StatX(file, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) != 0)
            {
                throw Errno.Failure("stat", path);
            }
        }

        ref var inode = ref tree.InodeOf(pending.Node);
        if (!pending.IsSame(status) || (long)status.Size != inode.Size || status.ModifySeconds != inode.Seconds || status.ModifyNanoseconds != inode.Nanoseconds)
        {
            throw Changed(path);
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

    private static TreeChangedException Changed(ReadOnlySpan<byte> path) => new(PosixPath.Show(path));
}
