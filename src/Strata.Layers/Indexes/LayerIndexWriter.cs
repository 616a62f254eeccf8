using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Indexes;

/// <summary>Writes the index of a layer, its names given in path order.</summary>
internal sealed class LayerIndexWriter : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BlockAppender _body;
    private readonly ArrayBufferWriter<byte> _record = new(4096);
    private byte[] _previous = [];
    private long _entries;

    public LayerIndexWriter(string path)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        _body = new(_file, IndexFormat.HeaderSize) { Hash = _hash };
    }

    public void Add(LayerEntry entry, Digest content)
    {
        _record.ResetWrittenCount();
        _entries++;
        Byte((byte)entry.Kind);
        var shared = _previous.AsSpan().CommonPrefixLength(entry.Path);
        _previous = entry.Path;
        Number((ulong)shared);
        Text(entry.Path.AsSpan(shared));
        Number(entry.Mode);
        Number(entry.User);
        Number(entry.Group);
        Number(((ulong)entry.Modified.Seconds << 1) ^ (ulong)(entry.Modified.Seconds >> 63)); // small for small negative ones too
        Number(entry.Modified.Nanoseconds);
        Payload(entry, content);
        Number((ulong)entry.Attributes.Count);
        foreach (var attribute in entry.Attributes)
        {
            Text(attribute.Name);
            Text(attribute.Value);
        }

        _body.Append(_record.WrittenSpan);
    }

    /// <summary>The index is whole then.</summary>
    public void Finish(Digest tree)
    {
        _body.Flush();
        Span<byte> header = stackalloc byte[IndexFormat.HeaderSize];
        header.Clear();
        IndexFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[IndexFormat.VersionAt..], IndexFormat.Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[IndexFormat.EntriesAt..], _entries);
        BinaryPrimitives.WriteInt64LittleEndian(header[IndexFormat.LengthAt..], _body.Position - IndexFormat.HeaderSize);
        tree.CopyTo(header[IndexFormat.TreeDigestAt..]);
        _hash.GetHashAndReset(header[IndexFormat.BodyDigestAt..]);
        RandomAccess.Write(_file, header, 0);
    }

    /// <summary>It is on the disk then.</summary>
    public void Sync() => RandomAccess.FlushToDisk(_file);

    public void Dispose()
    {
        _hash.Dispose();
        _file.Dispose();
    }

    private void Payload(LayerEntry entry, Digest content)
    {
        switch (entry.Kind)
        {
            case EntryKind.File:
                Number((ulong)entry.Size);
                content.CopyTo(_record.GetSpan(SHA256.HashSizeInBytes));
                _record.Advance(SHA256.HashSizeInBytes);
                break;
            case EntryKind.Symlink or EntryKind.HardLink:
                Text(entry.Link);
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                Number(entry.DeviceMajor);
                Number(entry.DeviceMinor);
                break;
        }
    }

    private void Text(ReadOnlySpan<byte> text)
    {
        Number((ulong)text.Length);
        _record.Write(text);
    }

    private void Byte(byte value)
    {
        _record.GetSpan(1)[0] = value;
        _record.Advance(1);
    }

    /// <summary>Seven bits a byte, lowest first; the eighth says that more follow.</summary>
    private void Number(ulong value)
    {
        var bytes = _record.GetSpan(IndexFormat.VarintLengthMax);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        _record.Advance(length);
    }
}
