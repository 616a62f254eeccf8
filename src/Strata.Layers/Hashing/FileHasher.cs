using System.Buffers;
using System.Security.Cryptography;
using Strata.Core.Globs;
using Strata.Layers.Posix;

namespace Strata.Layers.Hashing;

/// <summary>GitHub's hashFiles over a directory of this host.</summary>
public static class FileHasher
{
    private const int BufferSize = 256 << 10;
    private const int BatchSize = 64; // files a core takes at once: few enough to end together, enough to share no counter often

    /// <summary>
    /// Hex SHA-256 over the raw SHA-256 digests of the matching files in glob order; empty if none matches. Links to files count as the file
    /// they lead to if that is inside of the workspace.
    /// </summary>
    /// <exception cref="IOException">A matching file cannot be read, or is a link that is broken or leads outside; the message names it.</exception>
    public static Task<string> HashFilesAsync(string workspaceDirectory, GlobSet globs, CancellationToken cancellationToken) =>
        Task.Run(() => HashFiles(workspaceDirectory, globs, cancellationToken), cancellationToken);

    /// <inheritdoc cref="HashFilesAsync"/>
    public static string HashFiles(string workspaceDirectory, GlobSet globs, CancellationToken cancellationToken)
    {
        using var root = DirectoryHandle.Open(workspaceDirectory, followLink: true);
        var files = new List<(byte[] Path, bool IsLink)>();
        new WorkspaceWalk(root.File, globs, (path, isLink) => files.Add((path, isLink)), cancellationToken).Run();
        if (files.Count == 0)
        {
            return "";
        }

        var digests = new byte[(long)files.Count * SHA256.HashSizeInBytes];
        var present = new bool[files.Count];
        HashAll(root.File, files, digests, present, cancellationToken);
        using var total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var any = false;
        for (var i = 0; i < files.Count; i++)
        {
            if (present[i])
            {
                any = true;
                total.AppendData(digests, i * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
            }
        }

        return any ? Convert.ToHexStringLower(total.GetHashAndReset()) : "";
    }

    internal static IOException Unreadable(ReadOnlySpan<byte> path, int error) => error == Errno.CrossDevice
        ? new($"{PosixPath.Show(path)} is a link that leads out of the workspace.", error)
        : Errno.Failure("read", PosixPath.Show(path), error);

    internal static unsafe StatXBuffer StatusOf(int file, ReadOnlySpan<byte> shownPath)
    {
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            return Libc.StatX(file, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) == 0 ? status : throw Unreadable(shownPath, Errno.Last);
        }
    }

    private static void HashAll(
        int root, List<(byte[] Path, bool IsLink)> files, byte[] digests, bool[] present, CancellationToken cancellationToken)
    {
        var batches = (files.Count + BatchSize - 1) / BatchSize;
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, batches, options, static () => ArrayPool<byte>.Shared.Rent(BufferSize), (batch, _, buffer) =>
            {
                for (var i = batch * BatchSize; i < Math.Min(files.Count, (batch + 1) * BatchSize); i++)
                {
                    var digest = digests.AsSpan(i * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
                    present[i] = TryHash(root, files[i].Path, files[i].IsLink, buffer, digest);
                }

                return buffer;
            }, static buffer => ArrayPool<byte>.Shared.Return(buffer));
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions[0] is IOException unreadable ? new IOException(unreadable.Message, unreadable) : e.InnerExceptions[0];
        }
    }

    /// <summary>False for a link to something that is no file.</summary>
    private static unsafe bool TryHash(int root, byte[] path, bool isLink, byte[] buffer, Span<byte> digest)
    {
        int file;
        fixed (byte* terminated = path)
        {
            var resolve = Libc.ResolveBeneath | Libc.ResolveNoMagicLinks;
            file = Libc.OpenBeneath(root, terminated, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec, resolve);
        }

        if (file < 0)
        {
            throw Unreadable(path, Errno.Last);
        }

        try
        {
            if (isLink && StatusOf(file, path).Kind is not FileKind.Regular)
            {
                return false;
            }

            Hash(file, path, buffer, digest);
            return true;
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <summary>A file that fits the buffer, nearly all do, is hashed in one call.</summary>
    private static void Hash(int file, byte[] path, byte[] buffer, Span<byte> digest)
    {
        var length = Fill(file, path, buffer);
        if (length < buffer.Length)
        {
            SHA256.HashData(buffer.AsSpan(0, length), digest);
            return;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (; length > 0; length = Fill(file, path, buffer))
        {
            hash.AppendData(buffer, 0, length);
        }

        hash.GetHashAndReset(digest);
    }

    /// <summary>Fewer bytes than the buffer holds only at the end of the file.</summary>
    private static unsafe int Fill(int file, byte[] path, byte[] buffer)
    {
        fixed (byte* start = buffer)
        {
            var length = 0;
            while (length < buffer.Length)
            {
                var count = Libc.Read(file, start + length, (nuint)(buffer.Length - length));
                if (count == 0)
                {
                    break;
                }

                if (count > 0)
                {
                    length += (int)count;
                }
                else if (Errno.Last != Errno.Interrupted)
                {
                    throw Unreadable(path, Errno.Last);
                }
            }

            return length;
        }
    }
}
