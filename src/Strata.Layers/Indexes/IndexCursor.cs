using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Indexes;

/// <summary>
/// Goes over the names of an index without making entries of them. What it shows is of the name it stands on, and ends with the next. Sizes and places are checked;
/// what names mean, and their order, is for who asks. Not for concurrent use.
/// </summary>
internal sealed class IndexCursor(byte[] index)
{
    private readonly byte[] _path = new byte[PosixPath.LengthMax];
    private int _at = IndexFormat.HeaderSize;
    private int _length;
    private int _link; // where its text begins
    private int _linkLength;
    private int _attributes; // where they begin
    private int _attributeCount;
    private ReadOnlyMemory<byte> _content;

    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _length);

    public EntryKind Kind { get; private set; }

    public uint Mode { get; private set; }

    public Timestamp Modified { get; private set; }

    /// <summary>Of a file.</summary>
    public long Size { get; private set; }

    /// <summary>Of a file.</summary>
    public Digest Content => Digest.FromHash(_content.Span);

    /// <summary>Of a symbolic link what it says, of a hard link the path of its file's first name.</summary>
    public ReadOnlySpan<byte> Link => index.AsSpan(_link, _linkLength);

    public IReadOnlyList<Xattr> Attributes()
    {
        if (_attributeCount == 0)
        {
            return [];
        }

        var (next, attributes) = (_at, new List<Xattr>());
        _at = _attributes;
        for (var i = 0; i < _attributeCount; i++)
        {
            attributes.Add(new(Bytes(Number()).ToArray(), Bytes(Number()).ToArray()));
        }

        _at = next;
        return attributes;
    }

    /// <returns>False at the end.</returns>
    /// <exception cref="DamagedLayerException">The record makes no sense.</exception>
    public bool Next()
    {
        if (_at == index.Length)
        {
            return false;
        }

        Kind = (EntryKind)Bytes(1)[0];
        var shared = (int)Math.Min(Number(), int.MaxValue);
        var rest = Bytes(Number());
        if (shared > _length || shared + rest.Length >= _path.Length)
        {
            throw Damaged("a path is out of range");
        }

        rest.CopyTo(_path.AsSpan(shared));
        _length = shared + rest.Length;
        Mode = (uint)Number();
        _ = Number(); // user
        _ = Number(); // group
        var seconds = Number();
        Modified = new((long)(seconds >> 1) ^ -(long)(seconds & 1), (uint)Number());
        ReadPayload();
        _attributeCount = (int)Math.Min(Number(), int.MaxValue);
        _attributes = _at;
        for (var i = 0; i < _attributeCount; i++)
        {
            _ = Bytes(Number());
            _ = Bytes(Number());
        }

        return true;
    }

    public static DamagedLayerException Damaged(string reason) => new($"The index is damaged: {reason}.");

    private void ReadPayload()
    {
        switch (Kind)
        {
            case EntryKind.File:
                Size = (long)Number();
                _ = Bytes(SHA256.HashSizeInBytes);
                _content = index.AsMemory(_at - SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
                break;
            case EntryKind.Symlink or EntryKind.HardLink:
                _linkLength = Bytes(Number()).Length;
                _link = _at - _linkLength;
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                _ = Number();
                _ = Number();
                break;
        }
    }

    private ReadOnlySpan<byte> Bytes(ulong count)
    {
        if (count > (ulong)(index.Length - _at))
        {
            throw Damaged("it ends inside a record");
        }

        _at += (int)count;
        return index.AsSpan(_at - (int)count, (int)count);
    }

    private ulong Number()
    {
        if (_at < index.Length && index[_at] is var single and < 0x80)
        {
            _at++; // most are
            return single;
        }

        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Bytes(1)[0];
            value |= (ulong)(part & 0x7f) << shift;
            if ((part & 0x80) == 0)
            {
                return value;
            }
        }

        throw Damaged("a number is none");
    }
}
