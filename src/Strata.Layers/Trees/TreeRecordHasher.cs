using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;

namespace Strata.Layers.Trees;

/// <summary>
/// The tree digest (DESIGN §3), without owners, times and which names are links of one file: one hash over the records of a tree, given in path order. The bytes are drawn in
/// docs/format/tree-digest.md; a change there is a new format name.
/// </summary>
internal sealed class TreeRecordHasher : IDisposable
{
    private const int FlushSize = 32 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _bytes = new(FlushSize);

    public TreeRecordHasher() => _bytes.Write("strata.tree/1\n"u8);

    public void Dispose() => _hash.Dispose();

    public void Add(byte type, ReadOnlySpan<byte> path, uint mode, ReadOnlySpan<byte> payload, IReadOnlyList<Xattr> attributes)
    {
        _bytes.GetSpan(1)[0] = type;
        _bytes.Advance(1);
        AddText(path);
        AddNumber(mode);
        _bytes.Write(payload);
        AddNumber((uint)attributes.Count);
        foreach (var attribute in attributes)
        {
            AddText(attribute.Name);
            AddText(attribute.Value);
        }

        if (_bytes.WrittenCount >= FlushSize)
        {
            Flush();
        }
    }

    public Digest Finish()
    {
        Flush();
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(result);
        return Digest.FromHash(result);
    }

    /// <summary>The payload of a file's record.</summary>
    public static void WriteFilePayload(Span<byte> payload, long size, Digest content)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, size);
        content.CopyTo(payload[sizeof(long)..]);
    }

    public const int FilePayloadSize = sizeof(long) + SHA256.HashSizeInBytes;

    /// <summary>The payload of a device's record.</summary>
    public static ReadOnlySpan<byte> WriteDevicePayload(Span<byte> payload, uint major, uint minor)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(payload, major);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[sizeof(uint)..], minor);
        return payload[..(2 * sizeof(uint))];
    }

    /// <summary>The payload of a symlink's record: its target as a text.</summary>
    public static byte[] LinkPayload(ReadOnlySpan<byte> target)
    {
        var payload = new byte[sizeof(uint) + target.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)target.Length);
        target.CopyTo(payload.AsSpan(sizeof(uint)));
        return payload;
    }

    private void AddText(ReadOnlySpan<byte> text)
    {
        AddNumber((uint)text.Length);
        _bytes.Write(text);
    }

    private void AddNumber(uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(sizeof(uint)), number);
        _bytes.Advance(sizeof(uint));
    }

    private void Flush()
    {
        _hash.AppendData(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
    }
}
