using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>The extended attributes of an open file or directory that layers keep. Not for concurrent use.</summary>
internal sealed unsafe class AttributeReader(PackOptions options)
{
    private readonly byte[] _names = new byte[AttributePolicy.ValueLengthMax];
    private readonly byte[] _value = new byte[AttributePolicy.ValueLengthMax];

    /// <summary>Attributes left out so far.</summary>
    public long Dropped { get; private set; }

    /// <exception cref="IOException">They cannot be read.</exception>
    public IReadOnlyList<Xattr> Read(int file, EntryKind kind, ReadOnlySpan<byte> shownPath)
    {
        if (!options.Attributes)
        {
            return [];
        }

        nint length;
        fixed (byte* names = _names)
        {
            length = Libc.ListAttributes(file, names, (nuint)_names.Length);
        }

        if (length <= 0)
        {
            return length == 0 || Errno.Last == Errno.NotSupported ? [] : throw Errno.Failure("list attributes of", shownPath);
        }

        var kept = new List<Xattr>();
        foreach (var range in _names.AsSpan(0, (int)length).Split((byte)0))
        {
            var name = _names.AsSpan(0, (int)length)[range];
            if (name.IsEmpty)
            {
                continue;
            }

            if (!AttributePolicy.Keeps(name, kind, options.OverlayMarks))
            {
                Dropped++;
            }
            else if (Value(file, name, shownPath) is { } value)
            {
                kept.Add(new(name.ToArray(), options.Owners.UnshiftAttribute(name, value)));
            }
        }

        return kept;
    }

    /// <summary>Null: removed meanwhile.</summary>
    private byte[]? Value(int file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> shownPath)
    {
        fixed (byte* terminated = PosixPath.Terminated(name), value = _value)
        {
            var size = Libc.GetAttribute(file, terminated, value, (nuint)_value.Length);
            return size >= 0 ? _value[..(int)size]
                : Errno.Last == Errno.NoAttribute ? null
                : throw Errno.Failure($"read attribute {PosixPath.Show(name)} of", shownPath);
        }
    }
}
