using System.Buffers.Binary;
using System.Security.Cryptography;
using Strata.Core;

namespace Strata.Layers.Indexes;

/// <summary>What a layer holds, without opening its image: every name with its metadata and the digest of its content, in path order.</summary>
public sealed class LayerIndex
{
    private const long SizeMax = 1 << 30;

    private readonly byte[] _bytes;

    private LayerIndex(byte[] bytes, Digest tree, long entries) => (_bytes, TreeDigest, EntryCount) = (bytes, tree, entries);

    public Digest TreeDigest { get; }

    public long EntryCount { get; }

    /// <summary>Reads and checks it as a whole.</summary>
    /// <exception cref="DamagedLayerException">It is no index, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static LayerIndex Open(string path)
    {
        if (new FileInfo(path).Length > SizeMax)
        {
            throw new DamagedLayerException("The index is larger than 1 GiB.", LayerFault.TooLarge);
        }

        return Parse(File.ReadAllBytes(path));
    }

    /// <inheritdoc cref="Open"/>
    internal static LayerIndex Parse(byte[] bytes)
    {
        if (bytes.Length < IndexFormat.HeaderSize || !bytes.AsSpan().StartsWith(IndexFormat.Magic))
        {
            throw new DamagedLayerException("This is not the index of a layer.", LayerFault.NotALayer);
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(IndexFormat.VersionAt));
        if (version is not (IndexFormat.Version or IndexFormat.VersionOfBodyDigest))
        {
            throw new DamagedLayerException($"The index has version {version}; this program reads version {IndexFormat.Version}.", LayerFault.Unsupported);
        }

        var entries = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(IndexFormat.EntriesAt));
        var body = bytes.AsSpan(IndexFormat.HeaderSize);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hashing.AppendData(body);
        if (version == IndexFormat.Version)
        {
            hashing.AppendData(bytes.AsSpan(0, IndexFormat.DigestAt));
        }

        hashing.GetHashAndReset(hash);
        if (BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(IndexFormat.LengthAt)) != body.Length
            || !hash.SequenceEqual(bytes.AsSpan(IndexFormat.DigestAt, SHA256.HashSizeInBytes)))
        {
            throw new DamagedLayerException("The index is damaged: its content does not have the digest it states.");
        }

        return new(bytes, Digest.FromHash(bytes.AsSpan(IndexFormat.TreeDigestAt, SHA256.HashSizeInBytes)), entries);
    }

    internal IndexContents Contents() => new(_bytes);

    internal IndexCursor Names() => new(_bytes);

    /// <exception cref="DamagedLayerException">While enumerating: a record makes no sense.</exception>
    public IEnumerable<IndexEntry> Entries()
    {
        var reader = new IndexRecordReader(_bytes);
        var count = 0L;
        while (reader.Next() is { } entry)
        {
            count++;
            yield return entry;
        }

        if (count != EntryCount)
        {
            throw new DamagedLayerException($"The index holds {count} names, not {EntryCount} as it states.");
        }
    }
}
