using System.Diagnostics;
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
    private readonly RecordBytes _bytes = new();

    public TreeRecordHasher() => _bytes.Add("strata.tree/1\n"u8);

    public void Dispose() => _hash.Dispose();

    /// <param name="record">Of a file with several names, as if it had this one alone.</param>
    public void Add(in NameRecord record)
    {
        _bytes.Add(TypeOf(record.Kind));
        AddText(record.Path);
        _bytes.Add(record.Mode);
        switch (record.Kind)
        {
            case EntryKind.File:
                _bytes.Add(record.Size);
                record.Content.CopyTo(_bytes.Room(SHA256.HashSizeInBytes));
                break;
            case EntryKind.Symlink:
                AddText(record.Link);
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                _bytes.Add(record.DeviceMajor);
                _bytes.Add(record.DeviceMinor);
                break;
        }

        _bytes.Add((uint)record.Attributes.Count);
        for (var i = 0; i < record.Attributes.Count; i++)
        {
            AddText(record.Attributes[i].Name);
            AddText(record.Attributes[i].Value);
        }

        if (_bytes.Length >= FlushSize)
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

    private static byte TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => (byte)'f',
        EntryKind.Directory => (byte)'d',
        EntryKind.Symlink => (byte)'l',
        EntryKind.Fifo => (byte)'p',
        EntryKind.CharacterDevice => (byte)'c',
        EntryKind.BlockDevice => (byte)'b',
        _ => throw new UnreachableException(),
    };

    private void AddText(ReadOnlySpan<byte> text)
    {
        _bytes.Add((uint)text.Length);
        _bytes.Add(text);
    }

    private void Flush()
    {
        _hash.AppendData(_bytes.Written);
        _bytes.Clear();
    }
}
