using System.Buffers.Text;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Tar;

/// <summary>
/// What extended headers ('x' for the next member, 'g' for all that follow) and GNU long names say: it overrides the block's fields.
/// </summary>
internal sealed class PaxRecords
{
    private const int AttributesMax = 1000;

    public byte[]? Path { get; set; }

    public byte[]? LinkPath { get; set; }

    public long? Size { get; private set; }

    public long? User { get; private set; }

    public long? Group { get; private set; }

    public Timestamp? Modified { get; private set; }

    public List<Xattr> Attributes { get; } = [];

    /// <summary>ACLs as text, and libarchive's spelling of attributes: read by nobody here.</summary>
    public int AttributesDropped { get; private set; }

    /// <summary>Records are <c>LENGTH KEY=VALUE\n</c>; LENGTH counts the whole record. A key given twice: the last counts.</summary>
    public void Read(ReadOnlySpan<byte> records, bool global)
    {
        while (!records.IsEmpty)
        {
            if (!Utf8Parser.TryParse(records, out int length, out var digits)
                || records[0] is < (byte)'0' or > (byte)'9'
                || length <= digits + 1
                || length > records.Length
                || records[digits] != (byte)' '
                || records[length - 1] != (byte)'\n')
            {
                throw Malformed("a record's length is wrong");
            }

            var record = records[(digits + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw Malformed("a record has no name");
            }

            Set(record[..equals], record[(equals + 1)..], global);
            records = records[length..];
        }
    }

    private void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool global)
    {
        if (key.StartsWith("GNU.sparse."u8))
        {
            throw new HostileArchiveException("Sparse members are not supported. Create the archive without --sparse.", ArchiveFault.Unsupported);
        }

        if (key.SequenceEqual("path"u8) || key.SequenceEqual("linkpath"u8) || key.SequenceEqual("size"u8))
        {
            SetIdentity(key, value, global);
        }
        else if (key.SequenceEqual("uid"u8))
        {
            User = Number(value, "uid");
        }
        else if (key.SequenceEqual("gid"u8))
        {
            Group = Number(value, "gid");
        }
        else if (key.SequenceEqual("mtime"u8))
        {
            Modified = PaxTime.Parse(value);
        }
        else if (key.StartsWith("SCHILY.xattr."u8))
        {
            SetAttribute(key["SCHILY.xattr.".Length..], value);
        }
        else if (key.StartsWith("SCHILY.acl."u8) || key.StartsWith("LIBARCHIVE.xattr."u8))
        {
            AttributesDropped++;
        }
    }

    /// <summary>One path or size for all members of an archive has no honest use.</summary>
    private void SetIdentity(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool global)
    {
        if (global)
        {
            throw new HostileArchiveException($"A global header sets '{PosixPath.Show(key)}' for every member.", ArchiveFault.Unsafe);
        }

        if (key[0] == (byte)'p')
        {
            Path = value.ToArray();
        }
        else if (key[0] == (byte)'l')
        {
            LinkPath = value.ToArray();
        }
        else
        {
            Size = Number(value, "size");
        }
    }

    private void SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || name.Length > AttributePolicy.NameLengthMax || name.Contains((byte)0))
        {
            throw Malformed("an extended attribute's name is not valid");
        }

        if (value.Length > AttributePolicy.ValueLengthMax)
        {
            throw new HostileArchiveException("An extended attribute is larger than 64 KiB.", ArchiveFault.TooLarge);
        }

        for (var i = 0; i < Attributes.Count; i++)
        {
            if (name.SequenceEqual(Attributes[i].Name))
            {
                Attributes[i] = new(Attributes[i].Name, value.ToArray());
                return;
            }
        }

        if (Attributes.Count == AttributesMax)
        {
            throw new HostileArchiveException($"A member has more than {AttributesMax} extended attributes.", ArchiveFault.TooLarge);
        }

        Attributes.Add(new(name.ToArray(), value.ToArray()));
    }

    private static long Number(ReadOnlySpan<byte> value, string key) =>
        value.Length > 0 && Utf8Parser.TryParse(value, out long number, out var used) && used == value.Length && number >= 0
            ? number
            : throw Malformed($"{key} is not a number");

    private static HostileArchiveException Malformed(string reason) => new($"An extended header is malformed: {reason}.");
}
