using System.Buffers.Binary;

namespace Strata.Layers.Trees;

/// <summary>How the owners a tree names are written on this host.</summary>
/// <param name="Shift">Added to each id: 0 where mounts can be id-mapped, else the id that stands for the job's root.</param>
/// <param name="IdMax">Higher ids are refused: a job could not use the file.</param>
public sealed record OwnerPolicy(uint Shift, uint IdMax)
{
    /// <summary>Ids mapped for each job where Strata runs as root (DESIGN §5).</summary>
    public static OwnerPolicy Root { get; } = new(0, (1u << 20) - 1);

    /// <summary>In a user namespace whose id 0 is the user: jobs begin at 1 and have the usual 65536 ids.</summary>
    public static OwnerPolicy Rootless { get; } = new(1, 65535);

    /// <summary>Attribute values that hold ids, shifted as the owners are.</summary>
    internal byte[] ShiftAttribute(ReadOnlySpan<byte> name, byte[] value) => Shift switch
    {
        0 => value,
        _ when name.SequenceEqual("security.capability"u8) => ShiftCapability(value),
        _ when name.StartsWith("system.posix_acl_"u8) => ShiftAcl(value),
        _ => value,
    };

    /// <summary>
    /// linux/capability.h, vfs_ns_cap_data: magic 4 · two pairs of sets 16 · rootid 4. Version 2 has no rootid; it counts for the
    /// namespace it is written in, which is not the job's.
    /// </summary>
    private byte[] ShiftCapability(byte[] value)
    {
        const uint revisionMask = 0xff000000, revision3 = 0x03000000;
        const int length2 = 20, length3 = 24;
        if (value.Length is not (length2 or length3))
        {
            return value; // the kernel refuses it
        }

        var shifted = new byte[length3];
        value.CopyTo(shifted, 0);
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(value);
        BinaryPrimitives.WriteUInt32LittleEndian(shifted, (magic & ~revisionMask) | revision3);
        var root = value.Length == length3 ? BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(length2)) : 0;
        BinaryPrimitives.WriteUInt32LittleEndian(shifted.AsSpan(length2), root + Shift);
        return shifted;
    }

    /// <summary>linux/posix_acl_xattr.h: version 4, then entries of tag 2 · permissions 2 · id 4; the id counts for ACL_USER (2) and ACL_GROUP (8).</summary>
    private byte[] ShiftAcl(byte[] value)
    {
        var shifted = value.AsSpan().ToArray();
        for (var at = 4; at + 8 <= shifted.Length; at += 8)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(shifted.AsSpan(at)) is 2 or 8)
            {
                var id = shifted.AsSpan(at + 4, 4);
                BinaryPrimitives.WriteUInt32LittleEndian(id, BinaryPrimitives.ReadUInt32LittleEndian(id) + Shift);
            }
        }

        return shifted;
    }
}
