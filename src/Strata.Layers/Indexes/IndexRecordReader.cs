using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Indexes;

/// <summary>Record by record; nothing an index says is believed before it was checked.</summary>
internal sealed class IndexRecordReader(byte[] index)
{
    private int _at = IndexFormat.HeaderSize;
    private byte[]? _previous;

    /// <summary>Null at the end.</summary>
    public IndexEntry? Next()
    {
        if (_at == index.Length)
        {
            return null;
        }

        var kind = (EntryKind)Bytes(1)[0];
        if (kind > EntryKind.HardLink)
        {
            throw Damaged("a kind is not known");
        }

        var path = Path();
        if (kind is not EntryKind.Directory && path.Length == 0)
        {
            throw Damaged("its root is not a directory");
        }

        var entry = new LayerEntry
        {
            Kind = kind,
            Path = path,
            Mode = (uint)Number(0xfff, "mode"),
            User = (uint)Number(uint.MaxValue, "owner"),
            Group = (uint)Number(uint.MaxValue, "group"),
            Modified = Time(),
            Size = kind is EntryKind.File ? (long)Number(long.MaxValue, "size") : 0,
        };
        Digest? content = kind is EntryKind.File ? Digest.FromHash(Bytes(SHA256.HashSizeInBytes)) : null;
        entry = kind switch
        {
            EntryKind.Symlink => entry with { Link = Text(PosixPath.LengthMax - 1, "target") },
            EntryKind.HardLink => entry with { Link = CheckedPath(Text(PosixPath.LengthMax - 1, "target")) },
            EntryKind.CharacterDevice or EntryKind.BlockDevice => entry with
            {
                DeviceMajor = (uint)Number(uint.MaxValue, "device"),
                DeviceMinor = (uint)Number(uint.MaxValue, "device"),
            },
            _ => entry,
        };
        var attributes = Attributes();
        return new(attributes.Length == 0 ? entry : entry with { Attributes = attributes }, content);
    }

    private byte[] Path()
    {
        var shared = (int)Number((ulong)(_previous?.Length ?? 0), "path");
        var rest = Bytes((int)Number(PosixPath.LengthMax, "path"));
        var path = new byte[shared + rest.Length];
        _previous.AsSpan(0, shared).CopyTo(path);
        rest.CopyTo(path.AsSpan(shared));
        CheckedPath(path);
        if (_previous is null ? path.Length != 0 : PathOrder.Compare(_previous.AsSpan(shared), path.AsSpan(shared)) >= 0)
        {
            throw Damaged("its names are not in order");
        }

        return _previous = path;
    }

    private static byte[] CheckedPath(byte[] path)
    {
        if (EntryPath.IsNormal(path))
        {
            return path;
        }

        try
        {
            EntryPath.Normalise(path, path, "name"); // says what it is
            throw Damaged("a path is not normalised");
        }
        catch (HostileArchiveException e)
        {
            throw Damaged(e.Message);
        }
    }

    private Timestamp Time()
    {
        var seconds = Number(ulong.MaxValue, "time");
        return new((long)(seconds >> 1) ^ -(long)(seconds & 1), (uint)Number(999_999_999, "time"));
    }

    private Xattr[] Attributes()
    {
        var attributes = new Xattr[Number(IndexCursor.AttributesMax, "attributes")];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = new(Text(AttributePolicy.NameLengthMax, "attribute"), Text(AttributePolicy.ValueLengthMax, "attribute"));
        }

        return attributes;
    }

    private byte[] Text(int lengthMax, string what) => Bytes((int)Number((ulong)lengthMax, what)).ToArray();

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > index.Length - _at)
        {
            throw Damaged("it ends inside a record");
        }

        _at += count;
        return index.AsSpan(_at - count, count);
    }

    private ulong Number(ulong max, string what)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Bytes(1)[0];
            value |= (ulong)(part & 0x7f) << shift;
            if ((part & 0x80) == 0)
            {
                return value <= max ? value : throw Damaged($"a {what} is out of range");
            }
        }

        throw Damaged($"a {what} is no number");
    }

    private static DamagedLayerException Damaged(string reason) => new($"The index is damaged: {reason}.");
}
