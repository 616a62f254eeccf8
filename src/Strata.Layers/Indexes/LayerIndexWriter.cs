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
    private readonly RecordBytes _record = new();
    private readonly RecordBytes _previous = new(); // path
    private long _entries;

    public LayerIndexWriter(string path)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        _body = new(_file, IndexFormat.HeaderSize) { Hash = _hash };
    }

    public void Add(in NameRecord record)
    {
        _record.Clear();
        _entries++;
        _record.Add((byte)record.Kind);
        var shared = _previous.Written.CommonPrefixLength(record.Path);
        _record.AddVarint((ulong)shared);
        AddText(record.Path[shared..]);
        _previous.Clear();
        _previous.Add(record.Path);
        _record.AddVarint(record.Mode);
        _record.AddVarint(record.User);
        _record.AddVarint(record.Group);
        _record.AddVarint(((ulong)record.Modified.Seconds << 1) ^ (ulong)(record.Modified.Seconds >> 63)); // small for small negative ones too
        _record.AddVarint(record.Modified.Nanoseconds);
        AddPayload(record);
        _record.AddVarint((ulong)record.Attributes.Count);
        for (var i = 0; i < record.Attributes.Count; i++)
        {
            AddText(record.Attributes[i].Name);
            AddText(record.Attributes[i].Value);
        }

        _body.Append(_record.Written);
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
        _hash.AppendData(header[..IndexFormat.DigestAt]);
        _hash.GetHashAndReset(header[IndexFormat.DigestAt..]);
        RandomAccess.Write(_file, header, 0);
        _body.StartSync();
    }

    public void Dispose()
    {
        _hash.Dispose();
        _file.Dispose();
    }

    private void AddPayload(in NameRecord record)
    {
        switch (record.Kind)
        {
            case EntryKind.File:
                _record.AddVarint((ulong)record.Size);
                record.Content.CopyTo(_record.Room(SHA256.HashSizeInBytes));
                break;
            case EntryKind.Symlink or EntryKind.HardLink:
                AddText(record.Link);
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                _record.AddVarint(record.DeviceMajor);
                _record.AddVarint(record.DeviceMinor);
                break;
        }
    }

    private void AddText(ReadOnlySpan<byte> text)
    {
        _record.AddVarint((ulong)text.Length);
        _record.Add(text);
    }
}
