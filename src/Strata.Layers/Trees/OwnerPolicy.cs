using System.Buffers.Binary;

namespace Strata.Layers.Trees;

/// <summary>How the owners a tree names are written on this host.</summary>
/// <param name="Shift">Added to each id: 0 where mounts can be id-mapped, else the id that stands for the job's root.</param>
/// <param name="IdMax">Higher ids are refused: a job could not use the file.</param>
public sealed record OwnerPolicy(uint Shift, uint IdMax)
{
    private const uint CapabilityRevisionMask = 0xff000000, CapabilityRevision2 = 0x02000000, CapabilityRevision3 = 0x03000000;
    private const int CapabilityLength2 = 20, CapabilityLength3 = 24;

    /// <summary>Ids mapped for each job where Strata runs as root (DESIGN §5).</summary>
    public static OwnerPolicy Root { get; } = new(0, (1u << 20) - 1);

    /// <summary>In a user namespace whose id 0 is the user: jobs begin at 1 and have the usual 65536 ids.</summary>
    public static OwnerPolicy Rootless { get; } = new(1, 65535);

    /// <summary>
    /// Whether overlayfs' marks are attributes <c>user.*</c>: in a namespace of the user's, where no others can be written and overlays are mounted for them. Shifts of root begin far above.
    /// </summary>
    public bool HasUserMarks => Shift == Rootless.Shift;

    /// <summary>Attribute values that hold ids, shifted as the owners are.</summary>
    internal byte[] ShiftAttribute(ReadOnlySpan<byte> name, byte[] value) => Shift switch
    {
        0 => value,
        _ when name.SequenceEqual("security.capability"u8) => ShiftCapability(value),
        _ when name.StartsWith("system.posix_acl_"u8) => MapAcl(value, id => id + Shift),
        _ => value,
    };

    /// <summary>The other way: as the tree has them, from what this host says. Ids below the shift become 0.</summary>
    internal byte[] UnshiftAttribute(ReadOnlySpan<byte> name, byte[] value) => Shift switch
    {
        0 => value,
        _ when name.SequenceEqual("security.capability"u8) => UnshiftCapability(value),
        _ when name.StartsWith("system.posix_acl_"u8) => MapAcl(value, id => id > Shift ? id - Shift : 0),
        _ => value,
    };

    /// <summary>A capability of the tree's own root is written as version 2, which names no root.</summary>
    private byte[] UnshiftCapability(byte[] value)
    {
        if (value.Length != CapabilityLength3 || BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(CapabilityLength2)) is var root && root > Shift)
        {
            return value;
        }

        var magic = BinaryPrimitives.ReadUInt32LittleEndian(value);
        var unshifted = value[..CapabilityLength2];
        BinaryPrimitives.WriteUInt32LittleEndian(unshifted, (magic & ~CapabilityRevisionMask) | CapabilityRevision2);
        return unshifted;
    }

    /// <summary>
    /// linux/capability.h, vfs_ns_cap_data: magic 4 · two pairs of sets 16 · rootid 4. Version 2 has no rootid; it counts for the
    /// namespace it is written in, which is not the job's.
    /// </summary>
    private byte[] ShiftCapability(byte[] value)
    {
        if (value.Length is not (CapabilityLength2 or CapabilityLength3))
        {
            return value; // the kernel refuses it
        }

        var shifted = new byte[CapabilityLength3];
        value.CopyTo(shifted, 0);
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(value);
        BinaryPrimitives.WriteUInt32LittleEndian(shifted, (magic & ~CapabilityRevisionMask) | CapabilityRevision3);
        var root = value.Length == CapabilityLength3 ? BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(CapabilityLength2)) : 0;
        BinaryPrimitives.WriteUInt32LittleEndian(shifted.AsSpan(CapabilityLength2), root + Shift);
        return shifted;
    }

    /// <summary>linux/posix_acl_xattr.h: version 4, then entries of tag 2 · permissions 2 · id 4; the id counts for ACL_USER (2) and ACL_GROUP (8).</summary>
    private static byte[] MapAcl(byte[] value, Func<uint, uint> map)
    {
        var mapped = value.AsSpan().ToArray();
        for (var at = 4; at + 8 <= mapped.Length; at += 8)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(mapped.AsSpan(at)) is 2 or 8)
            {
                var id = mapped.AsSpan(at + 4, 4);
                BinaryPrimitives.WriteUInt32LittleEndian(id, map(BinaryPrimitives.ReadUInt32LittleEndian(id)));
            }
        }

        return mapped;
    }
}
