using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Indexes;

/// <summary>
/// Goes over the names of an index without making entries of them. What it shows is of the name it stands on, and ends with the next. Each record is checked by itself; the order of names
/// is for who asks. Not for concurrent use.
/// </summary>
internal sealed class IndexCursor(byte[] index)
{
    private const int AttributesMax = 10_000;

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

    public uint User { get; private set; }

    public uint Group { get; private set; }

    public Timestamp Modified { get; private set; }

    /// <summary>Of a file.</summary>
    public long Size { get; private set; }

    /// <summary>Of a file.</summary>
    public Digest Content => Digest.FromHash(_content.Span);

    /// <summary>Of a device.</summary>
    public (uint Major, uint Minor) Device { get; private set; }

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
            attributes.Add(new(Bytes(Number(AttributePolicy.NameLengthMax)).ToArray(), Bytes(Number(AttributePolicy.ValueLengthMax)).ToArray()));
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
        ReadPath();
        Mode = (uint)Number(0xfff);
        User = (uint)Number(uint.MaxValue);
        Group = (uint)Number(uint.MaxValue);
        var seconds = Number(ulong.MaxValue);
        Modified = new((long)(seconds >> 1) ^ -(long)(seconds & 1), (uint)Number(999_999_999));
        ReadPayload();
        _attributeCount = (int)Number(AttributesMax);
        _attributes = _at;
        for (var i = 0; i < _attributeCount; i++)
        {
            _ = Bytes(Number(AttributePolicy.NameLengthMax));
            _ = Bytes(Number(AttributePolicy.ValueLengthMax));
        }

        return Kind <= EntryKind.HardLink ? true : throw Damaged("a kind is not known");
    }

    public static DamagedLayerException Damaged(string reason) => new($"The index is damaged: {reason}.");

    private void ReadPath()
    {
        var shared = (int)Number((ulong)_length);
        var rest = Bytes(Number((ulong)(_path.Length - 1 - shared)));
        rest.CopyTo(_path.AsSpan(shared));
        _length = shared + rest.Length;
        if (_length > 0 ? !EntryPath.IsNormal(Path) : Kind is not EntryKind.Directory)
        {
            throw Damaged("a path is not normalised, or its root is not a directory");
        }
    }

    private void ReadPayload()
    {
        switch (Kind)
        {
            case EntryKind.File:
                Size = (long)Number(long.MaxValue);
                _ = Bytes(SHA256.HashSizeInBytes);
                _content = index.AsMemory(_at - SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
                break;
            case EntryKind.Symlink or EntryKind.HardLink:
                _linkLength = Bytes(Number(PosixPath.LengthMax - 1)).Length;
                _link = _at - _linkLength;
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                Device = ((uint)Number(uint.MaxValue), (uint)Number(uint.MaxValue));
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

    private ulong Number(ulong max)
    {
        if (_at < index.Length && index[_at] is var single and < 0x80 && single <= max)
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
                return value <= max ? value : throw Damaged("a number is out of range");
            }
        }

        throw Damaged("a number is none");
    }
}
