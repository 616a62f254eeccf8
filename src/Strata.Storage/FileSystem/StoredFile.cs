using System.Security.Cryptography;
using Strata.Storage.Blobs;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>
/// A file of the store: the content, then 16 bytes, its MD5 (its ETag, as S3 has it). Written whole and synced before it gets its name.
/// </summary>
internal static class StoredFile
{
    public const int TrailerSize = 16;

    public static Task WriteAsync(string path, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellationToken) =>
        DurableFiles.WriteAsync(path, content, Convert.FromHexString(etag), cancellationToken);

    /// <returns>Null: there is none, or it is no such file.</returns>
    public static StoredPart? Find(string path, int number)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file) - TrailerSize;
            var trailer = new byte[TrailerSize];
            return length >= 0 && RandomAccess.Read(file, trailer, length) == TrailerSize ? new(number, Convert.ToHexStringLower(trailer), length) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads content, not the trailer.</summary>
    public static async ValueTask<int> ReadAsync(string path, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        var left = RandomAccess.GetLength(file) - TrailerSize - offset;
        if (left < into.Length)
        {
            into = into[..(int)Math.Max(0, left)];
        }

        var total = 0;
        while (total < into.Length)
        {
            var read = await RandomAccess.ReadAsync(file, into[total..], offset + total, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

#pragma warning disable CA5351 // S3's ETag; nothing relies on it against an attacker
    public static string ETagOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));

    /// <summary>Of several parts, as S3 makes it.</summary>
    public static string ETagOf(IReadOnlyList<StoredPart> parts)
    {
        var all = new byte[parts.Count * TrailerSize];
        for (var i = 0; i < parts.Count; i++)
        {
            Convert.FromHexString(parts[i].ETag, all.AsSpan(i * TrailerSize, TrailerSize), out _, out _);
        }

        return $"{ETagOf(all)}-{parts.Count}";
    }
#pragma warning restore CA5351
}
