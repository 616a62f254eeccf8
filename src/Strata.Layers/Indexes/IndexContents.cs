using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Indexes;

/// <summary>
/// The digests of a layer's files, asked for in path order: what lies between is passed over without being made into entries. Of a name that is a hard link
/// the file's. Not for concurrent use.
/// </summary>
internal sealed class IndexContents(byte[] index)
{
    private readonly byte[] _path = new byte[PosixPath.LengthMax];
    private int _at = IndexFormat.HeaderSize;
    private int _length; // of the path of the record read last
    private EntryKind _kind;
    private long _size;
    private Digest _content;
    private byte[] _target = [];
    private bool _isRead;
    private Dictionary<byte[], (long Size, Digest Content)>? _linked;

    /// <exception cref="DamagedLayerException">The index has no such file: it is not that of the image, or makes no sense.</exception>
    public Digest Find(ReadOnlySpan<byte> path, long size)
    {
        while (!_isRead || PathOrder.Compare(_path.AsSpan(0, _length), path) < 0)
        {
            Next();
        }

        if (!_path.AsSpan(0, _length).SequenceEqual(path))
        {
            throw Damaged($"it does not have {PosixPath.Show(path)}");
        }

        var (foundSize, content) = _kind switch
        {
            EntryKind.File => (_size, _content),
            EntryKind.HardLink when (_linked ??= Linked()).TryGetValue(_target, out var first) => first,
            _ => throw Damaged($"{PosixPath.Show(path)} is no file in it"),
        };
        return foundSize == size ? content : throw Damaged($"{PosixPath.Show(path)} has another size in it");
    }

    /// <summary>The files that have other names: the index is read once more for all of them.</summary>
    private Dictionary<byte[], (long, Digest)> Linked()
    {
        var targets = new HashSet<byte[]>(NameComparer.Instance);
        var records = new IndexContents(index);
        while (records.TryNext())
        {
            if (records._kind is EntryKind.HardLink)
            {
                targets.Add(records._target);
            }
        }

        var files = new Dictionary<byte[], (long, Digest)>(NameComparer.Instance);
        var isTarget = targets.GetAlternateLookup<ReadOnlySpan<byte>>();
        records = new(index);
        while (records.TryNext())
        {
            if (records._kind is EntryKind.File && isTarget.Contains(records._path.AsSpan(0, records._length)))
            {
                files.TryAdd(records._path.AsSpan(0, records._length).ToArray(), (records._size, records._content));
            }
        }

        return files;
    }

    private void Next()
    {
        if (!TryNext())
        {
            throw Damaged("it ends before the image does");
        }
    }

    private bool TryNext()
    {
        if (_at == index.Length)
        {
            return false;
        }

        _kind = (EntryKind)Bytes(1)[0];
        var shared = Number();
        var rest = Bytes(Number());
        if (shared > (ulong)_length || (int)shared + rest.Length >= _path.Length)
        {
            throw Damaged("a path is out of range");
        }

        rest.CopyTo(_path.AsSpan((int)shared));
        _length = (int)shared + rest.Length;
        for (var skipped = 0; skipped < 5; skipped++)
        {
            _ = Number(); // mode, user, group, seconds, nanoseconds
        }

        switch (_kind)
        {
            case EntryKind.File:
                _size = (long)Number();
                _content = Digest.FromHash(Bytes(SHA256.HashSizeInBytes));
                break;
            case EntryKind.HardLink:
                _target = Bytes(Number()).ToArray();
                break;
            case EntryKind.Symlink:
                _ = Bytes(Number());
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                _ = Number();
                _ = Number();
                break;
        }

        for (var attributes = Number(); attributes > 0; attributes--)
        {
            _ = Bytes(Number());
            _ = Bytes(Number());
        }

        return _isRead = true;
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

    private static DamagedLayerException Damaged(string reason) => new($"The index is damaged: {reason}.");
}
