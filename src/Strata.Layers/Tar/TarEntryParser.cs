using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Tar;

/// <summary>A header block and the records that override it become one checked entry.</summary>
internal static class TarEntryParser
{
    private const long SecondsMin = int.MinValue; // what ext4 keeps: 1901…
    private const long SecondsMax = (1L << 34) - 1 + int.MinValue; // …to 2446

    /// <param name="overlayMarks">Whether attributes of overlayfs are kept: in archives Strata wrote.</param>
    /// <param name="dropped">Extended attributes that are not kept: <see cref="AttributePolicy"/>.</param>
    public static LayerEntry Parse(TarHeader header, PaxRecords own, PaxRecords global, bool overlayMarks, out int dropped)
    {
        var name = own.Path ?? FullName(header);
        var kind = Kind(header.Type, name);
        var size = own.Size ?? header.Size;
        if (size < 0)
        {
            throw new HostileArchiveException($"{PosixPath.Show(name)}: its size is negative.");
        }

        if (kind is not EntryKind.File && size != 0)
        {
            // Readers differ on whether content follows: what one reads as content, another reads as members.
            throw new HostileArchiveException($"{PosixPath.Show(name)}: only files may have content.", ArchiveFault.Unsafe);
        }

        var path = EntryPath.Normalise(name, name, "name");
        if (path.Length == 0 && kind is not EntryKind.Directory)
        {
            throw new HostileArchiveException($"{PosixPath.Show(name)}: the root of a tree must be a directory.", ArchiveFault.Unsafe);
        }

        var attributes = Attributes(own, global, kind, name, overlayMarks, out dropped);
        var isDevice = kind is EntryKind.CharacterDevice or EntryKind.BlockDevice;
        return new()
        {
            Kind = kind,
            Path = path,
            Link = Link(header, own, kind, name),
            Mode = Mode(header, name),
            User = Id(own.User ?? global.User ?? header.User, name),
            Group = Id(own.Group ?? global.Group ?? header.Group, name),
            Modified = Time(own.Modified ?? global.Modified ?? new(header.Modified, 0), name),
            Size = size,
            Attributes = attributes,
            DeviceMajor = isDevice ? Device(header.DeviceMajor, name) : 0,
            DeviceMinor = isDevice ? Device(header.DeviceMinor, name) : 0,
        };
    }

    private static byte[] FullName(TarHeader header) =>
        header.Prefix.IsEmpty ? header.Name.ToArray() : [.. header.Prefix, (byte)'/', .. header.Name];

    private static EntryKind Kind(byte type, ReadOnlySpan<byte> name) => type switch
    {
        (byte)'\0' or (byte)'0' when name.EndsWith("/"u8) => EntryKind.Directory, // as before POSIX
        (byte)'\0' or (byte)'0' or (byte)'7' => EntryKind.File,
        (byte)'1' => EntryKind.HardLink,
        (byte)'2' => EntryKind.Symlink,
        (byte)'3' => EntryKind.CharacterDevice,
        (byte)'4' => EntryKind.BlockDevice,
        (byte)'5' => EntryKind.Directory,
        (byte)'6' => EntryKind.Fifo,
        (byte)'S' => throw Unsupported(name, "sparse members are not supported; create the archive without --sparse"),
        (byte)'M' or (byte)'V' or (byte)'D' or (byte)'N' => throw Unsupported(name, "multi-volume and incremental archives are not supported"),
        _ => throw Unsupported(name, $"its type 0x{type:x2} is not known"),
    };

    private static byte[] Link(TarHeader header, PaxRecords own, EntryKind kind, byte[] name)
    {
        if (kind is not (EntryKind.HardLink or EntryKind.Symlink))
        {
            return [];
        }

        var link = own.LinkPath ?? header.LinkName.ToArray();
        if (kind is EntryKind.HardLink)
        {
            return EntryPath.Normalise(link, name, "hard link target");
        }

        if (link.Length is 0 or >= PosixPath.LengthMax || link.Contains((byte)0))
        {
            throw new HostileArchiveException($"{PosixPath.Show(name)}: its link target is empty, too long or contains a NUL byte.", ArchiveFault.Unsafe);
        }

        return link;
    }

    /// <summary>Writers put the file type into the high bits of the mode; it has no meaning.</summary>
    private static uint Mode(TarHeader header, ReadOnlySpan<byte> name) =>
        header.Mode is var mode and >= 0
            ? (uint)(mode & 0xfff)
            : throw new HostileArchiveException($"{PosixPath.Show(name)}: its mode is negative.");

    private static uint Id(long id, ReadOnlySpan<byte> name) =>
        id is >= 0 and < uint.MaxValue
            ? (uint)id
            : throw new HostileArchiveException($"{PosixPath.Show(name)}: its owner {id} is not a valid id.", ArchiveFault.Unsafe);

    private static Timestamp Time(Timestamp time, ReadOnlySpan<byte> name) =>
        time.Seconds is >= SecondsMin and <= SecondsMax
            ? time
            : throw new HostileArchiveException($"{PosixPath.Show(name)}: its time is before 1901 or after 2446.", ArchiveFault.Unsafe);

    private static uint Device(long number, ReadOnlySpan<byte> name) =>
        number is >= 0 and <= uint.MaxValue
            ? (uint)number
            : throw new HostileArchiveException($"{PosixPath.Show(name)}: its device number {number} is not valid.");

    private static List<Xattr> Attributes(PaxRecords own, PaxRecords global, EntryKind kind, byte[] name, bool overlayMarks, out int dropped)
    {
        dropped = own.AttributesDropped + global.AttributesDropped + global.Attributes.Count;
        if (own.Attributes.Count == 0)
        {
            return [];
        }

        var kept = own.Attributes.FindAll(a => AttributePolicy.Keeps(a.Name, kind, overlayMarks));
        kept.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        dropped += own.Attributes.Count - kept.Count;
        if (kept.Find(static a => !AttributeValues.IsValid(a.Name, a.Value)) is { } invalid)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(name)}: the value of its attribute {PosixPath.Show(invalid.Name)} is not one of Linux.", ArchiveFault.Unsafe);
        }

        return kept;
    }

    private static HostileArchiveException Unsupported(ReadOnlySpan<byte> name, string reason) =>
        new($"{PosixPath.Show(name)}: {reason}.", ArchiveFault.Unsupported);
}
