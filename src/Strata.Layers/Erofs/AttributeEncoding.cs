using System.Buffers.Binary;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>Attributes as they stand after an inode, all inline: <see cref="ErofsFormat"/>.</summary>
internal static class AttributeEncoding
{
    private const int CountMax = ushort.MaxValue;
    private const int ValueMax = ushort.MaxValue;

    /// <summary>Bytes, 0 for none.</summary>
    /// <exception cref="HostileArchiveException">A name has no known prefix, or they are too large.</exception>
    public static int SizeOf(IReadOnlyList<Xattr> attributes)
    {
        if (attributes.Count == 0)
        {
            return 0;
        }

        var size = ErofsFormat.AttributesHeaderSize;
        foreach (var attribute in attributes)
        {
            var (_, prefix) = PrefixOf(attribute.Name);
            if (attribute.Value.Length > ValueMax || attribute.Name.Length - prefix > byte.MaxValue || size > CountMax * 4
                || attribute.Name.AsSpan().Contains((byte)0))
            {
                throw new HostileArchiveException($"The attribute {PosixPath.Show(attribute.Name)} is too large or not a name.", ArchiveFault.TooLarge);
            }

            size += ErofsFormat.Align(ErofsFormat.AttributeHeaderSize + attribute.Name.Length - prefix + attribute.Value.Length, 4);
        }

        return CountOf(size) <= CountMax ? size : throw new HostileArchiveException("A file's attributes take more than 256 KiB.", ArchiveFault.TooLarge);
    }

    /// <summary>What i_xattr_icount says for so many bytes.</summary>
    public static int CountOf(int size) => size == 0 ? 0 : ((size - ErofsFormat.AttributesHeaderSize) / 4) + 1;

    /// <param name="target">Zeros, as long as <see cref="SizeOf"/> says.</param>
    public static void Write(IReadOnlyList<Xattr> attributes, Span<byte> target)
    {
        var at = ErofsFormat.AttributesHeaderSize;
        foreach (var attribute in attributes)
        {
            var (index, prefix) = PrefixOf(attribute.Name);
            var rest = attribute.Name.AsSpan(prefix);
            target[at] = (byte)rest.Length;
            target[at + 1] = (byte)index;
            BinaryPrimitives.WriteUInt16LittleEndian(target[(at + 2)..], (ushort)attribute.Value.Length);
            at += ErofsFormat.AttributeHeaderSize;
            rest.CopyTo(target[at..]);
            attribute.Value.CopyTo(target[(at + rest.Length)..]);
            at = ErofsFormat.Align(at + rest.Length + attribute.Value.Length, 4);
        }
    }

    private static (int Index, int Length) PrefixOf(ReadOnlySpan<byte> name)
    {
        foreach (var index in (ReadOnlySpan<byte>)[1, 2, 3, 4, 6])
        {
            var prefix = ErofsFormat.AttributePrefix(index);
            var whole = index is 2 or 3; // these are whole names
            if (whole ? name.SequenceEqual(prefix) : name.StartsWith(prefix) && name.Length > prefix.Length)
            {
                return (index, prefix.Length);
            }
        }

        throw new HostileArchiveException($"The attribute {PosixPath.Show(name)} cannot be kept in a layer.", ArchiveFault.Unsupported);
    }
}
