using System.Buffers.Binary;
using Strata.Storage.Blobs;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>Which parts an object is made of: 28 bytes each (little endian): <c>4 number · 8 size · 16 MD5</c>.</summary>
internal static class ObjectLayout
{
    private const int EntrySize = 28;
    private const int PartsMax = 10_000;

    public static Task WriteAsync(string path, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        var bytes = new byte[parts.Count * EntrySize];
        for (var i = 0; i < parts.Count; i++)
        {
            var entry = bytes.AsSpan(i * EntrySize);
            BinaryPrimitives.WriteInt32LittleEndian(entry, parts[i].Number);
            BinaryPrimitives.WriteInt64LittleEndian(entry[4..], parts[i].SizeBytes);
            Convert.FromHexString(parts[i].ETag, entry[12..EntrySize], out _, out _);
        }

        return DurableFiles.WriteAsync(path, bytes, default, cancellationToken);
    }

    /// <returns>Null: no directory of an object.</returns>
    /// <exception cref="BlobStoreException">Damaged.</exception>
    public static StoredPart[]? Find(string directory)
    {
        byte[] bytes;
        try
        {
            using var file = File.OpenHandle(Path.Combine(directory, FilePaths.LayoutName));
            bytes = new byte[Math.Min(RandomAccess.GetLength(file), (PartsMax * EntrySize) + 1)];
            var read = RandomAccess.Read(file, bytes, 0);
            if (read != bytes.Length || read % EntrySize != 0 || read == 0)
            {
                throw new BlobStoreException(BlobFault.Damaged, $"{directory} is damaged: the list of its parts is not whole.");
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var parts = new StoredPart[bytes.Length / EntrySize];
        for (var i = 0; i < parts.Length; i++)
        {
            var entry = bytes.AsSpan(i * EntrySize);
            parts[i] = new(
                BinaryPrimitives.ReadInt32LittleEndian(entry), Convert.ToHexStringLower(entry[12..EntrySize]),
                Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(entry[4..])));
        }

        return parts;
    }
}
